"""Many polygons as plain coordinates: from Arrow's WKB or from shapely, in the shape that the kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.errors import InvalidGeometry, Text
from tuban.geo import kernel_grid, kernel_wkb

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Rings:
    """n polygons with parts and holes.

    Row r has the parts `row_off[r]:row_off[r+1]`, part p the rings `part_off[p]:part_off[p+1]` (the shell
    first), ring q the points `xy[ring_off[q]:ring_off[q+1]]`, closed.
    """

    xy: Array
    ring_off: Index
    part_off: Index
    row_off: Index

    def __len__(self) -> int:
        return len(self.row_off) - 1

    @cached_property
    def row_box(self) -> Array:
        """Give west, south, east, north of each row; turned inside out where it has no point."""
        return boxes(self.xy, self.ring_off, self.part_off[self.row_off])

    @cached_property
    def most_points(self) -> int:
        """Give the number of points of the row that has most."""
        return int(np.diff(self.ring_off[self.part_off[self.row_off]]).max(initial=0))

    def near(self, box: tuple[float, float, float, float]) -> Rings:
        """Give the same rows; those whose own box does not touch the given one have an empty box."""
        west, south, east, north = box
        held = self.row_box
        far = (held[:, 0] > east) | (held[:, 2] < west) | (held[:, 1] > north) | (held[:, 3] < south)
        made = Rings(self.xy, self.ring_off, self.part_off, self.row_off)
        boxes_ = held.copy()
        boxes_[far] = [np.inf, np.inf, -np.inf, -np.inf]
        made.__dict__["row_box"] = boxes_  # where the cached property keeps it
        return made

    def shapes(self, rows: NDArray[np.integer]) -> NDArray[Any]:
        """Give some rows as geometries; one with no part is an empty multipolygon."""
        unique, place = np.unique(rows, return_inverse=True)
        first, last = self.row_off[unique], self.row_off[unique + 1]
        parts = _runs(first, last)
        rings = _runs(self.part_off[parts], self.part_off[parts + 1])
        points = _runs(self.ring_off[rings], self.ring_off[rings + 1])
        offsets = [
            np.concatenate([[0], np.cumsum(count)])
            for count in (
                self.ring_off[rings + 1] - self.ring_off[rings],
                self.part_off[parts + 1] - self.part_off[parts],
            )
        ]
        polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, self.xy[points], tuple(offsets))
        made = np.empty(len(unique), dtype=object)
        single = last - first == 1
        owner = np.repeat(np.arange(len(unique)), last - first)
        made[single] = polygons[single[owner]]
        for row in np.flatnonzero(~single):
            made[row] = shapely.multipolygons(polygons[owner == row])
        return made[place]


def _runs(first: Index, last: Index) -> Index:
    """Give first[0]…last[0]−1, first[1]…last[1]−1 and so on."""
    length = last - first
    return np.arange(length.sum()) + np.repeat(first - np.cumsum(length) + length, length)


def from_arrow(column: pa.Array | pa.ChunkedArray, what: Text, *, first_row: int = 0) -> Rings:
    """Give the polygons of a column of WKB; null, empty, points and lines have no part.

    Parameters
    ----------
    what : how messages call a row ("图斑", "parcel"); `first_row` is the number of the column's first row.

    Raises
    ------
    InvalidGeometry : bytes that are no geometry, rings that are open, coordinates that are not numbers.
    """
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], type=pa.binary())
    present = np.ones(len(column), dtype=np.bool_)
    if column.null_count:
        present = column.is_valid().to_numpy(zero_copy_only=False)
    data, offsets = _buffers(column)
    row, points, rings, parts = kernel_wkb.sizes(data, offsets, present)
    if row != kernel_wkb.UNDERSTOOD:
        # Z, M, big-endian, collections, points: rare, so GEOS turns them into the plain form.
        return from_shapes(_parsed(column, what, first_row), what, first_row=first_row)
    xy = np.empty((points, 2))
    ring_off, part_off = np.zeros(rings + 1, np.int64), np.zeros(parts + 1, np.int64)
    row_off = np.zeros(len(column) + 1, np.int64)
    kernel_wkb.fill(data, offsets, present, xy.view(np.uint64).reshape(-1), ring_off, part_off, row_off)
    return _sound(Rings(xy, ring_off, part_off, row_off), what, first_row)


def from_shapes(shapes: NDArray[Any], what: Text, *, first_row: int = 0) -> Rings:
    """Give the polygons of n shapely geometries; see `from_arrow`."""
    shapes = np.asarray(shapes, dtype=object)
    kind = shapely.get_type_id(shapes)
    plain = (kind == 3) | (kind == 6)
    if not plain.all():
        shapes = shapes.copy()
        for i in np.flatnonzero(~plain):
            shapes[i] = _areal(shapes[i])
    wkb = shapely.to_wkb(shapes, output_dimension=2, byte_order=1, flavor="iso")
    return from_arrow(pa.array(wkb, type=pa.large_binary()), what, first_row=first_row)


def to_arrow(rings: Rings) -> pa.LargeBinaryArray:
    """Give polygons as a column of WKB: a polygon where a row has one part, else a multipolygon."""
    ring_bytes = np.concatenate([[0], np.cumsum(4 + 16 * np.diff(rings.ring_off))])
    part_bytes = 9 + np.diff(ring_bytes[rings.part_off])
    upto = np.concatenate([[0], np.cumsum(part_bytes)])
    size = np.diff(upto[rings.row_off]) + np.where(np.diff(rings.row_off) == 1, 0, 9)
    offsets = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    data = np.empty(offsets[-1], np.uint8)
    words = np.ascontiguousarray(rings.xy).view(np.uint64).reshape(-1)
    kernel_wkb.write(words, rings.ring_off, rings.part_off, rings.row_off, offsets, data)
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(rings), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def boxes(xy: Array, ring_off: Index, part_off: Index) -> Array:
    """Give west, south, east, north of each part; turned inside out where it has no point."""
    box = np.empty((len(part_off) - 1, 4))
    kernel_grid.boxes(xy, ring_off, part_off, box)
    return box


def _areal(shape: Any) -> Any:
    """Give the polygons of a collection; nothing of a point or line."""
    if shape is None or shapely.get_type_id(shape) != 7:
        return None
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) == 7).any():
        parts = shapely.get_parts(parts)
    parts = shapely.get_parts(parts[shapely.get_dimensions(parts) == 2])
    return shapely.multipolygons(parts) if len(parts) else None


def _buffers(column: pa.Array) -> tuple[NDArray[np.uint8], Index]:
    wide = pa.types.is_large_binary(column.type)
    if not wide and not pa.types.is_binary(column.type):
        column, wide = column.cast(pa.large_binary()), True
    _, raw_offsets, raw = column.buffers()
    kind = np.int64 if wide else np.int32
    if raw_offsets is None or len(column) == 0:
        return np.zeros(0, np.uint8), np.zeros(len(column) + 1, np.int64)
    offsets = np.frombuffer(raw_offsets, kind)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(raw, np.uint8) if raw is not None and raw.size else np.zeros(0, np.uint8)
    return data, offsets.astype(np.int64)


def _parsed(column: pa.Array, what: Text, first_row: int) -> NDArray[Any]:
    wkb = column.to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    broken = np.flatnonzero(shapely.is_missing(shapes) & column.is_valid().to_numpy(zero_copy_only=False))
    if len(broken):
        raise refused(what, first_row + int(broken[0]), "不是可读的图形", "no readable geometry")
    return shapes


def _sound(rings: Rings, what: Text, first_row: int) -> Rings:
    row = kernel_wkb.faulty_row(rings.xy, rings.ring_off, rings.part_off, rings.row_off)
    if row != kernel_wkb.UNDERSTOOD:
        reason = "环不闭合、点数不足或坐标不是数", "a ring is open or too short, or a coordinate is no number"
        raise refused(what, first_row + row, *reason)
    return rings


def refused(what: Text, row: int, reason_zh: str, reason_en: str, count: int = 1) -> InvalidGeometry:
    """Give the error for a row whose geometry cannot be overlaid."""
    return InvalidGeometry(
        Text(
            f"第 {row + 1} 个{what.zh}的几何无效({reason_zh}),共 {count} 个,无法叠加。",
            f"The geometry of {what.en} {row + 1} is invalid ({reason_en}), {count} in all: no overlay.",
        ),
        Text(
            "请在制图软件中修复几何后重新入库。",
            "Repair the geometry in your GIS and import the layer again.",
        ),
        row=row,
    )
