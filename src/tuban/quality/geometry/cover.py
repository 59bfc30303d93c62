"""What a layer leaves open: gaps inside it, and what is missing or too much against the area it should cover."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry.fabric import Edges, Fabric, Faces, faces_of
from tuban.quality.geometry.measure import areal, ellipsoid_m2, outline_m, unit_m, width_m

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """k faults as ground: their true shapes, areas on the ellipsoid, mean widths, and the rows that border on each."""

    shapes: NDArray[Any]
    area_m2: Array
    width_m: Array
    rows: list[NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.shapes)


def gaps(fabric: Fabric, whole: Fabric | None = None, *, least_m2: float) -> Places:
    """Give the ground that a layer encloses but does not cover, however thin.

    `whole` is the area that should be covered: ground outside it (another county's enclave) is no gap.
    """
    faces = fabric.faces if whole is None else against(fabric, whole)
    open_ = faces.counts[0] == 0
    if whole is not None:
        open_ &= faces.counts[1] > 0
        # Only what the layer itself encloses: the rest is missing at the edge.
        own = fabric.faces
        holes = own.shapes[own.counts[0] == 0]
        inside = np.zeros(len(open_), np.bool_)
        if len(holes) and open_.any():
            at, _ = shapely.STRtree(holes).query(
                shapely.point_on_surface(faces.shapes[open_]), predicate="intersects"
            )
            inside[np.flatnonzero(open_)[np.unique(at)]] = True
        open_ &= inside
    return _places(fabric, faces.shapes[open_], least_m2)


def missing(fabric: Fabric, whole: Fabric, *, least_m2: float) -> Places:
    """Give the parts of the whole that the layer does not cover, at its edge; gaps inside it are `gaps`."""
    faces = against(fabric, whole)
    lack = (faces.counts[0] == 0) & (faces.counts[1] > 0)
    own = fabric.faces
    holes = own.shapes[own.counts[0] == 0]
    if len(holes) and lack.any():
        at, _ = shapely.STRtree(holes).query(
            shapely.point_on_surface(faces.shapes[lack]), predicate="intersects"
        )
        lack[np.flatnonzero(lack)[np.unique(at)]] = False
    return _places(fabric, faces.shapes[lack], least_m2)


def outside(fabric: Fabric, whole: Fabric, *, least_m2: float) -> Places:
    """Give what the layer covers beyond the whole."""
    faces = against(fabric, whole)
    beyond = (faces.counts[0] > 0) & (faces.counts[1] == 0)
    return _places(fabric, faces.shapes[beyond], least_m2)


def against(fabric: Fabric, whole: Fabric) -> Faces:
    """Give the faces of both outlines together, with how often each covers them; kept with the layer."""
    kept: dict[int, tuple[Fabric, Faces]] = fabric.__dict__.setdefault("_against", {})
    if id(whole) not in kept:
        edges = [fabric.left_over, _moved(whole, fabric)]
        kept[id(whole)] = (whole, faces_of(edges, fabric.origin, fabric.step, fabric.crs, [fabric, whole]))
    return kept[id(whole)][1]


def _moved(whole: Fabric, fabric: Fabric) -> Edges:
    """Give what is left over of one fabric on the grid of another."""
    edges = whole.left_over
    shift = np.tile((np.array(whole.origin) - np.array(fabric.origin)) / fabric.step, 2)
    return Edges(np.rint(edges.xyxy * (whole.step / fabric.step) + shift), edges.times)


def _places(fabric: Fabric, shapes: NDArray[Any], least_m2: float) -> Places:
    area = ellipsoid_m2(shapes, fabric.crs) if len(shapes) else np.zeros(0)
    kept = area > least_m2
    shapes, area = shapes[kept], area[kept]
    order = np.lexsort(shapely.bounds(shapes).T[:2]) if len(shapes) else np.zeros(0, np.intp)
    shapes, area = shapes[order], area[order]
    width = width_m(area, outline_m(shapes, fabric.crs)) if len(shapes) else np.zeros(0)
    return Places(shapes, area, width, neighbours(fabric, shapes))


def neighbours(fabric: Fabric, shapes: NDArray[Any], *, most: int = 8) -> list[NDArray[np.int64]]:
    """Give the rows that touch each shape, at most some."""
    if not len(shapes):
        return []
    at, row = fabric.tree.query(shapes, predicate="dwithin", distance=3 * fabric.step)
    order = np.lexsort((row, at))
    borders = np.searchsorted(at[order], np.arange(len(shapes) + 1))
    sorted_rows = row[order].astype(np.int64)
    return [sorted_rows[a:b][:most] for a, b in pairwise(borders.tolist())]


def strips(fabric: Fabric, *, search_m: float, least_m2: float) -> Places:
    """Give strips between two or more rows that are open to the outside, narrower than `search_m`."""
    if not fabric.ground[~shapely.is_missing(fabric.ground)].size:
        return _places(fabric, np.empty(0, object), least_m2)
    reach = search_m / 2 / unit_m(fabric.crs)
    union = shapely.union_all(fabric.faces.shapes[fabric.faces.counts[0] > 0])
    closed = shapely.buffer(shapely.buffer(union, reach, join_style="mitre"), -reach, join_style="mitre")
    filled = areal(shapely.get_parts(shapely.difference(closed, union)))
    filled = filled[~shapely.is_missing(filled)]
    holes = fabric.faces.shapes[fabric.faces.counts[0] == 0]
    if len(holes) and len(filled):
        at, _ = shapely.STRtree(holes).query(shapely.point_on_surface(filled), predicate="intersects")
        filled = np.delete(filled, np.unique(at))  # enclosed ones are gaps
    found = _places(fabric, filled, least_m2)
    between = np.array([len(rows) > 1 for rows in found.rows], bool)
    rows = [rows for rows in found.rows if len(rows) > 1]
    return Places(found.shapes[between], found.area_m2[between], found.width_m[between], rows)
