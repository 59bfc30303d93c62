"""The sum of all outlines of a layer, where shared edges cancel, and a look at every vertex. Compiled.

Each ring is walked so that its ground lies on the left: an edge that two neighbours share is walked once each
way and drops out. What is left is the outline of the layer and of every overlap and gap in it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# All that is called lies in this file, so Numba's own stamp of it is enough.
compiled = njit(nogil=True, cache=True, error_model="numpy")

NEAR, SHARP, REPEATED = 1, 2, 3


@compiled
def directions(xy, ring_off, part_off, first, out):
    """Put into `out` 1 for each ring whose ground lies on the left as it is stored, −1 for the others, 0 flat.

    `first` (of each ring) says whether it is the shell of its part.
    """
    for part in range(len(part_off) - 1):
        for ring in range(part_off[part], part_off[part + 1]):
            first[ring] = ring == part_off[part]
            start, stop = ring_off[ring], ring_off[ring + 1]
            twice = 0.0
            x0, y0 = xy[start, 0], xy[start, 1]
            for i in range(start, stop - 1):
                ax, ay = xy[i, 0] - x0, xy[i, 1] - y0
                bx, by = xy[i + 1, 0] - x0, xy[i + 1, 1] - y0
                twice += ax * by - bx * ay
            turn = 1 if twice > 0 else (-1 if twice < 0 else 0)
            out[ring] = turn if first[ring] else -turn


@compiled
def _mix(a, b, c, d):
    h = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15)
    h ^= h >> np.uint64(29)
    h = (h + np.uint64(b)) * np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    h = (h + np.uint64(c)) * np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(29)
    h = (h + np.uint64(d)) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(32))


@compiled
def sum_edges(xy, ring_off, turn, origin_x, origin_y, per_unit, weight, held, net):
    """Add every edge to the table: `held` the first edge of each kind, `net` how often it is left over.

    Coordinates count in steps of 1 / `per_unit` from the origin. `held` (−1 where free) has a power of two of
    slots, more than twice the edges.
    """
    mask = np.uint64(len(held) - 1)
    for ring in range(len(ring_off) - 1):
        if turn[ring] == 0:
            continue
        for i in range(ring_off[ring], ring_off[ring + 1] - 1):
            ax = np.int64(np.rint((xy[i, 0] - origin_x) * per_unit))
            ay = np.int64(np.rint((xy[i, 1] - origin_y) * per_unit))
            bx = np.int64(np.rint((xy[i + 1, 0] - origin_x) * per_unit))
            by = np.int64(np.rint((xy[i + 1, 1] - origin_y) * per_unit))
            if ax == bx and ay == by:
                continue
            sign = np.int32(turn[ring] * weight)
            if ax > bx or (ax == bx and ay > by):
                ax, ay, bx, by = bx, by, ax, ay
                sign = -sign
            at = _mix(ax, ay, bx, by) & mask
            while True:
                k = held[at]
                if k < 0:
                    held[at] = i
                    net[at] = sign
                    break
                cx = np.int64(np.rint((xy[k, 0] - origin_x) * per_unit))
                cy = np.int64(np.rint((xy[k, 1] - origin_y) * per_unit))
                dx = np.int64(np.rint((xy[k + 1, 0] - origin_x) * per_unit))
                dy = np.int64(np.rint((xy[k + 1, 1] - origin_y) * per_unit))
                if cx > dx or (cx == dx and cy > dy):
                    cx, cy, dx, dy = dx, dy, cx, cy
                if cx == ax and cy == ay and dx == bx and dy == by:
                    net[at] += sign
                    break
                at = (at + np.uint64(1)) & mask


@compiled
def vertices(xy, ring_off, east_m, north_m, near_m, same_m, cos_sharp, count_only, place, kind, size):
    """List near, repeated and sharp vertices: index of the vertex, what it is, its distance (m) or cosine.

    `east_m`, `north_m` : metres of one unit of x and y, for each ring. The first and last vertex are one. Give how many there are;
    with `count_only` nothing is listed.
    """
    found = 0
    for ring in range(len(ring_off) - 1):
        start, last = ring_off[ring], ring_off[ring + 1] - 1
        ex, ny = east_m[ring], north_m
        # Directions come from the last vertex that lies apart, so that a repeated one hides no spike.
        px, py = 0.0, 0.0
        for back in range(last - 1, start, -1):
            px, py = (xy[start, 0] - xy[back, 0]) * ex, (xy[start, 1] - xy[back, 1]) * ny
            if px * px + py * py >= near_m * near_m:
                break
        for i in range(start, last):
            dx, dy = (xy[i + 1, 0] - xy[i, 0]) * ex, (xy[i + 1, 1] - xy[i, 1]) * ny
            far = np.sqrt(dx * dx + dy * dy)
            if far < near_m:
                if not count_only:
                    place[found], size[found] = i + 1, far
                    kind[found] = REPEATED if far <= same_m else NEAR
                found += 1
                continue
            before = np.sqrt(px * px + py * py)
            if before >= near_m:
                cos = -(px * dx + py * dy) / (before * far)
                if cos > cos_sharp:
                    if not count_only:
                        place[found], size[found], kind[found] = i, min(cos, 1.0), SHARP
                    found += 1
            px, py = dx, dy
    return found


@compiled
def crossings(xy, order, box, limit, budget):
    """Count where edges cross each other properly; stops at `limit`, gives −1 out of `budget`.

    `order` sorts the edges (by their first vertex) along x, `box` is west, south, east, north of each in that order.
    """
    found = 0
    looked = 0
    for a in range(len(order)):
        i = order[a]
        ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
        for b in range(a + 1, len(order)):
            if box[b, 0] > box[a, 2]:
                break
            looked += 1
            if looked > budget:
                return -1
            if box[b, 1] > box[a, 3] or box[b, 3] < box[a, 1]:
                continue
            j = order[b]
            cx, cy, dx, dy = xy[j, 0], xy[j, 1], xy[j + 1, 0], xy[j + 1, 1]
            s1 = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            s2 = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
            s3 = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
            s4 = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
            if s1 * s2 < 0 and s3 * s4 < 0:
                found += 1
                if found >= limit:
                    return found
    return found


@compiled
def shared_vertices(points, xy, origin_x, origin_y, per_unit, held, shared):
    """Mark in `shared` the points that are vertices of `xy`, on the grid; `held` is a table of −1, a power of two
    of slots, more than twice the points."""
    mask = np.uint64(len(held) - 1)
    for i in range(len(points)):
        px = np.int64(np.rint((points[i, 0] - origin_x) * per_unit))
        py = np.int64(np.rint((points[i, 1] - origin_y) * per_unit))
        at = _mix(px, py, 0, 0) & mask
        while held[at] >= 0:
            at = (at + np.uint64(1)) & mask
        held[at] = i
    for j in range(len(xy)):
        qx = np.int64(np.rint((xy[j, 0] - origin_x) * per_unit))
        qy = np.int64(np.rint((xy[j, 1] - origin_y) * per_unit))
        at = _mix(qx, qy, 0, 0) & mask
        while held[at] >= 0:
            i = held[at]
            if not shared[i]:
                px = np.int64(np.rint((points[i, 0] - origin_x) * per_unit))
                py = np.int64(np.rint((points[i, 1] - origin_y) * per_unit))
                if px == qx and py == qy:
                    shared[i] = True
            at = (at + np.uint64(1)) & mask


@compiled
def chains(a, b, off, to, used, out, starts):
    """Join edges end to end through nodes where just two meet; give the number of chains.

    Edge i runs from node `a[i]` to `b[i]`; the edges at node n are `to[off[n]:off[n + 1]]`. Chain c holds the
    nodes `out[starts[c]:starts[c + 1]]`. `used` marks edges, all free at first.
    """
    count, at = 0, 0
    starts[0] = 0
    for again in range(2):  # first what begins at an end or a crossing, then what closes on itself
        for n in range(len(off) - 1):
            if again == 0 and off[n + 1] - off[n] == 2:
                continue
            for k in range(off[n], off[n + 1]):
                edge = to[k]
                if used[edge]:
                    continue
                here = n
                out[at] = here
                at += 1
                while True:
                    used[edge] = True
                    here = b[edge] if a[edge] == here else a[edge]
                    out[at] = here
                    at += 1
                    if off[here + 1] - off[here] != 2:
                        break
                    first, second = to[off[here]], to[off[here] + 1]
                    edge = first if not used[first] else second
                    if used[edge]:
                        break
                count += 1
                starts[count] = at
    return count


@compiled
def keys(xy, out):
    """Give a number for each point; equal points have equal numbers."""
    for i in range(len(xy)):
        out[i] = _mix(np.int64(np.rint(xy[i, 0] * 1024)), np.int64(np.rint(xy[i, 1] * 1024)), 0, 0)
