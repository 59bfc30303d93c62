"""Models that others wrote: French documents and tables, German plans; counts come from the data's own README."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Polygon, box

import tuban.standards
from quality.hand_in import rules
from tuban.errors import BrokenFile, StandardsFault
from tuban.quality.foreign import ForeignResult, inspect
from tuban.quality.foreign_gml import GermanPlan, closure, read_gml
from tuban.quality.foreign_model import load_model
from tuban.quality.package import open_package

CNIG = Path(tuban.standards.__file__).parent / "models" / "cnig-plu"


def judged(folder: Path, model: Path = CNIG, **options: object) -> ForeignResult:
    profile, _ = rules()
    with open_package(folder, profile) as package:
        return inspect(package, load_model(model), **options)  # type: ignore[arg-type]


def model_of(folder: Path, columns: list[dict], **document: object) -> Path:
    """A small model of one table, in the French validator's form."""
    (folder / "types").mkdir(parents=True)
    (folder / "types" / "ZONE.json").write_text(
        json.dumps({"name": "ZONE", "description": "", "columns": columns})
    )
    files = [{"name": "ZONE", "type": "table", "path": "ZONE", "mandatory": "ERROR"}]
    (folder / "document.json").write_text(
        json.dumps({"name": "m", "description": "", "files": files, **document})
    )
    return folder


def column(name: str, kind: str = "String", **constraints: object) -> dict:
    return {"name": name, "type": kind, "description": "", "constraints": constraints}


def test_every_constraint_finds_its_fault(tmp_path: Path) -> None:
    model = model_of(
        tmp_path / "model",
        [
            column("WKT", "MultiPolygon", required=True),
            column("ID", unique=True, required=True),
            column("KIND", enum=["U", "N"], maxLength=3),
            column("DAY", "Date"),
            column("CODE", pattern="[0-9]{3}"),
            column("LOST", required=True),
        ],
    )
    hand_in = tmp_path / "plan"
    hand_in.mkdir()
    shapes = [
        box(0, 0, 10, 10),
        box(10, 0, 20, 10),
        box(20, 0, 30, 10),
        Polygon([(0, 20), (9, 29), (9, 20), (0, 29)]),
    ]
    gpd.GeoDataFrame(
        {
            "ID": ["1", "1", "", "4"],
            "KIND": ["U", "N", "Z", "U"],
            "DAY": ["20240101", "soon", "", "2024-01-31"],
            "CODE": ["123", "12", "", "999"],
            "MORE": ["x"] * 4,
        },
        geometry=shapes,
        crs="EPSG:2154",
    ).to_file(hand_in / "ZONE.shp", engine="pyogrio")
    found = judged(hand_in, model)
    seen = sorted((one.rule, one.rows) for one in found.findings)
    assert seen == [
        ("3101", ()),  # LOST
        ("3102", (1,)),  # soon
        ("3103", ()),  # MORE
        ("3201", (2,)),  # ID empty
        ("3202", (1,)),  # 12
        ("3202", (2,)),  # Z
        ("3204", (0,)),
        ("3204", (1,)),
        ("4102", (3,)),
    ]
    assert not found.passed


