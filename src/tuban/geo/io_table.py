"""Tables without geometry: CSV and XLSX, every cell as it was written."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from tuban.errors import MissingField, Text, TubanError
from tuban.geo.encoding import of_text
from tuban.geo.io_check import broken
from tuban.geo.safety import MAX_RATIO, RATIO_FROM_BYTES


def read_csv(path: Path, encoding: str | None = None) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Give the rows as text (missing where empty), and what to say about the encoding.

    The separator is comma, semicolon or tab, whichever the header line has most of.
    """
    data = path.read_bytes()
    found, notes = of_text(data, path.name, encoding)
    text = data.decode(found)
    if "\0" in text:
        raise broken(path, "含有二进制内容", "it holds binary content")
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            index_col=False,
            skipinitialspace=True,
            header=None,
            skip_blank_lines=True,
            quoting=csv.QUOTE_MINIMAL,
        )
    except pd.errors.EmptyDataError as error:
        raise broken(path, "没有内容", "it holds nothing") from error
    except (pd.errors.ParserError, csv.Error) as error:
        raise broken(path, f"各行列数不一致({error})", f"rows of different length ({error})") from error
    names = [("" if pd.isna(name) else str(name).strip()) for name in frame.iloc[0]]
    frame = frame.iloc[1:].reset_index(drop=True)
    frame.columns = pd.Index(_names(path, names))
    return frame, notes


def sheets(path: Path) -> list[str]:
    """List the sheets of an XLSX file; raises BrokenFile."""
    book = _book(path)
    try:
        return list(book.sheetnames)
    finally:
        book.close()


def read_xlsx(path: Path, sheet: str) -> pd.DataFrame:
    """Give the rows of one sheet with Excel's own kinds: text, number, date; wholly empty rows left out.

    The first row that is not empty is the header.
    """
    book = _book(path)
    try:
        rows = [
            row for row in book[sheet].iter_rows(values_only=True) if any(cell is not None for cell in row)
        ]
    except Exception as error:
        # openpyxl lets whatever a damaged sheet provokes pass through: zlib, XML, lookups, conversions.
        raise broken(path, f"工作表“{sheet}”无法读取", f"the sheet “{sheet}” cannot be read") from error
    finally:
        book.close()
    if not rows:
        return pd.DataFrame()
    names = [("" if name is None else str(name).strip()) for name in rows[0]]
    while names and not names[-1]:
        names.pop()
    width = len(names)
    # Without a stated size, openpyxl gives each row as long as it is filled.
    filled = [(*row[:width], *[None] * (width - len(row))) for row in rows[1:]]
    columns = list(zip(*filled, strict=True)) or [()] * width
    cells = {name: _cells(column) for name, column in zip(_names(path, names), columns, strict=True)}
    return pd.DataFrame(cells)


def _cells(column: tuple[Any, ...]) -> pd.Series:
    """Give one column: numbers or dates where every cell is one, else the cells as they are."""
    present = [cell for cell in column if cell is not None]
    if present and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in present):
        whole = all(float(cell).is_integer() and abs(cell) < 2**53 for cell in present)
        return (
            pd.Series(column, dtype="Float64").astype("Int64")
            if whole
            else pd.Series(column, dtype="float64")
        )
    if present and all(isinstance(cell, (datetime, date)) for cell in present):
        return pd.to_datetime(pd.Series(column))
    if all(isinstance(cell, str) for cell in present):
        return pd.Series(column, dtype="str")
    said = [cell.isoformat() if isinstance(cell, (datetime, date, time)) else cell for cell in column]
    return pd.Series(said, dtype="object")


def _book(path: Path) -> openpyxl.Workbook:
    try:
        with zipfile.ZipFile(path) as parts:
            total = sum(part.file_size for part in parts.infolist())
        if total > RATIO_FROM_BYTES and total > MAX_RATIO * path.stat().st_size:
            raise broken(path, "压缩率异常", "it unpacks to far too much")
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except TubanError:
        raise
    except Exception as error:
        # As above: any error here is the file's.
        raise broken(path, "不是有效的 Excel 文件", "no valid Excel file") from error


def _names(path: Path, names: list[str]) -> list[str]:
    """Make sure that every column has one name of its own; raises MissingField."""
    bad = [f"{i}" for i, name in enumerate(names, 1) if not name]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if not names or bad or twice:
        zh = f"第 {'、'.join(bad[:5])} 列没有列名" if bad else f"列名重复:{'、'.join(twice)}"
        en = f"column {', '.join(bad[:5])} has no name" if bad else f"names used twice: {', '.join(twice)}"
        raise MissingField(
            Text(f"“{path.name}”的表头不完整:{zh}。", f"The header of “{path.name}” is not complete: {en}."),
            Text("第一行应是列名,每列一个且不重复。", "The first row names every column, each once."),
        )
    return names
