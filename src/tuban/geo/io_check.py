"""Is the file whole, and is it nothing but data? Asked before GDAL sees it, since GDAL reads leniently."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tuban.errors import BrokenFile, FormatNotAllowed, InvalidGeometry, Text, UnsafeFile

MAX_GEOJSON_BYTES = 512 * 1024**2
_GEOMETRIES = {
    "Point": 1,
    "MultiPoint": 2,
    "LineString": 2,
    "MultiLineString": 3,
    "Polygon": 3,
    "MultiPolygon": 4,
}


def broken(path: Path, zh: str, en: str) -> BrokenFile:
    """Make the error for a file that is not whole."""
    return BrokenFile(
        Text(f"“{path.name}”不完整或已损坏:{zh}。", f"“{path.name}” is truncated or damaged: {en}."),
        Text("请重新复制、下载或重新导出后再导入。", "Copy, download or export it again, then import."),
    )


def check_shapefile(path: Path) -> None:
    """Compare what the headers of .shp, .shx and .dbf promise with what is there; raises BrokenFile."""
    parts = {child.suffix.lower(): child for child in path.parent.iterdir() if child.stem == path.stem}
    if path.suffix.lower() == ".shp":
        for needed in (".shx", ".dbf"):
            if needed not in parts:
                raise BrokenFile(
                    Text(
                        f"“{path.name}”缺少同名的 {needed} 文件。", f"“{path.name}” lacks its {needed} part."
                    ),
                    Text(
                        "Shapefile 由 .shp、.shx、.dbf、.prj 等组成,请一起复制。",
                        "A shapefile is a set (.shp, .shx, .dbf, .prj): copy them together.",
                    ),
                )
        for suffix in (".shp", ".shx"):
            with parts[suffix].open("rb") as file:
                head = file.read(100)
            size = parts[suffix].stat().st_size
            if len(head) < 100 or head[:4] != b"\x00\x00\x27\x0a":
                raise broken(parts[suffix], "文件头无效", "no valid header")
            said = 2 * struct.unpack(">I", head[24:28])[0]
            if said > size or said < 100:
                raise broken(parts[suffix], f"应有 {said} 字节,实有 {size} 字节", f"{size} bytes of {said}")
    dbf = parts[".dbf"]
    with dbf.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        raise broken(dbf, "文件头无效", "no valid header")
    rows, start, width = struct.unpack("<IHH", head[4:12])
    if dbf.stat().st_size < start + rows * width:
        raise broken(dbf, f"应有 {rows} 条记录", f"it promises {rows} records")
    if path.suffix.lower() == ".shp":
        with parts[".shx"].open("rb") as file:
            shapes = (2 * struct.unpack(">I", file.read(100)[24:28])[0] - 100) // 8
        if shapes != rows:
            raise broken(
                path,
                f"图形 {shapes} 个而属性 {rows} 条,不是同一套文件",
                f"{shapes} shapes but {rows} records: not one set",
            )


def check_geopackage(path: Path) -> None:
    """Make sure that a GeoPackage is whole and holds tables, not programs.

    Raises
    ------
    BrokenFile : truncated, not a database, not a GeoPackage.
    UnsafeFile : virtual tables or views that reach outside the file.
    """
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100:
        raise broken(path, "文件头无效", "no valid header")
    page = struct.unpack(">H", head[16:18])[0] or 65536
    page = 65536 if page == 1 else page
    changes, pages, checked = (struct.unpack(">I", head[at : at + 4])[0] for at in (24, 28, 92))
    if pages and changes == checked and path.stat().st_size < pages * page:
        raise broken(path, f"应有 {pages * page} 字节", f"it promises {pages * page} bytes")
    try:
        # A journal left behind by a crash must be replayed, which needs the ordinary (still read-only) mode.
        leftover = any(path.with_name(path.name + tail).exists() for tail in ("-wal", "-journal"))
        mode = "mode=ro" if leftover else "mode=ro&immutable=1"
        connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        try:
            objects = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise broken(path, "数据库结构无法读取", "the database cannot be read") from error
    names = {name for _, name, _ in objects}
    if "gpkg_contents" not in names:
        raise broken(path, "不是 GeoPackage(没有 gpkg_contents)", "no GeoPackage: gpkg_contents is missing")
    for kind, name, sql in objects:
        virtual = re.search(r"create\s+virtual\s+table.*?\busing\s+(\w+)", sql, re.I | re.S)
        reaches = kind == "view" and re.search(r"\b(ogr|gdal|load|http|read)_?\w*\s*\(", sql, re.I)
        if reaches or (virtual and not re.match(r"rtree|fts[345]", virtual[1], re.I)):
            raise UnsafeFile(
                Text(
                    f"“{path.name}”中的“{name}”会访问文件之外的内容。",
                    f"“{name}” in “{path.name}” reaches outside the file.",
                ),
                Text(
                    "请在 QGIS 中把图层另存为新的 GeoPackage。",
                    "Save the layers to a new GeoPackage in QGIS.",
                ),
            )


def check_geojson(path: Path) -> int:
    """Make sure of the structure of a GeoJSON file, which GDAL would mend without a word; give its objects.

    Raises
    ------
    BrokenFile : not JSON, or not GeoJSON, with the place.
    InvalidGeometry : a geometry with coordinates that its type does not allow.
    UnsafeFile : a coordinate system fetched from elsewhere.
    FormatNotAllowed : too large to be held at once.
    """
    if path.stat().st_size > MAX_GEOJSON_BYTES:
        raise FormatNotAllowed(
            Text(
                f"“{path.name}”太大,GeoJSON 只收 512 MB 以内。",
                f"“{path.name}” is too large: GeoJSON up to 512 MB.",
            ),
            Text("请转换为 GeoPackage 或 FileGDB。", "Convert it to GeoPackage or FileGDB."),
        )
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise broken(path, "不是有效的 JSON(UTF-8)", "no valid JSON (UTF-8)") from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection":
        features = document.get("features")
    elif kind == "Feature":
        features = [document]
    elif kind in _GEOMETRIES or kind == "GeometryCollection":
        features = [{"type": "Feature", "properties": {}, "geometry": document}]
    else:
        raise broken(path, f"类型“{kind}”不是 GeoJSON", f"the type “{kind}” is not GeoJSON")
    system = document.get("crs")
    if isinstance(system, dict) and str(system.get("type", "name")).lower() != "name":
        raise UnsafeFile(
            Text(
                f"“{path.name}”要从别处取坐标系定义。", f"“{path.name}” wants to fetch its coordinate system."
            ),
            Text("请删去 crs 成员后重试,并用 --crs 指明。", "Remove the crs member and pass --crs."),
        )
    if not isinstance(features, list):
        raise broken(path, "缺少 features 数组", "it has no array of features")
    for number, feature in enumerate(features, 1):
        _feature(path, number, feature)
    return len(features)


def _no_constant(said: str) -> float:
    raise ValueError(f"{said} is not JSON")


def _feature(path: Path, number: int, feature: Any) -> None:
    if not isinstance(feature, dict) or feature.get("type") != "Feature" or "geometry" not in feature:
        raise broken(path, f"第 {number} 个对象不是 Feature", f"object {number} is no Feature")
    if not isinstance(feature.get("properties", {}), dict | None):
        raise broken(path, f"第 {number} 个对象的 properties 无效", f"object {number} has invalid properties")
    geometry = feature["geometry"]
    if geometry is not None:
        _geometry(number, geometry)


def _geometry(number: int, geometry: Any) -> None:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and isinstance(geometry.get("geometries"), list):
        for part in geometry["geometries"]:
            _geometry(number, part)
        return
    if kind not in _GEOMETRIES or not _nested(geometry.get("coordinates"), _GEOMETRIES[kind]):
        raise InvalidGeometry(
            Text(
                f"第 {number} 个对象的图形无效({kind})。",
                f"Object {number} has an invalid geometry ({kind}).",
            ),
            Text(
                "请在制作软件中检查该对象后重新导出。",
                "Check that object in the program that made it and export again.",
            ),
            rows=[number],
        )
    if kind in {"Polygon", "MultiPolygon"}:
        polygons = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
        for ring in (ring for polygon in polygons for ring in polygon):
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise InvalidGeometry(
                    Text(f"第 {number} 个对象的环没有闭合。", f"A ring of object {number} is not closed."),
                    Text(
                        "请闭合后重新导出(首尾点相同)。",
                        "Close it (first point = last point) and export again.",
                    ),
                    rows=[number],
                )


def _nested(value: Any, depth: int) -> bool:
    """Say whether `value` is positions, `depth` - 1 lists deep."""
    if not isinstance(value, list):
        return False
    if depth == 1:
        return len(value) >= 2 and all(
            isinstance(number, int | float) and not isinstance(number, bool) for number in value
        )
    return all(_nested(inner, depth - 1) for inner in value)
