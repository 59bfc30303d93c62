"""Cutting faces down to the size of their use: fields in strips, woods in wiggly pieces, blocks with streets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tuban.sample.cutting import axes, cut, random
from tuban.sample.mesh import Mesh, face_area


@dataclass(frozen=True, slots=True)
class Rule:
    """How faces of one use are cut down.

    `target_m2` is the middle size of a finished piece, `slimness` how many times longer than wide it
    may become, `wiggle` and `spacing_m` the shape of its new edges. With the probability
    `strip_share` a cut leaves a strip (road, track, ditch) of `width_m`, wide in large faces.
    """

    target_m2: float
    slimness: float = 2.0
    wiggle: float = 0.0
    spacing_m: float = 60.0
    strip_share: float = 0.0
    width_m: tuple[float, float] = (0.0, 0.0)
    wide_from_m2: float = 1.0
    strip_kinds: tuple[int, int] = (0, 0)
    second_share: float = 0.0


def table(rules: list[Rule]) -> NDArray[np.float64]:
    """Turn the rules into the rows that the kernel reads; the row number is the use."""
    return np.array(
        [
            [
                r.target_m2,
                r.slimness,
                r.wiggle,
                r.spacing_m,
                r.strip_share,
                *r.width_m,
                r.wide_from_m2,
                *r.strip_kinds,
                r.second_share,
            ]
            for r in rules
        ],
        float,
    )


@njit(cache=True)
def _try(
    m: Mesh,
    f: int,
    rule: np.ndarray,
    use: np.ndarray,
    kind: np.ndarray,
    root: np.ndarray,
    state: np.ndarray,
    area: float,
    attempt: int,
) -> int:
    ux, uy, long, short, cx, cy = axes(m, f)
    along = 2 * long / max(short, 1e-6) <= rule[1]
    if attempt == 2:
        along = not along
    reach = short if along else long
    dx, dy = (ux, uy) if along else (-uy, ux)
    shift = reach * 0.26 * (random(state) - 0.5)
    if attempt > 0:
        shift = reach * 0.5 * (random(state) - 0.5)
    px, py = cx - dy * shift, cy + dx * shift
    if random(state) < rule[4] and attempt == 0:
        w = rule[5] + (rule[6] - rule[5]) * min(1.0, area / rule[7])
        if reach > 6 * w:
            g = cut(m, f, px + dy * w / 2, py - dx * w / 2, dx, dy, 0.0, 1.0, 0.25, 0.12, state)
            if g < 0:
                return -1
            use[g], root[g], kind[g] = use[f], root[f], kind[f]
            s = cut(m, f, px - dy * w / 2, py + dx * w / 2, dx, dy, 0.0, 1.0, 0.25, 0.0005, state)
            if s >= 0:
                use[s], root[s] = use[f], root[f]
                kind[s] = rule[9] if random(state) < rule[10] else rule[8]
                # In a bent face the two cuts may part at a corner: what lies between is no strip then.
                if face_area(m, s) > 1.6 * w * (long if along else short):
                    kind[s] = kind[f]
            return g
    snap = min(3.0, 0.05 * short)
    g = cut(m, f, px, py, dx, dy, rule[2], rule[3], snap, 0.2, state)
    if g >= 0:
        use[g], root[g], kind[g] = use[f], root[f], kind[f]
    return g


@njit(cache=True)
def _run(
    m: Mesh,
    todo: np.ndarray,
    n: int,
    rules: np.ndarray,
    use: np.ndarray,
    kind: np.ndarray,
    root: np.ndarray,
    state: np.ndarray,
) -> None:
    stack = np.empty(len(m.first), np.int32)
    stack[:n] = todo
    while n > 0:
        n -= 1
        f = stack[n]
        rule = rules[use[f]]
        area = face_area(m, f)
        # Sizes of real parcels spread like a lognormal; the middle value is the rule's target.
        limit = rule[0] * 1.45 * math.exp(0.35 * (random(state) + random(state) + random(state) - 1.5))
        if area <= limit:
            continue
        for attempt in range(4):
            g = _try(m, f, rule, use, kind, root, state, area, attempt)
            if g >= 0:
                stack[n], stack[n + 1] = f, g
                n += 2
                break


def subdivide(
    m: Mesh,
    todo: NDArray[np.integer],
    rules: list[Rule],
    use: NDArray[np.int16],
    kind: NDArray[np.int16],
    state: NDArray[np.uint64],
) -> NDArray[np.int32]:
    """Cut the faces `todo` by the rule of their `use`; give for every face the face it came from.

    `use` and `kind` (arrays with the mesh's room) are filled in for the new faces.
    """
    root = np.arange(len(m.first), dtype=np.int32)
    _run(m, todo.astype(np.int32), len(todo), table(rules), use, kind, root, state)
    return root[: m.used[2]]
