"""Counter-proposals: the smallest change that can be done on paper, and the proof that there is none."""

from __future__ import annotations

from datetime import date

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance_given import box, ground, layer, site
from tuban.compliance.policy import Policy
from tuban.compliance.proposal import propose
from tuban.compliance.result import Verdict
from tuban.compliance.review import review
from tuban.errors import WrongUse

DAY = date(2026, 6, 1)
A = {"intersects": {"layer": "A"}}
SITE = box(0, 0, 100, 100)
STRICT = Policy(0.0, 0.0, 0.0)


def offered(pack_of, *layers, when=None, **more):
    rules = pack_of({"R1": {"when": when or A}})
    there = ground(*layers)
    counter = propose(site(SITE), there, rules, on=DAY, **more)
    for one in counter.proposals:
        assert review(one.site, there, rules, on=DAY).verdict is Verdict.CONFORMS, one.kind
    return counter, {one.kind: one for one in counter.proposals}


def test_a_site_that_fits_needs_no_change(pack_of):
    counter, kinds = offered(pack_of, layer("A", [box(500, 0, 600, 100)]))
    assert set(kinds) == {"as it is"}
    assert counter.rules == ("R1",) or counter.rules == ()


def test_a_strip_at_one_side_is_cut_off_or_moved_away_from(pack_of):
    _, kinds = offered(pack_of, layer("A", [box(90, -500, 2000, 600)]), policy=STRICT)
    assert kinds["trim"].given_up_m2 == pytest.approx(1000, rel=1e-3)
    assert kinds["move"].distance_m == pytest.approx(10, abs=0.8)
    assert kinds["move"].east_m == pytest.approx(-10, abs=0.8)
    assert kinds["move"].given_up_m2 == 0


def test_within_a_corridor_the_move_is_across_it(pack_of):
    """Forbidden on both sides, free in a gap of 120 m whose axis is 50 m north of the site's."""
    zones = [box(-3000, -2000, 3000, 40), box(-3000, 160, 3000, 2000)]
    _, kinds = offered(pack_of, layer("A", zones), policy=STRICT)
    # 40 m to the north is the shortest way; a step aside of a metre makes it longer by a centimetre only.
    assert kinds["move"].north_m >= 40
    assert kinds["move"].distance_m == pytest.approx(40, abs=0.5)


def test_that_no_move_passes_is_proven(pack_of):
    counter, kinds = offered(
        pack_of, layer("A", [box(-3000, -2000, 3000, 2000).difference(box(10, 10, 60, 60))])
    )
    assert counter.proven
    assert "move" not in kinds
    assert kinds["trim"].given_up_m2 == pytest.approx(10_000 - 2500, rel=1e-3)


def test_a_gap_too_narrow_is_no_way_and_is_trimmed_in_its_best_place(pack_of):
    zones = [box(-3000, -2000, 3000, 140), box(-3000, 220, 3000, 2000)]  # a free strip 80 m wide, 140 m north
    counter, kinds = offered(pack_of, layer("A", zones))
    assert counter.proven
    assert "trim" not in kinds
    assert kinds["move and trim"].given_up_m2 == pytest.approx(2000, rel=0.05)


def test_a_site_partly_outside_its_boundary_moves_into_it(pack_of):
    when = {"outside": {"layer": "A"}}
    _, kinds = offered(pack_of, layer("A", [box(30, -1000, 2000, 1000)]), when=when, policy=STRICT)
    assert kinds["move"].east_m == pytest.approx(30, abs=0.8)
    assert kinds["trim"].given_up_m2 == pytest.approx(3000, rel=1e-3)


def test_nothing_is_left_where_all_is_forbidden(pack_of):
    counter, kinds = offered(pack_of, layer("A", [box(-3000, -3000, 3000, 3000)]))
    assert counter.proven
    assert kinds == {}


def test_a_reach_must_be_one(pack_of):
    with pytest.raises(WrongUse):
        offered(pack_of, layer("A", [SITE]), within_m=-1)


@given(
    west=st.integers(-60, 90),
    south=st.integers(-60, 90),
    width=st.integers(20, 160),
    height=st.integers(20, 160),
)
@settings(max_examples=15, deadline=None)
def test_the_way_out_of_a_rectangle_is_its_nearest_side(west, south, width, height):
    """Two boxes part along an axis: the shortest way is the least overlap of their sides."""
    from tuban.compliance.proposal import _search

    zone = box(west, south, west + width, south + height)
    ways = [100 - west, west + width, 100 - south, south + height]
    if min(ways) <= 0:
        return
    shapely.prepare(zone)
    found = _search(SITE, zone, 500.0, STRICT)
    assert found.best is not None
    assert (found.best[0] ** 2 + found.best[1] ** 2) ** 0.5 == pytest.approx(min(ways), abs=0.8)
