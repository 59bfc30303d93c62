"""Ground that two layers share, and ground of one that the other leaves uncovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import (
    areal,
    ellipsoid_m2,
    is_ours,
    outline_m,
    plane_m2,
    where_there,
    width_m,
)

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
_MANY_PAIRS = 3_000
_FEW_ROWS = 200  # of these each is cut
_AT_ONCE = 20_000


@dataclass(frozen=True)
class Common:
    """k pieces of ground that a row of the first layer shares with a row of the second."""

    first: Rows
    second: Rows
    shapes: NDArray[Any]
    area_m2: Array
    width_m: Array

    def __len__(self) -> int:
        return len(self.first)

    @property
    def total_m2(self) -> float:
        """Give the sum of all pieces."""
        return float(self.area_m2.sum())


def common(
    a: Fabric,
    b: Fabric,
    *,
    least_m2: float,
    rows_a: Rows | None = None,
    rows_b: Rows | None = None,
) -> Common:
    """Give what objects of two layers share beyond `least_m2` each, sorted by row.

    `rows_a`, `rows_b` narrow the question to some objects of either layer.
    """
    of_a = np.arange(len(a.ground)) if rows_a is None else np.asarray(rows_a, np.int64)
    at, second = b.tree.query(a.ground[of_a])
    first = of_a[at]
    if rows_b is not None:
        kept = np.isin(second, rows_b)
        first, second = first[kept], second[kept]
    box_a, box_b = shapely.bounds(a.ground[first]), shapely.bounds(b.ground[second])
    wide = np.minimum(box_a[:, 2], box_b[:, 2]) - np.maximum(box_a[:, 0], box_b[:, 0]) > a.step
    high = np.minimum(box_a[:, 3], box_b[:, 3]) - np.maximum(box_a[:, 1], box_b[:, 1]) > a.step
    first, second = first[wide & high], second[wide & high]
    if len(first) > _MANY_PAIRS and is_ours(a.crs):
        first, second = _by_kernel(a, b, first, second, least_m2)
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    shapes = np.empty(len(first), object)
    for start in range(0, len(first), _AT_ONCE):
        block = slice(start, start + _AT_ONCE)
        shapes[block] = areal(shapely.intersection(a.ground[first[block]], b.ground[second[block]]))
    kept = ~shapely.is_missing(shapes) & (np.nan_to_num(plane_m2(shapes, a.crs)) > 0.5 * least_m2)
    first, second, shapes = first[kept], second[kept], shapes[kept]
    area = ellipsoid_m2(shapes, a.crs) if len(shapes) else np.zeros(0)
    kept = area > least_m2
    first, second, shapes, area = first[kept], second[kept], shapes[kept], area[kept]
    width = width_m(area, outline_m(shapes, a.crs)) if len(shapes) else np.zeros(0)
    kept = width > 2e-4  # narrower is the rounding of coordinates, however long
    return Common(
        first[kept].astype(np.int64), second[kept].astype(np.int64), shapes[kept], area[kept], width[kept]
    )


def uncovered(a: Fabric, b: Fabric) -> tuple[NDArray[Any], Array, Rows]:
    """Give the ground of each row of `a` that no row of `b` covers: shapes, areas, rows.

    Rows that lie wholly inside are told apart by the area kernel and never cut.
    """
    rows = np.flatnonzero(~shapely.is_missing(a.ground))
    apart = np.zeros(len(rows), np.bool_)
    if is_ours(a.crs) and len(rows) > _FEW_ROWS:
        rows, apart = _not_inside(a, b, rows)
    shapes = a.ground[rows].copy()
    at, other = b.tree.query(where_there(~apart, shapes))
    order = np.argsort(at, kind="stable")
    at, other = at[order], other[order]
    for first, last in _runs(at):
        i = int(at[first])
        window = shapely.bounds(shapes[i])
        margin = 10 * a.step
        near = shapely.clip_by_rect(
            b.ground[other[first:last]], *(window - margin)[:2], *(window + margin)[2:]
        )
        near = near[~shapely.is_empty(near)]
        if not shapely.is_valid(near).all():  # clipping may leave a ring that touches itself along the frame
            near = shapely.make_valid(near)
        if len(near):
            shapes[i] = shapely.difference(shapes[i], near[0] if len(near) == 1 else shapely.union_all(near))
    shapes = areal(shapes)
    kept = ~shapely.is_missing(shapes)
    shapes, rows = shapes[kept], rows[kept]
    area = ellipsoid_m2(shapes, a.crs) if len(shapes) else np.zeros(0)
    width = width_m(area, outline_m(shapes, a.crs)) if len(shapes) else np.zeros(0)
    real = (area > 1e-3) & (width > 2e-4)
    return shapes[real], area[real], rows[real].astype(np.int64)


def _runs(values: NDArray[Any]) -> list[tuple[int, int]]:
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else np.zeros(0, np.intp)
    return list(zip(starts.tolist(), [*starts[1:].tolist(), len(values)], strict=False))


def _not_inside(a: Fabric, b: Fabric, rows: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Give the rows of which some ground is left over, and which of these share no ground with `b` at all."""
    import geopandas as gpd

    from tuban.geo.coords import from_shapes
    from tuban.geo.overlay_pairs import PARCEL, measure_pairs
    from tuban.geo.zone_index import ZoneIndex

    index = ZoneIndex.of(gpd.GeoSeries(b.ground, crs=b.crs), a.crs, checked=True)
    found = measure_pairs(from_shapes(a.ground[rows], PARCEL), index)
    inside = np.zeros(len(rows), np.bool_)
    inside[found.parcel[found.common_m2 >= found.own_m2 * (1 - 1e-12)]] = True
    # Ground that several zones share out adds up; ground that two hold twice could hide what is left.
    covered = np.bincount(found.parcel, weights=found.common_m2, minlength=len(rows))
    own = np.zeros(len(rows))
    own[found.parcel] = found.own_m2
    several = np.bincount(found.parcel, minlength=len(rows)) > 1
    once = several & (np.abs(covered - own) <= 1e-4 + 1e-9 * own)
    if once.any():
        among = measure_pairs(from_shapes(b.ground, PARCEL), index)
        if (among.common_m2[among.parcel != among.zone] > 1e-3).any():
            once[:] = False
    left = ~(inside | once)
    return rows[left], (np.bincount(found.parcel, minlength=len(rows)) == 0)[left]


def _by_kernel(a: Fabric, b: Fabric, first: Rows, second: Rows, least_m2: float) -> tuple[Rows, Rows]:
    """Keep the pairs that the area kernel finds to share enough."""
    import geopandas as gpd

    from tuban.geo.coords import from_shapes
    from tuban.geo.overlay_pairs import PARCEL, measure_pairs
    from tuban.geo.zone_index import ZoneIndex

    rows_a, rows_b = np.unique(first), np.unique(second)
    index = ZoneIndex.of(gpd.GeoSeries(b.ground[rows_b], crs=b.crs), a.crs, checked=True)
    found = measure_pairs(from_shapes(a.ground[rows_a], PARCEL), index)
    big = found.common_m2 > 0.5 * least_m2
    return rows_a[found.parcel[big]].astype(np.int64), rows_b[found.zone[big]].astype(np.int64)
