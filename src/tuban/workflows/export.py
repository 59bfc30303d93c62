"""A version as a file for others: GeoPackage, GeoParquet, CSV, XLSX; sample data say so in every name."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import get_args

from tuban.domain.version import LayerVersion
from tuban.errors import FormatNotAllowed, Text
from tuban.geo.write import OutFormat, write_layer
from tuban.store import Workspace
from tuban.store.arrange import FID
from tuban.store.disk import disk_in_words, sha256_of, sync_file

FORMATS: tuple[OutFormat, ...] = ("gpkg", "parquet", "csv", "xlsx", "gdb", "shp")
MARK = "示范数据"


def write(
    ws: Workspace,
    version: LayerVersion,
    path: str | Path,
    format: str | None = None,
    *,
    by: str | None = None,
) -> Path:
    """Write one version to a file, whole or not at all, in place of what was there; give its path.

    GeoParquet is the stored file itself, byte for byte: its SHA-256 is the one in the trail. The other
    formats carry the layer's own columns and the measure, without `_fid`, which means nothing outside.

    Parameters
    ----------
    path : the file. Its name gets the mark of sample data, if it is sample data and has none.
    format : one of `FORMATS`; None takes the path's ending.
    by : who exports: then the trail is told.

    Raises
    ------
    FormatNotAllowed : another format. DiskFull : nothing was written. Damaged : the stored file is.
    """
    path = Path(path)
    chosen = format_of(path, format)
    path = marked(path, version)
    if chosen == "parquet":
        _copy(ws.path(version), path)
    else:
        frame = ws.read(version).drop(columns=[FID])
        name = f"{version.code}_{MARK}" if version.sample else version.code
        path = write_layer(frame, path, format=chosen, layer_name=name)
    if by is not None:
        facts = {"sha256": version.sha256, "format": chosen, "file": path.name}
        if path.is_file():
            facts["file_sha256"] = sha256_of(path)
        ws.trail.append("layer.export", f"{version.code}/{version.number}", facts, by)
    return path


def file_name(version: LayerVersion, format: str) -> str:
    """Name a download by layer, version and first day in force; sample data say so."""
    mark = f"_{MARK}" if version.sample else ""
    return f"{version.code}_v{version.number}_{version.valid.start.isoformat()}{mark}.{format}"


def marked(path: Path, version: LayerVersion) -> Path:
    """Give the path with the mark of sample data in its name, where it belongs there and is not yet."""
    if not version.sample or MARK in path.name:
        return path
    ending = "".join(path.suffixes[-2:]) if path.suffix.lower() == ".zip" else path.suffix
    return path.with_name(f"{path.name.removesuffix(ending)}_{MARK}{ending}")


def format_of(path: Path, format: str | None = None) -> OutFormat:
    """Give the format that was asked for, or that the file's ending stands for; raises FormatNotAllowed."""
    asked = (format or path.name.lower().removesuffix(".zip").rpartition(".")[2]).lower()
    for known in get_args(OutFormat):
        if asked == known:
            return known
    raise FormatNotAllowed(
        Text(f"不能导出为“{asked}”格式。", f"There is no export to {asked!r}."),
        Text(f"可用格式:{'、'.join(FORMATS)}。", f"Take one of {', '.join(FORMATS)}."),
        format=asked,
    )


def _copy(stored: Path, path: Path) -> None:
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    with disk_in_words(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(stored, draft)
            sync_file(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
