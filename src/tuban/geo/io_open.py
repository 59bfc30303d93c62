"""Open a file the user names: unpacked, checked, its layers listed; nothing is left behind afterwards."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from tuban.errors import FormatNotAllowed, Text, UnsafeFile
from tuban.geo import formats, safety
from tuban.geo.io_check import broken, check_geojson, check_geopackage, check_shapefile

# The parts of a shapefile that are data or say how to read it.
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# Tuban never fetches anything through GDAL: a proxy that nobody answers makes sure of it.
pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": "127.0.0.1:9", "GDAL_HTTP_MAX_RETRY": "0"})


@dataclass(frozen=True, slots=True)
class Source:
    """One layer of an opened file: where GDAL (or the table reader) finds it."""

    format: formats.Format
    path: Path
    layer: str | None
    name: str
    geometry: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was checked, with its layers."""

    path: Path
    format: formats.Format
    sources: tuple[Source, ...]


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Opened]:
    """Give the layers of a file or folder; what had to be unpacked is deleted at the end.

    Raises
    ------
    NotFound, UnsafeFile, FormatNotAllowed, BrokenFile, DiskFull
    """
    found = safety.local_path(path)
    kind = formats.detect(found)
    with tempfile.TemporaryDirectory(prefix="tuban-", ignore_cleanup_errors=True) as temporary:
        # FileGDB is recognised by the name of its folder, also where the archive holds only its files.
        room = Path(temporary) / "unpacked.gdb"
        if kind == "zip":
            room.mkdir()
            safety.unpack(found, room)
            sources = _inside(room, found)
        else:
            sources = _layers(kind, _plainly_named(found, kind, Path(temporary)), found)
        yield Opened(found, kind, tuple(sources))


def _plainly_named(path: Path, kind: formats.Format, temporary: Path) -> Path:
    """Give a path without the characters that pyogrio and GDAL take for parts of an address."""
    odd = re.search(r"[!;?*|<>]|^//", str(path)) is not None
    if kind == "gdb" and path.suffix.lower() != ".gdb":
        odd = True
    if not odd:
        return path
    link = temporary / f"linked{'.gdb' if kind == 'gdb' else path.suffix.lower()}"
    try:
        if kind == "shp" and path.is_file():
            for part in path.parent.iterdir():
                if part.stem == path.stem and part.suffix.lower() in _PARTS:
                    link.with_suffix(part.suffix.lower()).symlink_to(part)
        else:
            link.symlink_to(path, target_is_directory=path.is_dir())
    except OSError as error:
        raise UnsafeFile(
            Text(f"文件名或路径含有特殊字符:{path}", f"The path holds special characters: {path}"),
            Text("请去掉 ! ; ? 等字符后重试。", "Rename it without ! ; ? and the like."),
        ) from error
    return link


def _inside(room: Path, archive: Path) -> list[Source]:
    """List the layers in what was unpacked."""
    gdbs = sorted({table.parent for table in room.rglob("a00000001.gdbtable")})
    sources = [source for gdb in gdbs for source in _layers("gdb", gdb, gdb)]
    for file in sorted(room.rglob("*")):
        if not file.is_file() or any(gdb in file.parents for gdb in gdbs):
            continue
        suffix = file.suffix.lower()
        if suffix == ".shp" or suffix in {".gpkg", ".geojson", ".csv", ".xlsx", ".parquet"}:
            sources += _layers(formats.detect(file), file, file)
    if not sources:
        raise FormatNotAllowed(
            Text(
                f"压缩包“{archive.name}”里没有可导入的数据。",
                f"The archive “{archive.name}” holds nothing to take in.",
            ),
            Text(f"可导入:{formats.ALLOWED_ZH}。", f"Allowed: {formats.ALLOWED_EN}."),
        )
    names = Counter(source.name for source in sources)
    return [
        replace(source, name=source.path.relative_to(room).with_suffix("").as_posix())
        if names[source.name] > 1 and source.layer is None
        else source
        for source in sources
    ]


def _layers(kind: formats.Format, path: Path, shown: Path) -> list[Source]:
    """List the layers of one file; `path` is where it is read, `shown` what the user calls it."""
    if kind == "shp":
        if path.is_dir():
            safety.check_folder(path)
            files = sorted(path.glob("*.[sS][hH][pP]"))
            stems = {file.stem for file in files}
            files += sorted(file for file in path.glob("*.[dD][bB][fF]") if file.stem not in stems)
            return [source for file in files for source in _layers("shp", file, file)]
        check_shapefile(path)
        geometry = "shp" if path.suffix.lower() == ".shp" else None
        return [Source("shp", path, None, shown.stem, geometry)]
    if kind == "geojson":
        check_geojson(path)
        return [Source("geojson", path, None, shown.stem, "any")]
    if kind == "parquet":
        return [Source("parquet", path, None, shown.stem, "any")]
    if kind == "csv":
        return [Source("csv", path, None, shown.stem, None)]
    if kind == "xlsx":
        from tuban.geo.io_table import sheets

        return [Source("xlsx", path, sheet, sheet, None) for sheet in sheets(path)]
    if kind == "gpkg":
        check_geopackage(path)
    else:
        safety.check_folder(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            listed = pyogrio.list_layers(path)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise broken(shown, "无法打开", "it cannot be opened") from error
    return [Source(kind, path, str(name), str(name), geometry) for name, geometry in listed]


def sha256_of(path: Path) -> str:
    """Hash a file; for a folder, the names and hashes of its files in order of name.

    A shapefile named by its .shp counts with its .shx, .dbf, .prj and .cpg.
    """
    if path.is_file() and path.suffix.lower() != ".shp":
        return _sha256(path)
    if path.is_file():
        files = [p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() in _PARTS]
        root = path.parent
    else:
        # Locks come and go while ArcGIS has the database open; they are no data.
        files = [p for p in path.rglob("*") if p.is_file() and p.suffix.lower() != ".lock"]
        root = path
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda p: p.relative_to(root).as_posix()):
        # A name may hold bytes that are no UTF-8.
        line = f"{file.relative_to(root).as_posix()}\0{_sha256(file)}\n"
        whole.update(line.encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
