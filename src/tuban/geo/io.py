"""Files in and out: the only place that knows formats.

`layers_in` says what a file holds, `read_layer` gives one layer as its definition wants it or says why not.
After `read_layer` these hold: CGCS2000 coordinates that agree with their system, canonical columns and types,
geometry that is there, flat and of the layer's kind. What was understood on the way is in `notes`; nothing is
repaired.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import (
    AmbiguousLayer,
    EmptyLayer,
    InvalidGeometry,
    Text,
    UnknownLayer,
)
from tuban.geo import encoding as encodings
from tuban.geo import fields, io_crs, io_geometry, io_table
from tuban.geo.io_arrow import attributes, gdal, read_arrow
from tuban.geo.io_open import Opened, Source, opened, sha256_of

OnInvalid = io_geometry.OnInvalid
FREE = LayerSpec("QT_", Text("其他", "Other"), "management", "any")


@dataclass(frozen=True, slots=True)
class FileLayer:
    """One layer of a file. `crs` is EPSG:n or the system's name; None for tables or where unsaid."""

    name: str
    geometry: str
    rows: int
    crs: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadLayer:
    """A layer as its definition wants it, where it came from, and what was understood while reading.

    `frame` is a GeoDataFrame, for tables a DataFrame; `crs` is EPSG:n, None for tables.
    """

    frame: gpd.GeoDataFrame | pd.DataFrame
    crs: str | None
    source_name: str
    source_sha256: str
    notes: tuple[Text, ...] = ()


def layers_in(path: str | Path, *, encoding: str | None = None) -> list[FileLayer]:
    """List the layers of a file or folder in any allowed format.

    Raises
    ------
    NotFound, UnsafeFile, FormatNotAllowed, BrokenFile, UnknownEncoding
    """
    with opened(path) as file:
        return [_describe(source, encoding) for source in file.sources]


def read_layer(
    path: str | Path,
    spec: LayerSpec = FREE,
    *,
    layer: str | None = None,
    crs: str | None = None,
    convert_to: str | None = None,
    encoding: str | None = None,
    swap_axes: bool = False,
    on_invalid: OnInvalid = "refuse",
    reference: gpd.GeoSeries | None = None,
    progress: Progress = quiet,
) -> ReadLayer:
    """Read one layer as its definition wants it, or say why not.

    Parameters
    ----------
    path : a local file or folder (see `formats.TITLES`).
    spec : the definition; without fields everything is kept as it is.
    layer : the layer's name in the file; may be left out where there is one, or one of the code's name.
    crs : the system of the coordinates, in place of what the file says (EPSG code or WKT).
    convert_to : the CGCS2000 system that foreign coordinates are moved to; without it they are refused.
    encoding : of the text in a shapefile or CSV, in place of what is found.
    swap_axes : exchange the two coordinates, for files that have northing or latitude first.
    on_invalid : `refuse` self-crossing and the like, or `keep` them, noted.
    reference : an outline of the same place, known to be right, in any CGCS2000 system; finds wrong zones and
        GCJ-02 shifts, which nothing else can.
    progress : told the share of rows read.

    Raises
    ------
    Unreadable and its children, UnknownLayer, NotFound, WrongUse, DiskFull, Cancelled
    """
    progress(Step(0.0, Text("检查文件", "Checking the file")))
    with opened(path) as file:
        source, notes = _choose(file, layer, spec)
        digest = sha256_of(file.path)
        if source.format in {"csv", "xlsx"}:
            frame, said, first_row = _read_table(source, spec, encoding)
            geoms, file_crs = None, None
        else:
            frame, geoms, file_crs, said = _read_features(source, spec, encoding, progress)
            first_row = 1
        notes += said
    if not len(frame):
        raise EmptyLayer(
            Text(f"图层“{source.name}”没有记录。", f"The layer “{source.name}” holds no rows."),
            Text(
                "请确认选对了图层、导出时没有筛选。",
                "Check the choice of layer and the filter of the export.",
            ),
        )
    if geoms is None and spec.geometry not in {"table", "any"}:
        raise InvalidGeometry(
            Text(f"“{source.name}”是表格,没有图形。", f"“{source.name}” is a table without geometry."),
            Text(
                f"{spec.code} 需要图形数据,例如 .gdb 或 .shp。", f"{spec.code} needs geometry: .gdb or .shp."
            ),
        )
    understood = None
    if geoms is not None and spec.geometry == "table":
        notes.append(Text("表格图层:未读入图形。", "A table: its geometry was left out."))
        geoms = None
    if geoms is not None:
        progress(Step(0.65, Text("检查坐标系", "Checking the coordinate system")))
        geoms, understood, said = io_crs.settle(
            geoms,
            file_crs,
            crs=crs,
            convert_to=convert_to,
            swap_axes=swap_axes,
            reference=reference,
            attributes=frame,
        )
        notes += said
        progress(Step(0.75, Text("检查图形", "Checking the geometry")))
        notes += io_geometry.check_rings(geoms, on_invalid)
        geoms, _ = io_geometry.same_kind(geoms)
    progress(Step(0.9, Text("检查字段", "Checking the columns")))
    frame, said = fields.fit(frame, spec, shapefile=source.format == "shp", first_row=first_row)
    notes += said
    if geoms is not None and understood is not None:
        frame = gpd.GeoDataFrame(frame, geometry=geoms, crs=understood)
    progress(Step(1.0, Text("读取完成", "Read")))
    return ReadLayer(frame, understood, _shown(file, source), digest, tuple(notes))


