"""The map of an inspection: where the findings lie, over the backdrop that the inspection brings."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.domain.finding import Severity
from tuban.errors import Text, TubanError
from tuban.geo.crs import convert
from tuban.reports import words
from tuban.reports.inspection import Inspection
from tuban.reports.map_layer import MapLayer
from tuban.reports.map_picture import map_picture

# Findings smaller than this share of the map's width are shown by a mark at their place.
_SMALL = 0.012
MOST_SHOWN = 20_000
FAR = Text("另有 {n} 项远在图外", "{n} more lie far outside")
Shapes = NDArray[np.object_]


def findings_map(
    inspection: Inspection, *, lang: str = "zh", width_mm: float = 174.0, height_mm: float = 112.0
) -> bytes | None:
    """Draw where the findings lie; None where no finding has a place.

    Findings beyond the first 20,000 with a geometry are not drawn; the report's numbers count them all.
    """
    found: dict[tuple[Severity, str], list[bytes]] = {}
    systems: Counter[str] = Counter()
    for finding in inspection.findings():
        if finding.geometry is None or not finding.crs:
            continue
        found.setdefault((finding.severity, finding.crs), []).append(finding.geometry)
        systems[finding.crs] += 1
        if systems.total() >= MOST_SHOWN:
            break
    if not systems:
        return None
    crs = max(sorted(systems), key=lambda name: systems[name])
    layers = [
        MapLayer(title.in_(lang), _in(shapes, system, crs), fill="#eef1ea", fill_opacity=1, line="#8a8f86")
        for title, shapes, system in inspection.backdrop
    ]
    drawn = {severity: _all(found, severity, crs) for severity in words.ORDER}
    drawn, far = _near([layer.drawn() for layer in layers], drawn)
    size = _size([*(layer.drawn() for layer in layers), *drawn.values()])
    for severity in reversed(words.ORDER):
        layers += _of(severity, drawn[severity], size, lang)
    if far:
        layers.append(MapLayer(FAR.in_(lang).format(n=far), [], line=None))
    return map_picture(
        layers, crs, width_mm=width_mm, height_mm=height_mm, sample=inspection.sample, lang=lang
    )


def _in(shapes: Any, system: str, crs: str) -> Shapes:
    array = np.asarray(shapely.from_wkb(np.asarray(shapes, dtype=object)), dtype=object)
    array = array[~(shapely.is_missing(array) | shapely.is_empty(array))]
    # Broken coordinates are findings too; a map can only show what has a place.
    array = array[np.isfinite(shapely.bounds(array)).all(axis=1)] if len(array) else array
    if system == crs or not len(array):
        return array
    try:
        return convert(array, system, crs)[0]
    except TubanError:
        return array[:0]


def _all(found: dict[tuple[Severity, str], list[bytes]], severity: Severity, crs: str) -> Shapes:
    parts = [_in(shapes, system, crs) for (one, system), shapes in found.items() if one is severity]
    return np.concatenate(parts) if parts else np.array([], dtype=object)


def _near(backdrop: list[Shapes], drawn: dict[Severity, Shapes]) -> tuple[dict[Severity, Shapes], int]:
    """Leave out what lies farther from the backdrop than this is wide, and count it.

    An object whose coordinates are wrong may lie anywhere; the map would show nothing but the way there.
    """
    boxes = np.array([shapely.total_bounds(array) for array in backdrop if len(array)])
    if not len(boxes):
        return drawn, 0
    (west, south), (east, north) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    room = max(east - west, north - south)
    kept, far = {}, 0
    for severity, shapes in drawn.items():
        edges = shapely.bounds(shapes).reshape(-1, 4)
        near = (edges[:, 0] >= west - room) & (edges[:, 1] >= south - room)
        near &= (edges[:, 2] <= east + room) & (edges[:, 3] <= north + room)
        kept[severity] = shapes[near]
        far += int((~near).sum())
    return kept, far


def _size(arrays: list[Shapes]) -> float:
    boxes = np.array([shapely.total_bounds(array) for array in arrays if len(array)])
    if not len(boxes):
        return 0.0
    west, south = boxes[:, :2].min(0)
    east, north = boxes[:, 2:].max(0)
    return float(max(east - west, north - south))


def _of(severity: Severity, shapes: Shapes, size: float, lang: str) -> list[MapLayer]:
    if not len(shapes):
        return []
    colour = words.COLOURS[severity]
    title = (
        f"{severity.label.in_(lang)}({len(shapes):,})"
        if lang == "zh"
        else f"{severity.label.en} ({len(shapes):,})"
    )
    edges = shapely.bounds(shapes)
    small = np.maximum(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]) < size * _SMALL
    marks = shapely.point_on_surface(shapes[small])
    large = shapes[~small]
    layers = []
    if len(large):
        layers.append(
            MapLayer(title, large, fill=colour, line=colour, line_width_pt=1.0, legend=not small.any())
        )
    if len(marks):
        layers.append(MapLayer(title, marks, fill=colour, line="#ffffff", line_width_pt=0.4, marker_pt=4.6))
    return layers
