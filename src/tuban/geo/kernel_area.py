"""Area of A ∩ B from the edges alone: no piece is built, nothing is decided about topology. Compiled.

A polygon is the signed sum of what lies under its edges (+ under an edge with the polygon below it, − under one
with the polygon above). So the area of A ∩ B is the signed sum, over pairs of edges that overlap in x, of what
lies under both: the integral of the lower of two lines, in closed form. Shared and nearly shared edges are pairs
like any other and cost no accuracy.

Only the edges of B within A's window (the box of A, or of a strip of a large A) enter the sum. Those above the
window matter only through how often they cover its upper side: counted once at its left corner, and changed
where an edge of B passes through that side. See docs/engine.md for a figure.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tuban.geo.kernel import compiled
from tuban.geo.kernel_density import density
from tuban.geo.kernel_grid import place, ring_sign
from tuban.geo.kernel_tree import search

EVERY, LATER = 0, 1  # which zones a row is measured with: all, or those after it (a layer with itself)

STRIPED = 64  # a polygon with more edges is treated in strips
EDGES_A_STRIP = 32


class Scratch(NamedTuple):
    """Room for one call of `overlay_rows` at a time; see `overlay_pairs` for the sizes."""

    stack: np.ndarray
    found: np.ndarray
    edges: np.ndarray
    own: np.ndarray
    near: np.ndarray
    off: np.ndarray
    listed: np.ndarray
    order: np.ndarray


class Out(NamedTuple):
    """What `overlay_rows` finds: a place for each pair whose boxes share ground, and `own_m2` for each row.

    row, part : the pair.
    common_m2 : area on the ellipsoid (or in the plane, by `kind`) of what they share.
    cut : whether an outline of the part passes through the row's window; where none does, `common_m2` is
        exactly the row's own area or 0.
    outline : upper bound of the outline of what they share, in the plane's unit, where that is not all or nothing.
    own_m2 : the row's area, as the sum of the same integrals; 0 where nothing is near.
    """

    row: np.ndarray
    part: np.ndarray
    common_m2: np.ndarray
    cut: np.ndarray
    outline: np.ndarray
    own_m2: np.ndarray


class ZoneArrays(NamedTuple):
    """What `overlay_rows` reads of a `ZoneIndex`; see `kernel_tree` and `kernel_grid`."""

    nodes: np.ndarray
    level_off: np.ndarray
    order: np.ndarray
    box: np.ndarray
    counts: np.ndarray
    cell_base: np.ndarray
    cell_off: np.ndarray
    inside: np.ndarray
    edge: np.ndarray
    sign: np.ndarray
    first_row: np.ndarray
    edge_at: np.ndarray


@compiled
def height(x, xl, yl, xr, yr):
    """Give the edge's height at x; at its ends exactly theirs, so that edges that meet agree."""
    if x <= xl:
        return yl
    if x >= xr:
        return yr
    return yl + (yr - yl) / (xr - xl) * (x - xl)


@compiled
def under(left, right, h0, h1, middle, rho):
    """Integrate the density from 0 up to a line of height h0 at `left` and h1 at `right`."""
    r0, r1, r2, s1, s2 = rho
    w = right - left
    u = 0.5 * (left + right) - middle
    mean, rise = 0.5 * (h0 + h1), h1 - h0
    plane = mean * w
    lean = rise * w * w / 12
    total = plane * (r0 + u * (r1 + r2 * u) + r2 * w * w / 12) + lean * (r1 + 2 * r2 * u)
    bulge = rise * rise / 12
    return total + 0.5 * w * s1 * (mean * mean + bulge) + w / 3 * s2 * mean * (mean * mean + 3 * bulge)


