from __future__ import annotations

import pytest
import shapely

from tuban.geo.area import area_m2

TRIPLES = ("CZKFBJ", "ZXCQCSLVX", "ZXCQCSLX")


def total(frame) -> float:
    return float(area_m2(frame.geometry, rounding="none").sum())


@pytest.mark.parametrize("code", TRIPLES)
def test_after_is_before_less_what_left_plus_what_joined(made, code):
    before, change, after = (made.layer(f"{part}{code}") for part in ("WHQ", "WHC", "WHH"))
    left, joined = change[change["WHLX"] == "3"], change[change["WHLX"] == "1"]
    assert set(change["WHLX"]) <= {"1", "3"}
    assert total(after) == pytest.approx(total(before) - total(left) + total(joined), abs=0.5)
    was, now = (shapely.union_all(f.geometry.array) for f in (before, after))
    for part, of, apart in ((left, was, now), (joined, now, was)):
        if len(part):
            shape = shapely.union_all(part.geometry.array)
            assert shapely.difference(shape, of).area < 1e-12  # square degrees
            assert shapely.intersection(shape, apart).area < 1e-12


@pytest.mark.parametrize(
    ("code", "column"), [("GHFQ", "GHFQDM"), ("YDYHGHFQ", "GHFQDM"), ("ZXCQGHYDYH", "YDYHFLDM")]
)
def test_attribute_changes_are_where_before_and_after_differ(made, code, column):
    before, change, after = (made.layer(f"{part}{code}") for part in ("WHQ", "WHC", "WHH"))
    assert set(change["WHLX"]) == {"2"}
    assert total(before) == pytest.approx(total(after), abs=0.5)
    differ = before.overlay(after, how="intersection", keep_geom_type=True)
    moved = differ[differ[f"{column}_1"] != differ[f"{column}_2"]]
    assert total(moved) == pytest.approx(total(change), rel=1e-5)


def test_farmland_moved_in_comes_from_the_reserve(made):
    change, reserve = made.layer("WHCYJJBNTBHTB"), made.layer("YJJBNTCBQ")
    joined = change[change["WHLX"] == "1"].to_crs(reserve.crs)
    point = shapely.point_on_surface(joined.geometry.array)
    assert shapely.contains(shapely.union_all(reserve.geometry.array), point).all()


def test_farmland_net_of_ridges_follows_the_changes(made):
    before, change, after = made.layer("YJJBNTBHTB"), made.layer("WHCYJJBNTBHTB"), made.layer("WHHYJJBNTBHTB")
    net = {p: set(f["BSM"]) for p, f in (("before", before), ("after", after))}
    assert len(net["before"] - net["after"]) == (change["WHLX"] == "3").sum()
    assert len(net["after"] - net["before"]) == (change["WHLX"] == "1").sum()
    assert float(after["YJJBNTMJ"].sum() - before["YJJBNTMJ"].sum()) / 1e4 == pytest.approx(1.7222, abs=0.001)


def test_zones_tile_the_county_before_and_after(made):
    for name in ("WHQGHFQ", "WHHGHFQ", "WHQYDYHGHFQ", "WHHYDYHGHFQ"):
        zones = made.layer(name)
        assert shapely.coverage_is_valid(zones.geometry.array)
        assert total(zones) == pytest.approx(made.report.area_m2, abs=1.0)


def test_farmland_stays_out_of_boundary_and_redline(made):
    farmland = made.layer("YJJBNTBHTB")
    point = shapely.point_on_surface(farmland.geometry.array)
    for name in ("CZKFBJ", "STBHHX"):
        whole = shapely.union_all(made.layer(name).geometry.array)
        shapely.prepare(whole)
        assert not shapely.contains(whole, point).any()


def test_the_boundary_is_the_urban_zone(made):
    for part in ("WHQ", "WHH"):
        zones, boundary = made.layer(f"{part}GHFQ"), made.layer(f"{part}CZKFBJ")
        assert total(boundary) == pytest.approx(total(zones[zones["GHFQDM"] == "400"]), abs=0.5)


def test_unchanged_zones_keep_their_identifier(made):
    before, after = made.layer("WHQGHFQ"), made.layer("WHHGHFQ")
    both = before.merge(after, on="BSM", suffixes=("_a", "_b"))
    assert len(both) > 0
    assert (both["GHFQDM_a"] == both["GHFQDM_b"]).all()
