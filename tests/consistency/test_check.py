"""What the check says of small documents whose arithmetic one can do in the head."""

from __future__ import annotations

import io
import time

import docx
import pytest

from tuban.consistency import check, check_many
from tuban.consistency.register import registered
from tuban.documents import read, read_bytes
from tuban.domain.finding import Finding, Judgement
from tuban.standards.consistencybook import consistency_rules, rules_page


def found(text: str, name: str = "plan.txt") -> list[Finding]:
    return check(read_bytes(text.encode(), name))


def wrong(text: str) -> list[str]:
    return [f.rule for f in found(text) if f.judgement is Judgement.ERROR]


def test_every_rule_has_a_function_or_a_check_of_its_own():
    check(read_bytes("甲".encode(), "a.txt"))
    assert {rule.id for rule in consistency_rules()} == {*registered(), "C701", "C801"}


def test_the_reference_page_is_current(root):
    page = (root / "docs" / "reference" / "consistency-rules.md").read_text(encoding="utf-8")
    assert page == rules_page()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("耕地保有量600.00公顷（0.90万亩）。", []),
        ("耕地保有量600.00公顷（0.09万亩）。", ["C201"]),
        ("总面积50.0公顷，其中甲镇20.0公顷，乙镇30.0公顷。", []),
        ("总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。", ["C202"]),
        ("总面积50.0公顷，其中中心城区20.0公顷。", []),
        ("道路总长由10.0公里增加到12.0公里，增加2.0公里。", []),
        ("道路总长由10.0公里增加到12.0公里，增加3.0公里。", ["C203"]),
        ("道路总长由12.0公里增加到10.0公里。", ["C204"]),
        ("道路总长由一般的10.0公里减少到8.0公里。", []),
        ("调入永久基本农田15.5公顷，调出永久基本农田12.0公顷，净增加3.5公顷。", []),
        ("调入永久基本农田15.5公顷，调出永久基本农田12.0公顷，净增加5.3公顷。", ["C207"]),
        ("原有项目190个，新增440个，删除0个，共计630个。", []),
        ("原有项目190个，新增440个，删除0个，共计650个。", ["C207"]),
        ("全县森林覆盖率40.67%。\n\n全县森林覆盖率46.07%。", ["C301"]),
        ("2020年森林覆盖率40.67%。\n\n2025年森林覆盖率46.07%。", []),
        ("森林覆盖率不低于46.07%。现状森林覆盖率40.67%。", []),
        ("重点镇3个，分别为青石镇、柳泉镇和白塔镇。", []),
        ("重点镇3个，分别为青石镇、柳泉镇。", ["C401"]),
        ("重点项目3类，包括公共管理与公共服务用地、绿地与开敞空间用地、工业用地。", []),
        ("对甲村、乙村、丙村共3个行政村作出引导。", []),
        ("对甲村、乙村、丙村共4个行政村作出引导。", ["C401"]),
        ("现状水库包括石漫滩、田岗等5座水库。", []),
        ("空气质量优良天数295天，优良率80.6%。", []),
        ("空气质量优良天数295天，优良率86.0%。", ["C206"]),
    ],
)
def test_one_sentence_is_judged_by_its_arithmetic(text, rules):
    assert wrong(text) == rules


def test_a_difference_of_rounding_is_no_error():
    table = "分区\t面积（公顷）\n甲区\t10.33\n乙区\t10.33\n丙区\t10.33\n合计\t31.00\n"
    kinds = [f.judgement for f in found("表1 分区表\n\n" + table)]
    assert kinds == [Judgement.ROUNDING]
    beyond = table.replace("31.00", "31.05")  # three halves of 0.01 and the total's own: 0.02 at most
    assert wrong("表1 分区表\n\n" + beyond) == ["C101"]


def test_the_contract_of_places_lines_from_one_blank_lines_counted():
    text = "\n\n第一行。\n\n总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。\n"
    finding = next(f for f in found(text) if f.judgement is Judgement.ERROR)
    assert [place.line for place in finding.places] == [5, 5, 5]
    assert finding.places[0].column == 4
    assert "50.0" in finding.places[0].quote
    assert "51.0" in finding.message.zh and 0 < finding.confidence <= 1


def test_bold_marks_formulas_and_full_width_digits_do_not_hide_a_number():
    text = "耕地保有量**600.00**公顷（$0.90$万亩）。永久基本农田６００．００公顷（0.09万亩）。"
    assert wrong(text) == ["C201"]


def test_word_and_text_give_the_same_findings():
    text = "全县森林覆盖率40.67%。\n全县森林覆盖率46.07%。"
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    from_word = check(read_bytes(out.getvalue(), "plan.docx"))
    assert [(f.rule, [p.line for p in f.places]) for f in from_word] == [
        (f.rule, [p.line for p in f.places]) for f in found(text)
    ]


def test_two_documents_are_compared_with_one_another():
    county = read_bytes("青石镇耕地保有量5632.80公顷。".encode(), "county.txt")
    town = read_bytes("青石镇耕地保有量5623.80公顷。".encode(), "town.txt")
    findings = check_many([county, town])
    assert [f.rule for f in findings] == ["C701"]
    assert {place.document for place in findings[0].places} == {"county.txt", "town.txt"}


def test_the_same_document_gives_the_same_findings_twice():
    text = "总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。全县森林覆盖率40.67%。全县森林覆盖率46.07%。"
    assert [f.key for f in found(text)] == [f.key for f in found(text)]


@pytest.mark.parametrize(
    "bait",
    [
        "由" * 20_000,
        "（" * 20_000 + "1公顷" + "）" * 20_000,
        "甲镇、" * 8_000,
        "1、" * 6_000 + "公顷",
        "9" * 100_000,
        "1," * 6_000,
        "其中" * 10_000,
        "《" * 20_000,
        "$" * 50_000 + "\\leq" * 5_000,
        "共3个" * 6_000,
        "甲" + "\t" * 50_000,
        "一" * 20_000,
        "增加到" * 8_000,
        "2020—" * 8_000,
        "占" + "面积" * 10_000 + "的5%",
    ],
    ids=lambda bait: bait[:6],
)
def test_text_made_to_hold_up_a_pattern_is_answered_in_time(bait):
    start = time.monotonic()
    found(bait)
    assert time.monotonic() - start < 15  # a pattern that backtracks takes minutes


def test_a_table_of_ten_thousand_rows_is_added_up():
    rows = "\n".join(f"第{i}块\t1.00" for i in range(10_000))
    good = f"表1 地块表\n\n地块\t面积（公顷）\n{rows}\n合计\t10000.00\n"
    assert wrong(good) == []
    assert wrong(good.replace("合计\t10000.00", "合计\t10100.00")) == ["C101"]


@pytest.mark.shared
def test_findings_of_the_example_scheme_are_those_an_examiner_signed(shared):
    """Line pairs read by hand in the published scheme; nothing else is called an error."""
    signed = [{163, 411}, {575, 1022}, {633, 635, 637}, {758, 772}, {774}, {774, 781}, {788}, {908, 1022}]
    findings = check(read(shared / "plans" / "002_22e74f325ab9adc0.txt"))
    errors = [{place.line for place in f.places} for f in findings if f.judgement is Judgement.ERROR]
    assert all(any(lines & pair == pair for pair in signed) for lines in errors)
    assert all(any(lines & pair == pair for lines in errors) for pair in signed)


@pytest.mark.shared
def test_the_example_summary_has_no_error(shared):
    findings = check(read(shared / "plans" / "001_804fd95b5299444b.txt"))
    assert [f.message.zh for f in findings if f.judgement is Judgement.ERROR] == []
