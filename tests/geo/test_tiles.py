"""Vector tiles against an independent decoder and against shapely."""

from __future__ import annotations

import gzip
import itertools

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from given import CRS, ORIGIN_E, ORIGIN_N, parcels
from tuban.geo import tiles
from tuban.geo.tiles_encode import encode
from tuban.geo.tiles_flat import flatten, lonlat_to_world
from tuban.geo.tiles_merge import FINEST, merged_at

EXTENT = 4096
HALF_WORLD_M = 20037508.342789244
ORIGIN = np.array([ORIGIN_E, ORIGIN_N])


def flat_of(frame: gpd.GeoDataFrame, kind="polygon", by: str | None = None, **properties):
    chosen = {name: frame[name] for name in properties.get("columns", [by] if by else [])}
    area = frame.area.to_numpy() if kind == "polygon" else None
    return flatten(np.asarray(frame.geometry), CRS, kind, chosen, merge_by=by, area_m2=area)


def decoded(raw: bytes) -> dict:
    """The one layer of a tile, y growing downwards as in the tile itself."""
    found = mapbox_vector_tile.decode(raw, default_options={"y_coord_down": True})
    assert len(found) == 1
    return next(iter(found.values()))


def in_tile(geometries, z: int, x: int, y: int):
    """What shapely and PROJ say: geometries in the units of a tile, through EPSG:3857."""
    change = Transformer.from_crs("EPSG:4490", "EPSG:3857", always_xy=True)
    to_degrees = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    size = 2 * HALF_WORLD_M / 2**z

    def project(xy):
        e, n = change.transform(*to_degrees.transform(xy[:, 0], xy[:, 1]))
        e, n = np.asarray(e), np.asarray(n)
        return np.column_stack(
            [((e + HALF_WORLD_M) / size - x) * EXTENT, ((HALF_WORLD_M - n) / size - y) * EXTENT]
        )

    return shapely.transform(np.asarray(geometries), project)


def middle_tile(z: int, east: float = 0.0, north: float = 0.0) -> tuple[int, int]:
    lon, lat = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(
        ORIGIN_E + east, ORIGIN_N + north
    )
    world = lonlat_to_world(np.array([lon]), np.array([lat]))[0].astype(np.int64)
    return int(world[0] >> (32 - z)), int(world[1] >> (32 - z))


def wiggly(count: int = 60, seed: int = 1, side_m: float = 3000.0) -> gpd.GeoDataFrame:
    """A coverage whose inner edges are shared: Voronoi cells of random points, cut by a square."""
    rng = np.random.default_rng(seed)
    points = shapely.multipoints(rng.uniform(0, side_m, (count, 2)) + ORIGIN)
    square = shapely.box(ORIGIN_E, ORIGIN_N, ORIGIN_E + side_m, ORIGIN_N + side_m)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square))
    cells = shapely.intersection(cells, square)
    codes = rng.choice(["0101", "0301", "1101"], len(cells))
    return gpd.GeoDataFrame({"DLBM": codes}, geometry=cells, crs=CRS)


def test_the_projection_is_that_of_web_maps():
    lon, lat = np.array([0.0, 180.0 - 1e-9, -180.0, 113.5]), np.array([0.0, 85.05, -85.05, 33.3])
    e, n = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
    step = 2 * HALF_WORLD_M / 2**32
    ours = lonlat_to_world(lon, lat).astype(np.float64)
    assert ours[:, 0] * step - HALF_WORLD_M == pytest.approx(np.asarray(e), abs=0.01)
    assert HALF_WORLD_M - ours[:, 1] * step == pytest.approx(np.asarray(n), abs=0.01)


@pytest.mark.parametrize("z", [12, 14, 15, 16, 18])
def test_polygons_are_what_shapely_clips(z):
    frame = wiggly()
    x, y = middle_tile(z, 1500, 1500)
    layer = decoded(encode(flat_of(frame, by="DLBM"), "DLTB", z, x, y))
    expected = shapely.intersection(
        in_tile(frame.geometry, z, x, y), shapely.box(-64, -64, EXTENT + 64, EXTENT + 64)
    )
    found = {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in layer["features"]}
    for fid, shape in enumerate(expected):
        if fid in found:
            # Each vertex moves by at most half a unit in x and y, so the difference fits round the outline.
            assert shapely.symmetric_difference(found[fid].buffer(0), shape).area <= shape.length * 1.0 + 4
        else:
            assert shape.area <= shape.length + 4
    assert layer["extent"] == EXTENT
    assert layer["version"] == 2


