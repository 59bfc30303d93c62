"""Which formats are taken in, told by content and not only by name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tuban.errors import BrokenFile, FormatNotAllowed, Text

Format = Literal["gdb", "shp", "gpkg", "geojson", "parquet", "csv", "xlsx", "zip"]

TITLES: dict[Format, str] = {
    "gdb": "FileGDB (.gdb)",
    "shp": "Shapefile (.shp)",
    "gpkg": "GeoPackage (.gpkg)",
    "geojson": "GeoJSON (.geojson)",
    "parquet": "GeoParquet (.parquet)",
    "csv": "CSV (.csv)",
    "xlsx": "Excel (.xlsx)",
    "zip": "ZIP",
}
# The GDAL drivers that may answer for a format: anything else that opens the file is refused.
DRIVERS: dict[Format, str] = {
    "gdb": "OpenFileGDB",
    "shp": "ESRI Shapefile",
    "gpkg": "GPKG",
    "geojson": "GeoJSON",
}
_SUFFIXES: dict[str, Format] = {
    ".gdb": "gdb",
    ".shp": "shp",
    ".dbf": "shp",
    ".gpkg": "gpkg",
    ".geojson": "geojson",
    ".json": "geojson",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".zip": "zip",
}
ALLOWED_ZH = "FileGDB、Shapefile(均可压缩为 zip)、GeoPackage、GeoJSON、GeoParquet、CSV、XLSX"
ALLOWED_EN = "FileGDB, shapefile (both also zipped), GeoPackage, GeoJSON, GeoParquet, CSV, XLSX"
_ARCGIS_ZH = "在 ArcGIS 或 QGIS 中打开后导出为 GeoPackage 或 FileGDB"
_ARCGIS_EN = "open it in ArcGIS or QGIS and export it as GeoPackage or FileGDB"
_GDAL_EN = "ogr2ogr out.gpkg FILE"
# Formats that planners do have and that are not taken in: how to come from there.
_OTHERS: dict[str, tuple[str, Text]] = {
    suffix: (name, fix)
    for suffixes, name, fix in (
        (".kml .kmz", "KML", Text(f"{_ARCGIS_ZH}。", f"Convert it: {_GDAL_EN}.")),
        (
            ".gml .xml",
            "GML",
            Text(f"用 QGIS 导出,或执行 {_GDAL_EN}。", f"Export it from QGIS, or run {_GDAL_EN}."),
        ),
        (
            ".mdb .accdb",
            "Access",
            Text("在 ArcMap/ArcCatalog 中导出为 FileGDB(.gdb)。", "Export it from ArcMap as a FileGDB."),
        ),
        (
            ".dwg .dxf .dgn",
            "CAD",
            Text(f"{_ARCGIS_ZH},并给出坐标系。", f"{_ARCGIS_EN}, with its coordinate system."),
        ),
        (".xls", "Excel 97-2003", Text("用 Excel 另存为 .xlsx。", "Save it as .xlsx in Excel.")),
        (
            ".tif .tiff .img .jpg .png",
            "raster",
            Text("这里只收矢量和表格。", "Only vectors and tables are taken in."),
        ),
        (".rar .7z .tar .gz", "archive", Text("请改用 zip 压缩。", "Pack it as zip.")),
        (".txt", "text", Text("表格请另存为 CSV。", "Save a table as CSV.")),
        (".tab .mif .mid", "MapInfo", Text(f"{_ARCGIS_ZH}。", f"{_ARCGIS_EN}.")),
        (
            ".sqlite .db .osm .pbf .gpx .fgb .topojson .vrt",
            "GIS",
            Text(f"{_ARCGIS_ZH}。", f"Convert it: {_GDAL_EN}."),
        ),
    )
    for suffix in suffixes.split()
}


def detect(path: Path) -> Format:
    """Tell the format of a file or folder.

    Raises
    ------
    FormatNotAllowed : a format outside the list; the fix says how to convert it.
    BrokenFile : empty, or the content is not what the name says.
    """
    if path.is_dir():
        return _folder(path)
    said = _SUFFIXES.get(path.suffix.lower())
    if said is None:
        name, fix = _OTHERS.get(path.suffix.lower(), (path.suffix or path.name, None))
        raise FormatNotAllowed(
            Text(f"不能导入 {name} 格式(“{path.name}”)。", f"{name} files are not taken in (“{path.name}”)."),
            Text(
                f"可导入:{ALLOWED_ZH}。" + (fix.zh if fix else f"请{_ARCGIS_ZH}。"),
                f"Allowed: {ALLOWED_EN}. " + (fix.en if fix else f"{_ARCGIS_EN[0].upper()}{_ARCGIS_EN[1:]}."),
            ),
            suffix=path.suffix.lower(),
        )
    if path.stat().st_size == 0:
        raise BrokenFile(
            Text(f"文件“{path.name}”是空的(0 字节)。", f"The file “{path.name}” is empty (0 bytes)."),
            Text(
                "请重新复制或下载,多半是传输中断了。",
                "Copy or download it again; the transfer probably broke.",
            ),
        )
    found = _content(path)
    if said == "shp" and path.suffix.lower() == ".dbf":
        return "shp"
    agrees = {"xlsx": {"zip"}, "zip": {"zip"}, "csv": {"text", "json"}, "geojson": {"json"}}.get(said, {said})
    if found not in agrees:
        _not_what_it_says(path, said)
    return said


def _folder(path: Path) -> Format:
    if any(path.glob("a0000000*.gdbtable")):
        return "gdb"
    if path.suffix.lower() == ".gdb":
        _not_what_it_says(path, "gdb")
    if any(child.suffix.lower() == ".shp" for child in path.iterdir()):
        return "shp"
    raise FormatNotAllowed(
        Text(
            f"文件夹“{path.name}”里没有可导入的数据。", f"The folder “{path.name}” holds nothing to take in."
        ),
        Text(
            "文件夹应是 FileGDB(.gdb)或装有 .shp;其他格式请直接给出文件。",
            "A folder is a FileGDB (.gdb) or holds .shp files; for other formats name the file.",
        ),
    )


def _content(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    marks = ((b"SQLite format 3\0", "gpkg"), (b"PAR1", "parquet"), (b"PK\3\4", "zip"), (b"PK\5\6", "zip"))
    for mark, kind in marks:
        if head.startswith(mark):
            return kind
    if head[:4] == b"\x00\x00\x27\x0a":
        return "shp"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return "json"
    return "binary" if b"\0" in head else "text"


def _not_what_it_says(path: Path, said: Format) -> None:
    raise BrokenFile(
        Text(
            f"“{path.name}”不是有效的 {TITLES[said]}:内容与扩展名不符或已损坏。",
            f"“{path.name}” is no valid {TITLES[said]}: damaged, or another kind of file under that name.",
        ),
        Text(
            "请确认复制完整;FileGDB 是整个 .gdb 文件夹,不是一个文件。",
            "Check that the copy is whole; a FileGDB is the whole .gdb folder, not one file.",
        ),
        expected=TITLES[said],
    )
