"""Pieces with geometry: they fill the parcel, carry both sides' attributes, and are cut only where they must be."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from tuban.domain.progress import Step
from tuban.errors import Cancelled, Text
from tuban.geo.area import area_m2
from tuban.geo.overlay import Tolerance, shares
from tuban.geo.overlay_pieces import OUTSIDE, pieces

E, N, CRS = 455_000, 3_685_000, "EPSG:4547"


def at(west: float, south: float, width: float, height: float) -> Polygon:
    return box(E + west, N + south, E + west + width, N + south + height)


def parcels(*shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"BSM": [f"p{i}" for i in range(len(shapes))], "DLBM": "0101"}, geometry=list(shapes), crs=CRS
    )


def zones(*shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"BSM": [f"z{i}" for i in range(len(shapes))], "level": range(len(shapes))},
        geometry=list(shapes),
        crs=CRS,
    )


def test_inside_and_outside_fill_the_parcel():
    land = parcels(at(0, 0, 100, 100), at(200, 0, 50, 50), at(500, 500, 10, 10))
    frame = pieces(land, zones(at(30, -10, 400, 400)), outside=True).frame
    assert frame[["BSM", "BSM_zone", "zone"]].fillna("").values.tolist() == [
        ["p0", "", OUTSIDE],
        ["p0", "z0", 0],
        ["p1", "z0", 0],
        ["p2", "", OUTSIDE],
    ]
    assert frame["share"].tolist() == [pytest.approx(0.3, abs=1e-6), pytest.approx(0.7, abs=1e-6), 1, 1]
    assert frame["DLBM"].tolist() == ["0101"] * 4
    assert frame.geometry[0].equals(at(0, 0, 30, 100))
    assert frame.geometry[2] is land.geometry[1]  # passed on untouched
    assert frame.crs == land.crs


def test_where_zones_overlap_the_rest_is_still_what_no_zone_has():
    frame = pieces(
        parcels(at(0, 0, 100, 100)), zones(at(0, 0, 60, 100), at(40, 0, 40, 100)), outside=True
    ).frame
    assert frame["zone"].tolist() == [OUTSIDE, 0, 1]
    assert frame["share"].tolist() == [pytest.approx(share, abs=1e-6) for share in (0.2, 0.6, 0.4)]
    assert frame.geometry[0].equals(at(80, 0, 20, 100))


def test_pieces_are_ground_only():
    """One outline crosses and also runs along the other: GEOS gives a line besides."""
    zone = Polygon(
        [
            (E + 50, N - 10),
            (E + 200, N - 10),
            (E + 200, N + 200),
            (E - 50, N + 200),
            (E - 50, N + 100),
            (E + 50, N + 100),
        ]
    )
    frame = pieces(parcels(at(0, 0, 100, 100)), zones(zone)).frame
    assert frame.geom_type.tolist() == ["Polygon"]


def test_slivers_left_out_belong_to_the_outside():
    found = pieces(
        parcels(at(0, 0, 100, 100)),
        zones(at(99.95, 0, 50, 100)),
        outside=True,
        tolerance=Tolerance(sliver_width_m=0.5),
    )
    assert (found.slivers, found.frame["share"].tolist()) == (1, [1.0])


def test_nothing_in_nothing_out():
    assert len(pieces(parcels(), zones(at(0, 0, 9, 9)), outside=True).frame) == 0
    assert len(pieces(parcels(at(50, 50, 9, 9)), zones(at(0, 0, 9, 9))).frame) == 0
    assert len(pieces(parcels(at(50, 50, 9, 9)), zones(), outside=True).frame) == 1


@pytest.mark.parametrize("seed", range(6))
def test_any_cut_closes_to_a_hundredth(seed):
    rng = np.random.default_rng(seed)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 900, (40, 2)) + [E, N]))
    )
    turn = np.sort(rng.uniform(0, 2 * np.pi, 90))
    reach = rng.uniform(150, 400, 90)
    zone = Polygon(np.column_stack([E + 450 + reach * np.cos(turn), N + 450 + reach * np.sin(turn)]))
    land = parcels(*cells)
    frame = pieces(land, zones(zone), outside=True).frame
    assert {OUTSIDE, 0} == set(frame["zone"])
    np.testing.assert_allclose(frame.groupby("parcel")["area_m2"].sum(), area_m2(land), atol=0.01, rtol=0)
    np.testing.assert_allclose(frame["area_m2"], area_m2(frame), rtol=1e-6, atol=0.05)
    assert shapely.area(frame.geometry.to_numpy()).sum() == pytest.approx(land.area.sum())


def test_work_in_threads_can_be_stopped():
    west, south = (a.ravel() for a in np.meshgrid(np.arange(200) * 10.0, np.arange(100) * 10.0))
    land = gpd.GeoSeries(shapely.box(E + west, N + south, E + west + 10, N + south + 10), crs=CRS)
    steps = []

    def stop(step: Step) -> None:
        steps.append(step.share)
        if step.share > 0.2:
            raise Cancelled(Text("停", "stop"), Text("", ""))

    with pytest.raises(Cancelled):
        shares(land, gpd.GeoSeries([at(5, 5, 300, 300)], crs=CRS), threads=2, progress=stop)
    assert steps == sorted(steps)
