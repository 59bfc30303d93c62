"""Overlaps, gaps, cover, shared borders: the permanent cases, oracles and laws."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from given import CRS, ORIGIN_E, ORIGIN_N, square
from quality.hand_in import database, found, layer, names, run, tiles
from tuban.geo.area import area_m2
from tuban.quality.geometry.cover import gaps, missing, outside
from tuban.quality.geometry.enclose import enclosed
from tuban.quality.geometry.fabric import Fabric, faces_of
from tuban.quality.geometry.overlaps import overlaps


def strip(east: float, north: float, width: float, height: float) -> Polygon:
    x, y = ORIGIN_E + east, ORIGIN_N + north
    return box(x, y, x + width, y + height)


def test_squares_that_tile_neither_overlap_nor_leave_gaps() -> None:
    frame = layer(tiles())
    for rule in ("4201", "4202"):
        assert not found(rule, DLTB=frame)


@pytest.mark.parametrize(
    ("extra", "with_", "shared_m2", "said"),
    [
        (square(20, 20, 10), [0], 100.0, "整个在"),  # contained
        (square(0, 100), [3], 10_000.0, "完全相同"),  # a duplicate
        (square(250, 250), [8], 2_500.0, "平均宽"),  # a corner of one on the other
        (square(50, 50), [0, 1, 3, 4], 2_500.0, "平均宽"),  # across four
        (strip(300, 0, 100, 100), [], 0.0, ""),  # touches along an edge
        (square(300, 300), [], 0.0, ""),  # touches at a corner
        (strip(299.999, 0, 100, 100), [2], 0.1, "细缝"),  # a millimetre, a hundred metres long
        (strip(299.99995, 0, 100, 100), [], 0.005, ""),  # 0.005 m²: below the tolerance
    ],
)
def test_permanent_cases_of_overlap(extra: Polygon, with_: list[int], shared_m2: float, said: str) -> None:
    seen = found("4201", DLTB=layer([*tiles(), extra]))
    assert [names(one) for one in seen] == [(other, 9) for other in with_]
    for one in seen:
        assert one.area_m2 == pytest.approx(shared_m2, rel=1e-3)
        assert said in one.message.zh
        assert one.geometry is not None
        assert shapely.from_wkb(one.geometry).area == pytest.approx(shared_m2, rel=1e-6)


def test_the_width_of_an_overlap_is_that_of_its_strip() -> None:
    (one,) = found("4201", DLTB=layer([square(), strip(99, 0, 100, 100)]))
    # Mean width, 2A/P of a strip 1 × 100 m: 200/202 m.
    assert one.width_m == pytest.approx(200 / 202, rel=1e-3)


def test_what_never_holds_at_the_same_time_may_overlap() -> None:
    twice = [square(), square(10, 10), square(20, 20)]
    start = ["2010-01-01", "2020-01-01", "2024-06-01"]
    end = ["2020-01-01", "2025-01-01", None]
    seen = found("4201", YJJBNTBHTB=layer(twice, BHKSSJ=start, BHJSSJ=end))
    assert [names(one) for one in seen] == [(1, 2)]


@given(
    st.integers(1, 99_999),
    st.integers(1, 99_999),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([1.0, 7.5, 45.0]),
)
@settings(max_examples=40, deadline=None)
def test_a_planted_overlap_is_found_with_its_exact_area(
    i: int, j: int, col: int, row: int, turn: float
) -> None:
    """A small square is put inside a tile: the shared ground is what arithmetic says, to the float."""
    width = 1 + 9 * j / 100_000
    x, y = 100 * col + 20 + i / 2_000, 100 * row + 30 + j / 4_000
    planted = affinity.rotate(strip(x, y, width, width), turn, origin="centroid")
    fabric = Fabric.of(np.array([*tiles(), planted], dtype=object), CRS)
    result = overlaps(fabric, least_m2=0.01)
    assert result.first.tolist() == [3 * row + col]
    assert result.second.tolist() == [9]
    assert result.area_m2[0] == pytest.approx(area_m2([planted], CRS, rounding="none")[0], abs=1e-6)


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 15)] * 2), min_size=2, max_size=14))
@settings(max_examples=60, deadline=None)
def test_overlaps_and_gaps_of_any_boxes_are_those_of_geos(boxes: list[tuple[int, int, int, int]]) -> None:
    shapes = np.array([strip(x, y, w, h) for x, y, w, h in boxes], dtype=object)
    fabric = Fabric.of(shapes, CRS)
    mine = overlaps(fabric, least_m2=0.01)
    brute = {
        (a, b): shapely.intersection(shapes[a], shapes[b]).area
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
    }
    brute = {pair: area for pair, area in brute.items() if area > 0.01}
    assert dict.fromkeys(zip(mine.first.tolist(), mine.second.tolist(), strict=True)) == dict.fromkeys(brute)
    assert mine.area_m2 == pytest.approx([brute[pair] for pair in sorted(brute)], rel=1e-3)
    union = shapely.union_all(shapes)
    holes = sum(Polygon(ring).area for part in shapely.get_parts(union) for ring in part.interiors)
    # What lies in a hole of the union may be covered again by an island.
    islands = sum(
        shapely.intersection(Polygon(ring), union).area
        for part in shapely.get_parts(union)
        for ring in part.interiors
    )
    assert gaps(fabric, least_m2=0.01).area_m2.sum() == pytest.approx(holes - islands, rel=1e-3, abs=1e-6)


def test_overlaps_agree_with_the_area_engine() -> None:
    from tuban.geo.overlay_self import overlaps_within

    rng = np.random.default_rng(4)
    shapes = np.array(
        [
            affinity.rotate(strip(x, y, 30, 18), a)
            for x, y, a in zip(*rng.uniform(0, 400, (2, 120)), rng.uniform(0, 90, 120), strict=True)
        ],
        dtype=object,
    )
    mine = overlaps(Fabric.of(shapes, CRS), least_m2=0.01)
    import geopandas as gpd

    theirs = overlaps_within(gpd.GeoSeries(shapes, crs=CRS)).frame
    theirs = theirs[theirs["area_m2"] > 0.01]
    assert len(mine) == len(theirs)
    assert mine.area_m2.sum() == pytest.approx(theirs["area_m2"].sum(), rel=1e-6)


@pytest.mark.parametrize("width", [0.001, 0.01, 0.5, 10.0])
def test_a_gap_is_found_however_thin(width: float) -> None:
    """Three rows of tiles; the middle one ends a little short of its eastern neighbour."""
    shapes = tiles()
    shapes[4] = strip(100, 100, 100 - width, 100)
    (one,) = found("4202", DLTB=layer(shapes))
    assert one.area_m2 == pytest.approx(100 * width, rel=1e-3)
    assert ("细缝" in one.message.zh) == (width < 0.1)
    assert {4, 5} <= set(names(one))
    assert one.geometry is not None
    assert shapely.from_wkb(one.geometry).area == pytest.approx(100 * width, rel=1e-6)


def test_a_gap_where_another_county_lies_is_none() -> None:
    shapes = tiles()
    del shapes[4]
    ring = Polygon(square(0, 0, 300).exterior, [square(100, 100).exterior])
    assert len(found("4202", DLTB=layer(shapes))) == 1
    assert not found("4202", DLTB=layer(shapes), XZQX=layer([ring], XZQDM=["410481"]))


def test_gaps_may_touch_at_a_corner_and_are_two() -> None:
    shapes = tiles(4)
    for at in sorted([5, 10], reverse=True):  # two tiles that meet at one point
        del shapes[at]
    assert len(found("4202", DLTB=layer(shapes))) == 2


def test_a_layer_that_fills_its_area_is_sound() -> None:
    assert not found("4203", DLTB=layer(tiles()), XZQX=layer([square(0, 0, 300)]))


def test_what_is_missing_and_what_is_outside_have_their_own_shapes() -> None:
    shapes = [*tiles()[:8], square(300, 0)]
    seen = found("4203", DLTB=layer(shapes), XZQX=layer([square(0, 0, 300)]))
    assert sorted((one.message.zh.split(" ")[1], round(one.area_m2 or 0)) for one in seen) == [
        ("未覆盖XZQX", 10_000),
        ("超出XZQX", 10_000),
    ]
    grounds = [shapely.from_wkb(one.geometry) for one in seen if one.geometry]
    assert any(shapely.equals(ground, square(300, 0)) for ground in grounds)
    assert any(shapely.equals(ground, square(200, 200)) for ground in grounds)


def test_without_an_administrative_area_the_rule_says_so() -> None:
    (run_,) = run("4203", DLTB=layer(tiles())).runs
    assert run_.status == "not applicable"


def test_faces_are_the_same_taken_at_once_or_place_by_place() -> None:
    rng = np.random.default_rng(7)
    shapes = np.array([strip(x, y, 9, 9) for x in range(0, 120, 8) for y in range(0, 120, 8)], dtype=object)
    shapes = np.array(
        [affinity.rotate(s, a) for s, a in zip(shapes, rng.uniform(0, 20, len(shapes)), strict=True)]
    )
    fabric = Fabric.of(shapes, CRS)
    edges = [fabric.left_over]
    at_once = faces_of(edges, fabric.origin, fabric.step, CRS, [fabric])
    divided = faces_of(edges, fabric.origin, fabric.step, CRS, [fabric], at_once=100)
    for times in range(4):
        one, other = (f.area_m2[f.counts[0] == times].sum() for f in (at_once, divided))
        assert one == pytest.approx(other, rel=1e-9)
    assert len(enclosed(np.zeros((0, 4)))[0]) == 0


def test_degrees_give_square_metres() -> None:
    from given import lonlat

    def place(shape: Polygon) -> Polygon:
        return shapely.transform(
            shape, lambda xy: np.array([lonlat(x - ORIGIN_E, y - ORIGIN_N) for x, y in xy])
        )

    shapes = [place(shape) for shape in [*tiles(), square(50, 50, 10)]]
    (one,) = found("4201", DLTB=layer(shapes, crs="EPSG:4490"))
    assert one.area_m2 == pytest.approx(100.0, rel=1e-3)
    assert one.crs == "EPSG:4490"


def test_a_layer_without_a_system_is_still_checked() -> None:
    (one,) = found("4201", DLTB=layer([*tiles(), square(20, 20, 10)], crs=None))
    assert one.area_m2 == pytest.approx(100.0, rel=1e-3)


def test_shared_boundaries_that_coincide_are_silent() -> None:
    assert not found(
        "4204", DLTB=layer(tiles()), XZQX=layer([square(0, 0, 300)]), GHFQ=layer([square(0, 0, 300)])
    )


@pytest.mark.parametrize(("off_m", "wrong"), [(0.00005, False), (0.0002, True), (0.05, True), (30.0, False)])
def test_a_boundary_beside_the_other_is_not_one_line(off_m: float, wrong: bool) -> None:
    """One corner of the outer boundary lies off; what is far off is another thing (4203 finds it)."""
    shapes = tiles()
    x, y = ORIGIN_E, ORIGIN_N
    shapes[0] = Polygon([(x - off_m, y), (x + 100, y), (x + 100, y + 100), (x, y + 100)])
    seen = found("4204", DLTB=layer(shapes), XZQX=layer([square(0, 0, 300)]))
    assert bool(seen) == wrong
    if wrong:
        assert max(one.width_m or 0 for one in seen) == pytest.approx(off_m, rel=1e-6)


def test_a_zone_that_runs_a_centimetre_beside_the_patches_is_found() -> None:
    zones = [strip(0, 0, 100.01, 300), strip(100.01, 0, 199.99, 300)]
    seen = found(
        "4204", DLTB=layer(tiles()), GHFQ=layer(zones, GHFQDM=["500", "300"]), XZQX=layer([square(0, 0, 300)])
    )
    assert {one.layer for one in seen} == {"GHFQ"}


def test_neighbouring_units_meet_or_not() -> None:
    good = [strip(0, 0, 100, 300), strip(100, 0, 200, 300)]
    assert not found("4205", XZQXZ=layer(good))
    apart = [strip(0, 0, 100, 300), strip(100.5, 0, 200, 300)]  # an open strip, half a metre wide
    (one,) = found("4205", XZQXZ=layer(apart))
    assert one.area_m2 == pytest.approx(150, rel=1e-3)
    over = [strip(0, 0, 100.5, 300), strip(100, 0, 200, 300)]
    (two,) = found("4205", XZQXZ=layer(over))
    assert "重叠" in two.message.zh
    near = [strip(0, 0, 100.05, 300), strip(100, 0, 200, 300)]  # within 0.1 m
    assert not found("4205", XZQXZ=layer(near))


def test_both_states_of_a_maintenance_are_checked() -> None:
    frame = layer([square(), square(50, 0)], GHFQDM=["500", "500"])
    seen = found("4201", database("maintenance.gdb", WHQGHFQ=layer(tiles()), WHHGHFQ=frame))
    assert [one.layer for one in seen] == ["WHHGHFQ"]


def test_pieces_of_a_whole_and_the_whole_agree() -> None:
    own = Fabric.of(np.array(tiles()[:7], dtype=object), CRS)
    whole = Fabric.of(np.array([square(0, 0, 300)], dtype=object), CRS)
    lacking = missing(own, whole, least_m2=0.01).area_m2.sum()
    assert lacking == pytest.approx(area_m2([square(0, 0, 300)], CRS, rounding="none")[0] * 2 / 9, rel=1e-6)
    assert not len(outside(own, whole, least_m2=0.01))