def test_files_that_are_missing_or_unknown(tmp_path: Path) -> None:
    model = model_of(tmp_path / "model", [], constraints={"folderName": "[0-9]{5}_PLU"})
    hand_in = tmp_path / "plan"
    hand_in.mkdir()
    gpd.GeoDataFrame({"A": ["1"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:2154").to_file(
        hand_in / "OTHER.shp", engine="pyogrio"
    )
    assert [one.rule for one in judged(hand_in, model).findings] == ["1102", "1103", "1201"]


def test_a_model_that_cannot_be_meant_says_where(tmp_path: Path) -> None:
    model = model_of(tmp_path / "model", [column("A", "Colour")])
    with pytest.raises(StandardsFault):
        load_model(model)
    (tmp_path / "bad.json").write_text("[1]")
    with pytest.raises(StandardsFault):
        load_model(tmp_path / "bad.json")


@pytest.mark.shared
def test_french_set_of_2020_has_the_faults_that_its_readme_lists(shared: Path) -> None:
    found = judged(shared / "data" / "plan_fr" / "241800432_PLUi_20200128", overlap_m2=1.0)
    assert set(found.tables.values()) == {
        "DOC_URBA", "DOC_URBA_COM", "ZONE_URBA", "PRESCRIPTION_SURF", "PRESCRIPTION_LIN", "PRESCRIPTION_PCT",
    }  # fmt: skip
    assert len(found.of("4102", "ZONE_URBA")) == 1
    pairs = found.of("4201", "ZONE_URBA")
    assert len(pairs) == 25
    assert sum(one.area_m2 or 0 for one in pairs) / 10_000 == pytest.approx(28.9, abs=0.06)
    assert not found.of("4201", "PRESCRIPTION_SURF")  # these overlap by design


@pytest.mark.shared
def test_french_set_of_2018_has_the_faults_that_its_readme_lists(shared: Path) -> None:
    found = judged(shared / "data" / "plan_fr" / "200011781_PLUi_20180101", overlap_m2=1.0)
    pairs = found.of("4201", "ZONE_URBA")
    assert len(pairs) == 32
    assert sum(one.area_m2 or 0 for one in pairs) / 10_000 == pytest.approx(10.6, abs=0.06)
    # An older table: it names no document, and has columns that the standard of 2017 does not know.
    assert {one.expected for one in found.of("3101", "ZONE_URBA")} == {"IDURBA"}
    assert {one.observed for one in found.of("3103", "ZONE_URBA")} == {"DESTDOMI", "INSEE", "DATAPPRO"}


@pytest.mark.shared
def test_german_land_use_plan_tiles_and_fills_its_scope(shared: Path) -> None:
    """The README counts 252 tiling areas and 1.44 km² open: those of the classes that hold areas alone.

    A reader that makes a layer of each class and drops those that mix areas with points or lines sees no more. The
    106 areas of the other five classes tile too, and with them the plan is closed.
    """
    plan = read_gml(shared / "data" / "plan_de" / "grasleben_fnp.gml")
    alone = plan.areas[
        plan.areas["tiles"]
        & ~plan.areas["kind"].isin(
            ["FP_Gruen", "FP_Gemeinbedarf", "FP_Strassenverkehr", "FP_Gewaesser", "FP_VerEntsorgung"]
        )
    ]
    part = closure(GermanPlan(alone, plan.scope, ()))
    assert part.tiles == 252
    assert part.tiles_m2 / 1e6 == pytest.approx(43.90, abs=0.006)
    assert part.overlap_m2 == 0
    assert part.missing_m2 / 1e6 == pytest.approx(1.44, abs=0.006)
    whole = closure(plan)
    assert whole.tiles == 252 + 106
    assert whole.scope_m2 / 1e6 == pytest.approx(45.35, abs=0.006)
    assert whole.tiles_m2 == pytest.approx(whole.scope_m2, abs=1)
    assert not whole.findings


@pytest.mark.shared
def test_german_building_plan_is_read_whole(shared: Path) -> None:
    plan = read_gml(shared / "data" / "plan_de" / "bremen_bp2070.gml")
    assert not plan.curved
    assert sum(shape.area for shape in plan.scope[:1]) / 10_000 == pytest.approx(141.4, abs=0.06)
    assert not [one for one in closure(plan).findings if one.rule == "4102"]


def test_what_is_no_gml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gml").write_text("<a>")
    with pytest.raises(BrokenFile):
        read_gml(tmp_path / "a.gml")
    (tmp_path / "b.gml").write_text("<a/>")
    with pytest.raises(BrokenFile):
        read_gml(tmp_path / "b.gml")


def test_an_exploding_gml_is_refused_unread(tmp_path: Path) -> None:
    bomb = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    (tmp_path / "c.gml").write_text(
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{bomb}]><a>&a11;</a>'
    )
    with pytest.raises(BrokenFile):
        read_gml(tmp_path / "c.gml")
