"""Rules 1xxx on hand-ins as they lie on the disk: folders, files, names, layers, metadata, triples."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from quality.county import CODE, STEM, deliver, found, judged, layers, packed, write


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deliver(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / sound.name))


def test_a_sound_hand_in_passes_every_rule_of_files_values_numbers_and_texts(sound: Path) -> None:
    result = judged(sound)
    assert [f.message.zh for f in result.findings] == []
    assert result.verdict == "pass"
    assert result.package["layout"] == "delivery"


@pytest.mark.parametrize("form", ["plan.gpkg", "plan.gdb", "shapes"])
def test_a_bare_database_is_not_blamed_for_folders_that_it_cannot_have(tmp_path: Path, form: str) -> None:
    result = judged(write(layers(), tmp_path / form))
    assert [f.message.zh for f in result.findings] == []
    assert "1101" in {run.rule for run in result.not_applicable}


def test_a_zip_of_the_hand_in_is_judged_like_the_folder(sound: Path, tmp_path: Path) -> None:
    result = judged(packed(sound, tmp_path / f"{STEM}成果.zip"))
    assert result.verdict == "pass"
    assert result.package["layout"] == "delivery"


def test_a_missing_folder_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "4专题研究报告")
    (said,) = found(folder, "1101")
    assert "专题研究报告" in said


def test_a_hand_in_without_a_database_is_found(folder: Path) -> None:
    shutil.rmtree(folder / "5数据库" / f"{STEM}数据库.gdb")
    (said,) = found(folder, "1102")
    assert "没有gdb 数据库" in said


def test_a_folder_of_documents_alone_has_no_database(tmp_path: Path) -> None:
    (tmp_path / "说明.txt").write_text("说明", encoding="utf-8")
    (said,) = found(tmp_path, "1102")
    assert "没有空间数据库" in said


def test_an_empty_file_and_an_empty_folder_are_found(folder: Path) -> None:
    (folder / "1规划文本" / "规划文本.docx").write_bytes(b"")
    for drawing in (folder / "2规划图件").iterdir():
        drawing.unlink()
    said = found(folder, "1102")
    assert any("0 字节" in one for one in said)
    assert any("2规划图件" in one and "没有" in one for one in said)


def test_a_damaged_document_is_found(folder: Path) -> None:
    (folder / "3规划说明" / "规划说明.docx").write_bytes(b"PK\x03\x04 not a document")
    assert any("规划说明.docx" in one for one in found(folder, "1102"))


def test_a_workbook_with_a_password_is_found(folder: Path) -> None:
    (folder / "5数据库" / "表.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert any("密码" in one for one in found(folder, "1102"))


def test_a_zip_in_a_zip_is_a_finding(sound: Path, tmp_path: Path) -> None:
    inner = packed(sound, tmp_path / "inner.zip")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as pack:
        pack.write(inner, "inner.zip")
    (said,) = found(tmp_path / "outer.zip", "1102")
    assert "压缩包" in said
    assert judged(tmp_path / "outer.zip", "1102").verdict == "fail"


def test_a_torn_zip_is_a_finding(sound: Path, tmp_path: Path) -> None:
    whole = packed(sound, tmp_path / "whole.zip")
    torn = tmp_path / "torn.zip"
    torn.write_bytes(whole.read_bytes()[:-400])
    assert judged(torn).verdict == "fail"


def test_a_foreign_file_is_found(folder: Path) -> None:
    (folder / "6其他材料" / "安装程序.exe").write_bytes(b"MZ")
    (said,) = found(folder, "1103")
    assert "安装程序.exe" in said


def test_a_folder_that_lacks_code_and_name_is_found(folder: Path) -> None:
    other = folder.rename(folder.with_name("国土空间总体规划成果"))
    assert any("开头" in said for said in found(other, "1201"))


@pytest.mark.parametrize(
    ("name", "word"),
    [("999999某县国土空间总体规划成果", "不在行政区代码表"), (f"{CODE}宝丰县国土空间总体规划成果", "舞钢市")],
)
def test_a_code_that_no_table_has_or_of_another_name_is_found(folder: Path, name: str, word: str) -> None:
    other = folder.rename(folder.with_name(name))
    assert any(word in said for said in found(other, "1201"))


def test_a_date_in_front_of_a_name_is_no_administrative_code(folder: Path) -> None:
    for name in ("20240101会议纪要.txt", "202401批复.txt"):
        (folder / "6其他材料" / name).write_text("x", encoding="utf-8")
    assert found(folder, "1201") == []


def test_a_missing_layer_is_named_with_its_title(tmp_path: Path) -> None:
    made = layers()
    del made["CZKFBJ"]
    (said,) = found(write(made, tmp_path / "plan.gpkg"), "1202")
    assert "CZKFBJ" in said
    assert "城镇开发边界" in said


def test_a_selection_of_layers_is_not_blamed_for_the_rest(tmp_path: Path) -> None:
    made = layers()
    assert found(write({"DLTB": made["DLTB"]}, tmp_path / "one.gpkg"), "1202") == []


@pytest.mark.parametrize("name", ["czkfbj", "城镇开发边界"])
def test_a_layer_under_another_spelling_is_found(tmp_path: Path, name: str) -> None:
    made = layers()
    made[name] = made.pop("CZKFBJ")
    (said,) = found(write(made, tmp_path / "plan.gpkg"), "1202")
    assert f"“{name}”" in said
    assert "CZKFBJ" in said


def test_a_layer_outside_the_standard_is_found_and_a_free_one_is_not(tmp_path: Path) -> None:
    made = layers()
    made["CESHI"] = made["STBHHX"]
    made["QT_WORK"] = made["STBHHX"]
    (said,) = found(write(made, tmp_path / "plan.gpkg"), "1203")
    assert "CESHI" in said


def test_missing_metadata_and_metadata_of_another_system_are_found(folder: Path) -> None:
    file = folder / "5数据库" / "元数据.xml"
    file.write_text("<md><crs>西安80坐标系</crs></md>", encoding="utf-8")
    assert any("西安80" in said for said in found(folder, "1301"))
    file.write_text("<md><XZQDM>110101</XZQDM></md>", encoding="utf-8")
    assert any("110101" in said for said in found(folder, "1301"))
    file.unlink()
    assert any("没有元数据" in said for said in found(folder, "1301"))


def test_a_triple_without_its_change_layer_is_found(tmp_path: Path) -> None:
    zones = layers()["YDYHGHFQ"]
    parts = {f"{part}YDYHGHFQ": zones for part in ("WHQ", "WHC", "WHH")}
    assert found(write(parts, tmp_path / "sound.gpkg"), "1401") == []
    del parts["WHCYDYHGHFQ"]
    (said,) = found(write(parts, tmp_path / "broken.gpkg"), "1401")
    assert "WHCYDYHGHFQ" in said
