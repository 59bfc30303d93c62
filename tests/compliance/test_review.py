"""The review: parcel against geometry case by case, three lists, and never a pass without data."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance_given import CRS, box, ground, layer, site
from tuban.compliance.policy import Policy
from tuban.compliance.result import Override, Verdict
from tuban.compliance.review import review
from tuban.errors import InvalidGeometry, WrongUse
from tuban.geo.area import area_m2

DAY = date(2026, 6, 1)
A = {"intersects": {"layer": "A"}}
SITE = box(0, 0, 100, 100)
RING = box(-50, -50, 150, 150).difference(box(-20, -20, 120, 120))


def asked(found_site, found_ground, rule_packs, **more):
    return review(found_site, found_ground, rule_packs, on=DAY, **more)


def taken_m2(shape):
    return float(area_m2(np.array([shape], dtype=object), CRS)[0])


@pytest.mark.parametrize(
    ("name", "zone", "taken"),
    [
        ("apart", box(200, 0, 300, 100), 0),
        ("edge touch", box(100, 0, 200, 100), 0),
        ("corner touch", box(100, 100, 200, 200), 0),
        ("inside the hole of a zone", RING, 0),
        ("half", box(50, 0, 200, 100), 5000),
        ("the whole site", box(-50, -50, 150, 150), 10000),
        ("equal", SITE, 10000),
        ("zone inside the site", box(40, 40, 60, 60), 400),
        ("zone with a hole inside the site", box(10, 10, 90, 90).difference(box(20, 20, 80, 80)), 2800),
        ("two parts", shapely.MultiPolygon([box(0, 0, 10, 10), box(90, 90, 100, 100)]), 200),
        ("sliver by width", box(99.95, 0, 200, 100), 0),
        ("just over the width", box(99.7, 0, 200, 100), 30),
        ("sliver by area", box(99.1, 99.1, 200, 200), 0),
        ("just over the area", box(98.9, 98.9, 200, 200), 1.21),
    ],
)
def test_what_a_site_takes_of_a_zone(pack_of, name, zone, taken):
    found = asked(site(SITE), ground(layer("A", [zone])), pack_of({"R1": {"when": A}}))
    if taken == 0:
        assert found.verdict is Verdict.CONFORMS
        assert not found.concerned
    else:
        (concern,) = found.concerned
        (taking,) = concern.takings
        assert found.verdict is Verdict.FAILS
        # The plane is a little larger than the ellipsoid this far from the equator of the projection.
        assert taking.area_m2 == pytest.approx(taken_m2(SITE.intersection(zone)), abs=0.02)
        assert taking.area_m2 == pytest.approx(taken, rel=2e-4, abs=0.02)
        assert taking.objects == ("A0",)


def test_slivers_are_listed_and_not_hidden(pack_of):
    found = asked(site(SITE), ground(layer("A", [box(99.95, 0, 200, 100)])), pack_of({"R1": {"when": A}}))
    (sliver,) = found.slivers
    assert sliver.area_m2 == pytest.approx(5, abs=0.01)
    assert sliver.width_m == pytest.approx(0.05, abs=0.001)
    assert sliver.objects == ("A0",)
    assert not sliver.counted


def test_many_slivers_are_no_accident(pack_of):
    strips = [box(x, -1, x + 0.09, 101) for x in range(0, 100, 5)]  # 20 strips of 9 m²
    found = asked(site(SITE), ground(layer("A", strips)), pack_of({"R1": {"when": A}}))
    assert found.verdict is Verdict.FAILS
    assert len(found.slivers) == 20
    assert all(sliver.counted for sliver in found.slivers)


def test_pieces_that_adjoin_are_one_piece(pack_of):
    halves = [box(99.1, 99, 99.55, 101), box(99.55, 99, 101, 101)]  # each under 1 m², together not
    strip = [box(99, 0, 99.05, 100), *[box(99.05 + k * 0.05, 0, 99.1 + k * 0.05, 100) for k in range(3)]]
    for zones, taken in ((halves, 0.9), (strip, 20)):
        found = asked(
            site(SITE), ground(layer("A", zones)), pack_of({"R1": {"when": A}}), policy=Policy(sliver_m2=0.5)
        )
        assert sum(t.area_m2 for c in found.concerned for t in c.takings) == pytest.approx(taken, rel=1e-3)


def test_no_data_is_never_a_pass(pack_of):
    found = asked(site(SITE), ground(), pack_of({"R1": {"when": A}}))
    assert found.verdict is Verdict.UNDETERMINED
    assert [one.layer for one in found.not_covered] == ["A"]
    assert not found.not_concerned


def test_what_is_declared_absent_is_an_answer_and_says_so(pack_of):
    found = asked(site(SITE), ground(absent={"A"}), pack_of({"R1": {"when": A}}))
    assert found.verdict is Verdict.CONFORMS
    assert found.not_concerned[0].declared == ("A",)


def test_a_prohibition_weighs_more_than_missing_data(pack_of):
    rules = pack_of({"R1": {"when": A}, "R2": {"when": {"intersects": {"layer": "B"}}}})
    assert asked(site(SITE), ground(layer("A", [SITE])), rules).verdict is Verdict.FAILS


def test_a_rule_that_only_informs_holds_nothing_up(pack_of):
    found = asked(site(SITE), ground(), pack_of({"R1": {"when": A, "effect": "inform"}}))
    assert found.verdict is Verdict.CONFORMS
    assert [one.weighs for one in found.not_covered] == [False]


def test_conditions_are_asked_for(pack_of):
    rule = {"when": A, "effect": "condition", "documents": [{"zh": "意见", "en": "opinion"}]}
    found = asked(site(SITE), ground(layer("A", [SITE])), pack_of({"R1": rule}))
    assert found.verdict is Verdict.CONDITIONAL
    assert [text.zh for text in found.documents] == ["意见"]


def test_an_exempt_case_becomes_a_condition_and_must_be_stated(pack_of):
    rules = pack_of({"R1": {"when": A, "unless": {"attribute": {"name": "recognised", "values": "true"}}}})
    there = ground(layer("A", [SITE]))
    assert asked(site(SITE), there, rules).verdict is Verdict.FAILS
    assert asked(site(SITE, recognised="false"), there, rules).verdict is Verdict.FAILS
    assert asked(site(SITE, recognised="true"), there, rules).verdict is Verdict.CONDITIONAL


def test_an_override_is_kept_in_sight_and_does_not_weigh(pack_of):
    override = Override("R1", "A", "张三", "界线已勘误", "勘误文件", DAY)
    found = asked(site(SITE), ground(layer("A", [SITE])), pack_of({"R1": {"when": A}}), overrides=[override])
    assert found.verdict is Verdict.CONFORMS
    assert found.as_dict()["concerned"][0]["override"]["by"] == "张三"


def test_of_overlapping_lines_the_stricter_rule_counts(pack_of):
    rules = pack_of(
        {
            "LOOSE": {"when": A, "effect": "condition", "group": "g", "strictness": 1},
            "STRICT": {"when": {"intersects": {"layer": "B"}}, "group": "g", "strictness": 2},
        }
    )
    both = asked(site(SITE), ground(layer("A", [SITE]), layer("B", [box(-9, -9, 200, 200)])), rules)
    assert [(c.rule.id, c.stricter) for c in both.concerned] == [("STRICT", ""), ("LOOSE", "STRICT")]
    part = asked(site(SITE), ground(layer("A", [SITE]), layer("B", [box(0, 0, 50, 100)])), rules)
    assert [(c.rule.id, c.stricter) for c in part.concerned] == [("STRICT", ""), ("LOOSE", "")]


def test_rules_and_layers_of_the_day_count(pack_of):
    rules = pack_of({"R1": {"when": A, "since": "2026-06-02"}})
    assert asked(site(SITE), ground(layer("A", [SITE])), rules).verdict is Verdict.CONFORMS


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"area_over": {"layer": "A", "area_ha": 0.4}}, True),
        ({"area_over": {"layer": "A", "area_ha": 0.6}}, False),
        ({"share_over": {"layer": "A", "share": 0.49}}, True),
        ({"share_over": {"layer": "A", "share": 0.51}}, False),
        ({"outside": {"layer": "A"}}, True),
        ({"outside": {"layer": "ALL"}}, False),
        ({"intersects": {"layer": "A", "where": {"KIND": ["41*"]}}}, True),
        ({"intersects": {"layer": "A", "where": {"KIND": ["42*", "41"]}}}, False),
        ({"within": {"layer": "FAR", "to_m": 150}}, True),
        ({"within": {"layer": "FAR", "to_m": 90}}, False),
        ({"within": {"layer": "FAR", "from_m": 250, "to_m": 500}}, False),
        ({"nearest_over": {"layer": "POINT", "distance_m": 40}}, True),
        ({"nearest_over": {"layer": "POINT", "distance_m": 60}}, False),
        ({"count_under": {"layer": "POINT", "distance_m": 60, "count": 2}}, True),
        ({"count_under": {"layer": "POINT", "distance_m": 400, "count": 2}}, False),
        ({"within_one_side": {"layer": "DIKE", "away_from": "RIVER", "to_m": 100}}, True),
        ({"within_one_side": {"layer": "DIKE", "away_from": "OTHER", "to_m": 100}}, False),
        ({"attribute": {"name": "use", "values": ["industrial"]}}, True),
        ({"attribute": {"name": "use", "values": ["water"]}}, False),
        ({"attribute_over": {"name": "height_m", "limit": 18}}, True),
        ({"attribute_under": {"name": "height_m", "limit": 18}}, False),
        ({"quota_short": {"account": "q"}}, True),
        ({"quota_short": {"account": "much"}}, False),
        ({"decided_before": {"day": "2026-06-02"}}, True),
        ({"decided_before": {"day": "2026-06-01"}}, False),
        ({"all": [A, {"outside": {"layer": "ALL"}}]}, False),
        ({"any": [{"outside": {"layer": "ALL"}}, A]}, True),
        ({"not": {"outside": {"layer": "ALL"}}}, True),
        ({"attribute": {"name": "large", "values": "true"}}, None),
        ({"all": [{"outside": {"layer": "ALL"}}, {"attribute": {"name": "large", "values": "true"}}]}, False),
        ({"any": [A, {"attribute": {"name": "large", "values": "true"}}]}, True),
        ({"quota_short": {"account": "unknown"}}, None),
        ({"intersects": {"layer": ["NONE", "A"]}}, True),
    ],
)
def test_each_predicate_by_its_definition(pack_of, when, holds):
    there = ground(
        layer("A", [box(-100, -100, 50, 200)], KIND=["410"]),
        layer("ALL", [box(-100, -100, 200, 200)]),
        layer("FAR", [box(200, 0, 300, 100)]),
        layer(
            "POINT",
            [
                shapely.Point(shapely.get_coordinates(box(100, 50, 150, 51))[0]),
                shapely.Point(500_400, 3_700_050),
            ],
        ),
        layer("DIKE", [shapely.LineString([(499_000, 3_699_950), (501_000, 3_699_950)])]),
        layer("RIVER", [box(-1000, -900, 1000, -60)]),
        layer("OTHER", [box(-1000, 160, 1000, 900)]),
        quotas={"q": 0.5, "much": 5},
    )
    found = asked(site(SITE, use="industrial", height_m=20), there, pack_of({"R1": {"when": when}}))
    expected = {True: Verdict.FAILS, False: Verdict.CONFORMS, None: Verdict.UNDETERMINED}[holds]
    assert found.verdict is expected


def test_the_site_is_divided_by_town_without_remainder(pack_of):
    towns = layer("T", [box(-10, -10, 30, 110), box(30, -10, 110, 110)], DM=["1", "2"], MC=["东", "西"])
    found = asked(
        site(SITE),
        ground(towns),
        pack_of({"R1": {"when": {"outside": {"layer": "T"}}}}),
        divide_by={"town": ("T", "DM", "MC")},
    )
    east, west = found.by["town"]
    assert east.area_m2 + west.area_m2 == pytest.approx(found.site.area_m2, abs=0.01)
    assert east.share == pytest.approx(0.3, abs=1e-4)


def test_the_same_question_gives_the_same_bytes(pack_of):
    import json

    rules = pack_of({"R1": {"when": A}})
    one, two = (
        json.dumps(
            asked(site(SITE), ground(layer("A", [box(50, 0, 200, 100)])), rules).as_dict(geometry=True)
        )
        for _ in range(2)
    )
    assert one == two
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(SITE)[:-1], 2, axis=0)[::-1])
    assert site(turned).sha256 == site(SITE).sha256


@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])],
        [shapely.Polygon([(0, 0), (50, 50), (100, 100)])],
        [shapely.Point(0, 0)],
        [shapely.Polygon()],
        [None],
    ],
)
def test_sites_that_are_none_are_refused(shapes):
    with pytest.raises(InvalidGeometry) as caught:
        site(*shapes)
    assert caught.value.fix.zh


def test_plots_that_overlap_count_once_and_are_told():
    both = site(box(0, 0, 100, 100), box(50, 0, 150, 100))
    assert both.area_m2 == pytest.approx(taken_m2(box(0, 0, 150, 100)), abs=0.01)
    assert both.notes


def test_a_site_outside_the_county_is_refused_and_one_across_its_border_is_not_passed(pack_of):
    county = layer("XZQX", [box(0, 0, 1000, 1000)])
    rules = pack_of({"R1": {"when": {"intersects": {"layer": "XZQX", "where": {"BSM": "none"}}}}})
    with pytest.raises(WrongUse, match="相距"):
        asked(site(box(5000, 0, 5100, 100)), ground(county, outline="XZQX"), rules)
    across = asked(site(box(-50, 0, 50, 100)), ground(county, outline="XZQX"), rules)
    assert across.verdict is Verdict.UNDETERMINED
    assert asked(site(SITE), ground(county, outline="XZQX"), rules).verdict is Verdict.CONFORMS


def test_a_site_of_a_hundred_thousand_vertices_is_answered(pack_of):
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    round_ = shapely.Polygon(
        np.column_stack([500_000 + 300 * np.cos(angle), 3_700_000 + 300 * np.sin(angle)])
    )
    found = asked(site(round_), ground(layer("A", [box(0, -500, 500, 500)])), pack_of({"R1": {"when": A}}))
    assert found.concerned[0].takings[0].share == pytest.approx(0.5, abs=1e-6)


def test_a_site_across_the_edge_of_two_zones_is_the_same_in_both(pack_of):
    edge = gpd.GeoSeries([shapely.box(112.4995, 33.4, 112.5005, 33.401)], crs="EPSG:4490")
    from tuban.compliance.site import site_of

    here, west, east = (
        site_of(edge.to_crs(crs) if crs else edge) for crs in (None, "EPSG:4546", "EPSG:4547")
    )
    assert west.area_m2 == pytest.approx(here.area_m2, abs=0.05)
    assert east.area_m2 == pytest.approx(here.area_m2, abs=0.05)


EDGES = st.integers(-300, 300)


@given(zone=st.tuples(EDGES, EDGES, st.integers(5, 300), st.integers(5, 300)))
@settings(max_examples=60, deadline=None)
def test_what_is_taken_and_what_is_outside_make_the_site(zone):
    from tuban.compliance.taking import Asking

    west, south, width, height = zone
    asking = Asking(site(SITE), Policy(0, 0, 0))
    one = layer("A", [box(west, south, west + width, south + height)])
    taken, rest = asking.taking(one), asking.outside(one)
    assert taken.area_m2 + rest.area_m2 == pytest.approx(asking.site.area_m2, abs=0.011)
