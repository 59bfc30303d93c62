"""Parts that sum to their whole: adjustment to a control area (平差) and rounding without a remainder.

All sums are made in whole steps of the last decimal, so "exactly" means exactly. Each number that comes back
is the float nearest to its decimal; added as decimals, the parts give the whole.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tuban.errors import Text, WrongUse

Array = NDArray[np.float64]
Steps = NDArray[np.int64]
Rule = Literal["largest_first", "proportional"]


@dataclass(frozen=True, slots=True)
class Method:
    """A rule of adjustment as a report must cite it: what it does, where it comes from, how sure that is."""

    title: Text
    how: Text
    source: Text
    confidence: Literal["verified", "recalled"]


METHODS: dict[Rule, Method] = {
    "largest_first": Method(
        Text("大图斑优先", "largest first"),
        Text(
            "差数以 0.01 平方米为单位平均分给单元内每个图斑,除不尽的余数从面积最大的图斑起各分 0.01 平方米",
            "the difference, in steps of 0.01 m², goes in equal parts to every parcel of the unit; what is left "
            "over goes in single steps to the largest parcels",
        ),
        Text(
            "一家软件公司的国土调查建库工具说明(按面积从大到小分配)",
            "the manual of one vendor's land survey tool (parts sorted by size)",
        ),
        "verified",
    ),
    "proportional": Method(
        Text("按面积比例", "in proportion to area"),
        Text(
            "差数按图斑面积的比例分配,最后的 0.01 平方米用最大余数法分配",
            "the difference is shared in proportion to the parcels' areas; the last steps of 0.01 m² go by "
            "largest remainder",
        ),
        Text("其他软件的常见做法", "usual in other vendors' tools"),
        "recalled",
    ),
}


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Areas that sum to their control, what each was given, and the difference shared out in each unit."""

    areas: Array
    added: Array
    difference: dict[Hashable, float]
    rule: Rule


def adjust(
    areas: ArrayLike,
    control: float | Mapping[Any, float],
    *,
    by: ArrayLike | None = None,
    decimals: int = 2,
    rule: Rule = "largest_first",
) -> Adjusted:
    """Share the difference between a control area (控制面积) and the sum of its parts out over the parts.

    Parameters
    ----------
    areas : n measured areas; rounded to `decimals` first, half up.
    control : the area the parts must sum to; with `by`, one for each unit.
    by : n units (village code, or 00 land / 01 islands, which are adjusted apart); left out, all are one.
    rule : `largest_first`: with d steps over n parts, each gets ⌊|d|/n⌋ and the |d| mod n largest one more.
        `proportional`: in proportion to area, the last steps to the largest remainders.

    Returns
    -------
    The adjusted areas. Geometry is never touched; `added` is what a report must show.

    Raises
    ------
    WrongUse : a unit without control area, a part that would become negative, numbers that are none.

    Source: adjustment of survey areas, parts sorted by size (verified in one vendor's tool, TD3); other
    vendors share in proportion (recalled).
    """
    values = _finite(areas)
    units, unit_of = _units(by, len(values), control)
    wanted = _steps(_finite([_control_of(unit, control, by is None) for unit in units]), decimals)
    measured = _steps(values, decimals)
    sums = np.zeros(len(units), dtype=np.int64)
    np.add.at(sums, unit_of, measured)
    difference = wanted - sums
    count = np.bincount(unit_of, minlength=len(units))
    if rule == "largest_first":
        each, left = np.divmod(np.abs(difference), np.maximum(count, 1))
        added = (each[unit_of] + (_rank(unit_of, -measured) < left[unit_of])) * np.sign(difference)[unit_of]
    elif rule == "proportional":
        share = measured / np.where(sums == 0, 1, sums)[unit_of]
        exact = np.abs(difference)[unit_of] * share
        base = np.floor(exact).astype(np.int64)
        given = np.zeros(len(units), dtype=np.int64)
        np.add.at(given, unit_of, base)
        left = np.abs(difference) - given
        added = (base + (_rank(unit_of, base - exact) < left[unit_of])) * np.sign(difference)[unit_of]
    else:
        raise WrongUse(
            Text(f"没有“{rule}”这种平差规则。", f"There is no adjustment rule {rule!r}."),
            Text(
                "可用 largest_first(大图斑优先)或 proportional(按面积比例)。",
                "Use largest_first or proportional.",
            ),
        )
    result = measured + added
    _must_be_possible(units, unit_of, difference, count, result)
    scale = 10.0**decimals
    return Adjusted(
        result / scale, added / scale, dict(zip(units, (difference / scale).tolist(), strict=True)), rule
    )


