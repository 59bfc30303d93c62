"""A layer of zones of any size: what lies near a piece is read, converted and cut out for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

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
_MARGIN_DEGREES = 1e-4  # about ten metres: a bent side of a box, seen from another system


@dataclass(frozen=True)
class NearZones:
    """Those zones of a layer that a piece may meet, of each only the parts near it.

    `wkb` m polygons in the piece's system, `zone` the number of each in its layer, `ids` what the layer calls
    them (None where nobody asked).
    """

    layer: str
    zone: NDArray[np.int64]
    wkb: pa.Array
    ids: pa.Array | None


class ZoneLayer:
    """A layer of zones at whoever plans the work: its row groups are read when a piece comes near them.

    What was read last is kept, up to `kept_bytes`: pieces follow one another in space, so most find their
    zones there. A layer larger than memory is divided into files or row groups, as the store writes them.
    """

    def __init__(
        self,
        name: str,
        place: str | Path,
        *,
        id_column: str | None = None,
        checked: bool = False,
        kept_bytes: int = 512 * 1024**2,
    ) -> None:
        """Open a dataset of zones, as `pieces_of` takes it; zones are numbered row after row, file after file."""
        self.name = name
        self._id_column = id_column
        self._checked = checked
        self._groups = pieces_of(place, rows=1)
        self._first_zone = _first_rows(self._groups)
        self._kept: OrderedDict[tuple[int, str], _Parts] = OrderedDict()
        self._room = kept_bytes

    def near(self, piece: Piece) -> NearZones:
        """Give the zones that a piece may meet.

        Raises
        ------
        InvalidGeometry : a zone that crosses itself, unless they are `checked` already. WrongUse : no such
        column of ids.
        """
        found = [
            self._parts(number, piece.crs).within(piece.box)
            for number, group in enumerate(self._groups)
            if _may_meet(group, piece)
        ]
        zone = np.concatenate([np.empty(0, np.int64), *(each[0] for each in found)])
        wkb = pa.concat_arrays([pa.array([], pa.large_binary()), *(each[1] for each in found)])
        ids = None
        if self._id_column is not None:
            ids = pa.concat_arrays([pa.array([], pa.string()), *(each[2] for each in found)])
        return NearZones(self.name, zone, wkb, ids)

    def _parts(self, number: int, crs: str) -> _Parts:
        key = number, crs
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = self._read(number, crs)
        while len(self._kept) > 1 and sum(parts.nbytes for parts in self._kept.values()) > self._room:
            self._kept.popitem(last=False)
        return made

    def _read(self, number: int, crs: str) -> _Parts:
        group = self._groups[number]
        with parquet(group.place, group.file) as handle:
            geometry, names = geometry_of(handle), handle.schema_arrow.names
        if self._id_column is not None and self._id_column not in names:
            raise no_column(group.file or group.place, self._id_column, names)
        wkb: list[pa.Array] = []
        ids: list[pa.Array] = []
        for first, batch in batches(group, [geometry, *([self._id_column] if self._id_column else [])]):
            column = batch.column(geometry)
            wkb.append(column.cast(pa.large_binary()))
            rows = first + np.arange(len(column))
            if self._checked:
                must_be_sound(from_arrow(column, ZONE, first_row=first), group.crs, ZONE, None, first)
            else:
                must_be_valid(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), ZONE, rows)
            if self._id_column:
                ids.append(batch.column(self._id_column).cast(pa.string()))
        rings = _rings_in(pa.concat_arrays(wkb), group.crs, crs)
        return _Parts.of(rings, self._first_zone[number], pa.concat_arrays(ids) if ids else None)


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

    def within(self, box: Box | None) -> tuple[NDArray[np.int64], pa.Array, pa.Array | None]:
        """Give the numbers of the zones near a box, of each the parts that touch it, and their ids."""
        if box is None:
            part = np.arange(len(self.zone))
        else:
            west, south, east, north = box
            own = self.box
            part = np.flatnonzero(
                (own[:, 0] <= east) & (own[:, 2] >= west) & (own[:, 1] <= north) & (own[:, 3] >= south)
            )
        zone, place = np.unique(self.zone[part], return_inverse=True)
        ring, part_off = _gathered(self.rings.part_off, part)
        point, ring_off = _gathered(self.rings.ring_off, ring)
        polygons = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, self.rings.xy[point], (ring_off, part_off)
        )
        shapes = shapely.multipolygons(polygons, indices=place) if len(part) else np.empty(0, object)
        wkb = pa.array(shapely.to_wkb(shapes, flavor="iso"), type=pa.large_binary())
        return self.first + zone, wkb, None if self.ids is None else self.ids.take(pa.array(zone))


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


def _first_rows(groups: Sequence[Piece]) -> list[int]:
    """Number the rows of a dataset through all its files; gives the first of each group."""
    return [0, *accumulate(group.rows for group in groups)][:-1]


def _rings_in(column: pa.Array, theirs: str, crs: str) -> Rings:
    if theirs == crs:
        return from_arrow(column, ZONE)
    # Another zone of the projection, or degrees: long edges are divided first, as every overlay does it.
    shapes = gpd.GeoSeries(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), crs=theirs)
    return ZoneIndex.of(shapes, crs, checked=True).rings


def _gathered(
    offsets: NDArray[np.int64], chosen: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the members of the chosen groups one after another, and where each group begins among them."""
    counts = offsets[chosen + 1] - offsets[chosen]
    starts = np.concatenate([[0], np.cumsum(counts)])
    return np.repeat(offsets[chosen] - starts[:-1], counts) + np.arange(starts[-1]), starts


def no_column(name: str, column: str, there: list[str]) -> WrongUse:
    """Give the error for a column that a file does not have."""
    return WrongUse(
        Text(f"“{name}”没有字段“{column}”。", f"“{name}” has no column “{column}”."),
        Text(f"可用字段:{'、'.join(there)}。", f"It has: {', '.join(there)}."),
        column=column,
    )
