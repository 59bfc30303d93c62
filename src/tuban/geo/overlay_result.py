"""What an overlay counts and gives: tolerance, shares, and the pieces where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text
from tuban.geo.area import length_m
from tuban.geo.areal import areal

if TYPE_CHECKING:  # the compiled kernels load when they are used
    from tuban.geo.coords import Rings
    from tuban.geo.overlay_pairs import Pairs
    from tuban.geo.zone_index import ZoneIndex

__all__ = ["Shares", "Tolerance", "areal", "clipped", "settled", "slivers"]

Array = NDArray[np.float64]
_PAIRS_AT_ONCE = 5_000
_METRES_PER_DEGREE = 111_700  # at most, along a meridian


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Pieces smaller than `sliver_m2`, or narrower than `sliver_width_m` on average, are slivers.

    They come from two surveys of one edge, not from the plan. With 0 and 0 everything counts that is more
    than the noise of arithmetic (1e-6 m²).

    `grid`, in the unit of the layer's plane, is the precision that pieces are built with: every vertex of a piece
    that was cut lies on it, and what it makes of no width has no ground. Areas do not depend on it: they are
    those of the unrounded piece. With 0 vertices are as fine as numbers are.
    """

    sliver_m2: float = 0.0
    sliver_width_m: float = 0.0
    grid: float = 0.0


@dataclass(frozen=True)
class Shares:
    """Which part of which parcel lies in which zone.

    `frame` has a row for each pair that counts, sorted by parcel and zone: `parcel` and `zone` (positions in
    the input), `area_m2`, `share` (0–1 of the parcel), and `geometry` where asked for. The area of a piece is
    its share of the parcel's statutory area, so the pieces of a parcel that zones cover once sum to that
    parcel. What `tolerance` left out is counted, not hidden: `slivers` pieces with `slivers_m2`. `repaired` are
    the invalid parcels that were made valid, where that was asked for.
    """

    frame: pd.DataFrame
    tolerance: Tolerance
    slivers: int
    slivers_m2: float
    repaired: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


def settled(
    found: Pairs,
    counts: NDArray[np.bool_],
    whole_m2: Array,
    tolerance: Tolerance,
    repaired: NDArray[np.int64] | None = None,
) -> Shares:
    """Make the table: shares of the statutory areas `whole_m2` (of each pair's parcel)."""
    area = found.share * whole_m2
    frame = pd.DataFrame(
        {
            "parcel": found.parcel[counts],
            "zone": found.zone[counts],
            "area_m2": area[counts],
            "share": found.share[counts],
        }
    )
    none = np.empty(0, np.int64)
    left = ~counts
    return Shares(
        frame, tolerance, int(left.sum()), float(area[left].sum()), none if repaired is None else repaired
    )


def slivers(
    found: Pairs, tolerance: Tolerance, crs: Any, pieces: Callable[[NDArray[np.intp]], NDArray[Any]]
) -> NDArray[np.bool_]:
    """Say which pieces are slivers; only those that may be too narrow are built and measured."""
    inside = found.common_m2 == found.own_m2
    sliver = (found.common_m2 < tolerance.sliver_m2) & ~inside
    if tolerance.sliver_width_m > 0 and len(sliver):
        from tuban.geo.kernel_density import DEGREES
        from tuban.geo.plane import plane_of

        unit_m = _METRES_PER_DEGREE if plane_of(crs)[0] == DEGREES else 1.001
        # Mean width of a strip: 2 · area / outline. The outline is known only from above.
        wide = 2 * found.common_m2 >= tolerance.sliver_width_m * found.outline * unit_m
        doubtful = np.flatnonzero(~wide & ~inside & ~sliver)
        outline_m = length_m(pieces(doubtful), crs)
        sliver[doubtful] = 2 * found.common_m2[doubtful] < tolerance.sliver_width_m * outline_m
    return sliver


def clipped(
    rings: Rings,
    shapes: Callable[[NDArray[np.int64]], NDArray[Any]],
    index: ZoneIndex,
    found: Pairs,
    which: NDArray[np.intp],
    *,
    grid: float = 0.0,
    first_row: int = 0,
    progress: Progress = quiet,
) -> NDArray[Any]:
    """Build the pieces of some pairs: a parcel wholly inside is its own piece, only the others are cut.

    Parameters
    ----------
    rings, shapes : the parcels, and what gives some of their rows as geometries.
    grid : of the vertices of what is cut; see `Tolerance`.
    first_row : the number in `found` of the first of them.
    """
    from tuban.geo.overlay_clip import Cut, clip

    row = found.parcel[which] - first_row
    cut = np.flatnonzero((found.common_m2 < found.own_m2)[which])
    whole = np.ones(len(row), np.bool_)
    whole[cut] = False
    result = np.empty(len(row), dtype=object)
    result[whole] = shapes(row[whole])
    for start in range(0, len(cut), _PAIRS_AT_ONCE):
        at = cut[start : start + _PAIRS_AT_ONCE]
        pair = which[at]
        wkb = clip(
            rings,
            index,
            Cut(row[at], found.zone[pair], found.common_m2[pair], found.own_m2[pair], first_row),
            grid,
        )
        result[at] = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
        progress(Step(min(1.0, (start + _PAIRS_AT_ONCE) / len(cut)), Text("求交", "Intersecting")))
    return result
