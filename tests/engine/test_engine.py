"""An engine gives one function's results over many pieces, in their order, wherever it works."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator

import pytest

from tuban.engine import open_engine
from tuban.errors import NotFound, WrongUse
from tuban.geo.pieces import files_of


def test_results_come_in_the_order_of_the_pieces(engine):
    assert list(engine.map(operator.neg, range(100))) == [-n for n in range(100)]


def test_no_pieces_no_results(engine):
    assert list(engine.map(operator.neg, [])) == []


def test_the_same_piece_twice_gives_its_result_twice(engine):
    assert list(engine.map(len, ["ab", "ab"])) == [2, 2]


def test_pieces_are_taken_only_a_little_ahead(engine):
    taken = 0

    def pieces() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    results = engine.map(operator.neg, pieces())
    assert next(results) == 0
    assert taken <= 20
    results.close()


def test_an_error_of_the_work_arrives_as_it_was_raised(engine, tmp_path):
    with pytest.raises(NotFound) as caught:
        list(engine.map(files_of, [str(tmp_path)]))
    assert caught.value.facts == {"place": str(tmp_path)}
    assert caught.value.fix.en.startswith("Name a .parquet file")


def test_the_engine_works_on_after_an_error(engine):
    with pytest.raises(TypeError):
        list(engine.map(operator.neg, [1, "a", 3]))
    assert list(engine.map(operator.neg, [1])) == [-1]


@pytest.mark.parametrize("said", ["spark", "dask:0", "local:x", "dask:/host", "", "local:-1"])
def test_an_unknown_engine_is_refused_with_what_there_is(said):
    with pytest.raises(WrongUse) as caught:
        open_engine(said)
    assert "dask://" in caught.value.fix.en


def test_a_cluster_that_does_not_answer_is_refused(monkeypatch):
    dask = pytest.importorskip("tuban.engine.dask", reason="Dask is not installed")
    monkeypatch.setattr(dask, "_ANSWER_S", 0.5)
    with pytest.raises(WrongUse) as caught:
        open_engine("dask://127.0.0.1:1")
    assert "127.0.0.1:1" in caught.value.problem.zh


def test_without_dask_the_message_names_the_extra(monkeypatch):
    monkeypatch.delitem(sys.modules, "tuban.engine.dask", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WrongUse) as caught:
        open_engine("dask")
    assert "tuban[cluster]" in caught.value.fix.en


def test_local_is_the_default():
    with open_engine() as engine:
        assert engine.name == "local"
