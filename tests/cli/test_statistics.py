"""`tuban statistics` as a user calls it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from given import parcels, valid
from tuban.cli.statistics import command
from tuban.errors import UnknownLayer
from tuban.store import create


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with three parcels in two classes and one village."""
    land = parcels(2, DLBM=["0101", "0101", "0702", "0101"], ZLDWDM=["4104811010010000000"] * 4).iloc[:3]
    with create(tmp_path / "w", name="试验县", by="张三") as ws:
        ws.add_version("DLTB", land, source_name="a.gpkg", source_sha256="0" * 64, valid=valid(), by="张三")
    return tmp_path / "w"


def call(folder: Path, *args: str, lang: str = "zh"):
    return CliRunner().invoke(
        command, list(args), obj={"workspace": str(folder), "lang": lang}, catch_exceptions=False
    )


def test_areas_by_class_as_json(folder):
    done = call(folder, "areas", "--layer", "dltb", "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert [(row["code"], row["area_ha"], row["count"]) for row in said["rows"]] == [
        ("0101", 2.0, 2),
        ("0702", 1.0, 1),
    ]
    assert sum(Decimal(str(row["share"])) for row in said["rows"]) == 1
    assert (said["layer"], said["version"], said["total_ha"], said["unit"]) == ("DLTB", 1, 3.0, "ha")


def test_a_table_to_read_in_either_language(folder):
    zh = call(folder, "areas", "--layer", "DLTB", "--by", "three_class")
    assert "农用地" in zh.stdout and "66.67" in zh.stdout and "合计" in zh.stdout
    assert "TD/T 1055-2019" in zh.stderr  # the formula is talk, not result
    assert (
        "Agricultural land"
        in call(folder, "areas", "--layer", "DLTB", "--by", "three_class", lang="en").stdout
    )


def test_village_by_class_as_json_and_workbook(folder, tmp_path):
    done = call(folder, "table", "--layer", "DLTB", "--rows", "village", "--columns", "class", "--json")
    said = json.loads(done.stdout)
    assert said["cells_ha"] == [[2.0, 1.0]]
    assert [row["code"] for row in said["rows"]] == ["410481101001"]
    file = tmp_path / "t.xlsx"
    done = call(folder, "table", "--layer", "DLTB", "--rows", "village", "--xlsx", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "410481101001" in [cell.value for cell in openpyxl.load_workbook(file).active["A"]]


def test_a_layer_that_is_not_there_is_said_to_be_missing(folder):
    with pytest.raises(UnknownLayer):
        call(folder, "areas", "--layer", "GHFQ")
