"""How much of each parcel lies in each zone, on the ellipsoid, with slivers handled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import InvalidGeometry, Text
from tuban.geo.area import LONGEST_EDGE_M, area_m2, length_m
from tuban.geo.crs import convert, understand

Array = NDArray[np.float64]
_PAIRS_AT_ONCE = 5_000
_DEGREES_PER_METRE = 1 / 111_320


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Pieces smaller than `sliver_m2`, or narrower than `sliver_width_m` on average, are slivers.

    They come from two surveys of one edge, not from the plan. With 0 and 0 everything counts.
    """

    sliver_m2: float = 0.0
    sliver_width_m: float = 0.0


@dataclass(frozen=True)
class Shares:
    """Which part of which parcel lies in which zone.

    `frame` has a row for each pair that counts, sorted by parcel and zone: `parcel` and `zone` (positions in
    the input), `area_m2`, `share` (0–1 of the parcel), and `geometry` where asked for. The area of a piece is
    its share of the parcel's statutory area, so the pieces of a parcel that zones cover once sum to that
    parcel. What `tolerance` left out is counted, not hidden: `slivers` pieces with `slivers_m2`.
    """

    frame: pd.DataFrame
    tolerance: Tolerance
    slivers: int
    slivers_m2: float


def shares(
    parcels: gpd.GeoSeries,
    zones: gpd.GeoSeries,
    *,
    parcel_m2: Array | None = None,
    tolerance: Tolerance | None = None,
    geometry: bool = False,
    progress: Progress = quiet,
) -> Shares:
    """Give how much of each parcel lies in each zone.

    Parameters
    ----------
    parcels, zones : n and k valid polygons, both CGCS2000; zones in another zone or in degrees are converted.
        Zones may overlap: a parcel then has a share in each.
    parcel_m2 : the parcels' statutory areas where they are known already.
    tolerance : what counts as a sliver; left out, nothing does.
    geometry : also give the pieces, in the parcels' system.

    Raises
    ------
    InvalidGeometry : a polygon that crosses itself; the message names the row.
    UnknownCRS, ForeignCRS : as for `area_m2`.
    """
    tolerance = tolerance or Tolerance()
    whole_m2 = area_m2(parcels) if parcel_m2 is None else np.asarray(parcel_m2, dtype=np.float64)
    parcel_shapes = np.asarray(parcels.array, dtype=object)
    zone_shapes = _in_system_of(parcels, zones)
    _must_be_valid(zone_shapes, Text("分区", "zone"))
    progress(Step(0.05, Text("建立空间索引", "Indexing")))
    inside, crossing = _pairs(parcel_shapes, zone_shapes)
    pieces = _cut(parcel_shapes, zone_shapes, crossing, progress)
    piece_m2 = area_m2(pieces, parcels.crs, rounding="none")
    outline_m = length_m(pieces, parcels.crs) if tolerance.sliver_width_m > 0 else np.zeros(len(pieces))

    own_m2 = _own_areas(parcel_shapes, crossing[0], parcels.crs)
    share = np.minimum(np.divide(piece_m2, own_m2, out=np.zeros_like(piece_m2), where=own_m2 > 0), 1.0)
    kept = _count(piece_m2, outline_m, tolerance)
    sliver = ~kept & (piece_m2 > 0)
    frame = pd.DataFrame(
        {
            "parcel": np.concatenate([inside[0], crossing[0][kept]]),
            "zone": np.concatenate([inside[1], crossing[1][kept]]),
            "share": np.concatenate([np.ones(inside.shape[1]), share[kept]]),
        }
    )
    frame.insert(2, "area_m2", whole_m2[frame["parcel"].to_numpy()] * frame["share"].to_numpy())
    if geometry:
        frame["geometry"] = np.concatenate([parcel_shapes[inside[0]], pieces[kept]])
    frame = frame.sort_values(["parcel", "zone"], ignore_index=True)
    progress(Step(1.0, Text("叠加完成", "Overlay done")))
    return Shares(frame, tolerance, int(sliver.sum()), float(piece_m2[sliver].sum()))


def _in_system_of(parcels: gpd.GeoSeries, zones: gpd.GeoSeries) -> NDArray[Any]:
    shapes = np.asarray(zones.array, dtype=object)
    ours, theirs = understand(parcels.crs), understand(zones.crs)
    if ours == theirs:
        return shapes
    # An edge is straight in its own plane only: divided there first, it stays where it was drawn.
    step = LONGEST_EDGE_M * (_DEGREES_PER_METRE if theirs.kind == "geographic" else 1.0)
    return convert(shapely.segmentize(shapes, step), zones.crs, parcels.crs)[0]


def _pairs(parcels: NDArray[Any], zones: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give (parcel, zone) pairs: wholly inside, and those whose intersection must be cut."""
    shapely.prepare(zones)
    tree = shapely.STRtree(parcels)
    zone, parcel = tree.query(zones, predicate="intersects")
    # Inside without touching the outline: no arithmetic needed. This is the great majority.
    within = shapely.contains_properly(zones[zone], parcels[parcel])
    pairs = np.vstack([parcel, zone]).astype(np.intp)
    return pairs[:, within], pairs[:, ~within]


def _cut(
    parcels: NDArray[Any], zones: NDArray[Any], pairs: NDArray[np.intp], progress: Progress
) -> NDArray[Any]:
    pieces = np.empty(pairs.shape[1], dtype=object)
    for start in range(0, len(pieces), _PAIRS_AT_ONCE):
        block = slice(start, start + _PAIRS_AT_ONCE)
        parcel, zone = pairs[:, block]
        try:
            pieces[block] = shapely.intersection(parcels[parcel], zones[zone])
        except shapely.GEOSException:
            _must_be_valid(parcels[parcel], Text("图斑", "parcel"), parcel)
            raise
        done = 0.1 + 0.8 * min(1.0, (start + _PAIRS_AT_ONCE) / len(pieces))
        progress(Step(done, Text("求交", "Intersecting")))
    return pieces


def _own_areas(parcels: NDArray[Any], rows: NDArray[np.intp], crs: Any) -> Array:
    """Measure the cut parcels as their pieces are measured: unrounded."""
    needed, place = np.unique(rows, return_inverse=True)
    return area_m2(parcels[needed], crs, rounding="none")[place]


def _count(piece_m2: Array, outline_m: Array, tolerance: Tolerance) -> NDArray[np.bool_]:
    wide = 2 * piece_m2 >= tolerance.sliver_width_m * outline_m  # mean width of a strip: 2 · area / outline
    return (piece_m2 > 0) & (piece_m2 >= tolerance.sliver_m2) & wide


def _must_be_valid(shapes: NDArray[Any], what: Text, rows: NDArray[np.intp] | None = None) -> None:
    wrong = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(wrong):
        return
    row = int(wrong[0] if rows is None else rows[wrong[0]])
    reason = shapely.is_valid_reason(shapes[wrong[0]])
    raise InvalidGeometry(
        Text(
            f"第 {row + 1} 个{what.zh}的几何无效({reason}),共 {len(wrong)} 个,无法叠加。",
            f"The geometry of {what.en} {row + 1} is invalid ({reason}), {len(wrong)} in all: no overlay.",
        ),
        Text(
            "请在制图软件中修复几何后重新入库。",
            "Repair the geometry in your GIS and import the layer again.",
        ),
        row=row,
    )
