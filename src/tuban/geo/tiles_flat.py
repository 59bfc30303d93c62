"""A layer as flat arrays on the square world of web maps.

A position is two whole numbers from 0 to 2³²: the world (EPSG:3857) from its upper left corner, 9.3 mm a step
on the equator (see `tiles_world`). A zoom's tile units are those numbers shifted right, so neighbours round alike everywhere and
edges that were shared stay shared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.errors import InvalidGeometry, Text
from tuban.geo.coords import from_arrow
from tuban.geo.tiles_wire import value_entry
from tuban.geo.tiles_world import WORLD_BITS, WORTH_A_GRID, lonlat_to_world, to_world

__all__ = ["WORLD_BITS", "Flat", "Kind", "flatten", "lonlat_to_world", "to_world"]

Kind = Literal["polygon", "line", "point"]
Index = NDArray[np.int64]
# Positions, starts of the parts in them, which parts begin a polygon, starts of the features in the parts.
Positions = tuple[NDArray[np.uint32], Index, NDArray[np.uint8], Index]
_ROWS_AT_ONCE = 20_000
_THREADS = min(os.cpu_count() or 1, 4)
_ROW = Text("对象", "object")
TYPE_IDS: dict[Kind, int] = {"point": 0, "line": 1, "polygon": 3}
ARRAYS = ("xy", "ring", "shell", "feature", "box", "code", "value_start", "value_bytes", "area", "merge")


@dataclass(frozen=True, slots=True)
class Flat:
    """n features in f parts (rings of polygons, lines, points) with v positions.

    `xy` v × 2 uint32; `ring` f + 1 starts in `xy`; `shell` f, 1 where a part begins a polygon; `feature` n + 1
    starts in the parts; `box` 4 × n int64 (west, north, east, south: y grows to the south).
    `code` p × n: for each of p properties the number of its value, -1 for none; `value_start` and
    `value_bytes`: the written values. `area` n × 8 bytes of float64 m², or 0 × 8. `merge` n: the class that features are
    merged by where they are too many, as a value number, -1 for none.
    """

    kind: Kind
    keys: tuple[str, ...]
    merge_key: int
    xy: NDArray[np.uint32]
    ring: NDArray[np.int64]
    shell: NDArray[np.uint8]
    feature: NDArray[np.int64]
    box: NDArray[np.int64]
    code: NDArray[np.int32]
    value_start: NDArray[np.int64]
    value_bytes: NDArray[np.uint8]
    area: NDArray[np.uint8]
    merge: NDArray[np.int32]

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder."""
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        about = {"kind": self.kind, "keys": self.keys, "merge_key": self.merge_key}
        (folder / "flat.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Flat:
        """Open the arrays of a folder; the large ones stay on disk until they are touched."""
        about = json.loads((folder / "flat.json").read_text(encoding="utf-8"))
        arrays = {}
        for name in ARRAYS:
            file = folder / f"{name}.npy"
            # Copy-on-write, since the kernels are compiled for arrays that may be written; none is.
            arrays[name] = np.asarray(np.load(file, mmap_mode="c", allow_pickle=False))
        return cls(about["kind"], tuple(about["keys"]), about["merge_key"], **arrays)


def flatten(
    geometries: NDArray[np.object_] | pa.ChunkedArray,
    crs: str,
    kind: Kind,
    properties: dict[str, pd.Series],
    *,
    merge_by: str | None = None,
    area_m2: NDArray[np.float64] | None = None,
) -> Flat:
    """Give n geometries and their properties as flat arrays; missing and empty geometry has no parts.

    Parameters
    ----------
    geometries : objects, or WKB as stored: polygons are then read without making objects, in threads.
    crs : of the geometries, geographic or projected, east before north.
    merge_by : the property that merged features keep.
    """
    xy, ring, shell, feature = _positions(geometries, crs, kind)
    box = _boxes(xy, ring, feature, len(geometries))
    keys = tuple(properties)
    code, value_start, value_bytes = _values([properties[key] for key in keys], len(geometries))
    merge_key = keys.index(merge_by) if merge_by in keys else -1
    merge = code[merge_key] if merge_key >= 0 else np.full(len(geometries), -1, dtype=np.int32)
    area = np.empty((0, 8), dtype=np.uint8)
    if area_m2 is not None and kind == "polygon":
        area = np.ascontiguousarray(area_m2, dtype="<f8").view(np.uint8).reshape(-1, 8)
    return Flat(
        kind,
        keys,
        merge_key,
        xy,
        ring,
        shell,
        feature,
        box,
        code,
        value_start,
        value_bytes,
        area,
        merge.copy(),
    )


def warm() -> None:
    """Load the compiled kernels that read and project polygons, or compile them where they never ran."""
    xy = np.tile([[500_000.0, 3_600_000.0], [501_000.0, 3_601_000.0]], (WORTH_A_GRID, 1))
    to_world(xy, "EPSG:4547")
    column = pa.chunked_array([pa.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], pa.binary())])
    flatten(column, "EPSG:4490", "polygon", {})


