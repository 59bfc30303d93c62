"""Preparing a layer version for the map: its vector tiles, made once and kept in the workspace's cache."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import cast

import numpy as np

from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion
from tuban.errors import Text
from tuban.geo.tiles import TileSet, build_tiles, folder_name, is_built, open_tiles
from tuban.geo.tiles_flat import Kind
from tuban.store.workspace import Workspace

CACHE = "tiles"
LONGEST_BUILD_S = 3600.0


def has_map(version: LayerVersion) -> bool:
    """Say whether a version has anything to draw."""
    return version.geometry in ("polygon", "line", "point") and version.crs is not None and version.rows > 0


def prepared(workspace: Workspace, version: LayerVersion) -> bool:
    """Say whether a version's tiles were made already."""
    return is_built(_folder(workspace, version))


def sweep(workspace: Workspace) -> int:
    """Remove what building that was cut off has left in the cache; give how many pieces.

    Something younger may be under way in another process, and stays.
    """
    folder = workspace.cache_dir(CACHE)
    swept = 0
    for left in [*folder.glob("*.part"), *folder.glob("*/*.part")]:
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime < LONGEST_BUILD_S:
                continue
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
            swept += 1
    return swept


def tile_properties(version: LayerVersion, spec: LayerSpec) -> list[str]:
    """Name the columns that tiles carry: those that colour, label and group the layer."""
    wanted = (spec.paint.by, spec.paint.label, spec.class_field, spec.unit_field)
    return list(dict.fromkeys(name for name in wanted if name and name in version.columns))


def prepare_tiles(
    workspace: Workspace,
    version: LayerVersion,
    spec: LayerSpec,
    *,
    pyramid: bool = True,
    progress: Progress = quiet,
) -> TileSet:
    """Give a version's tiles, made now if they were not; `pyramid` also packs the low zooms.

    The version must have a map (see `has_map`).
    """
    folder = _folder(workspace, version)
    tiles = open_tiles(folder, version.code)
    if tiles is None:
        progress(Step(0.0, Text(f"准备 {version.code} 的瓦片", f"Preparing the tiles of {version.code}")))
        names = tile_properties(version, spec)
        area = ["_area_m2"] if version.geometry == "polygon" else []
        table = workspace.table(version, columns=["_fid", *names, *area, "geometry"])
        fid = table.column("_fid").to_numpy()
        if (np.diff(fid) < 0).any():  # stored in the order of their ids; else put there
            table = table.take(np.argsort(fid))
        frame = table.drop_columns(["geometry"]).to_pandas()
        assert version.crs is not None, "only a layer with a map is prepared"
        tiles = build_tiles(
            folder,
            version.code,
            table.column("geometry"),
            version.crs,
            cast("Kind", version.geometry),
            {name: frame[name] for name in names},
            merge_by=next((n for n in (spec.paint.by, spec.class_field) if n in names), None),
            area_m2=frame["_area_m2"].to_numpy(dtype=np.float64) if area else None,
        )
    if pyramid:
        tiles.build_pyramid(part(progress, 0.4, 1.0))
    return tiles


def _folder(workspace: Workspace, version: LayerVersion) -> Path:
    return workspace.cache_dir(CACHE) / folder_name(version.code, version.number, version.sha256)