def test_shells_turn_clockwise_on_the_screen_and_holes_the_other_way():
    ring = shapely.box(ORIGIN_E, ORIGIN_N, ORIGIN_E + 400, ORIGIN_N + 400)
    hole = shapely.box(ORIGIN_E + 100, ORIGIN_N + 100, ORIGIN_E + 300, ORIGIN_N + 300)
    holed = gpd.GeoDataFrame(geometry=[shapely.difference(ring, hole), shapely.reverse(ring)], crs=CRS)
    layer = decoded(encode(flat_of(holed), "DLTB", 15, *middle_tile(15)))
    first, second = (feature["geometry"]["coordinates"] for feature in layer["features"])

    def double_area(points):
        pairs = itertools.pairwise(points)
        return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)

    assert double_area(first[0]) > 0
    assert double_area(first[1]) < 0
    assert double_area(second[0]) > 0


def test_tiles_carry_id_class_and_measured_area():
    frame = parcels(2, DLBM=["0101", "0301", None, "0101"])
    layer = decoded(encode(flat_of(frame, by="DLBM"), "DLTB", 16, *middle_tile(16)))
    by_id = {feature["id"]: feature["properties"] for feature in layer["features"]}
    assert by_id[0] == {"DLBM": "0101", "area_m2": 10_000.0}
    assert by_id[2] == {"area_m2": 10_000.0}


def test_values_of_every_kind_survive():
    frame = parcels(1)
    columns = {"text": "水田", "whole": -7, "large": 2**40, "number": 1.5, "truth": True}
    flat = flatten(
        np.asarray(frame.geometry),
        CRS,
        "polygon",
        {name: pd.Series([value]) for name, value in columns.items()},
    )
    assert decoded(encode(flat, "DLTB", 16, *middle_tile(16)))["features"][0]["properties"] == columns


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), z=st.integers(11, 16))
def test_no_gap_opens_between_parcels(seed, z):
    frame = wiggly(40, seed)
    flat = flat_of(frame, by="DLBM")
    x, y = middle_tile(z, 1500, 1500)
    for bits in (0, 2):
        layer = decoded(encode(flat, "DLTB", z, x, y, grid_bits=bits))
        shapes = [shapely.geometry.shape(feature["geometry"]).buffer(0) for feature in layer["features"]]
        window = shapely.box(0, 0, EXTENT, EXTENT)
        whole = shapely.intersection(shapely.union_all(in_tile(frame.geometry, z, x, y)), window)
        inner = whole.buffer(-(2**bits))  # the outer edge may move by the grid; inside nothing may be bare
        bare = shapely.difference(inner, shapely.union_all(shapes))
        assert bare.area == pytest.approx(0, abs=1e-6)


def test_neighbouring_tiles_meet():
    frame = wiggly()
    flat = flat_of(frame, by="DLBM")
    z = 14
    x, y = middle_tile(z, 1500, 1500)
    left, right = (decoded(encode(flat, "DLTB", z, x + i, y)) for i in (0, 1))

    def at_border(layer, column):
        line = shapely.LineString([(column, 0), (column, EXTENT)])
        shapes = {f["id"]: shapely.geometry.shape(f["geometry"]).buffer(0) for f in layer["features"]}
        spans = {fid: shapely.intersection(shape, line).bounds for fid, shape in shapes.items()}
        return {fid: (b[1], b[3]) for fid, b in spans.items() if b == b and b[3] - b[1] > 2}

    one, other = at_border(left, EXTENT), at_border(right, 0)
    assert one.keys() == other.keys()
    assert len(one) > 1
    for fid in one:
        assert one[fid] == pytest.approx(other[fid], abs=1)


