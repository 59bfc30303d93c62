"""Rule packs: closed, dated, sourced; every rule seen in the plans is in one of them."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from tuban.errors import NotFound, StandardsFault
from tuban.standards.rulepacks import pack, packs, packs_for, shipped_packs

A = {"intersects": {"layer": "A"}}


def test_every_rule_seen_in_the_plans_is_a_rule_or_says_why_not(shared):
    with (shared / "domain" / "rules-seen.csv").open(encoding="utf-8") as file:
        seen = {row["id"] for row in csv.DictReader(file)}
    held = packs(*shipped_packs())
    there = {one for p in held for rule in p.rules for one in rule.seen}
    left = {one.seen for p in held for one in p.not_for_sites}
    assert seen == there | left
    assert len(seen) == 153


def test_every_shipped_rule_names_clause_source_and_confidence():
    for one in packs(*shipped_packs()):
        for rule in one.rules:
            assert rule.clause, rule.id
            assert rule.source, rule.id
            assert rule.confidence, rule.id
            assert rule.title.zh, rule.id
            assert rule.title.en, rule.id


def test_rules_of_all_packs_together_have_their_own_numbers():
    ids = [(rule.id, rule.since) for p in packs(*shipped_packs()) for rule in p.rules]
    assert len(ids) == len(set(ids))


def test_a_place_has_the_packs_of_all_that_hold_it():
    assert [p.name for p in packs_for("410481")] == ["national", "henan", "wugang"]
    assert [p.name for p in packs_for("140881")] == ["national", "shanxi", "yongji"]
    assert [p.name for p in packs_for("999001")] == ["national"]


@pytest.mark.parametrize("missing", ["clause", "source", "confidence", "since", "when", "effect", "title"])
def test_a_rule_without_its_ground_does_not_load(pack_of, missing):
    with pytest.raises(StandardsFault) as caught:
        pack_of({"R1": {"when": A, missing: None}})
    assert caught.value.facts["rule"] == "R1"


@pytest.mark.parametrize(
    "when",
    [
        {"touches": {"layer": "A"}},
        {"intersects": {"layer": "A", "colour": "red"}},
        {"intersects": {}},
        {"within": {"layer": "A"}},
        {"within": {"layer": "A", "to_m": -5}},
        {"within": {"layer": "A", "to_m": "far"}},
        {"attribute": {"name": "colour", "values": ["red"]}},
        {"all": []},
        {"not": [A, A]},
        {"intersects": {"layer": "A"}, "outside": {"layer": "A"}},
        "intersects",
    ],
)
def test_a_condition_outside_the_closed_set_does_not_load(pack_of, when):
    with pytest.raises(StandardsFault):
        pack_of({"R1": {"when": when}})


def test_versions_of_a_rule_follow_one_another(pack_of):
    versions = [{"since": "2020-01-01", "until": "2023-01-01"}, {"since": "2023-01-01"}]
    (one,) = pack_of({"R1": {"when": A, "versions": versions}})
    assert [rule.holds(date(2022, 12, 31)) for rule in one.rules] == [True, False]
    assert [rule.holds(date(2023, 1, 1)) for rule in one.rules] == [False, True]


@pytest.mark.parametrize("until", [None, "2023-06-01"])
def test_two_versions_in_force_at_once_do_not_load(pack_of, until):
    first = {"since": "2020-01-01"} | ({"until": until} if until else {})
    with pytest.raises(StandardsFault, match="有效期重叠"):
        pack_of({"R1": {"when": A, "versions": [first, {"since": "2023-01-01"}]}})


def test_packs_that_extend_in_a_circle_do_not_load(tmp_path):
    head = "title: {zh: 甲, en: A}\nversion: '1'\nrules: {}\n"
    (tmp_path / "a.yaml").write_text(f"pack: a\nextends: [b.yaml]\n{head}", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"pack: b\nextends: [a.yaml]\n{head}", encoding="utf-8")
    with pytest.raises(StandardsFault, match="环"):
        packs(tmp_path / "a.yaml")


def test_an_unknown_pack_is_said_with_those_there_are():
    with pytest.raises(NotFound) as caught:
        pack("atlantis")
    assert "national" in caught.value.fix.zh
