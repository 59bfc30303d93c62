"""What a polygon and a zone have in common, as rings, where their outlines cross plainly. Compiled.

Both outlines have their ground on the left. From where A's outline enters the zone one follows A until it leaves,
then the zone's outline, which is inside A there, until A enters again: that is a ring of the piece. Outlines that
do not cross belong to it whole or not at all. Where a vertex of one lies on the other's edge, or outlines run along
one another, nothing is decided here: the pair is left to GEOS, as is one whose rings do not have the area that the
area kernel found.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tuban.geo.kernel import compiled
from tuban.geo.kernel_area import STRIPED, height, under
from tuban.geo.kernel_cross import CLOSE, candidates, crossings, edge_of, link, own_points, ring_of
from tuban.geo.kernel_density import density
from tuban.geo.kernel_grid import place
from tuban.geo.kernel_tree import search

CLIPPED, DOUBTFUL = 1, 0
TOUCHING = 2  # clipped; but rings of one side may touch one another, and a ring of the piece itself
OUTSIDE = -1  # in place of a zone: the ground of a row that lies in none
_AREA_NOISE, _AREA_SHARE = 2e-6, 1e-9  # what rings may differ by from the area kernel, m² and of the row
_STRIP_NOISE = 1e-3  # for rows in strips, whose density the kernel takes anew in each


class ClipOut(NamedTuple):
    """The pieces: `state` of each pair, and rings as in `Rings` with a row for each pair."""

    state: np.ndarray
    xy: np.ndarray
    ring_off: np.ndarray
    part_off: np.ndarray
    row_off: np.ndarray


@compiled
def covered(zones, part, x, y):
    """Say how often a zone part covers a point that is on none of its edges: 1 or 0."""
    west, south, east, north = zones.box[part, 0], zones.box[part, 1], zones.box[part, 2], zones.box[part, 3]
    if not (west < x < east and south < y < north):
        return 0
    nx, ny = zones.counts[part, 0], zones.counts[part, 1]
    lowest = place(y, south, ny / (north - south), ny)
    base = zones.cell_base[part] + place(x, west, nx / (east - west), nx) * ny
    cover = 0
    for row in range(lowest, ny):
        first, last = zones.cell_off[base + row], zones.cell_off[base + row + 1]
        if first == last:
            return cover + zones.inside[base + row]
        for k in range(first, last):
            if row == max(zones.first_row[k], lowest) and zones.edge[k, 0] <= x < zones.edge[k, 2]:
                e = zones.edge[k]
                if height(0.0, e[0] - x, e[1] - y, e[2] - x, e[3] - y) > 0:
                    cover += zones.sign[k]
    return cover


@compiled
def _put(ring, n, first, x, y):
    """Add a point to the ring begun at `first`, unless it is the last again; −1 where there is no room."""
    if n > first and ring[n - 1, 0] == x and ring[n - 1, 1] == y:
        return n
    if n >= len(ring):
        return -1
    ring[n, 0], ring[n, 1] = x, y
    return n + 1


@compiled
def _close_ring(room, n, first, rings):
    """End the ring begun at `first`; give points and rings, −1 where there is no room."""
    ring = room.ring
    if n > first and (ring[first, 0] != ring[n - 1, 0] or ring[first, 1] != ring[n - 1, 1]):
        n = _put(ring, n, first, ring[first, 0], ring[first, 1])
        if n < 0:
            return -1, rings
    if n - first < 4:
        return first, rings  # no ground between its points
    if rings + 2 > len(room.ring_off):
        return -1, rings
    room.ring_off[rings + 1] = n
    return n, rings + 1


@compiled
def _along_own(room, c, d, n, first):
    """Add A's points from crossing c to crossing d."""
    own_off, ring = room.own_off, room.own_ring[room.cross_at[c, 0]]
    i, last = room.cross_at[c, 0], room.cross_at[d, 0]
    if i == last and room.cross[d, 2] > room.cross[c, 2]:
        return n
    while True:
        i += 1
        if i >= own_off[ring + 1] - 1:
            i = own_off[ring]
        n = _put(room.ring, n, first, room.own[i, 0], room.own[i, 1])
        if n < 0 or i == last:
            return n


@compiled
def _along_zone(zone_xy, start, stop, room, c, d, x0, y0, way, n, first):
    """Add the zone's points from crossing c to crossing d, along its ring `start`…`stop`."""
    i, last = room.key[room.cross_at[c, 1]] >> 1, room.key[room.cross_at[d, 1]] >> 1
    if i == last and room.cross[d, 3] > room.cross[c, 3]:
        return n
    while True:
        if way > 0:
            i += 1
            if i >= stop - 1:
                i = start
            n = _put(room.ring, n, first, zone_xy[i, 0] - x0, zone_xy[i, 1] - y0)
        else:
            n = _put(room.ring, n, first, zone_xy[i, 0] - x0, zone_xy[i, 1] - y0)
            i -= 1
            if i < start:
                i = stop - 2
        if n < 0 or i == last:
            return n


