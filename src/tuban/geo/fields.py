"""Columns as the definition of the layer names and types them; what does not fit is refused with its rows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tuban.domain.layer import FieldSpec, LayerSpec
from tuban.errors import DuplicateId, MissingField, Text, WrongType

SHOWN = 5
# Columns that Tuban computes and adds itself: a file that brings them was exported from here.
COMPUTED = ("_fid", "_area_m2", "_length_m", "bbox")
# Codes look like numbers and are none: leading zeros count. Endings of official code columns.
_CODE_NAME = re.compile(r"(DM|BM|BH|BSM|_?CODE|_?ID|YSDM|代码|编码|编号|标识码|号)$", re.I)
_NUMBER = r"[+-]?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_KINDS = {
    "text": Text("文本", "text"),
    "integer": Text("整数", "whole numbers"),
    "number": Text("数值", "numbers"),
    "date": Text("日期", "dates"),
}


def rename(columns: Sequence[str], spec: LayerSpec, shapefile: bool = False) -> dict[str, str]:
    """Give the canonical name of each column that has another name here.

    A column is a field by its name or an alias, letter case aside, or by its Chinese or English title; in a
    shapefile also by the first ten characters of the name. The exact name wins over all others.
    """
    taken = set(columns)
    lower = {str(column).strip().lower(): column for column in reversed(list(columns))}
    renamed: dict[str, str] = {}
    for field in spec.fields:
        if field.name in taken:
            continue
        names = [field.name, *field.aliases, field.title.zh, field.title.en]
        if shapefile:
            names += [name[:10] for name in names if len(name) > 10]
        for name in names:
            column = lower.get(name.strip().lower())
            if column is not None and column not in renamed and spec.field(column) is None:
                renamed[column] = field.name
                break
    return renamed


def fit(
    frame: pd.DataFrame, spec: LayerSpec, *, shapefile: bool = False, first_row: int = 1
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Give the frame with canonical names and types, and what was understood on the way.

    Parameters
    ----------
    frame : n rows, attributes only.
    first_row : the number people see on the first row (2 in a spreadsheet, under the header).

    Raises
    ------
    MissingField : a mandatory column is absent.
    WrongType : a column holds what its definition does not allow; with rows and values.
    DuplicateId : an identifier is there more than once.
    """
    notes: list[Text] = []
    computed = [column for column in COMPUTED if column in frame.columns]
    if computed:
        frame = frame.drop(columns=computed)
        notes.append(
            Text(
                f"未读入由本系统计算的列:{'、'.join(computed)}。",
                f"Left out, since computed here: {', '.join(computed)}.",
            )
        )
    renamed = rename([str(column) for column in frame.columns], spec, shapefile)
    if renamed:
        frame = frame.rename(columns=renamed)
        said = [f"{old} → {new}" for old, new in renamed.items()]
        notes.append(Text(f"列名已对应:{'、'.join(said)}。", f"Columns recognised: {', '.join(said)}."))
    _require(frame, spec)
    fitted = {}
    for field in spec.fields:
        if field.name in frame.columns:
            column, note = _fit_column(frame[field.name], field, first_row)
            fitted[field.name] = column
            notes += [note] if note else []
    if fitted:
        frame = frame.assign(**fitted)
    _unique(frame, spec, first_row)
    return frame, tuple(notes)


