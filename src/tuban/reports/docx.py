"""Word documents with Chinese type, tables that continue over pages, and bytes that depend on the data alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document

# Word says when a file was made: a fixed moment unless the data name one.
NO_MOMENT = datetime(2020, 1, 1)
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


def new_document(title: str, *, made: datetime | None = None, lang: str = "zh") -> Document:
    """Give an empty A4 document whose styles have a Chinese typeface."""
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    for name, size in (
        ("Normal", 10),
        ("Title", 20),
        ("Heading 1", 14),
        ("Heading 2", 11.5),
        ("List Bullet", 10),
    ):
        style: Any = document.styles[name]
        style.font.name = "Calibri" if lang == "en" else "Noto Sans CJK SC"
        style.font.size = Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # Office without the font falls back to its own Chinese face, whatever theme it has.
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), "等线")
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x1F, 0x2A, 0x2E)
    core = document.core_properties
    core.title, core.author, core.last_modified_by = title, "tuban", "tuban"
    core.created = core.modified = (made or NO_MOMENT).replace(tzinfo=None)
    core.revision = 1
    return document


def add_table(
    document: Document, heads: Sequence[str], rows: Sequence[Sequence[str]], widths_cm: Sequence[float]
) -> None:
    """Add a table whose head comes again on every page; every cell is text."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    table = document.add_table(rows=0, cols=len(widths_cm), style="Table Grid")
    table.autofit = False
    for number, row in enumerate([list(heads), *rows] if heads else rows):
        cells = table.add_row().cells
        for cell, words, width in zip(cells, row, widths_cm, strict=True):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(printable(words))
            run.font.size = Pt(8.5)
            run.bold = bool(heads) and number == 0
            if heads and number == 0:
                shade = OxmlElement("w:shd")
                shade.set(qn("w:val"), "clear")
                shade.set(qn("w:fill"), "E8EEF0")
                cell._tc.get_or_add_tcPr().append(shade)
    if heads and table.rows:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(mark)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def printable(words: str) -> str:
    """Give words without the control characters that XML forbids."""
    return "".join(sign for sign in words if sign in "\t\n" or ord(sign) >= 0x20).replace("\u200b", "")


def to_bytes(document: Document) -> bytes:
    """Give the file; the same content gives the same bytes."""
    out = io.BytesIO()
    document.save(out)
    return repack(out.getvalue())


def repack(zipped: bytes) -> bytes:
    """Give a zip again without the moments at which its parts were written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()
