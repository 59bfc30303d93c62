"""Shares of parcels in zones: worlds whose answer is known beforehand, and what must hold for any."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from tuban.domain.progress import Step
from tuban.errors import Cancelled, ForeignCRS, InvalidGeometry, Text
from tuban.geo.area import area_m2
from tuban.geo.overlay import Tolerance, shares

E, N = 455_000, 3_685_000


def at(west: float, south: float, width: float, height: float) -> Polygon:
    return box(E + west, N + south, E + west + width, N + south + height)


def row_of(*shapes, crs=4547) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=crs)


def test_half_inside_is_half_a_share():
    parcels, zones = row_of(at(0, 0, 100, 100)), row_of(at(50, -10, 500, 500))
    frame = shares(parcels, zones).frame
    assert frame["share"].tolist() == [pytest.approx(0.5, abs=1e-6)]
    assert frame["area_m2"][0] == pytest.approx(area_m2(parcels)[0] / 2, abs=0.01)


def test_wholly_inside_is_the_statutory_area_itself():
    parcels = row_of(at(10, 10, 37, 41), at(900, 900, 10, 10))
    frame = shares(parcels, row_of(at(0, 0, 500, 500))).frame
    assert frame.values.tolist() == [[0, 0, area_m2(parcels)[0], 1.0]]


def test_two_zones_that_share_an_edge_share_a_parcel():
    parcels = row_of(at(0, 0, 100, 100))
    zones = row_of(at(-50, -50, 80, 300), at(30, -50, 300, 300))
    frame = shares(parcels, zones).frame
    assert frame["share"].tolist() == [pytest.approx(0.3, abs=1e-6), pytest.approx(0.7, abs=1e-6)]
    assert frame["area_m2"].sum() == pytest.approx(area_m2(parcels)[0], abs=1e-4)


def test_a_parcel_that_fills_a_zone_counts_once_and_touching_ones_do_not():
    parcels = row_of(at(0, 0, 100, 100), at(100, 0, 100, 100), at(100, 100, 50, 50))
    frame = shares(parcels, row_of(at(0, 0, 100, 100))).frame
    assert frame[["parcel", "zone", "share"]].values.tolist() == [[0, 0, 1.0]]


def test_a_hole_in_a_zone_is_not_the_zone():
    ring = at(0, 0, 300, 300) - at(100, 100, 100, 100)
    frame = shares(row_of(at(120, 120, 50, 50), at(80, 100, 40, 100)), row_of(ring)).frame
    assert frame["parcel"].tolist() == [1]
    assert frame["share"].tolist() == [pytest.approx(0.5, abs=1e-6)]


def test_slivers_are_left_out_and_counted():
    parcels = row_of(at(0, 0, 100, 100), at(0, 200, 100, 100))
    zones = row_of(at(99.95, -10, 200, 120), at(90, 190, 500, 500))  # 5 cm over the edge, and 10 m
    free = shares(parcels, zones)
    assert (len(free.frame), free.slivers) == (2, 0)
    narrow = shares(parcels, zones, tolerance=Tolerance(sliver_width_m=0.5))
    assert narrow.frame["parcel"].tolist() == [1]
    assert (narrow.slivers, narrow.slivers_m2) == (1, pytest.approx(5, rel=1e-3))
    small = shares(parcels, zones, tolerance=Tolerance(sliver_m2=5.1))
    assert small.frame["parcel"].tolist() == [1]


def test_pieces_come_back_where_asked():
    frame = shares(row_of(at(0, 0, 100, 100)), row_of(at(50, 0, 100, 100)), geometry=True).frame
    assert frame["geometry"][0].equals(at(50, 0, 50, 100))


def test_zones_in_another_system_stay_where_they_were_drawn():
    parcels = row_of(*(at(x, y, 90, 90) for x in range(0, 3000, 100) for y in range(0, 3000, 100)))
    zones = row_of(at(-20, 40, 2000, 1500), at(1980, 40, 900, 1500))
    here = shares(parcels, zones).frame
    for crs in (4526, 4546, 4490):
        # One long edge becomes many short ones before it is moved, so that it bends with the map.
        moved = gpd.GeoSeries(shapely.segmentize(zones.array, 50), crs=4547).to_crs(crs)
        there = shares(parcels, moved).frame
        assert there[["parcel", "zone"]].equals(here[["parcel", "zone"]])
        np.testing.assert_allclose(there["area_m2"], here["area_m2"], atol=0.01)


def test_a_long_edge_is_straight_in_its_own_plane():
    # 20 km along a parallel of the plane: seen from the neighbouring zone it bows by metres.
    zone = row_of(at(0, 0, 20_000, 100)).to_crs(4547)
    strip = row_of(at(9_990, -20, 20, 40))
    expected = shares(strip, zone).frame["share"][0]
    corners = gpd.GeoSeries(strip.array, crs=4547).to_crs(4546)
    assert shares(corners, zone).frame["share"][0] == pytest.approx(expected, abs=1e-4)


def test_nothing_meets_nothing():
    assert shares(row_of(at(0, 0, 1, 1)), row_of(at(5, 5, 1, 1))).frame.empty
    assert shares(row_of(), row_of(at(5, 5, 1, 1))).frame.empty
    assert shares(row_of(at(0, 0, 1, 1), None, Polygon()), row_of()).frame.empty


def test_a_zone_that_crosses_itself_is_refused_by_row():
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    with pytest.raises(InvalidGeometry) as caught:
        shares(row_of(at(0, 0, 5, 5)), row_of(at(0, 0, 9, 9), bowtie))
    assert caught.value.facts["row"] == 1


def test_a_foreign_system_is_refused():
    with pytest.raises(ForeignCRS):
        shares(row_of(box(113, 33, 114, 34), crs=4326), row_of(box(113, 33, 114, 34), crs=4326))


def test_it_can_be_stopped():
    def stop(step: Step) -> None:
        raise Cancelled(Text("停", "stop"), Text("", ""))

    with pytest.raises(Cancelled):
        shares(row_of(at(0, 0, 5, 5)), row_of(at(0, 0, 9, 9)), progress=stop)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(5, 395), min_size=1, max_size=5, unique=True), st.floats(-60, 60))
def test_zones_that_tile_the_ground_divide_every_parcel_without_rest(cuts, tilt):
    parcels = row_of(*(at(x, y, 50, 50) for x in range(0, 400, 50) for y in range(0, 400, 50)))
    ground = at(-100, -100, 600, 600)
    for cut in cuts:
        line = shapely.LineString([(E + cut - tilt, N - 200), (E + cut + tilt, N + 700)])
        ground = (
            shapely.ops.split(ground, line)
            if ground.geom_type == "Polygon"
            else shapely.GeometryCollection(
                [piece for part in ground.geoms for piece in shapely.ops.split(part, line).geoms]
            )
        )
    zones = row_of(*(ground.geoms if hasattr(ground, "geoms") else [ground]))
    frame = shares(parcels, zones).frame
    sums = frame.groupby("parcel")[["area_m2", "share"]].sum()
    np.testing.assert_allclose(sums["share"], 1, atol=1e-6)
    np.testing.assert_allclose(sums["area_m2"], area_m2(parcels), atol=1e-3)
