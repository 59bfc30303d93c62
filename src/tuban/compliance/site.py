"""The site that is asked about: one valid ground, whatever number of plots it has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.errors import InvalidGeometry, Text
from tuban.geo.area import LONGEST_EDGE_M, area_m2
from tuban.geo.crs import convert, epsg_for, to_lonlat, understand

LEAST_M2 = 0.01  # a site smaller than what areas are printed to is no site
MOST_VERTICES = 2_000_000
_DEGREES_PER_METRE = 1 / 111_320


@dataclass(frozen=True)
class Site:
    """One site: `shape` a polygon or several in `crs` ("EPSG:n", CGCS2000), `attributes` of the project."""

    shape: shapely.Geometry
    crs: str
    name: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    _moved: dict[str, shapely.Geometry] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def area_m2(self) -> float:
        """Give its area on the ellipsoid."""
        return float(area_m2(_one(self.shape), self.crs)[0])

    @cached_property
    def sha256(self) -> str:
        """Give what identifies the ground: rings in normal order, to 0.1 mm."""
        plain = shapely.normalize(shapely.set_precision(self.shape, _grid(self.crs), mode="pointwise"))
        return hashlib.sha256(self.crs.encode() + shapely.to_wkb(plain, byte_order=1)).hexdigest()

    @cached_property
    def plane_crs(self) -> str:
        """Give a system in metres around the site: its own, or the 3-degree zone that it lies in."""
        if understand(self.crs).kind != "geographic":
            return self.crs
        return f"EPSG:{epsg_for(self.centre[0])}"

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Give longitude and latitude of a point inside."""
        point = shapely.get_coordinates(shapely.point_on_surface(self.shape))
        lon, lat = to_lonlat(point[:, 0], point[:, 1], understand(self.crs))
        return float(lon[0]), float(lat[0])

    def in_(self, crs: str) -> shapely.Geometry:
        """Give the site in another CGCS2000 system; edges stay where they were drawn."""
        if crs == self.crs:
            return self.shape
        if crs not in self._moved:
            self._moved[crs] = moved(_one(self.shape), self.crs, crs)[0]
        return self._moved[crs]


def moved(shapes: NDArray[Any], source: str, target: str) -> NDArray[Any]:
    """Give shapes in another system; long edges are divided first, since an edge is straight in its own plane."""
    if source == target:
        return shapes
    step = LONGEST_EDGE_M * (_DEGREES_PER_METRE if understand(source).kind == "geographic" else 1.0)
    return convert(shapely.segmentize(shapes, step), source, target)[0]


def site_of(
    plots: gpd.GeoDataFrame | gpd.GeoSeries, *, name: str = "", attributes: dict[str, Any] | None = None
) -> Site:
    """Make one site of the plots of a project.

    Parameters
    ----------
    plots : valid polygons in a CGCS2000 system (as `read_layer` gives them). Where plots overlap, the common
        ground counts once, which is noted.

    Raises
    ------
    InvalidGeometry : no polygon, a polygon that crosses itself, no area, or too many vertices.
    """
    series = plots.geometry if isinstance(plots, gpd.GeoDataFrame) else plots
    shapes = np.asarray(series.array, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not len(shapes):
        raise InvalidGeometry(Text("地块没有图形。", "The site has no geometry."), _draw())
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        raise InvalidGeometry(
            Text("地块应为面,给出的是点或线。", "A site is a polygon; points or lines were given."), _draw()
        )
    if (count := int(shapely.get_num_coordinates(shapes).sum())) > MOST_VERTICES:
        raise InvalidGeometry(
            Text(f"地块有 {count:,} 个顶点,过多。", f"The site has {count:,} vertices: too many."),
            Text("请确认选对了文件,或先抽稀。", "Check the choice of file, or simplify it."),
        )
    shapes = shapely.force_2d(shapes)
    wrong = np.flatnonzero(~shapely.is_valid(shapes))
    if len(wrong):
        reason = str(shapely.is_valid_reason(shapes[wrong[0]]))
        raise InvalidGeometry(
            Text(
                f"第 {wrong[0] + 1} 个地块的图形自相交或无效({reason})。",
                f"Plot {wrong[0] + 1} crosses itself or is invalid ({reason}).",
            ),
            Text("请在绘图软件中改正后再核验,系统不代为修改。", "Mend it; nothing is repaired silently."),
            row=int(wrong[0]),
        )
    crs = understand(series.crs).code
    notes: tuple[Text, ...] = ()
    shape = shapes[0]
    if len(shapes) > 1:
        shape = shapely.union_all(shapes)
        together, once = float(area_m2(shapes, crs).sum()), float(area_m2(_one(shape), crs)[0])
        if together - once > 1.0:
            notes = (
                Text(
                    f"{len(shapes)} 个地块互相重叠 {together - once:,.2f} 平方米,重叠部分只计一次。",
                    f"{len(shapes)} plots overlap by {together - once:,.2f} m², counted once.",
                ),
            )
    site = Site(shape, crs, name, dict(attributes or {}), notes)
    if site.area_m2 < LEAST_M2:
        raise InvalidGeometry(
            Text("地块面积为 0(顶点在一条直线上)。", "The site has no area (its vertices lie on one line)."),
            _draw(),
        )
    return site


def _draw() -> Text:
    return Text(
        "请给出地块范围的面图形,或在图上重新画出。", "Give the outline as polygons, or draw it on the map."
    )


def _grid(crs: str) -> float:
    return 1e-9 if understand(crs).kind == "geographic" else 1e-4


def _one(shape: shapely.Geometry) -> NDArray[Any]:
    array = np.empty(1, dtype=object)
    array[0] = shape
    return array
