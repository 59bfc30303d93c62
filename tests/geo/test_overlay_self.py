"""A layer with itself: neighbours share edges and no ground, what lies double is found with its true area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from tuban.errors import ForeignCRS, InvalidGeometry
from tuban.geo.area import area_m2
from tuban.geo.overlay_self import overlaps_within

E, N, CRS = 455_000, 3_685_000, "EPSG:4547"
BOWTIE = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])


def at(west: float, south: float, width: float, height: float) -> Polygon:
    return box(E + west, N + south, E + west + width, N + south + height)


def layer(*shapes) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=CRS)


def cells(count: int, seed: int = 5) -> np.ndarray:
    points = np.random.default_rng(seed).uniform(0, 1000, (count, 2)) + [E, N]
    return shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points)))


def test_a_partition_lies_over_itself_nowhere():
    assert overlaps_within(layer(*cells(400))).frame.empty


def test_each_pair_comes_once_with_its_area_on_the_ellipsoid():
    found = overlaps_within(
        layer(at(0, 0, 100, 100), at(95, 0, 100, 100), at(99, 50, 9, 9), at(500, 0, 1, 1))
    )
    assert found.frame[["row_a", "row_b"]].values.tolist() == [[0, 1], [0, 2], [1, 2]]
    common = np.array([at(95, 0, 5, 100), at(99, 50, 1, 9), at(99, 50, 9, 9)])
    np.testing.assert_allclose(found.frame["area_m2"], area_m2(common, CRS, rounding="none"), atol=1e-5)
    assert [shape.equals(true) for shape, true in zip(found.shapes(), common, strict=True)] == [True] * 3
    assert found.shapes(np.array([2]))[0].equals(common[2])


def test_the_same_polygon_twice_lies_wholly_over_itself():
    frame = overlaps_within(layer(at(0, 0, 10, 10), at(50, 0, 10, 10), at(50, 0, 10, 10))).frame
    assert frame.values.tolist() == [[1, 2, pytest.approx(100, rel=1e-4)]]


def test_one_in_the_hole_of_another_shares_no_ground_and_parts_are_summed():
    ring = at(0, 0, 300, 300) - at(100, 100, 100, 100)
    assert overlaps_within(layer(ring, at(100, 100, 100, 100))).frame.empty
    two = MultiPolygon([at(0, 0, 10, 10), at(100, 0, 10, 10)])
    frame = overlaps_within(layer(two, at(5, 0, 100, 10))).frame
    assert frame.values.tolist() == [[0, 1, pytest.approx(100, rel=1e-4)]]


def test_only_the_ground_of_what_also_touches_is_built():
    comb = Polygon([(E, N), (E + 30, N), (E + 30, N + 10), (E + 20, N + 10), (E + 20, N + 5), (E, N + 5)])
    found = overlaps_within(layer(comb, at(0, 5, 25, 5)))  # along an edge, and over the tooth
    assert found.shapes()[0].equals(at(20, 5, 5, 5))


def test_rows_without_ground_have_no_overlap():
    assert overlaps_within(layer(None, Polygon(), at(0, 0, 5, 5))).frame.empty
    assert overlaps_within(layer()).frame.empty
    assert overlaps_within(gpd.GeoDataFrame({"a": [1]}, geometry=[at(0, 0, 5, 5)], crs=CRS)).frame.empty


@pytest.mark.parametrize(
    "bad",
    [
        BOWTIE,
        Polygon([(E, N), (E + 10, N + 12), (E + 10, N), (E, N + 10)]),
        Polygon(at(40, 40, 20, 20).exterior, [at(0, 0, 100, 100).exterior]),
        Polygon(at(0, 0, 20, 20).exterior, [at(15, 5, 10, 5).exterior]),
        Polygon(at(0, 0, 20, 20).exterior, [at(2, 2, 9, 9).exterior, at(8, 8, 9, 9).exterior]),
        MultiPolygon([at(0, 0, 20, 20), at(19, 0, 20, 20)]),
    ],
)
def test_what_covers_its_ground_not_just_once_is_refused_left_out_or_repaired_by_name(bad):
    good = at(-1, -1, 9, 9)
    with pytest.raises(InvalidGeometry) as caught:
        overlaps_within(layer(good, bad))
    assert caught.value.facts["row"] == 1
    out = overlaps_within(layer(good, bad), unsound="leave_out")
    assert out.frame.empty
    assert out.unsound.tolist() == [1]
    mended = overlaps_within(layer(good, bad), unsound="repair")
    assert mended.unsound.tolist() == [1]
    valid = shapely.make_valid(bad, method="structure", keep_collapsed=False)
    expected = area_m2(np.array([shapely.intersection(good, valid)]), CRS, rounding="none")
    np.testing.assert_allclose(mended.frame["area_m2"], expected[expected > 0], atol=1e-5)


def test_a_foreign_system_is_refused():
    with pytest.raises(ForeignCRS):
        overlaps_within(gpd.GeoSeries([box(113, 33, 114, 34)], crs=4326))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.001, 1.0, 20.0]))
def test_pairs_are_those_of_geos_whatever_the_order_and_the_threads(seed, reach):
    shapes = shapely.buffer(cells(40, seed), reach, quad_segs=2)
    found = overlaps_within(layer(*shapes), threads=2).frame
    one, other = np.triu_indices(len(shapes), 1)
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    table = np.zeros((len(shapes), len(shapes)))
    table[found["row_a"], found["row_b"]] = found["area_m2"]
    np.testing.assert_allclose(table[one, other], common, rtol=2e-4, atol=1e-6)
    order = np.random.default_rng(seed).permutation(len(shapes))
    again = overlaps_within(layer(*shapes[order])).frame
    turned = np.zeros_like(table)
    turned[order[again["row_a"]], order[again["row_b"]]] = again["area_m2"]
    np.testing.assert_allclose(turned + turned.T, table + table.T, rtol=1e-9, atol=1e-6)
