"""Reports and corpus in the terminal."""

import json

import pytest
from click.testing import CliRunner

from tuban.cli.main import root
from tuban.errors import WrongUse
from tuban.sample.corpus.make import SAMPLES, write_sample
from tuban.store import create


def tuban(*args, catch=True):
    return CliRunner().invoke(root, ["--lang", "zh", *map(str, args)], catch_exceptions=catch)


@pytest.fixture
def sample(tmp_path):
    return write_sample(next(one for one in SAMPLES if one.id == "3103-extra-field"), tmp_path / "corpus")


def test_a_check_writes_reports_where_told_and_says_so(sample, tmp_path):
    package = next(sample.glob("*.gdb"))
    done = tuban(
        "quality", "check", package, "--report", "xlsx", "--report", "json", "--out", tmp_path / "out"
    )
    assert done.exit_code == 0  # the finding is no veto
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"质检报告.xlsx", "质检报告.json"}
    assert "质检报告.xlsx" in done.stderr


def test_a_kept_run_is_reported_by_its_number(sample, tmp_path):
    with create(tmp_path / "ws", name="县", by="test"):
        pass
    package = next(sample.glob("*.gdb"))
    assert tuban("-w", tmp_path / "ws", "quality", "check", package, "--rule", "3103").exit_code == 0
    done = tuban("-w", tmp_path / "ws", "quality", "report", 1, "--format", "html", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert "3103" in (tmp_path / "out" / "质检报告-1.html").read_text(encoding="utf-8")


def test_a_corpus_is_checked_and_differences_are_told(sample):
    folder = sample.parent
    assert tuban("quality", "corpus", "--check", folder).exit_code == 0
    answer = sample / "expected.json"
    said = json.loads(answer.read_text(encoding="utf-8"))
    answer.write_text(json.dumps(said | {"findings": []}), encoding="utf-8")
    done = tuban("quality", "corpus", "--check", folder)
    assert done.exit_code == 1
    assert "+ 3103 STBHHX" in done.stdout and "0/1" in done.stdout
    (outcome,) = json.loads(tuban("quality", "corpus", "--check", folder, "--json").stdout)
    assert (outcome["id"], outcome["exact"]) == ("3103-extra-field", False)


def test_asking_for_nothing_says_what_to_ask_for():
    done = tuban("quality", "corpus")
    assert isinstance(done.exception, WrongUse)
    assert "--out" in done.exception.fix.zh
