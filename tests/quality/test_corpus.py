"""The shipped corpus: every package gives its expected findings, all of them and no other."""

import json
from collections import Counter

import pytest

from tuban.domain.finding import Severity
from tuban.errors import BrokenFile, NotFound, WrongUse
from tuban.sample.corpus.make import SAMPLES, write_sample
from tuban.standards.rulebook import quality_rules
from tuban.workflows.quality_corpus import check_corpus, check_sample, write_corpus


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_a_package_of_the_corpus_gives_just_what_it_expects(sample, tmp_path):
    outcome = check_sample(write_sample(sample, tmp_path))
    assert (outcome.missing, outcome.extra) == ((), ())
    assert outcome.verdict == outcome.expected


def test_every_rule_of_the_catalogue_has_a_package_that_breaks_it():
    broken = {rule for sample in SAMPLES for rule in sample.rules}
    assert {rule.id for rule in quality_rules()} <= broken


def test_every_package_has_an_id_of_its_own():
    assert max(Counter(sample.id for sample in SAMPLES).values()) == 1


def test_a_package_says_fail_just_where_a_veto_finding_is_expected(tmp_path):
    book = quality_rules()
    for sample in SAMPLES[:10]:
        said = json.loads((write_sample(sample, tmp_path) / "expected.json").read_text(encoding="utf-8"))
        veto = any(book[one["rule"]].severity is Severity.VETO for one in said["findings"])
        assert said["verdict"] == ("fail" if veto else "pass")


def test_the_corpus_is_written_with_pages_licence_and_index(tmp_path, monkeypatch):
    few = tuple(sample for sample in SAMPLES if sample.id in {"0000-good-gpkg", "3103-extra-field"})
    monkeypatch.setattr("tuban.workflows.quality_corpus.SAMPLES", few)
    assert write_corpus(tmp_path / "out") == 2
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert made >= {"README.md", "README.en.md", "LICENSE", "index.json", *(sample.id for sample in few)}
    assert "CC0" in (tmp_path / "out" / "LICENSE").read_text(encoding="utf-8")
    assert len(check_corpus(tmp_path / "out")) == 2
    with pytest.raises(WrongUse, match="不为空"):
        write_corpus(tmp_path / "out")


def test_a_folder_without_samples_and_a_broken_answer_say_so(tmp_path):
    with pytest.raises(NotFound, match="没有样例"):
        check_corpus(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "expected.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BrokenFile, match="读不懂"):
        check_corpus(tmp_path)


def test_a_difference_is_told_both_ways(tmp_path):
    sample = next(sample for sample in SAMPLES if sample.id == "3103-extra-field")
    own = write_sample(sample, tmp_path)
    said = json.loads((own / "expected.json").read_text(encoding="utf-8"))
    said["findings"] = [{"rule": "4201", "layer": "DLTB", "objects": ["2", "1"]}]
    (own / "expected.json").write_text(json.dumps(said), encoding="utf-8")
    outcome = check_sample(own)
    assert outcome.missing == (("4201", "DLTB", ("1", "2")),)
    assert outcome.extra == (("3103", "STBHHX", ()),)
    assert not outcome.exact
