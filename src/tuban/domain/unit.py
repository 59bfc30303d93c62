"""m², hectares, mu (亩), ten thousand mu (万亩), km²: the only conversion factors in the system.

All arithmetic is exact; a number is rounded once, half up, when it is printed.
Source: 1 亩 = 2000/3 m², 15 亩 = 1 ha (计量法 area units as the plan tables use them).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Final, Literal

from tuban.errors import Text, WrongUse

AreaUnit = Literal["m2", "ha", "mu", "wan_mu", "km2"]
Number = int | float | Decimal | Fraction | str

M2_PER: Final[dict[AreaUnit, Fraction]] = {
    "m2": Fraction(1),
    "ha": Fraction(10_000),
    "mu": Fraction(2_000, 3),
    "wan_mu": Fraction(20_000_000, 3),
    "km2": Fraction(1_000_000),
}
UNIT_TITLES: Final[dict[AreaUnit, Text]] = {
    "m2": Text("平方米", "m²"),
    "ha": Text("公顷", "ha"),
    "mu": Text("亩", "mu"),
    "wan_mu": Text("万亩", "10,000 mu"),
    "km2": Text("平方公里", "km²"),
}


def exact(value: Number) -> Fraction:
    """Give the number as a fraction; a float counts as the shortest decimal that names it (0.1 is 1/10).

    Raises
    ------
    WrongUse : not a finite number.
    """
    try:
        if isinstance(value, float):  # also NumPy's, whose own repr is not a number
            return Fraction(repr(float(value)))
        return Fraction(value)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        raise WrongUse(
            Text(f"“{value}”不是一个数。", f"{value!r} is not a number."),
            Text("请给出有限的数值,例如 21300.46。", "Give a finite number such as 21300.46."),
        ) from None


def convert(value: Number, source: AreaUnit, target: AreaUnit) -> Fraction:
    """Give an area in another unit, exactly; round with `rounded` when it is printed."""
    return exact(value) * _m2_per(source) / _m2_per(target)


def rounded(value: Number, decimals: int = 2) -> Decimal:
    """Round once, half up (half away from zero below zero)."""
    scaled = exact(value) * 10**decimals
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    with localcontext(prec=max(28, len(str(whole)) + abs(decimals) + 1), rounding=ROUND_HALF_UP):
        return Decimal(-whole if scaled < 0 else whole).scaleb(-decimals)


def in_unit(area_m2: Number, unit: AreaUnit, decimals: int = 2) -> Decimal:
    """Give square metres in `unit`, rounded once."""
    return rounded(convert(area_m2, "m2", unit), decimals)


def grouped(value: Number, decimals: int = 2) -> str:
    """Write a number with thousands separators and a fixed number of decimals: `21,300.46`."""
    number = rounded(value, decimals)
    return f"{number if number else abs(number):,.{max(decimals, 0)}f}"


def area_text(area_m2: Number, unit: AreaUnit, decimals: int = 2) -> Text:
    """Write square metres in `unit` as it stands in a plan: `21,300.46 公顷`."""
    number = grouped(convert(area_m2, "m2", unit), decimals)
    title = UNIT_TITLES[unit]
    return Text(f"{number} {title.zh}", f"{number} {title.en}")


def _m2_per(unit: AreaUnit) -> Fraction:
    if unit not in M2_PER:
        raise WrongUse(
            Text(f"没有“{unit}”这种面积单位。", f"There is no area unit {unit!r}."),
            Text(f"可用单位:{'、'.join(M2_PER)}。", f"Units: {', '.join(M2_PER)}."),
        )
    return M2_PER[unit]
