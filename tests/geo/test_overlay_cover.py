"""Whether a layer fills its area: every gap with its place and size, what sticks out, and nothing else."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from tuban.errors import InvalidGeometry, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.overlay_cover import cover_difference

E, N, CRS = 455_000, 3_685_000, "EPSG:4547"
WHOLE = box(E, N, E + 1000, N + 1000)


def layer(*shapes, crs=CRS) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=crs)


def cells(count: int, seed: int = 5) -> np.ndarray:
    points = np.random.default_rng(seed).uniform(0, 1000, (count, 2)) + [E, N]
    found = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=WHOLE)
    return shapely.intersection(shapely.get_parts(found), WHOLE)


def true_m2(*shapes) -> np.ndarray:
    return area_m2(np.array(shapes, dtype=object), CRS, rounding="none")


def test_a_partition_leaves_nothing_open_and_holds_nothing_beyond():
    found = cover_difference(layer(*cells(1200)), layer(WHOLE))
    assert found.gaps.empty
    assert found.beyond.empty


def test_a_missing_polygon_is_one_gap_though_cells_cut_it():
    parts = cells(1200)
    large = box(E + 200, N + 300, E + 700, N + 600)
    kept = shapely.difference(parts, large)
    kept = kept[~shapely.is_empty(kept)]
    found = cover_difference(layer(*kept), layer(WHOLE))
    assert found.gaps["whole"].tolist() == [0]
    assert found.gaps["area_m2"].tolist() == [pytest.approx(true_m2(large)[0], abs=0.01)]
    assert shapely.hausdorff_distance(found.gaps.geometry[0], large) < 1e-6


def test_a_slit_of_a_tenth_of_a_millimetre_is_found():
    left, right = box(E, N, E + 500, N + 1000), box(E + 500.0001, N, E + 1000, N + 1000)
    found = cover_difference(layer(left, right), layer(WHOLE))
    assert found.gaps["area_m2"].tolist() == [pytest.approx(0.1, rel=1e-3)]


def test_an_overlap_of_the_same_size_does_not_hide_a_gap():
    shifted = [box(E, N, E + 501, N + 1000), box(E + 500, N, E + 999, N + 1000)]
    found = cover_difference(layer(*shifted), layer(WHOLE))
    assert found.gaps["area_m2"].tolist() == [pytest.approx(1000, rel=1e-3)]
    assert found.gaps.geometry[0].equals(box(E + 999, N, E + 1000, N + 1000))


def test_what_lies_beyond_is_named_with_its_area():
    parts = [
        box(E - 10, N, E + 500, N + 1000),
        box(E + 500, N, E + 1000, N + 1000),
        box(E + 5000, N, E + 5010, N + 10),
    ]
    found = cover_difference(layer(*parts), layer(WHOLE))
    outside = [box(E - 10, N, E, N + 1000), parts[2]]
    assert found.beyond["row"].tolist() == [0, 2]
    np.testing.assert_allclose(found.beyond["area_m2"], true_m2(*outside), rtol=1e-5)
    assert all(a.equals(b) for a, b in zip(found.beyond_shapes(), outside, strict=True))
    assert found.beyond_shapes(np.array([1]))[0].equals(parts[2])


def test_two_areas_each_have_their_gaps_and_a_layer_of_none_leaves_all_open():
    two = layer(box(E, N, E + 500, N + 1000), box(E + 500, N, E + 1000, N + 1000))
    found = cover_difference(layer(box(E, N, E + 1000, N + 900)), two)
    assert found.gaps["whole"].tolist() == [0, 1]
    assert cover_difference(layer(), two).gaps["area_m2"].sum() == pytest.approx(true_m2(WHOLE)[0], rel=1e-6)


def test_degrees_are_as_fine():
    whole, part = box(113.5, 33.3, 113.6, 33.4), box(113.5, 33.3, 113.6, 33.399)
    found = cover_difference(layer(part, crs=4490), layer(whole, crs=4490))
    assert found.gaps.geometry[0].equals(box(113.5, 33.399, 113.6, 33.4))
    assert cover_difference(layer(whole, crs=4490), layer(whole, crs=4490)).gaps.empty


def test_areas_that_overlap_or_lie_in_another_system_are_refused():
    with pytest.raises(WrongUse):
        cover_difference(layer(WHOLE), layer(WHOLE, WHOLE))
    with pytest.raises(WrongUse):
        cover_difference(layer(WHOLE), layer(WHOLE).to_crs(4546))


def test_what_crosses_itself_is_refused_or_repaired_by_name():
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    with pytest.raises(InvalidGeometry):
        cover_difference(layer(bowtie), layer(WHOLE))
    with pytest.raises(InvalidGeometry):
        cover_difference(layer(WHOLE), layer(bowtie))
    mended = cover_difference(layer(bowtie), layer(WHOLE), unsound="repair")
    assert mended.unsound.tolist() == [0]
    assert mended.gaps["area_m2"].sum() == pytest.approx(true_m2(WHOLE)[0] - 50, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-2, 2))
def test_gaps_and_what_is_beyond_are_those_of_a_union(seed, reach):
    rng = np.random.default_rng(seed)
    parts = cells(300, seed)
    changed = rng.random(len(parts)) < 0.05
    parts[changed] = shapely.buffer(parts[changed], reach, quad_segs=2)
    parts = parts[~shapely.is_empty(parts)]
    found = cover_difference(layer(*parts), layer(WHOLE))
    union = shapely.union_all(parts)
    scale = true_m2(WHOLE)[0] / WHOLE.area
    assert found.gaps["area_m2"].sum() == pytest.approx(
        shapely.difference(WHOLE, union).area * scale, rel=1e-4, abs=1e-5
    )
    beyond = shapely.area(shapely.difference(parts, WHOLE)).sum()
    assert found.beyond["area_m2"].sum() == pytest.approx(beyond * scale, rel=1e-4, abs=1e-5)
