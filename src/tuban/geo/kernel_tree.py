"""Which boxes meet a box: a packed tree as plain arrays, that can be saved and read by many threads. Compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuban.geo.kernel import compiled

_WIDE = 8  # children of a node


def pack(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Give the boxes of all nodes, level by level from the leaves, where each level starts, and the leaves' order.

    Sort-tile-recursive: leaves that are near in the plane are near in the array.
    """
    n = len(boxes)
    strips = max(int(np.ceil(np.sqrt(n / _WIDE))), 1)
    with np.errstate(invalid="ignore"):  # the box of nothing has no centre; it sorts last and meets no box
        centre_x, centre_y = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    strip = np.empty(n, np.int64)
    strip[np.argsort(centre_x, kind="stable")] = np.arange(n) * strips // max(n, 1)
    order = np.lexsort((centre_y, strip)).astype(np.int64)
    levels = [boxes[order]]
    while len(levels[-1]) > 1:
        last = levels[-1]
        starts = np.arange(0, len(last), _WIDE)
        low = np.minimum.reduceat(last[:, :2], starts)
        levels.append(np.hstack([low, np.maximum.reduceat(last[:, 2:], starts)]))
    offsets = np.concatenate([[0], np.cumsum([len(level) for level in levels])]).astype(np.int64)
    return np.ascontiguousarray(np.concatenate(levels)), offsets, order


@compiled
def search(nodes, level_off, order, west, south, east, north, found, stack):
    """Put the boxes that share ground with the given one into `found`; give how many.

    `found` must hold as many as there are leaves; `stack` 2 × 8 × the number of levels.
    """
    levels = len(level_off) - 1
    if level_off[levels] == 0:
        return 0
    hits = 0
    depth = 0
    stack[0, 0], stack[0, 1] = levels - 1, 0
    depth = 1
    while depth:
        depth -= 1
        level, at = stack[depth, 0], stack[depth, 1]
        node = level_off[level] + at
        # Touching boxes share no ground; a box that is no box (NaN, empty) shares none with any.
        if not (
            nodes[node, 0] < east
            and nodes[node, 2] > west
            and nodes[node, 1] < north
            and nodes[node, 3] > south
        ):
            continue
        if level == 0:
            found[hits] = order[at]
            hits += 1
            continue
        width = level_off[level] - level_off[level - 1]
        for child in range(at * _WIDE, min((at + 1) * _WIDE, width)):
            stack[depth, 0], stack[depth, 1] = level - 1, child
            depth += 1
    return hits
