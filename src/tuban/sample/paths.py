"""Rivers and roads as least-cost paths over the terrain, joined into smooth lines."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

STEPS = (
    (0, 1, 1.0),
    (1, 0, 1.0),
    (1, 1, 1.41421),
    (1, -1, 1.41421),
    (1, 2, 2.23607),
    (2, 1, 2.23607),
    (1, -2, 2.23607),
    (2, -1, 2.23607),
)


class Way:
    """A network that grows: later paths prefer cells that earlier ones have opened."""

    def __init__(self, cost: NDArray[np.float64], allowed: NDArray[np.bool_], discount: float) -> None:
        self.shape = cost.shape
        self.cost = np.where(allowed, cost, cost * 60 + 60)
        self.discount = discount
        self.used = np.zeros(cost.shape, bool)
        self.edges: dict[tuple[int, int], int] = {}
        self.build()

    def build(self) -> None:
        """Make the graph's edges from `cost`; call again after changing it."""
        rows, cols = self.shape
        index = np.arange(rows * cols).reshape(rows, cols)
        a, b, w = [], [], []
        cost = self.cost
        for dr, dc, length in STEPS:
            r1 = slice(0, rows - dr)
            r2 = slice(dr, rows)
            c1 = slice(max(0, -dc), cols - max(0, dc))
            c2 = slice(max(0, dc), cols + min(0, dc))
            a.append(index[r1, c1].ravel())
            b.append(index[r2, c2].ravel())
            w.append((length * (cost[r1, c1] + cost[r2, c2]) / 2).ravel())
        self.a, self.b, self.w = np.concatenate(a), np.concatenate(b), np.concatenate(w)

    def field(self, start: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Give the cost from `start` to every cell, and the way back."""
        n = self.shape[0] * self.shape[1]
        used = self.used.ravel()
        w = np.where(used[self.a] & used[self.b], self.w * self.discount, self.w)
        graph = coo_array((w, (self.a, self.b)), shape=(n, n)).tocsr()
        dist, back = dijkstra(
            graph, directed=False, indices=start[0] * self.shape[1] + start[1], return_predecessors=True
        )
        return dist, back

    def walk(self, back: NDArray[np.int32], end: tuple[int, int], rank: int) -> list[int]:
        """Follow the way back from `end`, opening the cells; give the cells from end to start."""
        node = end[0] * self.shape[1] + end[1]
        cells = [node]
        while back[node] >= 0:
            node = int(back[node])
            cells.append(node)
        for a, b in pairwise(cells):
            key = (min(a, b), max(a, b))
            self.edges[key] = min(rank, self.edges.get(key, rank))
        self.used.ravel()[cells] = True
        return cells


def chains(edges: dict[tuple[int, int], int]) -> list[tuple[list[int], int]]:
    """Join cell-to-cell steps of one rank into chains that end where ranks change or ways meet."""
    near: dict[int, list[tuple[int, int]]] = {}
    for (a, b), rank in sorted(edges.items()):
        near.setdefault(a, []).append((b, rank))
        near.setdefault(b, []).append((a, rank))
    stops = {n for n, to in near.items() if len(to) != 2 or to[0][1] != to[1][1]}
    done: set[tuple[int, int]] = set()
    found = []
    for start in sorted(stops):
        for nxt, rank in near[start]:
            if (start, nxt) in done:
                continue
            chain = [start, nxt]
            done |= {(start, nxt), (nxt, start)}
            while chain[-1] not in stops:
                here, come = chain[-1], chain[-2]
                to = next(n for n, _ in near[here] if n != come)
                done |= {(here, to), (to, here)}
                chain.append(to)
            found.append((chain, rank))
    return found


def smooth(line: NDArray[np.float64], tolerance_m: float, rounds: int = 3) -> NDArray[np.float64]:
    """Take the staircase out of a raster path, its two ends staying where they are.

    `rounds` says over how many times the tolerance bends are drawn out.
    """
    if len(line) < 3:
        return line
    straight = shapely.simplify(shapely.LineString(line), tolerance_m)
    length = shapely.length(straight)
    n = max(int(length / (tolerance_m * 0.4)), 4)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(straight, np.linspace(0, length, n + 1)))
    # Mirrored through its ends, the line keeps them under the moving mean.
    k = min(2 + rounds * 2, n)
    for _ in range(2):
        head, tail = 2 * xy[0] - xy[k:0:-1], 2 * xy[-1] - xy[-2 : -k - 2 : -1]
        long = np.r_[head, xy, tail]
        total = np.cumsum(np.r_[np.zeros((1, 2)), long], axis=0)
        xy = (total[2 * k + 1 :] - total[: -2 * k - 1]) / (2 * k + 1)
    xy[0], xy[-1] = line[0], line[-1]
    return shapely.get_coordinates(shapely.simplify(shapely.linestrings(xy), 0.8))


def meander(
    line: NDArray[np.float64], rng: np.random.Generator, amplitude_m: float, wave_m: float
) -> NDArray[np.float64]:
    """Let a smooth line swing from side to side, as rivers do in a plain."""
    geom = shapely.LineString(line)
    length = shapely.length(geom)
    n = max(int(length / 25), 2)
    s = np.linspace(0, length, n + 1)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(geom, s))
    d = np.gradient(xy, axis=0)
    d /= np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)[:, None]
    swing = np.zeros(n + 1)
    for k in (1.0, 0.53, 0.31):
        swing += k * np.sin(2 * np.pi * s / (wave_m * k * rng.uniform(0.85, 1.2)) + rng.uniform(0, 6.28))
    ends = np.clip(np.minimum(s, length - s) / max(wave_m * 0.5, 1), 0, 1)
    return xy + (amplitude_m / 1.8 * swing * ends)[:, None] * np.c_[-d[:, 1], d[:, 0]]
