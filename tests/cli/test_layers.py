"""`tuban layers`: what it prints where, how it exits, what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from given import parcels
from tuban.cli.main import main
from tuban.geo.write import write_layer, write_layers
from tuban.store import open_workspace


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def tuban(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> Callable[..., Ran]:
    """Run a command in an empty folder, in Chinese."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUBAN_LANG", "zh")
    for name in ("TUBAN_WORKSPACE", "TUBAN_DATABASE"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: object) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(arg) for arg in args])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Ran(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def made(tuban: Callable[..., Ran]) -> Callable[..., Ran]:
    assert tuban("layers", "init", "--name", "试验县").code == 0
    return tuban


def survey(sides: int = 2) -> gpd.GeoDataFrame:
    return parcels(sides, DLBM=["0101"] * sides**2, TBMJ=[10_000.0] * sides**2)


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    return write_layer(survey(), tmp_path / "in.gpkg", format="gpkg", layer_name="DLTB")


def test_a_walk_from_an_empty_folder_to_an_export(made, gpkg: Path, tmp_path: Path):
    took = made(
        "layers", "import", gpkg, "--layer", "DLTB", "--valid-from", "2021-01-01", "--act", "县政〔2021〕1号"
    )
    assert took.code == 0
    assert took.out == "", "talk goes to stderr"
    assert "已入库为第1版" in took.err
    assert "4.00 公顷" in took.err
    listed = made("layers", "list", "--on", "2022-01-01")
    assert "地类图斑" in listed.out
    assert "县政〔2021〕1号" in listed.out
    assert made("layers", "list", "--on", "2020-01-01", "--json").json == {
        "layers": [],
        "not_in_force": ["DLTB"],
    }
    shown = made("layers", "show", "dltb", "--json").json
    assert (shown["number"], shown["rows"], shown["valid_from"]) == (1, 4, "2021-01-01")
    exported = made("layers", "export", "地类图斑", "--to", tmp_path / "out.gpkg", "--json")
    assert exported.code == 0
    assert len(gpd.read_file(exported.json["file"])) == 4
    folder = made("layers", "export", "DLTB", "--to", tmp_path, "--format", "csv")
    assert folder.code == 0
    assert (tmp_path / "DLTB_v1_2021-01-01.csv").exists()


def test_json_tells_what_an_import_did(made, gpkg: Path):
    first = made("layers", "import", gpkg, "--layer", "DLTB", "--json").json
    assert first["taken"][0]["new"] is True
    assert first["refused"] == []
    again = made("layers", "import", gpkg, "--layer", "DLTB", "--json")
    assert again.code == 0
    assert again.json["taken"][0]["new"] is False
    assert "未新增" in again.err


def test_the_code_may_be_left_out_where_the_file_says_it(made, gpkg: Path):
    assert made("layers", "import", gpkg).code == 0
    assert made("layers", "versions", "DLTB", "--json").json[0]["number"] == 1


def test_a_dry_run_writes_nothing(made, gpkg: Path, tmp_path: Path):
    ran = made("layers", "import", gpkg, "--dry-run", "--json")
    assert ran.code == 0
    assert ran.json["dry_run"] is True
    assert "未写入" in ran.err
    assert not list((tmp_path / "layers").glob("*/*"))


def test_a_refusal_says_problem_and_fix_on_two_lines_and_exits_2(made, tmp_path: Path):
    utm = survey().to_crs("EPSG:32649")
    path = write_layer(utm, tmp_path / "utm.gpkg", format="gpkg", layer_name="DLTB")
    ran = made("layers", "import", path, "--layer", "DLTB")
    assert ran.code == 2
    problem, fix = ran.err.splitlines()[-2:]
    assert "EPSG:32649" in problem
    assert fix.startswith("  → ")
    assert "--convert-to" in fix
    english = made("--lang", "en", "layers", "import", path, "--layer", "DLTB")
    assert english.code == 2
    assert "CGCS2000" in english.err
    steps = made("trail", "show", "--json").json
    assert [step["action"] for step in steps[:2]] == ["layer.refuse", "layer.refuse"]


def test_all_layers_of_a_database_come_in_and_a_refused_one_exits_2(made, tmp_path: Path):
    towns = parcels(1, side_m=400, XZQDM=["410481001"], XZQMC=["甲"], MJ=160_000.0)
    good = write_layers({"DLTB": survey(4), "XZQXZ": towns}, tmp_path / "good.gdb", format="gdb")
    ran = made("layers", "import", good, "--all", "--json")
    assert ran.code == 0
    assert [layer["code"] for layer in ran.json["taken"]] == ["XZQXZ", "DLTB"]
    bad = parcels().assign(BSM="1")
    mixed = write_layers(
        {"STBHHX": bad, "CSHX": parcels(), "随手画": parcels(1)}, tmp_path / "m.gdb", format="gdb"
    )
    ran = made("layers", "import", mixed, "--all", "--json")
    assert ran.code == 2
    assert [layer["code"] for layer in ran.json["refused"]] == ["STBHHX"]
    assert [layer["code"] for layer in ran.json["taken"]] == ["CSHX"]
    assert ran.json["unknown"] == ["随手画"]
    assert "随手画" in ran.err


def test_all_and_one_layer_exclude_each_other(made, gpkg: Path):
    assert made("layers", "import", gpkg, "--all", "--layer", "DLTB").code == 2


def test_inspecting_needs_no_workspace_and_exits_1_on_faults(tuban, gpkg: Path, tmp_path: Path):
    sound = tuban("layers", "inspect", gpkg, "--json")
    assert sound.code == 0
    assert (sound.json[0]["code"], sound.json[0]["rows"], sound.json[0]["error"]) == ("DLTB", 4, None)
    path = write_layer(survey().assign(BSM="1"), tmp_path / "bad.gpkg", format="gpkg", layer_name="DLTB")
    faulty = tuban("layers", "inspect", path)
    assert faulty.code == 1
    assert "→" in faulty.out
    (tmp_path / "text.gdb").write_text("x")
    assert tuban("layers", "inspect", tmp_path / "text.gdb").code == 2
    assert not (tmp_path / "catalogue.sqlite").exists()


def test_a_withdrawn_version_is_marked_and_out_of_force(made, gpkg: Path):
    made("layers", "import", gpkg, "--valid-from", "2021-01-01")
    ran = made("layers", "withdraw", "DLTB", "--number", "1", "--reason", "用错附件", "--by", "李四")
    assert ran.code == 0
    assert made("layers", "list", "--json").json["layers"] == []
    version = made("layers", "versions", "DLTB", "--json").json[0]
    assert version["withdrawn"]["reason"] == "用错附件"
    assert "用错附件" in made("layers", "versions", "DLTB").out
    gone = made("layers", "show", "DLTB")
    assert gone.code == 2
    assert "→" in gone.err
    assert made("layers", "show", "DLTB", "--number", "1").code == 0
    assert made("layers", "withdraw", "DLTB", "--number", "1", "--reason", "再次").code == 2


def test_what_was_believed_then_can_be_asked(made, gpkg: Path, tmp_path: Path):
    made("layers", "import", gpkg, "--valid-from", "2021-01-01")
    with open_workspace(tmp_path) as ws:
        then = ws.version("DLTB").recorded_at
    path = write_layer(survey(3), tmp_path / "new.gpkg", format="gpkg", layer_name="DLTB")
    made("layers", "import", path, "--valid-from", "2021-01-01")
    assert made("layers", "show", "DLTB", "--on", "2022-01-01", "--json").json["rows"] == 9
    later = then.replace(microsecond=0).astimezone().strftime("%Y-%m-%dT%H:%M:%S")
    before = made("layers", "show", "DLTB", "--on", "2022-01-01", "--known", later)
    assert before.code == 2, "a second earlier nothing was known"


@pytest.mark.parametrize(
    "args",
    [
        ("list",), ("show", "DLTB"), ("versions", "DLTB"), ("export", "DLTB", "--to", "x.gpkg"),
        ("withdraw", "DLTB", "--number", "1", "--reason", "x"), ("import", "in.gpkg", "--layer", "DLTB"),
    ],
    ids=lambda args: args[0],
)  # fmt: skip
def test_without_a_workspace_nothing_is_made(tuban, args: tuple[str, ...], tmp_path: Path):
    ran = tuban("layers", *args)
    assert ran.code == 2
    assert "tuban layers init" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_second_workspace_in_the_folder_is_refused(made):
    assert made("layers", "init", "--name", "又一个").code == 2


def test_a_sample_workspace_marks_its_exports(tuban, gpkg: Path, tmp_path: Path):
    tuban("layers", "init", "--name", "示范县", "--sample")
    tuban("layers", "import", gpkg)
    ran = tuban("layers", "export", "DLTB", "--to", tmp_path / "out.xlsx")
    assert ran.code == 0
    assert (tmp_path / "out_示范数据.xlsx").exists()


def test_an_unknown_layer_names_those_there_are(made, gpkg: Path):
    made("layers", "import", gpkg)
    ran = made("layers", "show", "DLTP")
    assert ran.code == 2
    assert "DLTB" in ran.err
