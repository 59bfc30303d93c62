"""The sample county's own hand-in passes our own inspection, by its own profile."""

import pytest

from tuban.domain.finding import Severity
from tuban.sample.county import make
from tuban.standards.rulebook import quality_rules
from tuban.workflows.quality import check_package


@pytest.fixture(scope="module")
def hand_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hand-in")
    make(folder, parcels=1500)
    return folder


def test_the_sample_county_passes_by_its_own_profile(hand_in):
    result = check_package(hand_in, profile="sample-county").result
    veto = [(one.rule, one.layer, one.message.zh) for one in result.findings if one.severity is Severity.VETO]
    assert veto == []
    assert [(run.rule, run.reason) for run in result.incomplete] == []
    assert result.verdict == "pass"


def test_by_the_nation_s_rules_only_the_published_contradiction_stands(hand_in):
    # Published: a farmland zone of 21,075.40 ha for 21,298.74 ha of basic farmland.
    found = check_package(hand_in, only={"5103"}).result.findings
    assert {(one.rule, one.layer) for one in found} == {("5103", "YJJBNTBHTB")}


def test_the_sample_county_s_profile_changes_that_one_rule_and_nothing_else():
    ours, nation = quality_rules("sample-county"), quality_rules()
    assert [rule.id for rule in nation if rule != ours[rule.id]] == ["5103"]
