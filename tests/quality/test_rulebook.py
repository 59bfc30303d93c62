"""The catalogue: every rule complete, bound to a function, sourced; profiles change it visibly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tuban.errors import StandardsFault
from tuban.quality.bound import functions
from tuban.quality.tolerance import TITLES, Tolerance
from tuban.standards.rulebook import DIMENSIONS, MENDERS, compare_books, quality_rules

# Every row of the catalogue that the rules follow.
CATALOGUE = [
    "1101",
    "1102",
    "1103",
    "1201",
    "1202",
    "1203",
    "1301",
    "1401",
    "2101",
    "2102",
    "2103",
    "2104",
    "2105",
    "2106",
    "3101",
    "3102",
    "3103",
    "3201",
    "3202",
    "3203",
    "3204",
    "3205",
    "3206",
    "3207",
    "3208",
    "3209",
    "3210",
    "4101",
    "4102",
    "4103",
    "4104",
    "4105",
    "4106",
    "4107",
    "4108",
    "4201",
    "4202",
    "4203",
    "4204",
    "4205",
    "5101",
    "5102",
    "5103",
    "5104",
    "5105",
    "5106",
    "5107",
    "5108",
    "5109",
    "5110",
    "5111",
    "6101",
    "6102",
    "6103",
    "6104",
    "6105",
    "6201",
    "6202",
    "6203",
    "6204",
    "6205",
    "6206",
    "6301",
    "6302",
    "7101",
    "7102",
    "7103",
    "7104",
    "7105",
]
VETO = [
    "1101",
    "1102",
    "1201",
    "1202",
    "1401",
    "2101",
    "2102",
    "2103",
    "2104",
    "3101",
    "3102",
    "3201",
    "3202",
    "3203",
    "3204",
    "3205",
    "3206",
    "3209",
    "4101",
    "4102",
    "4103",
    "4201",
    "4202",
    "4203",
    "4205",
    "5101",
    "5102",
    "5103",
    "5106",
    "5111",
    "6101",
    "6102",
    "6103",
    "6104",
    "6201",
    "6202",
    "6203",
    "6204",
    "7101",
]
WARNING = ["2106", "3210", "4107", "5107", "5108", "6302", "7104", "7105"]


def overlay(tmp: Path, text: str) -> Path:
    file = tmp / "county.yaml"
    file.write_text(f"name: county\n{text}", encoding="utf-8")
    return file


def test_the_book_is_the_catalogue_with_its_weights() -> None:
    book = quality_rules()
    assert [rule.id for rule in book] == CATALOGUE
    assert [rule.id for rule in book if rule.severity == "V"] == VETO
    assert [rule.id for rule in book if rule.severity == "W"] == WARNING


def test_every_rule_has_a_function_and_every_function_a_rule() -> None:
    assert list(functions()) == CATALOGUE


@pytest.mark.parametrize("rule", list(quality_rules()), ids=lambda rule: rule.id)
def test_every_rule_says_what_it_demands_where_it_comes_from_and_how_sure_that_is(rule) -> None:
    assert rule.title.zh and rule.title.en and rule.definition.zh and rule.definition.en
    assert rule.dimension in DIMENSIONS
    assert rule.mender in MENDERS
    assert rule.source
    assert re.match("evidenced|recalled|project default", rule.confidence)


@pytest.mark.shared
def test_the_catalogue_of_the_domain_has_no_other_rows(shared: Path) -> None:
    text = (shared / "domain" / "qc-rules.md").read_text(encoding="utf-8").split("## Observed")[0]
    assert re.findall(r"^\| (\d{4}) \|", text, re.M) == CATALOGUE


def test_the_tolerance_of_the_book_is_printed_under_names_that_all_have_titles() -> None:
    assert set(Tolerance.of(quality_rules().tolerance).record()) == set(TITLES)


def test_a_county_changes_weights_numbers_and_the_tolerance(tmp_path: Path) -> None:
    text = "quality:\n  version: '2027'\n  tolerance: {overlap_m2: 0.5}\n  rules:\n    '4106': {severity: W, parameters: {area_m2: 300}}\n    '3103': {enabled: false}\n"
    book = quality_rules(overlay=overlay(tmp_path, text))
    assert book["4106"].severity == "W"
    assert book["4106"].parameters["area_m2"] == 300
    assert book["4106"].parameters["thinness"] == 0.05
    assert not book["3103"].enabled
    assert "2027" in book.version
    changes = {(one.rule, one.what): (one.before, one.after) for one in compare_books(quality_rules(), book)}
    assert changes == {
        ("tolerance", "overlap_m2"): (0.01, 0.5),
        ("3103", "enabled"): (True, False),
        ("4106", "severity"): ("G", "W"),
        ("4106", "area_m2"): (400, 300),
    }


def test_profiles_inherit_rule_changes_along_their_chain(tmp_path: Path) -> None:
    (tmp_path / "province.yaml").write_text(
        "name: province\nquality: {rules: {'4106': {parameters: {area_m2: 300, thinness: 0.1}}}}\n",
        encoding="utf-8",
    )
    city = overlay(
        tmp_path, "extends: province.yaml\nquality: {rules: {'4106': {parameters: {area_m2: 200}}}}\n"
    )
    assert quality_rules(overlay=city)["4106"].parameters["area_m2"] == 200
    assert quality_rules(overlay=city)["4106"].parameters["thinness"] == 0.1


@pytest.mark.parametrize(
    "text",
    [
        "quality: {rules: {'9999': {severity: V}}}",
        "quality: {rules: {'4106': {severity: X}}}",
        "quality: {rules: {'4106': {weight: V}}}",
        "quality: {tolerance: {overlaps: 1}}",
        "quality: {rule: {}}",
    ],
)
def test_a_profile_that_contradicts_itself_is_refused_with_file_and_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(StandardsFault, match=r"county\.yaml:2"):
        quality_rules(overlay=overlay(tmp_path, text))


def test_a_tolerance_below_zero_is_refused() -> None:
    with pytest.raises(StandardsFault):
        Tolerance.of({"overlap_m2": -1})
