"""Rules 32xx: values filled, in their domain, agreeing, unique, in range, clean, of one edition."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from quality.county import CODE, found, layers, with_change, write
from tuban.standards.load import land_use_classes

ID = "410481000600000005"  # the fifth land patch
Change = Callable[[gpd.GeoDataFrame], object]


def put(column: str, value: object, row: int = 4) -> Change:
    def change(frame: gpd.GeoDataFrame) -> None:
        frame.loc[row, column] = value

    return change


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(layers(), tmp_path_factory.mktemp("sound") / "plan.gpkg")


@pytest.mark.parametrize(
    "rule", ["3201", "3202", "3203", "3204", "3205", "3206", "3207", "3208", "3209", "3210"]
)
def test_sound_values_pass(sound: Path, rule: str) -> None:
    assert found(sound, rule) == []


@pytest.mark.parametrize(
    ("rule", "layer", "change", "words"),
    [
        ("3201", "DLTB", put("DLBM", None), [ID, "DLBM"]),
        ("3201", "DLTB", put("DLMC", "   "), [ID, "DLMC"]),
        ("3202", "DLTB", put("DLBM", "9999"), [ID, "9999"]),
        ("3202", "DLTB", put("QSXZ", "99"), [ID, "QSXZ"]),
        ("3202", "YDYHGHFQ", put("GHFQDM", "999"), ["GHFQDM", "999"]),
        ("3202", "YDYHGHFQ", put("XZQDM", "999999"), ["XZQDM", "999999"]),
        ("3203", "DLTB", put("DLMC", "果园"), [ID, "旱地"]),
        ("3203", "YDYHGHFQ", put("GHFQMC", "生态保护区"), ["一般农业区"]),
        ("3203", "XZQX", put("XZQMC", "宝丰县", 0), ["舞钢市"]),
        ("3205", "DLTB", put("BSM", "41048100060000005"), ["17 位"]),
        ("3205", "DLTB", put("BSM", "410482000600000005"), ["410482", CODE]),
        ("3205", "DLTB", put("BSM", "41048100060000000X"), ["数字"]),
        ("3206", "DLTB", put("YSDM", "2001010200"), [ID, "2001010100"]),
        ("3206", "STBHHX", put("YSDM", "20900", 0), ["20900"]),
        ("3207", "DLTB", put("TBMJ", 0.0), [ID, "TBMJ"]),
        ("3207", "DLTB", put("KCXS", 1.0), [ID, "KCXS"]),
        ("3207", "DLTB", put("SJNF", 202), [ID, "SJNF"]),
        ("3207", "DLTB", put("ZLDWDM", "410481001001"), [ID, "19 位"]),
        ("3208", "DLTB", put("DLMC", " 旱地"), [ID, "空格"]),
        ("3208", "DLTB", put("TBBH", "\uff11\uff12"), [ID, "全角"]),
        ("3208", "DLTB", put("QSDWMC", "村\x07"), [ID, "控制字符"]),
        ("3208", "DLTB", put("ZLDWMC", "锟斤拷"), [ID, "乱码"]),
    ],
)
def test_one_wrong_value_is_found_and_named(
    tmp_path: Path, rule: str, layer: str, change: Change, words: list[str]
) -> None:
    (said,) = found(with_change(tmp_path, layer, change), rule)
    assert all(word in said for word in words), said


def test_padded_class_codes_are_what_they_mean(tmp_path: Path) -> None:
    made = layers()["YDYHGHFQ"].drop(columns=["GHFQDM", "GHFQMC"])
    made = made.assign(YDYHFLDM=["010000"] * 9, YDYHFLMC=["耕地"] * 9, TBMJ=made["MJ"]).drop(columns="MJ")
    path = write({"GHYDYH": made}, tmp_path / "plan.gpkg")
    assert found(path, "3202") == found(path, "3203") == found(path, "3209") == []


def test_a_class_of_the_other_edition_is_a_mixture_and_not_an_unknown_code(tmp_path: Path) -> None:
    here, trial = land_use_classes("2023"), land_use_classes("2020-trial")
    alien = next(item for item in trial if here.find(item.code) is None)
    made = layers()["YDYHGHFQ"].drop(columns=["GHFQDM", "GHFQMC"])
    codes, names = ["01"] * 8 + [alien.code], ["耕地"] * 8 + [alien.name.zh]
    path = write({"GHYDYH": made.assign(YDYHFLDM=codes, YDYHFLMC=names)}, tmp_path / "plan.gpkg")
    (said,) = found(path, "3209")
    assert alien.code in said
    assert "2020-trial" in said
    assert found(path, "3202") == []


def test_an_identifier_twice_is_one_finding_also_across_layers(tmp_path: Path) -> None:
    made = layers()
    made["DLTB"].loc[3, "BSM"] = ID
    made["STBHHX"].loc[0, "BSM"] = made["XZQX"].loc[0, "BSM"]
    said = found(write(made, tmp_path / "plan.gpkg"), "3204")
    assert len(said) == 2
    assert any(ID in one and "2 个对象" in one for one in said)
    assert any("XZQX" in one and "STBHHX" in one for one in said)


def test_a_maintained_layer_may_repeat_the_identifiers_of_the_state_before(tmp_path: Path) -> None:
    zones = layers()["YDYHGHFQ"]
    path = write({"WHQYDYHGHFQ": zones, "WHHYDYHGHFQ": zones}, tmp_path / "plan.gpkg")
    assert found(path, "3204") == []


def test_a_column_wholly_empty_is_one_finding_and_not_a_thousand(tmp_path: Path) -> None:
    import pandas as pd

    many = pd.concat([layers()["DLTB"]] * 60, ignore_index=True)
    many["BSM"] = [f"{CODE}0006{i:08d}" for i in range(len(many))]
    many["DLMC"] = None
    (said,) = found(write({"DLTB": many}, tmp_path / "plan.gpkg"), "3201")
    assert "540 个对象" in said


@pytest.mark.parametrize(
    ("column", "value", "row", "word"),
    [
        ("KCDLBM", "1202", 4, "只能是 1203"),
        ("KCDLBM", "1203", 0, "只有耕地"),
        ("GDLX", "PD", 0, "只有耕地"),
        ("XZDWKD", 5.0, 4, "线状地物宽度"),
        ("CZCSXM", "", 2, "必填城镇村属性码"),
        ("ZZSXDM", "XXX", 4, "只能是"),
        ("TBXHDM", "FQ", 4, "只能是"),
    ],
)
def test_attributes_that_a_survey_class_does_not_allow(
    tmp_path: Path, column: str, value: object, row: int, word: str
) -> None:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        blank = None if isinstance(value, float) else ""
        if column not in frame:
            frame[column] = [blank] * len(frame)
        frame.loc[row, column] = value
        return frame

    said = found(with_change(tmp_path, "DLTB", change), "3202")
    assert any(column in one and word in one for one in said), said


def test_planting_of_refined_land_is_narrower(tmp_path: Path) -> None:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.assign(
            TBXHDM=["", "", "", "", "HDGD", *[""] * 4], ZZSXDM=["", "", "", "XG", "XG", *[""] * 4]
        )

    (said,) = found(with_change(tmp_path, "DLTB", change), "3202")
    assert ID in said
    assert "LS、FLS、LYFL" in said


def test_personal_data_are_a_warning(tmp_path: Path) -> None:
    (said,) = found(with_change(tmp_path, "YJJBNTBHTB", lambda f: f.assign(LXDH=["13800000000"])), "3210")
    assert "个人信息" in said


def test_a_shapefile_whose_text_is_gbk_without_saying_so_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    folder.mkdir()
    layers()["DLTB"].to_file(folder / "DLTB.shp", encoding="GBK")
    (folder / "DLTB.cpg").unlink(missing_ok=True)
    assert found(folder, "3208") == []
    assert found(folder, "3203") == []
