"""Where the outline of a polygon crosses those of a zone, and in which order along each. Compiled; see `kernel_clip`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tuban.geo.kernel import compiled
from tuban.geo.kernel_grid import place, ring_sign

CLOSE = 4e-15  # of a coordinate: nearer than this a vertex may lie on an edge


class ClipRoom(NamedTuple):
    """Room for one call of `clip_rows` at a time; a pair that needs more is doubtful."""

    stack: np.ndarray
    found: np.ndarray
    own: np.ndarray  # A's points, its ground on the left, relative to its corner
    own_ring: np.ndarray  # ring of each, and where each ring starts
    own_off: np.ndarray
    key: np.ndarray  # the zone's edges near A: 2 · place in xy + (polygon below it)
    cross: np.ndarray  # x, y, place along A's edge, along the zone's edge
    cross_at: (
        np.ndarray
    )  # A's edge, the zone's edge in `key`, enters, met, next along A, next along the zone, its ring, its way
    order: np.ndarray
    ring: np.ndarray  # points of the rings found
    ring_off: np.ndarray
    ring_area: np.ndarray
    ring_shell: np.ndarray


@compiled
def own_points(row, xy, ring_off, part_off, row_off, x0, y0, room):
    """Put A's rings into `own`, ground on the left; give how many points and rings, −1 where there is no room."""
    n = rings = 0
    for part in range(row_off[row], row_off[row + 1]):
        for q in range(part_off[part], part_off[part + 1]):
            start, stop = ring_off[q], ring_off[q + 1]
            if stop - start < 4:
                continue
            if n + stop - start > len(room.own) or rings + 2 > len(room.own_off):
                return -1, 0
            left = ring_sign(xy, start, stop, q == part_off[part]) > 0
            room.own_off[rings] = n
            for i in range(start, stop):
                at = i if left else start + stop - 1 - i
                room.own[n, 0], room.own[n, 1] = xy[at, 0] - x0, xy[at, 1] - y0
                room.own_ring[n] = rings
                n += 1
            rings += 1
    room.own_off[rings] = n
    return n, rings


@compiled
def _sort(key, n):
    """Sort the first n in place: few, and mostly in order already."""
    gap = 1
    while gap < n // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            value = key[i]
            j = i
            while j >= gap and key[j - gap] > value:
                key[j] = key[j - gap]
                j -= gap
            key[j] = value
        gap //= 3


@compiled
def candidates(zones, parts, hits, x0, y0, x1, y1, key):
    """Put the zone's edges whose boxes meet the window into `key`, each once; −1 where there is no room."""
    n = 0
    for h in range(hits):
        part = parts[h]
        west, south, east, north = (
            zones.box[part, 0],
            zones.box[part, 1],
            zones.box[part, 2],
            zones.box[part, 3],
        )
        nx, ny = zones.counts[part, 0], zones.counts[part, 1]
        per_x = nx / (east - west) if east > west else 0.0
        per_y = ny / (north - south) if north > south else 0.0
        c0, c1 = place(x0, west, per_x, nx), place(x1, west, per_x, nx)
        r0, r1 = place(y0, south, per_y, ny), place(y1, south, per_y, ny)
        for column in range(c0, c1 + 1):
            for row in range(r0, r1 + 1):
                cell = zones.cell_base[part] + column * ny + row
                for k in range(zones.cell_off[cell], zones.cell_off[cell + 1]):
                    if row != max(zones.first_row[k], r0):
                        continue
                    edge = zones.edge[k]
                    if edge[2] < x0 or edge[0] > x1:
                        continue
                    if max(edge[1], edge[3]) < y0 or min(edge[1], edge[3]) > y1:
                        continue
                    if n == len(key):
                        return -1
                    key[n] = 2 * np.int64(zones.edge_at[k]) + (1 if zones.sign[k] > 0 else 0)
                    n += 1
    _sort(key, n)
    kept = 0
    for i in range(n):
        if i == 0 or key[i] != key[i - 1]:
            key[kept] = key[i]
            kept += 1
    return kept


@compiled
def _beside(px, py, qx, qy, rx, ry, close):
    """Say on which side of the line from p to q the point r lies: 1 left, −1 right, 0 not sure.

    Also whether it may lie on the edge itself.
    """
    dx, dy = qx - px, qy - py
    long = np.hypot(dx, dy)
    turn = dx * (ry - py) - dy * (rx - px)
    if abs(turn) > close * long:
        return (1 if turn > 0 else -1), False
    along = dx * (rx - px) + dy * (ry - py)
    return 0, -close * long <= along <= (long + close) * long


@compiled
def edge_of(zone_xy, key, outside, x0, y0):
    """Give an edge of the zone from start to end, and which way its ring runs in xy.

    With the zone's ground on the left; or, where the ground `outside` the zones is meant, that.
    """
    i = key >> 1
    ax, ay, bx, by = zone_xy[i, 0] - x0, zone_xy[i, 1] - y0, zone_xy[i + 1, 0] - x0, zone_xy[i + 1, 1] - y0
    # Polygon below an edge: with it on the left one walks west (down, where vertical).
    west_first = ax < bx or (ax == bx and ay < by)
    if (west_first == ((key & 1) == 0)) != outside:
        return ax, ay, bx, by, 1
    return bx, by, ax, ay, -1


