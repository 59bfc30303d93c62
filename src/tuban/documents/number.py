"""Numbers as plan texts print them: digits, thousands separators, ranges, Chinese numerals, units glued to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from tuban.standards.words import units

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,5}(?![\d])(?:\.\d+)?|\d{1,15}(?:\.\d{1,12})?)"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its value in the unit as printed, and how exactly it was printed.

    Attributes
    ----------
    start, end : letters of the text, unit included.
    value : the number; `high` the upper end of a range.
    decimals : digits after the point, as printed.
    unit : as printed, "" where there is none.
    kind : what the unit measures (area, length, share, count:个, area/people …), "" for a bare number.
    factor : makes `value` one of the base unit.
    """

    start: int
    end: int
    text: str
    value: Decimal
    decimals: int
    unit: str
    kind: str
    factor: Fraction
    high: Decimal | None = None

    @property
    def base(self) -> Fraction:
        """Give the value in the base unit of its kind."""
        return Fraction(self.value) * self.factor

    @property
    def half(self) -> Fraction:
        """Give half of the last printed digit, in the base unit."""
        return Fraction(1, 2) / 10**self.decimals * self.factor


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(units(), key=len, reverse=True)
    unit = "|".join(re.escape(name) for name in names)
    one = rf"(?:(?P<unit>(?:{unit}))(?:[/每](?P<per>(?:{unit})(?![\u4e00-\u9fff]?覆盖)))?)"
    return re.compile(
        rf"(?<![\d.A-Za-z])(?P<sign>[-+±])?(?P<num>{_NUMBER})(?P<mult>[万亿](?![锭吨元人亩户套平公立栋个千伏]))?"
        rf"(?P<range>(?:%|‰)?[-—~至](?P<high>{_NUMBER}))?{one}?"
    )


@cache
def unit_of(text: str) -> tuple[str, str, Fraction] | None:
    """Give (name, kind, factor) of a unit as a header prints it, or None.

    >>> unit_of("平方米/人")[1]
    'area/people'
    """
    text = text.strip("：: ()").replace("每", "/")
    if text in ("m", "M"):
        return "m", "length", Fraction(1)
    top, _, per = text.partition("/")
    first = units().get(top)
    if first is None:
        return None
    if not per:
        return first.name, first.kind, first.factor
    second = units().get(per)
    if second is None:
        return None
    return text, f"{first.kind}/{second.kind}", first.factor / second.factor


def find_numbers(text: str) -> list[Number]:
    """Give every number of a text in order, each with the unit that follows it."""
    found: list[Number] = []
    for match in _pattern().finditer(text):
        start = match.start()
        sign = match.group("sign") or ""
        before = text[start - 1] if start else ""
        if (sign and (before.isdigit() or before in ")%年月")) or sign == "±":
            start, sign = start + 1, ""  # a dash between two numbers is no minus
        # An ASCII letter right after a bare number makes a code of it: 201A.
        if (
            match.group("unit") is None
            and text[match.end() : match.end() + 1].isascii()
            and text[match.end() : match.end() + 1].isalpha()
        ):
            continue
        raw = match.group("num")
        digits = raw.replace(",", "")
        value = Decimal(digits) * (-1 if sign == "-" else 1)
        high = match.group("high")
        if high and match.group("unit") is None and not match.group("range").startswith("%"):
            high = None if len(raw) == 4 else high
        if match.group("mult"):
            scale = Decimal(10_000 if match.group("mult") == "万" else 100_000_000)
            unit, kind, factor = match.group("mult"), "", Fraction(int(scale))
        elif match.group("unit"):
            name = match.group("unit") + ("/" + match.group("per") if match.group("per") else "")
            known = unit_of(name) or unit_of(match.group("unit"))
            assert known is not None  # the pattern holds nothing but known units
            unit, kind, factor = name, known[1], known[2]
        else:
            unit, kind, factor = "", "", Fraction(1)
        decimals = len(digits.partition(".")[2])
        upper = Decimal(high.replace(",", "")) if high else None
        found.append(
            Number(
                start,
                match.end(),
                match.group()[start - match.start() :],
                value,
                decimals,
                unit,
                kind,
                factor,
                upper,
            )
        )
    return found


def chinese_number(text: str) -> int | None:
    """Read a whole number in Chinese numerals; None where it is none.

    >>> chinese_number("二十三"), chinese_number("十"), chinese_number("一百零五"), chinese_number("第三")
    (23, 10, 105, None)
    """
    if not text or len(text) > 9 or any(c not in _DIGITS and c not in _TENS and c != "万" for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, section, digit, had_digit = 0, 0, 0, False
    last = 10_000
    for c in text:
        if c in _DIGITS:
            if had_digit and digit:
                return None
            digit, had_digit = _DIGITS[c], True
        elif c == "万":
            if total:
                return None
            total, section, digit, had_digit, last = (section + digit) * 10_000, 0, 0, False, 10_000
        else:
            weight = _TENS[c]
            if weight >= last:
                return None
            section += (digit if had_digit else 1) * weight
            digit, had_digit, last = 0, False, weight
    return total + section + digit


def chinese_text(value: int) -> str:
    """Write a whole number below 10,000 in Chinese numerals.

    >>> chinese_text(23), chinese_text(105), chinese_text(10)
    ('二十三', '一百零五', '十')
    """
    if value < 10:
        return "零一二三四五六七八九"[value]
    parts: list[str] = []
    gap = False
    for weight, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // weight % 10
        if digit:
            if gap and parts:
                parts.append("零")
            parts.append("零一二三四五六七八九"[digit] + name)
            gap = False
        else:
            gap = True
    text = "".join(parts)
    return text[1:] if text.startswith("一十") else text
