"""Overlaps within one layer: which two objects share ground, how much, and what kind of overlap it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import areal, ellipsoid_m2, is_ours, outline_m, plane_m2, width_m

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Kind = Literal["equal", "inside", "overlap"]
_MANY_PAIRS = 5_000  # more are measured by the area kernel before any is cut
_AT_ONCE = 20_000
_ROWS_AT_ONCE = 500
_MOST_PAIRS = 3_000_000


@dataclass(frozen=True)
class Overlaps:
    """k overlaps, largest first within equal rows: rows `first` < `second`, the shared ground and its measures.

    `kind` is `equal` (the same ground twice), `inside` (one wholly in the other; `inner` says which row), or
    `overlap`. at least `more` are beyond the limit and not listed.
    """

    first: Rows
    second: Rows
    shapes: NDArray[Any]
    area_m2: Array
    width_m: Array
    kind: list[Kind]
    inner: Rows
    more: int = 0

    def __len__(self) -> int:
        return len(self.first)


def overlaps(
    fabric: Fabric,
    *,
    least_m2: float,
    periods: tuple[Array, Array] | None = None,
    limit: int = 20_000,
) -> Overlaps:
    """Give the pairs of rows that share more than `least_m2` of ground.

    Parameters
    ----------
    periods : start and end of each row's validity (end excluded; infinite where open), as numbers. Two objects
        whose periods do not meet may lie on the same ground.
    limit : overlaps that are cut out and listed; the rest is counted.
    """
    faces = fabric.faces
    doubled = faces.shapes[faces.counts[0] >= 2]
    if not len(doubled):
        return _none()
    _, rows = fabric.tree.query(doubled, predicate="intersects")
    rows = np.unique(rows)
    first, second, more = _pairs(fabric, rows, periods)
    if len(first) > _MANY_PAIRS:
        first, second = _of_some_size(fabric, first, second, least_m2)
    if len(first) > limit:
        more += len(first) - limit
        first, second = first[:limit], second[:limit]
    shapes = np.empty(len(first), object)
    for start in range(0, len(first), _AT_ONCE):
        block = slice(start, start + _AT_ONCE)
        shapes[block] = areal(shapely.intersection(fabric.ground[first[block]], fabric.ground[second[block]]))
    kept = ~shapely.is_missing(shapes) & (np.nan_to_num(plane_m2(shapes, fabric.crs)) > 0.5 * least_m2)
    first, second, shapes = first[kept], second[kept], shapes[kept]
    area = ellipsoid_m2(shapes, fabric.crs)
    kept = area > least_m2
    first, second, shapes, area = first[kept], second[kept], shapes[kept], area[kept]
    width = width_m(area, outline_m(shapes, fabric.crs))
    kept = width > 2e-4
    first, second, shapes, area, width = first[kept], second[kept], shapes[kept], area[kept], width[kept]
    kind, inner = _kinds(fabric, first, second, area)
    return Overlaps(first, second, shapes, area, width, kind, inner, more)


def _none() -> Overlaps:
    rows = np.zeros(0, np.int64)
    return Overlaps(rows, rows, np.empty(0, object), np.zeros(0), np.zeros(0), [], rows)


def _pairs(fabric: Fabric, rows: Rows, periods: tuple[Array, Array] | None) -> tuple[Rows, Rows, int]:
    """Give the pairs of rows whose boxes share ground and whose periods meet, and how many rows were not looked at.

    Where thousands of objects lie on one another, their pairs are more than anybody can list or hold.
    """
    some = fabric.ground[rows]
    box = shapely.bounds(some)
    tree = shapely.STRtree(some)
    found: list[tuple[Rows, Rows]] = []
    held, skipped = 0, 0
    for start in range(0, len(some), _ROWS_AT_ONCE):
        if held > _MOST_PAIRS:
            skipped = len(some) - start
            break
        one, other = tree.query(some[start : start + _ROWS_AT_ONCE])
        once = one + start < other
        found.append((one[once] + start, other[once]))
        held += int(once.sum())
    a, b = (np.concatenate(column) for column in zip(*found, strict=True))
    wide = np.minimum(box[a, 2], box[b, 2]) - np.maximum(box[a, 0], box[b, 0]) > fabric.step
    high = np.minimum(box[a, 3], box[b, 3]) - np.maximum(box[a, 1], box[b, 1]) > fabric.step
    a, b = a[wide & high], b[wide & high]
    first, second = np.minimum(rows[a], rows[b]), np.maximum(rows[a], rows[b])
    if periods is not None:
        start, end = periods
        meet = (start[first] < end[second]) & (start[second] < end[first])
        first, second = first[meet], second[meet]
    order = np.lexsort((second, first))
    return first[order].astype(np.int64), second[order].astype(np.int64), skipped


def _of_some_size(fabric: Fabric, first: Rows, second: Rows, least_m2: float) -> tuple[Rows, Rows]:
    """Keep the pairs that may share enough ground: by the area kernel, or by a quick test where it cannot."""
    rows = np.unique(np.r_[first, second])
    if not is_ours(fabric.crs):
        touch = shapely.relate_pattern(fabric.ground[first], fabric.ground[second], "2********")
        return first[touch], second[touch]
    import geopandas as gpd

    from tuban.geo.coords import from_shapes
    from tuban.geo.overlay_pairs import PARCEL, measure_pairs
    from tuban.geo.zone_index import ZoneIndex

    index = ZoneIndex.of(gpd.GeoSeries(fabric.ground[rows], crs=fabric.crs), checked=True)
    found = measure_pairs(from_shapes(fabric.ground[rows], PARCEL), index)
    big = (found.parcel < found.zone) & (found.common_m2 > 0.5 * least_m2)
    seen = found.parcel[big] * len(rows) + found.zone[big]
    asked = np.searchsorted(rows, first) * len(rows) + np.searchsorted(rows, second)
    kept = np.isin(asked, seen)
    return first[kept], second[kept]


def _kinds(fabric: Fabric, first: Rows, second: Rows, area: Array) -> tuple[list[Kind], Rows]:
    own_first = ellipsoid_m2(fabric.ground[first], fabric.crs)
    own_second = ellipsoid_m2(fabric.ground[second], fabric.crs)
    slack = 1e-3 + 1e-9 * area
    all_first, all_second = own_first - area <= slack, own_second - area <= slack
    kind: list[Kind] = [
        "equal" if x and y else "inside" if x or y else "overlap"
        for x, y in zip(all_first, all_second, strict=True)
    ]
    return kind, np.where(all_second, second, np.where(all_first, first, -1)).astype(np.int64)
