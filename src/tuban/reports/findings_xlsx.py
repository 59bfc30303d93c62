"""The findings as a workbook: one sheet each for summary, findings, exceptions, rules, tolerances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from tuban.domain.finding import Severity
from tuban.errors import DiskFull, Text
from tuban.reports import words
from tuban.reports.columns import COLUMNS, rows_of
from tuban.reports.inspection import SAMPLE, STATE_TITLES, Inspection

# Excel's own bounds, the header and the line above it taken off.
SHEET_ROWS = 1_048_576 - 2
CELL_CHARS = 32_767
# The file says it was made at this moment: the clock would make two reports of one run differ.
NO_MOMENT = datetime(2020, 1, 1)
_WIDTHS = {
    "number": 7, "rule": 7, "title": 22, "severity": 7, "layer": 14, "objects": 24, "rows": 12,
    "message": 60, "observed": 22, "expected": 22, "tolerance": 14, "area_m2": 14, "width_m": 10,
    "unit": 14, "mender": 14,
}  # fmt: skip


def write_findings_xlsx(inspection: Inspection, path: Path, *, lang: str = "zh") -> Path:
    """Write the workbook, findings row by row in constant memory; give its path.

    Raises
    ------
    DiskFull : the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        # A value that begins with "=" is a value.
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"title": inspection.title.in_(lang), "created": NO_MOMENT})
            _Book(book, inspection, lang).write()
    except (FileCreateError, OSError) as error:
        raise DiskFull(
            Text(f"“{path.name}”没有写成:{error}", f"“{path.name}” was not written: {error}"),
            Text(
                "请关闭已打开的同名文件,或换一个位置。",
                "Close the file where it is open, or choose another place.",
            ),
            path=str(path),
        ) from error
    return path


