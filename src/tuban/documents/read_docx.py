"""DOCX: paragraphs and table rows in reading order, one line each."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from tuban.documents.document import Document, Line
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import BrokenFile, Text, Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOST_UNPACKED = 400_000_000
_STYLE_LEVEL = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)


def read_docx(data: bytes, name: str, progress: Progress = quiet) -> Document:
    """Give a Word document as lines; rows of a table are lines with tabs between their cells."""
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > _MOST_UNPACKED:
                raise Unreadable(
                    Text(f"“{name}”展开后过大。", f"{name!r} is too large once unpacked."),
                    Text("请去掉图片后另存。", "Save it without its pictures."),
                    file=name,
                )
        document = docx.Document(io.BytesIO(data))
        levels = {
            style.style_id: int(found.group(1))
            for style in document.styles
            if style.style_id and (found := _STYLE_LEVEL.search(style.name or ""))
        }
        lines = _lines(document.element.body, levels, progress)
    except Unreadable:
        raise
    except Exception as error:  # python-docx, lxml and zipfile each raise their own kinds on a damaged file
        raise BrokenFile(
            Text(f"“{name}”已损坏，不是完整的 Word 文档。", f"{name!r} is damaged: no whole Word document."),
            Text(
                "请用 Word 或 WPS 打开后另存为 .docx。", "Open it in Word or WPS and save it again as .docx."
            ),
            file=name,
        ) from error
    if not any(line.text.strip() for line in lines):
        raise Unreadable(
            Text(f"“{name}”里没有文字。", f"There is no text in {name!r}."),
            Text("若是扫描件，请先作文字识别。", "If it is a scan, run text recognition first."),
            file=name,
        )
    return Document(name, "docx", tuple(lines), lines[-1].page if lines else None)


def _lines(body: Any, levels: dict[str, int], progress: Progress) -> list[Line]:
    lines: list[Line] = []
    page, tables = 1, 0
    blocks = list(_blocks(body))
    for done, block in enumerate(blocks):
        if done % 500 == 0:
            progress(Step(done / len(blocks), Text("读取文档", "Reading the document")))
        if block.tag == f"{_W}p":
            text, breaks = _text(block)
            page += breaks
            style = block.find(f"{_W}pPr/{_W}pStyle")
            level = levels.get(style.get(f"{_W}val"), 0) if style is not None else 0
            for piece in text.split("\n"):
                lines.append(Line(len(lines) + 1, piece, page, level))
        else:
            for row in block.iter(f"{_W}tr"):
                if next((up for up in row.iterancestors(f"{_W}tbl")), None) is not block:
                    continue  # a table inside a cell is read as the text of that cell
                cells, breaks = _row(row)
                page += breaks
                lines.append(Line(len(lines) + 1, "\t".join(cells), page, 0, None, tables))
            tables += 1
    return lines


def elements_by_line(body: Any) -> list[Any]:
    """Give, for every line that `read_docx` counts, the paragraph that holds it (of a row: its first with text)."""
    found: list[Any] = []
    for block in _blocks(body):
        if block.tag == f"{_W}p":
            found += [block] * (_text(block)[0].count("\n") + 1)
            continue
        for row in block.iter(f"{_W}tr"):
            if next((up for up in row.iterancestors(f"{_W}tbl")), None) is block:
                inside = list(row.iter(f"{_W}p"))
                found.append(
                    next((one for one in inside if _text(one)[0].strip()), inside[0] if inside else None)
                )
    return found


def _blocks(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (
            f"{_W}sdt",
            f"{_W}sdtContent",
            f"{_W}ins",
        ):  # contents list, controls, tracked text
            yield from _blocks(child)


def _row(row: Any) -> tuple[list[str], int]:
    cells: list[str] = []
    breaks = 0
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is not row:
            continue
        parts = []
        for paragraph in cell.iter(f"{_W}p"):
            text, more = _text(paragraph)
            breaks += more
            parts.append(text.replace("\n", "").replace("\t", " "))
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        below = merge is not None and merge.get(f"{_W}val") != "restart"
        cells.append("" if below else "".join(parts).strip())
        cells += [""] * (min(int(span.get(f"{_W}val") or 1), 500) - 1 if span is not None else 0)
    return cells, breaks


def _text(paragraph: Any) -> tuple[str, int]:
    """Give the text of a paragraph as it prints (deleted text is not in it) and the page breaks in it."""
    parts: list[str] = []
    breaks = 0
    stack = [iter(paragraph)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        tag = node.tag
        if tag == f"{_W}t":
            parts.append(node.text or "")
        elif tag == f"{_W}tab":
            parts.append("" if node.getparent().tag == f"{_W}tabs" else "\t")
        elif tag in (f"{_W}br", f"{_W}cr"):
            if node.get(f"{_W}type") == "page":
                breaks += 1
            elif node.get(f"{_W}type") is None:
                parts.append("\n")
        elif tag == f"{_W}lastRenderedPageBreak":
            breaks += 1
        elif tag not in (f"{_W}del", _FALLBACK, f"{_W}pPr", f"{_W}rPr", f"{_W}instrText"):
            stack.append(iter(node))
    return "".join(parts), breaks
