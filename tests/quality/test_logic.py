"""Rules between layers: lines, zones, hazards, dams, levees, upper and lower plans, maintenance."""

from __future__ import annotations

import pytest
import shapely
from shapely import LineString, Polygon, box

from given import CRS, ORIGIN_E, ORIGIN_N, lonlat, square
from quality.hand_in import database, found, layer, names, run, tiles


def strip(east: float, north: float, width: float, height: float) -> Polygon:
    x, y = ORIGIN_E + east, ORIGIN_N + north
    return box(x, y, x + width, y + height)


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(ORIGIN_E + x, ORIGIN_N + y) for x, y in points])


# -- 5101 three lines


def test_lines_side_by_side_are_disjoint() -> None:
    assert not found(
        "5101", STBHHX=layer([square()]), YJJBNT=layer([square(100, 0)]), CZKFBJ=layer([square(200, 0)])
    )


def test_lines_that_cross_give_the_shared_ground_and_both_objects() -> None:
    (one,) = found(
        "5101", STBHHX=layer([square()]), YJJBNTBHTB=layer([square(90, 0)]), CZKFBJ=layer([square(300, 0)])
    )
    assert one.area_m2 == pytest.approx(1_000, rel=1e-3)
    assert names(one) == (0, 0)
    assert one.geometry is not None
    assert shapely.equals(shapely.from_wkb(one.geometry), strip(90, 0, 10, 100))


def test_a_square_metre_between_two_lines_is_allowed() -> None:
    near = strip(99.992, 0, 100, 100)  # 0.8 m²
    assert not found("5101", STBHHX=layer([square()]), CZKFBJ=layer([near]))
    over = strip(99.98, 0, 100, 100)  # 2 m²
    assert len(found("5101", STBHHX=layer([square()]), CZKFBJ=layer([over]))) == 1


def test_farmland_in_a_hole_of_the_boundary_is_no_crossing() -> None:
    ring = Polygon(square(0, 0, 300).exterior, [square(100, 100).exterior])
    assert not found("5101", CZKFBJ=layer([ring]), YJJBNT=layer([square(100, 100)]))
    assert len(found("5101", CZKFBJ=layer([square(0, 0, 300)]), YJJBNT=layer([square(100, 100)]))) == 1


def test_one_line_alone_cannot_be_judged() -> None:
    (only,) = run("5101", STBHHX=layer([square()])).runs
    assert only.status == "not applicable"


def test_layers_in_two_systems_are_compared_in_one() -> None:
    degrees = Polygon([lonlat(x, y) for x, y in ((90, 0), (190, 0), (190, 100), (90, 100))])
    (one,) = found("5101", STBHHX=layer([square()]), CZKFBJ=layer([degrees], crs="EPSG:4490"))
    assert one.area_m2 == pytest.approx(1_000, rel=1e-3)


# -- 5102, 5103 zones


def test_zones_that_cover_once_pass() -> None:
    zones = layer(tiles(), GHFQDM=["500"] * 9)
    assert not found("5102", GHFQ=zones, XZQX=layer([square(0, 0, 300)]))


def test_zones_that_do_not_cover_say_in_which_way() -> None:
    shapes = tiles()
    shapes[0] = square(0, 0, 110)  # overlaps three
    del shapes[8]  # missing at the corner
    del shapes[4]  # a gap, part of it taken by the first
    seen = found("5102", GHFQ=layer(shapes, GHFQDM=["500"] * 7), XZQX=layer([square(0, 0, 300)]))
    assert sorted(round(one.area_m2 or 0) for one in seen) == [2_000, 9_900, 10_000]
    assert {"重叠" in one.message.zh for one in seen} == {True, False}


def test_zones_match_their_lines_or_not() -> None:
    zones = layer([square(), square(100, 0), square(200, 0)], GHFQDM=["100", "300", "400"])
    lines = {
        "STBHHX": layer([square()]),
        "YJJBNT": layer([square(100, 0)]),
        "CZKFBJ": layer([square(200, 0)]),
    }
    assert not found("5103", GHFQ=zones, **lines)
    lines["STBHHX"] = layer([strip(0, 0, 100.05, 100)])  # 5 m² of 10,005: within 0.1 %
    assert not found("5103", GHFQ=zones, **lines)
    lines["STBHHX"] = layer([strip(-1, 0, 101, 100)])  # 100 m² outside
    (one,) = found("5103", GHFQ=zones, **lines)
    assert one.area_m2 == pytest.approx(100, rel=1e-3)
    assert one.layer == "STBHHX"


