"""Polygons merged by class where single ones are too many or too small to see, compiled.

The tile is painted on a grid of half screen pixels, cell centres deciding; areas of one class are then traced
along the middles of the cell sides. What is smaller than the eye can see goes to its neighbour, nothing is
left bare, the outlines of neighbours are the same line, and a tile's size has a bound that no layer passes.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tuban.geo.tiles_encode import BUFFER, ZERO, candidates, put_ring, straighten, world_square
from tuban.geo.tiles_flat import WORLD_BITS, Flat
from tuban.geo.tiles_wire import EXTENT, POLYGON, layer, put_bytes, put_varint

FINEST = 1024  # cells a tile side: half a pixel of the 512 that a tile takes on the screen
COARSEST = 128
SMALLEST_PATCH = 4  # cells, one pixel: smaller patches go to their neighbour


@njit(cache=True, nogil=True)
def seen(box, ids, west, north, cell):
    """Keep the features whose box holds the middle of some cell: no other can paint one."""
    kept = np.empty(len(ids), dtype=np.int64)
    n = 0
    for i in ids:
        # As `paint` rounds: a middle lies between two places where they round up to different cells.
        columns = np.ceil((box[2, i] - west) / cell - 0.5) - np.ceil((box[0, i] - west) / cell - 0.5)
        rows = np.ceil((box[3, i] - north) / cell - 0.5) - np.ceil((box[1, i] - north) / cell - 0.5)
        if columns > 0 and rows > 0:
            kept[n] = i
            n += 1
    return kept[:n]


@njit(cache=True, nogil=True)
def paint(xy, ring, feature, merge, ids, west, north, cell, side):
    """Paint features on a grid: 0 is bare, `merge` + 2 is painted; one bare cell is kept around it."""
    grid = np.zeros((side + 2, side + 2), dtype=np.int32)
    starts = np.zeros(side + 2, dtype=np.int64)
    fill = np.zeros(side + 2, dtype=np.int64)
    xs = np.empty(1024, dtype=np.float64)
    for f in ids:
        value = merge[f] + 2
        starts[:] = 0
        top, bottom = side, -1
        for turn_ in range(2):
            for part in range(feature[f], feature[f + 1]):
                for i in range(ring[part], ring[part + 1] - 1):
                    ay = (np.int64(xy[i, 1]) - north) / cell
                    by = (np.int64(xy[i + 1, 1]) - north) / cell
                    if ay == by:
                        continue
                    ax = (np.int64(xy[i, 0]) - west) / cell
                    bx = (np.int64(xy[i + 1, 0]) - west) / cell
                    if ay > by:  # both owners of an edge go along it in one direction and cross alike
                        ax, ay, bx, by = bx, by, ax, ay
                    first = max(int(np.ceil(ay - 0.5)), 0)
                    last = min(int(np.ceil(by - 0.5)), side)
                    for row in range(first, last):
                        if turn_ == 0:
                            starts[row + 1] += 1
                            top, bottom = min(top, row), max(bottom, row)
                        else:
                            xs[fill[row]] = ax + (row + 0.5 - ay) * (bx - ax) / (by - ay)
                            fill[row] += 1
            if turn_ == 0:
                for row in range(top, bottom + 1):
                    starts[row + 1] += starts[row]
                    fill[row] = starts[row]
                if bottom >= 0 and starts[bottom + 1] > len(xs):
                    xs = np.empty(2 * starts[bottom + 1], dtype=np.float64)
        for row in range(top, bottom + 1):
            line = xs[starts[row] : starts[row + 1]]
            # By insertion: a row has two crossings, seldom more, and numba's own sort takes a second to compile.
            for k in range(1, len(line)):
                late, i = line[k], k - 1
                while i >= 0 and line[i] > late:
                    line[i + 1] = line[i]
                    i -= 1
                line[i + 1] = late
            for k in range(0, len(line) - 1, 2):
                for column in range(
                    max(int(np.ceil(line[k] - 0.5)), 0), min(int(np.ceil(line[k + 1] - 0.5)), side)
                ):
                    grid[row + 1, column + 1] = value
    return grid


@njit(cache=True, nogil=True)
def find(parent, i):
    """Give the root of a cell's patch."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def join(parent, a, b):
    """Make two cells one patch."""
    a, b = find(parent, a), find(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@njit(cache=True, nogil=True)
def joins_across(own, other_side, other_ahead):
    """Say whether a class goes through a corner where it has two opposite cells of the four.

    Where another class has the other two, the larger number goes through; bare ground never does.
    """
    if own == 0:
        return False
    return other_side != other_ahead or own > other_side


@njit(cache=True, nogil=True)
def patches(grid):
    """Give each cell the patch it belongs to: cells of one class that touch."""
    rows, columns = grid.shape
    parent = np.arange(rows * columns).astype(np.int32)
    for r in range(1, rows):
        for c in range(1, columns):
            here, i = grid[r, c], r * columns + c
            if here and grid[r, c - 1] == here:
                join(parent, i, i - 1)
            if here and grid[r - 1, c] == here:
                join(parent, i, i - columns)
            up, left, corner = grid[r - 1, c], grid[r, c - 1], grid[r - 1, c - 1]
            beside_here = up == here or left == here  # noqa: PLR1714  # compiled code has no sets
            if here and corner == here and not beside_here and joins_across(here, up, left):
                join(parent, i, i - columns - 1)
            beside_up = here == up or corner == up  # noqa: PLR1714
            if up and up == left and not beside_up and joins_across(up, corner, here):
                join(parent, i - columns, i - 1)
    for i in range(rows * columns):
        parent[i] = find(parent, i)
    return parent


@njit(cache=True, nogil=True)
def absorb(grid, smallest):
    """Give every patch of fewer than `smallest` cells to a larger one beside it."""
    rows, columns = grid.shape
    patch = patches(grid)
    size = np.zeros(rows * columns, dtype=np.int32)
    for i in range(rows * columns):
        size[patch[i]] += 1
    taker = np.full(rows * columns, -1, dtype=np.int32)
    for r in range(1, rows - 1):
        for c in range(1, columns - 1):
            own = patch[r * columns + c]
            if grid[r, c] == 0 or size[own] >= smallest or taker[own] >= 0:
                continue
            for k in range(4):
                rr = r - 1 if k == 1 else r + 1 if k == 3 else r
                cc = c - 1 if k == 0 else c + 1 if k == 2 else c
                if grid[rr, cc] and size[patch[rr * columns + cc]] >= smallest:
                    taker[own] = grid[rr, cc]
                    break
    for r in range(1, rows - 1):
        for c in range(1, columns - 1):
            new = taker[patch[r * columns + c]]
            if grid[r, c] and new >= 0:
                grid[r, c] = new


@njit(cache=True, nogil=True)
def trace(grid, patch):
    """Trace every outline, its own cells on the right: shells clockwise on the screen, holes the other way.

    Gives positions in half cells, the starts of the rings, and class, patch and twice the area of each.
    """
    rows, columns = grid.shape
    sides = 0
    for r in range(1, rows):
        for c in range(1, columns):
            sides += (grid[r, c] != grid[r - 1, c]) + (grid[r, c] != grid[r, c - 1])
    px, py = np.empty(4 * sides + 16, dtype=np.int64), np.empty(4 * sides + 16, dtype=np.int64)
    limit = sides + 2
    start = np.zeros(limit + 1, dtype=np.int64)
    value, owner = np.empty(limit, dtype=np.int32), np.empty(limit, dtype=np.int32)
    double_area = np.empty(limit, dtype=np.int64)
    seen = np.zeros((rows, columns), dtype=np.uint8)
    ahead_r, ahead_c = (0, 1, 0, -1), (1, 0, -1, 0)
    left_r, left_c = (-1, 0, 1, 0), (0, 1, 0, -1)
    middle_x, middle_y = (1, 2, 1, 0), (0, 1, 2, 1)
    corner_x, corner_y = (2, 2, 0, 0), (0, 2, 2, 0)
    n, rings = 0, 0
    for r0 in range(1, rows - 1):
        for c0 in range(1, columns - 1):
            own = grid[r0, c0]
            # Every outline has an upper side somewhere: starting there finds all.
            if own == 0 or grid[r0 - 1, c0] == own or seen[r0, c0] & 1:
                continue
            first = n
            r, c, d = r0, c0, 0
            while not seen[r, c] & (1 << d):
                seen[r, c] |= 1 << d
                px[n], py[n] = 2 * c + middle_x[d], 2 * r + middle_y[d]
                n += 1
                ra = grid[r + ahead_r[d], c + ahead_c[d]]
                lb = grid[r + left_r[d], c + left_c[d]]
                la = grid[r + ahead_r[d] + left_r[d], c + ahead_c[d] + left_c[d]]
                if la == own and ra != own:
                    through = joins_across(own, lb, ra)
                    node = False
                else:
                    through = False
                    # Three or four classes meet: all of them must pass through the corner itself. A class on
                    # two opposite cells has it to itself.
                    distinct = 1 + (lb != own) + (la not in (own, lb)) + (ra not in (own, lb, la))
                    node = distinct >= 3 and not (ra == lb and la not in (own, lb))
                if node:
                    px[n], py[n] = 2 * c + corner_x[d], 2 * r + corner_y[d]
                    n += 1
                if (ra == own and la == own) or through:
                    r, c = r + ahead_r[d] + left_r[d], c + ahead_c[d] + left_c[d]
                    d = (d + 3) % 4
                elif ra == own:
                    r, c = r + ahead_r[d], c + ahead_c[d]
                else:
                    d = (d + 1) % 4
            s, e = straighten(px[first:n], py[first:n], n - first)
            area = 0
            for i in range(s, e):
                j = i + 1 if i + 1 < e else s
                area += px[first + i] * py[first + j] - px[first + j] * py[first + i]
            if e - s < 3 or area == 0:
                n = first
                continue
            for i in range(s, e):
                px[first + i - s], py[first + i - s] = px[first + i], py[first + i]
            n = first + e - s
            value[rings], owner[rings], double_area[rings] = own, patch[r0 * columns + c0], area
            rings += 1
            start[rings] = n
    return px[:n], py[:n], start[: rings + 1], value[:rings], owner[:rings], double_area[:rings]


@njit(cache=True, nogil=True)
def put_merged(px, py, start, value, order, key, value_start, value_bytes):
    """Write one feature a class; `order` lists the rings class by class, each shell before its holes."""
    out = np.empty(24 * len(px) + 64 * len(order) + 64, dtype=np.uint8)
    shape = np.empty(24 * len(px) + 64 * len(order) + 64, dtype=np.uint8)
    table = np.empty(len(value_bytes) + 16, dtype=np.uint8)
    cursor = np.zeros(2, dtype=np.int64)
    at, table_at, values = ZERO, ZERO, ZERO
    forward = np.bool_(True)
    k = 0
    while k < len(order):
        own = value[order[k]]
        size = ZERO
        cursor[:] = 0
        while k < len(order) and value[order[k]] == own:
            i = order[k]
            size = put_ring(shape, size, px, py, start[i], start[i + 1], cursor, forward)
            k += 1
        tagged = key >= 0 and own >= 2
        tag = np.empty(12, dtype=np.uint8)
        tag_size = ZERO
        if tagged:
            tag_size = put_varint(tag, put_varint(tag, ZERO, key), values)
            table_at = put_bytes(table, table_at, value_bytes, value_start[own - 2], value_start[own - 1])
            values += 1
        lengths = np.empty(12, dtype=np.uint8)
        length_size = put_varint(lengths, ZERO, size)
        out[at] = 0x12
        at = put_varint(out, at + 1, (2 + tag_size if tagged else 0) + 2 + 1 + length_size + size)
        if tagged:
            out[at], out[at + 1] = 0x12, tag_size
            at = put_bytes(out, at + 2, tag, ZERO, tag_size)
        out[at], out[at + 1], out[at + 2] = 0x18, POLYGON, 0x22
        at = put_bytes(out, at + 3, lengths, ZERO, length_size)
        at = put_bytes(out, at, shape, ZERO, size)
    return out[:at], table[:table_at]


def encode_merged(flat: Flat, name: str, z: int, x: int, y: int, most_bytes: int) -> bytes:
    """Write a tile's polygons merged by class, no more than `most_bytes` unless that would hide everything.

    Features have no id and one property, the class; b"" where the tile is bare.
    """
    cells = FINEST
    while True:
        tile = merged_at(flat, name, z, x, y, cells)
        if len(tile) <= most_bytes or cells <= COARSEST:
            return tile
        cells //= 2


def merged_at(flat: Flat, name: str, z: int, x: int, y: int, cells: int) -> bytes:
    """Write a tile's polygons merged by class, painted on `cells` × `cells`."""
    units = EXTENT // cells  # a cell, in tile units
    margin = BUFFER // units
    cell = (1 << (WORLD_BITS - z)) / cells
    size = 1 << (WORLD_BITS - z)
    ids = candidates(flat.box, *world_square(z, x, y, BUFFER), 0)
    if len(ids) == 0:
        return b""
    west, north = x * size - margin * cell, y * size - margin * cell
    grid = paint(
        flat.xy, flat.ring, flat.feature, flat.merge, seen(flat.box, ids, west, north, cell),
        west, north, cell, cells + 2 * margin,
    )  # fmt: skip
    absorb(grid, SMALLEST_PATCH)
    px, py, start, value, owner, double_area = trace(grid, patches(grid))
    if len(value) == 0:
        return b""
    # From half cells of the grid with its bare frame to tile units.
    px, py = _to_units(px, units, margin), _to_units(py, units, margin)
    order = np.lexsort((double_area < 0, owner, value))
    features, values = put_merged(
        px,
        py,
        start,
        value,
        order,
        flat.merge_key if flat.merge_key < 0 else 0,
        flat.value_start,
        flat.value_bytes,
    )
    keys = [flat.keys[flat.merge_key]] if flat.merge_key >= 0 else []
    return layer(name, features.tobytes(), keys, values.tobytes())


def _to_units(half_cells: NDArray[np.int64], units: int, margin: int) -> NDArray[np.int64]:
    return (half_cells - 2 * (margin + 1)) * units // 2
