"""The documents and tables of a package, read once: text with its lines, tables as grids of cells."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tuban.documents import SUFFIXES, Document, read
from tuban.errors import BrokenFile, Text, TubanError
from tuban.geo import io_table
from tuban.quality.package_files import PackageFile

if TYPE_CHECKING:
    from tuban.quality.case import Case

# A workbook with more cells than this is data, not a table of a plan.
MOST_CELLS = 2_000_000
MOST_BYTES = 200 * 1024**2


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is printed: `cells` by row as text, "" where empty, merged cells repeated.

    `file` is the file's name in the package, `name` the sheet or the number of the table, `lines` where each
    row stands in a document (from 1), or the row numbers of a sheet.
    """

    file: str
    name: str
    cells: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
    def label(self) -> str:
        """What findings call it."""
        return f"{self.file}:{self.name}" if self.name else self.file


def documents_of(case: Case) -> list[Document]:
    """Give every document of the package that can be read, named as in the package."""
    return [doc for file in case.package.of_kind("document") if (doc := _document(case, file)) is not None]


def document_fault(case: Case, file: PackageFile) -> TubanError | None:
    """Say why a document or workbook of a package cannot be read; None where it can."""
    if file.kind == "document":
        if file.suffix not in SUFFIXES:
            return None  # .doc and .wps open elsewhere; nothing can be said of them here
        _document(case, file)
        return case.cache.get(("document fault", file.name))
    if file.suffix == ".xlsx":
        _grids(case, file)
        return case.cache.get(("table fault", file.name))
    return None


def grids_of(case: Case) -> list[Grid]:
    """Give every table of the package: sheets of workbooks, CSV files, tables inside documents, stored tables."""

    def make() -> list[Grid]:
        found: list[Grid] = []
        for file in case.package.files:
            if file.kind == "table" and file.fault is None and file.bytes:
                found += _grids(case, file)
        for doc in documents_of(case):
            for number, table in enumerate(doc.tables, 1):
                found.append(Grid(doc.name, f"表{number}", _squared(table.rows), table.lines))
        files = {grid.file for grid in found}
        for layer in case.package.layers:
            if (
                layer.kind == "table"
                and layer.file not in files
                and layer.fault is None
                and layer.spec is not None
            ):
                found.append(_of_layer(layer))
        return found

    return case.once("grids", make)


def _document(case: Case, file: PackageFile) -> Document | None:
    def make() -> Document | None:
        if file.suffix not in SUFFIXES or not file.bytes or file.fault is not None:
            return None
        try:
            found = read(file.path)
        except TubanError as error:
            case.cache["document fault", file.name] = error
            return None
        return Document(file.name, found.kind, found.lines, found.pages, found.encoding, found.notes)

    return case.once(("document", file.name), make)


def _grids(case: Case, file: PackageFile) -> list[Grid]:
    def make() -> list[Grid]:
        if not file.bytes or file.fault is not None:
            return []
        try:
            return list(_of_workbook(file) if file.suffix == ".xlsx" else _of_csv(file))
        except TubanError as error:
            case.cache["table fault", file.name] = error
            return []

    return case.once(("grids", file.name), make)


def _of_workbook(file: PackageFile) -> Iterator[Grid]:
    import openpyxl

    if file.bytes > MOST_BYTES:
        raise _broken(file, "工作簿过大", "the workbook is too large")
    io_table.sheets(file.path)  # refuses what unpacks to far too much
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file.path, data_only=True)
        for sheet in book.worksheets:
            if (sheet.max_row or 0) * (sheet.max_column or 0) > MOST_CELLS:
                continue
            cells = [[_shown(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            for merged in sheet.merged_cells.ranges:
                first = cells[merged.min_row - 1][merged.min_col - 1]
                for r in range(merged.min_row - 1, min(merged.max_row, len(cells))):
                    for c in range(merged.min_col - 1, min(merged.max_col, len(cells[r]))):
                        cells[r][c] = first
            kept = [(i + 1, tuple(row)) for i, row in enumerate(cells) if any(row)]
            if kept:
                yield Grid(file.name, sheet.title, tuple(row for _, row in kept), tuple(i for i, _ in kept))
        book.close()
    except TubanError:
        raise
    except Exception as error:
        # openpyxl lets pass whatever a damaged workbook provokes.
        raise _broken(file, "工作簿无法读取", "the workbook cannot be read") from error


def _of_csv(file: PackageFile) -> Iterator[Grid]:
    if file.suffix != ".csv" or file.bytes > MOST_BYTES:
        return
    frame, _ = io_table.read_csv(file.path)
    head = tuple(str(name) for name in frame.columns)
    rows = [head, *(tuple(_shown(v) for v in row) for row in frame.itertuples(index=False))]
    yield Grid(file.name, "", tuple(rows), tuple(range(1, len(rows) + 1)))


def _of_layer(layer: Any) -> Grid:
    names = [str(name) for name in layer.frame.columns]
    head = tuple(names)
    rows = [tuple(_shown(value) for value in row) for row in layer.frame.itertuples(index=False)]
    return Grid(layer.file, layer.name, (head, *rows), tuple(range(1, len(rows) + 2)))


def _shown(value: Any) -> str:
    """Give a cell as printed: whole numbers without a fraction, dates as dates."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 10))
    return str(value).strip()


def _squared(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    width = max((len(row) for row in rows), default=0)
    return tuple((*row, *[""] * (width - len(row))) for row in rows)


def _broken(file: PackageFile, zh: str, en: str) -> BrokenFile:
    return BrokenFile(
        Text(f"“{file.name}”不完整或已损坏:{zh}。", f"“{file.name}” is truncated or damaged: {en}."),
        Text("请用 Excel 打开后另存为 .xlsx。", "Open it in Excel and save it again as .xlsx."),
    )
