"""From rows that offend to findings: one for each object while they are few, one for all where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from tuban.domain.finding import Finding
from tuban.errors import Text
from tuban.quality.case import Case
from tuban.quality.package import PackageLayer

# More offenders than this in one column are one mistake made many times, and one finding.
EACH = 200
SHOWN = 5


def findings_by_row(
    case: Case,
    layer: PackageLayer,
    rows: Sequence[int] | np.ndarray,
    each: Callable[[int], Text],
    every: Callable[[int, str], Text],
    **rest: Any,
) -> Iterator[Finding]:
    """Give findings for the rows of a layer that offend in the same way.

    Parameters
    ----------
    each : the sentence for one row. every : the sentence for many: how many, and the first of them by name.
    rest : more for the finding; a callable is asked for each row, and left out where there are many.
    """
    fixed: dict[str, Any] = {name: value for name, value in rest.items() if not callable(value)}
    asked = {name: value for name, value in rest.items() if callable(value)}
    if len(rows) <= EACH:
        for row in rows:
            said = each(int(row))
            values: dict[str, Any] = {name: make(int(row)) for name, make in asked.items()}
            yield case.finding(layer, said.zh, said.en, rows=[int(row)], **fixed, **values)
        return
    first = "、".join(layer.object_id(int(row)) for row in rows[:SHOWN])
    said = every(len(rows), f"{first} 等")
    values: dict[str, Any] = {name: make(int(rows[0])) for name, make in asked.items()}
    yield case.finding(layer, said.zh, said.en, rows=[int(row) for row in rows], **fixed, **values)


def named(layer: PackageLayer, row: int) -> str:
    """Name an object as a planner finds it: its identifier, else its row."""
    said = layer.object_id(row)
    return f"第 {row + 1} 行" if said.startswith("#") else f"BSM {said}"


def named_en(layer: PackageLayer, row: int) -> str:
    """Name an object in English."""
    said = layer.object_id(row)
    return f"row {row + 1}" if said.startswith("#") else f"BSM {said}"
