"""A layer of zones prepared once: what every overlay with it, and every question about one site, needs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from tuban.errors import Damaged, Text, WrongUse
from tuban.geo import kernel_grid, kernel_tree
from tuban.geo.area import LONGEST_EDGE_M, area_m2
from tuban.geo.coords import Rings, boxes, from_arrow, from_shapes
from tuban.geo.crs import Understood, convert, understand
from tuban.geo.kernel_area import ZoneArrays
from tuban.geo.overlay_sound import must_be_sound, must_be_valid, repaired

_FORMAT = 2  # of a saved index; another one is made again
_DEGREES_PER_METRE = 1 / 111_320
_RINGS = ("xy", "ring_off", "part_off", "row_off")
_ZONE = Text("分区", "zone")


@dataclass(frozen=True)
class ZoneIndex:
    """k zones of one layer, prepared.

    `crs` is the system ("EPSG:n") that it was prepared for, `rings` the zones in it, `part_zone` the zone of
    each part. The arrays hold everything: an index can be saved, loaded, and read by many threads at once.
    """

    crs: str
    rings: Rings
    part_zone: NDArray[np.int64]
    arrays: ZoneArrays

    @classmethod
    def of(
        cls, zones: gpd.GeoSeries, crs: Any = None, *, checked: bool = False, repair: bool = False
    ) -> ZoneIndex:
        """Prepare the zones of a layer.

        Parameters
        ----------
        zones : k polygons, CGCS2000.
        crs : system of the parcels to come, where it is another one: long edges are divided first, since an
            edge is straight in its own plane only.
        checked : they come from the store, whose intake refuses what is invalid. Then only what would make an
            area wrong is looked for, which is fast; else every fault of a polygon.
        repair : make what is invalid valid: ground inside some ring and not in a hole. Else it is refused.

        Raises
        ------
        InvalidGeometry : a zone that crosses itself; the message names the row.
        UnknownCRS, ForeignCRS : no system, or not CGCS2000.
        """
        target = must_be_ours(zones.crs if crs is None else crs)
        shapes = _in_system(zones, zones.crs if crs is None else crs)
        if repair:
            shapes = repaired(shapes)[0]
        elif not checked:
            must_be_valid(shapes, _ZONE)
        rings = from_shapes(shapes, _ZONE)
        if checked and not repair:
            must_be_sound(rings, target.code, _ZONE)
        return cls.of_rings(rings, target.code)

    @classmethod
    def of_wkb(cls, column: pa.Array | pa.ChunkedArray, crs: Any) -> ZoneIndex:
        """Prepare zones from the WKB of a stored layer version, in its own system, without geometry objects.

        Raises
        ------
        InvalidGeometry : a zone whose area is not what its outline shows; the message names the row.
        """
        rings, code = from_arrow(column, _ZONE), must_be_ours(crs).code
        must_be_sound(rings, code, _ZONE)
        return cls.of_rings(rings, code)

    @classmethod
    def of_rings(cls, rings: Rings, crs: str) -> ZoneIndex:
        """Prepare zones from plain coordinates in the plane of `crs` ("EPSG:n"), known to be sound."""
        xy, ring_off, part_off = rings.xy, rings.ring_off, rings.part_off
        box = boxes(xy, ring_off, part_off)
        counts = np.ones((len(box), 2), np.int64)
        kernel_grid.shapes_of_grids(ring_off, part_off, box, counts)
        cells = counts.prod(axis=1)
        cell_base = np.concatenate([[0], np.cumsum(cells)]).astype(np.int64)
        held = np.zeros(cell_base[-1] + 1, np.int64)
        none = np.empty((0, 4)), np.empty(0, np.int8), np.empty(0, np.int32), np.empty(0, np.int32)
        kernel_grid.list_edges(xy, ring_off, part_off, box, counts, cell_base, held, *none, True)
        cell_off = np.concatenate([[0], np.cumsum(held[:-1])]).astype(np.int64)
        edge, sign = np.empty((cell_off[-1], 4)), np.empty(cell_off[-1], np.int8)
        first_row, edge_at = np.empty(cell_off[-1], np.int32), np.empty(cell_off[-1], np.int32)
        inside = np.zeros(cell_base[-1], np.int8)
        at = cell_off.copy()
        kernel_grid.list_edges(
            xy, ring_off, part_off, box, counts, cell_base, at, edge, sign, first_row, edge_at, False
        )
        column = np.empty(counts.max(initial=1), np.int64)
        kernel_grid.fill_cells(box, counts, cell_base, cell_off, edge, sign, first_row, inside, column)
        nodes, level_off, order = kernel_tree.pack(box)
        arrays = ZoneArrays(
            nodes, level_off, order, box, counts, cell_base, cell_off, inside, edge, sign, first_row, edge_at
        )
        part_zone = np.repeat(np.arange(len(rings)), np.diff(rings.row_off)).astype(np.int64)
        return cls(crs, rings, part_zone, arrays)

    @cached_property
    def single(self) -> bool:
        """Say whether every zone has one part."""
        return len(self.part_zone) == len(np.unique(self.part_zone))

    @cached_property
    def most_edges(self) -> int:
        """Give the number of edges listed in the largest part's grid."""
        return int(np.diff(self.arrays.cell_off[self.arrays.cell_base]).max(initial=0))

    @property
    def nbytes(self) -> int:
        """Give its size in memory."""
        return sum(array.nbytes for array in self._held().values())

    def shapes(self, zones: NDArray[np.integer]) -> NDArray[Any]:
        """Give some zones as geometries, in the system of the index."""
        return self.rings.shapes(zones)

    def _held(self) -> dict[str, NDArray[Any]]:
        rings = {name: getattr(self.rings, name) for name in _RINGS}
        return {"part_zone": self.part_zone, **rings, **self.arrays._asdict()}

    def save(self, file: Path) -> None:
        """Keep it in a file: whole or not at all, with a hash of what it holds."""
        held = self._held()
        about = np.array([str(_FORMAT), self.crs, _digest(held)])
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                np.savez(out, about=about, **held)  # type: ignore[arg-type]  # the stubs mistake the names
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(file)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    @classmethod
    def load(cls, file: Path) -> ZoneIndex:
        """Read what `save` kept.

        Raises
        ------
        Damaged : not such a file, of another format, or changed since.
        """
        try:
            with np.load(file, allow_pickle=False) as kept:
                held = {name: kept[name] for name in ("part_zone", *_RINGS, *ZoneArrays._fields)}
                form, crs, digest = (str(value) for value in kept["about"])
            if form != str(_FORMAT) or digest != _digest(held):
                raise ValueError("another format, or changed")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise Damaged(
                Text(f"分区索引文件“{file.name}”无法读取。", f"The zone index “{file.name}” cannot be read."),
                Text("删除它,系统会重新生成。", "Delete it; it will be made again."),
                file=file.name,
            ) from error
        part_zone = held.pop("part_zone")
        rings = Rings(*(held.pop(name) for name in _RINGS))
        return cls(crs, rings, part_zone, ZoneArrays(**held))

    @classmethod
    def kept(cls, file: Path, make: Callable[[], ZoneIndex]) -> ZoneIndex:
        """Load the index from the cache file; where it is missing or damaged, make it and keep it there."""
        if file.exists():
            with contextlib.suppress(Damaged):
                return cls.load(file)
        index = make()
        with contextlib.suppress(OSError):  # a full or read-only disk costs the cache, not the answer
            index.save(file)
        return index

    def must_suit(self, crs: Any) -> None:
        """Refuse parcels in a system that this index was not prepared for."""
        ours = _code(crs)
        if ours != self.crs:
            raise WrongUse(
                Text(
                    f"图斑坐标系是 {ours},分区索引按 {self.crs} 生成。",
                    f"Parcels in {ours}, index for {self.crs}.",
                ),
                Text("按图斑的坐标系重新生成分区索引。", "Prepare the zones for the parcels' system."),
                parcels=ours,
                index=self.crs,
            )


@lru_cache(maxsize=64)
def _code(crs: Any) -> str:
    return understand(crs).code


def must_be_ours(crs: Any) -> Understood:
    """Give what is known of a system; refuse none, and one that is not CGCS2000."""
    area_m2([], crs)  # refuses what is not CGCS2000
    return understand(crs)


def _in_system(zones: gpd.GeoSeries, crs: Any) -> NDArray[Any]:
    """Give the zones in another CGCS2000 system; an edge stays where it was drawn."""
    shapes = np.asarray(zones.array, dtype=object)
    theirs = understand(zones.crs)
    if understand(crs) == theirs:
        return shapes
    step = LONGEST_EDGE_M * (_DEGREES_PER_METRE if theirs.kind == "geographic" else 1.0)
    return convert(shapely.segmentize(shapes, step), zones.crs, crs)[0]


def _digest(held: dict[str, Any]) -> str:
    sha = hashlib.sha256()
    for name, array in held.items():
        sha.update(f"{name} {array.dtype} {array.shape};".encode())
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()
