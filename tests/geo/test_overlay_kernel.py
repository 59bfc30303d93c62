"""Shares where the answer is known: containment, equality, touching, holes, parts, large polygons, bad input."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from tuban.errors import InvalidGeometry, Text
from tuban.geo.area import area_m2
from tuban.geo.coords import from_arrow, from_shapes
from tuban.geo.overlay import Tolerance, shares, warm
from tuban.geo.overlay_pairs import PARCEL, measure_pairs
from tuban.geo.zone_index import ZoneIndex

E, N, CRS = 455_000, 3_685_000, "EPSG:4547"


def at(west: float, south: float, width: float, height: float) -> Polygon:
    return box(E + west, N + south, E + west + width, N + south + height)


def row_of(*shapes) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=CRS)


def circle(corners: int, reach: float = 500.0) -> Polygon:
    turn = np.arange(corners) * 2 * np.pi / corners
    return Polygon(np.column_stack([E + reach * np.cos(turn), N + reach * np.sin(turn)]))


def pairs(parcels, zones, measure="plane"):
    found = measure_pairs(
        from_shapes(np.array(parcels), PARCEL), ZoneIndex.of(row_of(*zones)), measure=measure
    )
    return [(int(p), int(z), m2) for p, z, m2 in zip(found.parcel, found.zone, found.common_m2, strict=True)]


def test_inside_equal_and_around():
    small, large = at(10, 10, 30, 20), at(0, 0, 100, 100)
    assert pairs([small], [large]) == [(0, 0, 600.0)]
    assert pairs([large], [small]) == [(0, 0, pytest.approx(600))]
    assert pairs([large], [large]) == [(0, 0, 10_000.0)]
    assert pairs([small], [at(10, 10, 30, 90)]) == [(0, 0, 600.0)]  # inside, along an edge


def test_touching_shares_no_ground():
    middle = at(0, 0, 100, 100)
    around = [
        at(100, 0, 50, 100),
        at(0, 100, 100, 9),
        at(100, 100, 5, 5),
        at(-5, -5, 5, 5),
        at(-7, 20, 7, 30),
    ]
    assert pairs([middle], around) == []
    assert pairs(around, [middle]) == []


def test_an_edge_shared_in_part_and_by_other_vertices_shares_no_ground():
    slope = Polygon([(E, N), (E + 300, N + 100), (E, N + 100)])
    other = Polygon([(E + 300, N + 100), (E + 150, N + 50), (E + 30, N + 10), (E, N), (E + 300, N)])
    assert pairs([slope], [other]) == []


def test_the_smallest_real_strip_is_seen():
    assert pairs([at(0, 0, 10, 1)], [at(0, 0.9999, 10, 1)]) == [(0, 0, pytest.approx(1e-3, abs=1e-6))]


def test_holes_are_not_ground():
    ring = at(0, 0, 300, 300) - at(100, 100, 100, 100)
    assert pairs([at(120, 120, 20, 20)], [ring]) == []
    assert pairs([at(100, 100, 100, 100)], [ring]) == []  # fills the hole
    assert pairs([at(50, 100, 100, 100)], [ring]) == [(0, 0, pytest.approx(5000))]
    assert pairs([ring], [at(100, 100, 100, 100)]) == []
    assert pairs([ring], [ring]) == [(0, 0, 80_000.0)]


def test_an_island_in_a_hole_is_ground():
    zone = MultiPolygon([at(0, 0, 300, 300) - at(50, 50, 200, 200), at(100, 100, 100, 100)])
    assert pairs([at(110, 110, 10, 10)], [zone]) == [(0, 0, pytest.approx(100))]
    assert pairs([at(0, 0, 300, 300)], [zone]) == [(0, 0, pytest.approx(60_000))]


def test_parts_are_summed_on_both_sides():
    two = MultiPolygon([at(0, 0, 10, 10), at(100, 0, 10, 10)])
    assert pairs([two], [at(5, 0, 100, 100)]) == [(0, 0, pytest.approx(100))]
    assert pairs([at(5, 0, 100, 100)], [two]) == [(0, 0, pytest.approx(100))]
    assert pairs([two], [two]) == [(0, 0, pytest.approx(200))]


@pytest.mark.parametrize("corners", [5, 24, 25, 64, 65, 500, 20_000])
def test_any_number_of_edges_takes_the_same_rule(corners):
    round_, half = circle(corners), at(-1000, -1000, 1000, 2000)
    expected = shapely.area(shapely.intersection(round_, half))
    assert pairs([round_], [half]) == [(0, 0, pytest.approx(expected, abs=1e-6))]
    assert pairs([half], [round_]) == [(0, 0, pytest.approx(expected, abs=1e-6))]
    assert pairs([round_], [circle(corners)]) == [(0, 0, pytest.approx(round_.area, abs=1e-6))]


def test_deep_in_a_large_zone_nothing_is_reckoned():
    zone = circle(20_000, 5_000)
    deep = [at(x, y, 30, 30) for x in range(-2000, 2000, 500) for y in range(-2000, 2000, 500)]
    assert all(m2 == 900.0 for _, _, m2 in pairs(deep, [zone]))


def test_a_layer_with_itself_overlaps_only_where_it_is_itself():
    """The overlap check: neighbours of a partition share edges, not ground."""
    rng = np.random.default_rng(5)
    points = shapely.MultiPoint(rng.uniform(0, 1000, (400, 2)) + [E, N])
    cells = shapely.get_parts(shapely.voronoi_polygons(points))
    found = pairs(cells, cells)
    assert [(p, z) for p, z, _ in found] == [(i, i) for i in range(len(cells))]


def test_the_same_in_one_thread_or_more_and_asked_by_index():
    rng = np.random.default_rng(8)
    west, south = rng.uniform(0, 3000, (2, 12_000))
    parcels = gpd.GeoSeries(shapely.box(E + west, N + south, E + west + 40, N + south + 30), crs=CRS)
    zones = row_of(circle(900, 1500), at(500, 500, 900, 900))
    one = shares(parcels, zones, threads=1).frame
    assert shares(parcels, zones, threads=2).frame.equals(one)
    assert shares(parcels, ZoneIndex.of(zones)).frame.equals(one)


def test_wide_pieces_are_no_slivers_and_narrow_ones_are_whoever_holds_the_zones():
    parcels = row_of(at(0, 0, 100, 100), at(0, 200, 100, 100))
    zones = row_of(at(99.95, -10, 200, 120), at(90, 190, 500, 500))
    by_index = shares(parcels, ZoneIndex.of(zones), tolerance=Tolerance(sliver_width_m=0.5))
    assert by_index.frame["parcel"].tolist() == [1]
    assert by_index.slivers == 1


def test_the_matrix_serves_degrees_too():
    parcel, zone = box(113.5, 33.3, 113.501, 33.301), box(113.5005, 33, 114, 34)
    degrees = gpd.GeoSeries([parcel], crs="EPSG:4490")
    frame = shares(degrees, gpd.GeoSeries([zone], crs="EPSG:4490")).frame
    assert frame["share"].tolist() == [pytest.approx(0.5, abs=1e-9)]
    assert frame["area_m2"][0] == pytest.approx(area_m2(degrees)[0] / 2, abs=1e-4)


def test_a_parcel_that_crosses_itself_is_refused_by_row():
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    with pytest.raises(InvalidGeometry) as caught:
        shares(row_of(at(0, 0, 5, 5), bowtie), row_of(at(3, 3, 9, 9)))
    assert caught.value.facts["row"] == 1


def test_a_parcel_whose_shell_is_missing_is_refused_even_unchecked():
    """Hole larger than its shell: less than nothing lies in the zone."""
    inverted = Polygon(at(40, 40, 20, 20).exterior, [at(0, 0, 100, 100).exterior])
    with pytest.raises(InvalidGeometry) as caught:
        shares(row_of(inverted), row_of(at(-50, -50, 60, 300)), checked=True)
    assert caught.value.facts["row"] == 0


@pytest.mark.parametrize(
    "ring",
    [
        [(0, 0), (1, 0), (1, 1), (0, 1)],  # open
        [(0, 0), (1, 0), (0, 0)],  # two corners
        [(0, 0), (np.nan, 0), (1, 1), (0, 0)],
        [(0, 0), (np.inf, 0), (1, 1), (0, 0)],
    ],
)
def test_rings_that_are_none_are_refused_by_row(ring):
    head = (
        bytes([1]) + (3).to_bytes(4, "little") + (1).to_bytes(4, "little") + len(ring).to_bytes(4, "little")
    )
    wkb = head + np.array(ring, dtype="<f8").tobytes()
    with pytest.raises(InvalidGeometry) as caught:
        from_arrow(pa.array([at(0, 0, 1, 1).wkb, wkb]), PARCEL, first_row=70)
    assert caught.value.facts["row"] == 71


def test_bytes_that_are_no_geometry_are_refused():
    whole = at(0, 0, 1, 1).wkb
    for bad in (b"", b"\x01", whole[:-3], b"\x01\x03\x00\x00\x00\xff\xff\xff\x7f" + whole[9:]):
        with pytest.raises(InvalidGeometry):
            from_arrow(pa.array([whole, bad]), Text("图斑", "parcel"))


def test_every_kind_of_bytes_is_read_alike():
    shape = MultiPolygon([at(0, 0, 9, 9) - at(2, 2, 3, 3), at(20, 0, 5, 5)])
    lifted = shapely.force_3d(shape, 7.0)
    forms = [
        shapely.to_wkb(shape),
        shapely.to_wkb(shape, byte_order=0),
        shapely.to_wkb(lifted),
        shapely.to_wkb(lifted, flavor="iso"),
        shapely.to_wkb(shapely.set_srid(shape, 4547), include_srid=True),
        shapely.to_wkb(shapely.GeometryCollection([shape, shapely.Point(0, 0)])),
    ]
    expected = from_shapes(np.array([shape]), PARCEL)
    for form in forms:
        for kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
            found = from_arrow(pa.chunked_array([pa.array([form], type=kind)]), PARCEL)
            np.testing.assert_array_equal(found.xy, expected.xy)
            np.testing.assert_array_equal(found.ring_off, expected.ring_off)
            np.testing.assert_array_equal(found.row_off, expected.row_off)


def test_nothing_empty_points_and_lines_have_no_ground():
    column = pa.array(
        [None, Polygon().wkb, shapely.Point(0, 0).wkb, shapely.LineString([(0, 0), (1, 1)]).wkb]
    )
    assert from_arrow(column, PARCEL).row_off.tolist() == [0, 0, 1, 1, 1]
    assert len(from_arrow(pa.chunked_array([], type=pa.binary()), PARCEL)) == 0
    found = pairs([None, Polygon(), shapely.Point(E, N), at(0, 0, 2, 2)], [at(-5, -5, 90, 90), None])
    assert found == [(3, 0, 4.0)]


def test_a_slice_of_a_column_is_that_slice():
    column = pa.array([at(i, 0, 1, 1).wkb for i in range(5)])
    found = from_arrow(column[2:4], PARCEL)
    np.testing.assert_array_equal(found.xy[::5, 0], [E + 3, E + 4])


def test_warming_up_is_harmless():
    warm()