def test_lines_are_cut_at_the_tile_and_points_kept_within():
    line = shapely.LineString(
        [(ORIGIN_E - 20_000, ORIGIN_N), (ORIGIN_E, ORIGIN_N + 50), (ORIGIN_E + 20_000, ORIGIN_N)]
    )
    frame = gpd.GeoDataFrame({"NAME": ["路"]}, geometry=[line], crs=CRS)
    z, (x, y) = 14, middle_tile(14)
    layer = decoded(encode(flat_of(frame, "line", columns=["NAME"]), "DL", z, x, y))
    found = shapely.geometry.shape(layer["features"][0]["geometry"])
    expected = shapely.intersection(
        in_tile([line], z, x, y)[0], shapely.box(-64, -64, EXTENT + 64, EXTENT + 64)
    )
    assert found.length == pytest.approx(expected.length, abs=3)
    assert shapely.hausdorff_distance(found, expected) < 2
    assert layer["features"][0]["properties"] == {"NAME": "路"}
    points = gpd.GeoDataFrame(
        geometry=[shapely.Point(ORIGIN_E, ORIGIN_N), shapely.Point(ORIGIN_E + 30_000, ORIGIN_N)], crs=CRS
    )
    layer = decoded(encode(flat_of(points, "point"), "XM", z, x, y))
    assert [feature["id"] for feature in layer["features"]] == [0]
    expected_point = in_tile(points.geometry, z, x, y)[0]
    assert shapely.distance(shapely.geometry.shape(layer["features"][0]["geometry"]), expected_point) < 1


def test_a_line_that_comes_back_stays_in_two_parts():
    w, e = ORIGIN_E - 9000, ORIGIN_E + 9000
    line = shapely.LineString([(ORIGIN_E, ORIGIN_N), (e, ORIGIN_N), (e, ORIGIN_N + 100), (w, ORIGIN_N + 100)])
    frame = gpd.GeoDataFrame(geometry=[line], crs=CRS)
    layer = decoded(encode(flat_of(frame, "line"), "DL", 15, *middle_tile(15)))
    assert layer["features"][0]["geometry"]["type"] == "MultiLineString"
    assert len(layer["features"][0]["geometry"]["coordinates"]) == 2


@pytest.mark.parametrize("cells", [FINEST, 256])
def test_merged_polygons_cover_what_the_parcels_cover(cells):
    frame = wiggly(400, seed=3, side_m=12_000)
    z, (x, y) = 11, middle_tile(11, 6000, 6000)
    layer = decoded(merged_at(flat_of(frame, by="DLBM"), "DLTB", z, x, y, cells))
    found = {f["properties"]["DLBM"]: shapely.geometry.shape(f["geometry"]) for f in layer["features"]}
    assert all("id" not in f or f["id"] == 0 for f in layer["features"])
    assert found.keys() == {"0101", "0301", "1101"}
    assert all(shape.is_valid for shape in found.values())
    cell = EXTENT / cells
    window = shapely.box(0, 0, EXTENT, EXTENT)
    exact = shapely.intersection(in_tile(frame.geometry, z, x, y), window)
    whole = shapely.union_all(exact)
    together = shapely.union_all(list(found.values()))
    assert shapely.difference(whole.buffer(-cell), together).area == pytest.approx(0, abs=1e-6)
    # They do not overlap: the areas of the classes sum to that of their union.
    assert sum(s.area for s in found.values()) == pytest.approx(together.area, rel=1e-9)
    for code, shape in found.items():
        area = float(shapely.area(exact[frame["DLBM"] == code]).sum())
        assert shapely.intersection(shape, window).area == pytest.approx(area, rel=0.03 * max(cell / 4, 1))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_merged_rings_are_valid_whatever_the_classes(seed):
    rng = np.random.default_rng(seed)
    frame = parcels(24, side_m=40.0)  # squares of a few cells: every kind of corner occurs
    frame["DLBM"] = rng.choice(["a", "b", "c"], len(frame))
    frame = frame[rng.uniform(size=len(frame)) > 0.2]
    z, (x, y) = 13, middle_tile(13, 480, 480)
    layer = decoded(merged_at(flat_of(frame, by="DLBM"), "DLTB", z, x, y, FINEST))
    shapes = [shapely.geometry.shape(f["geometry"]) for f in layer["features"]]
    assert all(shape.is_valid for shape in shapes)
    assert sum(s.area for s in shapes) == pytest.approx(shapely.union_all(shapes).area, rel=1e-9)


