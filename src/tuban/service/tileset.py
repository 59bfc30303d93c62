"""The tiles of every version that was asked for: opened or built once, the last ones kept in memory."""

from __future__ import annotations

import gzip
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from fastapi import Response
from starlette.datastructures import Headers

from tuban.domain.layer import LayerSpec
from tuban.domain.version import LayerVersion
from tuban.errors import TubanError
from tuban.geo.tiles import MEDIA_TYPE, TileSet
from tuban.store.workspace import Workspace
from tuban.workflows.prepare import has_map, prepare_tiles, prepared

__all__ = ["MEDIA_TYPE", "OpenTiles", "tile_response"]

log = logging.getLogger("tuban.service")
FOREVER = "public, max-age=31536000, immutable"
Key = tuple[str, int, str]


class OpenTiles:
    """Safe to ask from several threads; one version is built by one thread while the others wait for it."""

    def __init__(
        self,
        workspace: Workspace,
        memory_bytes: int,
        kernels_ready: Callable[..., None] = lambda *names: None,
    ) -> None:
        self.workspace = workspace
        self._kernels_ready = kernels_ready
        self.memory_bytes = memory_bytes
        self._sets: dict[Key, TileSet] = {}
        self._locks: dict[Key, threading.Lock] = {}
        self._kept: OrderedDict[tuple[Key, int, int, int], bytes | None] = OrderedDict()
        self._kept_bytes = 0
        self._guard = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def tile(self, version: LayerVersion, spec: LayerSpec, z: int, x: int, y: int) -> bytes | None:
        """Give one tile, gzip; None where there is nothing."""
        if not has_map(version) or x >= 1 << z or y >= 1 << z:
            return None
        key = (_key(version), z, x, y)
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        tiles = self._open(version, spec)
        if not tiles.packed(z):
            self._kernels_ready("single" if z >= tiles.detail_zoom else "merged")
        tile = tiles.tile(z, x, y)
        with self._guard:
            if key not in self._kept:
                self._kept[key] = tile
                self._kept_bytes += len(tile or b"")
            while self._kept_bytes > self.memory_bytes:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1] or b"")
        return tile

    def detail_zoom(self, version: LayerVersion) -> int | None:
        """Give the zoom from which tiles hold single objects; None while that is not known yet."""
        found = self._sets.get(_key(version))
        return found.detail_zoom if found else None

    def prepare(self, version: LayerVersion, spec: LayerSpec) -> None:
        """Build a version's tiles, low zooms too, so that the first look at it is as quick as the next."""
        if has_map(version):
            tiles = self._open(version, spec)
            if not tiles.complete:
                self._kernels_ready("single", "merged")
            tiles.build_pyramid()

    def prepare_all(self, layers: Callable[[], Iterable[tuple[LayerVersion, LayerSpec]]]) -> None:
        """Build the tiles of many versions in the background."""
        self._thread = threading.Thread(target=self._prepare, args=(layers,), name="tuban-tiles", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop preparing after the layer that is under way."""
        self._closing.set()

    def _prepare(self, layers: Callable[[], Iterable[tuple[LayerVersion, LayerSpec]]]) -> None:
        try:
            for version, spec in layers():
                if self._closing.is_set():
                    return
                self.prepare(version, spec)
        except (TubanError, OSError, ValueError):
            # Only time is lost: the layer says what is wrong with it when it is asked for.
            log.exception("tiles were not prepared")

    def _open(self, version: LayerVersion, spec: LayerSpec) -> TileSet:
        key = _key(version)
        with self._guard:
            if key in self._sets:
                return self._sets[key]
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._sets:
                if not prepared(self.workspace, version):
                    self._kernels_ready("single")
                self._sets[key] = prepare_tiles(self.workspace, version, spec, pyramid=False)
            return self._sets[key]


def tile_response(tile: bytes | None, version: LayerVersion, headers: Headers) -> Response:
    """Answer with a tile: for ever, since a version never changes; 304 to whoever has it, 204 for nothing."""
    tag = f'"{version.sha256[:32]}"'
    kept = {"Cache-Control": FOREVER, "ETag": tag, "Vary": "Accept-Encoding"}
    if tile is None:
        return Response(status_code=204, headers=kept)
    if tag in [part.strip().removeprefix("W/") for part in headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=kept)
    if "gzip" not in headers.get("accept-encoding", ""):
        return Response(gzip.decompress(tile), media_type=MEDIA_TYPE, headers=kept)
    return Response(tile, media_type=MEDIA_TYPE, headers={**kept, "Content-Encoding": "gzip"})


def _key(version: LayerVersion) -> Key:
    return version.code, version.number, version.sha256
