"""A layer as a fabric: where it covers the ground once, twice, or not at all, from what its outlines leave over.

Shared edges cancel, so a sound layer of half a million parcels shrinks to its outline, and only what is left is
noded. Every overlap and every gap is bounded by edges that are left over, also a gap thinner than any "gap width",
also a parcel wholly inside another, also two parcels that are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.errors import Text
from tuban.geo.coords import Rings, from_arrow
from tuban.quality.geometry import kernel_edges
from tuban.quality.geometry.enclose import AT_ONCE, enclosed, rejoined
from tuban.quality.geometry.measure import is_degrees, plane_m2, plane_width_m
from tuban.quality.geometry.soundness import usable

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_ROW = Text("图斑", "object")
_FLOAT_STEPS = 1e-4  # metres; a ten-thousandth part of a millionth of a degree is as much
_DEGREE_STEPS = 1e-9


@dataclass(frozen=True)
class Edges:
    """What is left over of some outlines: k edges as x1, y1, x2, y2 and how often each is left over."""

    xyxy: Array
    times: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.times)

    def ends(self, fabric: Fabric) -> Array:
        """Give the edges in coordinates, for the fabric that they were taken of."""
        return self.xyxy * fabric.step + np.tile(fabric.origin, 2)


@dataclass
class Fabric:
    """n polygons of one layer prepared for questions of cover.

    `shapes` are as the layer has them, `ground` what the reckoning takes (None where there is nothing usable),
    `understood` the invalid rows that were taken as even-odd, `left_out` those that could not be.
    """

    shapes: NDArray[Any]
    crs: Any
    ground: NDArray[Any]
    understood: Rows
    left_out: Rows
    step: float
    origin: tuple[float, float]
    rings: Rings = field(repr=False)

    @classmethod
    def of(
        cls,
        shapes: NDArray[Any],
        crs: Any,
        *,
        step: float | None = None,
        valid: NDArray[np.bool_] | None = None,
    ) -> Fabric:
        """Prepare polygons; `step` is the grid on which vertices are the same, in the unit of `crs`.

        `valid` says which of them are, where that was looked at already.
        """
        shapes = np.asarray(shapes, dtype=object)
        ground, understood, left_out = usable(shapes, valid)
        rings = rings_of(ground)
        step = step or (_DEGREE_STEPS if is_degrees(crs) else _FLOAT_STEPS)
        origin = tuple(np.floor(rings.xy.min(axis=0)).tolist()) if len(rings.xy) else (0.0, 0.0)
        return cls(shapes, crs, ground, understood, left_out, step, (origin[0], origin[1]), rings)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Give the search tree over the ground of all rows."""
        return shapely.STRtree(self.ground)

    @cached_property
    def turn(self) -> NDArray[np.int8]:
        """Give 1 for each ring with its ground on the left, −1 for the others."""
        count = len(self.rings.ring_off) - 1
        first, turn = np.zeros(count, np.bool_), np.zeros(count, np.int8)
        kernel_edges.directions(self.rings.xy, self.rings.ring_off, self.rings.part_off, first, turn)
        return turn

    @cached_property
    def left_over(self) -> Edges:
        """Give the edges that no neighbour has the other way."""
        return left_over([(self, 1)], self.origin)

    @cached_property
    def faces(self) -> Faces:
        """Give what the left-over edges enclose, each with how often it is covered."""
        return faces_of([self.left_over], self.origin, self.step, self.crs, [self])

    def rows_on(self, points: NDArray[Any]) -> tuple[Rows, Rows]:
        """Give which point lies on the ground of which row: two arrays, point and row."""
        point, row = self.tree.query(points, predicate="intersects")
        return point, row


@dataclass(frozen=True)
class Faces:
    """What left-over edges enclose: `shapes`, quick `area_m2` and `width_m`, `counts[i]` how often fabric i covers each."""

    shapes: NDArray[Any]
    area_m2: Array
    width_m: Array
    counts: tuple[NDArray[np.int64], ...]


def rings_of(shapes: NDArray[Any]) -> Rings:
    """Give the rings of polygons; None has none."""
    wkb = shapely.to_wkb(shapes, output_dimension=2, byte_order=1, flavor="iso")
    return from_arrow(pa.array(wkb, type=pa.large_binary()), _ROW)


def left_over(fabrics: list[tuple[Fabric, int]], origin: tuple[float, float]) -> Edges:
    """Sum the outlines of fabrics, each with its weight (−1 takes off), and give what does not cancel."""
    step = fabrics[0][0].step
    edges = sum(len(f.rings.xy) for f, _ in fabrics)
    slots = 1 << max(int(np.ceil(np.log2(max(2 * edges, 4)))), 4)
    # One coordinate array for the table to point into.
    xy = fabrics[0][0].rings.xy if len(fabrics) == 1 else np.concatenate([f.rings.xy for f, _ in fabrics])
    held, net = np.full(slots, -1, np.int32), np.zeros(slots, np.int16)
    start = 0
    for fabric, weight in fabrics:
        offsets = fabric.rings.ring_off + start
        kernel_edges.sum_edges(xy, offsets, fabric.turn, *origin, 1 / step, weight, held, net)
        start += len(fabric.rings.xy)
    at = np.flatnonzero(net)
    first = held[at].astype(np.int64)
    ends = np.rint((np.hstack([xy[first], xy[first + 1]]) - np.tile(origin, 2)) / step)
    return Edges(ends, np.abs(net[at]).astype(np.int32))


def faces_of(
    edges: list[Edges],
    origin: tuple[float, float],
    step: float,
    crs: Any,
    fabrics: list[Fabric],
    *,
    least_m2: float = 0.001,
    at_once: int = AT_ONCE,
) -> Faces:
    """Node left-over edges, give what they enclose, and count how often each fabric covers it.

    Faces smaller than `least_m2` or narrower than two steps of the grid come from rounding and are left out.
    """
    ends = np.concatenate([e.xyxy for e in edges])
    shapes, cut = enclosed(ends, at_once=at_once)
    west, south = origin
    place = lambda xy: xy * step + (west, south)  # noqa: E731
    shapes = shapely.transform(shapes, place) if len(shapes) else shapes
    counts = [_counted(fabric, shapes) for fabric in fabrics]
    if cut.any():
        low, high = ends.reshape(-1, 2).min(axis=0) - 4, ends.reshape(-1, 2).max(axis=0) + 4
        frame = (*place(low), *place(high))
        whole, again = [shapes[~cut]], [np.stack(counts, axis=1)[~cut]]
        kinds, kind = np.unique(np.stack(counts, axis=1)[cut], axis=0, return_inverse=True)
        for k, these in enumerate(kinds):
            joined = rejoined(shapes[cut][kind.ravel() == k], frame if not these.any() else None)
            whole.append(joined)
            again.append(np.tile(these, (len(joined), 1)))
        shapes, table = np.concatenate(whole), np.concatenate(again)
        counts = list(table.T)
    area, width = plane_m2(shapes, crs), plane_width_m(shapes, crs)
    kept = (area >= least_m2) & (width > 2 * _FLOAT_STEPS)
    return Faces(shapes[kept], area[kept], width[kept], tuple(count[kept] for count in counts))


def _counted(fabric: Fabric, shapes: NDArray[Any]) -> NDArray[np.int64]:
    if not len(shapes):
        return np.zeros(0, np.int64)
    at, _ = fabric.rows_on(shapely.point_on_surface(shapes))
    return np.bincount(at, minlength=len(shapes)).astype(np.int64)
