"""What a layer leaves open of the ground it should cover, and what it holds beyond it: the gap check.

The whole is cut into cells of about fifty polygons. What the area kernel measures of all polygons in a cell, against
the cell's own area, says whether ground is missing there; only where it is, or where polygons overlap and could hide
it in the sum, is geometry built.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Text, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.coords import from_shapes
from tuban.geo.overlay_pairs import Raw, raw_pairs
from tuban.geo.overlay_result import areal
from tuban.geo.overlay_self import Overlaps, overlaps_within
from tuban.geo.overlay_sound import PARCEL, Unsound, must_be_sound, sound
from tuban.geo.plane import NOISE_M2, NOISE_SHARE, unit_m2
from tuban.geo.zone_index import ZoneIndex, must_be_ours

_PARTS_A_CELL = 50
_MOST_CELLS = 1_000  # in a row: finer would not be faster
_PAIR_NOISE_M2 = 2e-8  # each polygon in a cell adds its own rounding
_WHOLE = Text("范围", "area to be covered")


@dataclass(frozen=True)
class Cover:
    """How a layer covers what it should.

    `gaps` has a row for each connected piece that no polygon covers: `whole` (position in the input),
    `area_m2` on the ellipsoid, unrounded, and `geometry`. `beyond` has a row for each polygon with ground
    outside: `row`, `area_m2` of that ground. `unsound` are the polygons that were left out or repaired.
    """

    gaps: gpd.GeoDataFrame
    beyond: pd.DataFrame
    unsound: NDArray[np.int64]
    _shapes: NDArray[Any] = field(repr=False)
    _whole: NDArray[Any] = field(repr=False)

    def beyond_shapes(self, which: NDArray[np.integer] | None = None) -> NDArray[Any]:
        """Build the ground outside of some rows of `beyond`, in the layer's system; left out, of all."""
        rows = (self.beyond if which is None else self.beyond.iloc[which])["row"].to_numpy()
        return areal(shapely.difference(self._shapes[rows], shapely.union_all(self._whole)))


def cover_difference(
    layer: gpd.GeoSeries | gpd.GeoDataFrame,
    whole: gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    overlaps: Overlaps | None = None,
    unsound: Unsound = "refuse",
    what: Text = PARCEL,
    threads: int | None = None,
    progress: Progress = quiet,
) -> Cover:
    """Give what a layer leaves open of an area that it should fill, and what it holds beyond.

    Parameters
    ----------
    layer : n polygons, CGCS2000.
    whole : the area to be filled, one or more polygons that do not overlap, in the same system.
    overlaps : of the layer, where they are known already.
    unsound : polygons that cover their own ground not just once: `refuse`, `leave_out` (they then leave a gap),
        or `repair`.

    Raises
    ------
    InvalidGeometry : an unsound polygon of the layer (unless otherwise asked) or of the whole.
    UnknownCRS, ForeignCRS : no system, or not CGCS2000.
    WrongUse : two systems, or areas to be filled that overlap.
    """
    crs = must_be_ours(layer.geometry.crs).code
    fills = np.asarray(whole.geometry.array, dtype=object)
    _must_be_one_area(whole.geometry, crs, fills)
    fit = sound(np.asarray(layer.geometry.array, dtype=object), crs, what, unsound)
    if overlaps is None:
        overlaps = overlaps_within(
            gpd.GeoSeries(fit.shapes, crs=crs), threads=threads, progress=part(progress, 0.05, 0.4)
        )
    progress(Step(0.4, Text("划分范围", "Dividing the area")))
    cells, cell_whole = _cells(fills, len(fit.rings))
    rings = from_shapes(cells, _WHOLE)
    index = ZoneIndex.of_rings(rings, crs)
    found = raw_pairs(fit.rings, index, measure="plane", threads=threads, progress=part(progress, 0.45, 0.8))
    cell = index.part_zone[found.part]
    doubtful = _doubtful(
        found, cell, shapely.area(cells), overlaps.frame, unit_m2(crs, shapely.bounds(fills))
    )
    gaps = _gaps(fit.shapes, cells, cell_whole, found.row, cell, doubtful, part(progress, 0.8, 1.0))
    gap_m2 = area_m2(np.array([shape for _, shape in gaps], dtype=object), crs, rounding="none")
    real = gap_m2 > NOISE_M2
    table = {
        "whole": np.array([row for row, _ in gaps], dtype=np.int64)[real],
        "area_m2": gap_m2[real],
    }
    geometry = gpd.GeoSeries(
        np.array([shape for _, shape in gaps], dtype=object)[real], crs=layer.geometry.crs
    )
    frame = gpd.GeoDataFrame(table, geometry=geometry).sort_values(
        ["whole", "area_m2"], ascending=[True, False], ignore_index=True, kind="stable"
    )
    return Cover(frame, _beyond(fit.shapes, crs, found), fit.rows, fit.shapes, fills)


def _must_be_one_area(whole: gpd.GeoSeries, crs: str, fills: NDArray[Any]) -> None:
    if must_be_ours(whole.crs).code != crs:
        raise WrongUse(
            Text("图层与范围的坐标系不同。", "The layer and the area are in two systems."),
            Text("先转换到同一坐标系。", "Convert one of them first."),
        )
    must_be_sound(from_shapes(fills, _WHOLE), crs, _WHOLE)
    if len(overlaps_within(whole).frame):
        raise WrongUse(
            Text("应被覆盖的范围彼此重叠。", "The areas to be filled overlap."),
            Text("先修正范围,使其互不重叠。", "Correct them so that they do not overlap."),
        )


