"""What stands in a boundary-point file: header, plots, rings, points, and what was remarked on reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely

from tuban.errors import Text

PlotKind = Literal["面", "线", "点"]
Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about the file. `error`: the plot cannot be used; `note`: what the reader bent."""

    code: str
    level: Level
    line: int
    text: Text


@dataclass(frozen=True, slots=True)
class Point:
    """One boundary point: its number as printed, northing X and easting Y (with zone number) in metres."""

    number: str
    northing_m: float
    easting_m: float
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring by the number it has in the file; `points` end where they began only if `closed`."""

    number: int
    points: tuple[Point, ...]
    closed: bool

    def coordinates(self) -> np.ndarray:
        """Give easting and northing, one row a point, the first repeated at the end."""
        rows = [(point.easting_m, point.northing_m) for point in self.points]
        return np.asarray(rows if self.closed else [*rows, rows[0]], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot (地块). `area_ha` is what the file states; `extra` are fields after the eighth, kept as they are."""

    stated_points: int | None
    area_ha: float | None
    number: str
    name: str
    kind: PlotKind
    sheet: str
    use: str
    land_class: str
    rings: tuple[Ring, ...]
    extra: tuple[str, ...] = ()
    line: int = 0

    def geometry(self) -> shapely.Geometry:
        """Build the plot's shape; whether a ring is a hole or a part is decided by what contains it."""
        if self.kind == "点":
            points = [(p.easting_m, p.northing_m) for ring in self.rings for p in ring.points]
            return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
        if self.kind == "线":
            lines = [[(p.easting_m, p.northing_m) for p in ring.points] for ring in self.rings]
            return shapely.LineString(lines[0]) if len(lines) == 1 else shapely.MultiLineString(lines)
        return from_rings([shapely.Polygon(ring.coordinates()) for ring in self.rings])


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """A whole file: `header` in the order of the file, `crs` as EPSG code with zone number in the easting."""

    header: dict[str, str]
    plots: tuple[Plot, ...]
    crs: str
    remarks: tuple[Remark, ...] = field(default=())
    encoding: str = "utf-8"

    @property
    def errors(self) -> tuple[Remark, ...]:
        """Give the remarks that keep plots from being used."""
        return tuple(remark for remark in self.remarks if remark.level == "error")

    def frame(self) -> gpd.GeoDataFrame:
        """Give one row a plot with the file's fields and its shape."""
        plots = self.plots
        return gpd.GeoDataFrame(
            {
                "DKBH": [plot.number for plot in plots],
                "DKMC": [plot.name for plot in plots],
                "DKMJ": [plot.area_ha for plot in plots],
                "TFH": [plot.sheet for plot in plots],
                "DKYT": [plot.use for plot in plots],
                "DLBM": [plot.land_class for plot in plots],
            },
            geometry=[plot.geometry() for plot in plots],
            crs=self.crs,
        )


def from_rings(polygons: list[shapely.Polygon]) -> shapely.Geometry:
    """Put rings together: one inside an odd number of others is a hole, one inside an even number a part."""
    if len(polygons) == 1:
        return polygons[0]
    order = sorted(range(len(polygons)), key=lambda at: -abs(polygons[at].area))
    inside = [shapely.Point(polygon.exterior.coords[0]) for polygon in polygons]
    parts: dict[int, list[shapely.LinearRing]] = {}
    for place, at in enumerate(order):
        # A first vertex may lie on the outline of its container: covers, not contains.
        around = [other for other in order[:place] if polygons[other].covers(inside[at])]
        if len(around) % 2:
            holder = next(other for other in reversed(around) if other in parts)
            parts[holder].append(polygons[at].exterior)
        else:
            parts[at] = []
    built = [shapely.Polygon(polygons[at].exterior, holes) for at, holes in sorted(parts.items())]
    return built[0] if len(built) == 1 else shapely.MultiPolygon(built)
