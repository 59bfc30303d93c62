"""Rules 2xxx and 31xx: systems, zones, places, grids; fields, their types and lengths."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from quality.county import found, layers, with_change, write


def moved(frame: gpd.GeoDataFrame, east: float, north: float = 0.0) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.translate(east, north))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    room = tmp_path_factory.mktemp("sound")
    return {form: write(layers(), room / form) for form in ("plan.gpkg", "plan.gdb", "shapes")}


@pytest.mark.parametrize("rule", ["2101", "2102", "2103", "2104", "2106", "3101", "3102", "3103"])
@pytest.mark.parametrize("form", ["plan.gpkg", "plan.gdb", "shapes"])
def test_the_sound_database_passes(sound: dict[str, Path], rule: str, form: str) -> None:
    assert found(sound[form], rule) == []


def test_a_layer_without_a_system_is_found(tmp_path: Path) -> None:
    folder = write(layers(), tmp_path / "shapes")
    (folder / "STBHHX.prj").unlink()
    (said,) = found(folder, "2101")
    assert "STBHHX 没有坐标系" in said


def test_a_foreign_system_is_found_and_so_is_the_mixture(tmp_path: Path) -> None:
    path = with_change(tmp_path, "CZKFBJ", lambda f: f.to_crs("EPSG:4326"))
    assert any("CZKFBJ" in said and "4326" in said for said in found(path, "2101"))
    (said,) = found(path, "2102")
    assert "CZKFBJ" in said


def test_six_degree_zones_are_not_what_a_plan_is_kept_in(tmp_path: Path) -> None:
    made = {code: frame.to_crs("EPSG:4508") for code, frame in layers().items()}  # 6-degree, 111E
    assert len(found(write(made, tmp_path / "plan.gpkg"), "2101")) == len(made)


def test_a_zone_number_that_the_system_lacks_is_found(tmp_path: Path) -> None:
    path = with_change(tmp_path, "STBHHX", lambda f: moved(f, 38_000_000))
    (said,) = found(path, "2103")
    assert "STBHHX" in said
    assert "带号" in said


def test_a_county_kept_in_a_zone_far_from_it_is_found(tmp_path: Path) -> None:
    made = {
        code: frame.to_crs("EPSG:4546") for code, frame in layers().items()
    }  # 111E, the county is at 114E
    said = found(write(made, tmp_path / "plan.gpkg"), "2103")
    assert len(said) == len(made)
    assert "第 38 带" in said[0]


def test_an_object_beyond_the_envelope_is_found_with_its_bsm(tmp_path: Path) -> None:
    def throw(frame: gpd.GeoDataFrame) -> None:
        frame.loc[4, "geometry"] = shapely.affinity.translate(frame.geometry[4], 30_000, 0)

    (said,) = found(with_change(tmp_path, "DLTB", throw), "2104")
    assert "410481000600000005" in said


def test_exchanged_axes_are_found(tmp_path: Path) -> None:
    made = {code: frame.to_crs("EPSG:4490") for code, frame in layers().items()}
    made["STBHHX"] = made["STBHHX"].set_geometry(
        made["STBHHX"].geometry.map(lambda g: shapely.transform(g, lambda xy: xy[:, ::-1]))
    )
    assert any("STBHHX" in said for said in found(write(made, tmp_path / "plan.gpkg"), "2104"))


def test_without_a_boundary_the_province_of_the_codes_is_the_yardstick(tmp_path: Path) -> None:
    shifted = moved(layers()["DLTB"], 0, 1_500_000)  # Henan's codes, far to the north
    assert found(write({"DLTB": layers()["DLTB"]}, tmp_path / "here.gpkg"), "2104") == []
    (said,) = found(write({"DLTB": shifted}, tmp_path / "there.gpkg"), "2104")
    assert "41" in said


def test_height_datum_is_asked_for_only_by_a_profile(tmp_path: Path) -> None:
    from tuban.quality.check import check
    from tuban.quality.package import open_package
    from tuban.standards.load import profile
    from tuban.standards.rulebook import quality_rules

    overlay = tmp_path / "p.yaml"
    overlay.write_text("name: p\nquality: {rules: {'2105': {parameters: {asked: true}}}}\n", encoding="utf-8")
    path = write({"DLTB": layers()["DLTB"]}, tmp_path / "one.gpkg")
    for book, findings in ((quality_rules(), 0), (quality_rules(overlay=overlay), 1)):
        with open_package(path, profile()) as package:
            assert len(check(package, profile(), book, only=["2105"]).findings) == findings


def test_a_coarse_grid_is_found(tmp_path: Path) -> None:
    frame = layers()["DLTB"]
    path = tmp_path / "coarse.gdb"
    frame.to_file(
        path, layer="DLTB", driver="OpenFileGDB", XYTOLERANCE="0.01", XYSCALE="100", XORIGIN="0", YORIGIN="0"
    )
    said = found(path, "2106")
    assert len(said) == 2
    assert "容差" in said[0] + said[1]


@pytest.mark.parametrize(
    ("old", "word"), [("BSM", "缺少字段 BSM"), ("DLBM", "缺少字段 DLBM"), ("TBMJ", "缺少字段 TBMJ")]
)
def test_a_missing_field_is_named(tmp_path: Path, old: str, word: str) -> None:
    (said,) = found(with_change(tmp_path, "DLTB", lambda f: f.drop(columns=old)), "3101")
    assert word in said


def test_a_field_in_small_letters_is_found(tmp_path: Path) -> None:
    (said,) = found(with_change(tmp_path, "DLTB", lambda f: f.rename(columns={"DLBM": "dlbm"})), "3101")
    assert "“dlbm”应写作 DLBM" in said


def test_an_area_as_text_and_an_identifier_as_number_are_found(tmp_path: Path) -> None:
    path = with_change(tmp_path, "DLTB", lambda f: f.assign(TBMJ=f["TBMJ"].astype(str), DLBM=range(9)))
    said = found(path, "3102")
    assert any("TBMJ" in one and "文本" in one for one in said)
    assert any("DLBM" in one and "整数" in one for one in said)


def test_a_declared_length_that_is_not_the_standards_is_found(tmp_path: Path) -> None:
    import sqlite3

    path = write({"DLTB": layers()["DLTB"]}, tmp_path / "plan.gpkg")
    base = sqlite3.connect(path)
    base.execute("PRAGMA writable_schema=ON")
    base.execute(
        """UPDATE sqlite_master SET sql=replace(sql, '"BSM" TEXT', '"BSM" TEXT(20)') WHERE name='DLTB'"""
    )
    base.commit()
    base.close()
    (said,) = found(path, "3102")
    assert "BSM" in said
    assert "长度 20" in said
    assert "长度 18" in said


def test_a_value_longer_than_the_standard_allows_is_found(tmp_path: Path) -> None:
    def lengthen(frame: gpd.GeoDataFrame) -> None:
        frame.loc[2, "QSXZ"] = "300"

    (said,) = found(with_change(tmp_path, "DLTB", lengthen), "3102")
    assert "QSXZ" in said


def test_a_narrow_number_in_a_dbf_is_found(tmp_path: Path) -> None:
    folder = write({"DLTB": layers()["DLTB"]}, tmp_path / "shapes")
    dbf = bytearray((folder / "DLTB.dbf").read_bytes())
    at = dbf.index(b"TBMJ\0")
    dbf[at + 17] = 1  # decimals
    (folder / "DLTB.dbf").write_bytes(bytes(dbf))
    (said,) = found(folder, "3102")
    assert "1 位小数" in said


def test_extra_fields_are_one_finding_and_system_fields_are_none(tmp_path: Path) -> None:
    path = with_change(tmp_path, "DLTB", lambda f: f.assign(CESHI="x", BEIYONG=1, Shape_Area=1.0))
    (said,) = found(path, "3103")
    assert "CESHI、BEIYONG" in said
    assert "Shape_Area" not in said