@compiled
def _in_own(room, n_own, x, y):
    """Say whether a point that is on no edge lies in A."""
    inside = False
    for i in range(n_own - 1):
        if room.own_ring[i] != room.own_ring[i + 1]:
            continue
        ay, by = room.own[i, 1], room.own[i + 1, 1]
        if (ay > y) != (by > y) and x < room.own[i, 0] + (y - ay) / (by - ay) * (
            room.own[i + 1, 0] - room.own[i, 0]
        ):
            inside = not inside
    return inside


@compiled
def _rings(zones, zone_xy, zone_ring_off, parts, hits, n_own, own_rings, n_key, n, outside, x0, y0, room):
    """Make the rings of the piece; give how many points and rings, −1 where there is no room."""
    cross, cross_at = room.cross, room.cross_at
    points = rings = 0
    room.ring_off[0] = 0
    for begin in range(n):
        if not cross_at[begin, 2] or cross_at[begin, 3]:
            continue
        first, c = points, begin
        while True:
            cross_at[c, 3] = 1
            points = _put(room.ring, points, first, cross[c, 0], cross[c, 1])
            d = cross_at[c, 4]
            if points >= 0:
                points = _along_own(room, c, d, points, first)
            if points >= 0:
                points = _put(room.ring, points, first, cross[d, 0], cross[d, 1])
            e = cross_at[d, 5]
            if points >= 0:
                q = cross_at[d, 6]
                points = _along_zone(
                    zone_xy,
                    zone_ring_off[q],
                    zone_ring_off[q + 1],
                    room,
                    d,
                    e,
                    x0,
                    y0,
                    cross_at[d, 7],
                    points,
                    first,
                )
            if points < 0:
                return -1, 0
            c = e
            if c == begin:
                break
            if cross_at[c, 3]:
                return -1, 0
        points, rings = _close_ring(room, points, first, rings)
        if points < 0:
            return -1, 0

    c = 0
    for q in range(own_rings):
        while c < n and room.own_ring[cross_at[c, 0]] < q:
            c += 1
        if c < n and room.own_ring[cross_at[c, 0]] == q:
            continue
        at = room.own_off[q]
        cover = 0
        for h in range(hits):
            cover += covered(zones, parts[h], room.own[at, 0] + x0, room.own[at, 1] + y0)
        if (cover <= 0) != outside:
            continue
        first = points
        for i in range(at, room.own_off[q + 1] - 1):
            points = _put(room.ring, points, first, room.own[i, 0], room.own[i, 1])
            if points < 0:
                return -1, 0
        points, rings = _close_ring(room, points, first, rings)
        if points < 0:
            return -1, 0

    k = 0
    while k < n_key:
        q = ring_of(zone_ring_off, room.key[k] >> 1, 0, len(zone_ring_off) - 1)
        start, stop = zone_ring_off[q], zone_ring_off[q + 1]
        ax, ay, _, _, way = edge_of(zone_xy, room.key[k], outside, x0, y0)
        while k < n_key and room.key[k] >> 1 < stop:
            k += 1
        crossed = False
        for c in range(n):
            crossed = crossed or cross_at[c, 6] == q
        if crossed or not _in_own(room, n_own, ax, ay):
            continue
        first = points
        for i in range(start, stop - 1):
            at = i if way > 0 else start + stop - 1 - i
            points = _put(room.ring, points, first, zone_xy[at, 0] - x0, zone_xy[at, 1] - y0)
            if points < 0:
                return -1, 0
        points, rings = _close_ring(room, points, first, rings)
        if points < 0:
            return -1, 0
    return points, rings


@compiled
def _measure(room, rings, middle, rho):
    """Give the area of all rings on the ellipsoid, and set the plane area of each."""
    total = 0.0
    for q in range(rings):
        flat = 0.0
        for i in range(room.ring_off[q], room.ring_off[q + 1] - 1):
            ax, ay, bx, by = room.ring[i, 0], room.ring[i, 1], room.ring[i + 1, 0], room.ring[i + 1, 1]
            flat += 0.5 * (ay + by) * (ax - bx)
            if ax < bx:
                total -= under(ax, bx, ay, by, middle, rho)
            elif ax > bx:
                total += under(bx, ax, by, ay, middle, rho)
        room.ring_area[q] = flat
    return total


@compiled
def _in_ring(room, q, x, y):
    inside = False
    for i in range(room.ring_off[q], room.ring_off[q + 1] - 1):
        ay, by = room.ring[i, 1], room.ring[i + 1, 1]
        if (ay > y) != (by > y) and x < room.ring[i, 0] + (y - ay) / (by - ay) * (
            room.ring[i + 1, 0] - room.ring[i, 0]
        ):
            inside = not inside
    return inside


