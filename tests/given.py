"""Builders of tiny worlds whose answers can be worked out in the head."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta

import geopandas as gpd
from pyproj import Transformer
from shapely import Polygon

from tuban.domain.version import Validity

# Southwest corner of the tiny worlds, EPSG:4547 (CGCS2000 3° Gauss-Krüger, 114°E, no zone number), metres.
ORIGIN_E, ORIGIN_N = 500_000.0, 3_680_000.0
CRS = "EPSG:4547"


def square(east: float = 0.0, north: float = 0.0, side_m: float = 100.0) -> Polygon:
    """A square whose southwest corner lies `east`, `north` metres from the origin."""
    x, y = ORIGIN_E + east, ORIGIN_N + north
    return Polygon([(x, y), (x + side_m, y), (x + side_m, y + side_m), (x, y + side_m)])


def parcels(sides: int = 2, *, side_m: float = 100.0, **columns: object) -> gpd.GeoDataFrame:
    """`sides` × `sides` squares that tile a larger square, row by row from the southwest, with a BSM each."""
    cells = [square(side_m * i, side_m * j, side_m) for j in range(sides) for i in range(sides)]
    names = [f"4104811{number:011d}" for number in range(len(cells))]
    return gpd.GeoDataFrame({"BSM": names, **columns}, geometry=cells, crs=CRS)


def valid(start: str = "2021-01-01", end: str | None = None, act: str = "县政府批复") -> Validity:
    """In force from `start` on, or until `end`."""
    return Validity(date.fromisoformat(start), date.fromisoformat(end) if end else None, act)


def clock(
    start: str = "2024-01-01T00:00:00+00:00", step: timedelta = timedelta(days=1)
) -> Callable[[], datetime]:
    """A clock that shows `start` when first asked, and `step` more each time."""
    moments = (datetime.fromisoformat(start) + step * count for count in itertools.count())
    return lambda: next(moments)


def lonlat(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place `east`, `north` metres from the origin."""
    change = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    lon, lat = change.transform(ORIGIN_E + east, ORIGIN_N + north)
    return float(lon), float(lat)