def _require(frame: pd.DataFrame, spec: LayerSpec) -> None:
    missing = [field for field in spec.fields if field.required and field.name not in frame.columns]
    if not missing:
        return
    known = {field.name for field in spec.fields}
    spare = [str(column) for column in frame.columns if column not in known and column != "geometry"]
    zh = "、".join(f"{field.name}({field.title.zh})" for field in missing)
    en = ", ".join(f"{field.name} ({field.title.en})" for field in missing)
    near = {
        field.name: close[0]
        for field in missing
        if (close := difflib.get_close_matches(field.name.upper(), [s.upper() for s in spare], 1, 0.7))
    }
    likely = "、".join(f"{theirs} → {ours}" for ours, theirs in near.items())
    have = "、".join(spare[:20]) or "–"
    raise MissingField(
        Text(f"图层缺少必填字段:{zh}。", f"Mandatory columns are missing: {en}."),
        Text(
            (f"是否应改名:{likely}?" if likely else "") + f"文件里另有的列:{have}。请补齐或改名后重新导入。",
            (f"Perhaps rename {likely}? " if likely else "") + f"Other columns there: {have}. Add or rename.",
        ),
        missing=[field.name for field in missing],
    )


def _nothing(dtype: Any, index: pd.Index) -> pd.Series:
    return pd.Series([None] * len(index), index=index, dtype=dtype)


def _fit_column(column: pd.Series, field: FieldSpec, first_row: int) -> tuple[pd.Series, Text | None]:
    if column.isna().all():
        # A column without a value may have any type in the file: it takes the one it should have.
        empty = {"text": "str", "integer": "Int64", "number": "float64", "date": "datetime64[ms]"}[field.kind]
        return _nothing(empty, column.index), None
    if field.kind == "text":
        return _text(column, field, first_row), None
    if field.kind == "date":
        return _dates(column, field, first_row)
    return _numbers(column, field, first_row)


def _text(column: pd.Series, field: FieldSpec, first_row: int) -> pd.Series:
    if isinstance(column.dtype, pd.StringDtype):
        return column
    # Numbers are refused, not spelled out: 101 may have been 0101, and nobody can tell any more.
    wrong = column.notna() & ~column.map(lambda cell: isinstance(cell, str))
    if wrong.any():
        raise _wrong(column, wrong, field, first_row, Text("请把该列改为文本型", "Make the column text"))
    return column.astype("str")


def _numbers(column: pd.Series, field: FieldSpec, first_row: int) -> tuple[pd.Series, Text | None]:
    note = None
    values = column
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        as_text = column.astype("str").str.strip()
        blank = column.isna() | (as_text == "")
        wrong = ~blank & ~as_text.str.fullmatch(_NUMBER).fillna(False).astype(bool)
        if wrong.any() or pd.api.types.is_bool_dtype(column):
            wrong = wrong if wrong.any() else ~blank
            raise _wrong(column, wrong, field, first_row, Text("请改正这些值", "Correct these values"))
        values = pd.to_numeric(as_text.mask(blank), errors="raise").astype("float64")
        note = Text(
            f"{field.name} 在文件中是文本,按数值读取。", f"{field.name} is text in the file: read as numbers."
        )
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    infinite = pd.Series(np.isinf(numbers), index=column.index)
    if infinite.any():
        raise _wrong(column, infinite, field, first_row, Text("请改正这些值", "Correct these values"))
    if field.kind == "number":
        return pd.Series(numbers, index=column.index), note
    broken = pd.Series(~np.isnan(numbers) & (numbers != np.trunc(numbers)), index=column.index)
    if broken.any():
        raise _wrong(column, broken, field, first_row, Text("请改为整数", "Make them whole numbers"))
    if pd.api.types.is_integer_dtype(values):
        return values.astype("Int64"), note
    return pd.Series(numbers, index=column.index).astype("Int64"), note


def _dates(column: pd.Series, field: FieldSpec, first_row: int) -> tuple[pd.Series, Text | None]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column, None
    as_text = column.astype("str").str.strip()
    blank = column.isna() | (as_text == "")
    parsed = pd.Series(pd.NaT, index=column.index, dtype="datetime64[ms]")
    for pattern in (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y%m%d",
        "%Y年%m月%d日",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ):
        left = parsed.isna() & ~blank
        if left.any():
            parsed = parsed.where(~left, pd.to_datetime(as_text.where(left), format=pattern, errors="coerce"))
    wrong = parsed.isna() & ~blank
    if wrong.any():
        raise _wrong(
            column, wrong, field, first_row, Text("日期请写成 2026-01-31", "Write dates as 2026-01-31")
        )
    date_type = str(column.dtype).startswith(("date32", "date64")) or column.map(type).nunique() == 1
    note = Text(
        f"{field.name} 在文件中是文本,按日期读取。", f"{field.name} is text in the file: read as dates."
    )
    return parsed, note if isinstance(column.dtype, pd.StringDtype) or not date_type else None