def _positions(geometries: NDArray[np.object_] | pa.ChunkedArray, crs: str, kind: Kind) -> Positions:
    if isinstance(geometries, pa.ChunkedArray):
        column: Any = geometries
        if kind == "polygon":
            try:
                return _polygons(column, crs)
            except InvalidGeometry:
                pass  # kept so at its import: GEOS reads what the plain reader refuses
        geometries = shapely.from_wkb(column.to_numpy())
    parts, part_of = shapely.get_parts(geometries, return_index=True)
    keep = shapely.get_type_id(parts) == TYPE_IDS[kind]
    if not keep.all():
        parts, part_of = parts[keep], part_of[keep]
    if kind == "polygon":
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        feature_of = part_of[ring_part]
        shell = np.ones(len(rings), dtype=np.uint8)
        shell[1:] = ring_part[1:] != ring_part[:-1]
    else:
        rings, feature_of = parts, part_of
        shell = np.ones(len(rings), dtype=np.uint8)
    counts = shapely.get_num_coordinates(rings)
    ring = _starts(counts)
    feature = _starts(np.bincount(feature_of, minlength=len(geometries)))
    return to_world(shapely.get_coordinates(rings), crs), ring, shell, feature


def _polygons(column: pa.ChunkedArray, crs: str) -> Positions:
    """Read WKB straight into positions, a block of rows at a time, in threads."""
    blocks = [
        chunk.slice(start, _ROWS_AT_ONCE)
        for chunk in column.chunks
        for start in range(0, len(chunk), _ROWS_AT_ONCE)
    ]

    def work(block: pa.Array) -> tuple[NDArray[np.uint32], NDArray[np.int64], Index, Index]:
        rings = from_arrow(block, _ROW)
        return to_world(rings.xy, crs), rings.ring_off, rings.part_off, rings.row_off

    with ThreadPoolExecutor(_THREADS) as pool:
        done = list(pool.map(work, blocks))
    xy, ring_off, part_off, row_off = zip(*done, strict=True) if done else ((), (), (), ())
    part, row = _end_to_end(part_off), _end_to_end(row_off)
    ring = _end_to_end(ring_off)
    shell = np.zeros(len(ring) - 1, dtype=np.uint8)
    shell[part[:-1]] = 1
    return np.concatenate([np.empty((0, 2), np.uint32), *xy]), ring, shell, part[row]


def _end_to_end(offsets: Sequence[Index]) -> Index:
    return _starts(np.concatenate([np.empty(0, np.int64), *(np.diff(each) for each in offsets)]))


def _starts(counts: NDArray[Any]) -> NDArray[np.int64]:
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def _boxes(
    xy: NDArray[np.uint32], ring: NDArray[np.int64], feature: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    # A feature without parts gets a box that touches nothing.
    box = np.empty((4, n), dtype=np.int64)
    box[:2], box[2:] = 2**40, -1
    first, last = ring[feature[:-1]], ring[feature[1:]]
    some = np.flatnonzero(last > first)
    if len(some):
        for side, values in enumerate((xy[:, 0], xy[:, 1])):
            box[side, some] = np.minimum.reduceat(values, first[some])
            box[side + 2, some] = np.maximum.reduceat(values, first[some])
    return box


def _values(
    columns: Sequence[pd.Series], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.uint8]]:
    codes = np.full((len(columns), n), -1, dtype=np.int32)
    entries: list[bytes] = []
    for row, column in enumerate(columns):
        dates = pd.api.types.is_datetime64_any_dtype(column.dtype)
        shown = column.dt.strftime("%Y-%m-%d") if dates else column
        code, unique = pd.factorize(shown, use_na_sentinel=True)
        codes[row] = np.where(code >= 0, code + len(entries), -1)
        entries += [value_entry(value) for value in unique]
    starts = _starts(np.array([len(entry) for entry in entries], dtype=np.int64))
    return codes, starts, np.frombuffer(b"".join(entries), dtype=np.uint8).copy()
