"""Bad input of every kind: the right error, with what is wrong and what to do in both languages."""

import contextlib
import re
import shutil
import sqlite3
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from given import CRS, parcels, square
from tuban.domain.layer import FieldSpec, LayerSpec
from tuban.errors import (
    BrokenFile,
    DuplicateId,
    EmptyLayer,
    FormatNotAllowed,
    InvalidGeometry,
    MissingField,
    Text,
    TubanError,
    UnknownCRS,
    UnknownEncoding,
    WrongCRS,
    WrongType,
)
from tuban.geo.io import layers_in, read_layer
from tuban.geo.write import write_layer

SPEC = LayerSpec(
    "DLTB",
    Text("地类图斑", "Land patches"),
    "present",
    "polygon",
    fields=(
        FieldSpec("BSM", Text("标识码", "Identifier"), "text", required=True),
        FieldSpec("DLBM", Text("地类编码", "Class code"), "text", required=True),
        FieldSpec("TBMJ", Text("图斑面积", "Area"), "number"),
        FieldSpec("SJNF", Text("数据年份", "Year"), "integer"),
        FieldSpec("BHKSSJ", Text("开始时间", "Start"), "date"),
    ),
    id_field="BSM",
)
SPATIAL = ["gpkg", "gdb", "shp", "parquet"]


def refused(kind: type[TubanError], path: Path, spec: LayerSpec = SPEC, **options: object) -> TubanError:
    """Read, expect that error, and check that it says what is wrong and what to do, in both languages."""
    with pytest.raises(TubanError) as caught:
        read_layer(path, spec, **options)  # type: ignore[arg-type]
    error = caught.value
    assert type(error) is kind, error
    for text in (error.problem, error.fix):
        assert re.search("[一-鿿]", text.zh), text
        assert re.search("[A-Za-z]{3}", text.en), text
        assert not re.search("[一-鿿]", re.sub("[“(].*?[”)]", "", text.en)) or "→" in text.en, text.en
    return error


def layer(**columns: object) -> gpd.GeoDataFrame:
    return parcels(2, **({"DLBM": ["0101", "0301", "0101", "1001"]} | columns))


def saved(tmp_path: Path, frame: gpd.GeoDataFrame, format: str = "gpkg") -> Path:
    return write_layer(frame, tmp_path / f"a.{format}", format=format, layer_name="DLTB")  # type: ignore[arg-type]


@pytest.mark.parametrize("format", SPATIAL)
def test_no_system(tmp_path, format):
    error = refused(UnknownCRS, saved(tmp_path, layer().set_crs(None, allow_override=True), format))
    assert "--crs" in error.fix.zh


@pytest.mark.parametrize("format", SPATIAL)
def test_no_system_but_eastings_that_tell_the_zone(tmp_path, format):
    frame = layer().to_crs("EPSG:4526").set_crs(None, allow_override=True)
    error = refused(UnknownCRS, saved(tmp_path, frame, format))
    assert "--crs EPSG:4526" in error.fix.zh
    assert "--crs EPSG:4526" in error.fix.en
    assert len(read_layer(tmp_path / f"a.{format}", SPEC, crs="EPSG:4526").frame) == 4


@pytest.mark.parametrize("format", SPATIAL)
@pytest.mark.parametrize(
    ("true", "label", "option"),
    [
        ("EPSG:4526", "EPSG:4547", "--crs EPSG:4526"),
        ("EPSG:4547", "EPSG:4526", "--crs EPSG:4547"),
        ("EPSG:4490", "EPSG:4547", "--crs EPSG:4490"),
        ("EPSG:4526", "EPSG:4490", "--crs EPSG:4526"),
        ("EPSG:3857", "EPSG:4490", "--crs EPSG:3857 --convert-to EPSG:4490"),
    ],
)
def test_a_wrong_system_and_the_option_that_puts_it_right(tmp_path, format, true, label, option):
    path = saved(tmp_path, layer().to_crs(true).set_crs(label, allow_override=True), format)
    error = refused(WrongCRS, path)
    assert option in error.fix.zh
    words = option.split()
    asked = {
        key.removeprefix("--").replace("-", "_"): value
        for key, value in zip(words[::2], words[1::2], strict=True)
    }
    assert len(read_layer(path, SPEC, **asked).frame) == 4


