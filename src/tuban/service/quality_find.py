"""An inspection by its number, a finding by its place in it."""

from __future__ import annotations

from tuban.errors import NotFound, Text
from tuban.service.state import State
from tuban.store.findings_file import Kept
from tuban.store.runs import Run, findings_of, run_of
from tuban.workflows.quality import KIND


def find_run(state: State, number: str) -> Run:
    """Give one inspection.

    Raises
    ------
    NotFound : there is no inspection of that number.
    """
    found = run_of(state.workspace, int(number))
    if found.kind != KIND:
        raise NotFound(
            Text(f"第 {number} 次检查不是成果质检。", f"Run {number} is no quality inspection."),
            Text("质检清单见 /api/quality/runs。", "The inspections are at /api/quality/runs."),
            run=number,
        )
    return found


def kept_finding(state: State, of: Run, n: int) -> Kept:
    """Give the finding of a run at its place, from 0.

    Raises
    ------
    NotFound : the run has fewer.
    """
    found = findings_of(state.workspace, of, offset=n, limit=1).items
    if not found:
        raise NotFound(
            Text(f"第 {of.number} 次质检没有第 {n} 个问题。", f"Run {of.number} has no finding {n}."),
            Text("问题清单见 findings。", "See findings for those there are."),
            run=of.number,
            finding=n,
        )
    return found[0]
