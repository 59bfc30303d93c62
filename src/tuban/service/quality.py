"""Inspections and their findings, as they are shown: asked of the store, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import shapely

from tuban.errors import Text
from tuban.quality.tolerance import TITLES
from tuban.service import present
from tuban.service import schemas as shared
from tuban.service import schemas_quality as out
from tuban.service.quality_draw import drawn
from tuban.service.quality_exceptions import Register, exception_of, register
from tuban.service.quality_filter import FindingFilter
from tuban.service.quality_find import find_run, kept_finding
from tuban.service.quality_packages import versions_of
from tuban.service.quality_rules import book_of_run, mender_of, title_of
from tuban.service.quality_units import title_of_unit, town_of, unit_titles
from tuban.service.state import State
from tuban.standards.rulebook import QualityBook
from tuban.store.findings_file import Filter, Kept
from tuban.store.runs import Run, findings_of, groups_of, list_runs
from tuban.workflows.quality import KIND, compare
from tuban.workflows.quality_report import FORMATS
from tuban.workflows.quality_shapes import shapes_of

MOST_RUNS = 500
# Around so many findings a run is zoomed to.
PLACED = 1000


def runs(state: State) -> list[out.RunOut]:
    """List the inspections, newest first."""
    return [_run(state, one) for one in list_runs(state.workspace, kind=KIND, limit=MOST_RUNS)]


def run(state: State, number: str) -> out.RunDetailOut:
    """Give one inspection with all its verdict rests on."""
    of = find_run(state, number)
    book = book_of_run(state, of.profile)
    groups = _groups(_Asked(state, of))
    known = register(state)
    head = of.head
    layers = {one["code"]: one for one in head["package"].get("layers", ()) if one.get("code")}
    units = unit_titles(state)
    menders: dict[str, Text] = {}
    by_mender: dict[str, out.CountsOut] = {}
    for rule, counts in groups["rule"].items():
        code, title = mender_of(book, rule)
        menders[code] = title
        by_mender[code] = _sum(by_mender.get(code), counts)
    return out.RunDetailOut(
        **_run(state, of).model_dump(),
        files=_files(head["package"]),
        tolerances=[
            out.SettingOut(
                name=name, title=present.text(TITLES.get(name, Text(name, name))), value=f"{value:g}"
            )
            for name, value in head["tolerance"].items()
        ],
        rules_applied=sum(one["status"] in ("done", "incomplete") for one in head["rules"]),
        not_applicable=_not_checked(head, book, "not applicable", "off"),
        not_finished=_not_checked(head, book, "incomplete"),
        unproven=[shared.TextOut(**one) for one in head["proves_not"]],
        rules=[_group(key, title_of(book, key), counts) for key, counts in groups["rule"].items()],
        layers=[
            _group(key, _layer_title(state, key, layers), counts) for key, counts in groups["layer"].items()
        ],
        units=[_group(key, units.get(key, Text(key, key)), counts) for key, counts in groups["unit"].items()],
        menders=[_group(key, menders[key], counts) for key, counts in by_mender.items()],
        accepted_since=sum(one.run == of.number for one in known.holding.values()),
        bounds=_around(_Asked(state, of)),
        reports=list(FORMATS),
    )


def findings(
    state: State, number: str, wanted: FindingFilter, limit: int, offset: int
) -> out.QualityFindingsOut:
    """Give one page of the findings of an inspection."""
    of = find_run(state, number)
    book = book_of_run(state, of.profile)
    order, descending = wanted.order
    towns = [one for one in _groups(_Asked(state, of))["village"] if wanted.unit in (one, town_of(one))]
    which = wanted.stored(book, tuple(towns))
    if which is None:
        return out.QualityFindingsOut(total=0, findings=[])
    page = findings_of(
        state.workspace, of, which, order=order, descending=descending, offset=offset, limit=limit
    )
    return out.QualityFindingsOut(total=page.total, findings=_present(state, book, page.items))


def finding(state: State, number: str, n: int) -> out.QualityFindingDetailOut:
    """Give one finding with its true shape and the objects it concerns."""
    of = find_run(state, number)
    book = book_of_run(state, of.profile)
    kept = kept_finding(state, of, n)
    known = register(state)
    one = kept.finding
    known_rule = one.rule in book
    geometry = None if one.geometry is None else shapely.from_wkb(one.geometry)
    accepted = known.of(kept)
    return out.QualityFindingDetailOut(
        **_present(state, book, (kept,), known)[0].model_dump(),
        geometry=drawn(geometry, one.crs),
        shapes=[
            out.ShapeOut(object=name, layer=layer, geometry=drawn(shape, crs))
            for layer, name, shape, crs in shapes_of(state.workspace, of, kept)
        ],
        definition=present.text(book[one.rule].definition if known_rule else Text("", "")),
        source=book[one.rule].source if known_rule else "",
        confidence=book[one.rule].confidence if known_rule else "",
        exception=exception_of(accepted, known) if accepted else None,
    )


def compared(
    state: State, number: str, other: str, side: out.Side, limit: int, offset: int
) -> out.RunsComparedOut:
    """Say what is new, gone and unchanged against another inspection, with one page of one side."""
    after, before = find_run(state, number), find_run(state, other)
    found = compare(state.workspace, before.number, after.number)
    keys = {"new": found.new, "gone": found.gone, "unchanged": found.unchanged}[side][offset : offset + limit]
    of = before if side == "gone" else after
    items = findings_of(state.workspace, of, Filter(keys=keys), limit=None).items if keys else ()
    return out.RunsComparedOut(
        run=number,
        other=other,
        new=len(found.new),
        gone=len(found.gone),
        unchanged=len(found.unchanged),
        side=side,
        findings=_present(state, book_of_run(state, of.profile), items),
    )


def _run(state: State, of: Run) -> out.RunOut:
    versions = [f"{code}@{version}" for code, version in versions_of(of)]
    stored = bool(versions)
    return out.RunOut(
        id=str(of.number),
        subject=of.subject,
        versions=versions,
        profile=of.profile,
        profile_version=of.rules_version,
        verdict=of.verdict,  # pyright: ignore[reportArgumentType]
        complete=bool(of.head["complete"]),
        counts=out.CountsOut(
            veto=of.counts["V"],
            general=of.counts["G"],
            warning=of.counts["W"],
            accepted=of.counts["accepted"],
        ),
        at=of.recorded_at,
        by=of.recorded_by,
        sample=stored and state.workspace.sample,
    )


def _present(
    state: State, book: QualityBook, items: tuple[Kept, ...], known: Register | None = None
) -> list[out.QualityFindingOut]:
    known = known or register(state)
    units = unit_titles(state)
    found = []
    for kept in items:
        one = kept.finding
        code, mender = mender_of(book, one.rule)
        unit = title_of_unit(units, one.unit)
        found.append(
            out.QualityFindingOut(
                n=kept.index,
                key=kept.key,
                rule=one.rule,
                rule_title=present.text(title_of(book, one.rule)),
                severity=one.severity.value,  # pyright: ignore[reportArgumentType]
                layer=one.layer,
                layer_title=present.text(_layer_title(state, one.layer)),
                objects=list(one.objects),
                rows=list(one.rows),
                message=present.text(one.message),
                unit=one.unit,
                unit_title=present.text(unit) if unit else None,
                mender=code,
                mender_title=present.text(mender),
                area_m2=present.value(one.area_m2),  # pyright: ignore[reportArgumentType]
                width_m=present.value(one.width_m),  # pyright: ignore[reportArgumentType]
                observed=one.observed,
                expected=one.expected,
                tolerance=one.tolerance,
                bounds=kept.bounds,
                accepted=known.of(kept) is not None,
            )
        )
    return found


def _layer_title(state: State, label: str, layers: Mapping[str, Any] | None = None) -> Text:
    """Give what a layer is called; a file, a table or a foreign layer keeps its own name."""
    code = label if layers is None or label in layers else label.rsplit("/", 1)[-1]
    found = state.profile.find(code)
    return found.title if found is not None else Text(label, label)


def _files(package: Mapping[str, Any]) -> list[out.InspectedFileOut]:
    whole = out.InspectedFileOut(name=package["name"], sha256=package.get("sha256") or None, rows=None)
    layers = [
        out.InspectedFileOut(
            name=f"{one.get('database') or ''}/{one['name']}".lstrip("/"), sha256=None, rows=one.get("rows")
        )
        for one in package.get("layers", ())
    ]
    return [whole, *layers]


def _not_checked(head: Mapping[str, Any], book: QualityBook, *statuses: str) -> list[out.NotCheckedOut]:
    return [
        out.NotCheckedOut(
            rule=one["rule"],
            title=present.text(title_of(book, one["rule"])),
            reason=shared.TextOut(**(one["reason"] or {"zh": "", "en": ""})),
        )
        for one in head["rules"]
        if one["status"] in statuses
    ]


class _Asked:
    """A run as a key of the caches: it never changes, so one of the same number and content is the same."""

    def __init__(self, state: State, of: Run) -> None:
        self.state, self.run = state, of
        self.key = (str(state.workspace.folder), of.number, of.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=32)
def _groups(asked: _Asked) -> dict[str, dict[str, out.CountsOut]]:
    found: dict[str, dict[str, out.CountsOut]] = {}
    for by in ("rule", "layer", "unit"):
        counts: dict[str, dict[str, int]] = {}
        for apart in (False, True):
            for key, severity, many in groups_of(
                asked.state.workspace, asked.run, by, Filter(accepted=apart)
            ):
                row = counts.setdefault(key, {"V": 0, "G": 0, "W": 0, "accepted": 0})
                row["accepted" if apart else severity] += many
        found["village" if by == "unit" else by] = {
            key: out.CountsOut(veto=row["V"], general=row["G"], warning=row["W"], accepted=row["accepted"])
            for key, row in sorted(counts.items())
        }
    towns: dict[str, out.CountsOut] = {}
    for key, counted in found["village"].items():
        towns[town_of(key)] = _sum(towns.get(town_of(key)), counted)
    found["unit"] = towns
    return found


@lru_cache(maxsize=32)
def _around(asked: _Asked) -> shared.Bounds | None:
    items = findings_of(asked.state.workspace, asked.run, limit=PLACED).items
    boxes = [kept.bounds for kept in items if kept.bounds]
    if not boxes:
        return None
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def _group(key: str, title: Text, counts: out.CountsOut) -> out.GroupCountOut:
    total = counts.veto + counts.general + counts.warning + counts.accepted
    return out.GroupCountOut(key=key, title=present.text(title), counts=counts, total=total)


def _sum(a: out.CountsOut | None, b: out.CountsOut) -> out.CountsOut:
    if a is None:
        return b
    return out.CountsOut(
        veto=a.veto + b.veto,
        general=a.general + b.general,
        warning=a.warning + b.warning,
        accepted=a.accepted + b.accepted,
    )
