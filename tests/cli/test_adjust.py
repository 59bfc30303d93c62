"""`tuban statistics adjust` as a user calls it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from given import parcels, valid
from tuban.cli.statistics import command
from tuban.errors import WrongUse
from tuban.store import create


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    land = parcels(2, DLBM=["0101"] * 4, ZLDWDM=["410481101001", "410481102001"] * 2)
    with create(tmp_path / "w", name="试验县", by="张三") as ws:
        ws.add_version("DLTB", land, source_name="a.gpkg", source_sha256="0" * 64, valid=valid(), by="张三")
    return tmp_path / "w"


def call(folder: Path, *args: str):
    obj = {"workspace": str(folder), "lang": "zh"}
    return CliRunner().invoke(command, ["adjust", "--layer", "dltb", *args], obj=obj, catch_exceptions=False)


def test_one_control_area_in_hectares(folder):
    said = json.loads(call(folder, "--control", "4", "--unit", "ha", "--json").stdout)
    assert sum(Decimal(str(row["adjusted_m2"])) for row in said["parcels"]) == 40_000
    assert (said["version"], said["confidence"]) == (1, "verified")
    shown = call(folder, "--control", "4", "--unit", "ha")
    assert "40,000.00" in shown.stdout
    assert "已核实" in shown.stderr and said["sha256"] in shown.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_control_areas_from_a_file_as_excel_saves_it(folder, tmp_path, encoding):
    file = tmp_path / "c.csv"
    file.write_text('乡镇代码,控制面积\n410481101,"20,000"\n410481102,20000.5\n\n', encoding=encoding)
    done = call(folder, "--by", "township", "--controls", str(file), "--to", str(tmp_path / "out.csv"))
    assert done.exit_code == 0 and done.stdout == ""
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert sum(Decimal(line.split(",")[5]) for line in lines) == Decimal("40000.50")


@pytest.mark.parametrize("text", ["410481101,many\nb,c", "h,h\n410481101,1\n410481101,2", "h,h\nonly"])
def test_a_file_that_says_no_areas_is_refused_with_its_line(folder, tmp_path, text):
    file = tmp_path / "c.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse):
        call(folder, "--by", "township", "--controls", str(file))


@pytest.mark.parametrize("args", [(), ("--control", "4", "--by", "village")])
def test_what_to_give_is_said_where_it_is_missing(folder, args):
    with pytest.raises(WrongUse, match="控制面积"):
        call(folder, *args)
