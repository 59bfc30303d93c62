"""How far printed figures may differ: rounding, and what is beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tuban.documents.number import Number


def text(value: Fraction | Decimal | int, decimals: int = 2) -> str:
    """Write a number with at most `decimals` decimals, rounded half up, without trailing noise."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**decimals
    whole = (scaled + Fraction(1, 2)).__floor__()
    digits = f"{whole:0{decimals + 1}d}"
    shown = digits if not decimals else f"{digits[:-decimals]}.{digits[-decimals:]}"
    return ("-" if exact < 0 and whole else "") + shown


def sum_slack(parts: Sequence[Number], total: Number) -> Fraction:
    """Give how far a printed total may lie from the sum of printed parts by rounding alone (in base units)."""
    return sum((part.half for part in parts), total.half)


def one_digit(wrong: Fraction, right: Fraction, decimals: int) -> bool:
    """Tell whether two numbers differ in one digit or two swapped neighbours: a slip of the pen."""
    a, b = text(wrong, decimals), text(right, decimals)
    if len(a) != len(b):
        return False
    differ = [i for i in range(len(a)) if a[i] != b[i]]
    if len(differ) == 1:
        return True
    if len(differ) != 2:
        return False
    first, second = differ
    between = a[first + 1 : second]
    return between in ("", ".") and a[first] == b[second] and a[second] == b[first]


def swapped(wrong: Fraction, right: Fraction, decimals: int) -> bool:
    """Tell whether two neighbouring digits changed places: 86.31 and 83.61."""
    a, b = text(wrong, decimals), text(right, decimals)
    differ = [i for i in range(len(a)) if a[i] != b[i]] if len(a) == len(b) else []
    return len(differ) == 2 and one_digit(wrong, right, decimals)


def agree(a: Number, b: Number, *, about: bool = False) -> str:
    """Compare two printed values of one quantity: `same`, `rounding`, or `differ`."""
    gap = abs(a.base - b.base)
    if gap <= max(a.half, b.half) or a.base == b.base:
        return "same"
    coarse = max(a.half, b.half)
    fine = min(a.half, b.half)
    rough, exact = (a, b) if a.half == coarse else (b, a)
    if coarse > fine and gap <= 2 * coarse and abs(rough.base) < abs(exact.base):
        return "rounding"  # cut off instead of rounded
    if about and gap <= max(abs(a.base), abs(b.base)) / 50:
        return "same"
    return "differ"
