"""Rules 7xxx: mandatory content, drawings, cited documents, place names, sensitive content."""

from __future__ import annotations

from pathlib import Path

import pytest

from quality.county import CODE, PLAN_TEXT, deliver, found, layers, write


def plan(tmp: Path, text: str) -> Path:
    """A folder with a text and one layer that carries the codes of the place."""
    folder = tmp / "package"
    folder.mkdir()
    (folder / "规划文本.txt").write_text(text, encoding="utf-8")
    write({"XZQX": layers()["XZQX"]}, folder / "plan.gpkg")
    return folder


@pytest.mark.parametrize("rule", ["7101", "7103", "7104", "7105"])
def test_a_sound_text_passes(tmp_path: Path, rule: str) -> None:
    assert found(plan(tmp_path, PLAN_TEXT), rule) == []


def test_a_missing_clause_and_a_text_that_marks_nothing_are_found(tmp_path: Path) -> None:
    text = PLAN_TEXT.replace("保护历史文化遗产,", "").replace("强制性内容", "内容")
    said = found(plan(tmp_path, text), "7101")
    assert len(said) == 2
    assert any("历史文化保护" in one for one in said)
    assert any("没有说明哪些是强制性内容" in one for one in said)


def test_a_missing_map_is_found(tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    assert found(folder, "7102") == []
    (folder / "2规划图件" / "综合交通图.jpg").unlink()
    (said,) = found(folder, "7102")
    assert "交通" in said


def test_a_replaced_standard_and_a_number_beside_another_title_are_found(tmp_path: Path) -> None:
    text = PLAN_TEXT + "依据《土地利用现状分类》(GB/T 21010-2007)和《城区范围确定规程》(TD/T 1063-2021)。\n"
    said = found(plan(tmp_path, text), "7103")
    assert len(said) == 2
    assert any("GB/T 21010-2017" in one for one in said)
    assert any("城市体检评估" in one for one in said)


def test_a_unit_called_by_a_name_that_no_table_has_is_found(tmp_path: Path) -> None:
    (said,) = found(plan(tmp_path, PLAN_TEXT + "舞钢县的发展目标。\n"), "7104")
    assert "舞钢县" in said
    assert CODE in said


def test_a_text_of_another_place_is_found(tmp_path: Path) -> None:
    (said,) = found(plan(tmp_path, PLAN_TEXT.replace("舞钢市", "宝丰县")), "7104")
    assert "舞钢市" in said


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("该处为军事管理区。", "军"),
        ("联系人电话13812345678。", "手机"),
        ("身份证号410481199001011234。", "身份证"),
        ("位于东经113°21′35.6″处。", "坐标"),
    ],
)
def test_sensitive_content_is_a_warning(tmp_path: Path, words: str, what: str) -> None:
    said = found(plan(tmp_path, PLAN_TEXT + words), "7105")
    assert any(what in one for one in said)