def test_merged_neighbours_meet_at_the_tile_border():
    frame = wiggly(400, seed=5, side_m=12_000)
    flat = flat_of(frame, by="DLBM")
    z, (x, y) = 12, middle_tile(12, 6000, 6000)
    line = [(0, 0), (0, EXTENT)]

    def spans(layer, column):
        border = shapely.LineString([(column, 0), (column, EXTENT)])
        return {
            f["properties"]["DLBM"]: shapely.intersection(
                shapely.geometry.shape(f["geometry"]), border
            ).length
            for f in layer["features"]
        }

    left, right = (decoded(merged_at(flat, "DLTB", z, x + i, y, FINEST)) for i in (0, 1))
    assert spans(left, EXTENT) == pytest.approx(spans(right, line[0][0]))


def test_a_crowded_layer_is_merged_below_its_detail_zoom(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "MOST_BYTES", 20_000)
    frame = parcels(40, side_m=60.0)
    frame["DLBM"] = np.where(np.arange(len(frame)) % 40 < 20, "0101", "0301")
    made = tiles.build_tiles(
        tmp_path / "DLTB-1", "DLTB", np.asarray(frame.geometry), CRS, "polygon", {"DLBM": frame["DLBM"]},
        merge_by="DLBM", area_m2=frame.area.to_numpy(),
    )  # fmt: skip
    made.build_pyramid()
    assert made.complete
    assert 10 < made.detail_zoom <= 16
    for z in range(6, 19):
        squares = list(tiles.tiles_of(made.flat, z))
        for x, y in squares[:: max(len(squares) // 8, 1)]:
            tile = made.tile(z, x, y)
            if tile is None:
                continue
            raw = gzip.decompress(tile)
            assert len(raw) <= 20_000
            layer = decoded(raw)
            merged = z < made.detail_zoom
            assert all(("area_m2" in feature["properties"]) != merged for feature in layer["features"])
    again = tiles.open_tiles(tmp_path / "DLTB-1", "DLTB")
    assert again is not None
    assert again.complete
    z = made.detail_zoom - 1
    x, y = next(iter(tiles.tiles_of(made.flat, z)))
    assert again.tile(z, x, y) == made.tile(z, x, y)


@pytest.mark.parametrize("kind", ["line", "point"])
def test_crowded_lines_and_points_are_thinned(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(tiles, "MOST_BYTES", 4_000)
    rng = np.random.default_rng(2)
    start = rng.uniform(0, 3000, (2000, 2)) + ORIGIN
    shapes = shapely.points(start)
    if kind == "line":
        shapes = shapely.linestrings(np.stack([start, start + rng.exponential(30, (2000, 2))], axis=1))
    made = tiles.build_tiles(tmp_path / kind, kind, shapes, CRS, kind, {})
    made.build_pyramid()
    x, y = middle_tile(10, 1500, 1500)
    tile = made.tile(10, x, y)
    assert tile is not None
    assert len(gzip.decompress(tile)) <= 4_000
    assert len(decoded(gzip.decompress(tile))["features"]) < 2000


def test_nothing_far_away_and_nothing_of_empty_geometry(tmp_path):
    shapes = np.array([None, shapely.Polygon(), parcels(1).geometry.iloc[0]], dtype=object)
    made = tiles.build_tiles(tmp_path / "t", "DLTB", shapes, CRS, "polygon", {})
    x, y = middle_tile(14)
    assert made.tile(14, x + 5, y) is None
    tile = made.tile(14, x, y)
    assert tile is not None
    assert [feature["id"] for feature in decoded(gzip.decompress(tile))["features"]] == [2]


def test_tiles_are_the_same_in_every_run():
    frame = wiggly()
    x, y = middle_tile(13, 1500, 1500)
    assert encode(flat_of(frame, by="DLBM"), "DLTB", 13, x, y) == encode(
        flat_of(frame, by="DLBM"), "DLTB", 13, x, y
    )
