"""Quantities and tables of a document as data: CSV, JSON, XLSX, each number with its place."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tuban.consistency.facts import Facts, understand
from tuban.documents import Document
from tuban.domain.progress import Progress, quiet
from tuban.errors import Text, WrongUse

QUANTITY_COLUMNS = (
    "document", "line", "column", "page", "subject", "owner", "place", "year", "phase", "mode", "relation",
    "value", "high", "unit", "kind", "decimals", "role", "direction", "printed", "sentence",
)  # fmt: skip
TABLE_COLUMNS = ("document", "table", "caption", "line", "row", "label", "column", "header", "value", "unit", "relation",
                 "printed")  # fmt: skip
SUFFIXES = (".json", ".csv", ".xlsx")


def extract(document: Document, progress: Progress = quiet) -> dict[str, list[dict[str, Any]]]:
    """Give `quantities` and `cells`, one flat record each."""
    facts = understand(document, progress)
    return {"quantities": _quantities(facts), "cells": _cells(facts)}


def _quantities(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "document": facts.document.name,
            "line": q.line,
            "column": q.column,
            "page": facts.document.lines[q.line - 1].page,
            "subject": q.subject,
            "owner": q.owner,
            "place": q.place,
            "year": q.year,
            "phase": q.phase,
            "mode": q.mode,
            "relation": q.relation,
            "value": str(q.number.value),
            "high": None if q.number.high is None else str(q.number.high),
            "unit": q.number.unit,
            "kind": q.kind,
            "decimals": q.number.decimals,
            "role": q.role,
            "direction": q.direction,
            "printed": q.number.text,
            "sentence": q.sentence_text,
        }
        for q in facts.quantities
    ]


def _cells(facts: Facts) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for index, table in enumerate(facts.tables, 1):
        for (row, column), cell in sorted(table.cells.items()):
            found.append(
                {
                    "document": facts.document.name,
                    "table": index,
                    "caption": table.caption,
                    "line": cell.line,
                    "row": row + 1,
                    "label": table.label(row),
                    "column": column + 1,
                    "header": table.columns[column].name,
                    "value": str(cell.value),
                    "unit": cell.number.unit,
                    "relation": cell.relation,
                    "printed": cell.text,
                }
            )
    return found


def write_extract(data: dict[str, list[dict[str, Any]]], path: Path) -> list[Path]:
    """Write what `extract` gave; CSV gives two files, the second ends in `-tables.csv`.

    Raises
    ------
    WrongUse : the name ends in none of .json, .csv, .xlsx.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise WrongUse(
            Text(
                f"不能写成“{path.suffix or path.name}”格式。", f"Cannot write {path.suffix or path.name!r}."
            ),
            Text("文件名请以 .json、.csv 或 .xlsx 结尾。", "End the name in .json, .csv or .xlsx."),
        )
    if suffix == ".json":
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        return [path]
    if suffix == ".csv":
        other = path.with_name(f"{path.stem}-tables.csv")
        _csv(path, QUANTITY_COLUMNS, data["quantities"])
        _csv(other, TABLE_COLUMNS, data["cells"])
        return [path, other]
    _xlsx(path, data)
    return [path]


def _csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({key: _safe(value) for key, value in row.items()} for row in rows)


def _safe(value: Any) -> Any:
    """A cell that begins like a formula is text, or a spreadsheet would run it."""
    if (isinstance(value, str) and value[:1] in "=+@\t\r") or (
        isinstance(value, str) and value[:1] == "-" and not _number(value)
    ):
        return f"'{value}"
    return value


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _xlsx(path: Path, data: dict[str, list[dict[str, Any]]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, key, columns in (
            ("数值", "quantities", QUANTITY_COLUMNS),
            ("表格", "cells", TABLE_COLUMNS),
        ):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
            for i, row in enumerate(data[key], 1):
                for j, column in enumerate(columns):
                    value = row[column]
                    if column in ("value", "high") and value is not None:
                        sheet.write_number(i, j, float(value))
                    elif value is not None:
                        sheet.write(i, j, value)
