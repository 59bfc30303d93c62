"""The review: every rule in force asked of one site, three lists, one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import shapely

from tuban.compliance.ground import Absent, Ground, Layer
from tuban.compliance.policy import Policy
from tuban.compliance.predicates import Answer, Question, answer
from tuban.compliance.result import Clear, Concern, Override, Review, Share, Uncovered, Verdict
from tuban.compliance.site import Site, moved
from tuban.compliance.taking import Asking, Sliver
from tuban.domain.siterule import ATTRIBUTES, NOTHING, Effect, RulePack, SiteRule
from tuban.domain.unit import in_unit
from tuban.errors import Text, WrongUse
from tuban.geo.area import area_m2

_ORDER = {Effect.PROHIBIT: 0, Effect.CONDITION: 1, Effect.INFORM: 2}


def review(
    site: Site,
    ground: Ground,
    packs: Iterable[RulePack],
    *,
    on: date,
    policy: Policy | None = None,
    overrides: Iterable[Override] = (),
    divide_by: Mapping[str, tuple[str, str, str]] | None = None,
    known: str = "",
) -> Review:
    """Say whether a site fits the plan on a day, and why.

    Parameters
    ----------
    site : the ground asked about, with the attributes of its project.
    ground : the layers in force on `on`.
    packs : the rules; only versions in force on `on` are asked.
    policy : touch and slivers.
    overrides : hits that an officer declared wrong; they stay in the list and do not weigh.
    divide_by : what the site is divided by: name → (layer, code column, name column).

    Raises
    ------
    WrongUse : the site lies outside the county altogether.
    """
    policy = policy or Policy()
    packs = tuple(packs)
    rules = sorted(
        (rule for pack in packs for rule in pack.rules if rule.holds(on)), key=lambda rule: rule.id
    )
    asking = Asking(site, policy, ground.join)
    question = Question(asking, ground, on)
    outside = _outside_county(asking, ground)
    codes = [code for rule in rules for layers in _layers_of(rule) for code in layers]
    divide_by = divide_by or {}
    codes += [layer for layer, *_ in divide_by.values()]
    asking.prepare([layer for code in dict.fromkeys(codes) if isinstance(layer := ground.one(code), Layer)])

    concerns: list[Concern] = []
    clear: list[Clear] = []
    unknown: list[tuple[SiteRule, Answer]] = []
    slivers: dict[tuple[str, float, tuple[str, ...]], Sliver] = {}
    used: dict[str, str] = {}
    for rule in rules:
        found = answer(rule.when, question)
        for taking in found.takings:
            used[taking.version] = taking.sha256
            slivers |= {(s.layer, s.area_m2, s.objects): s for s in taking.slivers}
        if found.holds is None:
            unknown.append((rule, found))
        elif found.holds:
            concerns.append(_concern(rule, found, question))
        else:
            layers = tuple(dict.fromkeys(taking.version for taking in found.takings))
            declared = tuple(one.code for one in found.absent if one.declared)
            clear.append(Clear(rule, layers, declared))
    concerns = _strictest(concerns)
    concerns = [_overridden(one, tuple(overrides)) for one in concerns]
    concerns.sort(key=lambda one: (not one.counts, _ORDER[one.effect], one.rule.id))
    uncovered, asks = _uncovered(unknown)
    uncovered = outside + uncovered
    by = {name: _divided(asking, ground, *where, used) for name, where in divide_by.items()}
    return Review(
        site=site,
        on=on,
        policy=policy,
        verdict=_verdict(concerns, uncovered),
        concerned=tuple(concerns),
        not_concerned=tuple(clear),
        not_covered=tuple(uncovered),
        slivers=tuple(slivers[key] for key in sorted(slivers, key=lambda k: (k[0], -k[1], k[2]))),
        by=by,
        layers=used,
        packs={f"{pack.name}@{pack.version}": pack.sha256 for pack in packs},
        notes=site.notes,
        asks=asks,
        known=known,
    )


def _layers_of(rule: SiteRule) -> tuple[tuple[str, ...], ...]:
    return (*rule.when.layers(), *(rule.unless.layers() if rule.unless else ()))


def _concern(rule: SiteRule, found: Answer, question: Question) -> Concern:
    takings = tuple(dict.fromkeys(t for t in found.takings if not t.nothing))
    effect, exempt = rule.effect, False
    if rule.unless is not None and answer(rule.unless, question).holds:
        # A case that the law exempts is not free: it must be shown.
        exempt, effect = True, Effect.CONDITION if rule.effect is Effect.PROHIBIT else Effect.INFORM
    return Concern(rule, effect, takings, exempt)


def _strictest(concerns: list[Concern]) -> list[Concern]:
    """Of rules on overlapping lines of one group let only the strictest count on common ground."""
    result = []
    for one in concerns:
        rivals = [
            other
            for other in concerns
            if other.rule.group
            and other.rule.group == one.rule.group
            and other.rule.strictness > one.rule.strictness
        ]
        ground = _ground(one)
        above = [shape for other in rivals if (shape := _ground(other)) is not None]
        if ground is not None and above:
            rest = shapely.difference(ground, shapely.union_all(above))
            if shapely.area(rest) <= 1e-9 * shapely.area(ground):
                one = replace(one, stricter=max(rivals, key=lambda c: c.rule.strictness).rule.id)  # noqa: PLW2901
        result.append(one)
    return result


def _ground(concern: Concern) -> shapely.Geometry | None:
    shapes = [taking.ground for taking in concern.takings if taking.ground is not None]
    return shapely.union_all(shapes) if shapes else None


def _overridden(concern: Concern, overrides: tuple[Override, ...]) -> Concern:
    layers = {taking.layer for taking in concern.takings}
    for override in overrides:
        if override.rule == concern.rule.id and (not override.layer or override.layer in layers):
            return replace(concern, override=override)
    return concern


def _uncovered(unknown: list[tuple[SiteRule, Answer]]) -> tuple[list[Uncovered], tuple[str, ...]]:
    """Gather what is missing by layer; a rule that only informs does not hold the verdict up."""
    layers: dict[str, tuple[Absent, list[SiteRule]]] = {}
    facts: dict[str, list[SiteRule]] = {}
    for rule, found in unknown:
        for absent in found.absent:
            layers.setdefault(absent.code, (absent, []))[1].append(rule)
        # A fact of the project decides nothing while the layer itself is missing.
        for name in () if found.absent else found.asks:
            facts.setdefault(name, []).append(rule)
    result = [
        Uncovered(
            code,
            absent.reason,
            tuple(rule.id for rule in rules),
            absent.supplier,
            any(rule.effect is not Effect.INFORM for rule in rules),
        )
        for code, (absent, rules) in sorted(layers.items())
    ]
    result += [
        Uncovered(
            f"project:{name}",
            Text(
                f"项目没有写明“{ATTRIBUTES[name].label.zh}”({name})",
                f"the project does not say: {ATTRIBUTES[name].label.en} ({name})",
            ),
            tuple(rule.id for rule in rules),
            NOTHING,
            any(rule.effect is not Effect.INFORM for rule in rules),
        )
        for name, rules in sorted(facts.items())
    ]
    return result, tuple(sorted(facts))


def _outside_county(asking: Asking, ground: Ground) -> list[Uncovered]:
    if ground.outline is None:
        return []
    outline = ground.one(ground.outline)
    if isinstance(outline, Absent):
        return [Uncovered(outline.code, outline.reason, (), outline.supplier)]
    if not len(asking.rows(outline)):
        crs = asking.site.plane_crs
        shapes = moved(outline.at(np.arange(outline.attributes.num_rows)), outline.crs, crs)
        away_km = float(shapely.distance(shapes, asking.site.in_(crs)).min()) / 1000
        raise WrongUse(
            Text(
                f"地块在{outline.title.zh}范围之外,相距约 {away_km:,.1f} 公里。",
                f"The site lies outside the county, about {away_km:,.1f} km away.",
            ),
            Text(
                "请核对坐标系、带号和所选的县。",
                "Check its coordinate system, its zone and the county chosen.",
            ),
            distance_km=round(away_km, 3),
        )
    rest = asking.outside(outline)
    if rest.nothing:
        return []
    area_ha = in_unit(rest.area_m2, "ha", 4)
    reason = Text(
        f"地块有 {area_ha} 公顷在{outline.title.zh}范围之外,那里没有数据",
        f"{area_ha} ha of the site lie outside the county, where there is no data",
    )
    return [Uncovered(outline.code, reason, ())]


def _divided(
    asking: Asking, ground: Ground, code: str, code_field: str, name_field: str, used: dict[str, str]
) -> tuple[Share, ...]:
    layer = ground.one(code)
    if isinstance(layer, Absent):
        return ()
    rows = asking.rows(layer)
    if not len(rows):
        return ()
    used[layer.label] = layer.sha256
    pieces = shapely.intersection(layer.at(rows), asking.site.in_(layer.crs))
    areas = area_m2(pieces, layer.crs, rounding="none")
    sums: dict[tuple[str, str], float] = {}
    for key, name, area in zip(
        layer.values(rows, code_field), layer.values(rows, name_field), areas.tolist(), strict=True
    ):
        sums[key, name] = sums.get((key, name), 0.0) + area
    whole = asking.site.area_m2
    return tuple(
        Share(key, name, area, area / whole) for (key, name), area in sorted(sums.items()) if area > 0.005
    )


def _verdict(concerns: list[Concern], uncovered: list[Uncovered]) -> Verdict:
    weighing = [one for one in concerns if one.counts]
    if any(one.effect is Effect.PROHIBIT for one in weighing):
        return Verdict.FAILS
    # No data is not a pass.
    if any(one.weighs for one in uncovered):
        return Verdict.UNDETERMINED
    if any(one.effect is Effect.CONDITION for one in weighing):
        return Verdict.CONDITIONAL
    return Verdict.CONFORMS
