"""Shapes of findings and repairs as the map draws them: degrees, flat."""

from __future__ import annotations

from typing import Any

import shapely

from tuban.service import present
from tuban.service import schemas as shared
from tuban.service.tables import to_degrees, to_degrees_boxes


def drawn(geometry: Any, crs: str | None) -> shared.GeometryOut | None:
    """Give a shape in degrees as GeoJSON; None where it has none or its system is not known."""
    if geometry is None or crs is None or shapely.is_empty(geometry):
        return None
    flat = shapely.force_2d(geometry)
    if flat.geom_type == "GeometryCollection":
        areas = [part for part in shapely.get_parts(flat) if part.geom_type.endswith("Polygon")]
        flat = shapely.union_all(areas) if areas else flat.envelope
    return present.geometry(to_degrees([flat], crs)[0])  # pyright: ignore[reportArgumentType]


def bounds_of(geometry: Any, crs: str | None) -> shared.Bounds | None:
    """Give the box around a shape in degrees."""
    if geometry is None or crs is None or shapely.is_empty(geometry):
        return None
    w, s, e, n = to_degrees_boxes(shapely.bounds([geometry]), crs)[0].round(8).tolist()
    return (w, s, e, n)
