"""A layer version as vector tiles (MVT 2.1): built once, then answered in milliseconds.

From the zoom at which every tile of single objects stays small enough (`detail_zoom`) a tile is encoded when
it is asked for: objects with their ids, properties and the area that was measured when they were taken in.
Below it polygons are merged by class, lines and points thinned, and all tiles are packed into one file.
Projection to Web Mercator happens here and in the neighbours of this file, and areas are never measured here.
See docs/adr/0004-tiles.md.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text
from tuban.geo.tiles_encode import BUFFER, candidates, encode, encode_ids, world_square
from tuban.geo.tiles_flat import WORLD_BITS, Flat, Kind, flatten
from tuban.geo.tiles_merge import COARSEST, FINEST, encode_merged, merged_at

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
MOST_BYTES = 500_000  # a tile before compression
MAX_ZOOM = 22
DEEPEST_MERGED = 16  # parcels closer than this are single ones, however many
FORMAT = 1  # raised when the files change: older ones are then built again
LAYOUT, PACK, INDEX = "flat.json", "pyramid.bin", "pyramid.json"
THREADS = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The tiles below the detail zoom, compressed, in one file: zoom, column, row → place and length."""

    places: dict[tuple[int, int, int], tuple[int, int]]
    data: NDArray[np.uint8]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Give a packed tile, gzip."""
        place = self.places.get((z, x, y))
        return None if place is None else self.data[place[0] : place[0] + place[1]].tobytes()


class TileSet:
    """One layer version's tiles; safe to ask from several threads."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.flat = Flat.load(folder)
        self.detail_zoom = int(json.loads((folder / "plan.json").read_text())["detail_zoom"])
        self._pyramid = _open_pyramid(folder)

    @property
    def complete(self) -> bool:
        """Say whether the pyramid is there; without it low zooms are made one by one."""
        return self._pyramid is not None

    def packed(self, z: int) -> bool:
        """Say whether the tiles of a zoom are all made already."""
        return z < self.detail_zoom and self._pyramid is not None

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Give one tile, gzip; None where there is nothing."""
        if z < self.detail_zoom and self._pyramid is not None:
            return self._pyramid.tile(z, x, y)
        raw = self.encode(z, x, y)
        # The lightest compression: a tile of 500 kB takes six milliseconds instead of forty.
        return gzip.compress(raw, 1, mtime=0) if raw else None

    def encode(self, z: int, x: int, y: int, cells: int | None = None) -> bytes:
        """Write one tile, not compressed; `cells` is the grid of merged polygons, None for a fitting one."""
        if z >= self.detail_zoom:
            return encode(self.flat, self.name, z, x, y, grid_bits=grid_bits(z))
        if self.flat.kind != "polygon":
            return _thinned(self.flat, self.name, z, x, y)
        if cells is None:
            return encode_merged(self.flat, self.name, z, x, y, MOST_BYTES)
        return merged_at(self.flat, self.name, z, x, y, cells)

    def build_pyramid(self, progress: Progress = quiet) -> None:
        """Make and pack every tile below the detail zoom."""
        if self._pyramid is not None or self.detail_zoom == 0:
            return
        places: dict[str, tuple[int, int]] = {}
        part = self.folder / f"{PACK}.{uuid.uuid4().hex[:8]}.part"
        text = Text("准备地图瓦片", "Preparing map tiles")
        at = 0
        try:
            with part.open("wb") as pack, ThreadPoolExecutor(THREADS) as pool:
                for z in range(self.detail_zoom):
                    # Most of the work is in the last zooms, each with four times the tiles of the one before.
                    progress(Step(2.0 ** (z - self.detail_zoom), text))
                    squares = list(tiles_of(self.flat, z))
                    for (x, y), raw in zip(squares, self._zoom(pool, z, squares), strict=True):
                        if raw:
                            tile = gzip.compress(raw, 6, mtime=0)
                            pack.write(tile)
                            places[f"{z}/{x}/{y}"] = (at, len(tile))
                            at += len(tile)
            part.replace(self.folder / PACK)
            index = self.folder / f"{INDEX}.{uuid.uuid4().hex[:8]}.part"
            index.write_text(json.dumps(places), encoding="utf-8")
            index.replace(self.folder / INDEX)
        finally:
            part.unlink(missing_ok=True)
        self._pyramid = _open_pyramid(self.folder)
        progress(Step(1.0, text))

    def _zoom(self, pool: ThreadPoolExecutor, z: int, squares: list[tuple[int, int]]) -> list[bytes]:
        # One grid for the whole zoom: outlines must meet where two tiles do. The fullest tile is tried first.
        cells, known = FINEST, dict.fromkeys(_fullest(self.flat, z)[:1], b"")
        while True:
            known = {square: self._cell(z, cells, square) for square in known}
            if cells <= COARSEST or max(map(len, known.values()), default=0) <= MOST_BYTES:
                rest = [square for square in squares if square not in known]
                tiles = known | dict(zip(rest, pool.map(partial(self._cell, z, cells), rest), strict=True))
                if cells <= COARSEST or max(map(len, tiles.values()), default=0) <= MOST_BYTES:
                    return [tiles[square] for square in squares]
            cells //= 2

    def _cell(self, z: int, cells: int, square: tuple[int, int]) -> bytes:
        return self.encode(z, *square, cells)


def grid_bits(z: int) -> int:
    """Give how far positions are rounded: half a screen pixel where much is seen at once, else finer."""
    return 2 if z < 14 else 1 if z < 16 else 0


def folder_name(code: str, number: int, sha256: str) -> str:
    """Name a version's folder of tiles; another content or another format is another folder."""
    return f"{code}-{number}-{sha256[:12]}-{FORMAT}"