def test_an_option_that_is_wrong_again_is_refused_again(tmp_path):
    path = saved(tmp_path, layer().to_crs("EPSG:4526").set_crs("EPSG:4547", allow_override=True))
    refused(WrongCRS, path, crs="EPSG:4490")


@pytest.mark.parametrize("format", SPATIAL)
def test_an_empty_layer(tmp_path, format):
    path = tmp_path / f"a.{format}"
    write_layer(layer().head(0), path, format=format, layer_name="DLTB", kind="polygon")
    refused(EmptyLayer, path)


def test_an_empty_table(tmp_path):
    (tmp_path / "a.csv").write_text("BSM,DLBM\n")
    table = LayerSpec("T", Text("表", "Table"), "present", "table")
    refused(EmptyLayer, tmp_path / "a.csv", table)
    write_layer(pd.DataFrame({"a": []}), tmp_path / "a.xlsx", format="xlsx", layer_name="x")
    refused(EmptyLayer, tmp_path / "a.xlsx", table)


@pytest.mark.parametrize("format", SPATIAL)
def test_a_missing_column_with_the_one_that_is_probably_meant(tmp_path, format):
    error = refused(MissingField, saved(tmp_path, layer().rename(columns={"DLBM": "DLBM1"}), format))
    assert error.facts["missing"] == ["DLBM"]
    assert "地类编码" in error.problem.zh
    assert "DLBM1" in error.fix.zh


@pytest.mark.parametrize("format", SPATIAL)
@pytest.mark.parametrize(
    ("column", "values", "rows"),
    [
        ("TBMJ", ["1.5", "约二亩", "3", "n/a"], [2, 4]),
        ("SJNF", [2024.0, 2023.5, 2024.0, 2024.0], [2]),
        ("DLBM", [101, 301, 101, 1001], [1, 2, 3, 4]),
        ("BHKSSJ", ["2024-01-01", "去年", "2024-13-01", "2024-02-30"], [2, 3, 4]),
    ],
)
def test_a_wrong_type_with_rows_and_values(tmp_path, format, column, values, rows):
    error = refused(WrongType, saved(tmp_path, layer(**{column: values}), format))
    assert (error.facts["field"], error.facts["rows"]) == (column, rows)
    assert f"第 {rows[0]} 行" in error.problem.zh
    assert f"row {rows[0]} " in error.problem.en
    assert str(values[rows[0] - 1])[:4] in error.problem.zh


def test_rows_of_a_sheet_are_counted_as_excel_does(tmp_path):
    table = LayerSpec(
        "T", Text("表", "Table"), "present", "table", fields=(FieldSpec("N", Text("数", "n"), "number"),)
    )
    (tmp_path / "a.csv").write_text("N\n1\nx\n")
    assert refused(WrongType, tmp_path / "a.csv", table).facts["rows"] == [3]


@pytest.mark.parametrize("format", SPATIAL)
def test_rings_that_cross_with_the_place(tmp_path, format):
    frame = layer()
    bow = shapely.Polygon([(500000, 3680000), (500100, 3680100), (500100, 3680000), (500000, 3680100)])
    frame.geometry = gpd.GeoSeries([square(), bow, *frame.geometry.iloc[2:]], crs=CRS)
    error = refused(InvalidGeometry, saved(tmp_path, frame, format))
    assert error.facts["rows"] == [2]
    assert error.facts["places"][0] == pytest.approx([500050, 3680050], abs=0.01)
    assert "自相交" in error.problem.zh
    assert "Self-intersection" in error.problem.en


