"""Stored values turned into the groups a table has rows for: classes, great classes, units, zones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tuban.domain.code import CodeTable
from tuban.domain.landuse import THREE_CLASS_TITLES, ThreeClass
from tuban.domain.plan import ADMIN_DIGITS, short_admin_code
from tuban.errors import Text

UnitLevel = Literal["township", "village"]

NOT_FILLED = Text("未填写", "Not filled in")
OUTSIDE = Text("分区之外", "Outside all zones")
NO_UNIT = Text("未落入行政区", "In no unit")


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: the code, what it is called, its standard colour where it has one.

    `order` sorts the rows; the empty code, for what belongs nowhere, always comes last.
    """

    code: str
    title: Text
    colour: str | None = None
    order: int = 0


@dataclass(frozen=True)
class Grouping:
    """The group of each of n rows (`codes`, n strings) and what the groups are."""

    codes: NDArray[np.object_]
    groups: Mapping[str, Group]


def by_class(
    values: pd.Series, table: CodeTable[Any], level: int | None = None, *, empty: Text = NOT_FILLED
) -> Grouping:
    """Group by class of a code table (survey, plan classes of one edition, plan zones).

    Parameters
    ----------
    values : n stored codes; filled forms count as what they mean (010000 is 01).
    level : 1 for the first level, 2 for the second …: deeper codes count for the one above them, codes that
        stand higher stay where they are. None leaves each code as it stands.
    empty : what rows without a code are called.

    Returns
    -------
    A code that the table does not have keeps its own row and says so.
    """
    order = {item.code: place for place, item in enumerate(table)}

    def find(value: str) -> Group:
        item = table.find(value)
        if item is None:
            return Group(
                value, Text(f"{value}(编码不在标准内)", f"{value} (not in the standard)"), None, len(order)
            )
        while level is not None and _depth(item) > level and item.parent in table:
            item = table[item.parent]
        return Group(item.code, item.name, getattr(item, "colour", None), order[item.code])

    return _grouped(values, find, empty)


def by_three_class(values: pd.Series, table: CodeTable[Any]) -> Grouping:
    """Group by 农用地, 建设用地, 未利用地; what a code alone does not decide stays `mixed` or `unknown`."""
    order: dict[ThreeClass, int] = {name: place for place, name in enumerate(THREE_CLASS_TITLES)}

    def find(value: str) -> Group:
        item = table.find(value)
        name: ThreeClass = "unknown" if item is None else item.three_class
        return Group(name, THREE_CLASS_TITLES[name], None, order[name])

    return _grouped(values, find)


def by_unit(
    values: pd.Series, level: UnitLevel, names: Mapping[str, str], *, empty: Text = NOT_FILLED
) -> Grouping:
    """Group by township (9 digits) or village (12 digits) of a unit code, however it is filled.

    Parameters
    ----------
    values : n unit codes (ZLDWDM with 19 digits, XZQDM with 9 or 12).
    names : unit code → name.

    Returns
    -------
    Codes that do not reach the level fall under the empty code; what is no unit code keeps its own row.
    """
    digits = ADMIN_DIGITS[level]

    def find(value: str) -> Group:
        short = short_admin_code(value)
        if 0 < len(short) < digits:
            return Group("", empty)
        code = short[:digits] or value
        name = names.get(code, code)
        return Group(code, Text(name, name))

    return _grouped(values, find, empty)


def reaches(values: pd.Series, level: UnitLevel) -> bool:
    """Say whether every row has a unit code that reaches the level (False for no rows)."""
    unique = values.astype("string").fillna("").unique()
    return len(unique) > 0 and all(len(short_admin_code(str(v))) >= ADMIN_DIGITS[level] for v in unique)


def in_unit(values: pd.Series, within: str) -> NDArray[np.bool_]:
    """Say for each unit code whether it lies in the unit `within` (a shorter code, or the same)."""
    wanted = short_admin_code(within) or within
    codes, unique = pd.factorize(values.astype("string").fillna(""))
    inside = np.array([short_admin_code(str(v)).startswith(wanted) for v in unique], dtype=bool)
    return inside[codes]


def _depth(item: Any) -> int:
    return int(item.level if hasattr(item, "level") else item.depth)


def _grouped(values: pd.Series, find: Callable[[str], Group], empty: Text = NOT_FILLED) -> Grouping:
    """Look each distinct value up once; empty values are the empty code."""
    codes, unique = pd.factorize(values.astype("string").str.strip().fillna(""))
    found = [find(str(v)) if v else Group("", empty) for v in unique]
    names = np.array([group.code for group in found], dtype=object)
    return Grouping(names[codes], {group.code: group for group in found})
