"""Who overlaps whom by how much: the one interface to overlay, on the ellipsoid, with slivers handled once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Text
from tuban.geo.area import area_m2, length_m

if TYPE_CHECKING:  # the compiled kernels load when they are used
    from tuban.geo.overlay_pairs import Pairs
    from tuban.geo.zone_index import ZoneIndex

Array = NDArray[np.float64]
_PAIRS_AT_ONCE = 5_000
_METRES_PER_DEGREE = 111_700  # at most, along a meridian
_POLYGON, _MULTIPOLYGON = 3, 6


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Pieces smaller than `sliver_m2`, or narrower than `sliver_width_m` on average, are slivers.

    They come from two surveys of one edge, not from the plan. With 0 and 0 everything counts that is more
    than the noise of arithmetic (1e-6 m²).
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
    zones: gpd.GeoSeries | ZoneIndex,
    *,
    parcel_m2: Array | None = None,
    tolerance: Tolerance | None = None,
    geometry: bool = False,
    checked: bool = False,
    threads: int | None = None,
    progress: Progress = quiet,
) -> Shares:
    """Give how much of each parcel lies in each zone.

    Parameters
    ----------
    parcels, zones : n and k valid polygons, both CGCS2000; zones in another zone or in degrees are converted.
        Zones may overlap: a parcel then has a share in each. A `ZoneIndex` is used as it is: make one where
        the same zones are asked again.
    parcel_m2 : the parcels' statutory areas where they are known already.
    tolerance : what counts as a sliver; left out, nothing does.
    geometry : also give the pieces, in the parcels' system; a parcel wholly inside is passed on untouched.
    checked : the parcels come from the store, whose intake refuses what is invalid; else each one that a
        zone cuts is checked.
    threads : left out, two where the work is worth it.

    Raises
    ------
    InvalidGeometry : a polygon that crosses itself; the message names the row.
    UnknownCRS, ForeignCRS : as for `area_m2`.
    WrongUse : a `ZoneIndex` made for another system.
    """
    from tuban.geo.coords import from_shapes
    from tuban.geo.overlay_pairs import PARCEL, measure_pairs
    from tuban.geo.zone_index import ZoneIndex, must_be_valid

    whole_m2 = area_m2(parcels) if parcel_m2 is None else np.asarray(parcel_m2, dtype=np.float64)
    progress(Step(0.05, Text("建立空间索引", "Indexing")))
    if isinstance(zones, ZoneIndex):
        index = zones
        index.must_suit(parcels.crs)
    else:
        index = ZoneIndex.of(zones, parcels.crs)
    shapes = np.asarray(parcels.array, dtype=object)
    rings = from_shapes(shapes, PARCEL)
    found = measure_pairs(rings, index, threads=threads, progress=part(progress, 0.1, 0.8))
    if not checked:
        cut = np.unique(found.parcel[found.common_m2 < found.own_m2])
        must_be_valid(shapes[cut], PARCEL, cut)

    def pieces(which: NDArray[np.intp]) -> NDArray[Any]:
        return _clipped(shapes, index, found, which, part(progress, 0.8, 1.0))

    counts = ~_slivers(found, tolerance or Tolerance(), parcels.crs, pieces)
    result = _shares(found, counts, whole_m2, tolerance or Tolerance())
    if geometry:
        result.frame["geometry"] = pieces(np.flatnonzero(counts))
    progress(Step(1.0, Text("叠加完成", "Overlay done")))
    return result


def warm() -> None:
    """Load the compiled kernels, or compile them where they never ran: for a thread in the background."""
    parcel = gpd.GeoSeries([shapely.box(455_000, 3_685_000, 455_100, 3_685_100)], crs="EPSG:4547")
    round_ = parcel.buffer(60, quad_segs=32)
    shares(round_, parcel, checked=True)
    shares(parcel, round_, checked=True)


def _shares(found: Pairs, counts: NDArray[np.bool_], whole_m2: Array, tolerance: Tolerance) -> Shares:
    area = found.share * whole_m2[found.parcel]
    frame = pd.DataFrame(
        {
            "parcel": found.parcel[counts],
            "zone": found.zone[counts],
            "area_m2": area[counts],
            "share": found.share[counts],
        }
    )
    return Shares(frame, tolerance, int((~counts).sum()), float(area[~counts].sum()))


def _slivers(
    found: Pairs, tolerance: Tolerance, crs: Any, pieces: Callable[[NDArray[np.intp]], NDArray[Any]]
) -> NDArray[np.bool_]:
    """Say which pieces are slivers; only those that may be too narrow are built and measured."""
    inside = found.common_m2 == found.own_m2
    sliver = (found.common_m2 < tolerance.sliver_m2) & ~inside
    if tolerance.sliver_width_m > 0 and len(sliver):
        from tuban.geo.kernel_density import DEGREES
        from tuban.geo.overlay_pairs import plane_of

        unit_m = _METRES_PER_DEGREE if plane_of(crs)[0] == DEGREES else 1.001
        # Mean width of a strip: 2 · area / outline. The outline is known only from above.
        wide = 2 * found.common_m2 >= tolerance.sliver_width_m * found.outline * unit_m
        doubtful = np.flatnonzero(~wide & ~inside & ~sliver)
        outline_m = length_m(pieces(doubtful), crs)
        sliver[doubtful] = 2 * found.common_m2[doubtful] < tolerance.sliver_width_m * outline_m
    return sliver


def _clipped(
    shapes: NDArray[Any], index: ZoneIndex, found: Pairs, which: NDArray[np.intp], progress: Progress
) -> NDArray[Any]:
    """Build the pieces of some pairs: a parcel wholly inside is its own piece, only the others are cut."""
    result = shapes[found.parcel[which]]
    cut = np.flatnonzero((found.common_m2 < found.own_m2)[which])
    zone_shapes = index.shapes(found.zone[which[cut]])
    for start in range(0, len(cut), _PAIRS_AT_ONCE):
        block = cut[start : start + _PAIRS_AT_ONCE]
        result[block] = shapely.intersection(result[block], zone_shapes[start : start + _PAIRS_AT_ONCE])
        progress(Step(min(1.0, (start + _PAIRS_AT_ONCE) / len(cut)), Text("求交", "Intersecting")))
    return _areal(result)


def _areal(pieces: NDArray[Any]) -> NDArray[Any]:
    """Keep the ground: where outlines also touch, GEOS gives the line or point with it."""
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(pieces), (_POLYGON, _MULTIPOLYGON))):
        parts = shapely.get_parts(pieces[i])
        parts = shapely.get_parts(parts[shapely.get_dimensions(parts) == 2])
        pieces[i] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return pieces
