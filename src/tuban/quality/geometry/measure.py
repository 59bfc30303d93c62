"""Size of a fault on the ellipsoid: its area, its mean width, its true shape as bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.geo.area import area_m2, length_m
from tuban.geo.crs import parse, understand

Array = NDArray[np.float64]
_METRES_PER_DEGREE = 111_320.0


@lru_cache(maxsize=64)
def is_degrees(crs: Any) -> bool:
    """Say whether coordinates of this system are longitude and latitude."""
    return crs is not None and bool(parse(crs).is_geographic)


@lru_cache(maxsize=64)
def is_ours(crs: Any) -> bool:
    """Say whether areas on the CGCS2000 ellipsoid can be measured in this system."""
    return crs is not None and understand(crs).is_cgcs2000


def unit_m(crs: Any) -> float:
    """Give about how many metres one unit of the coordinates is: only for choosing grids and search distances."""
    return _METRES_PER_DEGREE if is_degrees(crs) else 1.0


def ellipsoid_m2(shapes: NDArray[Any], crs: Any) -> Array:
    """Measure shapes that are parts of something: unrounded, so that parts add up; no ellipsoid, the plane's area."""
    if is_ours(crs):
        return area_m2(shapes, crs, rounding="none")
    return shapely.area(shapes) * (_plane_factor(shapes) if is_degrees(crs) else 1.0)


def outline_m(shapes: NDArray[Any], crs: Any) -> Array:
    """Measure the outline of polygons, or the length of lines."""
    if is_ours(crs):
        return length_m(shapes, crs)
    return shapely.length(shapes) * unit_m(crs)


def width_m(area: Array, outline: Array) -> Array:
    """Give the mean width of a strip: twice its area over its outline (0 where it has none)."""
    return np.divide(2 * area, outline, out=np.zeros(len(area)), where=outline > 0)


def plane_m2(shapes: NDArray[Any], crs: Any) -> Array:
    """Give a quick area, good to a few parts in a thousand: for choosing what to measure."""
    area = shapely.area(shapes)
    return area * _plane_factor(shapes) if is_degrees(crs) else area


def plane_width_m(shapes: NDArray[Any], crs: Any) -> Array:
    """Give a quick mean width, good to a third in degrees: for choosing what to measure."""
    scale = unit_m(crs)
    return width_m(plane_m2(shapes, crs), shapely.length(shapes) * scale)


def where_there(there: NDArray[np.bool_], shapes: NDArray[Any]) -> NDArray[Any]:
    """Give the shapes of some rows, None in place of the others."""
    some = np.full(len(shapes), None, dtype=object)
    some[there] = shapes[there]
    return some


def areal(shapes: NDArray[Any]) -> NDArray[Any]:
    """Keep the ground of each shape; None where there is none."""
    shapes = np.asarray(shapes, dtype=object).copy()
    kind = shapely.get_type_id(shapes)
    for i in np.flatnonzero(~np.isin(kind, (3, 6))):
        parts = shapely.get_parts(shapes[i]) if kind[i] == 7 else np.empty(0, object)
        while len(parts) and (shapely.get_type_id(parts) == 7).any():
            parts = shapely.get_parts(parts)
        parts = shapely.get_parts(parts[shapely.get_dimensions(parts) == 2]) if len(parts) else parts
        shapes[i] = None if not len(parts) else parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    shapes[shapely.is_empty(shapes)] = None
    return shapes


def _plane_factor(shapes: NDArray[Any]) -> Array:
    box = shapely.bounds(shapes)
    latitude = np.radians(np.nan_to_num((box[:, 1] + box[:, 3]) / 2))
    return _METRES_PER_DEGREE**2 * np.cos(np.clip(latitude, -1.57, 1.57))
