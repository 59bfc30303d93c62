"""Single objects into a tile, compiled: round to the grid, clip, drop what has no size, write.

Every position is rounded by itself and alike in every object, so an edge that two parcels share is the same
edge afterwards; a parcel too small for the grid vanishes and its neighbours meet where it was. Only positions
that lie exactly on the straight line between their neighbours are left out: no gap can open.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tuban.geo.tiles_flat import WORLD_BITS, Flat
from tuban.geo.tiles_wire import (
    CLOSE,
    EXTENT,
    LINE,
    LINE_TO,
    MOVE_TO,
    POINT,
    POLYGON,
    layer,
    put_bytes,
    put_delta,
    put_varint,
)

BUFFER = 64  # what a tile holds beyond its edge, so that outlines drawn there stay out of sight
UNIT_BITS = WORLD_BITS - 12  # 4096 units a tile
LONGEST_FEATURE_HEAD = 64
# Places and counts start here, not at a literal 0: for a literal numba compiles every function called with it
# a second time. So does `True`.
ZERO = np.int64(0)


@njit(cache=True, nogil=True)
def candidates(box, west, north, east, south, least):
    """List the features whose box touches the tile and is at least `least` world steps long or wide."""
    found = np.empty(box.shape[1], dtype=np.int64)
    n = 0
    for i in range(box.shape[1]):
        touches = box[0, i] <= east and box[2, i] >= west and box[1, i] <= south and box[3, i] >= north
        if touches and max(box[2, i] - box[0, i], box[3, i] - box[1, i]) >= least:
            found[n] = i
            n += 1
    return found[:n]


@njit(cache=True, nogil=True)
def snap(value, zoom_shift, grid_bits):
    """Round a world position to the grid, in the tile units of the zoom (of the whole world)."""
    shift = zoom_shift + grid_bits
    if shift > 0:
        return ((value + (1 << (shift - 1))) >> shift) << grid_bits
    return value << (-zoom_shift)


@njit(cache=True, nogil=True)
def cross_at(ax, ay, bx, by, edge, along_x):
    """Give where a segment crosses a clip edge; the same for both directions of the segment."""
    if (ax, ay) > (bx, by):
        ax, ay, bx, by = bx, by, ax, ay
    if along_x:
        return edge, int(np.rint(ay + (by - ay) * (edge - ax) / (bx - ax)))
    return int(np.rint(ax + (bx - ax) * (edge - ay) / (by - ay))), edge


@njit(cache=True, nogil=True)
def clip_ring(px, py, n, qx, qy, low, high):
    """Clip a ring to a square in place, side after side (Sutherland-Hodgman); gives its new length."""
    for side in range(4):
        m = 0
        edge = low if side in (0, 2) else high
        along_x = side < 2
        for i in range(n):
            j = i - 1 if i else n - 1
            a = px[j] if along_x else py[j]
            b = px[i] if along_x else py[i]
            a_in = a >= edge if side in (0, 2) else a <= edge
            b_in = b >= edge if side in (0, 2) else b <= edge
            if a_in != b_in:
                qx[m], qy[m] = cross_at(px[j], py[j], px[i], py[i], edge, along_x)
                m += 1
            if b_in:
                qx[m], qy[m] = px[i], py[i]
                m += 1
        for i in range(m):
            px[i], py[i] = qx[i], qy[i]
        n = m
        if n == 0:
            return 0
    return n


@njit(cache=True, nogil=True)
def turn(ax, ay, bx, by, cx, cy):
    """Give twice the signed area of a triangle; 0 on a straight line."""
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@njit(cache=True, nogil=True)
def straighten(px, py, n):
    """Drop repeats, spikes and points on a straight line from a ring, in place; gives start and end."""
    m = ZERO
    for i in range(n):
        x, y = px[i], py[i]
        while m >= 2 and turn(px[m - 2], py[m - 2], px[m - 1], py[m - 1], x, y) == 0:
            m -= 1
        if m and px[m - 1] == x and py[m - 1] == y:
            continue
        px[m], py[m] = x, y
        m += 1
    start = 0
    while m - start >= 3:
        if (px[m - 1] == px[start] and py[m - 1] == py[start]) or turn(
            px[m - 2], py[m - 2], px[m - 1], py[m - 1], px[start], py[start]
        ) == 0:
            m -= 1
        elif turn(px[m - 1], py[m - 1], px[start], py[start], px[start + 1], py[start + 1]) == 0:
            start += 1
        else:
            break
    return start, m


@njit(cache=True, nogil=True)
def put_ring(out, at, px, py, start, end, cursor, forward):
    """Write one ring; `cursor` (x, y) moves along."""
    for k in range(end - start):
        i = start + k if forward else end - 1 - k
        if k < 2:
            out[at] = 0
            at = put_varint(out, at, (1 << 3) | MOVE_TO if k == 0 else ((end - start - 1) << 3) | LINE_TO)
        at = put_delta(out, at, px[i] - cursor[0])
        at = put_delta(out, at, py[i] - cursor[1])
        cursor[0], cursor[1] = px[i], py[i]
    return put_varint(out, at, (1 << 3) | CLOSE)


@njit(cache=True, nogil=True)
def polygon_geometry(xy, ring, shell, first, last, x0, y0, zoom_shift, grid_bits, out, px, py, qx, qy):
    """Write one polygon or several; gives the number of bytes, 0 where nothing is left."""
    at = ZERO
    cursor = np.zeros(2, dtype=np.int64)
    shell_kept = False
    for part in range(first, last):
        if not shell[part] and not shell_kept:
            continue
        n = ZERO
        inside = True
        west, north, east, south = 1 << 60, 1 << 60, -(1 << 60), -(1 << 60)
        for i in range(ring[part], ring[part + 1]):
            x = snap(np.int64(xy[i, 0]), zoom_shift, grid_bits) - x0
            y = snap(np.int64(xy[i, 1]), zoom_shift, grid_bits) - y0
            if n and px[n - 1] == x and py[n - 1] == y:
                continue
            px[n], py[n] = x, y
            n += 1
            west, east = min(west, x), max(east, x)
            north, south = min(north, y), max(south, y)
        inside = west >= -BUFFER and north >= -BUFFER and east <= EXTENT + BUFFER and south <= EXTENT + BUFFER
        outside = west > EXTENT + BUFFER or north > EXTENT + BUFFER or east < -BUFFER or south < -BUFFER
        if not inside and not outside:
            n = clip_ring(px, py, n, qx, qy, -BUFFER, EXTENT + BUFFER)
        start, end = straighten(px, py, ZERO if outside else n)
        double_area = 0
        for i in range(start, end):
            j = i + 1 if i + 1 < end else start
            double_area += px[i] * py[j] - px[j] * py[i]
        kept = end - start >= 3 and double_area != 0
        if shell[part]:
            shell_kept = kept
        if kept:
            # Shells turn clockwise on the screen (y grows downwards), holes the other way: MVT 2.1, 4.3.3.3.
            at = put_ring(out, at, px, py, start, end, cursor, (double_area > 0) == bool(shell[part]))
    return at


@njit(cache=True, nogil=True)
def put_line(out, at, px, py, n, cursor):
    """Write one line of at least two positions."""
    if n < 2:
        return at
    for i in range(n):
        if i < 2:
            at = put_varint(out, at, (1 << 3) | MOVE_TO if i == 0 else ((n - 1) << 3) | LINE_TO)
        at = put_delta(out, at, px[i] - cursor[0])
        at = put_delta(out, at, py[i] - cursor[1])
        cursor[0], cursor[1] = px[i], py[i]
    return at


@njit(cache=True, nogil=True)
def add_straight(px, py, m, x, y):
    """Lengthen a line by a position, leaving out repeats and what lies on the way; gives its new length."""
    if m and px[m - 1] == x and py[m - 1] == y:
        return m
    if m >= 2 and turn(px[m - 2], py[m - 2], px[m - 1], py[m - 1], x, y) == 0:
        ahead = (px[m - 1] - px[m - 2]) * (x - px[m - 1]) + (py[m - 1] - py[m - 2]) * (y - py[m - 1])
        if ahead > 0:
            m -= 1
    px[m], py[m] = x, y
    return m + 1


@njit(cache=True, nogil=True)
def line_geometry(xy, ring, first, last, x0, y0, zoom_shift, grid_bits, out, px, py):
    """Write one line or several, cut where they leave the tile (Liang-Barsky); gives the number of bytes."""
    at = ZERO
    cursor = np.zeros(2, dtype=np.int64)
    low, high = -BUFFER, EXTENT + BUFFER
    for part in range(first, last):
        m = ZERO
        ax, ay = np.int64(0), np.int64(0)
        for i in range(ring[part], ring[part + 1]):
            bx = snap(np.int64(xy[i, 0]), zoom_shift, grid_bits) - x0
            by = snap(np.int64(xy[i, 1]), zoom_shift, grid_bits) - y0
            if i > ring[part]:
                enter, leave = 0.0, 1.0
                dx, dy = bx - ax, by - ay
                for side in range(4):
                    p = -dx if side == 0 else dx if side == 1 else -dy if side == 2 else dy
                    q = (
                        ax - low
                        if side == 0
                        else high - ax
                        if side == 1
                        else ay - low
                        if side == 2
                        else high - ay
                    )
                    if p == 0:
                        if q < 0:
                            leave = -1.0
                    elif p < 0:
                        enter = max(enter, q / p)
                    else:
                        leave = min(leave, q / p)
                if enter <= leave:
                    if enter > 0.0 and m:
                        at = put_line(out, at, px, py, m, cursor)
                        m = ZERO
                    m = add_straight(px, py, m, int(np.rint(ax + enter * dx)), int(np.rint(ay + enter * dy)))
                    m = add_straight(px, py, m, int(np.rint(ax + leave * dx)), int(np.rint(ay + leave * dy)))
                if leave < 1.0 and m:
                    at = put_line(out, at, px, py, m, cursor)
                    m = ZERO
            ax, ay = bx, by
        at = put_line(out, at, px, py, m, cursor)
    return at


@njit(cache=True, nogil=True)
def point_geometry(xy, ring, first, last, x0, y0, zoom_shift, grid_bits, out):
    """Write one point or several within the tile and its buffer; gives the number of bytes."""
    n, at = ZERO, ZERO
    for turn_ in range(2):
        at = ZERO
        if turn_:
            if n == 0:
                return 0
            at = put_varint(out, ZERO, (n << 3) | MOVE_TO)
        cx, cy = np.int64(0), np.int64(0)
        for i in range(ring[first], ring[last]):
            x = snap(np.int64(xy[i, 0]), zoom_shift, grid_bits) - x0
            y = snap(np.int64(xy[i, 1]), zoom_shift, grid_bits) - y0
            if x < -BUFFER or y < -BUFFER or x > EXTENT + BUFFER or y > EXTENT + BUFFER:
                continue
            if turn_:
                at = put_delta(out, at, x - cx)
                at = put_delta(out, at, y - cy)
                cx, cy = x, y
            else:
                n += 1
    return at


@njit(cache=True, nogil=True)
def put_features(
    ids,
    kind,
    xy,
    ring,
    shell,
    feature,
    code,
    value_start,
    value_bytes,
    area,
    x0,
    y0,
    zoom_shift,
    grid_bits,
    room,
):
    """Write all features and the values they point to; gives both as bytes."""
    longest = 0
    vertices = 0
    for f in ids:
        for part in range(feature[f], feature[f + 1]):
            longest = max(longest, ring[part + 1] - ring[part])
        vertices += ring[feature[f + 1]] - ring[feature[f]] + 4 * (feature[f + 1] - feature[f])
    # Clipping makes a ring at most half as long again on each of the four sides; a coordinate takes 5 bytes.
    px, py = np.empty(6 * longest + 16, dtype=np.int64), np.empty(6 * longest + 16, dtype=np.int64)
    qx, qy = np.empty(6 * longest + 16, dtype=np.int64), np.empty(6 * longest + 16, dtype=np.int64)
    shape = np.empty(60 * longest + 20 * vertices + 1024, dtype=np.uint8)
    out = np.empty(30 * vertices + room * len(ids) + 60 * longest + 1024, dtype=np.uint8)
    table = np.empty(len(value_bytes) + 12 * len(ids) + 16, dtype=np.uint8)
    local = np.full(max(len(value_start), 1), -1, dtype=np.int64)
    tags = np.empty(12 * (code.shape[0] + 1) + 16, dtype=np.uint8)
    head = np.empty(LONGEST_FEATURE_HEAD, dtype=np.uint8)
    at, table_at, values, written = ZERO, ZERO, ZERO, ZERO
    one, eight = ZERO + 1, ZERO + 8
    for f in ids:
        first, last = feature[f], feature[f + 1]
        if first == last:
            continue
        if kind == POLYGON:
            size = polygon_geometry(
                xy, ring, shell, first, last, x0, y0, zoom_shift, grid_bits, shape, px, py, qx, qy
            )
        elif kind == LINE:
            size = line_geometry(xy, ring, first, last, x0, y0, zoom_shift, grid_bits, shape, px, py)
        else:
            size = point_geometry(xy, ring, first, last, x0, y0, zoom_shift, grid_bits, shape)
        if size == 0:
            continue
        tag_size = ZERO
        for key in range(code.shape[0]):
            value = code[key, f]
            if value < 0:
                continue
            if local[value] < 0:
                local[value] = values
                values += 1
                table_at = put_bytes(table, table_at, value_bytes, value_start[value], value_start[value + 1])
            tag_size = put_varint(tags, tag_size, key)
            tag_size = put_varint(tags, tag_size, local[value])
        if len(area):
            table[table_at], table[table_at + 1], table[table_at + 2] = 0x22, 9, 0x19
            table_at = put_bytes(table, table_at + 3, area[f], ZERO, eight)
            tag_size = put_varint(tags, tag_size, code.shape[0])
            tag_size = put_varint(tags, tag_size, values)
            values += 1
        head[0] = 0x08
        head_size = put_varint(head, one, f)
        head[head_size] = 0x12
        head_size = put_varint(head, head_size + 1, tag_size)
        # id, tags, type, geometry; their length stands before them.
        tail = put_varint(head, head_size, size) - head_size
        out[at] = 0x12
        at = put_varint(out, at + 1, head_size + tag_size + 2 + 1 + tail + size)
        at = put_bytes(out, at, head, ZERO, head_size)
        at = put_bytes(out, at, tags, ZERO, tag_size)
        out[at], out[at + 1], out[at + 2] = 0x18, kind, 0x22
        at = put_varint(out, at + 3, size)
        at = put_bytes(out, at, shape, ZERO, size)
        written += 1
    return out[:at], table[:table_at], written


KINDS = {"point": POINT, "line": LINE, "polygon": POLYGON}


def world_square(z: int, x: int, y: int, buffer: int = BUFFER) -> tuple[int, int, int, int]:
    """Give a tile with its buffer in world steps: west, north, east, south."""
    size = 1 << (WORLD_BITS - z)
    margin = size * buffer // EXTENT + 1
    return x * size - margin, y * size - margin, (x + 1) * size + margin, (y + 1) * size + margin


def encode(flat: Flat, name: str, z: int, x: int, y: int, *, grid_bits: int = 0, least: int = 0) -> bytes:
    """Write the single objects of a tile; b"" where there are none.

    Parameters
    ----------
    grid_bits : positions are rounded to multiples of 2 ** grid_bits tile units.
    least : objects shorter and narrower than this many tile units are left out (lines and points: thinning).
    """
    zoom_shift = UNIT_BITS - z
    least_steps = least << zoom_shift if zoom_shift >= 0 else 0
    ids = candidates(flat.box, *world_square(z, x, y), least_steps)
    if len(ids) == 0:
        return b""
    return encode_ids(flat, name, ids, z, x, y, grid_bits)


def encode_ids(
    flat: Flat, name: str, ids: NDArray[np.int64], z: int, x: int, y: int, grid_bits: int
) -> bytes:
    """Write the features `ids` into a tile; b"" where nothing of them is left in it."""
    room = LONGEST_FEATURE_HEAD + 12 * (flat.code.shape[0] + 1)
    features, values, written = put_features(
        ids, KINDS[flat.kind], flat.xy, flat.ring, flat.shell, flat.feature, flat.code, flat.value_start,
        flat.value_bytes, flat.area, x * EXTENT, y * EXTENT, UNIT_BITS - z, grid_bits, room,
    )  # fmt: skip
    if not written:
        return b""
    keys = [*flat.keys, "area_m2"] if len(flat.area) else flat.keys
    return layer(name, features.tobytes(), keys, values.tobytes())
