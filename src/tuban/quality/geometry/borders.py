"""Outlines that should be one line: where the vertices of one lie near, but not on, the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import is_degrees, unit_m

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Apart:
    """k vertices that miss a line: the row they belong to, where they are, how far off (m), the line's row."""

    row: NDArray[np.int64]
    xy: Array
    off_m: Array
    other: NDArray[np.int64]


def apart(layer: Fabric, border: Fabric, *, same_m: float, near_m: float) -> Apart:
    """Give the vertices of a layer that lie nearer than `near_m` to a border but farther than `same_m` from it.

    Distances are in the plane; in degrees a metre is a metre along the meridian, east–west ones come out as
    measured there (exact enough for distances under a metre).
    """
    squeeze = _squeeze(border)
    edges, owner = _segments(border, squeeze)
    scale = unit_m(layer.crs)
    if not len(edges):
        return _none()
    tree = shapely.STRtree(edges)
    _, touched = shapely.STRtree(_boxes(layer, squeeze, near_m / scale)).query(edges)
    rows = np.unique(touched)
    if not len(rows):
        return _none()
    xy, at = shapely.get_coordinates(layer.ground[rows], return_index=True)
    points = shapely.points(xy * (squeeze, 1.0))
    found, distance = tree.query_nearest(
        points, max_distance=near_m / scale, return_distance=True, all_matches=False
    )
    off = distance * scale
    missed = (off > same_m) & (off <= near_m)
    point, edge = found[0][missed], found[1][missed]
    keys = np.c_[rows[at[point]], np.round(xy[point] / layer.step)]
    _, once = np.unique(keys, axis=0, return_index=True)  # the first vertex of a ring is also its last
    point, edge, off = point[once], edge[once], off[missed][once]
    return Apart(rows[at[point]].astype(np.int64), xy[point], off, owner[edge].astype(np.int64))


def _none() -> Apart:
    return Apart(np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(0), np.zeros(0, np.int64))


def _squeeze(fabric: Fabric) -> float:
    """Give the factor that makes a degree of longitude as long as one of latitude, for short distances."""
    if not is_degrees(fabric.crs) or not len(fabric.rings.xy):
        return 1.0
    return float(np.cos(np.radians(np.clip(np.median(fabric.rings.xy[:, 1]), -89, 89))))


def _segments(fabric: Fabric, squeeze: float) -> tuple[NDArray[Any], NDArray[np.int64]]:
    rings = fabric.rings
    ends = rings.ring_off[1:] - 1
    starts = np.setdiff1d(np.arange(len(rings.xy)), ends, assume_unique=True)
    ring = np.searchsorted(rings.ring_off, starts, side="right") - 1
    part = np.searchsorted(rings.part_off, ring, side="right") - 1
    row = np.searchsorted(rings.row_off, part, side="right") - 1
    xy = rings.xy * (squeeze, 1.0)
    pairs = np.stack([xy[starts], xy[starts + 1]], axis=1)
    return shapely.linestrings(pairs), row


def _boxes(fabric: Fabric, squeeze: float, margin: float) -> NDArray[Any]:
    """Give the box of each row with a margin, in the squeezed plane of the border."""
    box = fabric.rings.row_box.copy()
    box[:, [0, 2]] *= squeeze
    good = box[:, 0] <= box[:, 2]
    box += np.array([-margin, -margin, margin, margin])
    shapes = np.full(len(box), None, dtype=object)
    shapes[good] = shapely.box(*box[good].T)
    return shapes
