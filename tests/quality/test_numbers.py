"""Rules 6104–6302: printed tables against themselves, the layers, the text and the years of a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from quality.county import ZONE_TABLE, found, layers, table, write

INDICATORS: list[list[object]] = [
    ["序号", "指标名称", "单位", "指标属性", "指标层级", "2020年基期", "2025年", "2035年", "上级下达任务"],
    [1, "耕地保有量", "公顷", "约束性", "全域", 700, 700, 700, 700],
    [2, "永久基本农田保护面积", "公顷", "约束性", "全域", 100, 100, 100, 99],
    [3, "生态保护红线面积", "公顷", "约束性", "全域", 100, 100, 100, 99],
    [4, "城镇开发边界规模", "公顷", "约束性", "全域", 101, 101, 101, 102],
]


def book(tmp: Path, rows: list[list[object]], *, plan: bool = False, text: str = "", title: str = "") -> Path:
    """A folder with one table, and the plan's layers and a text where they are asked for."""
    folder = tmp / "package"
    folder.mkdir(exist_ok=True)
    table(folder / "统计表.xlsx", rows, title)
    if plan:
        write(layers(), folder / "plan.gpkg")
    if text:
        (folder / "规划文本.txt").write_text(text, encoding="utf-8")
    return folder


def changed(rows: list[list[object]], row: int, column: int, value: object) -> list[list[object]]:
    """The same table with one other cell."""
    new = [list(one) for one in rows]
    new[row][column] = value
    return new


def test_a_sound_table_passes(tmp_path: Path) -> None:
    folder = book(tmp_path, ZONE_TABLE, plan=True, title="规划分区统计表")
    assert found(folder, "6104") == found(folder, "6105") == found(folder, "6201") == []


def test_a_total_that_is_not_the_sum_is_found_with_both_numbers(tmp_path: Path) -> None:
    (said,) = found(book(tmp_path, changed(ZONE_TABLE, 5, 1, 900.11)), "6104")
    assert "900.11" in said
    assert "900" in said
    assert "0.11" in said


def test_subtotals_and_rows_of_which_do_not_count_twice(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["大类", "小类", "面积(公顷)"],
        ["农用地", "小计", 30.0],
        ["农用地", "耕地", 10.0],
        ["农用地", "园地", 20.0],
        ["建设用地", "小计", 5.0],
        ["建设用地", "城镇", 3.0],
        ["建设用地", "村庄", 2.0],
        ["合计", "合计", 35.0],
    ]
    assert found(book(tmp_path, rows), "6104") == []


def test_shares_that_do_not_sum_and_a_share_that_is_not_part_over_total(tmp_path: Path) -> None:
    said = found(book(tmp_path, changed(ZONE_TABLE, 1, 2, 12.11)), "6105")
    assert any("101" in one for one in said)
    assert any("11.11" in one and "12.11" in one for one in said)


def test_a_table_that_disagrees_with_its_layer_is_found(tmp_path: Path) -> None:
    (said,) = found(book(tmp_path, changed(ZONE_TABLE, 3, 1, 102.0), plan=True), "6201")
    assert "城镇集中建设区" in said
    assert "YDYHGHFQ" in said or "CZKFBJ" in said


def test_text_and_table_that_agree_in_other_units_pass_and_others_do_not(tmp_path: Path) -> None:
    rows: list[list[object]] = [["指标", "面积(公顷)"], ["永久基本农田", 21465.33], ["生态保护红线", 4293.90]]
    sound = "全域划定永久基本农田32.20万亩。落实生态保护红线面积42.94平方公里。"
    assert found(book(tmp_path, rows, text=sound), "6202") == []
    (said,) = found(book(tmp_path, rows, text="落实生态保护红线面积不低于43.94平方公里。"), "6202")
    assert "43.94" in said
    assert "4293.9" in said


