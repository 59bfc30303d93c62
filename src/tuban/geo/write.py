"""Layers out: whole files or none, in the formats planners take."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from tuban.domain.layer import GeometryKind
from tuban.errors import DiskFull, Text, WrongUse
from tuban.geo.gdal_log import quiet_gdal
from tuban.geo.io_check import check_shapefile
from tuban.geo.write_table import write_csv, write_xlsx

OutFormat = Literal["gpkg", "parquet", "csv", "xlsx", "gdb", "shp"]
Frame = gpd.GeoDataFrame | pd.DataFrame
_EMPTY: dict[str | None, str] = {
    "polygon": "MultiPolygon",
    "line": "MultiLineString",
    "point": "Point",
}
_DRIVERS = {"gpkg": "GPKG", "gdb": "OpenFileGDB", "shp": "ESRI Shapefile"}
_WRITE_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, RuntimeError)


def write_layer(
    frame: Frame,
    path: str | Path,
    *,
    format: OutFormat,
    layer_name: str,
    titles: Mapping[str, str] | None = None,
    encoding: str | None = None,
    kind: GeometryKind | None = None,
) -> Path:
    """Write one layer to a new file, or replace the one there; give its path.

    Parameters
    ----------
    frame : n rows; geometry is left out of csv and xlsx.
    path : the file; for `gdb` a folder, or a zip when the name ends in .zip; for `shp` the .shp or a .zip.
    layer_name : the name of the layer (of the sheet in xlsx).
    titles : column → title, written in place of the column names of csv and xlsx.
    encoding : of a shapefile's text (UTF-8 unless said).
    kind : of the geometry; needed only for a layer without rows, which shows none.

    Raises
    ------
    DiskFull : no room, or the disk refused; nothing new is left behind, nothing old is lost.
    WrongUse : more rows than the format holds, a table in a format of geometry, kinds that it does not mix.
    """
    kinds: dict[str, GeometryKind] | None = {layer_name: kind} if kind else None
    return write_layers(
        {layer_name: frame}, path, format=format, titles=titles, encoding=encoding, kinds=kinds
    )


def write_layers(
    frames: Mapping[str, Frame],
    path: str | Path,
    *,
    format: OutFormat,
    titles: Mapping[str, str] | None = None,
    encoding: str | None = None,
    kinds: Mapping[str, GeometryKind] | None = None,
) -> Path:
    """Write several layers by name into one file (gpkg, gdb, sheets of xlsx); else as `write_layer`."""
    path = Path(path)
    if not frames or (len(frames) > 1 and format in {"parquet", "csv", "shp"}):
        raise WrongUse(
            Text(f"{format} 文件只能装一个图层。", f"A {format} file holds one layer."),
            Text("请分别写出,或改用 gpkg、gdb。", "Write them one by one, or as gpkg or gdb."),
        )
    zipped = path.suffix.lower() == ".zip"
    with _in_place_of(path) as room:
        if format in {"csv", "xlsx"}:
            target = room / path.name
            if format == "csv":
                write_csv(next(iter(frames.values())), target, titles)
            else:
                write_xlsx(frames, target, titles)
            return path
        if format == "parquet":
            target = room / path.name
            _write_parquet(next(iter(frames.values())), target)
            return path
        stem = path.name.removesuffix(path.suffix) if zipped else path.name
        target = room / (stem if Path(stem).suffix.lower() == f".{format}" else f"{Path(stem).stem}.{format}")
        for name, frame in frames.items():
            _write_ogr(frame, target, format, name, encoding, (kinds or {}).get(name))
        _check(frames, target, format)
        if zipped:
            _pack(room, path.name)
    return path


@contextlib.contextmanager
def _in_place_of(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path`; what it holds at the end takes the place of what was there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{path.stem[:40]}-", suffix=".part", dir=path.parent))
    except OSError as error:
        raise _disk(path, error) from error
    try:
        yield room
        for file in room.rglob("*"):
            if file.is_file():
                _to_disk(file)
        for made in sorted(room.iterdir()):
            _replace(made, path.parent / made.name)
    except OSError as error:
        raise _disk(path, error) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _replace(made: Path, target: Path) -> None:
    if made.is_dir() and target.is_dir():
        # A folder cannot take another's place in one step: the old one steps aside first.
        aside = made.parent / f"{made.name}.old"
        target.rename(aside)
        try:
            made.rename(target)
        except OSError:
            aside.rename(target)
            raise
    else:
        made.replace(target)


def _disk(path: Path, error: BaseException) -> DiskFull:
    number = getattr(error, "errno", None)
    why = os.strerror(number) if number else str(error).strip().split("\n")[0][:160]
    zh = "磁盘空间不足" if number in {errno.ENOSPC, errno.EDQUOT, None} else "磁盘拒绝写入"
    return DiskFull(
        Text(f"“{path.name}”没有写成:{zh}({why})。", f"“{path.name}” was not written: {why}."),
        Text(
            "请清理磁盘空间或换一个可写的位置后重试;原有文件没有改动。",
            "Free some space or choose another place, then try again; what was there is unchanged.",
        ),
        path=str(path),
    )


def _write_parquet(frame: Frame, target: Path) -> None:
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(
            target, index=False, compression="zstd", write_covering_bbox=True, schema_version="1.1.0"
        )
    else:
        frame.to_parquet(target, index=False, compression="zstd")


def _write_ogr(
    frame: Frame, target: Path, format: str, name: str, encoding: str | None, kind: GeometryKind | None
) -> None:
    options: dict[str, Any] = {}
    if not len(frame) and kind in _EMPTY:
        options["geometry_type"] = _EMPTY[kind]
    if format == "shp":
        options["encoding"] = encoding or "UTF-8"
    if format == "gpkg" and not target.exists():
        # What GDAL writes by default since 3.11, 1.4, older desktop GIS (QGIS 3.22) open only with a warning.
        options["dataset_options"] = {"VERSION": "1.2"}
    geometry = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    if geometry is None and format == "shp":
        raise WrongUse(
            Text("表格没有图形,不能写成 Shapefile。", "A table without geometry is no shapefile."),
            Text("请改用 csv、xlsx、gpkg 或 gdb。", "Choose csv, xlsx, gpkg or gdb."),
        )
    write: Callable[..., None] = pyogrio.write_dataframe
    with _in_our_words(target):
        write(
            _one_kind(_small_integers(frame)) if format == "gdb" else frame.reset_index(drop=True),
            target,
            layer=name,
            driver=_DRIVERS[format],
            append=False,
            use_arrow=format != "shp",
            **options,
        )


def _one_kind(frame: Frame) -> Frame:
    """Give every polygon (line) as a multipolygon (multiline) where both kinds occur: FileGDB knows one per layer."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    shapes = np.asarray(frame.geometry.array, dtype=object)
    kinds = shapely.get_type_id(shapes)
    for single, multi, make in ((3, 6, shapely.multipolygons), (1, 5, shapely.multilinestrings)):
        alone = np.flatnonzero(kinds == single)
        if len(alone) and (kinds == multi).any():
            shapes = shapes.copy()
            shapes[alone] = make(shapes[alone], indices=np.arange(len(alone)))
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _small_integers(frame: Frame) -> Frame:
    """Give whole numbers 32 bits where they fit: FileGDB before ArcGIS 10.9 makes doubles of longer ones."""
    narrow = {}
    for name, column in frame.items():
        if pd.api.types.is_integer_dtype(column.dtype) and bool((column.abs() < 2**31).fillna(True).all()):
            narrow[name] = "Int32"
    return frame.reset_index(drop=True).astype(narrow)


