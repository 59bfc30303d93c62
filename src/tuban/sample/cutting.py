"""Cutting one face of the mesh in two: along a line, with a natural wiggle where asked."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tuban.sample.mesh import GRID_M, Mesh

MAX_CROSSINGS = 64
MAX_CHAIN = 40
# Below the skeleton's grid, far above what rounding moves.
CLEARANCE_M = 0.004


@njit(cache=True)
def random(state: NDArray[np.uint64]) -> float:
    """Next number in [0, 1) of a splitmix64 stream: the same on every machine."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True)
def axes(m: Mesh, f: int) -> tuple[float, float, float, float, float, float]:
    """Direction of the long side (ux, uy), extent along and across it, and the box centre there.

    The direction is the mean of the edges' directions modulo a right angle, weighted by length: cuts
    then run along and across what is already there, as they do between neighbours' fields.
    """
    h0 = m.first[f]
    c4 = s4 = 0.0
    h = h0
    while True:
        n = m.after[h]
        dx = m.x[m.origin[n]] - m.x[m.origin[h]]
        dy = m.y[m.origin[n]] - m.y[m.origin[h]]
        length = math.hypot(dx, dy)
        a = math.atan2(dy, dx)
        c4 += length * math.cos(4 * a)
        s4 += length * math.sin(4 * a)
        h = n
        if h == h0:
            break
    a = math.atan2(s4, c4) / 4
    ux, uy = math.cos(a), math.sin(a)
    u0, u1, v0, v1 = 1e30, -1e30, 1e30, -1e30
    x0, y0 = m.x[m.origin[h0]], m.y[m.origin[h0]]
    while True:
        dx, dy = m.x[m.origin[h]] - x0, m.y[m.origin[h]] - y0
        u, v = dx * ux + dy * uy, -dx * uy + dy * ux
        u0, u1, v0, v1 = min(u0, u), max(u1, u), min(v0, v), max(v1, v)
        h = m.after[h]
        if h == h0:
            break
    cu, cv = (u0 + u1) / 2, (v0 + v1) / 2
    cx, cy = x0 + cu * ux - cv * uy, y0 + cu * uy + cv * ux
    if u1 - u0 >= v1 - v0:
        return ux, uy, u1 - u0, v1 - v0, cx, cy
    return -uy, ux, v1 - v0, u1 - u0, cx, cy


@njit(cache=True)
def _snap(v: float) -> float:
    return np.round(v / GRID_M) * GRID_M


@njit(cache=True)
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@njit(cache=True)
def _split_edge(m: Mesh, h: int, x: float, y: float) -> int:
    """Insert a vertex into edge `h`; give the half-edge of the same face that starts there."""
    t = h ^ 1
    v, n = m.used[0], m.used[1]
    m.x[v], m.y[v] = x, y
    m.used[0] += 1
    m.used[1] += 2
    m.origin[n], m.origin[n + 1] = v, m.origin[t]
    m.origin[t] = v
    m.face[n], m.face[n + 1] = m.face[h], m.face[t]
    after_h, before_t = m.after[h], m.before[t]
    m.after[n], m.before[n] = after_h, h
    m.before[after_h], m.after[h] = n, n
    m.after[n + 1], m.before[n + 1] = t, before_t
    m.after[before_t], m.before[t] = n + 1, n + 1
    return n


@njit(cache=True)
def _inside_corner(m: Mesh, h: int, new: bool, x: float, y: float, px: float, py: float) -> bool:
    """Does the first step of a cut, from (x, y) to (px, py), go into the face?

    `h` starts at the corner, or, where the corner is new, is the edge that will be split there.
    """
    if new:
        a, b = m.origin[h], m.origin[m.after[h]]
        return _side(m.x[a], m.y[a], m.x[b], m.y[b], px, py) > GRID_M
    p, n = m.origin[m.before[h]], m.origin[m.after[h]]
    left_in = _side(m.x[p], m.y[p], x, y, px, py) > GRID_M
    left_out = _side(x, y, m.x[n], m.y[n], px, py) > GRID_M
    if _side(m.x[p], m.y[p], x, y, m.x[n], m.y[n]) > 0:
        return left_in and left_out
    return left_in or left_out


