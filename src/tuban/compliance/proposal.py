"""A counter-proposal: the smallest change of a site that no rule forbids, or the proof that there is none near by."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import shapely

from tuban.compliance.ground import Ground
from tuban.compliance.policy import Policy
from tuban.compliance.predicates import Question, answer
from tuban.compliance.site import Site, moved
from tuban.compliance.taking import Asking
from tuban.domain.siterule import Effect, RulePack
from tuban.errors import Text, WrongUse
from tuban.geo.affine import shifted
from tuban.geo.area import area_m2

Kind = Literal["as it is", "trim", "move", "move and trim"]
MOST_M = 5_000.0
# A square of displacements smaller than this is not divided again.
FINEST_M = 0.5
MOST_CELLS = 20_000
# Ground that two outlines share by the noise of arithmetic alone.
_NOISE_M2 = 1e-6


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to pass: the new site, how far it moved (metres east and north), how much ground it gives up."""

    kind: Kind
    site: Site
    east_m: float
    north_m: float
    distance_m: float
    given_up_m2: float


@dataclass(frozen=True)
class Counter:
    """What was found: proposals, the least change first; the ground that is forbidden near the site.

    `proven` says that no displacement within `within_m` passes with the site whole; where it is False and no
    move is among the proposals, `unresolved_m` is the size of the displacements that were left undecided.
    """

    site: Site
    within_m: float
    proposals: tuple[Proposal, ...]
    forbidden: shapely.Geometry
    rules: tuple[str, ...]
    proven: bool
    unresolved_m: float | None
    examined: int


def propose(
    site: Site,
    ground: Ground,
    packs: Iterable[RulePack],
    *,
    on: date,
    within_m: float = 500.0,
    policy: Policy | None = None,
) -> Counter:
    """Find the smallest changes of a site after which no rule forbids it.

    What is forbidden is asked of all the ground within reach at once, so that a move does not run into another
    line. A share or an area that a rule allows is not used up: proposals keep clear of the line altogether.
    The search for a move is a branch and bound over displacements: a square of displacements is ruled out
    where even the site shrunk by the square's radius meets forbidden ground, which holds for all of them.

    Parameters
    ----------
    within_m : how far the site may move.

    Raises
    ------
    WrongUse : a reach that is none.
    """
    if not 0 <= within_m <= MOST_M:
        raise WrongUse(
            Text(f"移动范围 {within_m:g} 米无法使用。", f"A reach of {within_m:g} m cannot be used."),
            Text(f"应在 0 至 {MOST_M:g} 米之间。", f"Give 0 to {MOST_M:g} m."),
        )
    policy = policy or Policy()
    crs = site.plane_crs
    shape = site.in_(crs)
    around = shapely.buffer(shape, within_m + 1.0, quad_segs=16)
    bad, rules = _forbidden(replace(site, shape=around, crs=crs, _moved={}), ground, packs, on)
    shapely.prepare(bad)
    if _meets(shape, bad, policy) <= _NOISE_M2:
        same = Proposal("as it is", site, 0.0, 0.0, 0.0, 0.0)
        return Counter(site, within_m, (same,), bad, rules, False, None, 0)
    found: list[Proposal] = []
    trimmed = _trimmed(shape, bad, policy)
    if trimmed is not None:
        found.append(_made("trim", site, trimmed, crs, 0.0, 0.0))
    search = _search(shape, bad, within_m, policy)
    if search.best is not None:
        east, north = search.best
        found.append(_made("move", site, shifted(shape, east, north), crs, east, north))
    elif within_m > 0:
        east, north = search.least
        there = _trimmed(shifted(shape, east, north), bad, policy)
        both = None if there is None else _made("move and trim", site, there, crs, east, north)
        if both is not None and (not found or both.given_up_m2 < 0.99 * found[0].given_up_m2):
            found.append(both)
    proven = search.best is None and search.finest is None
    order = {"move": 0, "trim": 1, "move and trim": 2}
    found.sort(key=lambda one: (one.given_up_m2 > 0.2 * site.area_m2, order[one.kind]))
    return Counter(site, within_m, tuple(found), bad, rules, proven, search.finest, search.examined)