def test_a_binding_target_beyond_its_limit_is_found(tmp_path: Path) -> None:
    assert found(book(tmp_path, INDICATORS), "6203") == []
    (said,) = found(book(tmp_path, changed(INDICATORS, 1, 7, 690)), "6203")
    assert "耕地保有量" in said
    assert "不低于 700" in said


@pytest.mark.parametrize(
    ("row", "task", "word"), [(3, 150, "STBHHX"), (2, 150, "YJJBNTBHTB"), (4, 50, "CZKFBJ")]
)
def test_a_layer_below_its_task_or_above_its_cap_is_found(
    tmp_path: Path, row: int, task: int, word: str
) -> None:
    assert found(book(tmp_path, INDICATORS, plan=True), "6204") == []
    (said,) = found(book(tmp_path, changed(INDICATORS, row, 8, task), plan=True), "6204")
    assert word in said


def test_units_that_do_not_convert_are_found_in_tables_and_in_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["名称", "面积(公顷)", "面积(亩)"],
        ["甲村", 10.0, 150.0],
        ["乙村", 20.0, 300.0],
    ]
    text = "建设用地规模 10.00 平方公里(1.50 万亩)。"
    assert found(book(tmp_path, rows, text=text), "6205") == []
    wrong = changed(rows, 2, 2, 310.0)
    said = found(book(tmp_path, wrong, text="建设用地规模 10.00 平方公里(1.60 万亩)。"), "6205")
    assert len(said) == 2
    assert any("乙村" in one for one in said)
    assert any("1.50" in one for one in said)


def test_a_change_that_is_not_after_minus_before_is_found(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["分区", "规划前面积", "规划后面积", "变化量", "规划前占比", "规划后占比", "占比变化"],
        ["甲区", 10.0, 12.0, 2.0, 40.0, 48.0, 8.0],
        ["乙区", 15.0, 13.0, -2.0, 60.0, 52.0, -8.0],
    ]
    assert found(book(tmp_path, rows), "6206") == []
    (said,) = found(book(tmp_path, changed(rows, 2, 3, -4.3)), "6206")
    assert "乙区" in said
    assert "-4.3" in said


def test_a_table_of_indicators_that_lacks_an_item_a_column_or_a_target(tmp_path: Path) -> None:
    assert found(book(tmp_path, INDICATORS), "6301") == []
    lacking = [[*row[:3], *row[4:]] for row in INDICATORS if row[1] != "耕地保有量"]
    said = found(book(tmp_path, changed(lacking, 2, 6, None)), "6301")
    assert len(said) == 3
    assert any("缺少指标“耕地保有量”" in one for one in said)
    assert any("缺少“指标属性”列" in one for one in said)
    assert any("没有 2035 年目标值" in one for one in said)


def test_other_plan_years_are_a_warning(tmp_path: Path) -> None:
    sound = "规划基期为2020年,近期目标年为2025年,规划目标年为2035年。"
    assert found(book(tmp_path, ZONE_TABLE, text=sound), "6302") == []
    said = found(
        book(tmp_path, ZONE_TABLE, text=sound.replace("2020", "2019").replace("2025", "2027")), "6302"
    )
    assert len(said) == 2
    assert "2019" in said[0] + said[1]


def test_a_table_with_merged_heads_is_understood(tmp_path: Path) -> None:
    from openpyxl import Workbook

    folder = tmp_path / "package"
    folder.mkdir()
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (
        ["分区统计表 单位:公顷", None, None],
        ["分区", "面积", None],
        [None, "规划前", "规划后"],
        ["甲区", 1.5, 2.5],
        ["乙区", 2.5, 1.5],
        ["合计", 4.0, 4.5],
    ):
        sheet.append(row)
    for merged in ("A1:C1", "B2:C2", "A2:A3"):
        sheet.merge_cells(merged)
    made.save(folder / "表.xlsx")
    (said,) = found(folder, "6104")
    assert "4.5" in said
    assert "规划后" in said
