"""A document against the workspace's layers: measure what the text names, compare."""

from __future__ import annotations

from collections.abc import Sequence

from tuban.consistency.against_map import Measured, against_map
from tuban.consistency.facts import understand
from tuban.documents import Document
from tuban.documents.subjects import canonical
from tuban.domain.finding import Finding
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion
from tuban.errors import NotFound, Text, WrongUse
from tuban.sample.plantext import ZoneAreas, plan_text
from tuban.standards.words import links
from tuban.store import Workspace
from tuban.workflows.intake import profile_of
from tuban.workflows.statistics import area_table

_LINES = ("永久基本农田", "生态保护红线", "城镇开发边界", "洪涝风险控制线", "历史文化保护线")
_SIDES = (("", ""), ("WHQ", "before"), ("WHH", "after"))


def check_against_map(
    documents: Sequence[Document], ws: Workspace, progress: Progress = quiet
) -> list[Finding]:
    """Give where documents say otherwise than the layers in force."""
    measured = measure(ws, part(progress, 0.0, 0.6))
    tolerance = links()[1]
    return [
        finding
        for document in documents
        for finding in against_map(understand(document), measured, tolerance)
    ]


def measure(ws: Workspace, progress: Progress = quiet) -> dict[str, list[Measured]]:
    """Measure every layer that a text may name, where the workspace has it."""
    named, _ = links()
    found: dict[str, list[Measured]] = {}
    classes: dict[str, dict[str, float]] = {}
    for done, (name, (layer, by_class)) in enumerate(named.items()):
        progress(Step(done / len(named), Text(f"统计 {name}", f"Measuring {name}")))
        for prefix, phase in _SIDES:
            version = _version(ws, f"{prefix}{layer}")
            if version is None or version.area_m2 is None:
                continue
            if by_class:
                if version.code not in classes:
                    classes[version.code] = _by_class(ws, version)
                area = classes[version.code].get(name)
            else:
                area = version.area_m2
            if area is not None:
                found.setdefault(canonical(name), []).append(Measured(name, version.code, area, phase))
    return found


def _version(ws: Workspace, code: str) -> LayerVersion | None:
    try:
        return ws.version(code)
    except NotFound:
        return None


def _by_class(ws: Workspace, version: LayerVersion) -> dict[str, float]:
    try:
        table = area_table(ws, version, "class", standards=profile_of(ws))
    except WrongUse:
        return {}  # a layer without classes: its text numbers cannot be compared
    rows = table.frame.to_dict("records")
    return {str(row["title_zh"]): float(row["area_ha"]) * 10_000 for row in rows}


def sample_text(ws: Workspace, county: str) -> str:
    """Write a plan text whose every number is a statistic of the workspace's layers.

    Raises
    ------
    WrongUse : the workspace lacks plan zones before and after a maintenance, or the county's area.
    """
    measured = measure(ws)
    named, _ = links()

    def hectares(name: str, phase: str) -> float | None:
        return next((m.area_m2 / 10_000 for m in measured.get(canonical(name), []) if m.phase == phase), None)

    total = hectares("国土空间", "")
    zones = [
        ZoneAreas(name, before, after)
        for name, (_, by_class) in named.items()
        if by_class and (before := hectares(name, "before")) and (after := hectares(name, "after"))
    ]
    if total is None or not zones:
        raise WrongUse(
            Text(
                "工作区缺少县级行政区或维护前后的规划分区。",
                "The workspace lacks the county or its zones before and after.",
            ),
            Text("请用 tuban demo 生成示范工作区。", "Make a sample workspace with tuban demo."),
        )
    lines = {name: area for name in _LINES if (area := hectares(name, "")) is not None}
    return plan_text(county, total, lines, zones)
