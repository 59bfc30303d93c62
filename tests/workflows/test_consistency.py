"""A document against the layers of a workspace, and the page on which its findings are marked."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pypdf
import pytest
import typst

from given import parcels, valid
from tuban.consistency import check
from tuban.documents import read_bytes
from tuban.domain.finding import Judgement
from tuban.errors import WrongUse
from tuban.store import Workspace, create
from tuban.workflows.consistency import check_files, machine_form
from tuban.workflows.consistency_map import check_against_map, sample_text
from tuban.workflows.consistency_marked import write_marked
from tuban.workflows.consistency_report import html_report


@pytest.fixture
def ws(tmp_path: Path):
    """Four hectares of redline in the workspace, nothing else that a text names."""
    with create(tmp_path / "w", name="试验县", by="张三") as made:
        made.add_version(
            "STBHHX", parcels(2), source_name="a.gpkg", source_sha256="0" * 64, valid=valid(), by="张三"
        )
        yield made


def said(ws: Workspace, text: str) -> list[tuple[str, str]]:
    findings = check_against_map([read_bytes(text.encode(), "plan.txt")], ws)
    return [(f.rule, f.judgement.value if f.judgement else "") for f in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("划定生态保护红线4.00公顷。", []),
        ("划定生态保护红线60亩。", []),  # 60 亩 are 4 ha
        ("划定生态保护红线4.02公顷。", [("C801", "error")]),
        ("划定生态保护红线4.0030公顷。", [("C801", "rounding")]),
        ("生态保护红线面积不低于3.00公顷。", []),  # a lower bound is kept
        ("青石镇生态保护红线1.00公顷。", []),  # a part of the area
        ("划定城镇开发边界9.00公顷。", []),  # the workspace has no such layer
    ],
)
def test_a_number_of_the_text_is_compared_with_its_layer(ws, text, expected):
    assert said(ws, text) == expected


def test_the_page_links_findings_and_lines_both_ways():
    text = "第一行。\n总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。<b>\n"
    document = read_bytes(text.encode(), "plan.txt")
    findings = check(document)
    page = html_report([document], findings)
    assert len(findings) == 1 and findings[0].judgement is Judgement.ERROR
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page
    assert page.count('href="#f1"') == 3  # the whole and its two parts
    assert 'href="#d0l2"' in page
    assert "<b>\n" not in page and "&lt;b&gt;" in page  # the text of a document is never markup
    assert "http" not in page  # nothing is fetched


def test_the_machine_form_keeps_the_order_and_the_lines():
    document = read_bytes("\n总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。".encode(), "plan.txt")
    (finding,) = machine_form(check(document))
    assert finding["severity"] == "error"
    assert [place["line"] for place in finding["places"]] == [2, 2, 2]


def test_a_word_copy_carries_a_comment_at_each_place(tmp_path):
    source = docx.Document()
    source.add_paragraph("总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。")
    table = source.add_table(4, 2)
    for row, cells in zip(
        table.rows, [("分区", "面积（公顷）"), ("甲", "1.00"), ("乙", "2.00"), ("合计", "4.00")], strict=True
    ):
        row.cells[0].text, row.cells[1].text = cells
    path, out = tmp_path / "plan.docx", tmp_path / "marked.docx"
    source.save(str(path))
    documents, findings = check_files([path])
    write_marked([path], documents, findings, out)
    comments = [comment.text for comment in docx.Document(str(out)).comments]
    assert sum("C202" in text for text in comments) == 1
    assert sum("C101" in text for text in comments) == 3  # the total and its two rows
    assert [line.text for line in read_bytes(out.read_bytes(), "m.docx").lines] == [
        line.text for line in documents[0].lines
    ]


def test_a_pdf_copy_carries_a_highlight_on_the_line(tmp_path):
    path, out = tmp_path / "plan.pdf", tmp_path / "marked.pdf"
    path.write_bytes(typst.compile("总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。".encode()))
    documents, findings = check_files([path])
    write_marked([path], documents, findings, out)
    (note,) = pypdf.PdfReader(out).pages[0].annotations or ()
    assert note.get_object()["/Subtype"] == "/Highlight"
    assert "51.0" in note.get_object()["/Contents"]


def test_a_marked_copy_never_replaces_its_source(tmp_path):
    path = tmp_path / "plan.docx"
    source = docx.Document()
    source.add_paragraph("甲")
    source.save(str(path))
    documents, findings = check_files([path])
    for out in (path, tmp_path / "other.pdf"):
        with pytest.raises(WrongUse):
            write_marked([path], documents, findings, out)


def test_a_text_written_from_the_layers_agrees_and_every_planted_digit_is_found(tmp_path):
    def keep(made: Workspace, code: str, **columns: object) -> None:
        made.add_version(
            code,
            parcels(2, **columns),
            source_name="a.gpkg",
            source_sha256="0" * 64,
            valid=valid(),
            by="张三",
        )

    with create(tmp_path / "w", name="试验县", by="张三") as made:
        keep(made, "XZQX")
        keep(made, "STBHHX")
        before, after = ["100", "300", "500", "500"], ["100", "300", "300", "500"]
        for code, zones in (("GHFQ", after), ("WHQGHFQ", before), ("WHHGHFQ", after)):
            keep(made, code, GHFQDM=zones)
        text = sample_text(made, "试验县")

        def errors(changed: str) -> list[str]:
            document = read_bytes(changed.encode(), "plan.md")
            found = [*check(document), *check_against_map([document], made)]
            return [f.rule for f in found if f.judgement is not Judgement.WORDING]

        assert "维护前农田保护区面积1.00公顷，维护后农田保护区面积2.00公顷，增加1.00公顷" in text
        assert errors(text) == []
        numbers = list(re.finditer(r"\d+\.\d\d", text))
        assert len(numbers) > 20
        for number in numbers[::5]:
            planted = f"{float(number.group()) + 3:.2f}"
            changed = text[: number.start()] + planted + text[number.end() :]
            assert errors(changed), f"{number.group()} → {planted}"