def test_coordinates_that_are_no_numbers_are_not_even_kept(tmp_path):
    frame = layer()
    nowhere = shapely.transform(square(), lambda xy: np.where(np.arange(len(xy))[:, None] == 1, np.nan, xy))
    frame.geometry = gpd.GeoSeries([nowhere, *frame.geometry.iloc[1:]], crs=CRS)
    for option in ("refuse", "keep"):
        error = refused(InvalidGeometry, saved(tmp_path, frame), on_invalid=option)
        assert error.facts["rows"] == [1]


def test_only_the_first_ten_faulty_objects_are_listed(tmp_path):
    bow = shapely.Polygon([(500000, 3680000), (500100, 3680100), (500100, 3680000), (500000, 3680100)])
    frame = gpd.GeoDataFrame(
        {"BSM": [str(i) for i in range(30)], "DLBM": "0101"}, geometry=[bow] * 30, crs=CRS
    )
    error = refused(InvalidGeometry, saved(tmp_path, frame))
    assert (error.facts["count"], len(error.facts["rows"])) == (30, 10)
    assert "30" in error.problem.zh


@pytest.mark.parametrize("format", SPATIAL)
def test_null_geometry(tmp_path, format):
    frame = layer()
    frame.geometry = gpd.GeoSeries([square(), None, square(200), None], crs=CRS)
    error = refused(InvalidGeometry, saved(tmp_path, frame, format))
    assert error.facts["rows"] == [2, 4]


@pytest.mark.parametrize("format", ["gpkg", "parquet"])
def test_empty_geometry(tmp_path, format):
    frame = layer()
    frame.geometry = gpd.GeoSeries([square(), shapely.Polygon(), square(200), square(400)], crs=CRS)
    assert refused(InvalidGeometry, saved(tmp_path, frame, format)).facts["rows"] == [2]


@pytest.mark.parametrize("format", SPATIAL)
def test_the_wrong_kind_of_geometry(tmp_path, format):
    frame = layer()
    frame.geometry = frame.geometry.centroid
    error = refused(InvalidGeometry, saved(tmp_path, frame, format))
    assert "点" in error.problem.zh
    assert "面" in error.problem.zh


def curve(x: float, y: float) -> bytes:
    """A CURVEPOLYGON of one full circle in WKB (ISO 13249-3: 10 holds a CIRCULARSTRING, 8)."""
    ring = [(x, y), (x + 100, y), (x, y)]
    points = b"".join(struct.pack("<dd", *point) for point in ring)
    return struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 3) + points


@pytest.mark.parametrize(("format", "driver"), [("gdb", "OpenFileGDB"), ("gpkg", "GPKG")])
@pytest.mark.filterwarnings("ignore:A geometry of type CURVEPOLYGON")
def test_true_curves(tmp_path, format, driver):
    straight = shapely.to_wkb(square())
    pyogrio.raw.write(
        tmp_path / f"a.{format}",
        geometry=np.array([straight, curve(500000, 3680000), straight], dtype=object),
        field_data=[np.array(["1", "2", "3"], dtype=object), np.array(["0101"] * 3, dtype=object)],
        fields=["BSM", "DLBM"],
        geometry_type="MultiPolygon",
        driver=driver,
        crs=CRS,
        layer="DLTB",
    )
    error = refused(InvalidGeometry, tmp_path / f"a.{format}")
    assert error.facts["rows"] == [2]
    assert re.search("CURVEPOLYGON|MULTISURFACE", error.problem.zh)
    assert "增密" in error.fix.zh


@pytest.mark.parametrize("format", SPATIAL)
def test_duplicate_identifiers_with_examples(tmp_path, format):
    frame = layer()
    frame.loc[3, "BSM"] = frame.loc[0, "BSM"]
    error = refused(DuplicateId, saved(tmp_path, frame, format))
    assert error.facts["count"] == 1
    assert frame.loc[0, "BSM"] in error.problem.zh
    assert "第 1、4 行" in error.problem.zh


