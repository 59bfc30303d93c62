"""Runs every rule of a book on a package: in one order, each inside its budget, none able to stop the others."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuban.domain.finding import Finding
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.rule import Rule
from tuban.errors import Cancelled, StandardsFault, Text, TubanError
from tuban.quality.bound import functions
from tuban.quality.case import Case, NotApplicable, OutOfBudget
from tuban.quality.package import Package
from tuban.quality.register import RuleFunction
from tuban.quality.result import Result, RuleRun
from tuban.quality.tolerance import Tolerance
from tuban.standards.profile import Profile
from tuban.standards.rulebook import QualityBook

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one rule may use; `None` is no limit. A rule that needs more is reported as incomplete."""

    seconds: float | None = 300.0
    findings: int | None = 100_000
    megabytes: int | None = 4096


def check(
    package: Package,
    profile: Profile,
    book: QualityBook,
    *,
    only: Collection[str] | None = None,
    budget: Budget | None = None,
    public: bool = False,
    progress: Progress = quiet,
) -> Result:
    """Judge a package by the rules of a book.

    Parameters
    ----------
    only : ids of the rules to run; None for all that are enabled.
    public : the package is meant for the public: rules about persons and secrets apply.
    progress : told each rule; raising `Cancelled` in it stops the run.

    Raises
    ------
    StandardsFault : the book's numbers cannot be used. Cancelled.
    """
    budget = budget or Budget()
    tolerance = Tolerance.of(book.tolerance)
    known = functions()
    cache: dict[Any, Any] = {"public": public}
    runs: list[RuleRun] = []
    findings: list[Finding] = []
    rules = [rule for rule in book if only is None or rule.id in only]
    for number, rule in enumerate(rules):
        share = number / max(len(rules), 1)
        progress(Step(share, Text(f"{rule.id} {rule.title.zh}", f"{rule.id} {rule.title.en}")))
        if not rule.enabled:
            runs.append(
                RuleRun(rule.id, "off", 0, Text("标准配置已关闭该规则。", "Switched off by the profile."))
            )
            continue
        case = Case(
            package, rule, tolerance, profile, cache,
            progress=part(progress, share, (number + 1) / len(rules)),
            deadline=time.monotonic() + budget.seconds if budget.seconds is not None else float("inf"),
            room=_room(budget.megabytes),
        )  # fmt: skip
        found, run = _run(case, known.get(rule.id), rule, budget)
        findings += found
        runs.append(run)
    progress(Step(1.0, Text("质检完成", "Inspected")))
    return Result(
        profile=profile.name,
        rules_version=book.version,
        package=_about(package),
        tolerance=tolerance,
        runs=tuple(runs),
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
    )


def _run(
    case: Case, function: RuleFunction | None, rule: Rule, budget: Budget
) -> tuple[list[Finding], RuleRun]:
    found: list[Finding] = []
    if function is None:
        reason = Text("本程序没有这条规则的检查方法。", "This program has no function for the rule.")
        return found, RuleRun(rule.id, "incomplete", 0, reason)
    try:
        for finding in function(case):
            found.append(finding)
            if budget.findings is not None and len(found) >= budget.findings:
                raise OutOfBudget(
                    Text(f"问题已达 {budget.findings} 条上限", f"it reached {budget.findings} findings")
                )
            if len(found) % 256 == 0:
                case.tick()
    except NotApplicable as none:
        return found, RuleRun(rule.id, "done" if found else "not applicable", len(found), none.reason)
    except OutOfBudget as over:
        reason = Text(f"没有检完:{over.reason.zh}。", f"Not finished: {over.reason.en}.")
        return found, RuleRun(rule.id, "incomplete", len(found), reason)
    except (Cancelled, StandardsFault):
        raise
    except TubanError as error:
        reason = Text(f"没有检完:{error.problem.zh}", f"Not finished: {error.problem.en}")
        return found, RuleRun(rule.id, "incomplete", len(found), reason)
    except MemoryError:
        gc.collect()
        return found, RuleRun(
            rule.id, "incomplete", len(found), Text("没有检完:内存不足。", "Not finished: no memory left.")
        )
    except Exception as fault:
        # One rule that fails over unforeseen content must not take the others' findings with it.
        _log.exception("rule %s failed", rule.id)
        kind = type(fault).__name__
        reason = Text(f"没有检完:程序出错({kind})。", f"Not finished: the program failed ({kind}).")
        return found, RuleRun(rule.id, "incomplete", len(found), reason)
    return found, RuleRun(rule.id, "done", len(found))


def _room(megabytes: int | None) -> Any:
    """Give a function that says whether the process still has room; always true where nobody can tell."""
    statm = Path("/proc/self/statm")
    if megabytes is None or not statm.exists():
        return lambda: True
    return lambda: int(statm.read_text().split()[1]) * 4096 < megabytes * 1024**2


def _about(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "layout": package.layout,
        "sha256": package.sha256,
        "files": len(package.files),
        "layers": [
            {
                "name": layer.name,
                "code": layer.code,
                "database": layer.database,
                "rows": layer.rows,
                "geometry": layer.kind,
                "crs": layer.crs_code,
            }
            for layer in package.layers
        ],
    }
