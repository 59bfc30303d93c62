"""A layer exactly as it lies in its file, faults included: for those who judge files, not for those who use them.

`read_layer` refuses what is wrong. Here nothing is refused that can be read at all: missing or curved geometry,
wrong types, foreign systems come as they are, and what could not be understood is said in `notes`.
"""

from __future__ import annotations

import sqlite3
import struct
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import CRSError

from tuban.domain.progress import quiet
from tuban.errors import Text, TubanError, UnknownCRS, UnknownEncoding
from tuban.geo import encoding as encodings
from tuban.geo import io_table
from tuban.geo.crs import parse
from tuban.geo.io_arrow import attributes, gdal, read_arrow
from tuban.geo.io_check import broken
from tuban.geo.io_open import Source

RawKind = Literal["text", "integer", "number", "date", "other"]
# A cell longer than this is no attribute; the column is left unread, and named.
MAX_CELL_BYTES = 16 * 1024**2
# What programs write where nobody said a length: it says nothing about the structure.
UNSAID_LENGTHS = frozenset({0, 80, 254, 255, 65535, 65536, 65537, 2147483647})
_OGR: dict[str, RawKind] = {
    "OFTString": "text",
    "OFTInteger": "integer",
    "OFTInteger64": "integer",
    "OFTReal": "number",
    "OFTDate": "date",
    "OFTDateTime": "date",
}
_SYSTEM_TABLES = "GDB_Items"


@dataclass(frozen=True, slots=True)
class RawField:
    """One column as the file declares it; `length` and `decimals` are None where the file does not say."""

    name: str
    kind: RawKind
    length: int | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class RawInfo:
    """What a file says of a layer without its rows being read.

    `crs` is what GDAL understood (None where nothing is said); `tolerance`, `resolution` are in units of
    the coordinates, None where the format keeps none.
    """

    name: str
    geometry: str | None
    rows: int
    crs: str | None
    fields: tuple[RawField, ...]
    has_z: bool = False
    tolerance: float | None = None
    resolution: float | None = None
    vertical: str | None = None


@dataclass(frozen=True, slots=True)
class RawLayer:
    """All rows: attributes as they are, WKB by row (None for a table), what could not be understood."""

    frame: pd.DataFrame
    wkb: pa.Array | None
    notes: tuple[Text, ...] = ()


def raw_info(source: Source) -> RawInfo:
    """Say what a file declares of one layer.

    Raises
    ------
    Unreadable and its children : not even that can be read.
    """
    if source.format in {"csv", "xlsx"}:
        frame = _table(source)
        return RawInfo(source.name, None, len(frame), None, tuple(_column(frame, n) for n in frame.columns))
    if source.format == "parquet":
        frame, wkb, crs = _parquet(source)
        names = tuple(_column(frame, name) for name in frame.columns)
        return RawInfo(source.name, "any" if wkb is not None else None, len(frame), crs, names)
    crs: str | None = None
    with gdal(source):
        try:
            info = _gdal_info(source)
            crs = info["crs"]
        except (UnboundLocalError, CRSError) as error:
            raise _no_crs(source) from error
    declared = _declared(source)
    fields = []
    for name, ogr in zip(info["fields"], info["ogr_types"], strict=True):
        length, decimals = declared.lengths.get(str(name), (None, None))
        kind = _OGR.get(str(ogr), "other")
        said = length if length not in UNSAID_LENGTHS else None
        fields.append(
            RawField(str(name), kind, said if kind == "text" or decimals is not None else None, decimals)
        )
    return RawInfo(
        source.name,
        info["geometry_type"],
        int(info["features"]),
        crs,
        tuple(fields),
        has_z=" Z" in str(info["geometry_type"]) or "25D" in str(info["geometry_type"]),
        tolerance=declared.tolerance,
        resolution=declared.resolution,
        vertical=declared.vertical,
    )


def raw_rows(source: Source) -> RawLayer:
    """Read every row as it is.

    Raises
    ------
    Unreadable and its children : the rows cannot be read at all.
    """
    if source.format in {"csv", "xlsx"}:
        return RawLayer(_table(source), None)
    if source.format == "parquet":
        frame, wkb, _ = _parquet(source)
        return RawLayer(frame, wkb)
    notes: list[Text] = []
    long = _too_long(source)
    if long:
        raise broken(
            source.path,
            f"字段 {'、'.join(long)} 的单个值超过 {MAX_CELL_BYTES // 1024**2} MB",
            f"single values of {', '.join(long)} exceed {MAX_CELL_BYTES // 1024**2} MB",
        )
    encoding = _encoding(source, notes)
    try:
        table, geometry, _ = read_arrow(source, encoding, quiet)
    except UnknownCRS:
        table, geometry = _without_crs(source, encoding)
    wkb = _one_array(table.column(geometry)) if geometry is not None and table.num_rows else None
    try:
        frame = attributes(table, geometry, notes)
    except UnknownEncoding as error:
        notes.append(error.problem)
        frame = attributes(_forced_text(table), geometry, notes)
    return RawLayer(frame, wkb, tuple(notes))


