"""Before it gets in: a layer is judged, and veto findings keep it from coming into force; it stays as a draft."""

from __future__ import annotations

import pandas as pd

from tuban.domain.finding import Severity
from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, part
from tuban.errors import StandardsFault, Text, WrongUse
from tuban.geo.io import ReadLayer
from tuban.quality.check import check
from tuban.quality.package import package_of
from tuban.store import Workspace
from tuban.workflows.intake import Judge, Judged
from tuban.workflows.quality import keep_result, rules_of

SETTING = "quality_on_import"  # "hold" (the default): veto findings hold a layer back; "off": nobody judges
CHOICES = ("hold", "off")
# Rules that judge one layer by itself; the others need the rest of the plan and are for `check_versions`.
_ALONE = ("2", "3", "4", "61")


def judge_of(ws: Workspace, *, by: str, profile: str | None = None) -> Judge:
    """Give the judge that an import uses: runs the rules on one layer, keeps the run, holds back on a veto.

    Raises
    ------
    StandardsFault : the profile contradicts itself.
    """
    definitions, book = rules_of(ws, profile)
    only = [rule.id for rule in book if rule.id.startswith(_ALONE)]

    def judge(spec: LayerSpec, read: ReadLayer, progress: Progress) -> Judged:
        if spec.code.startswith("QT"):
            return Judged("", None)  # data outside the standard: no rule is about them
        frame = read.frame
        if not isinstance(frame, pd.DataFrame):
            raise StandardsFault(
                Text("没有读出记录。", "No rows were read."), Text("请检查文件。", "Check the file.")
            )
        subject = f"{spec.code} ← {read.source_name}"
        package = package_of([(spec.code, spec, frame)], subject, read.source_sha256)
        result = check(package, definitions, book, only=only, progress=part(progress, 0.0, 0.95))
        kept = keep_result(ws, package, result, subject, by=by)
        assert kept.run is not None, "a result kept in a workspace is a run"
        veto = sum(finding.severity == Severity.VETO for finding in kept.result.findings)
        hold = f"质检不通过:第 {kept.run.number} 次检查有 {veto} 个强制问题" if veto else ""
        return Judged(hold, kept.run.number)

    return judge


def judge_here(ws: Workspace, *, by: str, profile: str | None = None) -> Judge | None:
    """Give the judge if the workspace wants its imports judged, else None."""
    return judge_of(ws, by=by, profile=profile) if ws.settings.get(SETTING, "hold") == "hold" else None


def set_judging(ws: Workspace, choice: str, *, by: str) -> None:
    """Say whether imports are judged here: `hold` or `off`; the trail tells who said so.

    Raises
    ------
    WrongUse : neither of the two.
    """
    if choice not in CHOICES:
        raise WrongUse(
            Text(f"没有“{choice}”这种做法。", f"There is no choice {choice!r}."),
            Text(
                "可用:hold(不通过则留为草稿)、off(不检查)。",
                "Use hold (kept as a draft) or off (not judged).",
            ),
        )
    ws.settings.set(SETTING, choice, by=by)
