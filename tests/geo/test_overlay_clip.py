"""Pieces: those of GEOS for any polygons, closing on the parcel, from file to file with untouched bytes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, affinity, box

from tuban.domain.progress import Step
from tuban.errors import Cancelled, InvalidGeometry, Text, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.coords import from_shapes, to_arrow
from tuban.geo.overlay import Tolerance, shares, shares_of_file
from tuban.geo.overlay_clip import Cut, clip
from tuban.geo.overlay_pairs import PARCEL, measure_pairs
from tuban.geo.overlay_pieces import pieces
from tuban.geo.overlay_pieces_file import Against, pieces_of_file
from tuban.geo.zone_index import ZoneIndex

E, N, CRS = 455_000.0, 3_685_000.0, "EPSG:4547"
seeds = st.integers(0, 2**32 - 1)
grids = st.sampled_from([0.0, 0.0, 1e-4, 1.0, 10.0, 25.0])


def star(rng: np.random.Generator, reach: float, corners: int) -> Polygon:
    turn = (np.arange(corners) + rng.uniform(0, 0.9, corners)) * 2 * np.pi / corners
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * reach * rng.uniform(0.3, 1, (corners, 1))
    holes = [ring[::-1] * 0.3] if rng.random() < 0.4 else []
    return affinity.translate(Polygon(ring, holes), *rng.uniform(0, 1000, 2))


def some(rng: np.random.Generator, count: int, reach: float, corners: int, grid: float) -> np.ndarray:
    made = [star(rng, reach, int(rng.integers(3, corners))) for _ in range(count)]
    made = [s for s in made if s.is_valid]
    made = [shapely.set_precision(shapely.set_precision(s, grid), 0) if grid else s for s in made]
    made = [s for s in made if s.is_valid and not s.is_empty]
    if len(made) > 1 and rng.random() < 0.5:
        both = shapely.symmetric_difference(made[0], made[1])  # parts, holes, points in common
        made += [both] if both.geom_type in ("Polygon", "MultiPolygon") and both.is_valid else []
    return np.array([affinity.translate(s, E, N) for s in made], dtype=object)


def layer(*shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": [f"n{i}" for i in range(len(shapes))]}, geometry=list(shapes), crs=CRS)


@settings(max_examples=60, deadline=None)
@given(seeds, grids)
def test_pieces_are_those_of_geos(seed, grid):
    rng = np.random.default_rng(seed)
    parcels = some(rng, 8, float(rng.choice([60, 400])), int(rng.choice([6, 40, 200])), grid)
    zones = some(rng, 5, float(rng.choice([150, 700])), int(rng.choice([6, 60, 900])), grid)
    if not len(parcels) or not len(zones):
        return
    zones = np.concatenate([zones, parcels[:1]])
    rings, index = from_shapes(parcels, PARCEL), ZoneIndex.of(gpd.GeoSeries(zones, crs=CRS))
    found = measure_pairs(rings, index)
    cut = Cut(found.parcel, found.zone, found.common_m2, found.own_m2)
    made = shapely.from_wkb(clip(rings, index, cut).to_numpy(zero_copy_only=False))
    true = shapely.intersection(parcels[found.parcel], zones[found.zone])
    assert shapely.is_valid(made).all()
    np.testing.assert_allclose(shapely.area(made), shapely.area(true), rtol=1e-9, atol=1e-6)
    apart = shapely.area(shapely.symmetric_difference(made, true))
    np.testing.assert_allclose(apart, 0, atol=1e-5)


def test_an_island_in_a_hole_keeps_its_place_and_its_own_hole():
    outer = box(E, N, E + 100, N + 100) - box(E + 20, N + 20, E + 80, N + 80)
    inner = box(E + 30, N + 30, E + 70, N + 70) - box(E + 40, N + 40, E + 60, N + 60)
    zone = box(E - 5, N + 0.5, E + 200, N + 200.5)
    frame = shares(layer(MultiPolygon([outer, inner])).geometry, layer(zone).geometry, geometry=True).frame
    assert frame["geometry"][0].equals(shapely.intersection(MultiPolygon([outer, inner]), zone))
    assert sorted(len(part.interiors) for part in frame["geometry"][0].geoms) == [1, 1]


def test_bytes_survive_the_way_through_coordinates():
    shapes = np.array([box(0, 0, 1, 1), MultiPolygon([box(0, 0, 9, 9) - box(2, 2, 3, 3), box(20, 0, 25, 5)])])
    rings = from_shapes(shapes, PARCEL)
    assert to_arrow(rings).to_pylist() == shapely.to_wkb(shapes).tolist()
    assert shapely.equals(rings.shapes(np.array([1, 0, 1])), shapes[[1, 0, 1]]).all()


def kept(folder: Path, frame: gpd.GeoDataFrame, rows: int = 50) -> Path:
    file = folder / "parcels.parquet"
    frame.to_parquet(file, index=False, write_covering_bbox=True, schema_version="1.1.0", row_group_size=rows)
    return file


def cells(count: int, seed: int, reach: float = 1000.0) -> np.ndarray:
    points = np.random.default_rng(seed).uniform(0, reach, (count, 2)) + [E, N]
    ground = box(E, N, E + reach, N + reach)
    made = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=ground))
    made = shapely.intersection(made, ground)
    order = np.lexsort((shapely.get_y(shapely.centroid(made)), shapely.get_x(shapely.centroid(made)) // 100))
    return made[order]


def against(zones: gpd.GeoDataFrame, out: Path) -> Against:
    import pyarrow as pa

    names = pa.table({name: pa.array(zones[name]) for name in zones.columns if name != "geometry"})
    return Against(ZoneIndex.of(zones.geometry), out, names)


@pytest.mark.parametrize("zones_kind", ["apart", "beside one another", "over one another"])
def test_a_file_of_pieces_is_what_pieces_gives_in_memory_and_closes_on_each_parcel(tmp_path, zones_kind):
    parcels = layer(*cells(400, 2))
    parcels["_area_m2"] = area_m2(parcels)
    zone_shapes = {
        "apart": [
            box(E + 33.3, N + 41.7, E + 410.1, N + 466.6),
            shapely.Point(E + 700, N + 700).buffer(180.3) - shapely.Point(E + 700, N + 700).buffer(60.1),
        ],
        "beside one another": list(cells(7, 9)[:5]),
        "over one another": [
            box(E + 33.3, N + 41.7, E + 410.1, N + 466.6),
            box(E + 200.2, N + 300.3, E + 700.7, N + 800.8),
        ],
    }[zones_kind]
    zones = layer(*zone_shapes)
    file, out = kept(tmp_path, parcels), tmp_path / "pieces.parquet"
    done = pieces_of_file(file, {"Z": against(zones, out)}, outside=True, threads=2)
    found = gpd.read_parquet(out)
    known = pieces(parcels, zones, parcel_m2=parcels["_area_m2"].to_numpy(), outside=True).frame
    assert found[["parcel", "zone"]].values.tolist() == known[["parcel", "zone"]].values.tolist()
    np.testing.assert_allclose(found["area_m2"], known["area_m2"], atol=1e-4)
    assert found.geometry.is_valid.all()
    assert (shapely.area(shapely.symmetric_difference(found.geometry, known.geometry)) < 1e-5).all()
    assert found["name"].tolist() == known["name"].tolist()
    assert found["name_zone"].fillna("").tolist() == known["name_zone"].fillna("").tolist()
    assert done["Z"].pieces == len(found)
    if zones_kind != "over one another":
        sums = found.groupby("parcel")["area_m2"].sum().to_numpy()
        np.testing.assert_allclose(sums, parcels["_area_m2"], atol=0.01, rtol=0)
        total = shapely.area(found.geometry.array).reshape(-1)
        planes = np.bincount(found["parcel"], total)
        np.testing.assert_allclose(planes, shapely.area(parcels.geometry.array), atol=1e-5)


def test_what_is_wholly_inside_or_outside_keeps_its_very_bytes(tmp_path):
    parcels = layer(*cells(300, 4))
    zone = layer(box(E + 201.1, N + 201.1, E + 803.3, N + 803.3))
    out = tmp_path / "pieces.parquet"
    file = kept(tmp_path, parcels)
    pieces_of_file(file, {"Z": against(zone, out)}, outside=True)
    before = pq.read_table(file)["geometry"].to_pylist()
    after = pq.read_table(out).to_pylist()
    whole = [row for row in after if row["share"] == 1]
    assert {row["zone"] for row in whole} == {0, -1}
    assert all(row["geometry"] == before[row["parcel"]] for row in whole)


def test_one_thread_or_two_give_the_same_bytes_and_many_layers_one_reading(tmp_path):
    file = kept(tmp_path, layer(*cells(500, 6)))
    zones = {name: layer(*cells(9, seed)[:4]) for name, seed in (("A", 1), ("B", 2))}
    made = []
    for threads in (1, 2):
        layers = {name: against(held, tmp_path / f"{name}{threads}.parquet") for name, held in zones.items()}
        pieces_of_file(file, layers, threads=threads)
        made.append([a.out.read_bytes() for a in layers.values()])
    assert made[0] == made[1]


def test_the_file_says_what_it_is_and_can_be_read_by_box(tmp_path):
    file, out = kept(tmp_path, layer(*cells(300, 4))), tmp_path / "p.parquet"
    pieces_of_file(file, {"Z": against(layer(*cells(9, 3)[:5]), out)}, columns=[])
    every = gpd.read_parquet(out)
    assert every.crs.to_epsg() == 4547
    window = (E + 100, N + 100, E + 200, N + 150)
    some_ = gpd.read_parquet(out, bbox=window)
    expected = every[shapely.intersects(shapely.box(*every.geometry.bounds.to_numpy().T), box(*window))]
    assert some_[["parcel", "zone"]].values.tolist() == expected[["parcel", "zone"]].values.tolist()
    assert "name" not in every.columns or "name_zone" not in every.columns


def test_only_the_parcels_of_a_box_are_asked_for(tmp_path):
    shapes = cells(600, 8)
    file = kept(tmp_path, layer(*shapes))
    index = ZoneIndex.of(gpd.GeoSeries(cells(9, 3)[:5], crs=CRS))
    window = (E + 310, N + 110, E + 400, N + 300)
    every = shares_of_file(file, {"Z": index})["Z"].frame
    some_ = shares_of_file(file, {"Z": index}, bbox=window)["Z"].frame
    near = np.flatnonzero(shapely.intersects(shapely.box(*shapely.bounds(shapes).T), box(*window)))
    expected = every[every["parcel"].isin(near)].reset_index(drop=True)
    assert some_.equals(expected)
    assert 0 < len(some_) < len(every)
    assert shares_of_file(file, {"Z": index}, bbox=(0, 0, 1, 1))["Z"].frame.empty


def test_slivers_stay_with_the_outside(tmp_path):
    parcels = layer(box(E, N, E + 100, N + 100))
    zone = layer(box(E + 99.95, N - 10, E + 200, N + 110))
    out = tmp_path / "p.parquet"
    done = pieces_of_file(
        kept(tmp_path, parcels),
        {"Z": against(zone, out)},
        outside=True,
        tolerance=Tolerance(sliver_width_m=0.5),
    )
    assert (done["Z"].slivers, done["Z"].slivers_m2) == (1, pytest.approx(5, rel=1e-3))
    found = gpd.read_parquet(out)
    assert found["zone"].tolist() == [-1]
    assert found["share"].tolist() == [1]


def test_faults_name_the_row_and_leave_no_file(tmp_path):
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    shapes = cells(120, 3)
    shapes[77] = bowtie
    file, out = kept(tmp_path, layer(*shapes)), tmp_path / "out" / "p.parquet"
    zone = layer(box(E - 1, N - 1, E + 5, N + 500))
    for checked in (False, True):
        with pytest.raises(InvalidGeometry) as caught:
            pieces_of_file(file, {"Z": against(zone, out)}, checked=checked)
        assert caught.value.facts["row"] == 77
    with pytest.raises(WrongUse):
        pieces_of_file(file, {"Z": against(zone, out)}, columns=["nothing"])

    def stop(step: Step) -> None:
        raise Cancelled(Text("停", "stop"), Text("", ""))

    good = kept(tmp_path, layer(*cells(120, 3)))
    with pytest.raises(Cancelled):
        pieces_of_file(good, {"Z": against(zone, out)}, progress=stop)
    assert list(out.parent.iterdir()) == []


def test_repair_is_done_only_when_asked_and_named():
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    parcels, zones = layer(box(E, N, E + 5, N + 5), bowtie).geometry, layer(box(E, N, E + 20, N + 5)).geometry
    for checked in (False, True):
        with pytest.raises(InvalidGeometry):
            shares(parcels, zones, checked=checked)
        with pytest.raises(InvalidGeometry):
            shares(zones, ZoneIndex.of(parcels, checked=checked))
    mended = shares(parcels, zones, repair=True)
    assert mended.repaired.tolist() == [1]
    assert mended.frame["share"].tolist() == [1, pytest.approx(0.5, abs=1e-6)]
    assert len(shares(zones, ZoneIndex.of(parcels, repair=True)).frame) == 2
