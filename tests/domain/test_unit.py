"""Units of area: exact factors, one rounding, half up."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuban.domain.unit import M2_PER, area_text, convert, exact, grouped, in_unit, rounded
from tuban.errors import WrongUse

units = st.sampled_from(list(M2_PER))


# Figures printed in two plans: hectares and ten thousand mu side by side.
@pytest.mark.parametrize(
    ("ha", "wan_mu"),
    [
        ("21300.46", "31.95"),
        ("20414.86", "30.62"),
        ("171330.76", "257.00"),
        ("153984.27", "230.98"),
        ("607.10", "0.91"),
    ],
)
def test_hectares_in_ten_thousand_mu_as_plans_print_them(ha, wan_mu):
    assert rounded(convert(ha, "ha", "wan_mu")) == Decimal(wan_mu)
    assert str(rounded(convert(ha, "ha", "wan_mu"))) == wan_mu


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (15, "mu", "ha", 1),
        (1, "mu", "m2", Fraction(2000, 3)),
        (1, "km2", "ha", 100),
        (1, "km2", "mu", 1500),
        (1, "wan_mu", "ha", Fraction(2000, 3)),
        (1, "ha", "m2", 10_000),
    ],
)
def test_the_factors_are_exact(value, source, target, expected):
    assert convert(value, source, target) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("2.675", 2, "2.68"),
        (2.675, 2, "2.68"),  # the float lies below 2.675, the figure it stands for does not
        ("0.004999999999999999999999", 2, "0.00"),
        (Fraction(2, 3), 4, "0.6667"),
        ("12345678901234567890123456789.125", 2, "12345678901234567890123456789.13"),
        (1.5, 0, "2"),
        (1250, -2, "1300"),
    ],
)
def test_a_half_is_rounded_up_once(value, decimals, expected):
    assert rounded(value, decimals) == Decimal(expected)
    if decimals >= 0:
        assert str(rounded(value, decimals)) == expected


def test_rounding_twice_would_give_another_number():
    ha = convert("49.99999", "m2", "ha")
    assert rounded(ha) == Decimal("0.00")
    assert rounded(rounded(ha, 3)) == Decimal("0.01")


def test_numpy_numbers_count_as_what_they_print():
    assert in_unit(np.float64(0.1), "m2", 1) == Decimal("0.1")
    assert exact(np.float64(0.1)) == Fraction(1, 10)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "三亩", None])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(WrongUse):
        rounded(value)


def test_an_unknown_unit_is_refused_with_the_known_ones():
    with pytest.raises(WrongUse) as caught:
        convert(1, "acre", "ha")  # type: ignore[arg-type]
    assert "wan_mu" in caught.value.fix.en


def test_areas_are_written_as_in_a_plan():
    assert grouped("213004.6") == "213,004.60"
    assert grouped("-0.001") == "0.00"
    assert area_text(213_004_600, "ha").zh == "21,300.46 公顷"
    assert area_text(213_004_600, "wan_mu").zh == "31.95 万亩"
    assert area_text(1_000_000, "km2").en == "1.00 km²"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    units,
    units,
)
def test_there_and_back_is_the_same_number(value, source, target):
    assert convert(convert(value, source, target), target, source) == exact(value)


@given(st.fractions(-(10**9), 10**9), st.integers(0, 6))
def test_rounding_moves_a_number_by_half_a_step_at_most(value, decimals):
    moved = exact(rounded(value, decimals)) - value
    assert abs(moved) <= Fraction(1, 2 * 10**decimals)
