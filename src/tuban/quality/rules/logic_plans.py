"""5109, 5111: the lower plan keeps inside the upper; maintenance leads from the state before to the state after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.geometry import cover
from tuban.quality.geometry.across import common
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import ellipsoid_m2
from tuban.quality.package import Database, PackageLayer
from tuban.quality.register import rule
from tuban.quality.rules.geometry import wkb
from tuban.quality.rules.logic import coded, first_of
from tuban.quality.rules.topology_layers import base_code, beside, fabric, part


@rule("5109")
def lower_inside_upper(case: Case) -> Iterator[Finding]:
    """Lines and quotas of a lower plan equal what the upper plan has in its area.

    The upper plan is the database of the same package whose administrative area is the larger.
    """
    limit_m2, limit_ha = case.number("line_m2"), case.number("quota_ha")
    ranked = _ranked(case)
    if len(ranked) < 2:
        raise case.skip(
            "成果中只有一级规划,没有上级规划可比", "the package has one plan only, no upper plan to compare"
        )
    upper, upper_border, _ = ranked[0]
    for lower, border, _ in ranked[1:]:
        for code in case.words("layers"):
            mine, theirs = first_of(lower, [code]), first_of(upper, [code])
            if mine is None and theirs is None:
                continue
            yield from _against(case, lower, border, mine, theirs, code, limit_m2, limit_ha)
            case.tick()
    assert upper_border is not None


def _ranked(case: Case) -> list[tuple[Database, PackageLayer, float]]:
    """Give the plans of a package from the largest area to the smallest; each lies in the first."""
    found = []
    for database in case.databases:
        border = first_of(database, case.words("boundaries"))
        if border is None or database.maintenance:
            continue
        laid = fabric(case, border)
        found.append((database, border, float(np.nansum(ellipsoid_m2(laid.ground, laid.crs)))))
    found.sort(key=lambda one: (-one[2], one[0].name))
    return [one for one in found if one is found[0] or one[2] < 0.999 * found[0][2]]


def _against(
    case: Case,
    lower: Database,
    border: PackageLayer,
    mine: PackageLayer | None,
    theirs: PackageLayer | None,
    code: str,
    limit_m2: float,
    limit_ha: float,
) -> Iterator[Finding]:
    whole = fabric(case, border)
    nothing = Fabric.of(np.empty(0, object), whole.crs, step=whole.step)
    own = fabric(case, mine, border) if mine is not None else nothing
    cut = nothing
    if theirs is not None:
        shared = common(fabric(case, theirs, border), whole, least_m2=0.01)
        cut = Fabric.of(shared.shapes, whole.crs, step=whole.step)
    label = mine.label if mine is not None else f"{lower.name}/{code}"
    faces = cover.against(own, cut)
    for zh, en, rows in (
        ("超出上级规划", "goes beyond the upper plan", (faces.counts[0] > 0) & (faces.counts[1] == 0)),
        (
            "缺少上级规划划定的部分",
            "lacks what the upper plan has",
            (faces.counts[0] == 0) & (faces.counts[1] > 0),
        ),
    ):
        shapes = faces.shapes[rows]
        area = ellipsoid_m2(shapes, whole.crs) if len(shapes) else np.zeros(0)
        total = float(area.sum())
        if total <= limit_m2:
            continue
        largest = int(np.argmax(area))
        at = np.sort(own.tree.query(shapes[largest], predicate="intersects"))[:20] if len(own.ground) else []
        yield case.finding(
            mine if mine is not None else label,
            f"{label} {zh} {total:.2f} 平方米({len(area)} 处,最大一处 {area[largest]:.2f} 平方米)。",
            f"{label} {en}: {total:.2f} m² ({len(area)} places, the largest {area[largest]:.2f} m²).",
            rows=[int(row) for row in at],
            geometry=wkb(shapes[largest]),
            crs=border.crs_code,
            area_m2=total,
            observed=f"{total / 10_000:.4f} ha",
            expected="0",
            tolerance=f"{limit_m2:g} m²; {limit_ha:g} ha",
        )


@rule("5111")
def maintenance_adds_up(case: Case) -> Iterator[Finding]:
    """After is before, minus what was moved out, plus what was moved in: in shape, in area and in attribute."""
    limit = case.number("after_m2")
    kind = str(case.rule.parameters.get("kind_field", "WHLX"))
    met = False
    for database in case.databases:
        for change in database.layers:
            code = change.code or change.name.upper()
            if not code.startswith("WHC") or change.fault is not None:
                continue
            base = base_code(change)
            before = beside(case, [f"WHQ{base}"], change)
            after = beside(case, [f"WHH{base}"], change)
            if before is None or after is None:
                continue
            met = True
            name = next(
                (f for f in case.words("compare") if before.column_name(f) and after.column_name(f)), None
            )
            if name is not None and coded(change, kind, case.words("changed")).any():
                yield from _recoded(case, before, change, after, name, limit)
            else:
                yield from _moved(case, before, change, after, kind, limit)
            case.tick()
    if not met:
        raise case.skip("没有维护前、维护层、维护后三个图层", "there is no triple of maintenance layers")


def _moved(
    case: Case, before: PackageLayer, change: PackageLayer, after: PackageLayer, kind: str, limit: float
) -> Iterator[Finding]:
    """Compare shapes: what came and went against the objects that say so."""
    old, new = fabric(case, before), fabric(case, after, before)
    come = cover.outside(new, old, least_m2=limit)
    gone = cover.outside(old, new, least_m2=limit)
    for codes, found, zh, en in (
        (case.words("moved_in"), come.shapes, "调入", "moved in"),
        (case.words("moved_out"), gone.shapes, "调出", "moved out"),
    ):
        said = part(case, change, f"kind {codes}", coded(change, kind, codes), before)
        real = Fabric.of(found, old.crs, step=old.step)
        faces = cover.against(said, real)
        for rows, missing in (
            ((faces.counts[0] == 0) & (faces.counts[1] > 0), True),
            ((faces.counts[0] > 0) & (faces.counts[1] == 0), False),
        ):
            shapes = faces.shapes[rows]
            areas = ellipsoid_m2(shapes, old.crs) if len(shapes) else np.zeros(0)
            for shape, area in zip(shapes, areas, strict=True):
                if area <= limit:
                    continue
                at = [] if missing else np.sort(said.tree.query(shape, predicate="intersects")).tolist()[:8]
                text = (
                    (f"前后对比有{zh},维护层没有记录", f"is {en} between the two states but not recorded")
                    if missing
                    else (
                        f"维护层记录为{zh},前后对比没有变化",
                        f"is recorded as {en}, but the two states do not show it",
                    )
                )
                yield _finding(case, change, at, shape, float(area), text, before, after, limit)


def _recoded(
    case: Case, before: PackageLayer, change: PackageLayer, after: PackageLayer, name: str, limit: float
) -> Iterator[Finding]:
    """Compare attributes: where the code differs between the states, the change layer lies, and nowhere else."""
    old, new = fabric(case, before), fabric(case, after, before)
    was, becomes = before.text(name), after.text(name)
    pieces = common(old, new, least_m2=limit)
    differs = was[pieces.first] != becomes[pieces.second]
    real = Fabric.of(pieces.shapes[differs], old.crs, step=old.step)
    said = fabric(case, change, before)
    faces = cover.against(said, real)
    for rows, missing in (
        ((faces.counts[0] == 0) & (faces.counts[1] > 0), True),
        ((faces.counts[0] > 0) & (faces.counts[1] == 0), False),
    ):
        shapes: NDArray[np.object_] = faces.shapes[rows]
        areas = ellipsoid_m2(shapes, old.crs) if len(shapes) else np.zeros(0)
        for shape, area in zip(shapes, areas, strict=True):
            if area <= limit:
                continue
            at = [] if missing else np.sort(said.tree.query(shape, predicate="intersects")).tolist()[:8]
            text = (
                (
                    f"前后 {name} 不同,维护层没有记录",
                    f"has another {name} after than before, which is not recorded",
                )
                if missing
                else (
                    f"维护层有记录,前后 {name} 没有变化",
                    f"is recorded, but its {name} is the same before and after",
                )
            )
            yield _finding(case, change, at, shape, float(area), text, before, after, limit)


def _finding(
    case: Case,
    change: PackageLayer,
    rows: list[int],
    shape: object,
    area: float,
    text: tuple[str, str],
    before: PackageLayer,
    after: PackageLayer,
    limit: float,
) -> Finding:
    return case.finding(
        change,
        f"{before.label} 与 {after.label}:有 {area:.2f} 平方米{text[0]}。",
        f"{before.label} to {after.label}: {area:.2f} m² {text[1]}.",
        rows=rows,
        geometry=wkb(shape),
        crs=before.crs_code,
        area_m2=area,
        observed=f"{area:.2f} m²",
        expected="0",
        tolerance=f"{limit:g} m²",
    )