def test_the_urban_zone_may_not_be_larger_than_the_boundary() -> None:
    zones = layer([strip(0, 0, 110, 100)], GHFQDM=["410"])
    (one,) = found("5103", GHFQ=zones, CZKFBJ=layer([square()]))
    assert one.layer == "GHFQ"
    assert one.area_m2 == pytest.approx(1_000, rel=1e-3)


# -- 5104, 5105


def test_a_line_outside_the_administrative_area() -> None:
    whole = layer([square(0, 0, 300)])
    assert not found("5104", STBHHX=layer([square()]), XZQX=whole)
    (one,) = found("5104", STBHHX=layer([square(), square(250, 100)]), XZQX=whole)
    assert names(one) == (1,)
    assert one.area_m2 == pytest.approx(5_000, rel=1e-3)


def test_sub_zones_tile_the_boundary_or_not() -> None:
    whole, left, right = strip(0, 0, 200, 100), square(), square(100, 0)
    assert not found("5105", CZKFBJ=layer([whole, left, right], GHFQDM=["400", "410", "420"]))
    (one,) = found("5105", CZKFBJ=layer([whole, left, strip(100, 0, 90, 100)], GHFQDM=["400", "410", "420"]))
    assert one.area_m2 == pytest.approx(1_000, rel=1e-3)
    (two,) = found("5105", CZKFBJ=layer([left, strip(90, 0, 100, 100)], GHFQDM=["410", "430"]))
    assert names(two) == (0, 1)


# -- 5106 hazards


def test_the_urban_boundary_keeps_off_flood_storage() -> None:
    assert not found("5106", CZKFBJ=layer([square()]), XZHQ=layer([square(100, 0)]))
    (one,) = found("5106", CZKFBJ=layer([square()]), XZHQ=layer([square(90, 0)]))
    assert one.area_m2 == pytest.approx(1_000, rel=1e-3)
    assert "蓄滞洪区" in one.message.zh


def test_only_high_hazard_counts() -> None:
    shapes = [square(0, 0, 50), square(50, 50, 50)]
    hazard = layer(shapes, FXDJ=["低风险区", "高风险区"])
    (one,) = found("5106", CZKFBJ=layer([square()]), XZZRZHFXFBM=hazard)
    assert names(one) == (0, 1)


def test_what_was_inside_the_boundary_before_is_not_judged() -> None:
    before, after = layer([square()]), layer([square(), square(100, 0)])
    layers = {"WHQCZKFBJ": before, "WHHCZKFBJ": after}
    assert not found("5106", XZHQ=layer([square(50, 50, 50)]), **layers)
    (one,) = found("5106", XZHQ=layer([square(50, 0, 100)]), **layers)
    assert one.area_m2 == pytest.approx(5_000, rel=1e-3)
    assert "新增" in one.message.zh


# -- 5107, 5108: on one side only

POND, DAM = square(0, 0, 200), line((0, 0), (200, 0))  # the pond lies north of its dam: downstream is south


def test_below_the_dam_counts_above_it_does_not() -> None:
    below, above = square(50, -500), square(50, 400)
    seen = found("5107", WKK=layer([POND]), WKB=layer([DAM]), CZKFBJ=layer([above, below]))
    assert [one.rows for one in seen] == [(1,)]
    assert seen[0].area_m2 == pytest.approx(10_000, rel=1e-3)
    assert not found("5107", WKK=layer([POND]), WKB=layer([DAM]), CZKFBJ=layer([above, square(50, -1200)]))


def test_a_dam_drawn_the_other_way_has_the_same_side_below() -> None:
    back = line((200, 0), (0, 0))
    seen = found(
        "5107", WKK=layer([POND]), WKB=layer([back]), CZKFBJ=layer([square(50, 400), square(50, -500)])
    )
    assert [one.rows for one in seen] == [(1,)]


def test_without_a_pond_nobody_knows_the_side() -> None:
    (only,) = run("5107", WKB=layer([DAM]), CZKFBJ=layer([square(50, -500)])).runs
    assert only.status == "not applicable"


