"""Tables out: CSV and XLSX that Excel shows right the first time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from tuban.errors import Text, WrongUse

EXCEL_ROWS = 1_048_576
EXCEL_CELL_CHARS = 32_767


def write_csv(frame: pd.DataFrame, path: Path, titles: Mapping[str, str] | None = None) -> None:
    """Write the attributes as UTF-8 with a byte-order mark, so that Excel reads Chinese."""
    table = attributes(frame).rename(columns=dict(titles or {}))
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", date_format="%Y-%m-%d")


def write_xlsx(
    frames: Mapping[str, pd.DataFrame], path: Path, titles: Mapping[str, str] | None = None
) -> None:
    """Write one sheet per frame: text stays text (leading zeros), the header frozen, columns wide enough.

    Raises
    ------
    WrongUse : more rows or longer text than Excel holds.
    """
    tables = {name: attributes(frame) for name, frame in frames.items()}
    for name, table in tables.items():
        _fits(name, table)
    # Cells are never taken for formulas or links: a value that begins with "=" is a value.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), {**options, "constant_memory": True, "tmpdir": str(path.parent)})
    try:
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, table in tables.items():
            sheet = book.add_worksheet(_sheet_name(name))
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(table.columns):
                title = (titles or {}).get(str(column), str(column))
                values = table[column].head(200)
                longest = max([len(title) * 2, *(len(str(v)) for v in values)])
                sheet.set_column(number, number, min(max(longest + 2, 8), 50))
                sheet.write_string(0, number, title, bold)
            columns = [_cells(table[column]) for column in table.columns]
            for row, cells in enumerate(zip(*columns, strict=True), 1):
                for number, cell in enumerate(cells):
                    if cell is None:
                        continue
                    if isinstance(cell, datetime):
                        sheet.write_datetime(row, number, cell, day)
                    else:
                        sheet.write(row, number, cell)
    finally:
        try:
            book.close()
        except XlsxWriterException as error:
            # xlsxwriter hides the system's own error, which says what the disk refused.
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise OSError(str(error)) from error


def attributes(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns other than geometry."""
    if isinstance(frame, gpd.GeoDataFrame):
        shapes = [name for name in frame.columns if str(frame[name].dtype) == "geometry"]
        return pd.DataFrame(frame.drop(columns=shapes))
    return frame


def _fits(name: str, table: pd.DataFrame) -> None:
    if len(table) + 1 > EXCEL_ROWS:
        raise WrongUse(
            Text(
                f"“{name}”有 {len(table):,} 行,超过 Excel 的上限。",
                f"“{name}” has {len(table):,} rows: too many for Excel.",
            ),
            Text("请改用 csv 或 gpkg。", "Choose csv or gpkg."),
        )
    for column in table.columns:
        if (
            isinstance(table[column].dtype, pd.StringDtype)
            and (table[column].str.len() > EXCEL_CELL_CHARS).any()
        ):
            raise WrongUse(
                Text(
                    f"列 {column} 有超过 32767 字的文字。",
                    f"The column {column} holds text over 32,767 characters.",
                ),
                Text("请改用 csv 或 gpkg。", "Choose csv or gpkg."),
            )


def _sheet_name(name: str) -> str:
    plain = "".join("_" if sign in "[]:*?/\\" else sign for sign in name).strip("'")[:31]
    return plain or "Sheet1"


def _cells(column: pd.Series) -> list[Any]:
    """Give plain Python values, None where missing or not finite."""
    if pd.api.types.is_datetime64_any_dtype(column):
        naive = column.dt.tz_localize(None) if getattr(column.dt, "tz", None) is not None else column
        return [None if pd.isna(value) else value.to_pydatetime() for value in naive]
    if pd.api.types.is_float_dtype(column):
        column = column.astype("object").where(column.abs() < float("inf"), None)
    values = column.astype("object").where(column.notna(), None).tolist()
    return [value if isinstance(value, (str, int, float, type(None))) else str(value) for value in values]
