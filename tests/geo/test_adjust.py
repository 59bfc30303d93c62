"""Parts that sum to their whole, to the last step."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuban.errors import WrongUse
from tuban.geo.adjust import adjust, round_table, round_to_total


def decimal_sum(values) -> Decimal:
    return sum((Decimal(repr(float(v))) for v in np.ravel(values)), Decimal(0))


def cents(n: int) -> Decimal:
    return Decimal(n) / 100


# ---- adjustment to a control area ----


def test_the_largest_parts_take_the_odd_cents():
    # d = 0.05 over 3 parts: 0.01 each, and the 2 largest one more.
    result = adjust([100.00, 300.00, 200.00], 600.05)
    assert result.areas.tolist() == [100.01, 300.02, 200.02]
    assert result.added.tolist() == [0.01, 0.02, 0.02]
    assert result.difference == {"": 0.05}


def test_too_much_is_taken_away_in_the_same_order():
    assert adjust([100.00, 300.00, 200.00], 599.99).areas.tolist() == [100.00, 299.99, 200.00]


def test_equal_parts_keep_their_order():
    assert adjust([50.0, 50.0, 50.0], 150.02).areas.tolist() == [50.01, 50.01, 50.0]


def test_in_proportion_a_part_gets_what_its_size_says():
    # d = 0.10 over 100 : 300 : 600.
    result = adjust([100.0, 300.0, 600.0], 1000.10, rule="proportional")
    assert result.areas.tolist() == [100.01, 300.03, 600.06]


def test_land_and_islands_are_adjusted_apart():
    result = adjust([10.0, 20.0, 5.0, 6.0], {"00": 30.03, "01": 10.99}, by=["00", "00", "01", "01"])
    assert result.areas.tolist() == [10.01, 20.02, 5.0, 5.99]
    assert result.difference == {"00": 0.03, "01": -0.01}


def test_areas_are_rounded_before_they_are_compared():
    assert adjust([0.005, 0.285], 0.30).added.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("areas", "control", "by"),
    [
        ([1.0, 2.0], {"a": 3.0}, ["a", "b"]),  # b has no control
        ([1.0], {"a": 1.0, "b": 5.0}, ["a"]),  # b has no parts
        ([1.0, 2.0], 3.0, ["a", "b"]),
        ([1.0, 2.0], {"a": 3.0}, None),
        ([1.0, 2.0], {"a": 3.0}, ["a"]),
        ([0.01, 100.0], 0.0, None),  # the small part would be below 0
        ([1.0, float("nan")], 1.0, None),
        ([], 1.0, None),
    ],
)
def test_what_cannot_be_shared_out_is_refused(areas, control, by):
    with pytest.raises(WrongUse):
        adjust(areas, control, by=by)


def test_a_rule_nobody_defined_is_refused():
    with pytest.raises(WrongUse):
        adjust([1.0], 1.0, rule="by_feeling")  # type: ignore[arg-type]


areas = st.lists(st.integers(1, 10**11), min_size=1, max_size=40)


@settings(deadline=None)
@given(areas, st.integers(-500, 500), st.sampled_from(["largest_first", "proportional"]))
def test_the_parts_sum_to_the_control_to_the_cent(steps, difference, rule):
    values = [(n + 1000) / 100 for n in steps]  # no part so small that a cent matters
    whole = decimal_sum(values) + cents(difference)
    result = adjust(values, float(whole), rule=rule)
    assert decimal_sum(result.areas) == whole
    assert decimal_sum(result.added) == cents(difference)
    # All shares have the sign of the difference; by the first rule they differ by one cent at most.
    assert (result.added * difference >= 0).all()
    if rule == "largest_first":
        assert decimal_sum([result.added.max()]) - decimal_sum([result.added.min()]) <= Decimal("0.01")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(2000, 10**9)), min_size=1, max_size=40), st.data()
)
def test_adjusting_by_unit_is_adjusting_each_unit(rows, data):
    units = [unit for unit, _ in rows]
    values = np.array([n / 100 for _, n in rows])
    control = {}
    for unit in sorted(set(units)):
        own = values[[u == unit for u in units]]
        control[unit] = float(decimal_sum(own) + cents(data.draw(st.integers(-90, 90))))
    together = adjust(values, control, by=units)
    for unit, whole in control.items():
        mine = np.array([u == unit for u in units])
        np.testing.assert_array_equal(together.areas[mine], adjust(values[mine], whole).areas)


# ---- rounding ----


def test_thirds_sum_to_one_hundred():
    assert round_to_total([100 / 3] * 3, 2, 100).tolist() == [33.34, 33.33, 33.33]


def test_the_largest_remainder_is_rounded_up():
    assert round_to_total([0.004, 0.009, 0.007]).tolist() == [0.0, 0.01, 0.01]


def test_zero_stays_zero_and_exact_stays_exact():
    assert round_to_total([0.0, 0.29, 1.005, 2.005]).tolist() == [0.0, 0.29, 1.0, 2.01]


def test_a_total_that_rounding_cannot_reach_is_refused():
    with pytest.raises(WrongUse):
        round_to_total([1.0, 2.0], 2, 3.05)
    with pytest.raises(WrongUse):
        round_to_total([float("inf")])


def test_nothing_rounds_to_nothing():
    assert round_to_total([]).shape == (0,)


numbers = st.lists(st.floats(-1e8, 1e8), min_size=1, max_size=60)


@given(numbers, st.integers(0, 4))
def test_rounded_parts_sum_exactly_to_the_rounded_whole(values, decimals):
    result = round_to_total(values, decimals)
    step = Fraction(1, 10**decimals)
    exact_sum = sum(map(Fraction, values), Fraction(0))
    assert abs(Fraction(decimal_sum(result)) - exact_sum) <= step / 2 + Fraction(1, 10**6)
    for value, part in zip(values, result, strict=True):
        assert abs(Fraction(repr(float(part))) - Fraction(value)) < step + Fraction(1, 10**6)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=60).filter(lambda v: sum(v) > 1))
def test_shares_always_make_one_hundred(values):
    shares = np.array(values) / np.sum(values) * 100
    assert decimal_sum(round_to_total(shares, 2, 100)) == 100


# ---- two-way tables ----


def test_a_table_sums_both_ways():
    table = round_table([[0.005, 0.005], [0.005, 0.005]])
    assert table.total == 0.02
    assert table.cells.sum(axis=0) == pytest.approx(table.columns)
    assert table.cells.sum(axis=1) == pytest.approx(table.rows)


def test_margins_that_rounding_alone_would_set_against_the_cells():
    # Each margin rounded for itself, first come first served, asks for the cell that is zero.
    table = round_table([[0.0, 0.005], [0.005, 0.0]])
    assert table.total == 0.01
    assert table.cells[0, 0] == table.cells[1, 1] == 0


def test_an_empty_table_stays_empty():
    assert round_table(np.zeros((0, 3))).columns.tolist() == [0, 0, 0]
    assert round_table(np.zeros((2, 2))).total == 0


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 7), st.integers(1, 7), st.integers(0, 3))
def test_every_row_column_and_the_whole_sum_exactly(data, rows, columns, decimals):
    cell = st.one_of(st.just(0.0), st.floats(0, 1e6))
    values = np.array(data.draw(st.lists(cell, min_size=rows * columns, max_size=rows * columns)))
    table = round_table(values.reshape(rows, columns), decimals)
    for i in range(rows):
        assert decimal_sum(table.cells[i]) == decimal_sum([table.rows[i]])
    for j in range(columns):
        assert decimal_sum(table.cells[:, j]) == decimal_sum([table.columns[j]])
    assert decimal_sum(table.rows) == decimal_sum(table.columns) == decimal_sum([table.total])
    assert np.abs(table.cells.ravel() - values).max() < 10.0**-decimals + 1e-9
    assert (table.cells.ravel()[values == 0] == 0).all()
