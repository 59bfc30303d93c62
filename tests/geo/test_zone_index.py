"""Zones prepared once: kept beside the version, asked by many threads, damaged, asked about one site."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely import Polygon, box

from tuban.errors import Damaged, ForeignCRS, InvalidGeometry, UnknownCRS, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.overlay import Tolerance, shares, shares_of_file, site_shares
from tuban.geo.zone_index import ZoneIndex

E, N, CRS = 455_000, 3_685_000, "EPSG:4547"


def star(middle_e: float, middle_n: float, corners: int, seed: int) -> Polygon:
    rng = np.random.default_rng(seed)
    turn = (np.arange(corners) + rng.uniform(0, 0.9, corners)) * 2 * np.pi / corners
    reach = 700 * rng.uniform(0.5, 1, corners)
    return Polygon(
        np.column_stack([E + middle_e + reach * np.cos(turn), N + middle_n + reach * np.sin(turn)])
    )


@pytest.fixture(scope="module")
def zones() -> gpd.GeoSeries:
    shapes = [
        star(0, 0, 800, 1),
        shapely.union(star(2000, 0, 90, 2), star(5000, 0, 30, 3)),
        star(900, 900, 12, 4),
    ]
    return gpd.GeoSeries(shapes, crs=CRS)


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoSeries:
    west, south = (a.ravel() for a in np.meshgrid(np.arange(-900, 6000, 60), np.arange(-900, 1800, 60)))
    return gpd.GeoSeries(shapely.box(E + west, N + south, E + west + 55, N + south + 50), crs=CRS)


def test_saved_and_loaded_it_answers_the_same(zones, parcels, tmp_path):
    index = ZoneIndex.of(zones)
    index.save(tmp_path / "a" / "ZONE-1.npz")
    loaded = ZoneIndex.load(tmp_path / "a" / "ZONE-1.npz")
    assert shares(parcels, loaded).frame.equals(shares(parcels, index).frame)
    assert shapely.equals(loaded.shapes(np.arange(3)), np.asarray(zones.array)).all()
    assert loaded.nbytes == index.nbytes > 0
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["ZONE-1.npz"]


@pytest.mark.parametrize("harm", ["cut", "changed", "empty", "text"])
def test_a_damaged_index_is_named_and_made_again(zones, tmp_path, harm):
    file = tmp_path / "ZONE-1.npz"
    ZoneIndex.of(zones).save(file)
    held = bytearray(file.read_bytes())
    if harm == "changed":
        held[len(held) // 2] ^= 1
    file.write_bytes({"cut": held[:-5000], "changed": held, "empty": b"", "text": b"none"}[harm])
    with pytest.raises(Damaged) as caught:
        ZoneIndex.load(file)
    assert "ZONE-1.npz" in caught.value.problem.zh
    made = []
    again = ZoneIndex.kept(file, lambda: made.append(1) or ZoneIndex.of(zones))
    assert made == [1]
    ZoneIndex.kept(file, lambda: made.append(1) or ZoneIndex.of(zones))
    assert made == [1]
    assert again.part_zone.tolist() == ZoneIndex.load(file).part_zone.tolist()


def test_many_threads_may_ask_one_index(zones, parcels):
    index = ZoneIndex.of(zones)
    expected = shares(parcels, index).frame
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: shares(parcels, index, threads=2).frame, range(8)):
            assert found.equals(expected)


def test_a_site_is_asked_as_a_layer_is(zones, parcels):
    index = ZoneIndex.of(zones)
    all_of_them = shares(parcels, index).frame
    for site in (0, 700, 1500):
        one = shares(parcels.iloc[[site]], index).frame
        assert one[["zone", "share"]].values.tolist() == (
            all_of_them.loc[all_of_them["parcel"] == site, ["zone", "share"]].values.tolist()
        )


def test_many_layers_are_asked_about_one_site_at_once(zones, parcels):
    layers = {"a": ZoneIndex.of(zones), "b": ZoneIndex.of(parcels), "c": ZoneIndex.of(zones.iloc[:0])}
    site = gpd.GeoSeries([star(300, 200, 200, 9)], crs=CRS)
    found = site_shares(site, layers)
    for name, index in layers.items():
        one = shares(site, index).frame
        assert found.loc[found["layer"] == name, ["zone", "area_m2", "share"]].values.tolist() == (
            one[["zone", "area_m2", "share"]].values.tolist()
        )
    assert len(site_shares(site, {})) == 0
    with pytest.raises(WrongUse):
        site_shares(parcels, layers)
    with pytest.raises(InvalidGeometry):
        site_shares(
            gpd.GeoSeries([Polygon([(E, N), (E + 9, N + 9), (E + 9, N), (E, N + 9)])], crs=CRS), layers
        )


def test_zones_of_another_system_are_moved_when_prepared(zones, parcels):
    here = shares(parcels, zones).frame
    there = shares(parcels, ZoneIndex.of(zones.to_crs(4526), parcels.crs)).frame
    assert there[["parcel", "zone"]].equals(here[["parcel", "zone"]])
    np.testing.assert_allclose(there["area_m2"], here["area_m2"], atol=0.01)


def test_an_index_of_another_system_is_refused(zones, parcels):
    with pytest.raises(WrongUse):
        shares(parcels.to_crs(4526), ZoneIndex.of(zones))
    with pytest.raises(ForeignCRS):
        ZoneIndex.of(zones.set_crs(32649, allow_override=True))
    with pytest.raises(UnknownCRS):
        ZoneIndex.of(gpd.GeoSeries(zones.array.to_numpy()))


def test_a_zone_that_crosses_itself_is_refused_by_row(zones):
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    with pytest.raises(InvalidGeometry) as caught:
        ZoneIndex.of(gpd.GeoSeries([*zones, bowtie], crs=CRS))
    assert caught.value.facts["row"] == 3


def test_no_zones_and_no_parcels_are_no_trouble(zones, parcels):
    none = gpd.GeoSeries([], crs=CRS)
    assert shares(parcels, ZoneIndex.of(none)).frame.empty
    assert shares(none, ZoneIndex.of(zones)).frame.empty
    assert ZoneIndex.of(none).shapes(np.empty(0, np.int64)).tolist() == []
    assert shares(parcels, ZoneIndex.of(gpd.GeoSeries([None, Polygon()], crs=CRS))).frame.empty


@pytest.fixture
def stored(parcels, tmp_path):
    """A layer version's file: seven row groups, statutory areas in `_area_m2`."""
    frame = gpd.GeoDataFrame({"_area_m2": area_m2(parcels)}, geometry=parcels.array, crs=CRS)
    frame.to_parquet(tmp_path / "DLTB.parquet", row_group_size=len(frame) // 6, write_covering_bbox=True)
    return tmp_path / "DLTB.parquet"


def test_a_file_gives_what_its_frame_gives(zones, parcels, stored):
    index, other = (
        ZoneIndex.of(zones),
        ZoneIndex.of_wkb(pa.array(shapely.to_wkb([box(E, N, E + 500, N + 500)])), CRS),
    )
    found = shares_of_file(stored, {"zones": index, "other": other})
    assert found["zones"].frame.equals(shares(parcels, index).frame)
    assert found["other"].frame.equals(shares(parcels, other).frame)
    assert shares_of_file(stored, {"zones": index}, threads=1)["zones"].frame.equals(found["zones"].frame)


def test_a_file_counts_slivers_as_its_frame_does(zones, parcels, stored):
    tolerance, index = Tolerance(sliver_m2=20, sliver_width_m=3), ZoneIndex.of(zones)
    there, here = (
        shares_of_file(stored, {"z": index}, tolerance=tolerance)["z"],
        shares(parcels, index, tolerance=tolerance),
    )
    assert there.frame.equals(here.frame)
    assert here.slivers > 10
    assert (there.slivers, there.slivers_m2) == (here.slivers, pytest.approx(here.slivers_m2))


def test_a_file_without_measured_areas_is_measured(zones, parcels, tmp_path):
    file = tmp_path / "plain.parquet"
    gpd.GeoDataFrame(geometry=parcels.array, crs=CRS).to_parquet(file)
    index = ZoneIndex.of(zones)
    assert shares_of_file(file, {"z": index})["z"].frame.equals(shares(parcels, index).frame)


def test_a_file_of_no_rows_or_no_geometry(zones, tmp_path):
    index = ZoneIndex.of(zones)
    gpd.GeoDataFrame({"_area_m2": []}, geometry=[], crs=CRS).to_parquet(tmp_path / "none.parquet")
    assert shares_of_file(tmp_path / "none.parquet", {"z": index})["z"].frame.empty
    gpd.pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "table.parquet")
    with pytest.raises(WrongUse):
        shares_of_file(tmp_path / "table.parquet", {"z": index})


def test_a_bad_parcel_in_a_file_is_named_by_its_row(zones, parcels, tmp_path):
    shapes = parcels.array.to_numpy().copy()
    hole_outside = Polygon(box(E, N, E + 9, N + 9).exterior, [box(E - 50, N - 50, E + 60, N + 60).exterior])
    shapes[3000] = hole_outside
    file = tmp_path / "bad.parquet"
    gpd.GeoDataFrame({"_area_m2": np.ones(len(shapes))}, geometry=shapes, crs=CRS).to_parquet(
        file, row_group_size=500
    )
    for checked in (False, True):  # what is less than nothing shows in its areas, too
        with pytest.raises(InvalidGeometry) as caught:
            shares_of_file(file, {"z": ZoneIndex.of(zones)}, checked=checked)
        assert caught.value.facts["row"] == 3000
