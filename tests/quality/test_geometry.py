"""Rules about one object at a time: presence, validity, curves, parts, angles, size, near points, holes."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from given import CRS, ORIGIN_E, ORIGIN_N, square
from quality.hand_in import found, layer, names, rules, tiles
from tuban.domain.finding import Severity
from tuban.quality.geometry.fabric import Fabric, rings_of
from tuban.quality.geometry.soundness import countable, unsound
from tuban.quality.geometry.vertices import odd_vertices
from tuban.quality.package import open_package


def at(*corners: tuple[float, float]) -> Polygon:
    """A polygon of corners counted from the origin."""
    return Polygon([(ORIGIN_E + x, ORIGIN_N + y) for x, y in corners])


BOW_TIE = at((0, 0), (100, 100), (100, 0), (0, 100))


@pytest.mark.parametrize("rule", ["4101", "4102", "4103", "4104", "4105", "4106", "4107", "4108"])
def test_sound_squares_pass(rule: str) -> None:
    frame = layer(tiles(), DLBM=["0101"] * 9)
    assert not found(rule, DLTB=frame, CZCDYD=frame)


def test_an_object_without_geometry_is_found() -> None:
    seen = found("4101", DLTB=layer([square(), None, Polygon()]))
    assert [(names(one), one.geometry) for one in seen] == [((1,), None), ((2,), None)]


def test_a_line_among_polygons_is_found() -> None:
    line = LineString([(ORIGIN_E, ORIGIN_N), (ORIGIN_E + 10, ORIGIN_N)])
    (one,) = found("4101", DLTB=layer([square(), line]))
    assert names(one) == (1,)
    assert "应为面" in one.message.zh


def test_a_table_where_a_layer_should_be_is_one_finding() -> None:
    import pandas as pd

    from quality.hand_in import database

    plain = database(DLTB=pd.DataFrame({"BSM": ["1", "2"]}))  # type: ignore[arg-type]
    (one,) = found("4101", plain)
    assert one.rows == ()


@pytest.mark.parametrize(
    ("shape", "place", "word"),
    [
        (BOW_TIE, (50, 50), "自相交"),
        (Polygon(square().exterior, [square(200, 0, 10).exterior]), (200, 0), "外环之外"),
        (MultiPolygon([square(), square(10, 10, 10)]), (10, 10), "部件"),
        (
            Polygon(square().exterior, [square(10, 10, 50).exterior, square(20, 20, 10).exterior]),
            (20, 20),
            "内环",
        ),
    ],
)
def test_invalid_shapes_name_the_reason_and_the_place(
    shape: Polygon, place: tuple[float, float], word: str
) -> None:
    seen = [
        one for one in found("4102", DLTB=layer([square(500, 0), shape])) if one.severity is Severity.VETO
    ]
    (one,) = seen
    assert names(one) == (1,)
    assert word in one.message.zh
    assert one.geometry is not None
    where = shapely.from_wkb(one.geometry)
    assert where.geom_type == "Point"
    assert where.distance(Point(ORIGIN_E + place[0], ORIGIN_N + place[1])) < 15


def test_a_repeated_vertex_is_found_where_it_is() -> None:
    shape = at((0, 0), (100, 0), (100, 0), (100, 100), (0, 100))
    (one,) = found("4102", DLTB=layer([shape]))
    assert "重复节点" in one.message.zh
    assert one.geometry is not None
    assert shapely.get_coordinates(shapely.from_wkb(one.geometry)).tolist() == [[ORIGIN_E + 100, ORIGIN_N]]


def test_a_hole_drawn_like_its_shell_is_a_warning_only() -> None:
    shape = Polygon(square().exterior.coords, [list(square(10, 10, 10).exterior.coords)])
    (one,) = found("4102", DLTB=layer([shape]))
    assert one.severity is Severity.WARNING
    assert not found("4102", DLTB=layer([shapely.normalize(shape)]))


def test_curves_are_found_in_a_file(tmp_path, shared) -> None:
    import shutil

    shutil.copy(shared / "data" / "hard" / "curvepolygon.gpkg", tmp_path / "DLTB.gpkg")
    profile, book = rules()
    from tuban.quality.check import check

    with open_package(tmp_path / "DLTB.gpkg", profile) as package:
        for one in package.layers:
            one.spec = profile.find("DLTB")
            one.code = "DLTB"
        result = check(package, profile, book, only=["4101", "4103"])
    assert [one.rule for one in result.findings] == ["4103"]


test_curves_are_found_in_a_file = pytest.mark.shared(test_curves_are_found_in_a_file)


def test_several_parts_are_counted() -> None:
    (one,) = found(
        "4104", DLTB=layer([MultiPolygon([square(), square(200, 0)]), MultiPolygon([square(400, 0)])])
    )
    assert one.observed == "2"
    assert names(one) == (0,)


@given(st.floats(0.5, 60), st.floats(0, 360))
@settings(max_examples=60, deadline=None)
def test_an_angle_is_found_below_the_limit_and_only_there(angle: float, turn: float) -> None:
    """An isosceles triangle: one angle as drawn, the others are (180 − angle) / 2 ≥ 60."""
    half = np.radians(angle) / 2
    arms = [
        np.array([np.cos(t), np.sin(t)]) * 100 for t in (np.radians(turn) - half, np.radians(turn) + half)
    ]
    shape = at((0, 0), tuple(arms[0]), tuple(arms[1]))
    odd = odd_vertices(
        rings_of(np.array([shape], dtype=object)), CRS, near_m=0.001, same_m=1e-4, sharp_deg=10
    )
    if abs(angle - 10) < 1e-3:
        return
    assert len(odd["sharp"].row) == (1 if angle < 10 else 0)
    if angle < 10:
        assert odd["sharp"].size[0] == pytest.approx(angle, abs=1e-3)
        assert odd["sharp"].xy[0] == pytest.approx((ORIGIN_E, ORIGIN_N))


def test_a_spike_is_not_hidden_by_a_repeated_vertex() -> None:
    shape = at((0, 0), (100, 0), (100, 50), (200, 51), (200, 51), (100, 52), (100, 100), (0, 100))
    (one,) = found("4105", DLTB=layer([shape]))
    assert one.observed.startswith("1.15°")  # 2 · atan(1 / 100)


@pytest.mark.parametrize(
    ("shape", "code", "said"),
    [
        (square(0, 0, 19), "0101", "小于上图面积 400"),  # 361 m²
        (square(0, 0, 21), "0101", ""),  # 441 m²
        (square(0, 0, 15), "0701", ""),  # 225 m², built: 200 is enough
        (square(0, 0, 13), "0701", "小于上图面积 200"),  # 169 m²
        (square(0, 0, 23), "0301", "小于上图面积 600"),  # 529 m²
        (square(0, 0, 35), "1205", "小于上图面积 1500"),  # 1225 m²
        (box(ORIGIN_E, ORIGIN_N, ORIGIN_E + 1000, ORIGIN_N + 2), "0301", "狭长"),  # 4π·2000/2004² = 0.0063
        (
            box(ORIGIN_E, ORIGIN_N, ORIGIN_E + 1000, ORIGIN_N + 4),
            "1006",
            "",
        ),  # a rural road is long by nature
    ],
)
def test_slivers_by_class_and_by_shape(shape: Polygon, code: str, said: str) -> None:
    seen = found("4106", DLTB=layer([shape], DLBM=[code]))
    assert bool(seen) == bool(said)
    assert all(said in one.message.zh for one in seen)


def test_near_points_are_measured() -> None:
    shape = at((0, 0), (100, 0), (100.0005, 0), (100, 100), (0, 100))
    (one,) = found("4107", DLTB=layer([shape]))
    assert one.observed == "0.000500 m"
    assert not found("4107", DLTB=layer([at((0, 0), (100, 0), (100.002, 0), (100, 100), (0, 100))]))


def test_a_hole_where_none_may_be() -> None:
    shapes = tiles()
    del shapes[4]
    (one,) = found("4108", CZCDYD=layer(shapes))
    assert one.area_m2 == pytest.approx(10_000, rel=1e-3)
    assert not found("4108", DLTB=layer(shapes))


def test_coordinates_that_are_no_numbers_are_a_finding() -> None:
    broken = shapely.polygons(
        [[(ORIGIN_E, ORIGIN_N), (np.nan, ORIGIN_N), (ORIGIN_E, ORIGIN_N + 9), (ORIGIN_E, ORIGIN_N)]]
    )[0]
    seen = found("4102", DLTB=layer([square(), broken]))
    assert [names(one) for one in seen] == [(1,)]
    for rule in ("4105", "4106", "4107", "4201", "4202"):
        found(rule, DLTB=layer([square(), broken], DLBM=["0101"] * 2))


def test_a_million_vertices_that_cross_one_another_do_not_hang() -> None:
    rng = np.random.default_rng(3)
    wild = Polygon(rng.uniform(0, 1000, (200_000, 2)) + (ORIGIN_E, ORIGIN_N))
    assert not countable(wild)
    start = time.monotonic()
    seen = found("4102", DLTB=layer([wild]))
    assert any("自相交" in one.message.zh for one in seen)
    fabric = Fabric.of(np.array([wild, square()], dtype=object), CRS)
    assert fabric.left_out.tolist() == [0]
    assert len(fabric.faces.shapes) == 1
    assert time.monotonic() - start < 60  # a guard against hanging, no timing


def test_a_large_sound_outline_is_sound() -> None:
    t = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    round_ = Polygon(np.c_[ORIGIN_E + 5000 * np.cos(t), ORIGIN_N + 5000 * np.sin(t)])
    assert not unsound(np.array([round_], dtype=object))
    assert Fabric.of(np.array([round_], dtype=object), CRS).faces.counts[0].tolist() == [1]


def test_a_self_crossing_parcel_is_reckoned_with_even_odd() -> None:
    """The bow tie lies inside a hole of its size: what it does not cover of the hole are two triangles."""
    ring = Polygon(square(-100, -100, 300).exterior, [square().exterior])
    seen = found("4202", DLTB=layer([ring, BOW_TIE]))
    assert sum(one.area_m2 or 0 for one in seen) == pytest.approx(5_000, rel=1e-3)


@pytest.mark.shared
def test_faults_of_the_jts_suite_are_found(shared) -> None:
    import pandas as pd

    cases = pd.read_csv(shared / "data" / "hard" / "jts_test_geometries.csv.gz")
    shapes = shapely.from_wkt(cases["wkt"].to_numpy(dtype=object), on_invalid="ignore")
    polygons = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    wrong = {one.row for one in unsound(shapes[polygons])}
    # The suite's own verdict where it gives one, an independent oracle.
    said = cases.loc[polygons, "expected_valid"].to_numpy(dtype=object)
    for row, verdict in enumerate(said):
        if isinstance(verdict, bool) or str(verdict).lower() in ("true", "false"):
            assert (row in wrong) == (str(verdict).lower() == "false"), cases[polygons].iloc[row]["desc"]
    # And none of them, valid or not, stops the fabric.
    Fabric.of(shapes[polygons], "EPSG:4547").faces  # noqa: B018


def test_frames_of_geometry_and_bytes_agree() -> None:
    frame = gpd.GeoDataFrame(geometry=[square()], crs=CRS)
    assert rings_of(np.asarray(frame.geometry.array, dtype=object)).xy.shape == (5, 2)