@njit(cache=True)
def _gap(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Distance from p to the segment a-b."""
    dx, dy = bx - ax, by - ay
    along = (px - ax) * dx + (py - ay) * dy
    whole = dx * dx + dy * dy
    t = min(max(along / whole, 0.0), 1.0) if whole > 0 else 0.0
    return math.hypot(px - ax - t * dx, py - ay - t * dy)


@njit(cache=True)
def _clear(m: Mesh, f: int, xs: np.ndarray, ys: np.ndarray, k: int) -> bool:
    """Does the chain of `k` points stay inside face `f`, touching its rim only at its ends?

    Nothing may come nearer than `CLEARANCE_M`: coordinates are rounded, and converted to degrees and
    rounded again, and must not cross then.
    """
    h0 = m.first[f]
    h = h0
    while True:
        n = m.after[h]
        ax, ay = m.x[m.origin[h]], m.y[m.origin[h]]
        bx, by = m.x[m.origin[n]], m.y[m.origin[n]]
        corner_a = (ax == xs[0] and ay == ys[0]) or (ax == xs[k - 1] and ay == ys[k - 1])
        corner_b = (bx == xs[0] and by == ys[0]) or (bx == xs[k - 1] and by == ys[k - 1])
        for i in range(k - 1):
            px, py, qx, qy = xs[i], ys[i], xs[i + 1], ys[i + 1]
            if max(px, qx) < min(ax, bx) - 1 or min(px, qx) > max(ax, bx) + 1:
                continue
            if max(py, qy) < min(ay, by) - 1 or min(py, qy) > max(ay, by) + 1:
                continue
            if not corner_a and _gap(ax, ay, px, py, qx, qy) < CLEARANCE_M:
                return False
            if i > 0 and _gap(px, py, ax, ay, bx, by) < CLEARANCE_M:
                return False
            # An end of the chain lies on the rim (on this edge, or at one of its corners): no crossing.
            at_end = (i == 0 and _gap(px, py, ax, ay, bx, by) < 2 * GRID_M) or (
                i == k - 2 and _gap(qx, qy, ax, ay, bx, by) < 2 * GRID_M
            )
            # A corner where the chain ends is touched by its first or last step; the others may cross there.
            shared = (corner_a and ((ax == px and ay == py) or (ax == qx and ay == qy))) or (
                corner_b and ((bx == px and by == py) or (bx == qx and by == qy))
            )
            if at_end or shared:
                continue
            if (
                _side(ax, ay, bx, by, px, py) * _side(ax, ay, bx, by, qx, qy) <= 0
                and _side(px, py, qx, qy, ax, ay) * _side(px, py, qx, qy, bx, by) <= 0
            ):
                return False
        h = n
        if h == h0:
            return True


@njit(cache=True)
def _crossings(
    m: Mesh, f: int, px: float, py: float, dx: float, dy: float, t: np.ndarray, at: np.ndarray
) -> int:
    """Where the line through p along d crosses the rim of `f`: positions along it, sorted, and edges."""
    k = 0
    h0 = m.first[f]
    h = h0
    while True:
        n = m.after[h]
        ax, ay = m.x[m.origin[h]] - px, m.y[m.origin[h]] - py
        bx, by = m.x[m.origin[n]] - px, m.y[m.origin[n]] - py
        sa, sb = dx * ay - dy * ax, dx * by - dy * bx
        if (sa >= 0) != (sb >= 0):
            if k == MAX_CROSSINGS:
                return 0
            w = sa / (sa - sb)
            t[k] = (ax + w * (bx - ax)) * dx + (ay + w * (by - ay)) * dy
            at[k] = h
            k += 1
        h = n
        if h == h0:
            break
    for i in range(1, k):
        v, e = t[i], at[i]
        j = i - 1
        while j >= 0 and t[j] > v:
            t[j + 1], at[j + 1] = t[j], at[j]
            j -= 1
        t[j + 1], at[j + 1] = v, e
    return k


@njit(cache=True)
def count_crossings(m: Mesh, f: int, px: float, py: float, dx: float, dy: float) -> int:
    """How often the line through (px, py) along (dx, dy) crosses the rim of `f`."""
    return _crossings(m, f, px, py, dx, dy, np.empty(MAX_CROSSINGS), np.empty(MAX_CROSSINGS, np.int64))


@njit(cache=True)
def cut(
    m: Mesh,
    f: int,
    px: float,
    py: float,
    dx: float,
    dy: float,
    wiggle: float,
    spacing: float,
    snap: float,
    least: float,
    state: NDArray[np.uint64],
) -> int:
    """Cut face `f` along the line through (px, py) with unit direction (dx, dy).

    The part on the left keeps its number; the part on the right gets the number returned, or -1 if
    nothing was cut: no clear way across, or a part under the share `least`. `wiggle` is the largest
    displacement as a share of the length; ends within `snap` m of a corner go to the corner.
    """
    if m.used[2] + 1 >= len(m.first) or m.used[0] + MAX_CHAIN + 4 >= len(m.x):
        return -1
    if m.used[1] + 2 * MAX_CHAIN + 8 >= len(m.origin):
        return -1
    t = np.empty(MAX_CROSSINGS)
    at = np.empty(MAX_CROSSINGS, np.int64)
    k = _crossings(m, f, px, py, dx, dy, t, at)
    if k < 2:
        return -1
    best = 0
    for i in range(0, k - 1, 2):
        if t[i + 1] - t[i] > t[best + 1] - t[best]:
            best = i
    ha, hb = at[best], at[best + 1]
    ax, ay = px + t[best] * dx, py + t[best] * dy
    bx, by = px + t[best + 1] * dx, py + t[best + 1] * dy
    new_a, ha, ax, ay = _end(m, ha, ax, ay, snap)
    new_b, hb, bx, by = _end(m, hb, bx, by, snap)
    if ha == hb or (m.after[ha] == hb and not new_a and not new_b):
        return -1
    if not new_a and not new_b and m.after[hb] == ha:
        return -1
    length = math.hypot(bx - ax, by - ay)
    if length < 0.5:
        return -1
    xs, ys = np.empty(MAX_CHAIN), np.empty(MAX_CHAIN)
    n = 2
    for attempt in range(3):
        amp = wiggle * length * (0.5**attempt) if attempt < 2 else 0.0
        n = _chain(ax, ay, bx, by, length, amp, spacing, xs, ys, state)
        fine = _inside_corner(m, ha, new_a, ax, ay, xs[1], ys[1])
        fine = fine and _inside_corner(m, hb, new_b, bx, by, xs[n - 2], ys[n - 2])
        if fine and _clear(m, f, xs, ys, n):
            break
        if amp == 0.0:
            return -1
    if not _fair(m, f, ha, hb, new_a, new_b, xs, ys, n, least):
        return -1
    if new_a:
        ha = _split_edge(m, ha, ax, ay)
    if new_b:
        hb = _split_edge(m, hb, bx, by)
    return _split_face(m, f, ha, hb, xs, ys, n)


@njit(cache=True)
def _end(m: Mesh, h: int, x: float, y: float, snap: float) -> tuple[bool, int, float, float]:
    a, b = m.origin[h], m.origin[m.after[h]]
    to_a, to_b = math.hypot(x - m.x[a], y - m.y[a]), math.hypot(x - m.x[b], y - m.y[b])
    if to_a <= to_b and to_a < snap:
        return False, h, m.x[a], m.y[a]
    if to_b < snap:
        return False, m.after[h], m.x[b], m.y[b]
    return True, h, _snap(x), _snap(y)


@njit(cache=True)
def _chain(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    length: float,
    amp: float,
    spacing: float,
    xs: np.ndarray,
    ys: np.ndarray,
    state: NDArray[np.uint64],
) -> int:
    xs[0], ys[0] = ax, ay
    n = 2
    if amp > 0:
        inner = min(MAX_CHAIN - 2, int(length / spacing))
        nx, ny = -(by - ay) / length, (bx - ax) / length
        a1, a2, a3 = random(state) * 2 - 1, random(state) * 2 - 1, random(state) * 2 - 1
        p2, p3 = random(state) * 6.283, random(state) * 6.283
        for i in range(1, inner + 1):
            s = (i + 0.5 * (random(state) - 0.5)) / (inner + 1)
            bow = math.sin(math.pi * s)
            d = amp * bow * (a1 + 0.6 * a2 * math.sin(6.283 * s + p2) + 0.5 * a3 * math.sin(14.0 * s + p3))
            d += amp * 0.12 * (random(state) - 0.5)
            xs[i] = _snap(ax + s * (bx - ax) + d * nx)
            ys[i] = _snap(ay + s * (by - ay) + d * ny)
        n = inner + 2
    xs[n - 1], ys[n - 1] = bx, by
    return n


@njit(cache=True)
def _fair(
    m: Mesh,
    f: int,
    ha: int,
    hb: int,
    new_a: bool,
    new_b: bool,
    xs: np.ndarray,
    ys: np.ndarray,
    n: int,
    least: float,
) -> bool:
    """Would both parts be at least the share `least` of the face?"""
    h0 = m.first[f]
    x0, y0 = xs[0], ys[0]
    whole = 0.0
    h = h0
    while True:
        k = m.after[h]
        whole += (m.x[m.origin[h]] - x0) * (m.y[m.origin[k]] - y0) - (m.y[m.origin[h]] - y0) * (
            m.x[m.origin[k]] - x0
        )
        h = k
        if h == h0:
            break
    right = 0.0
    # The right part: back along the chain from b to a, then the rim from a to b.
    for i in range(n - 1, 0, -1):
        right += (xs[i] - x0) * (ys[i - 1] - y0) - (ys[i] - y0) * (xs[i - 1] - x0)
    lx, ly = xs[0], ys[0]
    h = m.after[ha] if new_a else ha
    stop = hb
    if new_b:
        stop = m.after[hb]
    if new_a and hb == ha:
        return False
    while h != stop:
        v = m.origin[h]
        right += (lx - x0) * (m.y[v] - y0) - (ly - y0) * (m.x[v] - x0)
        lx, ly = m.x[v], m.y[v]
        h = m.after[h]
    right += (lx - x0) * (ys[n - 1] - y0) - (ly - y0) * (xs[n - 1] - x0)
    return right >= least * whole and whole - right >= least * whole


@njit(cache=True)
def _split_face(m: Mesh, f: int, ha: int, hb: int, xs: np.ndarray, ys: np.ndarray, n: int) -> int:
    g = m.used[2]
    m.used[2] += 1
    va, vb = m.origin[ha], m.origin[hb]
    pa, pb = m.before[ha], m.before[hb]
    last = va
    prev_f, next_b = pa, ha
    for i in range(1, n):
        e = m.used[1]
        m.used[1] += 2
        if i == n - 1:
            v = vb
        else:
            v = m.used[0]
            m.used[0] += 1
            m.x[v], m.y[v] = xs[i], ys[i]
        m.origin[e], m.origin[e + 1] = last, v
        m.face[e], m.face[e + 1] = f, g
        m.before[e], m.after[prev_f] = prev_f, e
        m.after[e + 1], m.before[next_b] = next_b, e + 1
        prev_f, next_b = e, e + 1
        last = v
    m.after[prev_f], m.before[hb] = hb, prev_f
    m.before[next_b], m.after[pb] = pb, next_b
    m.first[f], m.first[g] = hb, ha
    h = ha
    while True:
        m.face[h] = g
        h = m.after[h]
        if h == ha:
            break
    return g
