"""Statistics of stored layers: the tiny county in one workspace, asked every way."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from shapely import LineString

from given import CRS, parcels, square, valid
from tuban.errors import Text, UnknownCode, UnknownLayer, WrongUse
from tuban.geo.area import area_m2
from tuban.indicators.area_statistics import AreaTable
from tuban.store import Workspace, create
from tuban.workflows import statistics
from tuban.workflows.statistics import area_table, cross_table
from tuban.workflows.statistics_xlsx import write_xlsx

WEST, EAST = "410481101", "410481102"


def store(ws: Workspace, code: str, frame, start: str = "2021-01-01"):
    return ws.add_version(
        code, frame, source_name=f"{code}.gpkg", source_sha256="0" * 64, valid=valid(start), by="张三"
    )


@pytest.fixture
def ws(tmp_path: Path):
    """Four parcels of 1 ha, 2 × 2; the western two in one township, the eastern two in another."""
    with create(tmp_path / "w", name="试验县", by="张三", sample=True) as made:
        land = parcels(2, DLBM=["0101", "0702", "0301", "1106"], ZLDWDM=[f"{WEST}001", f"{EAST}001"] * 2)
        store(made, "DLTB", land)
        towns = gpd.GeoDataFrame(
            {"XZQDM": [f"{WEST}000", f"{EAST}000"], "XZQMC": ["西乡", "东镇"]},
            geometry=[square(-100, -100, 200).union(square(-100, 100, 200)), square(100, -100, 500)],
            crs=CRS,
        )
        store(made, "XZQXZ", towns)
        zones = gpd.GeoDataFrame(
            {"GHFQDM": ["100", "200"]}, geometry=[square(-50, 150, 300), square(0, 0, 150)], crs=CRS
        )
        store(made, "GHFQ", zones)
        yield made


def ha_of(table: AreaTable) -> dict[str, float]:
    return dict(zip(table.frame["code"], table.frame["area_ha"], strict=True))


def test_by_class_and_by_great_class(ws):
    assert ha_of(area_table(ws, ws.version("DLTB"), "class")) == {
        "1106": 1.0,
        "0101": 1.0,
        "0301": 1.0,
        "0702": 1.0,
    }
    great = area_table(ws, ws.version("DLTB"), "three_class")
    assert ha_of(great) == {"agricultural": 2.0, "construction": 1.0, "unused": 1.0}
    assert great.total_m2 == pytest.approx(ws.version("DLTB").area_m2)


def test_by_township_from_the_unit_code_with_the_names_of_the_unit_layer(ws):
    table = area_table(ws, ws.version("DLTB"), "township")
    assert ha_of(table) == {WEST: 2.0, EAST: 2.0}
    assert table.frame["title_zh"].tolist() == ["西乡", "东镇"]
    assert "ZLDWDM" in table.formula.zh


def test_by_township_through_the_boundaries_where_there_is_no_code(ws):
    free = gpd.GeoDataFrame({"BSM": ["1"]}, geometry=[square(50, 0, 100)], crs=CRS)
    version = store(ws, "STBHHX", free)
    table = area_table(ws, version, "township")
    assert ha_of(table) == {WEST: 0.5, EAST: 0.5}
    assert "XZQXZ" in table.formula.zh
    assert ha_of(area_table(ws, version, "township", within=WEST)) == {WEST: 0.5}


def test_by_zone_cuts_parcels_and_leaves_the_rest_outside(ws):
    # Zone 200 is 150 m square: 1 ha + ½ + ½ + ¼ of the four. Zone 100 begins where it ends: 50 m of the top.
    table = area_table(ws, ws.version("DLTB"), "zone")
    assert ha_of(table) == {"100": 1.0, "200": 2.25, "": 0.75}
    assert table.frame["count"].tolist() == [2, 4, 2]
    assert table.total_ha == 4.0


def test_within_a_township_only_its_parcels_count(ws):
    table = area_table(ws, ws.version("DLTB"), "class", within=WEST)
    assert ha_of(table) == {"0101": 1.0, "0301": 1.0}
    zoned = area_table(ws, ws.version("DLTB"), "zone", within=f"{WEST}000")
    assert ha_of(zoned) == {"100": 0.5, "200": 1.5}


def test_unit_by_class_and_zone_by_township(ws):
    table = cross_table(ws, ws.version("DLTB"), "township", "class", level=1)
    assert table.frame.loc[WEST].to_dict() == {"00": 0.0, "01": 1.0, "03": 1.0, "07": 0.0}
    assert table.row_ha.tolist() == [2.0, 2.0]
    zoned = cross_table(ws, ws.version("DLTB"), "zone", "township")
    assert zoned.frame.loc["200"].to_dict() == {WEST: 1.5, EAST: 0.75}


def test_the_second_time_the_answer_comes_from_the_cache_and_is_the_same(ws, monkeypatch):
    first = area_table(ws, ws.version("DLTB"), "zone")
    crossed = cross_table(ws, ws.version("DLTB"), "township", "class")
    monkeypatch.setattr(statistics, "divide", None)
    monkeypatch.setattr(statistics, "_divided", None)
    again = area_table(ws, ws.version("DLTB"), "zone")
    assert again.frame.equals(first.frame) or again.frame.to_dict() == first.frame.to_dict()
    assert (again.formula, again.total_ha, again.notes) == (first.formula, first.total_ha, first.notes)
    same = cross_table(ws, ws.version("DLTB"), "township", "class")
    assert same.frame.equals(crossed.frame)
    assert same.rows == crossed.rows


def test_a_cache_that_cannot_be_read_is_worked_out_again(ws):
    first = area_table(ws, ws.version("DLTB"), "zone")
    for file in ws.cache_dir("statistics").iterdir():
        file.write_text("{", encoding="utf-8")
    assert ha_of(area_table(ws, ws.version("DLTB"), "zone")) == ha_of(first)


def test_a_new_zone_version_asks_anew_and_the_old_day_keeps_its_answer(ws):
    before = ha_of(area_table(ws, ws.version("DLTB"), "zone", on=date(2022, 6, 1)))
    store(
        ws,
        "GHFQ",
        gpd.GeoDataFrame({"GHFQDM": ["100"]}, geometry=[square(-50, -50, 900)], crs=CRS),
        "2023-01-01",
    )
    assert ha_of(area_table(ws, ws.version("DLTB"), "zone", on=date(2023, 6, 1))) == {"100": 4.0}
    assert ha_of(area_table(ws, ws.version("DLTB"), "zone", on=date(2022, 6, 1))) == before


def test_plan_zones_themselves_are_summed_by_their_code(ws):
    table = area_table(ws, ws.version("GHFQ"), "zone")
    assert ha_of(table) == {"100": 9.0, "200": 2.25}
    assert table.total_m2 == pytest.approx(area_m2([square(-50, 150, 300), square(0, 0, 150)], CRS).sum())


def test_what_cannot_be_answered_says_why(ws):
    version = ws.version("DLTB")
    with pytest.raises(UnknownCode):
        area_table(ws, version, "class", within="410481199")
    with pytest.raises(UnknownCode):
        area_table(ws, version, "class", within="乡政府")
    with pytest.raises(UnknownLayer):
        area_table(ws, version, "zone", zone_layer="CZKFBJ")
    with pytest.raises(WrongUse):
        area_table(ws, ws.version("XZQXZ"), "class")
    line = gpd.GeoDataFrame({"BSM": ["1"]}, geometry=[LineString(square().exterior)], crs=CRS)
    with pytest.raises(WrongUse):
        area_table(ws, store(ws, "QT_ROAD", line), "class")


def test_a_workbook_holds_the_numbers_and_marks_sample_data(ws, tmp_path):
    table = area_table(ws, ws.version("DLTB"), "three_class")
    write_xlsx(table, tmp_path / "t.xlsx", Text("三大类", "great classes"), sample=ws.sample)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "示范数据" in cells[1][0]
    assert cells[3][:4] == ["agricultural", "农用地", 2.0, pytest.approx(30, abs=0.02)]
    assert [cells[6][1], cells[6][2], cells[6][4]] == ["合计", 4.0, 100]
    crossed = cross_table(ws, ws.version("DLTB"), "township", "class")
    write_xlsx(crossed, tmp_path / "c.xlsx", Text("乡镇×地类", "x"), sample=False)
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx").active
    assert sheet.cell(6, sheet.max_column).value == 4.0


def test_the_cache_holds_nothing_but_json(ws):
    area_table(ws, ws.version("DLTB"), "class")
    for file in ws.cache_dir("statistics").iterdir():
        assert json.loads(file.read_text(encoding="utf-8"))["formula"]["zh"]
