"""A version's zones prepared for overlay, kept beside the version: made once, read by everyone who overlays.

The files lie in the workspace's cache, named by the hash of the version's content and the system they are
prepared for. They may be deleted any time; one that is damaged or of another format is made again; those of
content that no version in force now or later has are removed when the next one is made.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from tuban.errors import Text, WrongUse

if TYPE_CHECKING:  # the compiled kernels load when something is overlaid
    from tuban.domain.version import LayerVersion
    from tuban.geo.zone_index import ZoneIndex
    from tuban.store.workspace import Workspace

_FOLDER = "zones"
_HASH_DIGITS = 32
_KEPT_BYTES = 512 * 1024**2


class ZoneIndexes:
    """The prepared zones of one workspace; the last ones stay in memory. Safe to ask from several threads."""

    def __init__(self, workspace: Workspace, *, kept_bytes: int = _KEPT_BYTES) -> None:
        self._workspace = workspace
        self._room = kept_bytes
        self._held: OrderedDict[str, ZoneIndex] = OrderedDict()
        self._guard = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def of(self, version: LayerVersion, crs: str | None = None) -> ZoneIndex:
        """Give the zones of a polygon layer's version, prepared.

        Parameters
        ----------
        crs : the system of the parcels to come; None is the version's own.

        Returns
        -------
        the index; its zones are the rows of the version's file (`_fid`).

        Raises
        ------
        InvalidGeometry : a polygon that crosses itself, kept so at its import. WrongUse : no polygons.
        Damaged : the version's file is not what was stored.
        """
        if version.area_m2 is None or version.crs is None:
            raise WrongUse(
                Text(
                    f"图层 {version.code} 不是面图层,不能作为分区。",
                    f"The layer {version.code} has no polygons to be zones.",
                ),
                Text("请选择面图层。", "Choose a layer of polygons."),
                layer=version.code,
            )
        target = crs or version.crs
        key = f"{version.sha256[:_HASH_DIGITS]}-{target.rpartition(':')[2]}.npz"
        with self._guard:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:  # one thread makes it while the others wait
            with self._guard:
                if key in self._held:
                    return self._held[key]
            made = self._kept(version, target, key)
            self._hold(key, made)
        return made

    def _kept(self, version: LayerVersion, crs: str, key: str) -> ZoneIndex:
        from tuban.geo.zone_index import ZoneIndex

        file = self._workspace.cache_dir(_FOLDER) / key

        def make() -> ZoneIndex:
            self.prune()
            return ZoneIndex.of(self._workspace.read(version, columns=[]).geometry, crs)

        return ZoneIndex.kept(file, make)

    def _hold(self, key: str, index: ZoneIndex) -> None:
        with self._guard:
            self._held[key] = index
            while len(self._held) > 1 and sum(held.nbytes for held in self._held.values()) > self._room:
                self._held.popitem(last=False)

    def prune(self) -> list[str]:
        """Remove the indexes of content that no version has, withdrawn ones not counted.

        Returns
        -------
        the names of the files removed.
        """
        wanted = {version.sha256[:_HASH_DIGITS] for version in self._workspace.versions()}
        removed = []
        for file in sorted(self._workspace.cache_dir(_FOLDER).glob("*.npz")):
            if file.name.partition("-")[0] not in wanted:
                with contextlib.suppress(OSError):  # another process has it open, or was faster
                    file.unlink()
                    removed.append(file.name)
        with self._guard:
            for key in [key for key in self._held if key.partition("-")[0] not in wanted]:
                del self._held[key]
        return removed