def _check(frames: Mapping[str, Frame], target: Path, format: str) -> None:
    """Make sure that all rows arrived: GDAL reports a full disk late, or not at all."""
    with _in_our_words(target):
        for name, frame in frames.items():
            layer = None if format == "shp" else name
            info = pyogrio.read_info(target, layer=layer, force_feature_count=True)
            if int(info["features"]) != len(frame):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if format == "shp":
        check_shapefile(target)


@contextlib.contextmanager
def _in_our_words(target: Path) -> Iterator[None]:
    try:
        with quiet_gdal():
            yield
    except _WRITE_ERRORS as error:
        if re.search("unsupported|not support|geometry type|mismatch", str(error), re.I):
            raise WrongUse(
                Text(
                    f"{target.suffix} 装不下这个图层:{error}",
                    f"{target.suffix} cannot hold this layer: {error}",
                ),
                Text(
                    "一个图层只放点、线、面中的一种,或改用 gpkg。",
                    "Keep points, lines and polygons in layers of their own, or choose gpkg.",
                ),
            ) from error
        raise _disk(target, error) from error


def _pack(room: Path, name: str) -> None:
    """Zip all that the room holds, then keep only the zip."""
    made = list(room.iterdir())
    files = sorted(file for file in room.rglob("*") if file.is_file())
    with zipfile.ZipFile(room / name, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in files:
            archive.write(file, file.relative_to(room).as_posix())
    for old in made:
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
