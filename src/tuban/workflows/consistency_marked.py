"""A copy of the checked file with its findings as comments: Word comments, PDF highlights with notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuban.documents import Document
from tuban.documents.read_docx import elements_by_line
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text, WrongUse

_COLOURS = {Judgement.ERROR: "f2b8b5", Judgement.ROUNDING: "cfd8dc", Judgement.WORDING: "f5e0a3"}
AUTHOR = "图斑"


def write_marked(
    paths: Sequence[Path], documents: Sequence[Document], findings: Sequence[Finding], out: Path
) -> None:
    """Write the marked copy of the one file that was checked; the file itself stays as it is.

    Raises
    ------
    WrongUse : several files, a text file, an ending that is not the file's own, or the file itself.
    """
    kind = documents[0].kind if len(documents) == 1 else ""
    if kind not in ("docx", "pdf"):
        raise WrongUse(
            Text(
                "带批注的副本只用于一份 Word 或 PDF 文档。", "A marked copy is made of one Word or PDF file."
            ),
            Text("文本文件和多份文件请用 --html。", "Use --html for text files and for several files."),
        )
    if out.suffix.lower() != f".{kind}" or out.resolve() == Path(paths[0]).resolve():
        raise WrongUse(
            Text(
                f"副本应另起一个以 .{kind} 结尾的文件名。",
                f"Give the copy a name of its own that ends in .{kind}.",
            ),
            Text(f"例如 --marked 批注.{kind}。", f"For example --marked marked.{kind}."),
        )
    data = Path(paths[0]).read_bytes()
    out.write_bytes(
        marked_docx(data, findings) if kind == "docx" else marked_pdf(data, documents[0], findings)
    )


def marked_docx(data: bytes, findings: Sequence[Finding]) -> bytes:
    """Give a Word document with a comment at every place of every finding."""
    import docx
    from docx.text.paragraph import Paragraph

    document = docx.Document(io.BytesIO(data))
    elements = elements_by_line(document.element.body)
    for number, finding in enumerate(findings, 1):
        for line in dict.fromkeys(place.line for place in finding.places):
            element: Any = elements[line - 1] if 0 < line <= len(elements) else None
            runs = Paragraph(element, document).runs if element is not None else []
            if runs:  # a paragraph of links or tracked text only has no run to hang a comment on
                document.add_comment(
                    [runs[0], runs[-1]], _note(number, finding), author=AUTHOR, initials="TB"
                )
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def marked_pdf(data: bytes, document: Document, findings: Sequence[Finding]) -> bytes:
    """Give a PDF with every line of a finding highlighted and the finding as its note."""
    import pypdf
    from pypdf.annotations import Highlight
    from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject

    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data)))
    for number, finding in enumerate(findings, 1):
        for place in {place.line: place for place in finding.places}.values():
            line = document.lines[place.line - 1]
            if line.box is None or line.page is None:
                continue
            left, bottom, right, top = line.box
            corners = (left, top, right, top, left, bottom, right, bottom)
            mark = Highlight(
                rect=line.box,
                quad_points=ArrayObject([FloatObject(value) for value in corners]),
                highlight_color=_COLOURS[finding.judgement or Judgement.ERROR],
                printing=True,
            )
            mark[NameObject("/Contents")] = TextStringObject(_note(number, finding))
            mark[NameObject("/T")] = TextStringObject(AUTHOR)
            writer.add_annotation(page_number=line.page - 1, annotation=mark)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _note(number: int, finding: Finding) -> str:
    label = finding.judgement.label.zh if finding.judgement else ""
    lines = "、".join(str(line) for line in dict.fromkeys(place.line for place in finding.places))
    return f"{number} {label} {finding.rule}（把握 {finding.confidence:.0%}）：{finding.message.zh}（第 {lines} 行）"
