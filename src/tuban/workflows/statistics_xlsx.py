"""A table of areas as a workbook: numbers as numbers, the formula below, sample data named as such."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from tuban.errors import DiskFull, Text
from tuban.indicators.area_statistics import AreaTable, CrossTable
from tuban.indicators.grouping import Group

TOTAL = Text("合计", "Total")
SAMPLE = Text("示范数据,不得作为依据", "Sample data: not to be relied on")
_HEAD = (
    Text("代码", "Code"),
    Text("名称", "Name"),
    Text("面积(公顷)", "Area (ha)"),
    Text("面积(亩)", "Area (mu)"),
    Text("占比(%)", "Share (%)"),
    Text("图斑数", "Parcels"),
)


def write_xlsx(
    table: AreaTable | CrossTable, path: Path, title: Text, *, sample: bool, lang: str = "zh"
) -> None:
    """Write the table to a new workbook.

    Parameters
    ----------
    sample : mark it as sample data, on the sheet itself.

    Raises
    ------
    DiskFull : the file cannot be written.
    """
    try:
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet(title.in_(lang)[:31].translate(str.maketrans("[]:*?/\\", "()-----")))
            formats = {
                "title": book.add_format({"bold": True, "font_size": 13}),
                "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
                "number": book.add_format({"num_format": "#,##0.00"}),
                "count": book.add_format({"num_format": "#,##0"}),
                "note": book.add_format({"italic": True, "font_color": "#555555"}),
            }
            sheet.write(0, 0, title.in_(lang), formats["title"])
            if sample:
                sheet.write(1, 0, SAMPLE.in_(lang), formats["note"])
            rows = rows_of(table, lang)
            for column, name in enumerate(rows[0]):
                sheet.write(2, column, name, formats["head"])
            counted = len(_HEAD) - 1 if isinstance(table, AreaTable) else -1
            for line, cells in enumerate(rows[1:], start=3):
                for column, cell in enumerate(cells):
                    kind = "count" if column == counted else "number"
                    sheet.write(line, column, cell, None if isinstance(cell, str) else formats[kind])
            for line, note in enumerate([table.formula, *table.notes], start=len(rows) + 3):
                sheet.write(line, 0, note.in_(lang), formats["note"])
            sheet.set_column(0, 0, 14)
            sheet.set_column(1, 1, 22)
            sheet.set_column(2, max(len(rows[0]), 3), 14)
            sheet.freeze_panes(3, 2)
    except (OSError, FileCreateError) as error:
        raise DiskFull(
            Text(f"无法写入 {path.name}:{error}。", f"{path.name} cannot be written: {error}."),
            Text(
                "请检查文件夹是否存在、文件是否在 Excel 中打开、磁盘是否已满。",
                "Check that the folder exists, the file is not open in Excel, and the disk has room.",
            ),
        ) from error


def rows_of(table: AreaTable | CrossTable, lang: str) -> list[list[Any]]:
    """Give head, rows and total of a table as cells, for a sheet or a terminal."""
    return _area_rows(table, lang) if isinstance(table, AreaTable) else _cross_rows(table, lang)


def _area_rows(table: AreaTable, lang: str) -> list[list[Any]]:
    frame = table.frame.assign(percent=(table.frame["share"] * 100).round(2))
    columns = ["code", f"title_{lang}", "area_ha", "area_mu", "percent", "count"]
    body = frame[columns].itertuples(index=False)
    whole = 100.0 if table.total_m2 > 0 else 0.0
    total = ["", TOTAL.in_(lang), table.total_ha, table.total_mu, whole, ""]
    return [[text.in_(lang) for text in _HEAD], *([*row] for row in body), total]


def _cross_rows(table: CrossTable, lang: str) -> list[list[Any]]:
    head = ["", "", *(_named(group, lang) for group in table.columns), TOTAL.in_(lang)]
    body = [
        [group.code, group.title.in_(lang), *cells, margin]
        for group, cells, margin in zip(
            table.rows, table.frame.to_numpy().tolist(), table.row_ha.tolist(), strict=True
        )
    ]
    return [head, *body, ["", TOTAL.in_(lang), *table.column_ha.tolist(), table.total_ha]]


def _named(group: Group, lang: str) -> str:
    return f"{group.code} {group.title.in_(lang)}".strip()


def printed(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Write the cells of a table for reading: two decimals, thousands separators."""
    return [[f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
