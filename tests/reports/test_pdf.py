import pypdfium2
import pytest

from tuban.errors import WrongUse
from tuban.reports.font import BOLD, FAMILY, FONTS, REGULAR, missing
from tuban.reports.pdf import pdf

TEMPLATE = """
#let data = json("data.json")
#set text(font: "Noto Sans CJK SC", lang: "zh", region: "cn")
= #data.title
#data.words
"""


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "page.typ"
    file.write_text(TEMPLATE, encoding="utf-8")
    return file


def text_of(written: bytes) -> str:
    with pypdfium2.PdfDocument(written) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_every_character_of_gb2312_can_be_drawn():
    signs = (
        bytes([row, cell]).decode("gb2312", errors="ignore")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
    )
    assert not missing("".join(signs))
    assert not missing("0123456789.,%m²㎡≥≤×±°′″①②③《》“”（）【】、。；：—…·")


def test_the_administrative_codes_can_be_drawn(root):
    assert not missing((root / "src/tuban/standards/codes/admin-2023.csv").read_text(encoding="utf-8"))


def test_both_weights_are_the_family_and_carry_their_licence():
    from fontTools.ttLib import TTFont

    for file in (REGULAR, BOLD):
        assert TTFont(file)["name"].getDebugName(1) == FAMILY
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 4_000_000


def test_a_page_says_what_the_data_say_with_the_shipped_font(template):
    written = pdf(template, {"title": "成果质检报告", "words": "面积 1,234.56 公顷"})
    assert "成果质检报告" in text_of(written)
    assert "1,234.56 公顷" in text_of(written)
    assert b"NotoSansCJK" in written


def test_the_same_data_give_the_same_bytes(template):
    data = {"title": "甲", "words": "乙"}
    assert pdf(template, data) == pdf(template, dict(reversed(data.items())))


def test_an_unknown_template_and_one_that_asks_for_more_say_so(template):
    with pytest.raises(WrongUse, match="没有报告模板"):
        pdf("no-such", {})
    with pytest.raises(WrongUse, match="与数据不符"):
        pdf(template, {"title": "只有标题"})