def _forbidden(
    window: Site, ground: Ground, packs: Iterable[RulePack], on: date
) -> tuple[shapely.Geometry, tuple[str, ...]]:
    """Give the ground of a window that rules forbid, in the window's system, and the rules."""
    asking = Asking(window, Policy(0.0, 0.0, 0.0))
    question = Question(asking, ground, on)
    shapes, rules = [], []
    for rule in sorted((r for pack in packs for r in pack.rules if r.holds(on)), key=lambda r: r.id):
        if rule.effect is not Effect.PROHIBIT:
            continue
        found = answer(rule.when, question)
        if not found.holds or (rule.unless is not None and answer(rule.unless, question).holds):
            continue
        taken = [taking.ground for taking in found.takings if taking.ground is not None]
        if taken:
            shapes.append(shapely.union_all(taken))
            rules.append(rule.id)
    return shapely.union_all(shapes), tuple(rules)


@dataclass(frozen=True, slots=True)
class _Search:
    best: tuple[float, float] | None
    least: tuple[float, float]
    finest: float | None
    examined: int


def _search(shape: shapely.Geometry, bad: shapely.Geometry, within_m: float, policy: Policy) -> _Search:
    """Look for the shortest displacement that is free; the queue holds squares by their nearest corner."""
    whole = shapely.area(shape)
    best: tuple[float, float] | None = None
    best_m = math.inf
    least, least_m2 = (0.0, 0.0), math.inf
    finest: float | None = None
    queue: list[tuple[float, float, float, float]] = [(0.0, 0.0, 0.0, within_m)]
    shrunk: dict[float, shapely.Geometry] = {}
    examined = 0
    while queue and examined < MOST_CELLS:
        nearest, x, y, half = heapq.heappop(queue)
        if nearest >= best_m or nearest > within_m:
            break
        examined += 1
        distance = math.hypot(x, y)
        if distance <= within_m:
            taken = _meets(shifted(shape, x, y), bad, policy)
            if taken < least_m2 - 1e-9 * whole:
                least, least_m2 = (x, y), taken
            if taken <= _NOISE_M2 and distance < best_m:
                best, best_m = (x, y), distance
        radius = half * math.sqrt(2)
        if half not in shrunk:
            shrunk[half] = shapely.buffer(shape, -radius, join_style="mitre")
        core = shrunk[half]
        # What is narrower than the policy's limits would not count, and rules nothing out.
        if not shapely.is_empty(core) and _meets(shifted(core, x, y), bad, policy) > max(
            _NOISE_M2, policy.slivers_together_m2
        ):
            continue
        if half <= FINEST_M:
            finest = half
            continue
        quarter = half / 2
        for dx in (-quarter, quarter):
            for dy in (-quarter, quarter):
                corner = math.hypot(max(0.0, abs(x + dx) - quarter), max(0.0, abs(y + dy) - quarter))
                heapq.heappush(queue, (corner, x + dx, y + dy, quarter))
    if queue and best is None and queue[0][0] <= within_m and examined >= MOST_CELLS:
        finest = max(half for *_, half in queue)
    return _Search(best, least, finest if best is None else None, examined)


def _meets(shape: shapely.Geometry, bad: shapely.Geometry, policy: Policy) -> float:
    """Give the plane area of forbidden ground that counts under the policy."""
    if shapely.is_empty(bad) or not shapely.intersects(bad, shape):
        return 0.0
    parts = shapely.get_parts(shapely.intersection(shape, bad))
    areas, lengths = shapely.area(parts), np.maximum(shapely.length(parts), 1e-9)
    thin = (areas < policy.sliver_m2) | (2 * areas / lengths < policy.sliver_width_m)
    left = float(areas[thin].sum())
    return float(areas[~thin].sum()) + (left if left > policy.slivers_together_m2 else 0.0)


def _trimmed(shape: shapely.Geometry, bad: shapely.Geometry, policy: Policy) -> shapely.Geometry | None:
    """Cut forbidden ground off; what is left must be ground worth the name."""
    parts = shapely.get_parts(shapely.difference(shape, bad))
    parts = parts[shapely.get_dimensions(parts) == 2]
    wide = 2 * shapely.area(parts) / np.maximum(shapely.length(parts), 1e-9)
    parts = parts[(shapely.area(parts) >= policy.sliver_m2) & (wide >= policy.sliver_width_m)]
    return None if not len(parts) else shapely.union_all(parts)


def _made(
    kind: Kind, site: Site, shape: shapely.Geometry, crs: str, east_m: float, north_m: float
) -> Proposal:
    back = moved(np.array([shape], dtype=object), crs, site.crs)
    left = float(area_m2(back, site.crs)[0])
    made = replace(site, shape=back[0], _moved={})
    # A move changes the ellipsoid's area by parts in a million; only what is cut off is given up.
    given_up = 0.0 if kind == "move" else max(0.0, site.area_m2 - left)
    return Proposal(kind, made, east_m, north_m, math.hypot(east_m, north_m), given_up)
