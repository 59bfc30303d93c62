"""The parcel fabric as a mesh of half-edges: cutting a face keeps its neighbours' vertices matched.

Half-edges come in twins `h` and `h ^ 1`; the face lies to the left. A cut inserts its end points into
the neighbours as well, so the faces remain an exact tiling whatever is cut, and in what order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

# Coordinates are whole tenths of a millimetre: what a survey file stores, and equal for equal points.
GRID_M = 1e-4
# The skeleton is noded on a coarser grid: no vertex comes nearer than half of it to a line it is not on.
SKELETON_GRID_M = 0.01
OUTSIDE = -1


class Mesh(NamedTuple):
    """Arrays with room to grow; `used` holds how many vertices, half-edges and faces there are.

    x, y: float64 per vertex. origin (vertex), after and before (half-edge), face: int32 per half-edge.
    first (half-edge): int32 per face. `Any`, since compiled code reads single numbers out of them.
    """

    x: Any
    y: Any
    origin: Any
    after: Any
    before: Any
    face: Any
    first: Any
    used: Any


def from_polygons(polygons: NDArray[np.object_], room: int) -> Mesh:
    """Build the mesh of a valid coverage without holes, with room for about `room` faces.

    Face `i` is polygon `i`. Neighbours must share vertices, not only lie on one another.
    """
    polygons = shapely.orient_polygons(polygons)
    xy, ring = shapely.get_coordinates(polygons, return_index=True)
    last = np.r_[ring[1:] != ring[:-1], True]
    whole = np.round(xy / GRID_M).astype(np.int64)
    points, vertex = np.unique(whole[~last], axis=0, return_inverse=True)
    ring = ring[~last]
    start = np.r_[True, ring[1:] != ring[:-1]]
    begin = np.flatnonzero(start)
    size = np.diff(np.r_[begin, len(ring)])
    position = np.arange(len(ring)) - np.repeat(begin, size)
    succ = np.where(position + 1 == np.repeat(size, size), np.repeat(begin, size), np.arange(len(ring)) + 1)
    a, b = vertex.astype(np.int64), vertex[succ].astype(np.int64)
    n = len(points)
    low, high = np.minimum(a, b), np.maximum(a, b)
    edges, edge = np.unique(low * n + high, return_inverse=True)
    forward = a < b
    half = 2 * edge + np.where(forward, 0, 1)
    if len(np.unique(half)) != len(half):
        raise ValueError("the skeleton is no coverage: an edge is used twice in one direction")
    n_half = 2 * len(edges)
    cap_v, cap_f = n + 16 * room + 4096, len(polygons) + 2 * room + 4096
    cap_h = n_half + 2 * (16 * room + 2 * room + 8192)
    mesh = Mesh(
        np.zeros(cap_v),
        np.zeros(cap_v),
        np.full(cap_h, -1, np.int32),
        np.full(cap_h, -1, np.int32),
        np.full(cap_h, -1, np.int32),
        np.full(cap_h, OUTSIDE, np.int32),
        np.full(cap_f, -1, np.int32),
        np.array([n, n_half, len(polygons)], np.int64),
    )
    mesh.x[:n], mesh.y[:n] = points[:, 0] * GRID_M, points[:, 1] * GRID_M
    mesh.origin[half] = vertex
    mesh.face[half] = ring
    mesh.after[half] = half[succ]
    mesh.before[half[succ]] = half
    mesh.first[: len(polygons)] = half[begin]
    _close_outside(mesh, n_half, half, a, b)
    return mesh


def _close_outside(
    mesh: Mesh, n_half: int, half: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64]
) -> None:
    """Link the half-edges that have no face into rings around the whole."""
    missing = np.ones(n_half, bool)
    missing[half] = False
    outer = np.flatnonzero(missing)
    target = np.zeros(n_half, np.int64)
    target[half] = b
    mesh.origin[outer] = target[outer ^ 1]
    # The outer half-edge after h starts at h's end; where the outside touches itself in one point
    # there are two: turning around that point, through the faces, finds the right one.
    is_outer = missing
    for h in outer:
        g = int(h) ^ 1
        while True:
            g = int(mesh.before[g]) ^ 1
            if is_outer[g]:
                break
        mesh.after[h] = g
        mesh.before[g] = h


@njit(cache=True)
def face_area(m: Mesh, f: int) -> float:
    """Plane area of face `f` in m²."""
    h0 = m.first[f]
    x0, y0 = m.x[m.origin[h0]], m.y[m.origin[h0]]
    total = 0.0
    h = h0
    while True:
        n = m.after[h]
        ax, ay = m.x[m.origin[h]] - x0, m.y[m.origin[h]] - y0
        bx, by = m.x[m.origin[n]] - x0, m.y[m.origin[n]] - y0
        total += ax * by - ay * bx
        h = n
        if h == h0:
            break
    return total / 2


@njit(cache=True)
def measures(m: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Plane area (m²), centroid x and y, perimeter (m) of every face."""
    n = m.used[2]
    area, cx, cy, length = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for f in range(n):
        h0 = m.first[f]
        x0, y0 = m.x[m.origin[h0]], m.y[m.origin[h0]]
        h = h0
        while True:
            k = m.after[h]
            ax, ay = m.x[m.origin[h]] - x0, m.y[m.origin[h]] - y0
            bx, by = m.x[m.origin[k]] - x0, m.y[m.origin[k]] - y0
            w = ax * by - ay * bx
            area[f] += w / 2
            cx[f] += w * (ax + bx)
            cy[f] += w * (ay + by)
            length[f] += np.hypot(bx - ax, by - ay)
            h = k
            if h == h0:
                break
        cx[f] = x0 + cx[f] / (6 * area[f])
        cy[f] = y0 + cy[f] / (6 * area[f])
    return area, cx, cy, length


@njit(cache=True)
def _rings(m: Mesh) -> tuple[np.ndarray, np.ndarray]:
    n = m.used[2]
    size = np.zeros(n + 1, np.int64)
    for f in range(n):
        h0 = m.first[f]
        h = h0
        while True:
            size[f + 1] += 1
            h = m.after[h]
            if h == h0:
                break
        size[f + 1] += 1
    start = np.cumsum(size)
    xy = np.empty((start[n], 2))
    for f in range(n):
        h = m.first[f]
        for i in range(start[f], start[f + 1]):
            xy[i, 0], xy[i, 1] = m.x[m.origin[h]], m.y[m.origin[h]]
            h = m.after[h]
    return xy, start


def to_polygons(m: Mesh) -> NDArray[np.object_]:
    """Every face as a polygon."""
    xy, start = _rings(m)
    ring = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return np.asarray(shapely.polygons(shapely.linearrings(xy, indices=ring)))


def borders(m: Mesh) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Every edge once: face on the left, face on the right (`OUTSIDE` at the rim), length in m."""
    n = int(m.used[1])
    h = np.arange(0, n, 2)
    a, b = m.origin[h], m.origin[h + 1]
    return m.face[h], m.face[h + 1], np.hypot(m.x[a] - m.x[b], m.y[a] - m.y[b])
