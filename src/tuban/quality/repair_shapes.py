"""Shapes made better by as little as possible: rings turned, repeated vertices dropped, vertices snapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry.fabric import Fabric, rings_of
from tuban.quality.geometry.measure import unit_m
from tuban.quality.geometry.soundness import placed
from tuban.quality.geometry.vertices import odd_vertices, same_turn

Array = NDArray[np.float64]


def turned(shapes: NDArray[Any]) -> dict[int, Any]:
    """Give the rows with a hole drawn like its shell, with shells to the left and holes to the right."""
    return {int(row): shapely.orient_polygons(shapes[row]) for row in same_turn(rings_of(placed(shapes)))}


def without_repeats(shapes: NDArray[Any], crs: Any, same_m: float) -> dict[int, Any]:
    """Give the rows with repeated vertices (within `same_m`), without them; the first of several stays."""
    rings = rings_of(placed(shapes))
    odd = odd_vertices(rings, crs, near_m=same_m * (1 + 1e-9), same_m=same_m, sharp_deg=0.0)["repeated"]
    changed: dict[int, Any] = {}
    for row in np.unique(odd.row).tolist():
        shape = _ringwise(shapes[row], lambda xy: _thinned(xy, same_m / unit_m(crs)))
        if shape is not None:
            changed[int(row)] = shape
    return changed


def snapped(fabric: Fabric, reach_m: float) -> dict[int, Any]:
    """Give the rows whose vertices on unmatched outlines move onto a neighbour's vertex within `reach_m`.

    Vertices that lie together are one place: all move to the first of them, in order of coordinates. A chain of
    vertices longer than the reach is left alone, since somebody would be moved farther.
    """
    reach = reach_m / unit_m(fabric.crs)
    edges = fabric.left_over.ends(fabric)
    if not len(edges):
        return {}
    rows_near = np.unique(
        fabric.tree.query(shapely.points(edges[:, :2]), predicate="dwithin", distance=2 * fabric.step)[1]
    )
    xy, at = shapely.get_coordinates(fabric.ground[rows_near], return_index=True)
    ends = np.unique(np.rint((edges.reshape(-1, 2) - fabric.origin) / fabric.step), axis=0)
    own = np.rint((xy - fabric.origin) / fabric.step)
    _, which = np.unique(np.vstack([ends, own]), axis=0, return_inverse=True)
    loose = np.isin(which.ravel()[len(ends) :], which.ravel()[: len(ends)])
    places, place = np.unique(xy[loose], axis=0, return_inverse=True)
    having: dict[int, set[int]] = {}
    for one, row in zip(place.ravel().tolist(), at[loose].tolist(), strict=True):
        having.setdefault(one, set()).add(row)
    points: Any = shapely.points(places)
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    group = np.arange(len(places))
    for i, j in zip(a.tolist(), b.tolist(), strict=True):  # places are sorted: the first is the smallest
        if i < j and not having[i] & having[j]:  # two vertices of one object stay two
            group[j] = min(group[j], group[i])
    moved = places[group]
    far = np.hypot(*(moved - places).T) > reach
    moves = {
        tuple(old): tuple(new)
        for old, new, no in zip(places.tolist(), moved.tolist(), far.tolist(), strict=True)
        if old != new and not no
    }
    if not moves:
        return {}
    changed: dict[int, Any] = {}
    touched = np.array([tuple(p) in moves for p in xy.tolist()], bool)
    for row in rows_near[np.unique(at[touched])].tolist():
        shape = fabric.shapes[row]
        changed[int(row)] = shapely.transform(
            shape, lambda points: np.array([moves.get(tuple(p), tuple(p)) for p in points.tolist()])
        )
    return changed


def _thinned(xy: Array, same: float) -> Array:
    kept = [xy[0]]
    for point in xy[1:-1]:
        if np.hypot(*(point - kept[-1])) > same:
            kept.append(point)
    while len(kept) > 3 and np.hypot(*(kept[-1] - kept[0])) <= same:
        kept.pop()
    return np.array([*kept, kept[0]])


def _ringwise(shape: Any, change: Callable[[Array], Array]) -> Any:
    """Give a polygon with each ring changed; None where a ring would be left without ground."""
    parts = []
    for part in shapely.get_parts(shape):
        rings = [change(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)]
        if any(len(ring) < 4 for ring in rings):
            return None
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.MultiPolygon(parts) if shapely.get_type_id(shape) == 6 else parts[0]
