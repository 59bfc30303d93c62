"""Before it gets in: a veto keeps a layer out of force but not out of the workspace."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from given import valid
from quality.county import layers, write
from tuban.errors import UnknownVersion, WrongUse
from tuban.store import Workspace, create
from tuban.store.runs import findings_of, run_of
from tuban.workflows import quality
from tuban.workflows.intake import take_in
from tuban.workflows.quality_intake import judge_here, judge_of, set_judging


@pytest.fixture
def ws(tmp_path: Path):
    with create(tmp_path / "ws", name="舞钢市", by="张三") as made:
        yield made


def file(tmp: Path, wrong: bool) -> Path:
    frame: gpd.GeoDataFrame = layers()["DLTB"]
    if wrong:
        frame.loc[4, "DLBM"] = "9999"
    path = tmp / f"plan{wrong}.gpkg"
    return path if path.exists() else write({"DLTB": frame}, path)


def bring(ws: Workspace, path: Path, start: str = "2024-01-01"):
    return take_in(ws, path, "DLTB", valid=valid(start), by="张三", judge=judge_here(ws, by="张三"))


def test_a_sound_layer_comes_into_force_with_its_run(ws: Workspace, tmp_path: Path) -> None:
    taken = bring(ws, file(tmp_path, False))
    assert (taken.held, taken.run) == ("", 1)
    assert ws.version("DLTB").number == 1
    assert run_of(ws, 1).verdict == "pass"


def test_a_veto_keeps_the_version_as_a_draft_with_its_findings(ws: Workspace, tmp_path: Path) -> None:
    bring(ws, file(tmp_path, False))
    held = bring(ws, file(tmp_path, True), "2025-01-01")
    assert "第 2 次检查有 1 个强制问题" in held.held
    assert held.notes[-1].zh.startswith("留为草稿")
    assert ws.version("DLTB").number == 1, "what was in force stays in force"
    draft = ws.version("DLTB", number=2)
    assert len(ws.read(draft)) == 9
    withdrawal = ws.withdrawal(draft)
    assert withdrawal is not None
    assert withdrawal.reason == held.held
    assert [kept.finding.rule for kept in findings_of(ws, run_of(ws, 2)).items] == ["3202"]
    assert ws.verify().ok


def test_a_first_version_that_is_held_leaves_nothing_in_force(ws: Workspace, tmp_path: Path) -> None:
    bring(ws, file(tmp_path, True))
    with pytest.raises(UnknownVersion):
        ws.version("DLTB")
    again = bring(ws, file(tmp_path, True))
    assert (again.new, again.number) == (False, 1), "the same draft twice is one draft"


def test_an_accepted_finding_no_longer_holds_the_layer_back(ws: Workspace, tmp_path: Path) -> None:
    from datetime import date

    bring(ws, file(tmp_path, True))
    key = findings_of(ws, run_of(ws, 1)).items[0].key
    quality.accept(ws, 1, key, person="李局长", reason="核实无误", until=date.today(), by="张三")
    taken = bring(ws, file(tmp_path, True))
    assert (taken.held, taken.number) == ("", 2)
    assert ws.version("DLTB").number == 2


def test_a_workspace_may_say_that_imports_are_not_judged(ws: Workspace, tmp_path: Path) -> None:
    set_judging(ws, "off", by="张三")
    assert judge_here(ws, by="张三") is None
    assert bring(ws, file(tmp_path, True)).held == ""
    with pytest.raises(WrongUse):
        set_judging(ws, "perhaps", by="张三")


def test_a_dry_run_judges_nothing(ws: Workspace, tmp_path: Path) -> None:
    take_in(
        ws,
        file(tmp_path, True),
        "DLTB",
        valid=valid(),
        by="张三",
        judge=judge_of(ws, by="张三"),
        dry_run=True,
    )
    assert ws.trail.entries()[-1].action == "workspace.create"
