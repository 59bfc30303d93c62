"""Area on the ellipsoid: the published vectors, an exact oracle, and what must hold for any polygon."""

from __future__ import annotations

import mpmath
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, affinity, box
from shapely.ops import split

from tuban.errors import ForeignCRS, InvalidGeometry, UnknownCRS, WrongCRS, WrongUse
from tuban.geo.area import area_ha, area_m2, length_m

geopandas = pytest.importorskip("geopandas")

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


def dms(degrees: float, minutes: float = 0, seconds: float = 0) -> float:
    return degrees + minutes / 60 + seconds / 3600


# Survey vectors: south, north, west, east → square metres by the five-term series, computed with 40 digits.
BANDS = {
    "T1": (35, dms(35, 2, 30), 113, dms(113, 3, 45), 26367263.0592975584),
    "T2": (33, 34, 113, 114, 10306222570.5927142),
    "T3": (dms(33, 15), dms(33, 16, 15), dms(113, 30), dms(113, 31, 52.5), 6728031.1954218143),
    "T4": (0, 1, 113, 114, 12308463893.5694977),
    "T5": (dms(34, 54), dms(34, 54, 1), dms(112, 36), dms(112, 36, 1), 782.3829886789),
    "T6": (0, 90, 0, 360, 255032810857371.29),
}
P1 = [
    (455000, 3685000),
    (455180.5, 3685022.3),
    (455201.25, 3684890.75),
    (455110, 3684860.1),
    (454990.4, 3684899.95),
]
P2 = [(450000, 3680000), (460000, 3680000), (460000, 3690000), (450000, 3690000)]
P4 = [(360000, 3680000), (360100, 3680000), (360100, 3680100), (360000, 3680100)]
P5 = [(452000, 3686000), (452000, 3687000), (453000, 3687000), (453000, 3686000)]
HOLE = [(452400, 3686400), (452600, 3686400), (452600, 3686600), (452400, 3686600)]
# EPSG:4547 → with all rounding | without any; the second column with the handbook's footpoint table.
SHAPES = {
    "P1": (Polygon(P1), 26345.39828, 26345.39646),
    "P2": (Polygon(P2), 99994988.46953, 99994988.47645),
    "P4": (Polygon(P4), 9995.17270, 9995.17401),
    "P5 shell": (Polygon(P5), 999944.38332, 999944.38886),
    "P5 hole": (Polygon(HOLE), 39997.77520, None),
    "P5 net": (Polygon(P5, [HOLE]), 959946.60812, None),
}


def exact_band_m2(south: float, north: float, west: float, east: float) -> mpmath.mpf:
    """The closed form b²ΔL[q(B2) − q(B1)] with 40 digits."""
    with mpmath.workdps(40):
        f = 1 / mpmath.mpf("298.257222101")
        b, e = 6378137 * (1 - f), mpmath.sqrt(f * (2 - f))

        def q(degrees: float) -> mpmath.mpf:
            sine = mpmath.sin(mpmath.radians(mpmath.mpf(degrees)))
            return sine / (2 * (1 - (e * sine) ** 2)) + mpmath.atanh(e * sine) / (2 * e)

        return b**2 * mpmath.radians(mpmath.mpf(east) - mpmath.mpf(west)) * (q(north) - q(south))


@pytest.mark.parametrize("name", BANDS)
def test_a_band_has_the_area_of_the_series(name):
    south, north, west, east, series_m2 = BANDS[name]
    assert area_m2(box(west, south, east, north), 4490, rounding="none")[0] == pytest.approx(
        series_m2, rel=1e-11
    )


@pytest.mark.parametrize("name", ["T1", "T2", "T3", "T4", "T5"])
def test_a_band_has_the_area_of_the_closed_form(name):
    south, north, west, east, _ = BANDS[name]
    exact = float(exact_band_m2(south, north, west, east))
    assert area_m2(box(west, south, east, north), 4490, rounding="none")[0] == pytest.approx(exact, rel=1e-11)
    # The corners lie on whole 1e-6″: rounding them changes nothing, the result is cut at the cent.
    assert area_m2(box(west, south, east, north), 4490)[0] == pytest.approx(exact, abs=0.0051 + 1e-11 * exact)


