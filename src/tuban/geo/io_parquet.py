"""GeoParquet in: columns as Arrow, geometry as WKB, the system as the file's metadata names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tuban.errors import Text
from tuban.geo.io_check import broken
from tuban.geo.io_crs import name_of

# GeoParquet 1.1: a column without "crs" is longitude/latitude on WGS 84.
_DEFAULT_CRS = "OGC:CRS84"


def described(metadata: dict[bytes, bytes] | None) -> tuple[str, str | None]:
    """Give kind of geometry and CRS as the metadata tell them; `table`, None without geometry."""
    geo = _geo(metadata)
    if geo is None:
        return "table", None
    column = geo["columns"][geo["primary_column"]]
    types = " ".join(column.get("geometry_types") or []).lower()
    kinds = [kind for kind in ("polygon", "line", "point") if kind in types]
    return (kinds[0] if len(kinds) == 1 else "any"), name_of(column.get("crs", _DEFAULT_CRS))


def read_parquet(path: Path) -> tuple[pa.Table, str | None, Any, list[Text]]:
    """Give the table, the name of its WKB column (None for a plain table), the CRS, and notes."""
    table = pq.ParquetFile(path).read()
    geo = _geo(table.schema.metadata)
    table = table.replace_schema_metadata(None)
    if "__index_level_0__" in table.column_names:
        table = table.drop_columns(["__index_level_0__"])
    if geo is None:
        return table, None, None, []
    name = geo["primary_column"]
    column = geo["columns"].get(name)
    if name not in table.column_names or column is None:
        raise broken(path, f"没有图形列“{name}”", f"the geometry column “{name}” is missing")
    if str(column.get("encoding", "WKB")).upper() != "WKB":
        raise broken(path, "图形不是 WKB 编码", "its geometry is not encoded as WKB")
    # The boxes that speed up filters repeat the geometry.
    boxes = {path[0] for path in column.get("covering", {}).get("bbox", {}).values() if path}
    table = table.drop_columns([box for box in boxes if box in table.column_names])
    return table, name, column.get("crs", _DEFAULT_CRS), []


def _geo(metadata: dict[bytes, bytes] | None) -> dict[str, Any] | None:
    said = (metadata or {}).get(b"geo")
    if said is None:
        return None
    geo = json.loads(said)
    if not isinstance(geo, dict) or "primary_column" not in geo or not isinstance(geo.get("columns"), dict):
        raise ValueError("invalid GeoParquet metadata")
    return geo
