"""A map for print: shapes, legend, scale bar, north, and a mark where the data are a sample."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.geo.crs import parse
from tuban.reports.font import BOLD, REGULAR
from tuban.reports.map_layer import MapLayer
from tuban.reports.map_side import Side, mark_sample

Box = tuple[float, float, float, float]
# Beyond this many vertices a picture's outlines are thinned to what its dots can show.
MANY_VERTICES = 300_000
# How much of the picture is map; the rest is for what explains it.
MAP_SHARE = 0.775


def map_picture(
    layers: Sequence[MapLayer],
    crs: Any,
    *,
    width_mm: float = 170.0,
    height_mm: float = 110.0,
    dots_per_inch: int = 200,
    around: Box | None = None,
    title: str = "",
    sample: bool = False,
    lang: str = "zh",
) -> bytes:
    """Draw layers, first lowest, into a PNG; the same layers give the same bytes.

    Parameters
    ----------
    crs : of all shapes: degrees or a Gauss-Krüger zone.
    around : what the map shows, in `crs` (west, south, east, north); all shapes where None.
    sample : write over the map that its data are a sample.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    arrays = [layer.drawn() for layer in layers]
    head = 0.05 if title else 0.0
    frame = (0.004, 0.006, MAP_SHARE, 0.988 - head)
    # The frame's own shape, so that a length is the same in both directions.
    box = _padded(around or _bounds(arrays), _degrees(crs), frame[2] * width_mm / (frame[3] * height_mm))
    figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), dpi=dots_per_inch, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes(frame)
    axes.set_xlim(box[0], box[2])
    axes.set_ylim(box[1], box[3])
    axes.set_aspect("auto")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#fbfbf9")
    for spine in axes.spines.values():
        spine.set_linewidth(0.8)
        spine.set_color("#333333")
    dot = (box[2] - box[0]) / (width_mm * MAP_SHARE / 25.4 * dots_per_inch)
    plain, bold = FontProperties(fname=str(REGULAR)), FontProperties(fname=str(BOLD))
    for number, (layer, shapes) in enumerate(zip(layers, arrays, strict=True)):
        _draw(axes, layer, _inside(shapes, box, dot), 2 + number, plain)
    if title:
        figure.text(0.004, 0.995, title, fontproperties=bold, fontsize=10, va="top", color="#111111")
    if sample:
        mark_sample(axes, bold, lang)
    side = Side(figure, plain, bold, lang, left=MAP_SHARE + 0.018, height_mm=height_mm, width_mm=width_mm)
    side.north(top=0.985 - head)
    low = side.scale_bar(metres_per_unit(box, crs), box[2] - box[0], MAP_SHARE)
    side.legend([a for a in layers if a.legend], top=0.985 - head, bottom=low)
    out = io.BytesIO()
    canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()


def _bounds(arrays: Sequence[NDArray[np.object_]]) -> Box:
    full = [shapely.total_bounds(array) for array in arrays if len(array)]
    if not full:
        return (0.0, 0.0, 1.0, 1.0)
    every = np.asarray(full)
    west, south = every[:, :2].min(0)
    east, north = every[:, 2:].max(0)
    return (float(west), float(south), float(east), float(north))


def _degrees(crs: Any) -> bool:
    return bool(parse(crs).is_geographic)


def _padded(box: Box, degrees: bool, shape: float) -> Box:
    """Widen a box by a margin, and to the shape of the frame as it lies on the ground."""
    west, south, east, north = box
    narrow = math.cos(math.radians((south + north) / 2)) if degrees else 1.0
    least = 1e-4 if degrees else 10.0
    width, height = max(east - west, least), max(north - south, least)
    width, height = width * 1.08, height * 1.08
    if width * narrow / height < shape:
        width = height * shape / narrow
    else:
        height = width * narrow / shape
    x, y = (west + east) / 2, (south + north) / 2
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _inside(shapes: NDArray[np.object_], box: Box, dot: float) -> NDArray[np.object_]:
    """Keep what the frame shows, thinned where there is more than the dots can show."""
    if not len(shapes):
        return shapes
    edges = shapely.bounds(shapes)
    near = (
        (edges[:, 0] <= box[2]) & (edges[:, 2] >= box[0]) & (edges[:, 1] <= box[3]) & (edges[:, 3] >= box[1])
    )
    kept = shapes[near]
    if len(kept) and int(shapely.get_num_coordinates(kept).sum()) > MANY_VERTICES:
        kept = shapely.simplify(kept, dot / 2, preserve_topology=False)
        kept = kept[~shapely.is_empty(kept)]
    return kept


def _draw(axes: Any, layer: MapLayer, shapes: NDArray[np.object_], order: int, font: Any) -> None:
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.colors import to_rgba

    if not len(shapes):
        return
    parts = shapely.get_parts(shapes)
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts = shapely.get_parts(parts)
    kinds = shapely.get_type_id(parts)
    areas, lines, points = parts[kinds == 3], parts[np.isin(kinds, (1, 2))], parts[kinds == 0]
    dashes: Any = (0, layer.dash) if layer.dash else "solid"
    if len(areas):
        axes.add_collection(
            PathCollection(
                [_path(area) for area in areas],
                facecolors=to_rgba(layer.fill, layer.fill_opacity) if layer.fill else "none",
                edgecolors=layer.line or "none",
                linewidths=layer.line_width_pt,
                linestyles=dashes,
                hatch=layer.hatch or None,
                zorder=order,
            )
        )
    if len(lines):
        axes.add_collection(
            LineCollection(
                [shapely.get_coordinates(line) for line in lines],
                colors=layer.line or layer.fill or "#333333",
                linewidths=layer.line_width_pt,
                linestyles=dashes,
                zorder=order,
            )
        )
    if len(points):
        xy = shapely.get_coordinates(points)
        axes.plot(
            xy[:, 0], xy[:, 1], linestyle="none", marker="o", markersize=layer.marker_pt, zorder=order,
            markerfacecolor=layer.fill or "none", markeredgecolor=layer.line or "none",
            markeredgewidth=layer.line_width_pt,
        )  # fmt: skip
    if layer.labels:
        from matplotlib.patheffects import withStroke

        for shape, words in zip(shapes, layer.labels, strict=False):
            at = shapely.point_on_surface(shape)
            axes.text(
                at.x, at.y, words, fontproperties=font, fontsize=7, ha="center", va="center", zorder=40,
                clip_on=True, path_effects=[withStroke(linewidth=1.6, foreground="white")],
            )  # fmt: skip


def _path(area: Any) -> Any:
    from matplotlib.path import Path

    rings = [area.exterior, *area.interiors]
    points = np.concatenate([shapely.get_coordinates(ring) for ring in rings])
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    start = 0
    for ring in rings:
        n = shapely.get_num_points(ring)
        codes[start] = Path.MOVETO
        codes[start + n - 1] = Path.CLOSEPOLY
        start += n
    return Path(points, codes)


def metres_per_unit(box: Box, crs: Any) -> float:
    """Give how many metres one unit of the easting is, at the middle of the box."""
    read = parse(crs)
    if not read.is_geographic:
        return float(read.axis_info[0].unit_conversion_factor or 1.0) if read.axis_info else 1.0
    a, flattening = 6_378_137.0, 1 / 298.257222101
    latitude = math.radians((box[1] + box[3]) / 2)
    squared = flattening * (2 - flattening)
    return math.radians(a * math.cos(latitude) / math.sqrt(1 - squared * math.sin(latitude) ** 2))
