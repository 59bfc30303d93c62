"""A layer version's rows, ready to be asked: memory-mapped columns, boxes and geometries.

The GeoParquet of a version is the truth; it is compressed, so finding one object in it takes tens of
milliseconds. An uncompressed Arrow copy in the workspace's cache answers in well under one, takes no
memory of its own (the operating system pages it), and can be deleted at any time.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import Transformer

from tuban.domain.version import LayerVersion
from tuban.service.filters import Filter, containing, matching, unknown_field

Box = tuple[float, float, float, float]
DEGREES = "EPSG:4490"
SIDES = ("_west", "_south", "_east", "_north")
MARGIN = 0.01  # degrees
LARGE = 1000  # positions, from which a polygon stays read
MOST_LARGE = 128  # of them in a version
INTERNAL = ("_fid", "_area_m2", "_length_m")


@dataclass(slots=True)
class Rows:
    """All rows of one version. `boxes` are in the stored system; empty geometry has NaN sides."""

    version: LayerVersion
    table: pa.Table
    wkb: pa.Array | None
    boxes: np.ndarray | None
    area_m2: np.ndarray | None
    length_m: np.ndarray | None
    _large: dict[int, shapely.Geometry] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def columns(self) -> list[str]:
        """Name the columns that came with the layer, in stored order."""
        return self.table.column_names

    def geometries(self, fids: np.ndarray) -> np.ndarray:
        """Give the geometries of some rows in the stored system; None where there is none."""
        if self.wkb is None:
            return np.full(len(fids), None, dtype=object)
        return shapely.from_wkb(self.wkb.take(pa.array(fids)).to_numpy(zero_copy_only=False))

    def holding(self, fids: np.ndarray, x: float, y: float) -> np.ndarray:
        """Say of some polygons whether they hold a point (stored system).

        A county's outline takes milliseconds to read and to search: large ones stay read, with an index.
        """
        shapes = np.array([self._large.get(fid) for fid in fids.tolist()], dtype=object)
        new = np.flatnonzero(shapely.is_missing(shapes))
        shapes[new] = self.geometries(fids[new])
        held = shapely.intersects(shapes, shapely.points(x, y))
        for at in new[shapely.get_num_coordinates(shapes[new]) >= LARGE]:
            self._keep(int(fids[at]), shapes.item(at))
        return held

    def _keep(self, fid: int, shape: shapely.Geometry) -> None:
        with self._guard:
            if len(self._large) >= MOST_LARGE:
                self._large.pop(next(iter(self._large)))
            shapely.prepare(shape)
            # The index is made at the first question, which must not come from two threads at once.
            shapely.intersects(shape, shapely.centroid(shapely.envelope(shape)))
            self._large[fid] = shape

    def properties(self, fids: np.ndarray, columns: Sequence[str] | None = None) -> list[dict]:
        """Give the values of some rows, one dict a row."""
        table = self.table if columns is None else self.table.select(list(columns))
        return table.take(pa.array(fids, type=pa.int64())).to_pylist()

    def select(
        self, *, filters: Sequence[Filter] = (), q: str = "", bbox: Box | None = None, sort: str | None = None
    ) -> np.ndarray:
        """Give the ids of the rows that meet all conditions, in stored or the asked order.

        `bbox` is in degrees. `sort` is a column name, with `-` before it for the largest first.
        """
        mask = matching(self.table, filters)
        if q.strip():
            found = containing(self.table, self.columns, q.strip())
            mask = found if mask is None else mask & found
        fids = np.arange(self.table.num_rows) if mask is None else np.flatnonzero(mask)
        if bbox is not None:
            fids = fids[np.isin(fids, self.in_box(bbox), assume_unique=True)]
        return self._sorted(fids, sort) if sort else fids

    def in_box(self, bbox: Box) -> np.ndarray:
        """Give the ids of the rows whose geometry touches the box (degrees)."""
        if self.boxes is None or self.version.crs is None:
            return np.empty(0, dtype=np.int64)
        around = self.version.bounds
        if around is None:
            return np.empty(0, dtype=np.int64)
        # Cut to what the layer covers: a projected system cannot hold the whole globe.
        bbox = (
            max(bbox[0], around[0] - MARGIN),
            max(bbox[1], around[1] - MARGIN),
            min(bbox[2], around[2] + MARGIN),
            min(bbox[3], around[3] + MARGIN),
        )
        if bbox[0] > bbox[2] or bbox[1] > bbox[3]:
            return np.empty(0, dtype=np.int64)
        west, south, east, north = from_degrees_box(bbox, self.version.crs)
        b = self.boxes
        touching = np.flatnonzero((b[0] <= east) & (b[2] >= west) & (b[1] <= north) & (b[3] >= south))
        within = (
            (b[0][touching] >= west)
            & (b[2][touching] <= east)
            & (b[1][touching] >= south)
            & (b[3][touching] <= north)
        )
        doubtful = touching[~within]
        exact = shapely.intersects(self.geometries(doubtful), shapely.box(west, south, east, north))
        return np.sort(np.concatenate([touching[within], doubtful[exact]]))

    def _sorted(self, fids: np.ndarray, sort: str) -> np.ndarray:
        name, order = (sort[1:], "descending") if sort.startswith("-") else (sort, "ascending")
        if name == "_area_m2" and self.area_m2 is not None:
            column = pa.array(self.area_m2[fids])
        elif name in self.columns:
            column = self.table.column(name).take(pa.array(fids))
        else:
            raise unknown_field(name, self.columns)
        keys = pa.table({"value": column, "fid": fids})
        order_of = pc.sort_indices(keys, sort_keys=[("value", order), ("fid", "ascending")])  # pyright: ignore[reportAttributeAccessIssue]
        return fids[order_of.to_numpy()]


class OpenRows:
    """The versions whose rows are open; safe to ask from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, Rows] = {}
        self._guard = threading.Lock()
        self._building: dict[str, threading.Lock] = {}

    def of(self, version: LayerVersion, file: Path) -> Rows:
        """Give the rows of a version; the first time, its Arrow copy is made from `file`."""
        key = f"{version.code}-{version.number}-{version.sha256[:12]}"
        with self._guard:
            if key in self._open:
                return self._open[key]
            building = self._building.setdefault(key, threading.Lock())
        with building:
            if key not in self._open:
                copy = self.folder / f"{key}.arrow"
                if not copy.exists():
                    write_copy(file, copy)
                self._open[key] = open_copy(copy, version)
            return self._open[key]