@compiled
def crossings(zone_xy, n_own, n_key, outside, x0, y0, close, room):
    """Find where A's outline crosses the zone's, in order along A; −1 where something is in doubt."""
    own, cross, cross_at = room.own, room.cross, room.cross_at
    n = 0
    for i in range(n_own - 1):
        if room.own_ring[i] != room.own_ring[i + 1]:
            continue
        ax, ay, bx, by = own[i, 0], own[i, 1], own[i + 1, 0], own[i + 1, 1]
        if ax == bx and ay == by:
            continue
        low_x, high_x = min(ax, bx) - close, max(ax, bx) + close
        low_y, high_y = min(ay, by) - close, max(ay, by) + close
        first = n
        for k in range(n_key):
            at = room.key[k] >> 1
            cx, dx = zone_xy[at, 0] - x0, zone_xy[at + 1, 0] - x0
            if (cx < low_x and dx < low_x) or (cx > high_x and dx > high_x):
                continue
            cy, dy = zone_xy[at, 1] - y0, zone_xy[at + 1, 1] - y0
            if (cy < low_y and dy < low_y) or (cy > high_y and dy > high_y):
                continue
            cx, cy, dx, dy, _ = edge_of(zone_xy, room.key[k], outside, x0, y0)
            a_side, a_on = _beside(cx, cy, dx, dy, ax, ay, close)
            b_side, b_on = _beside(cx, cy, dx, dy, bx, by, close)
            c_side, c_on = _beside(ax, ay, bx, by, cx, cy, close)
            d_side, d_on = _beside(ax, ay, bx, by, dx, dy, close)
            if a_on or b_on or c_on or d_on:
                return -1
            if a_side * b_side >= 0 or c_side * d_side >= 0:
                continue
            if n == len(cross):
                return -1
            over = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
            under_ = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
            t = over / (over - under_)
            left = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            right = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
            u = left / (left - right)
            # In order along the edge: few, so each new one moves to its place.
            j = n
            while j > first and cross[j - 1, 2] > t:
                cross[j] = cross[j - 1]
                cross_at[j] = cross_at[j - 1]
                j -= 1
            cross[j, 0], cross[j, 1], cross[j, 2], cross[j, 3] = ax + t * (bx - ax), ay + t * (by - ay), t, u
            cross_at[j, 0], cross_at[j, 1], cross_at[j, 2], cross_at[j, 3] = i, k, 1 if b_side > 0 else 0, 0
            n += 1
    return n


@compiled
def ring_of(ring_off, point, low, high):
    """Give the ring between `low` and `high` that a point belongs to."""
    while high - low > 1:
        middle = (low + high) // 2
        if ring_off[middle] <= point:
            low = middle
        else:
            high = middle
    return low


@compiled
def _later(a, b, key, cross, cross_at):
    """Say whether crossing a comes after b along the zone's outlines."""
    ring_a, ring_b = cross_at[a, 6], cross_at[b, 6]
    if ring_a != ring_b:
        return ring_a > ring_b
    edge_a, edge_b = key[cross_at[a, 1]] >> 1, key[cross_at[b, 1]] >> 1
    if edge_a != edge_b:
        return (edge_a > edge_b) == (cross_at[a, 7] > 0)
    return cross[a, 3] > cross[b, 3]


@compiled
def link(zone_xy, zone_ring_off, n, outside, x0, y0, close, room):
    """Set what comes next along A and along the zone; say whether entering and leaving alternate on both."""
    cross, cross_at, order, key = room.cross, room.cross_at, room.order, room.key
    rings = len(zone_ring_off) - 1
    for c in range(n):
        cross_at[c, 6] = ring_of(zone_ring_off, key[cross_at[c, 1]] >> 1, 0, rings)
        cross_at[c, 7] = edge_of(zone_xy, key[cross_at[c, 1]], outside, x0, y0)[4]
        order[c] = c
    start = 0
    for c in range(n):
        ring = room.own_ring[cross_at[c, 0]]
        last = c + 1 == n or room.own_ring[cross_at[c + 1, 0]] != ring
        follower = start if last else c + 1
        cross_at[c, 4] = follower
        if cross_at[c, 2] == cross_at[follower, 2]:
            return False
        if last:
            start = c + 1
        elif abs(cross[c, 0] - cross[c + 1, 0]) <= close and abs(cross[c, 1] - cross[c + 1, 1]) <= close:
            return False  # two outlines of the zone cross A in one place
    for c in range(1, n):
        value = order[c]
        j = c
        while j > 0 and _later(order[j - 1], value, key, cross, cross_at):
            order[j] = order[j - 1]
            j -= 1
        order[j] = value
    start = 0
    for place_ in range(n):
        c = order[place_]
        last = place_ + 1 == n or cross_at[order[place_ + 1], 6] != cross_at[c, 6]
        follower = order[start] if last else order[place_ + 1]
        cross_at[c, 5] = follower
        if cross_at[c, 2] == cross_at[follower, 2]:
            return False
        if last:
            start = place_ + 1
    return True
