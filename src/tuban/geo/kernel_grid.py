"""A grid of cells over each zone part: which edges pass a cell, and what an empty cell is in. Compiled.

A part with many edges is divided into cells of about its own edges' spacing. An edge is listed in each cell
that it passes; a cell that no edge passes knows whether it is inside. So a parcel is compared only with the
edges near it, and one that lies in empty cells with none at all. See `zone_index` for what holds the arrays.
"""

from __future__ import annotations

import numpy as np

from tuban.geo.kernel import compiled

_EDGES_A_CELL = 4  # measured: fewer costs memory, more costs comparisons
_FEW_EDGES = 24  # below this one cell is as fast
_PAD = 1e-9  # of a cell's height: rounding must not lose an edge from the cell it touches


@compiled
def place(value, start, per_unit, count):
    """Give the column (row) of a coordinate; monotonic, clamped to the grid."""
    at = int((value - start) * per_unit)
    return min(max(at, 0), count - 1)


@compiled
def boxes(xy, ring_off, part_off, box):
    """Set west, south, east, north of each part; a part without points gets an empty box."""
    for part in range(len(box)):
        west = south = np.inf
        east = north = -np.inf
        for i in range(ring_off[part_off[part]], ring_off[part_off[part + 1]]):
            west, east = min(west, xy[i, 0]), max(east, xy[i, 0])
            south, north = min(south, xy[i, 1]), max(north, xy[i, 1])
        box[part, 0], box[part, 1], box[part, 2], box[part, 3] = west, south, east, north


@compiled
def ring_sign(xy, first, last, shell):
    """Give +1 where the ring has the polygon on its left, else -1: the direction of rings does not matter."""
    x0, y0 = xy[first, 0], xy[first, 1]
    twice = 0.0
    for i in range(first, last - 1):
        twice += (xy[i, 0] - x0) * (xy[i + 1, 1] - y0) - (xy[i + 1, 0] - x0) * (xy[i, 1] - y0)
    return 1 if (twice > 0) == shell else -1


@compiled
def shapes_of_grids(ring_off, part_off, box, counts):
    """Set the number of columns and rows of each part's grid, all 1 before."""
    for part in range(len(box)):
        edges = ring_off[part_off[part + 1]] - ring_off[part_off[part]]
        wide, high = box[part, 2] - box[part, 0], box[part, 3] - box[part, 1]
        if edges <= _FEW_EDGES or not (wide > 0 and high > 0):
            continue
        cells = edges / _EDGES_A_CELL
        columns = min(max(np.sqrt(cells * wide / high), 1.0), cells)
        counts[part, 0] = int(columns)
        counts[part, 1] = max(int(cells / columns), 1)


@compiled
def list_edges(
    xy, ring_off, part_off, box, counts, cell_base, cell_at, edge, sign, first_row, edge_at, counting
):
    """Count the edges of each cell (`counting`), or list them from where `cell_at` says.

    `edge` is west x, y, east x, y (a vertical edge: upwards), `sign` +1 where the polygon is below it, -1
    where above, `first_row` the lowest cell of that column in which the edge is listed, `edge_at` the place in
    `xy` where it begins.
    """
    for part in range(len(box)):
        nx, ny = counts[part, 0], counts[part, 1]
        west, south = box[part, 0], box[part, 1]
        wide, high = box[part, 2] - west, box[part, 3] - south
        per_x = nx / wide if wide > 0 else 0.0
        per_y = ny / high if high > 0 else 0.0
        step, pad = wide / nx, high / ny * _PAD
        for ring in range(part_off[part], part_off[part + 1]):
            start, stop = ring_off[ring], ring_off[ring + 1]
            turn = ring_sign(xy, start, stop, ring == part_off[part])
            for i in range(start, stop - 1):
                xl, yl, xr, yr = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
                if xl == xr and yl == yr:
                    continue
                s = -turn
                if xl > xr or (xl == xr and yl > yr):
                    xl, yl, xr, yr = xr, yr, xl, yl
                    s = turn
                c0, c1 = place(xl, west, per_x, nx), place(xr, west, per_x, nx)
                low, top = min(yl, yr), max(yl, yr)
                for column in range(c0, c1 + 1):
                    y0, y1 = yl, yr
                    if column > c0:
                        y0 = yl + (yr - yl) / (xr - xl) * (west + column * step - xl)
                    if column < c1:
                        y1 = yl + (yr - yl) / (xr - xl) * (west + (column + 1) * step - xl)
                    r0 = place(max(min(y0, y1), low) - pad, south, per_y, ny)
                    r1 = place(min(max(y0, y1), top) + pad, south, per_y, ny)
                    cell = cell_base[part] + column * ny
                    for row in range(r0, r1 + 1):
                        at = cell_at[cell + row]
                        cell_at[cell + row] += 1
                        if not counting:
                            edge[at, 0], edge[at, 1], edge[at, 2], edge[at, 3] = xl, yl, xr, yr
                            sign[at] = s
                            first_row[at] = r0
                            edge_at[at] = i


@compiled
def fill_cells(box, counts, cell_base, cell_off, edge, sign, first_row, inside, passed):
    """Set how often each empty cell is covered (1 inside, 0 outside); `passed` has room for a column."""
    for part in range(len(box)):
        nx, ny = counts[part, 0], counts[part, 1]
        step, south = (box[part, 2] - box[part, 0]) / nx, box[part, 1]
        high = box[part, 3] - south
        per_y = ny / high if high > 0 else 0.0
        for column in range(nx):
            x = box[part, 0] + (column + 0.5) * step
            for row in range(ny):
                passed[row] = 0
            for row in range(ny):
                cell = cell_base[part] + column * ny + row
                for k in range(cell_off[cell], cell_off[cell + 1]):
                    if first_row[k] == row and edge[k, 0] <= x < edge[k, 2]:
                        m = (edge[k, 3] - edge[k, 1]) / (edge[k, 2] - edge[k, 0])
                        passed[place(edge[k, 1] + m * (x - edge[k, 0]), south, per_y, ny)] += sign[k]
            above = 0
            for row in range(ny - 1, -1, -1):
                inside[cell_base[part] + column * ny + row] = above
                above += passed[row]