def is_built(folder: Path) -> bool:
    """Say whether a folder of tiles is there."""
    return (folder / LAYOUT).is_file()


def open_tiles(folder: Path, name: str) -> TileSet | None:
    """Open a folder of tiles, or give None where it was not built yet."""
    return TileSet(folder, name) if is_built(folder) else None


def build_tiles(
    folder: Path,
    name: str,
    geometries: NDArray[np.object_] | pa.ChunkedArray,
    crs: str,
    kind: Kind,
    properties: dict[str, pd.Series],
    *,
    merge_by: str | None = None,
    area_m2: NDArray[np.float64] | None = None,
) -> TileSet:
    """Build what single objects need; `build_pyramid` adds the low zooms.

    The folder appears whole or not at all.

    Parameters
    ----------
    geometries : n in the order of their ids (fid 0 … n - 1), objects or WKB as stored. properties : columns that tiles carry.
    merge_by : the property whose classes stay apart where polygons are merged.
    """
    if (folder / LAYOUT).is_file():
        return TileSet(folder, name)
    flat = flatten(geometries, crs, kind, properties, merge_by=merge_by, area_m2=area_m2)
    draft = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:8]}.part")
    draft.mkdir(parents=True)
    try:
        flat.save(draft)
        plan = {"detail_zoom": detail_zoom_of(flat, name)}
        (draft / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        try:
            draft.rename(folder)
        except OSError:
            if not (folder / LAYOUT).is_file():  # else another process was faster: its folder is the same
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return TileSet(folder, name)


def tiles_of(flat: Flat, z: int) -> Iterator[tuple[int, int]]:
    """List the tiles of a zoom that any object's box touches, as column and row."""
    shift = WORLD_BITS - z
    size = 1 << shift
    margin = size * BUFFER // 4096
    some = flat.box[2] >= 0
    if not some.any():
        return
    west, north, east, south = flat.box[:, some]
    last = (1 << z) - 1
    x0, x1 = np.clip((west - margin) >> shift, 0, last), np.clip((east + margin) >> shift, 0, last)
    y0, y1 = np.clip((north - margin) >> shift, 0, last), np.clip((south + margin) >> shift, 0, last)
    # As one number each, which sorts twenty times faster than four; few objects lie in more than one tile.
    alone = (x0 == x1) & (y0 == y1)
    found = {divmod(tile, 1 << z) for tile in np.unique((x0[alone] << z) | y0[alone]).tolist()}
    spans = np.unique(np.column_stack([x0, y0, x1, y1])[~alone], axis=0)
    found |= {
        (x, y)
        for a, b, c, d in spans.tolist()
        for x in range(a, c + 1)
        for y in range(b, d + 1)
    }  # fmt: skip
    yield from sorted(found)


def detail_zoom_of(flat: Flat, name: str) -> int:
    """Give the lowest zoom from which every tile of single objects keeps to the limit."""
    for z in range(DEEPEST_MERGED, -1, -1):
        if any(
            len(encode(flat, name, z, x, y, grid_bits=grid_bits(z))) > MOST_BYTES
            for x, y in _fullest(flat, z)
        ):
            return min(z + 1, DEEPEST_MERGED)
    return 0


def _fullest(flat: Flat, z: int) -> list[tuple[int, int]]:
    """List the few tiles that hold the most objects or positions."""
    some = np.flatnonzero(flat.box[2] >= 0)
    if len(some) == 0:
        return []
    shift = WORLD_BITS - z
    middle = (flat.box[:2, some] + flat.box[2:, some]) // 2 >> shift
    tile, where = np.unique((middle[0] << z) | middle[1], return_inverse=True)
    positions = flat.ring[flat.feature[some + 1]] - flat.ring[flat.feature[some]]
    chosen = {int(i) for weight in (None, positions) for i in np.argsort(np.bincount(where, weight))[-2:]}
    return [(int(tile[i]) >> z, int(tile[i]) & ((1 << z) - 1)) for i in chosen]


def _thinned(flat: Flat, name: str, z: int, x: int, y: int) -> bytes:
    """Write lines or points with fewer and fewer of them until the tile keeps to the limit."""
    least = 4
    while True:
        if flat.kind == "line":
            tile = encode(flat, name, z, x, y, grid_bits=grid_bits(z), least=least)
        else:
            ids = candidates(flat.box, *world_square(z, x, y), 0)
            cell = (flat.box[:2, ids] >> max(WORLD_BITS - 12 - z, 0)) // least
            _, first = np.unique(cell, axis=1, return_index=True)
            tile = encode_ids(flat, name, ids[np.sort(first)], z, x, y, grid_bits(z))
        if len(tile) <= MOST_BYTES or least >= 512:
            return tile
        least *= 2


def _open_pyramid(folder: Path) -> Pyramid | None:
    index = folder / INDEX
    if not index.is_file():
        return None
    places = json.loads(index.read_text(encoding="utf-8"))
    size = (folder / PACK).stat().st_size
    data = np.memmap(folder / PACK, dtype=np.uint8, mode="r") if size else np.empty(0, dtype=np.uint8)
    by_tile = {tuple(map(int, key.split("/"))): (start, length) for key, (start, length) in places.items()}
    return Pyramid(by_tile, data)  # pyright: ignore[reportArgumentType]
