"""Runs are kept, compared, and set apart by exceptions that lapse by themselves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import pytest

from given import valid
from quality.county import layers, write
from tuban.errors import NotFound, WrongUse
from tuban.store import Workspace, create
from tuban.store.exceptions import list_exceptions
from tuban.store.findings_file import Filter
from tuban.store.runs import findings_of, groups_of, list_runs, run_of
from tuban.workflows import quality

TODAY = date.today()
RULES = ["3202", "3203", "3204"]


@pytest.fixture
def ws(tmp_path: Path):
    with create(tmp_path / "ws", name="舞钢市", by="张三") as made:
        yield made


def package(tmp: Path, change=None) -> Path:
    frame = layers()["DLTB"]
    frame.loc[4, "DLBM"] = "9999"
    frame.loc[3, "BSM"] = frame.loc[2, "BSM"]
    if change is not None:
        change(frame)
    file = tmp / "plan.gpkg"
    file.unlink(missing_ok=True)
    return write({"DLTB": frame}, file)


def check(ws: Workspace, path: Path) -> quality.Checked:
    return quality.check_package(path, ws=ws, only=RULES, by="张三")


def key_of(ws: Workspace, run: int, rule: str) -> str:
    page = findings_of(ws, run_of(ws, run), Filter(rules=(rule,)))
    return page.items[0].key


def test_a_run_is_kept_with_its_findings_and_told_to_the_trail(ws: Workspace, tmp_path: Path) -> None:
    checked = check(ws, package(tmp_path))
    assert checked.run is not None
    assert checked.run.verdict == "fail"
    run = run_of(ws, 1)
    assert run == checked.run
    page = findings_of(ws, run)
    assert page.total == len(checked.result.findings) == 2
    assert [kept.finding for kept in page.items] == list(checked.result.findings)
    west, south, east, north = page.items[0].bounds or (0, 0, 0, 0)
    assert 114 < west < east < 114.1
    assert 33 < south < north < 34
    assert groups_of(ws, run, "rule") == [("3202", "V", 1), ("3204", "V", 1)]
    assert findings_of(ws, run, Filter(text="9999")).total == 1
    assert findings_of(ws, run, limit=1, offset=1).items[0].finding.rule == "3204"
    last = ws.trail.entries(newest_first=True)[0]
    assert (last.action, last.subject, last.facts["verdict"]) == ("quality.check", "run/1", "fail")
    assert ws.verify().ok


def test_the_same_package_twice_changes_nothing_but_the_number(ws: Workspace, tmp_path: Path) -> None:
    path = package(tmp_path)
    first, second = check(ws, path), check(ws, path)
    assert first.result == second.result
    assert first.run is not None and second.run is not None
    assert first.run.sha256 == second.run.sha256
    assert [run.number for run in list_runs(ws)] == [2, 1]


def test_two_runs_differ_by_what_was_mended_and_what_was_broken(ws: Workspace, tmp_path: Path) -> None:
    check(ws, package(tmp_path))

    def mend(frame: gpd.GeoDataFrame) -> None:
        frame.loc[4, "DLBM"] = "0103"
        frame.loc[5, "DLMC"] = "果园"

    check(ws, package(tmp_path, mend))
    found = quality.compare(ws, 1, 2)
    assert (len(found.new), len(found.gone), len(found.unchanged)) == (1, 1, 1)
    assert findings_of(ws, found.after, Filter(keys=found.new)).items[0].finding.rule == "3203"


def test_an_accepted_finding_is_shown_apart_and_no_longer_fails_the_plan(
    ws: Workspace, tmp_path: Path
) -> None:
    path = package(tmp_path)
    check(ws, path)
    for rule in ("3202", "3204"):
        quality.accept(ws, 1, key_of(ws, 1, rule), person="李局长", reason="历史遗留", until=TODAY, by="张三")
    again = check(ws, path)
    assert again.result.verdict == "pass"
    assert [(one.finding.rule, one.by) for one in again.result.accepted] == [
        ("3202", "李局长"),
        ("3204", "李局长"),
    ]
    assert again.run is not None
    assert findings_of(ws, again.run, Filter(accepted=True)).total == 2
    assert findings_of(ws, again.run, Filter(accepted=False)).total == 0
    assert ws.verify().ok


def test_an_exception_lapses_when_its_object_changes(ws: Workspace, tmp_path: Path) -> None:
    check(ws, package(tmp_path))
    quality.accept(ws, 1, key_of(ws, 1, "3202"), person="李", reason="核实", until=TODAY, by="张三")

    def touch(frame: gpd.GeoDataFrame) -> None:
        frame.loc[4, "QSDWMC"] = "另一个村"

    changed = check(ws, package(tmp_path, touch))
    assert {finding.rule for finding in changed.result.findings} == {"3202", "3204"}

    def elsewhere(frame: gpd.GeoDataFrame) -> None:
        frame.loc[8, "QSDWMC"] = "另一个村"

    other = check(ws, package(tmp_path, elsewhere))
    assert {finding.rule for finding in other.result.findings} == {"3204"}


def test_an_exception_ends_with_its_day_and_when_it_is_taken_back(ws: Workspace, tmp_path: Path) -> None:
    path = package(tmp_path)
    check(ws, path)
    key = key_of(ws, 1, "3202")
    one = quality.accept(ws, 1, key, person="李", reason="核实", until=TODAY + timedelta(3), by="张三")
    assert one.standing(TODAY + timedelta(3)) == "in force"
    assert one.standing(TODAY + timedelta(4)) == "expired"
    quality.withdraw(ws, one.number, reason="已整改", by="张三")
    assert list_exceptions(ws)[0].standing(TODAY) == "withdrawn"
    assert {finding.rule for finding in check(ws, path).result.findings} == {"3202", "3204"}
    with pytest.raises(WrongUse):
        quality.withdraw(ws, one.number, reason="再次", by="张三")
    with pytest.raises(NotFound):
        quality.withdraw(ws, 99, reason="无", by="张三")


@pytest.mark.parametrize(("person", "reason", "days"), [("", "核实", 1), ("李", " ", 1), ("李", "核实", -1)])
def test_an_exception_needs_person_reason_and_a_day_to_come(
    ws: Workspace, tmp_path: Path, person: str, reason: str, days: int
) -> None:
    check(ws, package(tmp_path))
    with pytest.raises(WrongUse):
        quality.accept(
            ws,
            1,
            key_of(ws, 1, "3202"),
            person=person,
            reason=reason,
            until=TODAY + timedelta(days),
            by="张三",
        )
    assert list_exceptions(ws) == []


def test_runs_and_exceptions_cannot_be_rewritten(ws: Workspace, tmp_path: Path) -> None:
    import sqlalchemy as sa
    from sqlalchemy.exc import DatabaseError

    check(ws, package(tmp_path))
    for statement in ("UPDATE run SET verdict='pass'", "DELETE FROM run"):
        with pytest.raises(DatabaseError), ws._engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_stored_versions_are_judged_together(ws: Workspace) -> None:
    made = layers()
    for code in ("XZQX", "DLTB"):
        frame = made[code]
        if code == "DLTB":
            frame.loc[4, "DLMC"] = "果园"
        ws.add_version(code, frame, source_name="x", source_sha256="0" * 64, valid=valid(), by="张三")
    checked = quality.check_versions(ws, only=["1101", "3203", "3204"], by="张三")
    assert [finding.rule for finding in checked.result.findings] == ["3203"]
    assert {run.rule for run in checked.result.not_applicable} == {"1101"}
    assert checked.run is not None
    assert checked.run.subject == "DLTB/1、XZQX/1"


def test_an_empty_workspace_has_nothing_to_judge(ws: Workspace) -> None:
    with pytest.raises(NotFound):
        quality.check_versions(ws)


def test_what_a_new_edition_rejects_in_an_old_plan(tmp_path: Path) -> None:
    path = write({"DLTB": layers()["DLTB"].assign(CESHI="x")}, tmp_path / "plan.gpkg")
    strict = tmp_path / "strict.yaml"
    strict.write_text(
        "name: strict\nquality: {rules: {'3207': {parameters: {years: {SJNF: [2021, 2100]}}}}}\n",
        encoding="utf-8",
    )
    found = quality.stricter(path, "national-2021", str(strict))
    assert {finding.rule for finding in found.new} == {"3207"}
    assert len(found.new) == 9
    assert found.gone == ()