def round_to_total(values: ArrayLike, decimals: int = 2, total: float | None = None) -> Array:
    """Round so that the parts sum exactly to the rounded whole (largest remainder).

    Parameters
    ----------
    values : n numbers, unrounded.
    total : the whole; left out, the sum of `values`, rounded half up once. For shares in per cent: 100.

    Returns
    -------
    n numbers, each one of its two neighbours with `decimals`; what is exact, zero above all, stays.

    Raises
    ------
    WrongUse : `total` is farther from the sum than rounding can close: that is an adjustment, not a rounding.
    """
    numbers = _finite(values)
    base, remainder = _floor_and_rest(numbers, decimals)
    whole = math.fsum(numbers) if total is None else total
    missing = int(_steps(np.array([whole]), decimals)[0] - base.sum())
    if not 0 <= missing <= np.count_nonzero(remainder):
        said = f"{math.fsum(numbers):,.{decimals + 2}f}"
        raise WrongUse(
            Text(
                f"各部分之和 {said} 与总数 {whole:,.{decimals}f} 相差太多,不是取位造成的。",
                f"The parts sum to {said}, not {whole:,.{decimals}f}: more than rounding can close.",
            ),
            Text(
                "请核对总数;若总数是控制面积,请用平差(adjust)。",
                "Check the total; to meet a control area, adjust.",
            ),
        )
    order = np.lexsort((-numbers, -remainder))
    base[order[:missing]] += 1
    return base / 10.0**decimals


@dataclass(frozen=True, slots=True)
class RoundedTable:
    """A table whose cells sum to both margins, and both margins to the total."""

    cells: Array
    rows: Array
    columns: Array
    total: float


def round_table(values: ArrayLike, decimals: int = 2) -> RoundedTable:
    """Round a two-way table so that every row, every column and the whole sum exactly.

    Parameters
    ----------
    values : r × c numbers, unrounded.

    Returns
    -------
    Cells and margins, each one of its two neighbours with `decimals`; the total rounded half up once. Among
    all such tables the one nearest to the values, margins first.

    Source: controlled rounding (Cox 1987): always solvable; a linear programme, since networks are integral.
    """
    # Only this function needs it, and it takes half a second to load.
    from scipy import sparse
    from scipy.optimize import linprog

    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    _finite(table.ravel())
    rows, columns = table.shape
    if not table.size:
        return RoundedTable(table, np.zeros(rows), np.zeros(columns), 0.0)
    base, rest = _floor_and_rest(table.ravel(), decimals)
    row_base, row_rest = _floor_and_rest(table.sum(axis=1), decimals)
    column_base, column_rest = _floor_and_rest(table.sum(axis=0), decimals)
    total = int(_steps(np.array([math.fsum(table.ravel())]), decimals)[0])

    # Unknowns, each 0 or 1: the cells, then the rows, then the columns that are rounded up.
    rest_of = np.concatenate([rest, row_rest, column_rest])
    size = table.size
    equations = sparse.block_array(
        [
            [sparse.kron(sparse.eye_array(rows), np.ones((1, columns))), -sparse.eye_array(rows), None],
            [sparse.kron(np.ones((1, rows)), sparse.eye_array(columns)), None, -sparse.eye_array(columns)],
            [None, np.ones((1, rows)), None],
        ],
        format="csr",
    )
    floors = base.reshape(rows, columns)
    goal = [*(row_base - floors.sum(axis=1)), *(column_base - floors.sum(axis=0)), total - row_base.sum()]
    weight = np.concatenate([np.ones(size), np.full(rows + columns, size)])  # a margin is worth all cells
    solution = linprog(
        weight * (1 - 2 * rest_of),
        A_eq=equations,
        b_eq=np.array(goal, dtype=np.float64),
        bounds=[(0, 1 if at >= size else math.ceil(rest)) for at, rest in enumerate(rest_of)],
        method="highs-ds",
    )
    up = np.rint(solution.x).astype(np.int64)
    scale = 10.0**decimals
    return RoundedTable(
        (base + up[:size]).reshape(rows, columns) / scale,
        (row_base + up[size : size + rows]) / scale,
        (column_base + up[size + rows :]) / scale,
        total / scale,
    )


