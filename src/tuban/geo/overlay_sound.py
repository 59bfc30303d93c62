"""Whether polygons can be overlaid: what covers its ground not just once is refused by name, or repaired if asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.errors import Text
from tuban.geo.coords import Rings, from_shapes, refused
from tuban.geo.kernel_room import room_for
from tuban.geo.kernel_sound import wrong_area
from tuban.geo.plane import NOISE_M2, NOISE_SHARE, plane_of

PARCEL = Text("图斑", "parcel")
Unsound = Literal["refuse", "leave_out", "repair"]


@dataclass(frozen=True, slots=True)
class Sound:
    """Polygons fit for overlay.

    `rings` are the polygons and `shapes` the same as geometries where they were given so; `rows` those that
    were not fit, and were left out or repaired.
    """

    rings: Rings
    shapes: NDArray[Any]
    rows: NDArray[np.int64]


def unsound(rings: Rings, crs: Any, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Give the rows whose area is not what their outline shows: ground covered twice, or less than never.

    That is every ring that crosses itself or another, every hole outside its shell and every part over another,
    as far as it changes an area by more than the noise of arithmetic. What is invalid and changes none (a spike,
    a ring that touches itself) is not among them.

    Parameters
    ----------
    rings : n polygons in the plane of `crs`.
    rows : only these; left out, all.
    """
    rows = np.arange(len(rings)) if rows is None else np.asarray(rows, dtype=np.int64)
    kind, false_easting = plane_of(crs)
    wrong, own_m2 = np.empty(len(rows)), np.empty(len(rows))
    room = room_for(rings.most_points)
    done = 0
    while done < len(rows):
        more, need = wrong_area(
            rings.xy,
            rings.ring_off,
            rings.part_off,
            rings.row_off,
            rings.row_box,
            rows[done:],
            kind,
            false_easting,
            room,
            wrong[done:],
            own_m2[done:],
        )
        done += more
        if need:
            room = room._replace(listed=np.empty(need, np.int64))
    return rows[np.abs(wrong) > NOISE_M2 + NOISE_SHARE * np.abs(own_m2)]


def must_be_valid(shapes: NDArray[Any], what: Text, rows: NDArray[np.integer] | None = None) -> None:
    """Refuse, by row, a polygon with any fault; `rows` are the row numbers where `shapes` are some of many.

    Raises
    ------
    InvalidGeometry : the first of them, and how many there are.
    """
    wrong = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if len(wrong):
        reason = str(shapely.is_valid_reason(shapes[wrong[0]]))
        raise refused(what, int(wrong[0] if rows is None else rows[wrong[0]]), reason, reason, len(wrong))


def repaired(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Give polygons made valid (ground inside some ring and not in a hole), and the rows that were not."""
    rows = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if len(rows):
        shapes = shapes.copy()
        shapes[rows] = shapely.make_valid(shapes[rows], method="structure", keep_collapsed=False)
    return shapes, rows


def must_be_sound(
    rings: Rings, crs: Any, what: Text, rows: NDArray[np.int64] | None = None, first_row: int = 0
) -> None:
    """Refuse, by row, a polygon whose area is not what its outline shows.

    Raises
    ------
    InvalidGeometry : the first of them, and how many there are.
    """
    found = unsound(rings, crs, rows)
    if len(found):
        reason = "自相交、部件重叠或洞在外环之外", "it crosses itself, parts overlap, or a hole lies outside"
        raise refused(what, first_row + int(found[0]), *reason, count=len(found))


def sound(shapes: NDArray[Any], crs: Any, what: Text, unsound_: Unsound = "refuse") -> Sound:
    """Give polygons whose areas are what their outlines show.

    Parameters
    ----------
    unsound_ : `refuse` the first that is not; `leave_out` those, so that they have no ground; or `repair` them,
        the way planners' software does: ground inside some ring and not in a hole.

    Raises
    ------
    InvalidGeometry : as for `must_be_sound`, and for rings that are open or coordinates that are no numbers.
    """
    rings = from_shapes(shapes, what)
    if unsound_ == "refuse":
        must_be_sound(rings, crs, what)
        return Sound(rings, shapes, np.empty(0, np.int64))
    rows = unsound(rings, crs)
    if len(rows):
        shapes = shapes.copy()
        if unsound_ == "repair":
            shapes[rows] = repaired(shapes[rows])[0]
        else:
            shapes[rows] = None
        rings = from_shapes(shapes, what)
    return Sound(rings, shapes, rows)
