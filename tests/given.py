"""Builders of tiny worlds whose answers can be worked out in the head."""

from __future__ import annotations

from shapely import Polygon

# Southwest corner of the tiny worlds, EPSG:4547 (CGCS2000 3° Gauss-Krüger, 114°E, no zone number), metres.
ORIGIN_E, ORIGIN_N = 500_000.0, 3_680_000.0
CRS = "EPSG:4547"


def square(east: float = 0.0, north: float = 0.0, side_m: float = 100.0) -> Polygon:
    """A square whose southwest corner lies `east`, `north` metres from the origin."""
    x, y = ORIGIN_E + east, ORIGIN_N + north
    return Polygon([(x, y), (x + side_m, y), (x + side_m, y + side_m), (x, y + side_m)])