LEVEE, RIVER = line((-2000, 0), (2000, 0)), strip(-2000, 300, 4000, 500)  # the river flows north of the levee


def test_building_outside_the_levee_is_found_and_fields_are_not() -> None:
    river = layer([RIVER], MC=["黄河"])
    planned = layer(
        [square(0, -80, 50), square(200, -80, 50), square(400, -300), square(0, 50, 50)],
        YDYHFLDM=["0701", "0101", "0701", "0701"],
    )
    seen = found("5108", HHDD=layer([LEVEE]), HHSX=river, GHYDYH=planned)
    assert [one.rows for one in seen] == [(0,)]


def test_another_river_has_no_such_levee() -> None:
    planned = layer([square(0, -80, 50)], YDYHFLDM=["0701"])
    result = run("5108", HHDD=layer([LEVEE]), HHSX=layer([RIVER], MC=["沁河"]), GHYDYH=planned)
    assert result.runs[0].status == "not applicable"


# -- 5109 upper and lower plan


def test_the_lower_plan_equals_the_upper_plan_cut() -> None:
    upper = database("county.gdb", XZQX=layer([square(0, 0, 300)]), STBHHX=layer([square(50, 50, 150)]))
    good = database("town.gdb", XZQXZ=layer([square()]), STBHHX=layer([square(50, 50, 50)]))
    assert not found("5109", upper, good)
    large = database("town.gdb", XZQXZ=layer([square()]), STBHHX=layer([square(40, 50, 60)]))
    seen = found("5109", upper, large)
    assert any("超出上级" in one.message.zh for one in seen)
    none = database("town.gdb", XZQXZ=layer([square()]), DLTB=layer([square()]))
    (one,) = found("5109", upper, none)
    assert one.area_m2 == pytest.approx(2_500, rel=1e-3)


# -- 5110


def test_houses_on_basic_farmland_are_not_allowed() -> None:
    planned = layer([square(), square(100, 0)], YDYHFLDM=["070100", "010100"])
    (one,) = found("5110", GHYDYH=planned, YJJBNT=layer([strip(50, 0, 150, 100)]))
    assert one.rows == (0,)
    assert one.area_m2 == pytest.approx(5_000, rel=1e-3)
    assert not found("5110", GHYDYH=planned, YJJBNT=layer([square(100, 0)]))


# -- 5111 maintenance


def test_maintenance_that_adds_up_passes() -> None:
    before, after = layer([square()]), layer([square(), square(100, 0)])
    change = layer([square(100, 0)], WHLX=["1"])
    assert not found("5111", WHQCZKFBJ=before, WHCCZKFBJ=change, WHHCZKFBJ=after)


def test_a_change_that_is_not_recorded_or_did_not_happen() -> None:
    before, after = layer([square()]), layer([square(), square(100, 0)])
    (one,) = found(
        "5111", WHQCZKFBJ=before, WHCCZKFBJ=layer([strip(100, 0, 50, 100)], WHLX=["1"]), WHHCZKFBJ=after
    )
    assert one.area_m2 == pytest.approx(5_000, rel=1e-3)
    assert "没有记录" in one.message.zh
    wrong = layer([square(100, 0), square(0, 0, 50)], WHLX=["1", "3"])
    (two,) = found("5111", WHQCZKFBJ=before, WHCCZKFBJ=wrong, WHHCZKFBJ=after)
    assert names(two) == (1,)


def test_changed_codes_are_recorded_where_they_change() -> None:
    before = layer([square(), square(100, 0)], GHFQDM=["500", "500"])
    after = layer([square(), square(100, 0)], GHFQDM=["500", "400"])
    change = layer([square(100, 0)], WHLX=["2"])
    assert not found("5111", WHQGHFQ=before, WHCGHFQ=change, WHHGHFQ=after)
    (one,) = found("5111", WHQGHFQ=before, WHCGHFQ=layer([square()], WHLX=["2"]), WHHGHFQ=before)
    assert one.area_m2 == pytest.approx(10_000, rel=1e-3)


def test_the_tests_use_the_system_of_the_tiny_worlds() -> None:
    assert CRS == "EPSG:4547"