def _shown(file: Opened, source: Source) -> str:
    return file.path.name if source.name == file.path.stem else f"{file.path.name}/{source.name}"


def _choose(file: Opened, layer: str | None, spec: LayerSpec) -> tuple[Source, list[Text]]:
    """Pick the layer that was asked for, the only one, or the one of the definition's name."""
    names = [source.name for source in file.sources]
    if not names:
        raise EmptyLayer(
            Text(f"“{file.path.name}”里没有图层。", f"“{file.path.name}” holds no layers."),
            Text("请确认导出成功。", "Check that the export went well."),
        )
    if layer is not None:
        found = [s for s in file.sources if s.name == layer] or [
            s for s in file.sources if s.name.lower() == layer.lower()
        ]
        if len(found) == 1:
            return found[0], []
        near = difflib.get_close_matches(layer, names, 3, 0.5) or names[:10]
        raise UnknownLayer(
            Text(f"“{file.path.name}”里没有图层“{layer}”。", f"“{file.path.name}” has no layer “{layer}”."),
            Text(f"其中有:{'、'.join(near)}。", f"It has: {', '.join(near)}."),
            layers=names,
        )
    if len(names) == 1:
        return file.sources[0], []
    wanted = {name.lower() for name in (spec.code, *spec.aliases, spec.title.zh)}
    found = [source for source in file.sources if source.name.lower() in wanted]
    if len(found) == 1:
        note = Text(f"读取其中的图层“{found[0].name}”。", f"Read its layer “{found[0].name}”.")
        return found[0], [note]
    raise AmbiguousLayer(
        Text(
            f"“{file.path.name}”里有 {len(names)} 个图层,没有指明要哪一个。",
            f"“{file.path.name}” holds {len(names)} layers and none was chosen.",
        ),
        Text(
            f"请用 --source-layer 指明:{'、'.join(names[:30])}。",
            f"Pass --source-layer with one of: {', '.join(names[:30])}.",
        ),
        layers=names,
    )


def _describe(source: Source, encoding: str | None) -> FileLayer:
    if source.format in {"csv", "xlsx"}:
        frame = _read_table(source, FREE, encoding)[0]
        return FileLayer(source.name, "table", len(frame), None, tuple(map(str, frame.columns)))
    if source.format == "parquet":
        return _describe_parquet(source)
    with gdal(source):
        info = pyogrio.read_info(
            source.path,
            layer=source.layer,
            encoding=_encoding(source, encoding)[0],
            force_feature_count=True,
            force_total_bounds=False,
        )
    return FileLayer(
        source.name,
        _kind(info["geometry_type"]),
        int(info["features"]),
        io_crs.name_of(info["crs"]) if info["geometry_type"] else None,
        tuple(map(str, info["fields"])),
    )


def _kind(said: str | None) -> str:
    if said is None:
        return "table"
    plain = said.lower()
    return next((kind for kind in ("polygon", "line", "point") if kind in plain), "any")


def _describe_parquet(source: Source) -> FileLayer:
    import pyarrow.parquet as pq

    from tuban.geo.io_parquet import described

    with gdal(source):
        opened_file = pq.ParquetFile(source.path)
        names = tuple(opened_file.schema_arrow.names)
        geometry, crs = described(opened_file.schema_arrow.metadata)
        rows = opened_file.metadata.num_rows
    return FileLayer(source.name, geometry, rows, crs, tuple(name for name in names if name != "geometry"))


def _encoding(source: Source, said: str | None) -> tuple[str | None, tuple[Text, ...]]:
    if source.format != "shp":
        return None, ()
    dbf = next(
        p for p in source.path.parent.iterdir() if p.stem == source.path.stem and p.suffix.lower() == ".dbf"
    )
    return encodings.of_shapefile(dbf, said)


def _read_table(
    source: Source, spec: LayerSpec, encoding: str | None
) -> tuple[pd.DataFrame, list[Text], int]:
    if source.format == "xlsx":
        return io_table.read_xlsx(source.path, source.layer or source.name), [], 2
    frame, notes = io_table.read_csv(source.path, encoding)
    frame, more = fields.tell_kinds(frame, spec)
    return frame, [*notes, *more], 2


def _read_features(
    source: Source, spec: LayerSpec, encoding: str | None, progress: Progress
) -> tuple[pd.DataFrame, np.ndarray | None, Any, list[Text]]:
    """Give attributes, geometries (None for a table), the CRS the file names, and notes."""
    if source.format == "parquet":
        from tuban.geo.io_parquet import read_parquet

        with gdal(source):
            table, geometry, crs, notes = read_parquet(source.path)
    else:
        chosen, said = _encoding(source, encoding)
        notes = list(said)
        table, geometry, crs = read_arrow(source, chosen, progress)
    if geometry is None or not table.num_rows:
        return attributes(table, geometry, notes), None, None, notes
    column = table.column(geometry)
    geoms, said = io_geometry.from_wkb(column, spec.geometry)
    return attributes(table, geometry, notes), geoms, crs, notes + list(said)
