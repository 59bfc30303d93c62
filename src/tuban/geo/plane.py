"""How the kernels are to take a layer's coordinates, and what their arithmetic cannot tell from nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuban.geo import kernel_density
from tuban.geo.crs import FALSE_EASTING_M, ZONE_STEP_M, understand

Measure = Literal["ellipsoid", "plane"]

# What the arithmetic cannot tell from nothing: 1e-6 m² and a 1e-12th of the parcel, ten times the largest error
# seen. Touching along an edge comes out below it, the smallest real strip (0.1 mm wide, 1 m long) far above.
NOISE_M2, NOISE_SHARE = 1e-6, 1e-12


@lru_cache(maxsize=64)
def plane_of(crs: Any, measure: Measure = "ellipsoid") -> tuple[int, float]:
    """Give how the kernel is to take coordinates of a CGCS2000 system: kind of plane, false easting."""
    if measure == "plane":
        return kernel_density.PLANE, 0.0
    known = understand(crs)
    if known.central_meridian is None:
        return kernel_density.DEGREES, 0.0
    return kernel_density.GAUSS, FALSE_EASTING_M + ZONE_STEP_M * (
        (known.zone or 0) if known.with_zone_number else 0
    )


def unit_m2(crs: Any, boxes: NDArray[np.float64]) -> float:
    """Give about how many square metres a square unit of the plane is; `boxes` are west, south, east, north."""
    held = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(held):
        return 1.0
    kind, false_easting = plane_of(crs)
    x, y = held[:, [0, 2]].mean(), held[:, [1, 3]].mean()
    return float(kernel_density.density(kind, false_easting, x, y)[0])