def raw_geometry(wkb: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Give n flat geometries, None where there is none to use, and n WKB type numbers without Z and M.

    Type 0 is no geometry; 8 and more are curves and surfaces, which are not parsed; -1 is WKB that cannot be
    parsed.
    """
    codes = _codes(wkb)
    plain = ((codes & 0x1FFFFFFF) % 1000).astype(np.int64)
    plain[codes == 0] = 0
    usable = (plain >= 1) & (plain <= 7)
    blobs = wkb.to_numpy(zero_copy_only=False)
    geoms = np.full(len(blobs), None, dtype=object)
    geoms[usable] = shapely.from_wkb(blobs[usable], on_invalid="ignore")
    plain[usable & shapely.is_missing(geoms)] = -1
    # Old WKB marks Z and M by high bits, ISO by thousands; most files have neither, and are left as they are.
    if usable.any() and ((codes >> 29 != 0) | ((codes & 0x1FFFFFFF) >= 1000)).any():
        geoms = shapely.force_2d(geoms)
    return geoms, plain


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _codes(wkb: pa.Array) -> np.ndarray:
    large = pa.types.is_large_binary(wkb.type)
    offsets = np.frombuffer(wkb.buffers()[1], np.int64 if large else np.int32)[
        wkb.offset : wkb.offset + len(wkb) + 1
    ]
    codes = np.zeros(len(wkb), dtype=np.int64)
    full = (np.diff(offsets) >= 5) & ~np.asarray(wkb.is_null())
    data = wkb.buffers()[2]
    if data is None or not full.any():
        return codes
    raw = np.frombuffer(data, np.uint8)
    starts = offsets[:-1][full].astype(np.int64)
    parts = [raw[starts + i].astype(np.int64) for i in (1, 2, 3, 4)]
    little = raw[starts] == 1
    low = parts[0] | parts[1] << 8 | parts[2] << 16 | parts[3] << 24
    high = parts[3] | parts[2] << 8 | parts[1] << 16 | parts[0] << 24
    codes[full] = np.where(little, low, high)
    return codes


@dataclass(slots=True)
class _Declared:
    lengths: dict[str, tuple[int | None, int | None]]
    tolerance: float | None = None
    resolution: float | None = None
    vertical: str | None = None


def _declared(source: Source) -> _Declared:
    """Read what GDAL does not pass on: declared lengths, and the grid and tolerance of a FileGDB."""
    try:
        if source.format == "shp":
            return _Declared(_of_dbf(source.path))
        if source.format == "gpkg":
            return _Declared(_of_gpkg(source.path, source.layer or source.name))
        if source.format == "gdb":
            return _of_gdb(source.path, source.layer or source.name)
    except (OSError, ValueError, struct.error, sqlite3.Error, ET.ParseError, UnicodeDecodeError, TubanError):
        return _Declared({})
    return _Declared({})


def _of_dbf(path: Path) -> dict[str, tuple[int | None, int | None]]:
    dbf = next(p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() == ".dbf")
    lengths: dict[str, tuple[int | None, int | None]] = {}
    with dbf.open("rb") as file:
        head = file.read(32)
        count = (struct.unpack("<H", head[8:10])[0] - 33) // 32
        for _ in range(count):
            field = file.read(32)
            name = field[:11].split(b"\0", 1)[0].decode("latin-1")
            kind, width, decimals = chr(field[11]), field[16], field[17]
            lengths[name] = (width, decimals if kind in "NF" else None)
    return lengths


def _of_gpkg(path: Path, layer: str) -> dict[str, tuple[int | None, int | None]]:
    lengths: dict[str, tuple[int | None, int | None]] = {}
    with sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True) as base:
        for row in base.execute("SELECT name, type FROM pragma_table_info(?)", (layer,)):
            name, said = str(row[0]), str(row[1]).upper()
            width = said.partition("(")[2].partition(")")[0]
            lengths[name] = (
                (int(width), None) if said.startswith("TEXT") and width.isdigit() else (None, None)
            )
    base.close()
    return lengths


def _of_gdb(path: Path, layer: str) -> _Declared:
    items = pyogrio.read_dataframe(
        path, layer=_SYSTEM_TABLES, columns=["Name", "Definition"], read_geometry=False, use_arrow=False
    )
    found = items.loc[items["Name"] == layer, "Definition"].dropna()
    if not len(found) or "<!ENTITY" in found.iloc[0]:
        return _Declared({})
    root = ET.fromstring(found.iloc[0])  # noqa: S314 - no entities, see above
    lengths: dict[str, tuple[int | None, int | None]] = {}
    for field in root.iter("GPFieldInfoEx"):
        text = field.findtext("FieldType", "").endswith("String")
        lengths[field.findtext("Name", "")] = (int(field.findtext("Length", "0")) if text else None, None)
    system = root.find("SpatialReference")
    if system is None:
        return _Declared(lengths)
    tolerance, scale = system.findtext("XYTolerance"), system.findtext("XYScale")
    wkt = system.findtext("WKT", "")
    return _Declared(
        lengths,
        tolerance=float(tolerance) if tolerance else None,
        resolution=1.0 / float(scale) if scale and float(scale) else None,
        vertical=wkt.partition("VERTCS[")[2].split('"')[1] if "VERTCS[" in wkt else None,
    )


def _gdal_info(source: Source) -> dict[str, Any]:
    return pyogrio.read_info(
        source.path,
        layer=source.layer,
        encoding=_encoding(source, []),
        force_feature_count=True,
        force_total_bounds=False,
    )


def _encoding(source: Source, notes: list[Text]) -> str | None:
    """Tell how a shapefile's text is encoded; where nobody can tell, GBK, and a note that says so."""
    if source.format != "shp":
        return None
    dbf = next(
        p for p in source.path.parent.iterdir() if p.stem == source.path.stem and p.suffix.lower() == ".dbf"
    )
    try:
        return encodings.of_shapefile(dbf, None)[0]
    except UnknownEncoding as error:
        notes.append(error.problem)
        return "GBK"


def _without_crs(source: Source, encoding: str | None) -> tuple[pa.Table, str | None]:
    """Read a shapefile whose .prj breaks GDAL, from a copy of its other parts."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="tuban-") as room:
        for part in source.path.parent.iterdir():
            if part.stem == source.path.stem and part.suffix.lower() != ".prj":
                shutil.copy(part, room)
        copy = Source(
            source.format, Path(room) / source.path.name, source.layer, source.name, source.geometry
        )
        table, geometry, _ = read_arrow(copy, encoding, quiet)
    return table, geometry


def _no_crs(source: Source) -> UnknownCRS:
    return UnknownCRS(
        Text(
            f"“{source.path.name}”的坐标系定义无法读懂。",
            f"The system of “{source.path.name}” is unreadable.",
        ),
        Text("请更换 .prj 后重新提交。", "Replace the .prj and hand it in again."),
    )


def _forced_text(table: pa.Table) -> pa.Table:
    """Give the text with what is no UTF-8 marked by U+FFFD, so that a rule can find it."""
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            raw = table.column(i).cast(pa.binary()).to_pylist()
            said = [None if v is None else v.decode("utf-8", "replace") for v in raw]
            table = table.set_column(i, field.name, pa.array(said, pa.string()))
    return table


def _too_long(source: Source) -> list[str]:
    """List the text columns of a large GeoPackage that hold a value too long to be an attribute."""
    if source.format != "gpkg" or source.path.stat().st_size < MAX_CELL_BYTES:
        return []
    layer = (source.layer or source.name).replace('"', '""')
    with sqlite3.connect(f"file:{quote(str(source.path))}?mode=ro&immutable=1", uri=True) as base:
        texts = [
            str(name)
            for name, said in base.execute("SELECT name, type FROM pragma_table_info(?)", (layer,))
            if str(said).upper().startswith("TEXT")
        ]
        # SQLite before 3.43 has no octet_length; length of a blob is as cheap.
        how = "octet_length" if sqlite3.sqlite_version_info >= (3, 43) else "length"
        columns = ", ".join(f'max({how}("{name}"))'.replace("\0", "") for name in texts)
        longest = base.execute(f'SELECT {columns} FROM "{layer}"').fetchone() if texts else ()
    base.close()
    return [name for name, size in zip(texts, longest, strict=True) if size and size > MAX_CELL_BYTES]


def _table(source: Source) -> pd.DataFrame:
    if source.format == "xlsx":
        return io_table.read_xlsx(source.path, source.layer or source.name)
    if source.path.stat().st_size > 512 * 1024**2:
        raise broken(source.path, "表格超过 512 MB", "the table exceeds 512 MB")
    return io_table.read_csv(source.path)[0]


def _parquet(source: Source) -> tuple[pd.DataFrame, pa.Array | None, str | None]:
    from tuban.geo.io_parquet import read_parquet

    with gdal(source):
        table, geometry, crs, notes = read_parquet(source.path)
    wkb = _one_array(table.column(geometry)) if geometry is not None else None
    return attributes(table, geometry, list(notes)), wkb, _wkt(crs)


def _wkt(crs: Any) -> str | None:
    """Give a system as text; what cannot be read stays as it was written, for whoever names the fault."""
    if crs is None:
        return None
    try:
        return parse(crs).to_wkt()
    except UnknownCRS:
        return str(crs)


def _column(frame: pd.DataFrame, name: object) -> RawField:
    return RawField(str(name), kind_of(frame[name]))


def kind_of(series: pd.Series) -> RawKind:
    """Give the kind of a column that pandas holds."""
    if pd.api.types.is_bool_dtype(series):
        return "other"
    if pd.api.types.is_integer_dtype(series):
        return "integer"
    if pd.api.types.is_numeric_dtype(series):
        return "number"
    return "date" if pd.api.types.is_datetime64_any_dtype(series) else "text"
