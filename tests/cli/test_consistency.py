"""The command: one JSON list, exit codes, extracts as data."""

from __future__ import annotations

import csv
import json

import openpyxl
import pytest

from tuban.cli.main import main

BAD = "\n总面积50.0公顷，其中甲镇20.0公顷，乙镇31.0公顷。\n"
GOOD = "总面积50.0公顷，其中甲镇20.0公顷，乙镇30.0公顷。\n"


def run(*args) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(arg) for arg in args])
    return caught.value.code or 0


def test_json_is_one_list_in_the_form_of_the_contract(tmp_path, capsys):
    path = tmp_path / "plan.txt"
    path.write_text(BAD)
    assert run("consistency", "check", path, "--json") == 1
    findings = json.loads(capsys.readouterr().out)
    assert len(findings) == 1
    assert {"rule", "severity", "message", "confidence", "places"} <= set(findings[0])
    assert findings[0]["severity"] in ("error", "rounding", "wording")
    assert findings[0]["places"][0] | {} == findings[0]["places"][0]
    assert (findings[0]["places"][0]["document"], findings[0]["places"][0]["line"]) == ("plan.txt", 2)
    assert findings[0]["places"][0]["quote"]


def test_a_sound_document_exits_with_zero_and_an_empty_list(tmp_path, capsys):
    path = tmp_path / "plan.md"
    path.write_text(GOOD)
    assert run("consistency", "check", path, "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_cannot_be_read_exits_with_two_and_a_way_out(tmp_path, capsys):
    path = tmp_path / "noise.txt"
    path.write_bytes(bytes(range(256)) * 20)
    assert run("consistency", "check", path) == 2
    assert "→" in capsys.readouterr().err


def test_two_files_of_one_name_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "plan.txt").write_text(GOOD)
    assert run("consistency", "check", tmp_path / "plan.txt", tmp_path / "a" / "plan.txt") == 2


def test_people_read_where_it_stands(tmp_path, capsys):
    path = tmp_path / "plan.txt"
    path.write_text(BAD)
    assert run("consistency", "check", path) == 1
    assert "plan.txt:2" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx"])
def test_quantities_and_tables_are_written_as_data(tmp_path, suffix):
    path = tmp_path / "plan.txt"
    path.write_text(GOOD + "\n表1 分区\n\n名称\t面积（公顷）\n甲\t1.50\n合计\t1.50\n")
    out = tmp_path / f"data.{suffix}"
    main_code = run("consistency", "extract", path, "--out", out)
    assert main_code == 0
    if suffix == "json":
        data = json.loads(out.read_text())
        assert [q["value"] for q in data["quantities"]] == ["50.0", "20.0", "30.0"]
        assert data["cells"][0]["unit"] == "公顷"
    elif suffix == "csv":
        rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
        assert [(row["value"], row["line"]) for row in rows] == [("50.0", "1"), ("20.0", "1"), ("30.0", "1")]
        assert (tmp_path / "data-tables.csv").is_file()
    else:
        book = openpyxl.load_workbook(out)
        assert book["数值"].max_row == 4 and book["表格"].max_row == 3


def test_an_unknown_ending_is_refused(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(GOOD)
    assert run("consistency", "extract", path, "--out", tmp_path / "data.doc") == 2
