"""A layer as flat arrays on the square world of web maps: the only place that projects to Web Mercator.

A position is two whole numbers from 0 to 2³²: the world (EPSG:3857) from its upper left corner, 9.3 mm a step
on the equator. A zoom's tile units are those numbers shifted right, so neighbours round alike everywhere and
edges that were shared stay shared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from tuban.geo.tiles_wire import value_entry

Kind = Literal["polygon", "line", "point"]
WORLD_BITS = 32
DEGREES = "EPSG:4490"
# The square world ends here, in degrees of latitude.
FARTHEST_NORTH = 85.051128
CHUNK = 1_000_000
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
    geometries: NDArray[np.object_],
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
    crs : of the geometries, geographic or projected, east before north.
    merge_by : the property that merged features keep.
    """
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
    xy = to_world(shapely.get_coordinates(rings), crs)
    feature = _starts(np.bincount(feature_of, minlength=len(geometries)))
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


def to_world(xy: NDArray[np.float64], crs: str) -> NDArray[np.uint32]:
    """Give positions on the square world, v × 2 uint32, y growing to the south."""
    change = None if crs == DEGREES else Transformer.from_crs(crs, DEGREES, always_xy=True)
    world = np.empty((len(xy), 2), dtype=np.uint32)
    for start in range(0, len(xy), CHUNK):
        lon, lat = xy[start : start + CHUNK].T
        if change is not None:
            lon, lat = change.transform(lon, lat)
        world[start : start + CHUNK] = lonlat_to_world(np.asarray(lon), np.asarray(lat))
    return world


def lonlat_to_world(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Give degrees as positions on the square world (spherical Mercator on the angles, as web maps do)."""
    scale = float(2**WORLD_BITS)
    angle = np.radians(np.clip(lat, -FARTHEST_NORTH, FARTHEST_NORTH))
    x = (lon + 180) / 360 * scale
    y = (1 - np.arcsinh(np.tan(angle)) / np.pi) / 2 * scale
    return np.clip(np.rint(np.column_stack([x, y])), 0, scale - 1).astype(np.uint32)


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
