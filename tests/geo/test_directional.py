"""One side of a line: the answer can be drawn on paper."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tuban.errors import WrongUse
from tuban.geo.directional import one_side

X, Y = 500_000.0, 3_700_000.0


def line(*points):
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


DIKE = line((0, 0), (4000, 0))
RIVER = box(0, -900, 4000, -50)


def test_the_landward_side_of_a_straight_dike_is_half_of_the_ground_around_it():
    ground = one_side(DIKE, RIVER, to_m=100)
    # A strip 4000 × 100 and two quarter circles; the arc is drawn with chords.
    assert ground.area == pytest.approx(4000 * 100 + math.pi * 100**2 / 2, rel=1e-4)
    assert ground.bounds[1] == pytest.approx(Y, abs=1e-6)
    assert ground.intersection(RIVER).area == 0


def test_rings_of_distance_follow_one_another_without_gap_or_overlap():
    tiers = [
        one_side(DIKE, RIVER, from_m=a, to_m=b) for a, b in ((0, 100), (100, 500), (500, 1000), (1000, 5000))
    ]
    whole = one_side(DIKE, RIVER, to_m=5000)
    assert sum(tier.area for tier in tiers) == pytest.approx(whole.area, rel=1e-3)
    for at, first in enumerate(tiers):
        for second in tiers[at + 1 :]:
            assert first.intersection(second).area == pytest.approx(0, abs=1)


@pytest.mark.parametrize(("x", "y", "inside"), [(2000, 50, True), (2000, 150, False), (2000, -50, False)])
def test_a_point_is_judged_by_its_side_and_its_distance(x, y, inside):
    assert one_side(DIKE, RIVER, to_m=100).contains(shapely.Point(X + x, Y + y)) is inside


def test_direction_of_digitising_changes_nothing():
    forth = one_side(DIKE, RIVER, to_m=300)
    back = one_side(shapely.reverse(DIKE), RIVER, to_m=300)
    assert forth.symmetric_difference(back).area == pytest.approx(0, abs=1e-6)


def test_below_a_dam_is_not_above_it():
    dam = line((-150, 20), (0, 0), (150, 20))  # its wings bend back to the pond in the north
    pond = box(-400, 40, 400, 900)
    ground = one_side(dam, pond, to_m=1000)
    assert ground.contains(shapely.Point(X, Y - 900))
    assert not ground.contains(shapely.Point(X, Y - 1100))
    assert not ground.contains(shapely.Point(X, Y + 500))
    assert ground.area == pytest.approx(math.pi * 1000**2 / 2 + 300 * 1000, rel=0.03)


def test_pieces_of_one_line_are_one_line():
    whole = one_side(DIKE, RIVER, to_m=200)
    parts = shapely.MultiLineString([line((2000, 0), (4000, 0)), line((0, 0), (2000, 0))])
    assert one_side(parts, RIVER, to_m=200).symmetric_difference(whole).area == pytest.approx(0, abs=1e-6)


def test_a_river_far_beyond_the_distance_still_tells_the_side():
    far = box(0, -9000, 4000, -8000)
    assert one_side(DIKE, far, to_m=100).equals(one_side(DIKE, RIVER, to_m=100))


def test_a_closed_line_has_no_side():
    with pytest.raises(WrongUse):
        one_side(line((0, 0), (100, 0), (100, 100), (0, 0)), RIVER, to_m=100)


@given(
    heights=st.lists(st.integers(-200, 200), min_size=3, max_size=8),
    points=st.lists(st.tuples(st.integers(0, 4000), st.integers(-1500, 1500)), min_size=1, max_size=20),
)
@settings(max_examples=40, deadline=None)
def test_of_a_winding_dike_every_point_beside_it_is_on_one_side(heights, points):
    step = 4000 / (len(heights) - 1)
    course = [(at * step, height) for at, height in enumerate(heights)]
    dike = line(*course)
    river = shapely.Polygon([(X + x, Y + y - 400) for x, y in course] + [(X + 4000, Y - 3000), (X, Y - 3000)])
    ground = one_side(dike, river, to_m=1000)
    for x, y in points:
        point = shapely.Point(X + x, Y + y)
        height = next(a[1] + (b[1] - a[1]) * (x - a[0]) / step for a, b in pairwise(course) if x <= b[0])
        if abs(y - height) < 1 or abs(point.distance(dike) - 1000) < 10:
            continue
        assert ground.contains(point) is bool(y > height and point.distance(dike) < 1000)
