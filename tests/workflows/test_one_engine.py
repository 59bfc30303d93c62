"""Everyone who asks how much of this lies in that gets the same answer: there is one engine.

Inspection (a layer with itself), review (one site), the cluster (pieces), maintenance (cut with geometry) and
indicators (statistics of stored layers) on the same made-up layers, against one another and against GEOS.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from given import CRS, ORIGIN_E, ORIGIN_N, valid
from tuban.geo.area import area_m2
from tuban.geo.coords import from_shapes
from tuban.geo.overlay import shares, shares_of_file, site_shares
from tuban.geo.overlay_pairs import PARCEL, measure_pairs
from tuban.geo.overlay_pieces import pieces
from tuban.geo.overlay_self import overlaps_within
from tuban.geo.zone_index import ZoneIndex
from tuban.indicators.area_statistics import AreaTable
from tuban.store import Workspace, create
from tuban.workflows.shares import shares_of_dataset
from tuban.workflows.statistics import area_table

EXACT = 1e-6  # m²


@pytest.fixture(scope="module")
def parcels() -> gpd.GeoDataFrame:
    """Sixty stars of 60 to 160 m that lie over one another, some with a hole."""
    rng = np.random.default_rng(8)
    middle = rng.uniform(0, 900, (60, 2)) + [ORIGIN_E, ORIGIN_N]
    angle = (np.arange(24) + rng.uniform(0.1, 0.9, (60, 24))) * 2 * np.pi / 24
    reach = rng.uniform(30, 80, (60, 1)) * rng.uniform(0.7, 1, (60, 24))
    xy = middle[:, None] + reach[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    shapes = shapely.polygons(xy)
    shapes[::4] = shapely.difference(shapes[::4], shapely.buffer(shapely.points(middle[::4]), 12))
    assert shapely.is_valid(shapes).all()
    return gpd.GeoDataFrame({"DLBM": "0101", "BSM": np.arange(60).astype(str)}, geometry=shapes, crs=CRS)


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    """Nine zones that fill the ground of the parcels without overlap, with borders that wander."""
    rng = np.random.default_rng(9)
    at = np.array([-500.0, 250, 600, 1500])
    corner = np.stack(np.meshgrid(at, at, indexing="ij"), -1) + rng.uniform(-60, 60, (4, 4, 2))
    corner += [ORIGIN_E, ORIGIN_N]
    cells = [
        shapely.Polygon([corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1]])
        for i in range(3)
        for j in range(3)
    ]
    codes = ["100", "200", "210", "300", "310", "320", "400", "410", "500"]
    return gpd.GeoDataFrame({"GHFQDM": codes}, geometry=cells, crs=CRS)


@pytest.fixture(scope="module")
def ws(parcels, zones, tmp_path_factory):
    with create(tmp_path_factory.mktemp("one") / "w", name="试验县", by="张三") as made:
        for code, frame in (("DLTB", parcels), ("GHFQ", zones)):
            made.add_version(
                code, frame, source_name="x.gpkg", source_sha256="0" * 64, valid=valid(), by="张三"
            )
        yield made


def test_a_layer_with_itself_is_the_same_by_check_matrix_shares_and_site(parcels):
    rings, index = from_shapes(np.asarray(parcels.geometry), PARCEL), ZoneIndex.of(parcels.geometry)
    matrix = measure_pairs(rings, index)
    found = shares(parcels.geometry, index).frame
    assert found["parcel"].tolist() == matrix.parcel.tolist()
    assert found["zone"].tolist() == matrix.zone.tolist()
    np.testing.assert_array_equal(found["share"], matrix.share)

    check = overlaps_within(parcels).frame
    above = matrix.parcel < matrix.zone
    assert check["row_a"].tolist() == matrix.parcel[above].tolist()
    assert check["row_b"].tolist() == matrix.zone[above].tolist()
    np.testing.assert_allclose(check["area_m2"], matrix.common_m2[above], rtol=0, atol=EXACT)
    assert len(check) > 30

    for row in range(len(parcels)):
        site = site_shares(parcels.geometry.iloc[[row]], {"DLTB": index})
        own = found[found["parcel"] == row]
        assert site["zone"].tolist() == own["zone"].tolist()
        np.testing.assert_allclose(site["area_m2"], own["area_m2"], rtol=0, atol=EXACT)


def test_the_matrix_is_that_of_geos(parcels):
    rings, index = from_shapes(np.asarray(parcels.geometry), PARCEL), ZoneIndex.of(parcels.geometry)
    matrix = measure_pairs(rings, index, measure="plane")
    shapes = np.asarray(parcels.geometry)
    theirs = shapely.area(shapely.intersection(shapes[matrix.parcel], shapes[matrix.zone]))
    np.testing.assert_allclose(matrix.common_m2, theirs, rtol=1e-9, atol=EXACT)


def test_files_pieces_cuts_and_statistics_agree(ws: Workspace, tmp_path: Path):
    land, plan = ws.version("DLTB"), ws.version("GHFQ")
    frame, cells = ws.read(land), ws.read(plan)
    index = ws.indexes.of(plan)
    by_rows = shares(frame.geometry, index, parcel_m2=frame["_area_m2"].to_numpy()).frame

    by_file = shares_of_file(ws.path(land), {"GHFQ": index})["GHFQ"].frame
    pd.testing.assert_frame_equal(by_file, by_rows, rtol=0, atol=EXACT)

    out = shares_of_dataset(ws.path(land), {"GHFQ": ws.path(plan)}, tmp_path / "out.parquet", rows=1)
    by_pieces = pd.read_parquet(out.file, columns=["parcel", "zone", "area_m2", "share"])
    pd.testing.assert_frame_equal(by_pieces, by_rows, rtol=0, atol=EXACT)

    cut = pieces(frame, cells, parcel_m2=frame["_area_m2"].to_numpy()).frame
    by_cuts = pd.DataFrame(cut[["parcel", "zone", "area_m2", "share"]])
    pd.testing.assert_frame_equal(by_cuts, by_rows, rtol=0, atol=EXACT)

    table: AreaTable = area_table(ws, land, "zone")
    told = table.frame.set_index("code")["area_m2"]
    summed = by_rows.groupby(cells["GHFQDM"].to_numpy()[by_rows["zone"]])["area_m2"].sum()
    assert set(told.index) == set(summed.index)
    np.testing.assert_allclose(told[summed.index], summed, rtol=0, atol=EXACT)
    assert table.total_m2 == pytest.approx(float(area_m2(frame.geometry).sum()), abs=EXACT)
