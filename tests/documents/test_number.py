"""Numbers come back as they were printed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuban.documents.clean import clean
from tuban.documents.number import chinese_number, chinese_text, find_numbers, unit_of
from tuban.standards.words import units

UNITS = ["公顷", "亩", "万亩", "平方公里", "平方米", "公里", "万人", "%", "个", "亿元"]


@given(st.integers(0, 9999))
def test_chinese_numerals_come_back(value):
    assert chinese_number(chinese_text(value)) == value


@pytest.mark.parametrize("text", ["", "十百", "一万万", "第三", "百千", "二十二十"])
def test_what_is_no_chinese_number_is_none(text):
    assert chinese_number(text) is None


@given(st.decimals(0, 10**9, places=3), st.sampled_from(UNITS), st.booleans(), st.booleans())
def test_a_printed_number_is_read_back(value, unit, grouped, wide):
    printed = f"{value:,}" if grouped else f"{value}"
    if wide:
        printed = printed.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
    text = clean(f"面积为{printed}{unit}。", 1).text
    (number,) = find_numbers(text)
    assert number.value == value and number.unit == unit
    assert number.decimals == 3


@pytest.mark.parametrize("spelling", sorted(units()))
def test_every_unit_is_known_by_its_spelling(spelling):
    known = unit_of(spelling)
    assert known is not None and known[2] == units()[spelling].factor


def test_mu_hectares_and_square_kilometres_are_one_area():
    fifteen, one = find_numbers("15亩和1公顷")
    assert fifteen.base == one.base == 10_000
    assert find_numbers("1平方公里")[0].base == 100 * one.base
    assert find_numbers("1万亩")[0].base == Fraction(20_000_000, 3)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("人口增长率-2.96‰", [Decimal("-2.96")]),
        ("7-9等", [Decimal(7)]),
        ("人均99.5平方米/人", [Decimal("99.5")]),
        ("共12,345.6亩", [Decimal("12345.6")]),
        ("地类201A", []),
    ],
)
def test_signs_ranges_and_codes_are_told_apart(text, values):
    assert [n.value for n in find_numbers(text)] == values


def test_a_range_keeps_both_ends():
    (number,) = find_numbers("红线宽度24—30米")
    assert (number.value, number.high, number.unit) == (24, 30, "米")


def test_letters_keep_their_places_when_marks_go():
    made = clean("共 **12** 个", 7)
    assert made.text == "共12个"
    assert made.where(1) == (7, 5)
