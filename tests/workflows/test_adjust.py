"""Adjustment to control areas: a report on a stored version, exact, traceable, and nothing else."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from given import parcels, valid
from tuban.errors import UnknownCode, WrongUse
from tuban.geo.adjust import METHODS
from tuban.store import Workspace, create
from tuban.workflows.adjust import WHOLE, adjust_areas
from tuban.workflows.adjust_file import about, write_adjustment

WEST, EAST = "410481101", "410481102"


@pytest.fixture
def ws(tmp_path: Path):
    """Three parcels of about 1 ha, two in a western village and one in an eastern, one of them an island."""
    land = parcels(
        2, DLBM=["0101"] * 4, ZLDWDM=[f"{WEST}001", f"{EAST}001"] * 2, MSSM=["00", "00", "01", "00"]
    )
    with create(tmp_path / "w", name="试验县", by="张三", sample=True) as made:
        made.add_version(
            "DLTB", land.iloc[:3], source_name="a.gpkg", source_sha256="0" * 64, valid=valid(), by="张三"
        )
        yield made


def exactly(values) -> Decimal:
    return sum((Decimal(str(value)) for value in values), Decimal(0))


def measured(ws: Workspace) -> Decimal:
    areas = ws.table(ws.version("DLTB"), columns=["_area_m2"]).to_pandas()["_area_m2"]
    return exactly(round(area, 2) for area in areas)


def test_parcels_sum_exactly_to_the_control_area(ws):
    control = measured(ws) + Decimal("0.05")
    found = adjust_areas(ws, ws.version("DLTB"), {WHOLE: float(control)})
    assert exactly(found.parcels["adjusted_m2"]) == control
    # 0.05 m² over three parcels: one step each, the two left over to the two largest.
    assert sorted(found.parcels["added_m2"]) == [0.01, 0.02, 0.02]
    (unit,) = found.units.to_dict("records")
    assert (unit["count"], unit["difference_m2"], unit["least_m2"], unit["most_m2"]) == (3, 0.05, 0.01, 0.02)


def test_each_village_meets_its_own_control_area_in_mu(ws):
    controls = {f"{WEST}001": 30.0, f"{EAST}001": 15.0}  # 20,000 and 10,000 m²
    found = adjust_areas(ws, ws.version("DLTB"), controls, by="village", unit="mu", rule="proportional")
    for code, control in ((f"{WEST}001", 20_000), (f"{EAST}001", 10_000)):
        mine = found.parcels[found.parcels["unit"] == code]
        assert exactly(mine["adjusted_m2"]) == control
    assert found.units["control_m2"].tolist() == [20_000.0, 10_000.0]


def test_land_and_islands_are_adjusted_apart(ws):
    whole = adjust_areas(ws, ws.version("DLTB"), {WHOLE: 30_000.0})
    assert any("01" in note.zh and "分别平差" in note.zh for note in whole.notes)
    found = adjust_areas(ws, ws.version("DLTB"), {"00": 20_000.0, "01": 10_000.0}, by="island")
    assert found.units["title_zh"].tolist() == ["陆地", "海岛"]
    assert not any("分别平差" in note.zh for note in found.notes)


def test_only_a_township_is_adjusted_where_one_is_named(ws):
    found = adjust_areas(ws, ws.version("DLTB"), {WHOLE: 20_000.0}, within=WEST)
    assert len(found.parcels) == 2
    assert WEST in found.formula.zh


def test_a_unit_without_control_area_and_one_that_is_not_there_are_named(ws):
    with pytest.raises(WrongUse, match=f"{EAST}001"):
        adjust_areas(ws, ws.version("DLTB"), {f"{WEST}001": 20_000.0}, by="village")
    with pytest.raises(UnknownCode, match="999"):
        adjust_areas(ws, ws.version("DLTB"), {"999": 1.0}, by="village")
    with pytest.raises(UnknownCode):
        adjust_areas(ws, ws.version("DLTB"), {WHOLE: 1.0}, within="410499")


@pytest.mark.parametrize("area", [0.0, -1.0, float("nan"), float("inf"), 0.01, 3.0, 450_000.0])
def test_an_area_that_cannot_be_is_refused(ws, area):
    with pytest.raises(WrongUse):
        adjust_areas(ws, ws.version("DLTB"), {WHOLE: area})


def test_without_a_column_of_units_no_parcel_is_cut(ws):
    bare = parcels(1, DLBM=["0101"])
    ws.add_version(
        "DLTB", bare, source_name="b.gpkg", source_sha256="1" * 64, valid=valid("2022-01-01"), by="x"
    )
    with pytest.raises(WrongUse):
        adjust_areas(ws, ws.version("DLTB"), {"410481101": 10_000.0}, by="township")
    with pytest.raises(WrongUse, match="海岛"):
        adjust_areas(ws, ws.version("DLTB"), {"00": 10_000.0}, by="island")


def test_nothing_is_stored_and_the_version_stays_as_it_is(ws):
    before = (ws.version("DLTB").sha256, len(ws.versions()), len(list(ws.folder.rglob("*"))))
    adjust_areas(ws, ws.version("DLTB"), {WHOLE: 30_000.0})
    assert (ws.version("DLTB").sha256, len(ws.versions()), len(list(ws.folder.rglob("*")))) == before


@pytest.mark.parametrize("rule", list(METHODS))
def test_the_report_says_version_method_and_how_sure_it_is(ws, rule):
    found = adjust_areas(ws, ws.version("DLTB"), {WHOLE: 30_000.0}, rule=rule)
    text = "\n".join(about(found, "zh"))
    assert ws.version("DLTB").sha256 in text and "第 1 版" in text and "TD/T 1055-2019" in text
    assert ("已核实" if METHODS[rule].confidence == "verified" else "未核实") in text


def test_the_files_hold_every_parcel_as_a_number(ws, tmp_path):
    found = adjust_areas(ws, ws.version("DLTB"), {WHOLE: 30_000.0})
    write_adjustment(found, tmp_path / "a.xlsx", sample=True)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["单元", "图斑", "来源与算法"]
    rows = list(book["图斑"].iter_rows(min_row=2, values_only=True))
    assert exactly(row[5] for row in rows) == 30_000
    assert "示范数据" in str(book["单元"]["A1"].value)
    write_adjustment(found, tmp_path / "a.csv", sample=True)
    lines = list(csv.reader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert exactly(line[5] for line in lines[1:]) == 30_000
    with pytest.raises(WrongUse):
        write_adjustment(found, tmp_path / "a.docx", sample=True)
