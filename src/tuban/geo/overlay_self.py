"""Where a layer lies over itself: the overlap check, by the one area kernel. Gaps are in `overlay_cover`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Text
from tuban.geo.kernel_area import LATER
from tuban.geo.overlay_pairs import PARCEL, raw_pairs
from tuban.geo.overlay_result import areal
from tuban.geo.overlay_sound import Unsound, sound
from tuban.geo.plane import NOISE_M2, NOISE_SHARE, unit_m2
from tuban.geo.zone_index import ZoneIndex, must_be_ours


@dataclass(frozen=True)
class Overlaps:
    """Which rows of a layer lie over one another.

    `frame` has a row for each pair, sorted: `row_a` < `row_b` (positions in the input), `area_m2` on the
    ellipsoid, unrounded. `unsound` are the rows that were left out or repaired, as was asked for.
    """

    frame: pd.DataFrame
    unsound: NDArray[np.int64]
    _shapes: NDArray[Any] = field(repr=False)

    def shapes(self, which: NDArray[np.integer] | None = None) -> NDArray[Any]:
        """Build the ground that pairs have in common, in the layer's system.

        Parameters
        ----------
        which : rows of `frame`; left out, all of them: choose few where there may be many.
        """
        chosen = self.frame if which is None else self.frame.iloc[which]
        one, other = (self._shapes[chosen[name].to_numpy()] for name in ("row_a", "row_b"))
        return areal(shapely.intersection(one, other))


def overlaps_within(
    layer: gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    unsound: Unsound = "refuse",
    what: Text = PARCEL,
    threads: int | None = None,
    progress: Progress = quiet,
) -> Overlaps:
    """Give every pair of polygons of one layer that share ground; neighbours that share an edge do not.

    Parameters
    ----------
    layer : n polygons, CGCS2000. Null and empty ones have no ground.
    unsound : polygons that cover their own ground not just once: `refuse` the first by row, `leave_out` and
        name them, or `repair` and name them.
    what : how messages call a row.

    Raises
    ------
    InvalidGeometry : an unsound polygon, or rings that are none.
    UnknownCRS, ForeignCRS : no system, or not CGCS2000.
    """
    series = layer.geometry
    crs = must_be_ours(series.crs).code
    progress(Step(0.02, Text("检查图形", "Checking outlines")))
    fit = sound(np.asarray(series.array, dtype=object), crs, what, unsound)
    progress(Step(0.15, Text("建立空间索引", "Indexing")))
    index = ZoneIndex.of_rings(fit.rings, crs)
    found = raw_pairs(fit.rings, index, which=LATER, threads=threads, progress=part(progress, 0.25, 1.0))
    zone = index.part_zone[found.part]
    other = found.common != 0
    row, zone, common = found.row[other], zone[other], found.common[other]
    if len(row):
        order = np.lexsort((zone, row))
        row, zone, common = row[order], zone[order], common[order]
        starts = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (zone[1:] != zone[:-1])])
        row, zone, common = row[starts], zone[starts], np.add.reduceat(common, starts)
    real = common > NOISE_M2 + NOISE_SHARE * np.abs(found.own[row])
    frame = pd.DataFrame({"row_a": row[real], "row_b": zone[real], "area_m2": common[real]})
    return Overlaps(frame, fit.rows, fit.shapes)


def lies_over_itself(index: ZoneIndex) -> bool:
    """Say whether any two zones share ground."""
    found = raw_pairs(index.rings, index, which=LATER, measure="plane")
    least = NOISE_M2 / unit_m2(index.crs, index.rings.row_box) + NOISE_SHARE * np.abs(found.own[found.row])
    return bool((found.common > least).any())