def test_missing_identifiers_are_not_duplicates(tmp_path):
    assert len(read_layer(saved(tmp_path, layer(BSM=[None, None, "", ""])), SPEC).frame) == 4


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_zip(tmp_path, keep):
    whole = write_layer(layer(), tmp_path / "a.gdb.zip", format="gdb", layer_name="DLTB").read_bytes()
    (tmp_path / "a.gdb.zip").write_bytes(whole[: int(len(whole) * keep)])
    refused(BrokenFile, tmp_path / "a.gdb.zip")


@pytest.mark.parametrize(
    "name", ["a.gdb", "a.shp", "a.gpkg", "a.geojson", "a.parquet", "a.csv", "a.xlsx", "a.zip", "a.dbf"]
)
def test_a_file_of_0_bytes(tmp_path, name):
    (tmp_path / name).touch()
    error = refused(BrokenFile, tmp_path / name)
    assert "0 字节" in error.problem.zh


@pytest.mark.parametrize("name", ["a.gdb", "a.shp", "a.gpkg", "a.geojson", "a.parquet", "a.xlsx", "a.zip"])
@pytest.mark.parametrize("content", [b"just some text\n", bytes(range(256)) * 20, b"<xml/>"])
def test_another_kind_of_file_under_that_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    refused(BrokenFile, tmp_path / name)


def test_a_folder_that_only_is_called_gdb(tmp_path):
    (tmp_path / "a.gdb").mkdir()
    (tmp_path / "a.gdb" / "notes.txt").write_text("x")
    refused(BrokenFile, tmp_path / "a.gdb")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a.kml", "KML"),
        ("a.gml", "ogr2ogr"),
        ("a.mdb", "FileGDB"),
        ("a.dwg", "CAD"),
        ("a.xls", "xlsx"),
        ("a.rar", "zip"),
        ("a.tif", "矢量"),
        ("a.docx", "GeoPackage"),
        ("noending", "GeoPackage"),
    ],
)
def test_other_formats_with_what_is_allowed_and_how_to_convert(tmp_path, name, word):
    (tmp_path / name).write_bytes(b"x")
    error = refused(FormatNotAllowed, tmp_path / name)
    assert word in error.problem.zh + error.fix.zh
    assert "GeoPackage" in error.fix.zh
    assert "GeoPackage" in error.fix.en


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_one_of_its_parts(tmp_path, part):
    saved(tmp_path, layer(), "shp")
    (tmp_path / "a").with_suffix(part).unlink()
    assert part in refused(BrokenFile, tmp_path / "a.shp").problem.zh


def test_a_shapefile_put_together_of_two(tmp_path):
    saved(tmp_path, layer(), "shp")
    write_layer(layer().head(2), tmp_path / "b.shp", format="shp", layer_name="b")
    shutil.copy(tmp_path / "b.dbf", tmp_path / "a.dbf")
    refused(BrokenFile, tmp_path / "a.shp")


def test_a_table_where_geometry_is_needed(tmp_path):
    (tmp_path / "a.csv").write_text("BSM,DLBM\n1,0101\n")
    refused(InvalidGeometry, tmp_path / "a.csv")


def test_text_of_another_encoding_inside_a_geopackage(tmp_path):
    path = saved(tmp_path, layer())
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE DLTB SET DLBM = CAST(? AS TEXT)", ("水田".encode("gbk"),))
    refused(UnknownEncoding, path)


