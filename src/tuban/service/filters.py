"""`FIELD:op:value` as a typed condition on a column: compute expressions, never text pasted into SQL."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuban.errors import Text, WrongUse

Op = Literal["eq", "ne", "lt", "le", "gt", "ge", "like", "in"]
COMPARE: dict[str, Any] = {
    "eq": pc.equal,  # pyright: ignore[reportAttributeAccessIssue]
    "ne": pc.not_equal,  # pyright: ignore[reportAttributeAccessIssue]
    "lt": pc.less,  # pyright: ignore[reportAttributeAccessIssue]
    "le": pc.less_equal,  # pyright: ignore[reportAttributeAccessIssue]
    "gt": pc.greater,  # pyright: ignore[reportAttributeAccessIssue]
    "ge": pc.greater_equal,  # pyright: ignore[reportAttributeAccessIssue]
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; `in` lists its values with `|` between them."""

    field: str
    op: Op
    value: str


def parse_filter(text: str) -> Filter:
    """Read `FIELD:op:value`; the value may hold colons.

    Raises
    ------
    WrongUse : not three parts, or an unknown operator.
    """
    parts = text.split(":", 2)
    if len(parts) != 3 or not parts[0] or parts[1] not in get_args(Op):
        raise WrongUse(
            Text(f"筛选条件“{text[:80]}”无法使用。", f"The filter “{text[:80]}” cannot be used."),
            Text(
                "写法:字段:运算:值,运算为 eq ne lt le gt ge like in 之一,例如 DLBM:eq:0101。",
                "Write FIELD:op:value with op one of eq ne lt le gt ge like in, for example DLBM:eq:0101.",
            ),
            parameter="filter",
        )
    return Filter(parts[0], parts[1], parts[2])  # pyright: ignore[reportArgumentType]


def unknown_field(name: str, columns: Sequence[str]) -> WrongUse:
    """Say that the layer has no such column, and which it has."""
    listed = "、".join(columns[:40])
    return WrongUse(
        Text(f"图层没有字段“{name[:80]}”。", f"The layer has no column “{name[:80]}”."),
        Text(f"可用字段:{listed}。", f"It has: {', '.join(columns[:40])}."),
        field=name[:80],
    )


def matching(table: pa.Table, filters: Sequence[Filter]) -> np.ndarray | None:
    """Say of each row whether it meets all conditions; None where there are none.

    A missing value meets only `ne`.

    Raises
    ------
    WrongUse : unknown column, or a value that the column's type cannot hold.
    """
    mask: np.ndarray | None = None
    for condition in filters:
        if condition.field not in table.column_names:
            raise unknown_field(condition.field, table.column_names)
        column = table.column(condition.field)
        found = _apply(column, condition).to_numpy(zero_copy_only=False).astype(bool)
        mask = found if mask is None else mask & found
    return mask


def containing(table: pa.Table, columns: Sequence[str], text: str) -> np.ndarray:
    """Say of each row whether any of the text columns contains `text`, upper and lower case alike."""
    mask = np.zeros(table.num_rows, dtype=bool)
    for name in columns:
        column = table.column(name)
        if is_text(column.type):
            mask |= _filled(_contains(column, text), False)
    return mask


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column holds text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _apply(column: pa.ChunkedArray, condition: Filter) -> pa.ChunkedArray:
    if condition.op == "like":
        if not is_text(column.type):
            raise _misfit(condition, Text("该字段不是文本", "the column holds no text"))
        found = _contains(column, condition.value)
    elif condition.op == "in":
        values = [_typed(part, column.type, condition) for part in condition.value.split("|")[:1000]]
        found = pc.is_in(column, value_set=pa.array(values, type=column.type))  # pyright: ignore[reportAttributeAccessIssue]
    else:
        wanted = pa.scalar(_typed(condition.value, column.type, condition), type=column.type)
        found = COMPARE[condition.op](column, wanted)
    return pc.fill_null(found, condition.op == "ne")


def _contains(column: pa.ChunkedArray, text: str) -> pa.ChunkedArray:
    # Chinese and digits have no upper case: a plain search is several times faster.
    cased = text.lower() != text.upper()
    return pc.match_substring(column, text, ignore_case=cased)  # pyright: ignore[reportAttributeAccessIssue]


def _filled(found: pa.ChunkedArray, value: bool) -> np.ndarray:
    return pc.fill_null(found, value).to_numpy(zero_copy_only=False).astype(bool)


def _typed(raw: str, kind: pa.DataType, condition: Filter) -> Any:
    try:
        if is_text(kind):
            return raw
        if pa.types.is_boolean(kind):
            return {"true": True, "1": True, "false": False, "0": False}[raw.strip().lower()]
        if pa.types.is_integer(kind):
            value = int(raw)
            return pa.scalar(value, type=kind).as_py()
        if pa.types.is_floating(kind):
            value = float(raw)
            if not math.isfinite(value):
                raise ValueError(raw)
            return value
        if pa.types.is_date(kind):
            return date.fromisoformat(raw)
        if pa.types.is_timestamp(kind):
            return datetime.fromisoformat(raw)
    except (ValueError, KeyError, OverflowError, pa.ArrowInvalid):
        pass
    raise _misfit(condition, Text("值与字段类型不符", "the value does not fit the column's type"))


def _misfit(condition: Filter, why: Text) -> WrongUse:
    shown = f"{condition.field}:{condition.op}:{condition.value[:60]}"
    return WrongUse(
        Text(f"筛选条件“{shown}”无法使用:{why.zh}。", f"The filter “{shown}” cannot be used: {why.en}."),
        Text(
            "请按字段类型填写;文本字段才能用 like。",
            "Write a value of the column's type; like needs a text column.",
        ),
        field=condition.field,
    )
