"""The polygons of what an overlay by GEOS gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_POLYGON, _MULTIPOLYGON = 3, 6


def areal(pieces: NDArray[Any]) -> NDArray[Any]:
    """Keep the ground: where outlines also touch, GEOS gives the line or point with it."""
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(pieces), (_POLYGON, _MULTIPOLYGON))):
        parts = shapely.get_parts(pieces[i])
        parts = shapely.get_parts(parts[shapely.get_dimensions(parts) == 2])
        pieces[i] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return pieces