def _cells(fills: NDArray[Any], parts: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Cut each area by a grid; give the cells' ground and the area that each belongs to."""
    cells: list[Any] = []
    owner: list[int] = []
    ground = max(float(shapely.area(fills).sum()), 1e-300)
    side = (ground / max(parts / _PARTS_A_CELL, 1)) ** 0.5
    for row, fill in enumerate(fills):
        if fill is None or shapely.is_empty(fill):
            continue
        west, south, east, north = shapely.bounds(fill)
        step = max(side, (east - west) / _MOST_CELLS, (north - south) / _MOST_CELLS)
        columns, rows = (max(int(np.ceil(span / step)), 1) for span in (east - west, north - south))
        at_x, at_y = west + step * np.arange(columns + 1), south + step * np.arange(rows + 1)
        at_x[-1], at_y[-1] = east, north
        _halve(fill, at_x, at_y, cells)
        owner += [row] * (len(cells) - len(owner))
    return np.array(cells, dtype=object), np.array(owner, dtype=np.int64)


def _halve(ground: Any, at_x: NDArray[Any], at_y: NDArray[Any], cells: list[Any]) -> None:
    """Cut ground at the middle line of its grid until it is a cell: each cut meets fewer edges than the last."""
    columns, rows = len(at_x) - 1, len(at_y) - 1
    if columns == 1 and rows == 1:
        cells.append(ground)
        return
    if columns >= rows:
        m = columns // 2
        halves = (at_x[: m + 1], at_y), (at_x[m:], at_y)
    else:
        m = rows // 2
        halves = (at_x, at_y[: m + 1]), (at_x, at_y[m:])
    for xs, ys in halves:
        window = shapely.box(xs[0], ys[0], xs[-1], ys[-1])
        cut = areal(np.array([shapely.intersection(ground, window)], dtype=object))[0]
        if not shapely.is_empty(cut):
            _halve(cut, xs, ys, cells)


def _doubtful(
    found: Raw, cell: NDArray[np.int64], cell_area: NDArray[np.float64], double: pd.DataFrame, m2: float
) -> NDArray[np.bool_]:
    """Say which cells are not covered for sure: ground is missing in the sum, or overlaps may hide it."""
    count = len(cell_area)
    covered = np.bincount(cell, weights=found.common, minlength=count)
    many = np.bincount(cell, minlength=count)
    noise = (NOISE_M2 + _PAIR_NOISE_M2 * many) / m2 + NOISE_SHARE * cell_area
    doubtful = cell_area - covered > noise
    if len(double):
        lies = pd.DataFrame({"row": found.row, "cell": cell})[found.common > 0]
        one = double[["row_a", "row_b"]].merge(lies, left_on="row_a", right_on="row")
        both = one.merge(lies, left_on=["row_b", "cell"], right_on=["row", "cell"])
        doubtful[both["cell"].to_numpy()] = True
    return doubtful


def _gaps(
    shapes: NDArray[Any],
    cells: NDArray[Any],
    cell_whole: NDArray[np.int64],
    row: NDArray[np.int64],
    cell: NDArray[np.int64],
    doubtful: NDArray[np.bool_],
    progress: Progress,
) -> list[tuple[int, Any]]:
    """Build what is left of the doubtful cells; neighbouring cells as one, so that a gap across them is one."""
    chosen = np.flatnonzero(doubtful)
    if not len(chosen):
        return []
    made: list[tuple[int, Any]] = []
    inside = doubtful[cell]
    lies = pd.DataFrame({"row": row[inside], "cell": cell[inside]})
    for fill in np.unique(cell_whole[chosen]).tolist():
        own = chosen[cell_whole[chosen] == fill]
        blocks = shapely.get_parts(shapely.union_all(cells[own]))
        block = np.zeros(len(cells), np.int64)
        at, of = shapely.STRtree(blocks).query(shapely.point_on_surface(cells[own]), predicate="intersects")
        block[own[at]] = of
        here = lies[cell_whole[lies["cell"].to_numpy()] == fill]
        held = {
            key: np.unique(rows.to_numpy())
            for key, rows in here["row"].groupby(block[here["cell"].to_numpy()])
        }
        for number, ground in enumerate(blocks):
            rest = ground
            if number in held:
                rest = shapely.difference(ground, shapely.union_all(shapes[held[number]]))
            made += [(fill, gap) for gap in shapely.get_parts(areal(np.array([rest], dtype=object))[0])]
            progress(Step((number + 1) / len(blocks), Text("查找缝隙", "Looking for gaps")))
    return made


def _beyond(shapes: NDArray[Any], crs: str, found: Raw) -> pd.DataFrame:
    """Give the polygons that no area to be filled wholly holds."""
    size = shapely.area(shapes)
    held = np.bincount(found.row, weights=found.common, minlength=len(shapes))
    noise = NOISE_M2 / unit_m2(crs, shapely.bounds(shapes)) + 10 * NOISE_SHARE * size
    rows = np.flatnonzero(size - held > noise)
    share = 1 - held[rows] / size[rows]
    return pd.DataFrame({"row": rows, "area_m2": share * area_m2(shapes[rows], crs, rounding="none")})
