"""What zones leave of parcels: the part of each that lies in none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.geo.kernel_clip import OUTSIDE
from tuban.geo.overlay_clip import Cut, clip_plainly
from tuban.geo.overlay_pairs import Pairs
from tuban.geo.overlay_result import areal
from tuban.geo.overlay_source import Rows
from tuban.geo.plane import NOISE_M2, NOISE_SHARE, unit_m2
from tuban.geo.zone_index import ZoneIndex

# Of a parcel: zones that claim this much more of it than their union overlap. In the plane, where shares of a
# parcel a kilometre wide differ by less than this from those on the ellipsoid.
_TWICE = 1e-5


@dataclass(frozen=True)
class Rest:
    """Rows of a group with ground outside all zones: which share of each, whether cut, and the cut ones' pieces."""

    row: NDArray[np.int64]
    share: NDArray[np.float64]
    cut: NDArray[np.bool_]
    pieces: pa.LargeBinaryArray


def rest_of(
    rows: Rows,
    index: ZoneIndex,
    row: NDArray[np.int64],
    common_m2: NDArray[np.float64],
    found: Pairs,
    pieces: pa.LargeBinaryArray,
    cut: NDArray[np.intp],
    overlapping: bool,
) -> Rest:
    """Give what zones leave of the parcels of a row group.

    Parameters
    ----------
    row, common_m2 : the pairs that count, by row of the group; `cut` are those with a piece in `pieces`.
    found : all pairs, slivers included.
    overlapping : some zones lie over one another, so that shares may count ground twice.
    """
    count = len(rows.rings)
    claimed = np.bincount(row, minlength=count)
    met = np.bincount(found.parcel - rows.start, minlength=count)
    covered_m2 = np.bincount(row, common_m2, minlength=count)
    own_m2 = np.zeros(count)
    own_m2[found.parcel - rows.start] = found.own_m2
    full = np.zeros(count, np.bool_)
    full[np.delete(row, cut)] = True
    box = rows.rings.row_box
    ground = (box[:, 0] < box[:, 2]) & (box[:, 1] < box[:, 3])
    untouched = np.flatnonzero(ground & (claimed == 0))
    left_m2 = own_m2 - covered_m2
    noise = NOISE_M2 + NOISE_SHARE * own_m2
    open_ = ground & (claimed > 0) & ~full & ((left_m2 > noise) | overlapping)
    # One zone, and none left out as a sliver: the ground outside it is what is outside all.
    plain = np.flatnonzero(open_ & (claimed == 1) & (met == 1))
    clipped, made = clip_plainly(
        rows.rings, index, Cut(plain, np.full(len(plain), OUTSIDE), left_m2[plain], own_m2[plain], rows.start)
    )
    hard = np.sort(np.concatenate([plain[~clipped], np.flatnonzero(open_ & ~((claimed == 1) & (met == 1)))]))
    shapes, share = _by_geos(rows, index, row[cut], pieces, hard, left_m2, own_m2, overlapping)
    some, easy = np.flatnonzero(share > 0), plain[clipped]
    at = np.concatenate([untouched, easy, hard[some]])
    return Rest(
        row=at,
        share=np.concatenate([np.ones(len(untouched)), left_m2[easy] / own_m2[easy], share[some]]),
        cut=np.arange(len(at)) >= len(untouched),
        pieces=pa.concat_arrays(
            [made.filter(pa.array(clipped)), pa.array(shapely.to_wkb(shapes[some]), type=pa.large_binary())]
        ),
    )


def _by_geos(
    rows: Rows,
    index: ZoneIndex,
    owner: NDArray[np.int64],
    pieces: pa.LargeBinaryArray,
    hard: NDArray[np.int64],
    left_m2: NDArray[np.float64],
    own_m2: NDArray[np.float64],
    overlapping: bool,
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Take their `pieces` (each with its `owner`, in order) away from parcels; give the rest, and its share."""
    if not len(hard):
        return np.empty(0, dtype=object), np.empty(0)
    first, last = np.searchsorted(owner, hard), np.searchsorted(owner, hard, side="right")
    shapes = rows.shapes(hard)
    left = shapes.copy()
    for at, (start, stop) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        if stop > start:
            taken = shapely.from_wkb(pieces[start:stop].to_numpy(zero_copy_only=False))
            left[at] = shapely.difference(shapes[at], shapely.union_all(taken))
    left = areal(left)
    area = shapely.area(shapes)
    by_shape, share = shapely.area(left) / area, left_m2[hard] / own_m2[hard]
    if overlapping:
        twice = by_shape - share > _TWICE
        share[twice] = by_shape[twice]
    least = NOISE_M2 / unit_m2(index.crs, shapely.bounds(shapes)) / area + NOISE_SHARE
    return left, np.where((share > least) & (by_shape > 0), share, 0.0)
