"""From GDAL and Arrow to frames: rows in batches, columns with kinds that lose nothing, errors in our words."""

from __future__ import annotations

import codecs
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import open_arrow

from tuban.domain.progress import Progress, Step
from tuban.errors import FormatNotAllowed, Text, UnknownCRS, UnknownEncoding
from tuban.geo import formats
from tuban.geo.gdal_log import quiet_gdal
from tuban.geo.io_check import broken
from tuban.geo.io_open import Source

_READING = Text("读取文件", "Reading the file")
_BATCH_ROWS = 65_536
_GDAL_ERRORS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    pa.ArrowException,
    UnicodeDecodeError,
    OSError,
    ValueError,
    RuntimeError,
)


def read_arrow(source: Source, encoding: str | None, progress: Progress) -> tuple[pa.Table, str | None, Any]:
    """Give all rows as Arrow, the name of the WKB column (None for a table), and the CRS the file names.

    Raises
    ------
    BrokenFile : fewer rows than promised, or not readable.
    FormatNotAllowed : another driver than the format's own answered.
    """
    with gdal(source):
        info = pyogrio.read_info(
            source.path,
            layer=source.layer,
            encoding=encoding,
            force_feature_count=True,
            force_total_bounds=False,
        )
        if info["driver"] != formats.DRIVERS[source.format]:
            raise FormatNotAllowed(
                Text(
                    f"“{source.path.name}”实际是 {info['driver']} 格式。",
                    f"“{source.path.name}” is really {info['driver']}.",
                ),
                Text(f"可导入:{formats.ALLOWED_ZH}。", f"Allowed: {formats.ALLOWED_EN}."),
            )
        expected = int(info["features"])
        with open_arrow(
            source.path, layer=source.layer, encoding=encoding, use_pyarrow=True, batch_size=_BATCH_ROWS
        ) as (meta, reader):
            batches, rows = [], 0
            for batch in reader:
                batches.append(batch)
                rows += batch.num_rows
                progress(Step(0.05 + 0.55 * min(rows / max(expected, 1), 1), _READING))
            table = pa.Table.from_batches(batches, schema=reader.schema)
    if rows != expected:
        raise broken(
            source.path, f"应有 {expected} 个对象,只读出 {rows} 个", f"{rows} objects read of {expected}"
        )
    if info["geometry_type"] is None:
        return table, None, None
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry not in table.column_names:
        geometry = next((f.name for f in table.schema if b"geoarrow" in str(f.metadata).encode()), None)
    fid = meta.get("fid_column")
    if fid and fid in table.column_names and fid not in set(meta["fields"]):
        table = table.drop_columns([fid])
    return table, geometry, meta["crs"]


def attributes(table: pa.Table, geometry: str | None, notes: list[Text]) -> pd.DataFrame:
    """Give the columns other than geometry as pandas has them best; what was left out or turned goes to `notes`."""
    if geometry is not None:
        table = table.drop_columns([geometry])
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            table = table.set_column(i, field.name, _sound_text(table.column(i), field.name))
    left_out = [
        f.name for f in table.schema if pa.types.is_binary(f.type) or pa.types.is_large_binary(f.type)
    ]
    if left_out:
        table = table.drop_columns(left_out)
        notes.append(
            Text(f"未读入二进制列:{'、'.join(left_out)}。", f"Left out, being binary: {', '.join(left_out)}.")
        )
    for i, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            table = table.set_column(i, field.name, _as_json(table.column(i)))
            notes.append(
                Text(f"列表列 {field.name} 按文本读取。", f"The list column {field.name} was read as text.")
            )
    if "geometry" in table.column_names:
        table = table.rename_columns(["geometry_1" if n == "geometry" else n for n in table.column_names])
        notes.append(
            Text("属性列 geometry 改名为 geometry_1。", "The attribute geometry is called geometry_1 here.")
        )
    frame = table.to_pandas()
    for name in frame.select_dtypes("datetimetz").columns:
        # GDAL marks every time as UTC where the file names no zone: the wall clock is what was meant.
        frame[name] = frame[name].dt.tz_localize(None)
    # Whole numbers with gaps stay whole numbers.
    nullable = {
        field.name: "boolean" if pa.types.is_boolean(field.type) else "Int64"
        for field in table.schema
        if (pa.types.is_integer(field.type) or pa.types.is_boolean(field.type))
        and table.column(field.name).null_count
    }
    for name in nullable:
        frame[name] = table.column(name).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame.astype(nullable) if nullable else frame


def _sound_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Give text that is UTF-8 throughout: GDAL passes bytes on as they are, half characters included.

    Raises
    ------
    UnknownEncoding : other bytes than half a character at the end, which only a field too narrow leaves.
    """
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.cast(pa.binary()).to_pylist()
        try:
            said = [None if v is None else codecs.utf_8_decode(v, "strict", False)[0] for v in raw]
        except UnicodeDecodeError as error:
            raise UnknownEncoding(
                Text(f"列 {name} 的文字不是 UTF-8,会成乱码。", f"The text of {name} is not UTF-8: garbled."),
                Text(
                    "请用制作软件以 UTF-8 重新导出;Shapefile 可用 --encoding 指明编码。",
                    "Export it again as UTF-8; for a shapefile pass --encoding.",
                ),
                field=name,
            ) from error
        return pa.chunked_array([pa.array(said, pa.string())])
    return column


def _as_json(column: pa.ChunkedArray) -> pa.Array:
    values = column.to_pylist()
    said = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values]
    return pa.array(said, pa.string())


@contextlib.contextmanager
def gdal(source: Source) -> Iterator[None]:
    """Turn what GDAL and Arrow say about a damaged file into our words."""
    try:
        with quiet_gdal():
            yield
    except (CRSError, UnboundLocalError) as error:
        # pyogrio 0.13 fails in the second way on a .prj that GDAL reads but cannot turn into text.
        raise UnknownCRS(
            Text(
                f"“{source.path.name}”的坐标系定义无法读懂。",
                f"The system of “{source.path.name}” is unreadable.",
            ),
            Text(
                "请删去损坏的 .prj,问清坐标系后用 --crs 指明。",
                "Remove the damaged .prj, ask for the system and pass it with --crs.",
            ),
        ) from error
    except _GDAL_ERRORS as error:
        said = str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
        raise broken(source.path, said, said) from error
