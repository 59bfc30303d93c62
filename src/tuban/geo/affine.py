"""Moving shapes in their plane."""

from __future__ import annotations

import numpy as np
import shapely


def shifted(shape: shapely.Geometry, east: float, north: float) -> shapely.Geometry:
    """Give the shape moved by so much, in units of its system."""
    return shapely.transform(shape, lambda xy: xy + np.array([east, north]))
