import json

import pytest
from click.testing import CliRunner

from tuban.cli.standards import command
from tuban.errors import StandardsFault, UnknownLayer


@pytest.fixture
def run():
    def call(*args, lang="zh"):
        return CliRunner().invoke(command, list(args), obj={"lang": lang})

    return call


def test_list_prints_every_layer_and_as_json(run):
    rows = json.loads(run("list", "--json").stdout)
    assert {"DLTB", "CZKFBJ"} <= {row["code"] for row in rows}
    assert all(row["confidence"] for row in rows)
    assert "地类图斑" in run("list", "--group", "present").stdout
    assert "Land patches" in run("list", lang="en").stdout


@pytest.mark.parametrize("table", ["land-use", "land-use-2020", "survey", "zones", "settlement", "lines"])
def test_list_prints_every_code_table(run, table):
    rows = json.loads(run("list", table, "--json").stdout)
    assert rows and all(row["code"] and row["confidence"] for row in rows)
    assert run("list", table).exit_code == 0


@pytest.mark.parametrize("table", ["profiles", "sources"])
def test_list_prints_profiles_and_sources(run, table):
    assert json.loads(run("list", table, "--json").stdout)
    assert run("list", table).stdout


def test_show_prints_a_layer_with_its_fields(run):
    told = json.loads(run("show", "czkfbj", "--json").stdout)
    assert told["layer"]["columns"]["area"] == "MJ"
    assert told["layer"]["places"][0]["constraint"] == "M"
    assert "GHFQDM" in run("show", "CZKFBJ").stdout


def test_show_prints_what_a_code_means_in_every_table_that_has_it(run):
    told = json.loads(run("show", "0602", "--json").stdout)
    assert {(m["table"], m["name"]["zh"]) for m in told["codes"]} == {
        ("land-use", "设施农用地"),
        ("land-use-2020", "种植设施建设用地"),
        ("survey", "采矿用地"),
    }
    assert "不可混用" in run("show", "0602").stderr


def test_show_of_what_is_not_there_raises_for_the_door_to_print(run):
    assert isinstance(run("show", "NOPE").exception, UnknownLayer)


def test_search_finds_layers_codes_and_lines(run):
    rows = json.loads(run("search", "尾矿", "--json").stdout)
    assert {"WKK", "tailings_1km"} <= {row["code"] for row in rows}
    assert "没有找到" in run("search", "没有这个词").stderr


def test_check_says_what_a_profile_changes(run, tmp_path):
    file = tmp_path / "county.yaml"
    file.write_text("name: here\nextends: hangzhou\nlayers:\n  CZKFBJ: {order: 7}\n", encoding="utf-8")
    told = json.loads(run("check", str(file), "--json").stdout)
    assert [(c["code"], c["part"], c["after"]) for c in told["changes"]] == [("CZKFBJ", "order", "7")]
    assert "可用" in run("check", str(file)).stderr
    file.write_text("layers: 1\n", encoding="utf-8")
    assert isinstance(run("check", str(file)).exception, StandardsFault)


def test_diff_exits_1_where_profiles_differ(run):
    assert run("diff", "national-2021", "national-2021").exit_code == 0
    told = run("diff", "national-2021", "hangzhou", "--json")
    assert told.exit_code == 1
    changes = {(c["table"], c["code"], c["change"]) for c in json.loads(told.stdout)}
    assert {("layer", "XG_GHDK", "added"), ("zones", "700", "changed"), ("zones", "710", "added")} <= changes
