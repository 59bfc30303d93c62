"""Overlay of one piece with the zones near it: the work that an engine maps over pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.geo.area import area_m2
from tuban.geo.coords import from_arrow
from tuban.geo.overlay_pairs import measure_pairs, must_hold
from tuban.geo.overlay_result import Tolerance, clipped, settled, slivers
from tuban.geo.overlay_sound import PARCEL
from tuban.geo.pieces import Piece, batches, geometry_of, parquet
from tuban.geo.pieces_zones import NearZones, Zones, no_column, zones_of
from tuban.geo.zone_index import ZoneIndex

AREA = "_area_m2"


@dataclass(frozen=True)
class Task:
    """All that a worker needs to know: which rows, where the zones near them lie, and what counts."""

    piece: Piece
    near: tuple[NearZones, ...]
    tolerance: Tolerance
    checked: bool
    id_column: str | None


def shares_of_piece(task: Task) -> pa.Table:
    """Give how much of each parcel of a piece lies in each zone near it: the work of one worker.

    Returns
    -------
    A row for each pair, by parcel, layer and zone: `county`, `file`, `parcel` (row of the file), `parcel_id`
    (where asked for), `layer`, `zone` (row of its layer), `zone_id` (where asked for), `area_m2`, `share`.
    """
    piece = task.piece
    with parquet(piece.place, piece.file) as handle:
        geometry = geometry_of(handle)
        if task.id_column is not None and task.id_column not in handle.schema_arrow.names:
            raise no_column(piece.file or piece.place, task.id_column, handle.schema_arrow.names)
    zones = [zones_of(near, piece) for near in task.near]
    columns = [geometry, AREA, *([task.id_column] if task.id_column else [])]
    found = []
    for first, batch in batches(piece, columns):
        rows = _Rows(first, batch, geometry, piece.crs)
        found.append(_table(task, zones, first, batch, [*_measured(task, rows, zones)]))
    return pa.concat_tables(found)


def _measured(task: Task, rows: _Rows, zones: list[Zones]) -> Iterator[pd.DataFrame]:
    for layer, near in enumerate(zones):
        if len(near.number):
            frame = rows.shares(near.index, task)
            place = frame["zone"].to_numpy()
            yield frame.assign(layer=layer, near=place, zone=near.number[place])


class _Rows:
    """The parcels of one batch; geometry objects are made only where something asks for them."""

    def __init__(self, first: int, batch: pa.RecordBatch, geometry: str, crs: str) -> None:
        self.first = first
        self._crs = crs
        self._wkb = batch.column(geometry)
        self._rings = from_arrow(self._wkb, PARCEL, first_row=first)
        self._stated = batch.column(AREA).to_numpy() if AREA in batch.schema.names else None

    @cached_property
    def _all(self) -> NDArray[Any]:
        return shapely.from_wkb(self._wkb.to_numpy(zero_copy_only=False))

    def _shapes(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        return self._all[rows]

    def shares(self, index: ZoneIndex, task: Task) -> pd.DataFrame:
        pairs = measure_pairs(self._rings, index, threads=1, first_row=self.first)
        must_hold(self._rings, index.crs, pairs, None if task.checked else self._shapes, self.first)

        def cut(which: NDArray[np.intp]) -> NDArray[Any]:
            return clipped(self._rings, self._shapes, index, pairs, which, first_row=self.first)

        counts = ~slivers(pairs, task.tolerance, index.crs, cut)
        return settled(pairs, counts, self._statutory(pairs.parcel - self.first), task.tolerance).frame

    def _statutory(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        if self._stated is not None:
            return self._stated[rows]
        once, place = np.unique(rows, return_inverse=True)
        return area_m2(self._shapes(once), self._crs)[place]


def _table(
    task: Task, zones: list[Zones], first: int, batch: pa.RecordBatch, frames: list[pd.DataFrame]
) -> pa.Table:
    names = [near.layer for near in task.near]
    none = pd.DataFrame({"parcel": [], "zone": [], "area_m2": [], "share": [], "layer": [], "near": []})
    whole = pd.concat(frames, ignore_index=True) if frames else none
    whole = whole.astype(dict.fromkeys(("parcel", "zone", "layer", "near"), np.int64))
    whole = whole.sort_values(["parcel", "layer", "zone"], ignore_index=True)
    rows = len(whole)
    columns: dict[str, Any] = {
        "county": _same(task.piece.county, rows),
        "file": _same(task.piece.file, rows),
        "parcel": pa.array(whole["parcel"].to_numpy()),
    }
    if task.id_column:
        ids = batch.column(task.id_column).cast(pa.string())
        columns["parcel_id"] = ids.take(pa.array(whole["parcel"].to_numpy() - first))
    layer = whole["layer"].to_numpy(dtype=np.int32)
    columns["layer"] = pa.DictionaryArray.from_arrays(pa.array(layer), pa.array(names, pa.string()))
    columns["zone"] = pa.array(whole["zone"].to_numpy())
    if any(near.ids is not None for near in zones):
        ids = np.full(rows, None, dtype=object)
        for number, near in enumerate(zones):
            if near.ids is not None:
                mine = np.flatnonzero(layer == number)
                ids[mine] = near.ids.to_numpy(zero_copy_only=False)[whole["near"].to_numpy()[mine]]
        columns["zone_id"] = pa.array(ids, pa.string())
    columns["area_m2"] = pa.array(whole["area_m2"].to_numpy(dtype=np.float64))
    columns["share"] = pa.array(whole["share"].to_numpy(dtype=np.float64))
    return pa.table(columns)


def _same(word: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([word], pa.string()))
