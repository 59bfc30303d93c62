"""The ground on one side of a line: outside a dike, below a dam; not a circle around it.

All lengths are metres in the plane of a Gauss-Krüger zone: lines in degrees are moved there first by the caller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.errors import Text, WrongUse

# Segments of a quarter circle; at 5,000 m the chord then lies 6 m inside the arc, at 1,000 m 1.2 m.
_QUARTER = 32


def one_side(
    line: shapely.Geometry, away_from: shapely.Geometry, *, to_m: float, from_m: float = 0.0
) -> shapely.Geometry:
    """Give the ground between two distances from a line, on the side away from something.

    Parameters
    ----------
    line : a dike or dam, one piece or several that join. away_from : what lies on its other side (the river,
        the pond). Both in one plane system.
    from_m, to_m : distances from the line.

    Raises
    ------
    WrongUse : the line is closed, so that it has no two sides.
    """
    merged = shapely.line_merge(line) if isinstance(line, shapely.MultiLineString) else line
    pieces = [one for one in shapely.get_parts(merged) if one.length > 0]
    grounds = [_of_one(piece, away_from, to_m) for piece in pieces]
    ground = shapely.union_all(grounds)
    if from_m > 0:
        ground = shapely.difference(ground, shapely.buffer(line, from_m, quad_segs=_QUARTER))
    return ground


def _of_one(line: shapely.LineString, away_from: shapely.Geometry, to_m: float) -> shapely.Geometry:
    if line.is_closed:
        raise WrongUse(
            Text("线是闭合的,分不出内外两侧。", "The line is closed: it has no two sides."),
            Text("请给出不闭合的堤线或坝线。", "Give an open line."),
        )
    round_ = shapely.buffer(line, to_m, quad_segs=_QUARTER)
    # The line, drawn on straight at both ends until it leaves the ground around it, cuts that ground in two.
    sides = _split(round_, _drawn_on(line, 3 * to_m))
    near = shapely.intersection(away_from, round_)
    # By the ground that it shares with each side; something farther off, by its distance.
    theirs = (
        int(np.argmin(shapely.distance(sides, away_from)))
        if near.is_empty
        else int(np.argmax(shapely.area(shapely.intersection(sides, near))))
    )
    return sides[1 - theirs]


def _drawn_on(line: shapely.LineString, by_m: float) -> shapely.LineString:
    xy = shapely.get_coordinates(line)
    chord = xy[-1] - xy[0]
    length = float(np.hypot(*chord))
    # The chord's direction, not the last segment's: a dam's wings bend back towards the slope.
    along = chord / length if length > 0 else np.array([1.0, 0.0])
    return shapely.LineString([xy[0] - along * by_m, *xy, xy[-1] + along * by_m])


def _split(ground: shapely.Geometry, line: shapely.LineString) -> NDArray[Any]:
    outline = shapely.union(shapely.boundary(ground), line)
    faces = shapely.get_parts(shapely.polygonize([shapely.node(outline)]))
    inside = shapely.contains(ground, shapely.point_on_surface(faces))
    faces = faces[inside]
    xy = shapely.get_coordinates(line)
    # Which side a face lies on: the sign of the area that its inner point makes with the nearest piece of line.
    return np.array(
        [
            shapely.union_all(faces[[_left(face, xy, line) == left for face in faces]])
            for left in (True, False)
        ],
        dtype=object,
    )


def _left(face: shapely.Polygon, xy: NDArray[np.float64], line: shapely.LineString) -> bool:
    point = shapely.point_on_surface(face)
    at = shapely.line_locate_point(line, point)
    step = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    k = int(np.clip(np.searchsorted(step, at, side="right") - 1, 0, len(xy) - 2))
    (ax, ay), (bx, by) = xy[k], xy[k + 1]
    return bool((bx - ax) * (point.y - ay) - (by - ay) * (point.x - ax) > 0)
