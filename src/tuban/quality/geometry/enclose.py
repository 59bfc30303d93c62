"""What edges enclose: noded and turned into faces, in one go or, where there are many, place by place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry import kernel_edges

Array = NDArray[np.float64]
Index = NDArray[np.intp]

AT_ONCE = 150_000  # edges noded in one go; noding takes more than twice as long for twice as many


def enclosed(edges: Array, *, at_once: int = AT_ONCE) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Give the faces that k edges (x1, y1, x2, y2) enclose, and which of them were cut along a line of division.

    Where the edges are divided by place, the ground outside all of them comes as faces too, cut.
    """
    if not len(edges):
        return np.empty(0, object), np.zeros(0, np.bool_)
    if len(edges) <= at_once:
        faces = _faces(chained(edges))
        return faces, np.zeros(len(faces), np.bool_)
    low, high = np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])
    frame = (*np.floor(low.min(axis=0) - 8), *np.ceil(high.max(axis=0) + 8))
    tiles: list[tuple[tuple[float, ...], Index]] = []
    _divide(frame, np.arange(len(edges)), low, high, at_once, tiles)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda tile: _in_tile(edges[tile[1]], tile[0]), tiles))
    return np.concatenate([faces for faces, _ in done]), np.concatenate([cut for _, cut in done])


def rejoined(faces: NDArray[Any], frame: tuple[float, ...] | None = None) -> NDArray[Any]:
    """Join cut faces of one kind along the lines of division; those that reach `frame` are the outside, left out."""
    joined = shapely.get_parts(shapely.union_all(faces)) if len(faces) else faces
    if frame is None or not len(joined):
        return joined
    box = shapely.bounds(joined)
    west, south, east, north = frame
    reaches = (box[:, 0] <= west) | (box[:, 1] <= south) | (box[:, 2] >= east) | (box[:, 3] >= north)
    return joined[~reaches]


def _divide(
    frame: tuple[float, ...],
    which: Index,
    low: Array,
    high: Array,
    at_once: int,
    tiles: list[tuple[tuple[float, ...], Index]],
) -> None:
    """Halve the frame until few enough edges meet each part; lines of division lie between grid points."""
    west, south, east, north = frame
    axis = 0 if east - west >= north - south else 1
    middle = np.median(low[which, axis] + high[which, axis]) / 2 if len(which) else 0.0
    at = np.floor(middle) + 0.5
    first = which[low[which, axis] <= at]
    second = which[high[which, axis] >= at]
    if len(which) <= at_once or max(len(first), len(second)) > 0.9 * len(which):
        tiles.append((frame, which))
        return
    left = (west, south, at, north) if axis == 0 else (west, south, east, at)
    right = (at, south, east, north) if axis == 0 else (west, at, east, north)
    _divide(left, first, low, high, at_once, tiles)
    _divide(right, second, low, high, at_once, tiles)


def _in_tile(edges: Array, frame: tuple[float, ...]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    inside = (
        (edges[:, [0, 2]] > frame[0]).all(axis=1)
        & (edges[:, [0, 2]] < frame[2]).all(axis=1)
        & (edges[:, [1, 3]] > frame[1]).all(axis=1)
        & (edges[:, [1, 3]] < frame[3]).all(axis=1)
    )
    cut: Any = shapely.clip_by_rect(shapely.linestrings(edges[~inside].reshape(-1, 2, 2)), *frame)
    outline: Any = shapely.get_exterior_ring(shapely.box(frame[0], frame[1], frame[2], frame[3]))
    faces = _faces(np.concatenate([chained(edges[inside]), cut[~shapely.is_empty(cut)], [outline]]))
    box = shapely.bounds(faces)
    west, south, east, north = frame
    cut = (box[:, 0] <= west) | (box[:, 1] <= south) | (box[:, 2] >= east) | (box[:, 3] >= north)
    return faces, cut


def chained(edges: Array) -> NDArray[Any]:
    """Join edges (whole numbers) end to end where just two meet: noding long lines costs far less than short ones."""
    if not len(edges):
        return np.empty(0, object)
    ends = np.ascontiguousarray(edges.reshape(-1, 2))
    key = np.empty(len(ends), np.uint64)
    kernel_edges.keys(ends, key)
    _, first, node = np.unique(key, return_index=True, return_inverse=True)
    if not np.array_equal(ends[first][node], ends):  # two points of one key: once in many millions of layers
        lines: Any = shapely.linestrings(edges.reshape(-1, 2, 2))
        return lines
    a, b = np.ascontiguousarray(node[0::2]), np.ascontiguousarray(node[1::2])
    order = np.argsort(node, kind="stable")
    off = np.searchsorted(node[order], np.arange(len(first) + 1)).astype(np.int64)
    used = np.zeros(len(edges), np.bool_)
    out, starts = np.empty(2 * len(edges) + 1, np.int64), np.empty(len(edges) + 1, np.int64)
    count = kernel_edges.chains(a, b, off, (order // 2).astype(np.int64), used, out, starts)
    points = ends[first][out[: starts[count]]]
    return shapely.from_ragged_array(shapely.GeometryType.LINESTRING, points, (starts[: count + 1],))


def _faces(lines: NDArray[Any]) -> NDArray[Any]:
    noded = shapely.union_all(lines)  # nodes them and drops doubles
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