@compiled
def _house(room, rings):
    """Find the shell of each hole; say whether every one has its own."""
    shells = 0
    for q in range(rings):
        if room.ring_area[q] > 0:
            shells += 1
            room.ring_shell[q] = q
    if shells == 0:
        return False
    for q in range(rings):
        if room.ring_area[q] > 0:
            continue
        room.ring_shell[q] = -1
        at = room.ring_off[q]
        for s in range(rings):
            if room.ring_area[s] <= 0:
                continue
            if shells > 1 and not _in_ring(room, s, room.ring[at, 0], room.ring[at, 1]):
                continue
            # Of shells around one another, the innermost.
            if room.ring_shell[q] < 0 or room.ring_area[s] < room.ring_area[room.ring_shell[q]]:
                room.ring_shell[q] = s
        if room.ring_shell[q] < 0:
            return False
    return True


@compiled
def _clip(
    row,
    zone,
    xy,
    ring_off,
    part_off,
    row_off,
    row_box,
    zones,
    zone_xy,
    zone_ring_off,
    part_zone,
    kind,
    false_easting,
    expected,
    own_m2,
    room,
):
    """Make the rings of one pair in `room`; give how many, 0 where it is doubtful, and if each side is one ring."""
    x0, y0, x1, y1 = row_box[row, 0], row_box[row, 1], row_box[row, 2], row_box[row, 3]
    n_own, own_rings = own_points(row, xy, ring_off, part_off, row_off, x0, y0, room)
    if n_own < 4:
        return 0, True
    hits = search(zones.nodes, zones.level_off, zones.order, x0, y0, x1, y1, room.found, room.stack)
    outside = zone == OUTSIDE
    kept = 0
    for h in range(hits):
        if outside or part_zone[room.found[h]] == zone:
            room.found[kept] = room.found[h]
            kept += 1
    close = CLOSE * max(abs(x0), abs(x1), abs(y0), abs(y1))
    n_key = candidates(zones, room.found, kept, x0 - close, y0 - close, x1 + close, y1 + close, room.key)
    if n_key < 0:
        return 0, True
    n = crossings(zone_xy, n_own, n_key, outside, x0, y0, close, room)
    if n < 0 or not link(zone_xy, zone_ring_off, n, outside, x0, y0, close, room):
        return 0, True
    points, rings = _rings(
        zones,
        zone_xy,
        zone_ring_off,
        room.found,
        kept,
        n_own,
        own_rings,
        n_key,
        n,
        outside,
        x0,
        y0,
        room,
    )
    if points <= 0:
        return 0, True
    middle = 0.5 * (x1 - x0)
    found_m2 = _measure(room, rings, middle, density(kind, false_easting, x0 + middle, y0))
    noise = _AREA_NOISE + _AREA_SHARE * abs(own_m2)
    if n_own - own_rings > STRIPED:
        noise += _STRIP_NOISE
    if not abs(found_m2 - expected) <= noise or not _house(room, rings):
        return 0, True
    single = own_rings == 1
    if n_key:
        ring = ring_of(zone_ring_off, room.key[0] >> 1, 0, len(zone_ring_off) - 1)
        single = single and room.key[n_key - 1] >> 1 < zone_ring_off[ring + 1]
    return rings, single


@compiled
def clip_rows(
    rows,
    pair_zone,
    expected,
    own_m2,
    first,
    xy,
    ring_off,
    part_off,
    row_off,
    row_box,
    zones,
    zone_xy,
    zone_ring_off,
    part_zone,
    kind,
    false_easting,
    room,
    out,
    points,
    rings,
    parts,
):
    """Clip pairs from `first` on to their zones, into `out` from where `points`, `rings`, `parts` stand.

    Returns
    -------
    the pair that comes next, points, rings and parts: it stops before one for which `out` has no room.
    """
    for at in range(first, len(rows)):
        row = rows[at]
        made, single = _clip(
            row,
            pair_zone[at],
            xy,
            ring_off,
            part_off,
            row_off,
            row_box,
            zones,
            zone_xy,
            zone_ring_off,
            part_zone,
            kind,
            false_easting,
            expected[at],
            own_m2[at],
            room,
        )
        if made and (
            points + room.ring_off[made] > len(out.xy)
            or rings + made + 1 > len(out.ring_off)
            or parts + made + 1 > len(out.part_off)
        ):
            return at, points, rings, parts
        out.state[at] = (CLIPPED if single else TOUCHING) if made else DOUBTFUL
        for s in range(made):
            if room.ring_area[s] <= 0:
                continue
            for turn in range(2):  # the shell, then its holes
                for q in range(made):
                    if (q != s) if turn == 0 else (q == s or room.ring_shell[q] != s):
                        continue
                    for i in range(room.ring_off[q], room.ring_off[q + 1]):
                        out.xy[points, 0] = room.ring[i, 0] + row_box[row, 0]
                        out.xy[points, 1] = room.ring[i, 1] + row_box[row, 1]
                        points += 1
                    rings += 1
                    out.ring_off[rings] = points
            parts += 1
            out.part_off[parts] = rings
        out.row_off[at + 1] = parts
    return len(rows), points, rings, parts