def _finite(values: ArrayLike) -> Array:
    numbers = np.asarray(values, dtype=np.float64).ravel()
    if not np.isfinite(numbers).all():
        raise WrongUse(
            Text(
                "有的数值为空或无穷,无法求和。",
                "Some numbers are missing or infinite; they cannot be summed.",
            ),
            Text("请先补全或剔除这些行。", "Complete or leave out those rows first."),
        )
    return numbers


def _steps(values: Array, decimals: int) -> Steps:
    """Round half up to whole steps; a float a few bits below a half stands for the half."""
    scaled = np.abs(values) * 10.0**decimals
    return (np.sign(values) * np.floor(scaled + 0.5 + 4 * np.spacing(scaled))).astype(np.int64)


def _floor_and_rest(values: Array, decimals: int) -> tuple[Steps, Array]:
    """Give whole steps below and what is left (0 ≤ rest < 1); a few bits from a whole step count as on it."""
    scaled = values * 10.0**decimals
    noise = 16 * np.spacing(np.maximum(np.abs(scaled), 1.0))
    base = np.floor(scaled + noise)
    rest = scaled - base
    return base.astype(np.int64), np.where(rest <= noise, 0.0, rest)


def _rank(unit_of: NDArray[np.intp], key: NDArray[Any]) -> NDArray[np.intp]:
    """Give each part's place in its unit by ascending `key`; equals keep their order."""
    order = np.lexsort((key, unit_of))
    starts = np.searchsorted(unit_of[order], unit_of[order])
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order)) - starts
    return rank


def _units(by: ArrayLike | None, n: int, control: Any) -> tuple[list[Hashable], NDArray[np.intp]]:
    if by is None:
        return [""], np.zeros(n, dtype=np.intp)
    codes, units = pd.factorize(pd.Series(np.asarray(by).ravel()), use_na_sentinel=False)
    if len(codes) != n:
        raise WrongUse(
            Text("单元数与面积数不一致。", "There are not as many units as areas."),
            Text("每个面积对应一个单元。", "Give one unit for each area."),
        )
    # A unit with a control area but no parts must not be forgotten: its area would be lost in silence.
    known = list(units)
    empty = [unit for unit in control if unit not in set(known)] if isinstance(control, Mapping) else []
    return [*known, *empty], codes


def _control_of(unit: Hashable, control: float | Mapping[Any, float], single: bool) -> float:
    if single != (not isinstance(control, Mapping)):
        raise WrongUse(
            Text(
                "分单元平差需要每个单元的控制面积。",
                "Adjusting by unit takes one control area for each unit.",
            ),
            Text(
                "by 与 control 字典要么都给,要么都不给。",
                "Give both `by` and a mapping of controls, or neither.",
            ),
        )
    if not isinstance(control, Mapping):
        return control
    if unit not in control:
        raise WrongUse(
            Text(f"单元 {unit} 没有控制面积。", f"Unit {unit} has no control area."),
            Text(
                "请补上该单元的控制面积,或先检查单元代码。", "Add its control area, or check the unit code."
            ),
            unit=unit,
        )
    return control[unit]


def _must_be_possible(
    units: list[Hashable], unit_of: Any, difference: Steps, count: Any, result: Steps
) -> None:
    stuck = np.flatnonzero((count == 0) & (difference != 0))
    below = np.unique(unit_of[result < 0])
    if len(stuck) or len(below):
        unit = units[int([*stuck, *below][0])]
        raise WrongUse(
            Text(
                f"单元 {unit} 的控制面积与图斑面积之和相差太大,无法平差。".replace("单元  的", ""),
                f"The control area is too far from the sum of the parts to be shared out (unit {unit}).",
            ),
            Text("请核对控制面积及其单位(平方米)。", "Check the control area and its unit (m²)."),
            unit=unit,
        )