@compiled
def _near_edges(zones, part, x0, y0, x1, y1, near):
    """Cut B's edges to the window; all relative to its lower left corner.

    Returns
    -------
    how many rows of `near` (left, right, height left, height right, sign) were set; how often B covers the
    upper left corner; the length of B's outline in the window.
    """
    west, south, east, north = (
        zones.box[part, 0],
        zones.box[part, 1],
        zones.box[part, 2],
        zones.box[part, 3],
    )
    nx, ny = zones.counts[part, 0], zones.counts[part, 1]
    wide, high = x1 - x0, y1 - y0
    per_x = nx / (east - west) if east > west else 0.0
    per_y = ny / (north - south) if north > south else 0.0
    step = (east - west) / nx
    c0, c1 = place(x0, west, per_x, nx), place(x1, west, per_x, nx)
    r0, r1 = place(y0, south, per_y, ny), place(y1, south, per_y, ny)
    base = zones.cell_base[part]
    edge, sign, first_row, off = zones.edge, zones.sign, zones.first_row, zones.cell_off

    cover = 0
    if x0 >= west and y1 < north:
        for row in range(r1, ny):
            cell = base + c0 * ny + row
            if off[cell] == off[cell + 1]:
                cover += zones.inside[cell]
                break
            for k in range(off[cell], off[cell + 1]):
                if row == max(first_row[k], r1) and edge[k, 0] <= x0 < edge[k, 2]:
                    h = height(0.0, edge[k, 0] - x0, edge[k, 1] - y0, edge[k, 2] - x0, edge[k, 3] - y0)
                    if h > high:
                        cover += sign[k]

    n = 0
    outline = 0.0
    for column in range(c0, c1 + 1):
        for row in range(r0, r1 + 1):
            cell = base + column * ny + row
            for k in range(off[cell], off[cell + 1]):
                if row != max(first_row[k], r0):
                    continue
                xl, yl, xr, yr = edge[k, 0] - x0, edge[k, 1] - y0, edge[k, 2] - x0, edge[k, 3] - y0
                if xr <= 0 or xl >= wide or max(yl, yr) <= 0 or min(yl, yr) > high:
                    continue
                s = sign[k]
                if xl == xr:
                    outline += min(yr, high) - max(yl, 0.0)
                    if yl <= high < yr:
                        near[n, 0], near[n, 1], near[n, 2], near[n, 3], near[n, 4] = xl, wide, high, high, s
                        n += 1
                    continue
                left, right = max(xl, 0.0), min(xr, wide)
                # An edge is listed in every column it passes: each takes its own length of it. The border is
                # the same number from both sides, and is not applied where the edge or the window ends.
                if column > c0 and column > place(edge[k, 0], west, per_x, nx):
                    left = max(left, west + column * step - x0)
                if column < c1 and column < place(edge[k, 2], west, per_x, nx):
                    right = min(right, west + (column + 1) * step - x0)
                if right <= left:
                    continue
                h0, h1 = height(left, xl, yl, xr, yr), height(right, xl, yl, xr, yr)
                if h0 > high and h1 > high:
                    continue
                if (h0 > high) != (h1 > high):
                    # Through the upper side: from here on it is covered once more, or once less.
                    through = left + (high - h0) / (h1 - h0) * (right - left)
                    if through < wide:
                        near[n, 0], near[n, 1], near[n, 2], near[n, 3] = through, wide, high, high
                        near[n, 4] = s if h1 > high else -s
                        n += 1
                    if h1 > high:
                        right, h1 = through, high
                    else:
                        left, h0 = through, high
                if h0 <= 0 and h1 <= 0:
                    continue
                if h0 < 0:
                    left, h0 = left + h0 / (h0 - h1) * (right - left), 0.0
                elif h1 < 0:
                    right, h1 = left + h0 / (h0 - h1) * (right - left), 0.0
                if right <= left:
                    continue
                outline += math.hypot(right - left, h1 - h0)
                near[n, 0], near[n, 1], near[n, 2], near[n, 3], near[n, 4] = left, right, h0, h1, s
                n += 1
    return n, cover, outline


