"""Outlines that should be one line: where the vertices of one lie near, but not on, the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry import kernel_edges
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import is_degrees, unit_m

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
_PAIRS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Apart:
    """k vertices of one layer that miss the outline of the other: where, how far off (m), and the row they miss.

    `row` is the row that has the vertex, `other` the row whose outline it misses.
    """

    row: Rows
    other: Rows
    xy: Array
    off_m: Array

    def turned(self) -> Apart:
        """Give the same with the layers exchanged."""
        return Apart(self.other, self.row, self.xy, self.off_m)


def outlines_apart(layer: Fabric, border: Fabric, *, same_m: float, near_m: float) -> Apart:
    """Compare the outer outlines of two layers that should fill the same area, both ways.

    Only outlines count that the other layer does not have edge by edge, so a patch that ends near the border is
    no fault.
    """
    mine, theirs = layer.left_over.ends(layer), border.left_over.ends(border)
    there = vertices_apart(_unmatched(mine, theirs, layer.step), layer, border, same_m=same_m, near_m=near_m)
    back = vertices_apart(
        _unmatched(theirs, mine, layer.step), border, layer, same_m=same_m, near_m=near_m
    ).turned()
    return Apart(*(np.concatenate([a, b]) for a, b in zip(_columns(there), _columns(back), strict=True)))


def lines_apart(layer: Fabric, other: Fabric, *, same_m: float, near_m: float) -> Apart:
    """Compare all outlines of two layers, both ways, where an edge of the first is none of the second."""
    points = np.unique(layer.rings.xy, axis=0)
    there = vertices_apart(points, layer, other, same_m=same_m, near_m=near_m)
    back = _beside_edges(layer, other, same_m=same_m, near_m=near_m)
    return Apart(*(np.concatenate([a, b]) for a, b in zip(_columns(there), _columns(back), strict=True)))


def _beside_edges(layer: Fabric, other: Fabric, *, same_m: float, near_m: float) -> Apart:
    """Give the vertices of the other layer that lie beside an edge of the first that it does not have."""
    rings = layer.rings
    starts = np.setdiff1d(np.arange(len(rings.xy)), rings.ring_off[1:] - 1, assume_unique=True)
    shared = _shared(rings.xy, other)
    lone = starts[~(shared[starts] & shared[starts + 1])]
    if not len(lone):
        return _none()
    scale, squeeze = unit_m(other.crs), 1.0
    if is_degrees(other.crs):
        squeeze = float(np.cos(np.radians(np.clip(np.median(rings.xy[:, 1]), -89, 89))))
    a, b = rings.xy[lone], rings.xy[lone + 1]
    edges = shapely.linestrings(np.stack([a, b], axis=1))
    edge, row = other.tree.query(edges, predicate="dwithin", distance=near_m / scale / squeeze)
    found: list[tuple[NDArray[Any], ...]] = []
    for first in range(0, len(edge), _PAIRS_AT_ONCE):
        block = slice(first, first + _PAIRS_AT_ONCE)
        xy, at = shapely.get_coordinates(other.ground[row[block]], return_index=True)
        e = edge[block][at]
        along = (b[e] - a[e]) * (squeeze, 1.0)
        to = (xy - a[e]) * (squeeze, 1.0)
        square = np.maximum((along**2).sum(axis=1), 1e-300)
        share = (along * to).sum(axis=1) / square
        off = np.hypot(*(to - along * np.clip(share, 0, 1)[:, None]).T) * scale
        ends = np.minimum(np.hypot(*to.T), np.hypot(*(to - along).T)) * scale
        # Beside the edge, not round its end: vertices at its end are looked at the other way.
        close = (off > same_m) & (off <= near_m) & (ends > near_m) & (share > 0) & (share < 1)
        found.append((lone[e[close]], row[block][at[close]], xy[close], off[close]))
    if not sum(len(one[0]) for one in found):
        return _none()
    point, hit, xy, off = (np.concatenate(column) for column in zip(*found, strict=True))
    _, once = np.unique(np.c_[hit, np.rint(xy / other.step)], axis=0, return_index=True)
    ring = np.searchsorted(rings.ring_off, point[once], side="right") - 1
    part = np.searchsorted(rings.part_off, ring, side="right") - 1
    mine = np.searchsorted(rings.row_off, part, side="right") - 1
    return Apart(mine.astype(np.int64), hit[once].astype(np.int64), xy[once], off[once])


def vertices_apart(points: Array, own: Fabric, other: Fabric, *, same_m: float, near_m: float) -> Apart:
    """Give the points (vertices of `own`) nearer than `near_m` to an outline of `other` but not on it (`same_m`).

    Distances in degrees are taken along the meridian and squeezed along the parallel, which is exact enough
    below a metre.
    """
    points = points[~_shared(points, other)]
    scale, squeeze = unit_m(other.crs), 1.0
    if is_degrees(other.crs) and len(points):
        squeeze = float(np.cos(np.radians(np.clip(np.median(points[:, 1]), -89, 89))))
    reach = near_m / scale / squeeze
    places: Any = shapely.points(points)
    at, row = other.tree.query(places, predicate="dwithin", distance=reach)
    if not len(at):
        return _none()
    outline = shapely.boundary(_squeezed(other.ground[row], squeeze))
    off = shapely.distance(_squeezed(places[at], squeeze), outline) * scale
    close = off <= near_m
    at, row, off = at[close], row[close], off[close]
    order = np.lexsort((row, off, at))
    first = order[np.unique(at[order], return_index=True)[1]]
    first = first[off[first] > same_m]
    points, places, other_row, off = points[at[first]], places[at[first]], row[first], off[first]
    mine = np.full(len(points), -1, np.int64)
    which, having = own.tree.query(places, predicate="dwithin", distance=2 * own.step)
    mine[which[::-1]] = having[::-1]
    known = mine >= 0
    return Apart(mine[known], other_row[known].astype(np.int64), points[known], off[known])


def _columns(apart: Apart) -> tuple[NDArray[Any], ...]:
    return apart.row, apart.other, apart.xy, apart.off_m


def _none() -> Apart:
    return Apart(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(0))


def _unmatched(edges: Array, others: Array, step: float) -> Array:
    """Give the ends of edges (x1, y1, x2, y2) that the others do not have, each once."""
    if not len(edges):
        return np.zeros((0, 2))
    origin = np.tile(edges[:, :2].min(axis=0), 2)
    mine, theirs = (np.rint((some - origin) / step).astype(np.int64) for some in (edges, others))
    kinds, which = np.unique(
        np.concatenate([_straight(mine), _straight(theirs)]), axis=0, return_inverse=True
    )
    have = np.zeros(len(kinds), bool)
    have[which.ravel()[len(mine) :]] = True
    lone = edges[~have[which.ravel()[: len(mine)]]]
    return np.unique(lone.reshape(-1, 2), axis=0)


def _straight(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give edges with the lower end first."""
    turned = (edges[:, 0] > edges[:, 2]) | ((edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))
    return np.where(turned[:, None], edges[:, [2, 3, 0, 1]], edges)


def _shared(points: Array, other: Fabric) -> NDArray[np.bool_]:
    """Say which points are vertices of a layer."""
    shared = np.zeros(len(points), np.bool_)
    if len(points):
        held = np.full(1 << int(np.ceil(np.log2(2 * len(points) + 4))), -1, np.int64)
        kernel_edges.shared_vertices(
            np.ascontiguousarray(points), other.rings.xy, *other.origin, 1 / other.step, held, shared
        )
    return shared


def _squeezed(shapes: NDArray[Any], squeeze: float) -> NDArray[Any]:
    return shapes if squeeze == 1.0 else shapely.transform(shapes, lambda xy: xy * (squeeze, 1.0))