class _Book:
    """One workbook while it is written: formats and language at hand."""

    def __init__(self, book: Any, inspection: Inspection, lang: str) -> None:
        self.book, self.it, self.lang = book, inspection, lang
        font = {"font_name": "等线" if lang == "zh" else "Calibri", "font_size": 10, "valign": "top"}
        book.formats[0].set_font_name(font["font_name"])
        book.formats[0].set_font_size(10)
        self.title = book.add_format({**font, "bold": True, "font_size": 15})
        self.head = book.add_format(
            {**font, "bold": True, "bg_color": "#e8eef0", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.bold = book.add_format({**font, "bold": True})
        self.plain = book.add_format(font)
        self.wrap = book.add_format({**font, "text_wrap": True})
        self.number = book.add_format({**font, "num_format": "#,##0.00"})
        self.fine = book.add_format({**font, "num_format": "#,##0.0000"})
        self.whole = book.add_format({**font, "num_format": "#,##0"})
        self.note = book.add_format({**font, "italic": True, "font_color": "#9c5700"})
        self.passed = book.add_format({**font, "bold": True, "font_size": 13, "font_color": "#1b6e3a"})
        self.failed = book.add_format({**font, "bold": True, "font_size": 13, "font_color": "#c62828"})
        self.severity = {
            severity: book.add_format({**font, "bold": True, "font_color": words.COLOURS[severity]})
            for severity in Severity
        }

    def write(self) -> None:
        self.summary()
        self.findings()
        self.accepted()
        self.rules()
        self.tolerances()

    def summary(self) -> None:
        sheet = self.book.add_worksheet(words.SUMMARY.in_(self.lang))
        sheet.set_column(0, 0, 26, self.plain)
        sheet.set_column(1, 1, 60, self.plain)
        sheet.set_column(2, 5, 16, self.plain)
        for row, cells in enumerate(self._summary_rows()):
            for column, (value, style) in enumerate(cells):
                if isinstance(value, int):
                    sheet.write_number(row, column, value, style or self.whole)
                elif value:
                    sheet.write_string(row, column, value[:CELL_CHARS], style or self.plain)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)

    def _summary_rows(self) -> Iterator[Sequence[tuple[Any, Any]]]:
        it, lang = self.it, self.lang
        counts = it.counts()
        yield ((it.title.in_(lang), self.title),)
        if it.sample:
            yield ((SAMPLE.in_(lang), self.note),)
        yield (
            (words.VERDICT.in_(lang), self.bold),
            (it.verdict.in_(lang), self.passed if it.passed else self.failed),
        )
        yield (("", None), (words.headline(it, counts, lang), self.wrap))
        if it.partial:
            yield (("", None), (words.PARTIAL.in_(lang), self.note))
        yield ()
        for name, value in words.facts(it, lang):
            yield ((name, self.bold), (value, self.wrap))
        yield ()
        yield ((words.BY_SEVERITY.in_(lang), self.head), (words.COUNT.in_(lang), self.head))
        for severity, (name, number) in zip(words.ORDER, words.severities(counts, lang), strict=True):
            yield ((name, self.severity[severity]), (number, self._left()))
        book = it.book()
        yield ()
        yield (
            (words.BY_RULE.in_(lang), self.head),
            (words.NAME.in_(lang), self.head),
            (words.COUNT.in_(lang), self.head),
        )
        for rule, number in sorted(counts.rule.items()):
            title = book[rule].title.in_(lang) if rule in book else ""
            yield ((rule, None), (title, self.wrap), (number, None))
        for title, table in ((words.BY_LAYER, counts.layer), (words.BY_UNIT, counts.unit)):
            if set(table) - {""}:
                yield ()
                yield ((title.in_(lang), self.head), (words.COUNT.in_(lang), self.head))
                for name, number in sorted(table.items(), key=lambda item: (-item[1], item[0])):
                    yield ((name or words.WHOLE.in_(lang), None), (number, self._left()))
        yield ()
        yield ((words.UNPROVEN.in_(lang), self.head),)
        for text in it.unproven:
            yield (("", None), (text.in_(lang), self.wrap))
        if it.inputs:
            yield ()
            heads = (words.CODE, words.FILE, words.ROWS, words.CRS)
            yield tuple((head.in_(lang), self.head) for head in heads)
            for line in it.inputs:
                yield ((line.code, None), (line.file, self.wrap), (line.rows, None), (line.crs, None))
        if it.hashes:
            yield ()
            yield ((words.HASHES.in_(lang), self.head),)
            for name, value in it.hashes:
                yield ((name.in_(lang), None), (value, None))
        for text in it.notes:
            yield (("", None), (text.in_(lang), self.wrap))

    def _left(self) -> Any:
        if not hasattr(self, "_left_format"):
            self._left_format = self.book.add_format(
                {"font_size": 10, "num_format": "#,##0", "align": "left", "valign": "top"}
            )
        return self._left_format

    def findings(self) -> None:
        rows = rows_of(self.it.findings(), self.it.book(), self.lang)
        first = True
        while True:
            part = islice(rows, SHEET_ROWS)
            held = list(islice(part, 1))
            if not held and not first:
                return
            name = words.FINDINGS.in_(self.lang)
            number = 1 + sum(sheet.name.startswith(name) for sheet in self.book.worksheets())
            sheet = self._sheet(name if number == 1 else f"{name} {number}", [c[0] for c in COLUMNS])
            last = 0
            for at in (held, part):
                for found, cells in at:
                    last += 1
                    self._finding(sheet, last, found.severity, cells)
            if not last:
                sheet.write_string(1, 0, words.NOTHING_FOUND.in_(self.lang), self.plain)
            self._close(sheet, max(last, 1), len(COLUMNS))
            first = False

    def _finding(self, sheet: Any, row: int, severity: Severity, cells: Sequence[Any]) -> None:
        for column, ((key, _, _), value) in enumerate(zip(COLUMNS, cells, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, float):
                sheet.write_number(row, column, value, self.fine if key == "width_m" else self.number)
            elif isinstance(value, int):
                sheet.write_number(row, column, value, self.plain)
            else:
                style = self.severity[severity] if key == "severity" else self.plain
                sheet.write_string(row, column, value[:CELL_CHARS], self.wrap if key == "message" else style)

    def _sheet(self, name: str, keys: Sequence[str], heads: Sequence[Text] | None = None) -> Any:
        sheet = self.book.add_worksheet(name)
        titles = heads or [title for _, title, _ in COLUMNS]
        for column, key in enumerate(keys):
            sheet.set_column(column, column, _WIDTHS.get(key, 16), self.plain)
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title.in_(self.lang), self.head)
        sheet.freeze_panes(1, 0)
        return sheet

    def _close(self, sheet: Any, last: int, columns: int) -> None:
        sheet.autofilter(0, 0, last, columns - 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _table(
        self, name: Text, heads: Sequence[Text], widths: Sequence[int], rows: Iterable[Sequence[Any]]
    ) -> None:
        sheet = self.book.add_worksheet(name.in_(self.lang))
        for column, (title, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, width, self.plain)
            sheet.write_string(0, column, title.in_(self.lang), self.head)
        sheet.freeze_panes(1, 0)
        last = 1
        for last, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(last, column, value, self.whole)
                elif value:
                    sheet.write_string(last, column, str(value)[:CELL_CHARS], self.wrap)
        self._close(sheet, last, len(heads))

    def accepted(self) -> None:
        lang, book = self.lang, self.it.book()
        keys = [key for key, _, _ in COLUMNS]
        heads = [
            *(title for _, title, _ in COLUMNS),
            words.ACCEPTED_BY,
            words.ACCEPTED_FOR,
            words.ACCEPTED_UNTIL,
        ]
        widths = [*(_WIDTHS[key] for key in keys), 14, 40, 12]
        cells = rows_of((one.finding for one in self.it.accepted), book, lang)
        rows = (
            [_plain(value) for value in row]
            + [one.by, one.reason, one.until.isoformat() if one.until else ""]
            for one, (_, row) in zip(self.it.accepted, cells, strict=True)
        )
        self._table(words.ACCEPTED, heads, widths, rows)

    def rules(self) -> None:
        lang = self.lang
        heads = (
            Text("规则", "Rule"), words.NAME, words.DEFINITION, words.SEVERITY, words.DIMENSION, words.MENDER,
            words.STATE, words.REASON, words.COUNT, words.ACCEPTED, words.PARAMETERS, words.SOURCE, words.CONFIDENCE,
        )  # fmt: skip
        rows = (
            (
                line.rule.id, line.rule.title.in_(lang), line.rule.definition.in_(lang),
                line.rule.severity.label.in_(lang), words.dimension(line.rule, lang), words.mender(line.rule, lang),
                STATE_TITLES[line.state].in_(lang), line.reason.in_(lang) if line.reason else "",
                line.findings, line.accepted, parameters(line.rule.parameters), line.rule.source,
                line.rule.confidence,
            )
            for line in self.it.rules
        )  # fmt: skip
        self._table(words.RULES, heads, (8, 24, 60, 8, 14, 14, 10, 36, 8, 8, 36, 24, 18), rows)

    def tolerances(self) -> None:
        rows = ((name.in_(self.lang), value) for name, value in self.it.tolerances)
        self._table(words.TOLERANCES, (words.NAME, words.TOLERANCES), (40, 20), rows)


def _plain(value: Any) -> Any:
    return f"{value:,.4f}" if isinstance(value, float) else value


def parameters(values: dict[str, Any]) -> str:
    """Give a rule's numbers and lists as one line."""
    return "; ".join(f"{name}={_said(value)}" for name, value in sorted(values.items()))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_said(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_said(one) for one in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)
