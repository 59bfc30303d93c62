"""A drawing's size, by the one measure of the system."""

from __future__ import annotations

import shapely

from tuban.domain.unit import in_unit
from tuban.errors import Text, WrongUse
from tuban.geo.area import area_m2, length_m
from tuban.service.schemas import MeasureIn, MeasureOut
from tuban.service.tables import DEGREES


def measure(drawing: MeasureIn) -> MeasureOut:
    """Measure a drawn line, or a ring and what it encloses; the ring is closed here.

    Raises
    ------
    WrongUse : a ring of fewer than three different points, or one that crosses itself.
    """
    points = drawing.coordinates
    if drawing.type == "length":
        return MeasureOut(area_m2=None, area_ha=None, area_mu=None, length_m=_length(points))
    ring = points if points[0] == points[-1] else [*points, points[0]]
    polygon = shapely.Polygon(ring) if len(set(points)) >= 3 else shapely.Polygon()
    if polygon.is_empty or not polygon.is_valid:
        raise WrongUse(
            Text("所画的范围不成面:少于三个点,或边线自相交。",
                 "The drawing encloses no area: fewer than three points, or it crosses itself."),
            Text("请沿一个方向依次点出边界。", "Draw the boundary in one direction without crossing it."),
            parameter="coordinates",
        )  # fmt: skip
    square_m = float(area_m2([polygon], DEGREES)[0])
    return MeasureOut(
        area_m2=round(square_m, 2),
        area_ha=float(in_unit(square_m, "ha", 4)),
        area_mu=float(in_unit(square_m, "mu", 4)),
        length_m=_length(ring),
    )


def _length(points: list[tuple[float, float]]) -> float:
    return round(float(length_m([shapely.LineString(points)], DEGREES)[0]), 2)