@pytest.mark.parametrize("name", SHAPES)
def test_a_parcel_has_the_audited_area(name):
    shape, rounded_m2, _ = SHAPES[name]
    assert area_m2(shape, 4547)[0] == pytest.approx(round(rounded_m2, 2), abs=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_the_unrounded_area_of_a_parcel(name):
    shape, _, unrounded_m2 = SHAPES[name]
    if unrounded_m2 is not None:
        # The handbook's footpoint is 2e-11 rad off the exact one used here.
        assert area_m2(shape, 4547, rounding="none")[0] == pytest.approx(unrounded_m2, rel=5e-11, abs=1e-5)


def geod_m2(shape: Polygon, crs: str) -> float:
    """An independent answer: cut every edge to 10 m in the plane, project with PROJ, let Geod sum.

    Not finer: Geod is good to some 1e-5 m² an edge, and a thousand pieces of a millimetre add that up.
    """
    to_degrees = pyproj.Transformer.from_crs(crs, 4490, always_xy=True)

    def ring(line: shapely.LinearRing) -> float:
        lon, lat = to_degrees.transform(
            *np.transpose(shapely.get_coordinates(shapely.segmentize(line, 10))[:-1])
        )
        return abs(GEOD.polygon_area_perimeter(lon, lat)[0])

    return ring(shape.exterior) - sum(ring(hole) for hole in shape.interiors)


@pytest.mark.parametrize("name", SHAPES)
def test_the_area_agrees_with_geodesics_on_a_finely_divided_ring(name):
    shape, rounded_m2, _ = SHAPES[name]
    expected = geod_m2(shape, "EPSG:4547")
    # What is left between pieces of 70 m and of 10 m: under 10 mm² for each metre of outline.
    assert area_m2(shape, 4547, rounding="none")[0] == pytest.approx(
        expected, rel=1e-11, abs=1e-4 + 1e-5 * shape.length
    )
    assert rounded_m2 == pytest.approx(expected, abs=0.01 + 1e-9 * expected)


def test_geodesics_between_the_corners_of_a_district_are_not_the_statutory_area():
    lon, lat = pyproj.Transformer.from_crs(4547, 4490, always_xy=True).transform(*np.transpose(P2))
    assert abs(GEOD.polygon_area_perimeter(lon, lat)[0]) - area_m2(Polygon(P2), 4547)[0] > 20


def test_edges_are_straight_where_they_were_drawn():
    # 10 km straight in (B, L) and 10 km straight in the plane differ by 17.6 m² on this square.
    lon, lat = pyproj.Transformer.from_crs(4547, 4490, always_xy=True).transform(*np.transpose(P2))
    undivided = area_m2(Polygon(np.transpose([lon, lat])), 4490, rounding="none")[0]
    assert undivided == pytest.approx(99995006.09, abs=0.02)
    assert area_m2(Polygon(P2), 4547)[0] == pytest.approx(99994988.47, abs=1e-6)


@pytest.mark.parametrize(("side_m", "added"), [(70.0, 0), (70.01, 1), (139.99, 1), (140.0, 2), (700.0, 10)])
def test_a_longer_edge_than_70_m_gets_a_point_for_every_full_70_m(side_m, added):
    east, north = 455_000.0, 3_685_000.0
    corners = [(east, north), (east + side_m, north), (east + side_m, north + 20), (east, north + 20)]
    share = np.arange(1, added + 1) / (added + 1)
    points = [
        corners[0],
        *((round(east + side_m * s, 6), north) for s in share),
        *corners[1:3],
        *((round(east + side_m * (1 - s), 6), north + 20) for s in share),
        corners[3],
    ]
    # The same points put in beforehand, each piece short enough to be left alone: the rounding of stored
    # coordinates to 0.1 mm is the only difference.
    given_area = area_m2(Polygon(points), 4547, rounding="none")[0]
    assert area_m2(Polygon(corners), 4547, rounding="none")[0] == pytest.approx(given_area, abs=1e-6)


# ---- what comes in ----


def test_nothing_has_no_area():
    nothing = [
        None,
        Polygon(),
        shapely.MultiPolygon(),
        shapely.Point(455000, 3685000),
        shapely.GeometryCollection(),
    ]
    assert area_m2(nothing, 4547).tolist() == [0.0] * 5
    assert area_m2([], 4547).shape == (0,)
    assert area_m2(shapely.LineString(P4), 4547).tolist() == [0.0]


def test_rows_keep_their_place_among_holes_parts_and_gaps():
    far = affinity.translate(Polygon(P4), 500, 0)
    rows = [
        Polygon(P5, [HOLE]),
        None,
        shapely.MultiPolygon([Polygon(P4), far]),
        Polygon(),
        Polygon(HOLE),
        shapely.GeometryCollection([Polygon(P4), shapely.Point(0, 0), shapely.GeometryCollection([far])]),
        Polygon(P5),
    ]
    each = [area_m2(row, 4547, rounding="none")[0] for row in rows]
    together = area_m2(rows, 4547, rounding="none")
    np.testing.assert_allclose(together, each, rtol=1e-12)
    assert together[0] == pytest.approx(together[6] - together[4])
    parts = area_m2([Polygon(P4), far], 4547, rounding="none")
    assert together[2] == pytest.approx(parts.sum())
    assert together[5] == pytest.approx(parts.sum())
    assert not together[[1, 3]].any()


def test_many_small_and_one_very_long_ring_are_measured_alike():
    circle = shapely.Point(455000, 3685000).buffer(5000, quad_segs=20_000)  # longer than one chunk
    small = [affinity.translate(Polygon(P4), 150 * i, 0) for i in range(600)]
    rows = [*small[:300], circle, *small[300:]]
    together = area_m2(rows, 4547)
    assert together[300] == area_m2(circle, 4547)[0]
    np.testing.assert_array_equal(np.delete(together, 300), area_m2(small, 4547))


def test_heights_do_not_count():
    assert (
        area_m2(shapely.force_3d(Polygon(P5, [HOLE]), 81.5), 4547)[0] == area_m2(Polygon(P5, [HOLE]), 4547)[0]
    )


def test_a_frame_brings_its_own_system():
    parcels = geopandas.GeoSeries([Polygon(P4)], crs=4547)
    assert (
        area_m2(parcels)[0] == area_m2(parcels.to_frame("geometry"), "EPSG:4547")[0] == pytest.approx(9995.17)
    )
    assert area_ha(parcels)[0] == pytest.approx(0.999517)
    with pytest.raises(WrongUse):
        area_m2(parcels, 4546)


def test_without_a_system_nothing_is_measured():
    with pytest.raises(UnknownCRS) as caught:
        area_m2([Polygon(P4)])
    assert "EPSG" in caught.value.fix.zh
    with pytest.raises(UnknownCRS):
        area_m2([Polygon(P4)], "北京坐标")


@pytest.mark.parametrize("crs", [4326, 3857, 32650, 4610, 4214, 2154, 25832, 4479])
def test_another_datum_or_projection_is_refused(crs):
    with pytest.raises(ForeignCRS) as caught:
        area_m2([box(113, 33, 113.01, 33.01)], crs)
    assert caught.value.fix.zh and caught.value.fix.en


@pytest.mark.parametrize("easting", [38_455_000, -5_000_000])
def test_a_zone_number_the_system_does_not_expect_is_refused(easting):
    with pytest.raises(WrongCRS):
        area_m2([affinity.translate(Polygon(P4), easting, 0)], 4547)


def test_metres_called_degrees_are_refused():
    with pytest.raises(WrongCRS):
        area_m2([Polygon(P4)], 4490)


def test_a_coordinate_that_is_no_number_is_refused():
    with pytest.raises(InvalidGeometry):
        area_m2([shapely.transform(box(113, 33, 114, 34), lambda xy: xy * np.inf)], 4490)


def test_a_rounding_nobody_defined_is_refused():
    with pytest.raises(WrongUse):
        area_m2([Polygon(P4)], 4547, rounding="bankers")  # type: ignore[arg-type]


# ---- one place, many systems ----


def test_the_zone_number_in_the_easting_changes_nothing():
    zoned = affinity.translate(Polygon(P5, [HOLE]), 38_000_000, 0)
    assert area_m2(zoned, 4526)[0] == area_m2(Polygon(P5, [HOLE]), 4547)[0]


def test_esri_spelling_is_the_same_system():
    wkt = pyproj.CRS(4526).to_wkt("WKT1_ESRI")
    zoned = affinity.translate(Polygon(P5), 38_000_000, 0)
    assert area_m2(zoned, wkt)[0] == area_m2(zoned, 4526)[0]


def test_with_the_height_datum_of_the_hand_in_it_is_the_same_system():
    assert area_m2(Polygon(P5), "EPSG:4547+5737")[0] == area_m2(Polygon(P5), 4547)[0]


@pytest.mark.parametrize(("east", "north"), [(112.5, 39.3), (112.49, 39.8), (112.51, 39.1)])
def test_a_parcel_at_the_border_of_two_zones_has_one_area(east, north):
    # Shuozhou lies across 112°30′: zones 37 (CM 111°) and 38 (CM 114°). Short edges, so that "straight" in
    # either plane is the same line to a few square millimetres.
    parcel = shapely.segmentize(box(east - 0.0005, north, east + 0.0005, north + 0.0007), 0.00001)

    def seen_in(crs: int) -> Polygon:
        change = pyproj.Transformer.from_crs(4490, crs, always_xy=True).transform
        return shapely.transform(parcel, change, interleaved=False)

    in_37, in_38 = area_m2(seen_in(4525), 4525)[0], area_m2(seen_in(4526), 4526)[0]
    assert in_37 == pytest.approx(in_38, abs=0.03)
    assert area_m2(seen_in(4525), 4525, rounding="none")[0] == pytest.approx(
        area_m2(seen_in(4526), 4526, rounding="none")[0], abs=1e-4
    )
    assert in_37 == pytest.approx(area_m2(parcel, 4490)[0], abs=0.03)
    assert abs(seen_in(4526).area - in_38) > 2  # what the plane would have said


# ---- what must hold for any polygon ----


@st.composite
def rings(draw) -> list[tuple[float, float]]:
    """A star-shaped ring of 3–12 corners, 5 m to 3 km across, anywhere in zone 38 between 20° and 50° N."""
    n = draw(st.integers(3, 12))
    east, north = draw(st.floats(370_000, 630_000)), draw(st.floats(2_200_000, 5_500_000))
    size = draw(st.floats(5, 3_000))
    share = st.floats(0.3, 1.0)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    reach = np.array([draw(share) for _ in range(n)]) * size
    return list(zip(east + reach * np.cos(angle), north + reach * np.sin(angle), strict=True))


few = settings(max_examples=60, deadline=None)


@few
@given(rings(), st.integers(0, 11))
def test_orientation_and_first_vertex_do_not_matter(ring, turn):
    turned = ring[turn % len(ring) :] + ring[: turn % len(ring)]
    plain = area_m2(Polygon(ring), 4547, rounding="none")[0]
    for other in (turned, ring[::-1]):
        assert area_m2(Polygon(other), 4547, rounding="none")[0] == pytest.approx(plain, rel=1e-10, abs=1e-5)
    statutory = area_m2([Polygon(ring), Polygon(turned), Polygon(ring[::-1])], 4547)
    assert statutory.max() - statutory.min() < 0.011 + 1e-9 * plain


@few
@given(st.lists(rings(), min_size=2, max_size=4), st.randoms())
def test_the_order_of_parts_does_not_matter(many, random):
    # Parts are measured one by one, whether or not they overlap.
    shapes = [Polygon(ring) for ring in many]
    whole = area_m2(shapely.MultiPolygon(shapes), 4547, rounding="none")[0]
    random.shuffle(shapes)
    assert area_m2(shapely.MultiPolygon(shapes), 4547, rounding="none")[0] == pytest.approx(whole, rel=1e-12)
    assert area_m2(shapes, 4547, rounding="none").sum() == pytest.approx(whole, rel=1e-12)


@few
@given(rings(), st.floats(0.1, 0.9), st.floats(0, np.pi))
def test_the_parts_of_a_divided_polygon_add_up(ring, share, angle):
    shape = Polygon(ring)
    west, south, east, north = shape.bounds
    middle = np.array([west + share * (east - west), south + share * (north - south)])
    reach = 10_000 * np.array([np.cos(angle), np.sin(angle)])
    pieces = shapely.get_parts(split(shape, shapely.LineString([middle - reach, middle + reach])))
    whole = area_m2(shape, 4547, rounding="none")[0]
    # A cut moves the points that divide an edge every 70 m: under 20 mm² for each metre of outline.
    assert area_m2(pieces, 4547, rounding="none").sum() == pytest.approx(whole, abs=2e-5 * shape.length)


@few
@given(rings(), st.floats(-3, 3))
def test_turning_the_earth_does_not_change_an_area(ring, degrees):
    lon, lat = pyproj.Transformer.from_crs(4547, 4490, always_xy=True).transform(*np.transpose(ring))
    here = area_m2(Polygon(np.transpose([lon, lat])), 4490, rounding="none")[0]
    there = area_m2(Polygon(np.transpose([lon + degrees, lat])), 4490, rounding="none")[0]
    # One step of a float at 114° is 1.4e-14°, 1.6e-9 m: times the outline.
    assert there == pytest.approx(here, rel=1e-9, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(rings())
def test_any_ring_agrees_with_geodesics_and_the_audited_number_with_both(ring):
    shape = Polygon(ring)
    expected = geod_m2(shape, "EPSG:4547")
    # An edge of s metres that runs east, straight in (B, L), lies s²·tan B / 8R beside the straight one at its
    # middle, two thirds of that on average; s is at most 70 m.
    north = max(y for _, y in ring) / 6.371e6
    bent_m = 70**2 * np.tan(north) / (12 * 6.371e6)
    assert area_m2(shape, 4547, rounding="none")[0] == pytest.approx(
        expected, abs=1e-4 + bent_m * shape.length
    )
    # Each vertex moves by at most half of 0.1 mm in x and y and half of 1e-6″ in B and L, 0.09 mm together; the
    # footpoint table by 2e-11 of the size; the result is rounded to 0.01 m².
    moved_m = 9.1e-5
    assert area_m2(shape, 4547)[0] == pytest.approx(expected, abs=0.006 + (bent_m + moved_m) * shape.length)


# ---- a real county ----


@pytest.mark.shared
@pytest.mark.parametrize(("name", "km2"), [("舞钢市", 628.74), ("平顶山市", 7905.74)])
def test_real_outlines_have_the_area_published_with_them(shared, name, km2):
    layer = "county_amap" if name == "舞钢市" else "prefecture_amap"
    outlines = geopandas.read_file(shared / "data" / "admin" / "boundaries_wgs84.gpkg", layer=layer)
    with pytest.raises(ForeignCRS):
        area_m2(outlines)
    column = next(c for c in outlines.columns if (outlines[c].astype(str) == name).any())
    outline = outlines.geometry[outlines[column] == name]
    assert len(outline) == 1
    # WGS 84 and CGCS2000 differ by less than the outline's own error; said explicitly, not assumed.
    assert area_m2(np.asarray(outline), 4490)[0] / 1e6 == pytest.approx(km2, abs=0.006)


# ---- length ----


def test_a_line_is_as_long_as_its_geodesic():
    line = shapely.LineString([(113, 33), (113.5, 33), (113.5, 33.5)])
    expected = GEOD.inv(113, 33, 113.5, 33)[2] + GEOD.inv(113.5, 33, 113.5, 33.5)[2]
    assert length_m([line, None, shapely.Point(113, 33)], 4490).tolist() == [
        pytest.approx(expected),
        0.0,
        0.0,
    ]


def test_the_plane_is_shorter_or_longer_than_the_ground():
    # 140 km from the central meridian the plane stretches by y²/2R² = 2.4e-4.
    line = shapely.LineString([(360_000, 3_680_000), (360_000, 3_690_000)])
    assert length_m(line, 4547)[0] == pytest.approx(10_000 * (1 - 140_000**2 / (2 * 6_367_000**2)), abs=0.01)


def test_the_outline_of_a_polygon_counts_holes_and_parts():
    square, hole = Polygon(P5), Polygon(HOLE)
    whole = length_m([Polygon(P5, [HOLE]), shapely.MultiPolygon([square, Polygon(P4)])], 4547)
    assert whole[0] == pytest.approx(length_m([square, hole], 4547).sum())
    assert whole[1] == pytest.approx(length_m([square, Polygon(P4)], 4547).sum())
    assert length_m([], 4547).shape == (0,)
