"""Reading documents: every line has its number, and what cannot be read is refused with a way out."""

from __future__ import annotations

import io
import random

import docx
import pypdf
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from tuban.documents import Document, read, read_bytes
from tuban.errors import BrokenFile, FormatNotAllowed, NotFound, TubanError, Unreadable

SENTENCE = "规划耕地保有量不低于607.10公顷。\n\n永久基本农田329.21公顷。"


def _pdf(body: str) -> bytes:
    return typst.compile(f'#set text(font: "Noto Sans CJK SC")\n{body}'.encode())


def _docx(build) -> bytes:
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_reads_the_same_in_every_encoding(encoding):
    text = SENTENCE + "\nLand 12 ha\n" * 5
    document = read_bytes(text.encode(encoding), "plan.txt")
    assert document.lines[0].text == "规划耕地保有量不低于607.10公顷。"
    assert [line.number for line in document.lines[:3]] == [1, 2, 3]
    assert document.lines[2].text.startswith("永久基本农田")


@given(st.lists(st.sampled_from(["甲", "乙乙", "", "12.5公顷"]), min_size=1, max_size=30), st.randoms())
def test_lines_are_counted_as_an_editor_counts_them_whatever_their_ends(parts, chance: random.Random):
    ends = [chance.choice(["\n", "\r\n"]) for _ in parts]
    text = "头" + "".join(part + end for part, end in zip(parts, ends, strict=True)) + "尾"
    lines = read_bytes(text.encode(), "a.txt").lines
    assert len(lines) == len(parts) + 1
    assert lines[-1].number == len(parts) + 1 and lines[-1].text == "尾"


def test_a_lone_carriage_return_ends_a_line_too():
    assert [line.text for line in read_bytes("甲\r乙\r\n丙\n丁".encode(), "a.txt").lines] == list("甲乙丙丁")


def test_form_feeds_count_pages():
    lines = read_bytes("甲\n\f乙\n丙\n\f丁".encode(), "a.txt").lines
    assert [line.page for line in lines] == [1, 2, 2, 3]


def test_a_word_document_gives_paragraphs_headings_and_table_rows_in_order():
    def build(document):
        document.add_heading("一、目标", 1)
        document.add_paragraph("耕地保有量不低于607.10公顷。")
        table = document.add_table(3, 3)
        table.cell(0, 0).text = "名称"
        table.cell(0, 1).text = "面积"
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(1, 1).text, table.cell(1, 2).text = "公顷", "%"
        table.cell(2, 0).text, table.cell(2, 1).text = "甲", "10.0"
        document.add_paragraph("完。")

    document = read_bytes(_docx(build), "plan.docx")
    assert [line.text for line in document.lines] == [
        "一、目标",
        "耕地保有量不低于607.10公顷。",
        "名称\t面积\t",
        "\t公顷\t%",
        "甲\t10.0\t",
        "完。",
    ]
    assert document.lines[0].heading == 1
    assert document.tables[0].lines == (3, 4, 5)


def test_a_pdf_gives_lines_with_pages_boxes_and_cells():
    body = "耕地保有量 607.10 公顷。\n#table(columns: 3, [名称], [面积], [占比], [甲], [10.00], [50.0])\n#pagebreak()\n第二页"
    document = read_bytes(_pdf(body), "plan.pdf")
    texts = [line.text for line in document.lines]
    assert texts[0].replace(" ", "") == "耕地保有量607.10公顷。"
    assert document.tables[0].rows == (("名称", "面积", "占比"), ("甲", "10.00", "50.0"))
    assert (document.pages, document.lines[-1].page) == (2, 2)
    assert document.lines[0].box is not None


def test_a_scan_is_told_to_be_a_scan():
    with pytest.raises(Unreadable) as caught:
        read_bytes(_pdf("#rect(width: 100%, height: 50%, fill: gray)"), "scan.pdf")
    assert "扫描" in caught.value.problem.zh and "OCR" in caught.value.fix.zh


def test_an_encrypted_pdf_and_word_file_are_refused_with_a_way_out():
    writer = pypdf.PdfWriter(io.BytesIO(_pdf("甲")))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    for data, name in (
        (out.getvalue(), "a.pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0x" * 600, "a.docx"),
    ):
        with pytest.raises(Unreadable) as caught:
            read_bytes(data, name)
        assert "密码" in caught.value.fix.zh


def test_a_pdf_without_a_page_is_refused():
    out = io.BytesIO()
    pypdf.PdfWriter().write(out)
    with pytest.raises(BrokenFile):
        read_bytes(out.getvalue(), "none.pdf")


def test_a_pdf_of_5000_pages_is_read_whole():
    writer = pypdf.PdfWriter()
    page = pypdf.PdfReader(io.BytesIO(_pdf("Area of page: 12.5 ha"))).pages[0]
    for _ in range(5000):
        writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    document = read_bytes(out.getvalue(), "long.pdf")
    assert (document.pages, document.lines[-1].page) == (5000, 5000)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (random.Random(1).randbytes(5000), "noise.txt", BrokenFile),
        (bytes(range(256)) * 30, "all.txt", BrokenFile),
        (b"", "empty.txt", BrokenFile),
        (b"PK\x03\x04 not a zip", "a.docx", BrokenFile),
        (b"%PDF-1.7 cut", "a.pdf", BrokenFile),
        (b"%PDF-1.7", "a.txt", BrokenFile),
        ("文字".encode(), "a.docx", BrokenFile),
        ("文字".encode(), "a.pdf", BrokenFile),
        (b"x", "a.doc", FormatNotAllowed),
        (b"x", "a.exe", FormatNotAllowed),
        ("これはにほんごのぶんしょうです".encode("shift_jis") * 20, "a.txt", Unreadable),
    ],
)
def test_what_is_no_document_is_refused_in_words(data, name, error):
    with pytest.raises(error) as caught:
        read_bytes(data, name)
    assert isinstance(caught.value, TubanError) and caught.value.fix.zh


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"nothing\.txt"):
        read(tmp_path / "nothing.txt")


def test_a_word_file_of_pictures_only_is_told():
    with pytest.raises(Unreadable):
        read_bytes(_docx(lambda document: None), "empty.docx")


@pytest.mark.shared
def test_the_example_plans_keep_their_line_numbers(shared):
    document: Document = read(shared / "plans" / "002_22e74f325ab9adc0.txt")
    assert "24372.38" in document.lines[758 - 1].text
    assert document.lines[788 - 1].text.startswith("合计\t62932.38")
