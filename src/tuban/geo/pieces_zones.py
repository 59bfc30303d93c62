"""A layer of zones of any size: whoever plans says which row groups lie near a piece, whoever works reads them."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from tuban.errors import Text, WrongUse
from tuban.geo.coords import Rings, boxes, from_arrow
from tuban.geo.overlay_sound import must_be_sound, must_be_valid
from tuban.geo.pieces import Box, Piece, batches, geometry_of, parquet, pieces_of
from tuban.geo.zone_index import ZoneIndex

ZONE = Text("分区", "zone")
KEPT_BYTES = 512 * 1024**2  # lines that a process holds, of all layers together
_MARGIN_DEGREES = 1e-4  # about ten metres: a bent side of a box, seen from another system


@dataclass(frozen=True)
class NearZones:
    """Where the zones lie that a piece may meet: row groups of their layer, and the number of the first zone of each.

    `run` tells apart what was read for one run from what a file held earlier.
    """

    layer: str
    groups: tuple[tuple[Piece, int], ...]
    id_column: str | None
    checked: bool
    run: str


@dataclass(frozen=True)
class Zones:
    """The zones near a piece, prepared: `number` of each in its layer, `ids` where they were asked for."""

    index: ZoneIndex
    number: NDArray[np.int64]
    ids: pa.Array | None


class ZoneLayer:
    """A layer of zones at whoever plans the work: only its footers are read."""

    def __init__(
        self, name: str, place: str | Path, *, id_column: str | None = None, checked: bool = False
    ) -> None:
        """Open a dataset of zones, as `pieces_of` takes it; zones are numbered row after row, file after file."""
        self.name = name
        self._id_column = id_column
        self._checked = checked
        groups = pieces_of(place, rows=1)
        self._groups = list(zip(groups, accumulate((g.rows for g in groups), initial=0), strict=False))
        self._run = uuid.uuid4().hex

    def near(self, piece: Piece) -> NearZones:
        """Say where the zones lie that a piece may meet."""
        near = tuple(each for each in self._groups if _may_meet(each[0], piece))
        return NearZones(self.name, near, self._id_column, self._checked, self._run)


def zones_of(near: NearZones, piece: Piece) -> Zones:
    """Read and prepare the zones near a piece, of each only the parts near it.

    Row groups that were read last are kept: pieces follow one another in space, so most find them there.

    Raises
    ------
    InvalidGeometry : a zone that crosses itself, unless they are `checked` already; then one whose area would
    be wrong. WrongUse : no such column of ids.
    """
    found = [_held(near, place, piece.crs).within(piece.box) for place in range(len(near.groups))]
    rings = _joined([each[1] for each in found])
    ids = None
    if near.id_column is not None:
        ids = pa.concat_arrays([pa.array([], pa.string()), *(each[2] for each in found)])
    number = np.concatenate([np.empty(0, np.int64), *(each[0] for each in found)])
    return Zones(ZoneIndex.of_rings(rings, piece.crs), number, ids)


@dataclass(frozen=True)
class _Parts:
    """The parts of some zones in one system: the zone of each, counted from `first`, and its box."""

    rings: Rings
    first: int
    zone: NDArray[np.int64]
    box: NDArray[np.float64]
    ids: pa.Array | None

    @classmethod
    def of(cls, rings: Rings, first: int, ids: pa.Array | None) -> _Parts:
        zone = np.repeat(np.arange(len(rings)), np.diff(rings.row_off)).astype(np.int64)
        return cls(rings, first, zone, boxes(rings.xy, rings.ring_off, rings.part_off), ids)

    @property
    def nbytes(self) -> int:
        return self.rings.xy.nbytes + self.rings.ring_off.nbytes + self.box.nbytes + self.zone.nbytes

    def within(self, box: Box | None) -> tuple[NDArray[np.int64], Rings, pa.Array | None]:
        """Give the numbers of the zones near a box, of each the parts that touch it, and their ids."""
        if box is None:
            part = np.arange(len(self.zone))
        else:
            west, south, east, north = box
            own = self.box
            part = np.flatnonzero(
                (own[:, 0] <= east) & (own[:, 2] >= west) & (own[:, 1] <= north) & (own[:, 3] >= south)
            )
        zone, counts = np.unique(self.zone[part], return_counts=True)
        ring, part_off = _gathered(self.rings.part_off, part)
        point, ring_off = _gathered(self.rings.ring_off, ring)
        near = Rings(self.rings.xy[point], ring_off, part_off, _ends(counts))
        return self.first + zone, near, None if self.ids is None else self.ids.take(pa.array(zone))


_kept: OrderedDict[tuple[str, int, str], _Parts] = OrderedDict()
_reading: dict[tuple[str, int, str], threading.Lock] = {}
_guard = threading.Lock()


def _held(near: NearZones, place: int, crs: str) -> _Parts:
    """Give a row group's zones from memory, or read them: one thread reads while the others wait."""
    group, first = near.groups[place]
    key = near.run, first, crs
    with _guard:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
        reading = _reading.setdefault(key, threading.Lock())
    with reading:
        with _guard:
            if key in _kept:
                return _kept[key]
        made = _read(group, first, near, crs)
        with _guard:
            _kept[key] = made
            while len(_kept) > 1 and sum(parts.nbytes for parts in _kept.values()) > KEPT_BYTES:
                _reading.pop(_kept.popitem(last=False)[0], None)
    return made


