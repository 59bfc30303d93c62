"""The pieces of pairs that zones truly cut, as WKB: by the clipping kernel, and by GEOS where outlines touch."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.geo.areal import areal
from tuban.geo.coords import Rings, refused, to_arrow
from tuban.geo.kernel_clip import CLIPPED, DOUBTFUL, TOUCHING, ClipOut, clip_rows
from tuban.geo.kernel_cross import ClipRoom
from tuban.geo.overlay_sound import PARCEL
from tuban.geo.plane import plane_of
from tuban.geo.zone_index import ZoneIndex

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_MOST_POINTS, _MOST_CROSSINGS = 1 << 16, 1 << 12  # more of a pair is left to GEOS
_POINTS_A_PAIR, _RINGS_A_PAIR = 64, 2  # room to begin with
# A window around a parcel, for GEOS: a little larger, by odd parts, so that its sides meet no vertex of a zone.
_MARGINS = ((0.0137, 0.0211), (0.0311, 0.0173), (0.0719, 0.0537))


@dataclass(frozen=True)
class Cut:
    """Pairs to be clipped: rows of some `Rings` and zones, with the areas that the area kernel found.

    `first_row` is the number of the first of the rings, for messages.
    """

    row: Index
    zone: Index
    common_m2: Array
    own_m2: Array
    first_row: int = 0


def clip(parcels: Rings, index: ZoneIndex, cut: Cut, grid: float = 0.0) -> pa.LargeBinaryArray:
    """Give the ground that each pair has in common, in the parcels' plane.

    Parameters
    ----------
    parcels : polygons in the system of `index`, sound.
    cut : pairs that share ground, as `measure_pairs` found them.
    grid : every vertex lies on it, where it is not 0.

    Raises
    ------
    InvalidGeometry : a polygon that GEOS cannot cut, because it is invalid.
    """
    column = _clipped(parcels, index, cut)
    if not grid:
        return column
    built = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    built = shapely.set_precision(shapely.set_precision(built, grid), 0.0)
    return pa.array(shapely.to_wkb(areal(built)), type=pa.large_binary())


def _clipped(parcels: Rings, index: ZoneIndex, cut: Cut) -> pa.LargeBinaryArray:
    plain, column = clip_plainly(parcels, index, cut)
    doubtful = np.flatnonzero(~plain)
    if not len(doubtful):
        return column
    pieces = _by_geos(parcels, index, cut, doubtful)
    place = np.arange(len(plain))
    place[doubtful] = len(plain) + np.arange(len(doubtful))
    both = pa.concat_arrays([column, pa.array(shapely.to_wkb(pieces), type=pa.large_binary())])
    return both.take(pa.array(place))


def clip_plainly(parcels: Rings, index: ZoneIndex, cut: Cut) -> tuple[NDArray[np.bool_], pa.LargeBinaryArray]:
    """Give the pieces of those pairs whose outlines cross plainly, and which those are; the others are empty.

    A zone can be `OUTSIDE`: the ground of the row in no zone, where only one zone meets it.
    """
    state, made = _kernel(parcels, index, cut.row, cut.zone, cut.common_m2, cut.own_m2)
    column = to_arrow(made)
    plain = state == CLIPPED
    touching = np.flatnonzero(state == TOUCHING)
    if len(touching):
        built = shapely.from_wkb(column.take(pa.array(touching)).to_numpy(zero_copy_only=False))
        plain[touching] = shapely.is_valid(built)
    return plain, column


def _kernel(
    parcels: Rings, index: ZoneIndex, row: Index, zone: Index, common_m2: Array, own_m2: Array
) -> tuple[NDArray[np.int8], Rings]:
    """Clip what crosses plainly; the others have no part."""
    count = len(row)
    kind, false_easting = plane_of(index.crs)
    out = ClipOut(
        state=np.zeros(count, np.int8),
        xy=np.empty((_POINTS_A_PAIR * count + 1_000, 2)),
        ring_off=np.zeros(_RINGS_A_PAIR * count + 1_000, np.int64),
        part_off=np.zeros(_RINGS_A_PAIR * count + 1_000, np.int64),
        row_off=np.zeros(count + 1, np.int64),
    )
    at = points = rings = parts = 0
    while True:
        at, points, rings, parts = clip_rows(
            row,
            zone,
            common_m2,
            own_m2,
            at,
            parcels.xy,
            parcels.ring_off,
            parcels.part_off,
            parcels.row_off,
            parcels.row_box,
            index.arrays,
            index.rings.xy,
            index.rings.ring_off,
            index.part_zone,
            kind,
            false_easting,
            _room(len(index.part_zone)),
            out,
            points,
            rings,
            parts,
        )
        if at == count:
            break
        out = out._replace(
            xy=np.concatenate([out.xy, np.empty_like(out.xy), np.empty((_MOST_POINTS, 2))]),
            ring_off=np.concatenate([out.ring_off, np.zeros_like(out.ring_off)]),
            part_off=np.concatenate([out.part_off, np.zeros_like(out.part_off)]),
        )
    made = Rings(out.xy[:points], out.ring_off[: rings + 1], out.part_off[: parts + 1], out.row_off)
    return out.state, made


_LOCAL = threading.local()


def _room(parts: int) -> ClipRoom:
    """Give this thread's room. What is not written to takes no memory."""
    held: ClipRoom | None = getattr(_LOCAL, "room", None)
    if held is None or len(held.found) < parts:
        _LOCAL.room = ClipRoom(
            stack=np.empty((256, 2), np.int64),
            found=np.empty(parts, np.int64),
            own=np.empty((_MOST_POINTS, 2)),
            own_ring=np.empty(_MOST_POINTS, np.int64),
            own_off=np.empty(_MOST_POINTS, np.int64),
            key=np.empty(_MOST_POINTS, np.int64),
            cross=np.empty((_MOST_CROSSINGS, 4)),
            cross_at=np.empty((_MOST_CROSSINGS, 8), np.int64),
            order=np.empty(_MOST_CROSSINGS, np.int64),
            ring=np.empty((_MOST_POINTS, 2)),
            ring_off=np.empty(_MOST_CROSSINGS, np.int64),
            ring_area=np.empty(_MOST_CROSSINGS),
            ring_shell=np.empty(_MOST_CROSSINGS, np.int64),
        )
    return _LOCAL.room