def write_copy(parquet: Path, copy: Path) -> None:
    """Write a version's rows uncompressed; the copy appears whole or not at all."""
    source = pq.ParquetFile(parquet)
    geo = json.loads((source.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    geometry = geo.get("primary_column")
    table = source.read()
    kept = [
        name
        for name in table.column_names
        if name != geometry and not (geometry and pa.types.is_struct(table.schema.field(name).type))
    ]
    columns: dict[str, pa.ChunkedArray | pa.Array] = {name: _plain(table.column(name)) for name in kept}
    if geometry:
        wkb = table.column(geometry).cast(pa.large_binary())
        sides = shapely.bounds(shapely.from_wkb(wkb.to_numpy()))
        columns |= {name: pa.array(sides[:, i]) for i, name in enumerate(SIDES)}
        columns["_wkb"] = wkb
    result = pa.table(columns).combine_chunks()
    copy.parent.mkdir(parents=True, exist_ok=True)
    part = copy.with_name(f"{copy.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, result.schema) as writer:
            writer.write_table(result, max_chunksize=max(result.num_rows, 1))
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)


def open_copy(copy: Path, version: LayerVersion) -> Rows:
    """Open an Arrow copy without reading it into memory."""
    table = pa.ipc.open_file(pa.memory_map(str(copy))).read_all()

    def numbers(name: str) -> np.ndarray | None:
        if name not in table.column_names:
            return None
        return table.column(name).combine_chunks().to_numpy(zero_copy_only=False)

    sides = [numbers(name) for name in SIDES]
    hidden = {*INTERNAL, *SIDES, "_wkb"}
    return Rows(
        version,
        table.select([name for name in table.column_names if name not in hidden]),
        table.column("_wkb").combine_chunks() if "_wkb" in table.column_names else None,
        np.array(sides) if sides[0] is not None else None,
        numbers("_area_m2"),
        numbers("_length_m"),
    )


def transformer(source: str, target: str) -> Transformer:
    """Give a transformer between two systems, east before north.

    One a thread and pair would be faster to reuse, but PROJ objects must not be shared by threads.
    """
    pairs: dict[tuple[str, str], Transformer] = _local.__dict__.setdefault("pairs", {})
    if (source, target) not in pairs:
        pairs[source, target] = Transformer.from_crs(source, target, always_xy=True)
    return pairs[source, target]


def to_degrees(geometries: np.ndarray, crs: str) -> np.ndarray:
    """Give geometries in longitude and latitude; None stays None."""
    if crs == DEGREES:
        return geometries
    change = transformer(crs, DEGREES)
    return shapely.transform(geometries, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1])))


def to_degrees_boxes(boxes: np.ndarray, crs: str) -> np.ndarray:
    """Give boxes (n × 4) in degrees: the box around each transformed outline."""
    if crs == DEGREES or len(boxes) == 0:
        return boxes
    change = transformer(crs, DEGREES)
    w, s, e, n = boxes.T
    # Nine points a box: a meridian of the stored system is not one of the globe.
    xs = np.stack([w, (w + e) / 2, e, w, (w + e) / 2, e, w, (w + e) / 2, e])
    ys = np.stack([s, s, s, (s + n) / 2, (s + n) / 2, (s + n) / 2, n, n, n])
    lon, lat = change.transform(xs.ravel(), ys.ravel())
    lon, lat = np.asarray(lon).reshape(9, -1), np.asarray(lat).reshape(9, -1)
    return np.column_stack([lon.min(0), lat.min(0), lon.max(0), lat.max(0)])


def from_degrees_box(bbox: Box, crs: str) -> Box:
    """Give a box in degrees as a box in another system."""
    if crs == DEGREES:
        return bbox
    return transformer(DEGREES, crs).transform_bounds(*bbox, densify_pts=11)


def point_from_degrees(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """Give a point in degrees in another system."""
    return (lon, lat) if crs == DEGREES else transformer(DEGREES, crs).transform(lon, lat)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    # One chunk must be able to hold a whole column of text.
    return column.cast(pa.large_string()) if pa.types.is_string(kind) else column


_local = threading.local()