def _read(group: Piece, first_zone: int, near: NearZones, crs: str) -> _Parts:
    with parquet(group.place, group.file) as handle:
        geometry, names = geometry_of(handle), handle.schema_arrow.names
    if near.id_column is not None and near.id_column not in names:
        raise no_column(group.file or group.place, near.id_column, names)
    wkb: list[pa.Array] = []
    ids: list[pa.Array] = []
    for first, batch in batches(group, [geometry, *([near.id_column] if near.id_column else [])]):
        column = batch.column(geometry)
        wkb.append(column.cast(pa.large_binary()))
        rows = first + np.arange(len(column))
        if near.checked:
            must_be_sound(from_arrow(column, ZONE, first_row=first), group.crs, ZONE, None, first)
        else:
            must_be_valid(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), ZONE, rows)
        if near.id_column:
            ids.append(batch.column(near.id_column).cast(pa.string()))
    rings = _rings_in(pa.concat_arrays(wkb), group.crs, crs)
    return _Parts.of(rings, first_zone, pa.concat_arrays(ids) if ids else None)


def _rings_in(column: pa.Array, theirs: str, crs: str) -> Rings:
    if theirs == crs:
        return from_arrow(column, ZONE)
    # Another zone of the projection, or degrees: long edges are divided first, as every overlay does it.
    shapes = gpd.GeoSeries(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), crs=theirs)
    return ZoneIndex.of(shapes, crs, checked=True).rings


def _may_meet(group: Piece, piece: Piece) -> bool:
    """Say whether zones of a row group may lie near a piece; both in degrees where their systems differ."""
    if group.box is None or piece.box is None:
        return True
    a, b = group.box, piece.box
    if group.crs != piece.crs:
        a, b = _degrees(a, group.crs), _degrees(b, piece.crs)
    return a[0] <= b[2] and a[2] >= b[0] and a[1] <= b[3] and a[3] >= b[1]


@lru_cache(maxsize=4096)
def _degrees(box: Box, crs: str) -> Box:
    """Bound a box in degrees, a little too wide rather than too narrow."""
    change = Transformer.from_crs(crs, "EPSG:4490", always_xy=True)
    west, south, east, north = change.transform_bounds(*box, densify_pts=21)
    return west - _MARGIN_DEGREES, south - _MARGIN_DEGREES, east + _MARGIN_DEGREES, north + _MARGIN_DEGREES


def _joined(found: list[Rings]) -> Rings:
    """Put polygons end to end."""
    if len(found) == 1:
        return found[0]

    def offsets(name: str) -> NDArray[np.int64]:
        counts = [np.diff(getattr(rings, name)) for rings in found]
        return _ends(np.concatenate([np.empty(0, np.int64), *counts]))

    xy = np.concatenate([np.empty((0, 2)), *(rings.xy for rings in found)])
    return Rings(xy, offsets("ring_off"), offsets("part_off"), offsets("row_off"))


def _ends(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _gathered(
    offsets: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the members of the chosen groups one after another, and where each group begins among them."""
    counts = offsets[chosen + 1] - offsets[chosen]
    starts = _ends(counts)
    return np.repeat(offsets[chosen] - starts[:-1], counts) + np.arange(starts[-1]), starts


def no_column(name: str, column: str, there: list[str]) -> WrongUse:
    """Give the error for a column that a file does not have."""
    return WrongUse(
        Text(f"“{name}”没有字段“{column}”。", f"“{name}” has no column “{column}”."),
        Text(f"可用字段:{'、'.join(there)}。", f"It has: {', '.join(there)}."),
        column=column,
    )
