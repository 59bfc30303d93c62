"""Whether the plots of a boundary-point file agree with themselves: rings, areas, numbers."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import shapely

from tuban.domain.unit import convert
from tuban.errors import Text
from tuban.geo.boundary_points.model import Plot, Remark

# Stated against computed plane area: project defaults.
AREA_HA, AREA_SHARE = 0.0001, 0.001


def check(plots: tuple[Plot, ...], header: dict[str, str]) -> list[Remark]:
    """Give what is wrong (error) or odd (warning) about each plot; codes as the guide page lists them."""
    remarks: list[Remark] = []
    numbers = Counter(plot.number for plot in plots)
    for plot in plots:
        found = _rings(plot)
        remarks += found
        if plot.kind == "面" and not found:
            remarks += _shape(plot)
        if plot.number and numbers[plot.number] > 1:
            what = Text(f"地块编号“{plot.number}”重复。", f"Plot number “{plot.number}” occurs twice.")
            remarks.append(Remark("E7", "error", plot.line, what))
        remarks += _odd(plot)
    return remarks


def _rings(plot: Plot) -> list[Remark]:
    least = {"面": 3, "线": 2, "点": 1}[plot.kind]
    remarks = []
    for ring in plot.rings:
        different = {(point.northing_m, point.easting_m) for point in ring.points}
        if len(different) < least:
            what = Text(
                f"{_of(plot)}第 {ring.number} 圈只有 {len(different)} 个不同的点,至少要 {least} 个。",
                f"Ring {ring.number} of {_of(plot, 'en')} has {len(different)} different points; {least} are needed.",
            )
            remarks.append(Remark("E2", "error", ring.points[0].line, what))
    return remarks


def _shape(plot: Plot) -> list[Remark]:
    remarks = []
    polygons = [shapely.Polygon(ring.coordinates()) for ring in plot.rings]
    for ring, polygon in zip(plot.rings, polygons, strict=True):
        if not polygon.is_valid or polygon.area == 0:
            reason = shapely.is_valid_reason(polygon) if polygon.area else "area 0"
            what = Text(
                f"{_of(plot)}第 {ring.number} 圈自相交或面积为 0({reason})。",
                f"Ring {ring.number} of {_of(plot, 'en')} crosses itself or has no area ({reason}).",
            )
            remarks.append(Remark("E4", "error", ring.points[0].line, what))
    if remarks:
        return remarks
    # A tree, so that a file with thousands of rings is no trap.
    pairs = shapely.STRtree(polygons).query(polygons).T
    crossing = [(int(a), int(b)) for a, b in pairs if a < b and _cross(polygons[a], polygons[b])]
    for a, b in crossing:
        first, second = plot.rings[a].number, plot.rings[b].number
        what = Text(
            f"{_of(plot)}第 {first} 圈与第 {second} 圈交叉或重合。",
            f"Rings {first} and {second} of {_of(plot, 'en')} cross or coincide.",
        )
        remarks.append(Remark("E8", "error", plot.rings[b].points[0].line, what))
    if not crossing and plot.area_ha is not None:
        remarks += _area(plot)
    return remarks


def _cross(first: shapely.Polygon, second: shapely.Polygon) -> bool:
    # `overlaps` misses only containment, which is a hole, and equality, which is not allowed.
    return bool(first.overlaps(second) or first.equals(second))


def _area(plot: Plot) -> list[Remark]:
    # The survey area of this file is a plane area, not the ellipsoid's (recalled).
    measured_ha = float(convert(shapely.area(plot.geometry()), "m2", "ha"))
    stated_ha = plot.area_ha or 0.0
    allowed_ha = max(AREA_HA, AREA_SHARE * measured_ha)
    if abs(stated_ha - measured_ha) <= allowed_ha:
        return []
    hint, hint_en = "", ""
    if abs(float(convert(stated_ha, "m2", "ha")) - measured_ha) <= allowed_ha:
        hint, hint_en = ",像是填成了平方米", "; it seems to be square metres"
    what = Text(
        f"{_of(plot)}填写面积 {stated_ha:.4f} 公顷,按坐标计算 {measured_ha:.4f} 公顷{hint}。",
        f"{_of(plot, 'en')} states {stated_ha:.4f} ha; its coordinates give {measured_ha:.4f} ha{hint_en}.",
    )
    return [Remark("E6", "error", plot.line, what)]


def _odd(plot: Plot) -> list[Remark]:
    remarks = []
    lines = sum(len(ring.points) for ring in plot.rings)
    without = lines - sum(ring.closed for ring in plot.rings)
    if plot.stated_points is not None and plot.stated_points not in {lines, without, lines - len(plot.rings)}:
        what = Text(
            f"{_of(plot)}写明 {plot.stated_points} 个界址点,实有 {lines} 行(闭合点除外 {without} 个)。",
            f"{_of(plot, 'en')} states {plot.stated_points} points; there are {lines} lines "
            f"({without} without closing points).",
        )
        remarks.append(Remark("W1", "warning", plot.line, what))
    empty = [
        title
        for title, value in (("地块名称", plot.name), ("地块用途", plot.use), ("地类编码", plot.land_class))
        if not value
    ]
    if empty:
        what = Text(
            f"{_of(plot)}没有填{'、'.join(empty)}。", f"{_of(plot, 'en')}: {', '.join(empty)} left empty."
        )
        remarks.append(Remark("W2", "warning", plot.line, what))
    if not _in_sequence(plot):
        what = Text(f"{_of(plot)}的点号不连续。", f"Point numbers of {_of(plot, 'en')} are not in sequence.")
        remarks.append(Remark("W3", "warning", plot.line, what))
    return remarks


def _in_sequence(plot: Plot) -> bool:
    """Numbers may run on over the rings or begin at 1 in each; a closing line repeats the first number."""
    before = 0
    for ring in plot.rings:
        numbers = [int(re.sub(r"\D", "", point.number)) for point in ring.points]
        if ring.closed:
            if numbers[-1] not in {numbers[0], numbers[-2] + 1}:
                return False
            numbers = numbers[:-1]
        if numbers[0] not in {1, before + 1, before + 2}:
            return False
        if any(b - a != 1 for a, b in pairwise(numbers)):
            return False
        before = numbers[-1]
    return True


def _of(plot: Plot, lang: str = "zh") -> str:
    called = plot.name or plot.number or "?"
    return f"plot “{called}”" if lang == "en" else f"地块“{called}”"