@compiled
def _common(own, n_own, near, n_near, middle, rho):
    """Sum what lies under both lines, over the pairs of edges that overlap in x."""
    total = 0.0
    for j in range(n_near):
        bl, br, g0, sb = near[j, 0], near[j, 1], near[j, 2], near[j, 4]
        slope_b = (near[j, 3] - g0) / (br - bl)
        for i in range(n_own):
            left, right = max(own[i, 0], bl), min(own[i, 1], br)
            if right <= left:
                continue
            a0, a1 = own[i, 2] + own[i, 5] * (left - own[i, 0]), own[i, 2] + own[i, 5] * (right - own[i, 0])
            b0, b1 = g0 + slope_b * (left - bl), g0 + slope_b * (right - bl)
            d0, d1 = a0 - b0, a1 - b1
            if d0 <= 0 and d1 <= 0:
                part = under(left, right, a0, a1, middle, rho)
            elif d0 >= 0 and d1 >= 0:
                part = under(left, right, b0, b1, middle, rho)
            else:
                t = d0 / (d0 - d1)
                cross, h = left + t * (right - left), a0 + t * (a1 - a0)
                if d0 < 0:
                    part = under(left, cross, a0, h, middle, rho) + under(cross, right, h, b1, middle, rho)
                else:
                    part = under(left, cross, b0, h, middle, rho) + under(cross, right, h, a1, middle, rho)
            total += own[i, 4] * sb * part
    return total


@compiled
def edges_of(row, xy, ring_off, part_off, row_off, edges):
    """Put a polygon's edges from west to east into `edges` with their sign; give how many."""
    n = 0
    for part in range(row_off[row], row_off[row + 1]):
        for ring in range(part_off[part], part_off[part + 1]):
            start, stop = ring_off[ring], ring_off[ring + 1]
            turn = ring_sign(xy, start, stop, ring == part_off[part])
            for i in range(start, stop - 1):
                xl, yl, xr, yr = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
                if xl < xr:
                    edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3], edges[n, 4] = xl, yl, xr, yr, -turn
                    n += 1
                elif xl > xr:
                    edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3], edges[n, 4] = xr, yr, xl, yl, turn
                    n += 1
    return n


@compiled
def _outline(row, xy, ring_off, part_off, row_off):
    """Give the length of a polygon's outline."""
    total = 0.0
    for ring in range(part_off[row_off[row]], part_off[row_off[row + 1]]):
        for i in range(ring_off[ring], ring_off[ring + 1] - 1):
            total += math.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
    return total


@compiled
def list_strips(edges, n, west, east, strips, off, listed):
    """List the edges of each strip, a strip after the other, from `off`; give the room that `listed` needs."""
    per_x = strips / (east - west)
    for k in range(strips + 2):
        off[k] = 0
    for i in range(n):
        for k in range(place(edges[i, 0], west, per_x, strips), place(edges[i, 2], west, per_x, strips) + 1):
            off[k + 2] += 1
    for k in range(strips):
        off[k + 2] += off[k + 1]
    if off[strips + 1] > len(listed):
        return off[strips + 1]
    # off[k + 1] runs from the start of strip k to its end, which is the start of the next.
    for i in range(n):
        for k in range(place(edges[i, 0], west, per_x, strips), place(edges[i, 2], west, per_x, strips) + 1):
            listed[off[k + 1]] = i
            off[k + 1] += 1
    return 0


@compiled
def cut_to_strip(edges, listed, first, last, x0, x1, own):
    """Cut A's edges to a strip, relative to (x0, lowest y); give how many, the lowest and the highest y."""
    low, top = np.inf, -np.inf
    n = 0
    for k in range(first, last):
        i = listed[k]
        left, right = max(edges[i, 0], x0), min(edges[i, 2], x1)
        if right <= left:
            continue
        h0 = height(left, edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3])
        h1 = height(right, edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3])
        low, top = min(low, h0, h1), max(top, h0, h1)
        own[n, 0], own[n, 1], own[n, 2], own[n, 3], own[n, 4] = left - x0, right - x0, h0, h1, edges[i, 4]
        n += 1
    for i in range(n):
        own[i, 2] -= low
        own[i, 3] -= low
        own[i, 5] = (own[i, 3] - own[i, 2]) / (own[i, 1] - own[i, 0])
    return n, low, top


