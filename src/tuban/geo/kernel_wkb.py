"""Polygons out of WKB bytes: coordinates and offsets, no geometry object made. Compiled; see `coords`."""

from __future__ import annotations

import numpy as np

from tuban.geo.kernel import compiled

UNDERSTOOD = -1  # no row is at fault
_POLYGON, _MULTIPOLYGON = 3, 6


@compiled
def _u32(data, at):
    return (
        np.int64(data[at])
        | (np.int64(data[at + 1]) << 8)
        | (np.int64(data[at + 2]) << 16)
        | (np.int64(data[at + 3]) << 24)
    )


@compiled
def _u64(data, at):
    # Byte by byte, since WKB aligns nothing; the compiler makes one read of it.
    return (
        np.uint64(data[at])
        | (np.uint64(data[at + 1]) << np.uint64(8))
        | (np.uint64(data[at + 2]) << np.uint64(16))
        | (np.uint64(data[at + 3]) << np.uint64(24))
        | (np.uint64(data[at + 4]) << np.uint64(32))
        | (np.uint64(data[at + 5]) << np.uint64(40))
        | (np.uint64(data[at + 6]) << np.uint64(48))
        | (np.uint64(data[at + 7]) << np.uint64(56))
    )


@compiled
def _polygon_size(data, at, end):
    """Give rings, points and the byte after a polygon's body; -1 where the bytes are not one."""
    if at + 4 > end:
        return -1, 0, at
    rings = _u32(data, at)
    at += 4
    points = 0
    for _ in range(rings):
        if at + 4 > end:
            return -1, 0, at
        n = _u32(data, at)
        at += 4 + 16 * n
        if at > end:
            return -1, 0, at
        points += n
    return rings, points, at


@compiled
def sizes(data, offsets, present):
    """Count what is to be read.

    Returns
    -------
    first row that is not a two-dimensional little-endian (multi)polygon, or `UNDERSTOOD`; points, rings, parts.
    """
    points = rings = parts = 0
    for row in range(len(offsets) - 1):
        if not present[row]:
            continue
        at, end = offsets[row], offsets[row + 1]
        if end - at < 9 or data[at] != 1:
            return row, points, rings, parts
        kind = _u32(data, at + 1)
        if kind == _POLYGON:
            r, p, last = _polygon_size(data, at + 5, end)
            if r < 0 or last != end:
                return row, points, rings, parts
            rings += r
            points += p
            parts += 1
        elif kind == _MULTIPOLYGON:
            n = _u32(data, at + 5)
            at += 9
            for _ in range(n):
                if at + 5 > end or data[at] != 1 or _u32(data, at + 1) != _POLYGON:
                    return row, points, rings, parts
                r, p, at = _polygon_size(data, at + 5, end)
                if r < 0:
                    return row, points, rings, parts
                rings += r
                points += p
                parts += 1
            if at != end:
                return row, points, rings, parts
        else:
            return row, points, rings, parts
    return UNDERSTOOD, points, rings, parts


@compiled
def _polygon(data, at, words, ring_off, part_off, ring, part):
    rings = _u32(data, at)
    at += 4
    for _ in range(rings):
        n = _u32(data, at)
        at += 4
        to = 2 * ring_off[ring]
        for k in range(2 * n):
            words[to + k] = _u64(data, at + 8 * k)
        at += 16 * n
        ring += 1
        ring_off[ring] = ring_off[ring - 1] + n
    part_off[part + 1] = ring
    return at, ring


@compiled
def fill(data, offsets, present, words, ring_off, part_off, row_off):
    """Copy the coordinates of rows that `sizes` understood into `words`, and set the offsets."""
    ring = part = 0
    for row in range(len(offsets) - 1):
        if present[row]:
            at = offsets[row]
            if _u32(data, at + 1) == _POLYGON:
                at, ring = _polygon(data, at + 5, words, ring_off, part_off, ring, part)
                part += 1
            else:
                n = _u32(data, at + 5)
                at += 9
                for _ in range(n):
                    at, ring = _polygon(data, at + 5, words, ring_off, part_off, ring, part)
                    part += 1
        row_off[row + 1] = part


@compiled
def faulty_row(xy, ring_off, part_off, row_off):
    """Give the first row with a ring that is not closed, too short, or not made of numbers; else `UNDERSTOOD`."""
    for row in range(len(row_off) - 1):
        for ring in range(part_off[row_off[row]], part_off[row_off[row + 1]]):
            first, last = ring_off[ring], ring_off[ring + 1] - 1
            if last < first:
                continue
            if last - first < 3 or xy[first, 0] != xy[last, 0] or xy[first, 1] != xy[last, 1]:
                return row
            for i in range(first, last):
                # Infinity minus itself is no number either.
                if xy[i, 0] - xy[i, 0] != 0 or xy[i, 1] - xy[i, 1] != 0:
                    return row
    return UNDERSTOOD


@compiled
def _put_u32(data, at, value):
    for byte in range(4):
        data[at + byte] = (value >> (8 * byte)) & 0xFF
    return at + 4


@compiled
def _put_polygon(words, ring_off, first, last, data, at):
    data[at] = 1
    at = _put_u32(data, at + 1, _POLYGON)
    at = _put_u32(data, at, last - first)
    for ring in range(first, last):
        at = _put_u32(data, at, ring_off[ring + 1] - ring_off[ring])
        for k in range(2 * ring_off[ring], 2 * ring_off[ring + 1]):
            word = words[k]
            for byte in range(8):
                data[at + byte] = (word >> np.uint64(8 * byte)) & np.uint64(0xFF)
            at += 8
    return at


@compiled
def write(words, ring_off, part_off, row_off, offsets, data):
    """Write rows as WKB: a polygon where a row has one part, else a multipolygon; `offsets` are given."""
    for row in range(len(row_off) - 1):
        at = offsets[row]
        first, last = row_off[row], row_off[row + 1]
        if last - first != 1:
            data[at] = 1
            at = _put_u32(data, at + 1, _MULTIPOLYGON)
            at = _put_u32(data, at, last - first)
        for part in range(first, last):
            at = _put_polygon(words, ring_off, part_off[part], part_off[part + 1], data, at)