def _by_geos(parcels: Rings, index: ZoneIndex, cut: Cut, which: NDArray[np.intp]) -> NDArray[Any]:
    """Clip by GEOS, each parcel with what of the zone lies in a window around it."""
    row, zone = cut.row[which], cut.zone[which]
    shapes, windows = parcels.shapes(row), _windows(parcels, index, row, zone)
    try:
        return areal(shapely.intersection(shapes, windows))
    except shapely.errors.GEOSException:
        invalid = np.flatnonzero(~shapely.is_valid(shapes))
        if not len(invalid):
            raise
        reason = str(shapely.is_valid_reason(shapes[invalid[0]]))
        raise refused(PARCEL, cut.first_row + int(row[invalid[0]]), reason, reason, len(invalid)) from None


def _windows(parcels: Rings, index: ZoneIndex, row: Index, zone: Index) -> NDArray[Any]:
    """Give what of each zone lies around each parcel; the whole zone where even that is doubtful."""
    result = np.empty(len(row), dtype=object)
    left = np.arange(len(row))
    box = parcels.row_box[row]
    wide, high = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    for x_share, y_share in _MARGINS:
        dx, dy = x_share * np.maximum(wide, high)[left], y_share * np.maximum(wide, high)[left]
        b = box[left]
        west, south, east, north = b[:, 0] - dx, b[:, 1] - dy, b[:, 2] + dx, b[:, 3] + dy
        corners = np.stack([west, south, east, south, east, north, west, north, west, south], axis=1)
        steps = np.arange(len(left) + 1)
        frames = Rings(corners.reshape(-1, 2), 5 * steps, steps, steps)
        # How much of a window the zone fills is not known: any area will do.
        any_m2 = np.full(len(left), np.inf)
        state, made = _kernel(frames, index, steps[:-1], zone[left], np.zeros(len(left)), any_m2)
        good = np.flatnonzero(state != DOUBTFUL)
        built = made.shapes(good)
        valid = (state[good] == CLIPPED) | shapely.is_valid(built)
        good = good[valid]
        result[left[good]] = built[valid]
        left = np.delete(left, good)
        if not len(left):
            return result
    result[left] = index.shapes(zone[left])
    return result