def _wrong(column: pd.Series, wrong: pd.Series, field: FieldSpec, first_row: int, do: Text) -> WrongType:
    places = np.flatnonzero(wrong.to_numpy())
    examples = [(int(at) + first_row, str(column.iloc[at])[:30]) for at in places[:SHOWN]]
    zh = ";".join(f"第 {row} 行“{value}”" for row, value in examples)
    en = "; ".join(f"row {row} “{value}”" for row, value in examples)
    kind = _KINDS[field.kind]
    return WrongType(
        Text(
            f"{field.name}({field.title.zh})应为{kind.zh},有 {len(places)} 行不是:{zh}。",
            f"{field.name} ({field.title.en}) holds {kind.en}; {len(places)} rows do not: {en}.",
        ),
        Text(f"{do.zh}后重新导入。", f"{do.en}, then import again."),
        field=field.name,
        count=len(places),
        rows=[row for row, _ in examples],
        values=[value for _, value in examples],
    )


def _unique(frame: pd.DataFrame, spec: LayerSpec, first_row: int) -> None:
    name = spec.id_field
    if name is None or name not in frame.columns:
        return
    ids = frame[name]
    said = ids.notna() & (ids.astype("str").str.strip() != "")
    twice = said & ids.duplicated(keep=False)
    if not twice.any():
        return
    groups = pd.Series(np.flatnonzero(twice.to_numpy()) + first_row).groupby(
        ids[twice].astype("str").to_numpy()
    )
    examples = [(str(value), rows.tolist()[:3]) for value, rows in list(groups)[:SHOWN]]
    zh = ";".join(f"{value}(第 {'、'.join(map(str, rows))} 行)" for value, rows in examples)
    en = "; ".join(f"{value} (rows {', '.join(map(str, rows))})" for value, rows in examples)
    raise DuplicateId(
        Text(
            f"标识码 {name} 应唯一,有 {groups.ngroups} 个值重复:{zh}。",
            f"{name} must be unique; {groups.ngroups} values are not: {en}.",
        ),
        Text(
            "请重新编排重复的标识码后再导入。",
            "Give the objects identifiers of their own, then import again.",
        ),
        field=name,
        count=groups.ngroups,
        values=[value for value, _ in examples],
    )


def tell_kinds(frame: pd.DataFrame, spec: LayerSpec) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Turn the text columns of a CSV that no definition names into numbers where they can only be numbers.

    Columns whose name ends like a code stay text, and so does a column with one leading zero or one value
    longer than 15 digits.
    """
    named = set(rename([str(column) for column in frame.columns], spec)) | {
        field.name for field in spec.fields
    }
    numbers = {}
    for column in frame.columns:
        if column in named or _CODE_NAME.search(str(column)):
            continue
        text = frame[column].str.strip()
        blank = frame[column].isna() | (text == "")
        if not blank.all() and bool((blank | text.str.fullmatch(_NUMBER).fillna(False)).all()):
            values = pd.to_numeric(text.mask(blank))
            whole = not text[~blank].str.contains(r"[.eE]").any()
            numbers[column] = values.astype("Int64") if whole else values.astype("float64")
    if not numbers:
        return frame, ()
    listed = "、".join(str(column) for column in numbers)
    return frame.assign(**numbers), (
        Text(f"按数值读取的列:{listed};其余为文本。", f"Read as numbers: {listed}; all others are text."),
    )
