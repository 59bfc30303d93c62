"""Villages and townships: cells around seats whose edges are displaced, so no straight line shows."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Voronoi

Floats = NDArray[np.float64]


def spread(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Choose `count` seats so that each has about the same share of the points."""
    start = points[rng.choice(len(points), count, replace=False)]
    seats, _ = kmeans2(points, start, iter=14, minit="matrix")
    return seats


def displaced(a: Floats, b: Floats, room: float, rng: np.random.Generator, step_m: float = 90.0) -> Floats:
    """Break a straight edge into a wandering line that stays within `room` of it, zero at the ends."""
    length = float(np.hypot(*(b - a)))
    levels = int(np.clip(np.ceil(np.log2(max(length / step_m, 1))), 0, 7))
    off = np.zeros(2)
    amplitude = min(room, 0.28 * length)
    for level in range(levels):
        mid = (off[:-1] + off[1:]) / 2 + rng.uniform(-1, 1, len(off) - 1) * amplitude * 0.5 * 0.55**level
        out = np.empty(len(off) + len(mid))
        out[::2], out[1::2] = off, mid
        off = out
    t = np.linspace(0, 1, len(off))
    bound = amplitude * np.minimum(1, 2.2 * np.minimum(t, 1 - t))
    off = np.clip(off, -bound, bound)
    normal = np.array([-(b - a)[1], (b - a)[0]]) / max(length, 1e-9)
    return a + t[:, None] * (b - a) + off[:, None] * normal


def cells(
    seats: Floats, outline: shapely.Geometry, rng: np.random.Generator
) -> tuple[list[Floats], NDArray[np.intp]]:
    """Give the wandering edges between the seats' cells and, for each, the two seats it divides."""
    w, s, e, n = shapely.bounds(outline)
    size = max(e - w, n - s)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.c_[(w + e) / 2 + 3 * size * np.cos(angle), (s + n) / 2 + 3 * size * np.sin(angle)]
    diagram = Voronoi(np.r_[seats, ring])
    lines, pairs = [], []
    for (p, q), (u, v) in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if u < 0 or v < 0 or (p >= len(seats) and q >= len(seats)):
            continue
        a, b = diagram.vertices[u], diagram.vertices[v]
        room = 0.3 * float(np.hypot(*(diagram.points[p] - diagram.points[q]))) / 2
        lines.append(displaced(a, b, room, rng) if np.hypot(*(a - b)) < 2 * size else np.array([a, b]))
        pairs.append((p, q))
    return lines, np.array(pairs)


def group(seats: Floats, pairs: NDArray[np.intp], heads: Floats, pull: Floats) -> NDArray[np.intp]:
    """Join villages to townships: each to the head nearest over neighbouring villages, so groups hang together.

    `pull` (m) gives a head a larger district. It is a head start, not a factor: a factor could leave
    a village cut off from its township.
    """
    k = len(seats)
    inner = pairs[(pairs < k).all(1)]
    length = np.hypot(*(seats[inner[:, 0]] - seats[inner[:, 1]]).T)
    graph = coo_array((length, (inner[:, 0], inner[:, 1])), shape=(k, k)).tocsr()
    homes = np.array([int(np.argmin(np.hypot(*(seats - h).T))) for h in heads])
    dist = dijkstra(graph, directed=False, indices=homes) - pull[:, None]
    return np.argmin(dist, axis=0)
