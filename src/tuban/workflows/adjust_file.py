"""An adjustment as a workbook (units, parcels, where it comes from) or as a CSV of parcels."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from tuban.errors import DiskFull, Text, WrongUse
from tuban.workflows.adjust import ADJUST_TITLES, WHOLE, Adjustment
from tuban.workflows.statistics_xlsx import SAMPLE, TOTAL

SURE = {"verified": Text("已核实", "verified"), "recalled": Text("凭记忆,未核实", "recalled, not verified")}
_MOST_ROWS = 1_048_575  # of a sheet, after its head

_UNIT_HEAD = (
    Text("代码", "Code"),
    Text("名称", "Name"),
    Text("图斑数", "Parcels"),
    Text("量算面积(平方米)", "Measured (m²)"),
    Text("控制面积(平方米)", "Control (m²)"),
    Text("差数(平方米)", "Difference (m²)"),
    Text("单个图斑最小改正(平方米)", "Least to a parcel (m²)"),
    Text("单个图斑最大改正(平方米)", "Most to a parcel (m²)"),
)
_PARCEL_HEAD = (
    Text("单元", "Unit"),
    Text("标识码", "Id"),
    Text("序号", "fid"),
    Text("量算面积(平方米)", "Measured (m²)"),
    Text("改正数(平方米)", "Added (m²)"),
    Text("平差后面积(平方米)", "Adjusted (m²)"),
)


def write_adjustment(found: Adjustment, path: Path, *, sample: bool, lang: str = "zh") -> None:
    """Write an adjustment to a new file; a workbook, or, by the name's ending, a CSV of the parcels.

    Raises
    ------
    WrongUse : another ending, or more parcels than a sheet holds.
    DiskFull : the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in {".xlsx", ".csv"} or (kind == ".xlsx" and len(found.parcels) > _MOST_ROWS):
        raise WrongUse(
            Text(
                f"平差结果不能写成“{path.name}”。",
                f"An adjustment cannot be written as “{path.name}”.",
            ),
            Text(
                "请用 .xlsx,或 .csv(超过 1,048,575 个图斑时只能用 .csv)。",
                "Name it .xlsx or .csv; above 1,048,575 parcels only .csv.",
            ),
        )
    try:
        if kind == ".csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(_parcel_rows(found, lang))
        else:
            _write_workbook(found, path, sample, lang)
    except (OSError, FileCreateError) as error:
        raise DiskFull(
            Text(f"无法写入 {path.name}:{error}。", f"{path.name} cannot be written: {error}."),
            Text(
                "请检查文件夹是否存在、文件是否在 Excel 中打开、磁盘是否已满。",
                "Check that the folder exists, the file is not open in Excel, and the disk has room.",
            ),
        ) from error


def unit_rows(found: Adjustment, lang: str) -> list[list[Any]]:
    """Give head, units and total as cells."""
    units = found.units
    columns = ["count", "measured_m2", "control_m2", "difference_m2", "least_m2", "most_m2"]
    shown = units.assign(code=units["code"].where(units["code"] != WHOLE, ""))
    body = shown[["code", f"title_{lang}", *columns]].to_numpy(dtype=object).tolist()
    sums = [int(units["count"].sum()), *(round(float(units[name].sum()), 2) for name in columns[1:4])]
    total = [["", TOTAL.in_(lang), *sums, None, None]] if len(body) > 1 else []
    return [[text.in_(lang) for text in _UNIT_HEAD], *body, *total]


def about(found: Adjustment, lang: str) -> list[str]:
    """Say where the numbers come from and how sure the method is, one line each."""
    method, version = found.method, found.version
    sure = SURE[method.confidence].in_(lang)
    lines = [
        found.formula,
        Text(
            f"规则:{method.title.zh}({sure};依据:{method.source.zh})",
            f"Rule: {method.title.en} ({sure}; source: {method.source.en})",
        ),
        Text(f"图层版本 SHA-256:{version.sha256}", f"SHA-256 of the layer version: {version.sha256}"),
        Text(
            f"版本入库:{version.recorded_at:%Y-%m-%d %H:%M},源文件 {version.source_name}",
            f"Recorded {version.recorded_at:%Y-%m-%d %H:%M} from {version.source_name}",
        ),
        *found.notes,
    ]
    return [line.in_(lang) for line in lines]


def title_of(found: Adjustment) -> Text:
    """Name the table."""
    by = ADJUST_TITLES[found.by]
    return Text(
        f"{found.version.code} 第 {found.version.number} 版 面积平差({by.zh})",
        f"{found.version.code} version {found.version.number}: areas adjusted by {by.en}",
    )


def _parcel_rows(found: Adjustment, lang: str) -> Iterator[Sequence[Any]]:
    yield [text.in_(lang) for text in _PARCEL_HEAD]
    parcels = found.parcels
    columns = [
        parcels[name].tolist() for name in ("unit", "id", "fid", "measured_m2", "added_m2", "adjusted_m2")
    ]
    yield from zip(*columns, strict=True)


def _write_workbook(found: Adjustment, path: Path, sample: bool, lang: str) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        number = book.add_format({"num_format": "#,##0.00"})
        note = book.add_format({"italic": True, "font_color": "#555555"})
        title = title_of(found).in_(lang)
        units = book.add_worksheet("单元" if lang == "zh" else "Units")
        units.set_column(0, 7, 18)
        units.write(0, 0, f"{title} · {SAMPLE.in_(lang)}" if sample else title, note)
        _write_rows(units, unit_rows(found, lang), 1, bold, number)
        parcels = book.add_worksheet("图斑" if lang == "zh" else "Parcels")
        parcels.set_column(0, 5, 18)
        parcels.freeze_panes(1, 0)
        _write_rows(parcels, _parcel_rows(found, lang), 0, bold, number)
        notes = book.add_worksheet("来源与算法" if lang == "zh" else "Method")
        notes.set_column(0, 0, 120)
        for line, text in enumerate(about(found, lang)):
            notes.write(line, 0, text, note)


def _write_rows(sheet: Any, rows: Any, start: int, head: Any, number: Any) -> None:
    for line, cells in enumerate(rows, start=start):
        for column, cell in enumerate(cells):
            form = head if line == start else number if isinstance(cell, float) else None
            if cell is not None:
                sheet.write(line, column, cell, form)