@compiled
def _wanted(found, hits, part_zone, row, which):
    """Keep the parts of zones that the row is to be measured with, in `found`; give how many."""
    if which == EVERY:
        return hits
    kept = 0
    for h in range(hits):
        if part_zone[found[h]] > row:
            found[kept] = found[h]
            kept += 1
    return kept


@compiled
def overlay_rows(
    xy,
    ring_off,
    part_off,
    row_off,
    row_box,
    first,
    last,
    zones,
    part_zone,
    which,
    kind,
    false_easting,
    scratch,
    out,
):
    """Measure what rows first…last−1 and each zone part have in common, into `out`.

    Parameters
    ----------
    which : `EVERY` zone; or, where the zones are the rows themselves, only those `LATER` than the row.

    Returns
    -------
    the row that comes next, the number of pairs, and the length of `scratch.listed` that this row needs. It
    stops before a row for which `out` has no room; with a need, call again from there with more.
    """
    edges, own, near = scratch.edges, scratch.own, scratch.near
    off, listed, found = scratch.off, scratch.listed, scratch.found
    box = zones.box
    pairs = 0
    for row in range(first, last):
        out.own_m2[row] = 0.0
        west, south, east, north = row_box[row, 0], row_box[row, 1], row_box[row, 2], row_box[row, 3]
        if not (west < east and south < north):
            continue
        hits = search(
            zones.nodes, zones.level_off, zones.order, west, south, east, north, found, scratch.stack
        )
        hits = _wanted(found, hits, part_zone, row, which)
        if hits == 0:
            continue
        if pairs + hits > len(out.row):
            return row, pairs, 0
        n = edges_of(row, xy, ring_off, part_off, row_off, edges)
        strips = max(n // EDGES_A_STRIP, 1) if n > STRIPED else 1
        need = list_strips(edges, n, west, east, strips, off, listed)
        if need:
            return row, pairs, need
        for h in range(hits):
            out.row[pairs + h], out.part[pairs + h] = row, found[h]
            out.common_m2[pairs + h], out.outline[pairs + h], out.cut[pairs + h] = 0.0, 0.0, False
        step = (east - west) / strips
        for k in range(strips):
            x0 = west + k * step
            x1 = east if k == strips - 1 else west + (k + 1) * step
            m, y0, y1 = cut_to_strip(edges, listed, off[k], off[k + 1], x0, x1, own)
            if m == 0 or not y1 > y0:
                continue
            middle = 0.5 * (x1 - x0)
            rho = density(kind, false_easting, x0 + middle, y0)
            strip_m2 = 0.0
            for i in range(m):
                strip_m2 += own[i, 4] * under(own[i, 0], own[i, 1], own[i, 2], own[i, 3], middle, rho)
            out.own_m2[row] += strip_m2
            for h in range(hits):
                part = found[h]
                if not (box[part, 0] < x1 and box[part, 2] > x0 and box[part, 1] < y1 and box[part, 3] > y0):
                    continue
                count, cover, passed = _near_edges(zones, part, x0, y0, x1, y1, near)
                if cover:
                    out.common_m2[pairs + h] += cover * strip_m2
                if count:
                    out.common_m2[pairs + h] += _common(own, m, near, count, middle, rho)
                    out.outline[pairs + h] += passed
                    out.cut[pairs + h] = True
        outline = -1.0  # asked for only by pairs that are truly cut
        for h in range(pairs, pairs + hits):
            if out.cut[h] or (out.common_m2[h] != 0 and out.common_m2[h] != out.own_m2[row]):
                if outline < 0:
                    outline = _outline(row, xy, ring_off, part_off, row_off)
                out.outline[h] += outline
        pairs += hits
    return last, pairs, 0
