"""PDF: characters by their places, put together to lines; wide gaps part the cells of a table."""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

from tuban.documents.document import Document, Line
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import BrokenFile, Text, Unreadable

# A gap of this many letter heights parts two cells; a smaller one of the second size is a blank.
_CELL_GAP = 0.75
_BLANK_GAP = 0.2
_MOST_PAGES = 10_000
# Fewer letters than this a page on average: a scan.
_LEAST_LETTERS = 5

_Char = tuple[float, float, float, float, str]  # left, bottom, right, top, letter


def read_pdf(data: bytes, name: str, progress: Progress = quiet) -> Document:
    """Give a PDF as lines with page and box.

    Raises
    ------
    Unreadable : encrypted, a scan without text, or too many pages.
    BrokenFile : damaged, or without a page.
    """
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        # The library says "password" of a file without pages too.
        if "password" in str(error).lower() and b"/Encrypt" in data:
            raise Unreadable(
                Text(f"“{name}”有密码。", f"{name!r} is encrypted."),
                Text("请去掉密码后再检查。", "Remove its password first."),
                file=name,
            ) from error
        raise _broken(name) from error
    try:
        pages = len(pdf)
        if pages == 0:
            raise _broken(name)
        if pages > _MOST_PAGES:
            raise Unreadable(
                Text(f"“{name}”有 {pages} 页，超过 {_MOST_PAGES} 页。", f"{name!r} has {pages} pages."),
                Text("请分卷检查。", "Check it in parts."),
                file=name,
            )
        lines: list[Line] = []
        letters = 0
        for index in range(pages):
            progress(Step(index / pages, Text(f"读取第 {index + 1} 页", f"Reading page {index + 1}")))
            chars = _chars(pdf, index)
            letters += len(chars)
            for text, box in _page_lines(chars):
                lines.append(Line(len(lines) + 1, text, index + 1, 0, box))
    except pdfium.PdfiumError as error:
        raise _broken(name) from error
    finally:
        pdf.close()
    if letters < _LEAST_LETTERS * pages:
        raise Unreadable(
            Text(
                f"“{name}”共 {pages} 页，几乎没有文字（{letters} 个字），应为扫描件。",
                f"{name!r} has {pages} pages and hardly any text ({letters} letters): it seems to be a scan.",
            ),
            Text(
                "请先作文字识别（OCR），或给出原文档。",
                "Run text recognition (OCR) first, or give the source.",
            ),
            file=name,
        )
    return Document(name, "pdf", tuple(lines), pages)


def _broken(name: str) -> BrokenFile:
    return BrokenFile(
        Text(f"“{name}”已损坏，或没有一页内容。", f"{name!r} is damaged, or has no page."),
        Text("请重新导出 PDF。", "Export the PDF again."),
        file=name,
    )


def _chars(pdf: Any, index: int) -> list[_Char]:
    """List the letters of a page with their boxes, in the order of the file."""
    from pypdfium2 import raw

    page = pdf[index]
    textpage = page.get_textpage()
    found: list[_Char] = []
    rect = raw.FS_RECTF()  # the loose box: it holds the blank half of a Chinese full stop too
    handle = textpage.raw
    try:
        for i in range(textpage.count_chars()):
            code = raw.FPDFText_GetUnicode(handle, i)
            if code <= 32 or code in (0xA0, 0xFFFE, 0xFFFF, 0x3000):
                continue
            if raw.FPDFText_GetLooseCharBox(handle, i, ctypes.byref(rect)):
                found.append((rect.left, rect.bottom, rect.right, rect.top, chr(code)))
    finally:
        textpage.close()
        page.close()
    return found


def _page_lines(chars: list[_Char]) -> list[tuple[str, tuple[float, float, float, float]]]:
    rows: list[list[_Char]] = []
    spans: list[tuple[float, float]] = []
    for char in sorted(chars, key=lambda c: (-(c[1] + c[3]), c[0])):
        middle = (char[1] + char[3]) / 2
        # A full stop or a dash is low or flat: it belongs to the row whose band holds its middle.
        at = next(
            (
                i
                for i in range(len(rows) - 1, max(len(rows) - 4, -1), -1)
                if spans[i][0] <= middle <= spans[i][1]
            ),
            None,
        )
        if at is None:
            rows.append([char])
            spans.append((char[1] - 0.5, char[3] + 0.5))
        else:
            rows[at].append(char)
            low, high = spans[at]
            spans[at] = (min(low, char[1]), max(high, char[3])) if high - low < 6 else (low, high)
    return [_row_line(row) for row in rows]


def _row_line(row: list[_Char]) -> tuple[str, tuple[float, float, float, float]]:
    row.sort(key=lambda c: c[0])
    height = max(sorted(c[3] - c[1] for c in row)[len(row) // 2], 4.0)
    parts = [row[0][4]]
    for before, char in itertools.pairwise(row):
        gap = char[0] - before[2]
        if gap > _CELL_GAP * height:
            parts.append("\t")
        elif gap > _BLANK_GAP * height:
            parts.append(" ")
        parts.append(char[4])
    box = (min(c[0] for c in row), min(c[1] for c in row), max(c[2] for c in row), max(c[3] for c in row))
    return "".join(parts), box