@pytest.mark.parametrize("text", ["a,a\n1,2\n", "a,,c\n1,2,3\n", "a,b\n1,2,3,4\n5\n"])
def test_a_csv_whose_columns_do_not_add_up(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises((MissingField, BrokenFile)):
        read_layer(tmp_path / "a.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_csv_whose_mark_promises_another_encoding(tmp_path, encoding):
    mark = "".encode(encoding)
    (tmp_path / "a.csv").write_bytes(mark + "代码\n舞钢\n".encode("gbk") + b"\xd8")
    with pytest.raises(UnknownEncoding):
        layers_in(tmp_path / "a.csv")


def test_an_unreadable_projection_file(tmp_path):
    path = saved(tmp_path, layer(), "shp")
    (tmp_path / "a.prj").write_text('PROJCS["x",GEOGCS["y"')
    error = refused(UnknownCRS, path)
    assert "--crs" in error.fix.zh


def test_a_sheet_that_is_damaged_inside(tmp_path):
    write_layer(layer(), tmp_path / "a.xlsx", format="xlsx", layer_name="x")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    refused(BrokenFile, tmp_path / "a.xlsx", LayerSpec("T", Text("表", "Table"), "present", "table"))


def test_rows_of_a_sheet_may_be_of_any_length(tmp_path):
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("x")
    for row in [("A", "B", "C"), ("1",), ("1", "2", "3", "4"), (None, None, 10**30)]:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    assert len(read_layer(tmp_path / "a.xlsx").frame) == 3


def broken_or_whole(path: Path) -> None:
    """Read; anything but a layer or an error of ours is a fault."""
    with contextlib.suppress(TubanError):
        for found in layers_in(path):
            with contextlib.suppress(TubanError):
                read_layer(path, layer=found.name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One sound file of each format, by its ending."""
    folder = tmp_path_factory.mktemp("whole")
    frame = parcels(6, DLBM="0101", DLMC="水田", TBMJ=1.5)
    for format in ("gpkg", "parquet", "csv", "xlsx", "shp"):
        write_layer(frame, folder / f"a.{format}", format=format, layer_name="DLTB")
    write_layer(frame, folder / "a.gdb.zip", format="gdb", layer_name="DLTB")
    write_layer(frame, folder / "a.gdb", format="gdb", layer_name="DLTB")
    frame.to_crs("EPSG:4490").to_file(folder / "a.geojson", driver="GeoJSON")
    return folder


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["a.gpkg", "a.parquet", "a.csv", "a.xlsx", "a.gdb.zip", "a.geojson"]),
    keep=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
def test_no_damage_to_a_file_gives_another_error_than_ours(whole, tmp_path, name, keep, flips):
    data = bytearray((whole / name).read_bytes())
    for where, byte in flips:
        data[int(where * len(data))] = byte
    (tmp_path / name).write_bytes(data[: int(keep * len(data))])
    broken_or_whole(tmp_path / name)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    part=st.sampled_from([".shp", ".shx", ".dbf", ".prj", ".cpg"]),
    keep=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
def test_no_damage_to_a_part_of_a_shapefile_gives_another_error_than_ours(whole, tmp_path, part, keep, flips):
    for file in whole.glob("a.*"):
        if file.suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg"}:
            shutil.copy(file, tmp_path / file.name)
    data = bytearray((tmp_path / "a.shp").with_suffix(part).read_bytes())
    for where, byte in flips:
        data[int(where * len(data))] = byte
    (tmp_path / "a.shp").with_suffix(part).write_bytes(data[: int(keep * len(data))])
    broken_or_whole(tmp_path / "a.shp")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(0, 40),
    keep=st.floats(0, 1),
    where=st.floats(0, 1, exclude_max=True),
    byte=st.integers(0, 255),
)
def test_no_damage_to_a_geodatabase_gives_another_error_than_ours(whole, tmp_path, number, keep, where, byte):
    shutil.rmtree(tmp_path / "a.gdb", ignore_errors=True)
    shutil.copytree(whole / "a.gdb", tmp_path / "a.gdb")
    files = sorted((tmp_path / "a.gdb").iterdir())
    file = files[number % len(files)]
    data = bytearray(file.read_bytes())
    if data:
        data[int(where * len(data))] = byte
    file.write_bytes(data[: int(keep * len(data))])
    broken_or_whole(tmp_path / "a.gdb")


def test_a_zip_that_holds_a_damaged_shapefile(tmp_path):
    saved(tmp_path, layer(), "shp")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for part in tmp_path.glob("a.*"):
            data = part.read_bytes()
            archive.writestr(part.name, data[:150] if part.suffix == ".shp" else data)
    refused(BrokenFile, tmp_path / "b.zip")
