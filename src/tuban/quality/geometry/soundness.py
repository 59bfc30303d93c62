"""Which geometries can be reckoned with at all: missing, of another kind, curved, crossing themselves, and where."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.errors import Text
from tuban.quality.geometry import kernel_edges
from tuban.quality.geometry.measure import areal

REASONS: dict[str, Text] = {
    "Self-intersection": Text("边界自相交", "its outline crosses itself"),
    "Ring Self-intersection": Text("环自相交", "a ring touches itself"),
    "Hole lies outside shell": Text("内环落在外环之外", "a hole lies outside its shell"),
    "Holes are nested": Text("内环中套内环", "a hole lies in another hole"),
    "Nested shells": Text("部件套在另一部件之内", "a part lies inside another part"),
    "Interior is disconnected": Text("图形内部被割裂", "its interior falls apart"),
    "Duplicate Rings": Text("有两个相同的环", "two rings are the same"),
    "Too few points in geometry component": Text("点数不足以成面", "too few points for an area"),
    "Invalid Coordinate": Text("坐标不是有效数值", "a coordinate is no number"),
    "Ring is not closed": Text("环没有闭合", "a ring is not closed"),
}
_AT_ONCE = 20_000
_COLLECTION = 7
_MANY_CROSSINGS = 20_000  # mending more could take longer than all other checks together
_LOOKS = 30_000_000


@dataclass(frozen=True)
class Unsound:
    """One row whose geometry breaks the rules of simple features: reason, and where (None where nowhere)."""

    row: int
    reason: Text
    place: Any


def valid(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which shapes are valid; missing ones count as valid. GEOS works outside the interpreter's lock."""
    if len(shapes) < _AT_ONCE:
        good = shapely.is_valid(shapes)
    else:
        with ThreadPoolExecutor(2) as threads:
            good = np.concatenate(list(threads.map(shapely.is_valid, np.array_split(shapes, 16))))
    return good | shapely.is_missing(shapes)


def unsound(shapes: NDArray[Any], good: NDArray[np.bool_] | None = None) -> list[Unsound]:
    """List the shapes that cross themselves and the like, in order of rows; `good` where `valid` is known."""
    good = valid(shapes) if good is None else good
    return [_explained(int(row), shapes[row]) for row in np.flatnonzero(~good)]


def _explained(row: int, shape: Any) -> Unsound:
    said = str(shapely.is_valid_reason(shape))
    match = re.fullmatch(r"(.*?)\[([^\]\s]+)\s+([^\]\s]+).*\]", said)
    reason = match[1] if match else said
    place = None
    if match:
        x, y = float(match[2]), float(match[3])
        place = shapely.Point(x, y) if np.isfinite([x, y]).all() else None
    return Unsound(row, REASONS.get(reason, Text(f"图形无效({reason})", reason)), place)


def placed(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give the shapes whose every coordinate is a number; None in place of the others."""
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    nowhere = np.unique(row[~np.isfinite(coordinates).all(axis=1)])
    if len(nowhere):
        shapes = shapes.copy()
        shapes[nowhere] = None
    return shapes


def usable(
    shapes: NDArray[Any], known: NDArray[np.bool_] | None = None
) -> tuple[NDArray[Any], NDArray[np.intp], NDArray[np.intp]]:
    """Give the ground of each row for the checks between objects; None where there is none.

    Invalid outlines are understood as even-odd for the reckoning only; the finding about them stands. Those
    that cross themselves too often to be understood in reasonable time are left out.

    `known` says which shapes are `valid`, where that was looked at already.

    Returns
    -------
    shapes, rows that were understood, rows that were left out.
    """
    if known is not None and (shapely.get_type_id(shapes) == _COLLECTION).any():
        known = None  # what is taken out of a collection is looked at by itself
    shapes = areal(shapes)
    good = placed(shapes)
    lost = np.flatnonzero(shapely.is_missing(good) & ~shapely.is_missing(shapes))
    shapes = good
    sound = valid(shapes) if known is None else known
    bad = np.flatnonzero(~sound & ~shapely.is_missing(shapes))
    understood: list[Any] = []
    out: list[Any] = lost.tolist()
    shapes = shapes.copy()
    for row in bad:
        if countable(shapes[row]):
            shapes[row] = areal(np.array([shapely.make_valid(shapes[row])], dtype=object))[0]
            understood.append(row)
        else:
            shapes[row] = None
            out.append(row)
    return shapes, np.array(understood, np.intp), np.array(out, np.intp)


def countable(shape: Any) -> bool:
    """Say whether a shape crosses itself seldom enough to be mended in reasonable time."""
    xy = shapely.get_coordinates(shape)
    if len(xy) < 300:
        return True
    rings = shapely.get_rings(shapely.get_parts(shape))
    ends = np.cumsum(shapely.get_num_coordinates(rings)) - 1
    starts = np.setdiff1d(np.arange(len(xy)), ends, assume_unique=True)
    low = np.minimum(xy[starts], xy[starts + 1])
    high = np.maximum(xy[starts], xy[starts + 1])
    order = np.argsort(low[:, 0], kind="stable")
    box = np.ascontiguousarray(np.hstack([low, high])[order])
    count = kernel_edges.crossings(xy, starts[order].astype(np.int64), box, _MANY_CROSSINGS, _LOOKS)
    return 0 <= count < _MANY_CROSSINGS
