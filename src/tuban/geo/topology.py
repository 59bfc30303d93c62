"""Whether polygons cover a place once: no gap, no overlap, every shared edge the same vertices on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.geo.area import area_m2


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a set of polygons covers a whole; areas on the ellipsoid, m².

    `unmatched_edges` counts polygons with an edge that overlaps another polygon or misses its vertices;
    `difference_m2` is the sum of the parts minus the whole.
    """

    polygons: int
    unmatched_edges: int
    parts_m2: float
    whole_m2: float

    @property
    def difference_m2(self) -> float:
        """Sum of the parts minus the whole."""
        return self.parts_m2 - self.whole_m2

    def exact(self, tolerance_m2: float) -> bool:
        """Say whether every edge matches and the areas agree within `tolerance_m2`."""
        return self.unmatched_edges == 0 and abs(self.difference_m2) <= tolerance_m2


def tiling(polygons: NDArray[np.object_], whole: NDArray[np.object_], crs: str) -> Tiling:
    """Compare polygons that should tile with the outline(s) they should fill; all in one `crs`.

    Polygons that match edge by edge and sum to the whole leave no room for a gap: what is missing in one
    place would have to be double in another, and double is an unmatched edge.
    """
    faults = shapely.coverage_invalid_edges(polygons)
    return Tiling(
        polygons=len(polygons),
        unmatched_edges=int((~shapely.is_empty(faults)).sum()),
        parts_m2=float(area_m2(polygons, crs, rounding="none").sum()),
        whole_m2=float(area_m2(whole, crs, rounding="none").sum()),
    )
