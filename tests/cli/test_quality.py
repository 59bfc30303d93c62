"""`tuban quality` in the terminal: verdict by exit code, JSON as the contract says, runs, exceptions, profiles."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quality.county import layers, write
from tuban.cli.main import root
from tuban.store import create


def tuban(*args: object) -> Result:
    return CliRunner().invoke(root, ["--lang", "zh", *map(str, args)], catch_exceptions=True)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    frame = layers()["DLTB"]
    frame.loc[4, "DLBM"] = "9999"
    return write({"DLTB": frame}, tmp_path / "plan.gpkg")


def test_exit_codes_say_the_verdict(tmp_path: Path, bad: Path) -> None:
    assert tuban("quality", "check", bad, "--rule", "3204").exit_code == 0
    done = tuban("quality", "check", bad, "--rule", "3202")
    assert done.exit_code == 1
    assert "不通过" in done.stdout
    assert "9999" in done.stdout


def test_json_is_what_the_contract_says(bad: Path) -> None:
    said = json.loads(tuban("quality", "check", bad, "--rule", "3202", "--json").stdout)
    assert (said["verdict"], said["profile"]) == ("fail", "national-2021")
    (finding,) = said["findings"]
    assert finding["rule"] == "3202"
    assert finding["severity"] == "V"
    assert finding["layer"] == "DLTB"
    assert finding["objects"] == ["410481000600000005"]
    assert finding["geometry"] is None


def test_runs_are_kept_shown_compared_and_excepted(tmp_path: Path, bad: Path) -> None:
    folder = tmp_path / "ws"
    create(folder, name="舞钢市", by="张三").close()
    w = ("-w", folder, "quality")
    assert tuban(*w, "check", bad, "--rule", "3202").exit_code == 1
    (run,) = json.loads(tuban(*w, "runs", "--json").stdout)
    assert (run["run"], run["counts"]["V"]) == (1, 1)
    shown = json.loads(tuban(*w, "show", 1, "--json").stdout)
    key = shown["findings"][0]["key"]
    assert tuban(*w, "show", 1).exit_code == 0
    done = tuban(
        *w, "accept", 1, key, "--person", "李局长", "--reason", "核实", "--until", date.today().isoformat()
    )
    assert done.exit_code == 0
    assert tuban(*w, "check", bad, "--rule", "3202").exit_code == 0
    (one,) = json.loads(tuban(*w, "exceptions", "--json").stdout)
    assert (one["person"], one["standing"]) == ("李局长", "in force")
    assert "有效" in tuban(*w, "exceptions").stdout
    assert tuban(*w, "exceptions", "--withdraw", 1, "--reason", "已整改").exit_code == 0
    assert tuban(*w, "compare", 1, 2).exit_code == 0
    assert "李局长" in tuban(*w, "exceptions").stdout


def test_rules_are_listed_and_one_is_shown_in_full() -> None:
    assert len(json.loads(tuban("quality", "rules", "--json").stdout)) == 69
    assert "标识码" in tuban("quality", "rules", "--rule", "3204").stdout
    assert tuban("quality", "rules").exit_code == 0


def test_profiles_are_compared(tmp_path: Path, bad: Path) -> None:
    other = tmp_path / "p.yaml"
    other.write_text("name: p\nquality: {rules: {'3202': {enabled: false}}}\n", encoding="utf-8")
    done = tuban("quality", "profile", "diff", "national-2021", other)
    assert done.exit_code == 1
    assert "3202" in done.stdout
    assert tuban("quality", "profile", "diff", "national-2021", "national-2021").exit_code == 0
