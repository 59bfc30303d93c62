"""Positions on the map: as the formula gives them, alike in every layer, and read straight from stored bytes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from given import CRS, ORIGIN_E, ORIGIN_N, parcels
from tuban.geo import tiles_merge
from tuban.geo.tiles import tiles_of
from tuban.geo.tiles_flat import ARRAYS, flatten
from tuban.geo.tiles_merge import FINEST, merged_at
from tuban.geo.tiles_world import FARTHEST_NORTH, WORTH_A_GRID, to_world

HALF_WORLD_M = 20037508.342789244
STEP_M = 2 * HALF_WORLD_M / 2**32


def by_proj(xy: np.ndarray, crs: str) -> np.ndarray:
    """What PROJ gives for web Mercator, in steps from the upper left corner, not rounded."""
    # On the angles as they are: PROJ would otherwise move CGCS2000 to WGS 84 by way of what it knows of both.
    lon, lat = Transformer.from_crs(crs, "EPSG:4490", always_xy=True).transform(*xy.T)
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
    return np.column_stack([(x + HALF_WORLD_M) / STEP_M, (HALF_WORLD_M - y) / STEP_M])


@settings(max_examples=25, deadline=None)
@given(
    zone=st.sampled_from(["EPSG:4547", "EPSG:4549", "EPSG:4525"]),
    east=st.floats(-140_000, 140_000),
    north=st.floats(2_000_000, 5_900_000),
    width=st.floats(1, 80_000),
    seed=st.integers(0, 99),
)
def test_a_whole_layer_lies_where_the_formula_puts_it(zone, east, north, width, seed):
    false_easting = 37_500_000 if zone == "EPSG:4525" else 500_000  # zone 37 writes its number in front
    corner = np.array([false_easting + east, north])
    xy = corner + np.random.default_rng(seed).uniform(0, width, (WORTH_A_GRID, 2))
    # Half a step of rounding, and a hundredth of one (0.1 mm) for the parabola between nodes.
    assert np.abs(to_world(xy, zone) - by_proj(xy, zone)).max() <= 0.51


def test_degrees_and_few_positions_are_projected_one_by_one():
    lonlat = np.array([[113.5, 33.3], [73.0, 18.0], [135.0, 53.5]])
    assert np.abs(to_world(lonlat, "EPSG:4490") - by_proj(lonlat, "EPSG:4490")).max() <= 0.51
    few = np.array([[ORIGIN_E, ORIGIN_N]])
    assert np.abs(to_world(few, CRS) - by_proj(few, CRS)).max() <= 0.51


def test_a_corner_is_rounded_alike_whatever_lies_around_it():
    rng = np.random.default_rng(4)
    shared = rng.uniform(0, 3_000, (500, 2)) + [ORIGIN_E, ORIGIN_N]
    around = [rng.uniform(-far, far, (WORTH_A_GRID, 2)) + [ORIGIN_E, ORIGIN_N] for far in (4_000, 60_000)]
    first, second = (to_world(np.concatenate([shared, other]), CRS)[:500] for other in around)
    assert (first == second).all()


def test_what_is_no_number_or_out_of_the_world_ends_at_its_edge():
    xy = np.tile([[113.5, 33.3]], (WORTH_A_GRID, 1))
    xy[0] = 113.5, 89.9
    edge = by_proj(np.array([[113.5, FARTHEST_NORTH]]), "EPSG:4490")[0]
    assert to_world(xy, "EPSG:4490")[0, 1] == round(max(edge[1], 0))


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    """Squares, one with a hole, one of two parts, one empty, one null."""
    frame = parcels(6, DLBM=["0101", "0301", "0601"] * 12)
    shapes = np.array(frame.geometry)
    shapes[3] = shapes[3].difference(shapely.buffer(shapes[3].centroid, 20))
    shapes[4] = shapely.MultiPolygon(
        [shapely.buffer(shapes[4].centroid, 9), shapely.buffer(shapes[11].centroid, 5)]
    )
    shapes[7] = shapely.Polygon()
    shapes[8] = None
    frame["geometry"] = gpd.GeoSeries(shapes, crs=CRS)
    return frame


def test_stored_bytes_and_objects_make_the_same_tiles(layer):
    shapes = np.asarray(layer.geometry)
    wkb = pa.array(shapely.to_wkb(shapes), type=pa.binary())
    column = pa.chunked_array([wkb.slice(0, 5), wkb.slice(5, 20), wkb.slice(25)])
    classes = {"DLBM": pd.Series(layer["DLBM"])}
    objects = flatten(shapes, CRS, "polygon", classes, merge_by="DLBM", area_m2=np.ones(36))
    stored = flatten(column, CRS, "polygon", classes, merge_by="DLBM", area_m2=np.ones(36))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(stored, name), getattr(objects, name), err_msg=name)


def test_stored_lines_and_points_are_read_too():
    shapes = np.array(
        [shapely.LineString([(113, 33), (114, 34)]), shapely.LineString([(113, 33), (113, 34)])]
    )
    column = pa.chunked_array([pa.array(shapely.to_wkb(shapes), pa.binary())])
    for kind, objects in (("line", shapes), ("point", shapely.points([[113, 33], [114, 34]]))):
        column = pa.chunked_array([pa.array(shapely.to_wkb(objects), pa.binary())])
        stored, made = (flatten(given, "EPSG:4490", kind, {}) for given in (column, objects))
        np.testing.assert_array_equal(stored.xy, made.xy)
        np.testing.assert_array_equal(stored.feature, made.feature)


def test_leaving_out_what_paints_no_cell_changes_no_tile(layer, monkeypatch):
    rng = np.random.default_rng(2)
    xy = rng.uniform(0, 4_000, (3_000, 2)) + [ORIGIN_E, ORIGIN_N]
    shapes = shapely.buffer(shapely.points(xy), rng.uniform(1, 40, 3_000), quad_segs=3)
    classes = {"DLBM": pd.Series(rng.choice(["0101", "0301", "0601"], 3_000))}
    flat = flatten(shapes, CRS, "polygon", classes, merge_by="DLBM")
    squares = [(z, *square) for z in (7, 9, 11, 13, 15) for square in tiles_of(flat, z)]
    quick = [merged_at(flat, "x", *square, FINEST) for square in squares]
    monkeypatch.setattr(tiles_merge, "seen", lambda box, ids, west, north, cell: ids)
    assert quick == [merged_at(flat, "x", *square, FINEST) for square in squares]


@settings(max_examples=30, deadline=None)
@given(z=st.integers(3, 15), seed=st.integers(0, 50), size=st.floats(1, 20_000))
def test_tiles_of_a_layer_are_those_its_boxes_touch(z, seed, size):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 40_000, (40, 2)) + [ORIGIN_E, ORIGIN_N]
    flat = flatten(shapely.box(*xy.T, *(xy + rng.uniform(0, size, (40, 2))).T), CRS, "polygon", {})
    shift, margin = 32 - z, (1 << (32 - z)) * 64 // 4096
    west, north, east, south = flat.box
    expected = set()
    for i in range(40):
        for x in range(int(west[i] - margin) >> shift, (int(east[i] + margin) >> shift) + 1):
            for y in range(int(north[i] - margin) >> shift, (int(south[i] + margin) >> shift) + 1):
                expected.add((x, y))
    assert list(tiles_of(flat, z)) == sorted(expected)
