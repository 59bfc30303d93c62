"""What is written comes back the same, and is there whole or not at all."""

import subprocess
import sys
import textwrap

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from given import CRS, parcels, square
from tuban.errors import WrongUse
from tuban.geo.io import layers_in, read_layer
from tuban.geo.write import write_layer, write_layers

SPATIAL = [
    ("gpkg", "a.gpkg"),
    ("gdb", "a.gdb"),
    ("gdb", "a.gdb.zip"),
    ("shp", "a.shp"),
    ("shp", "a.zip"),
    ("parquet", "a.parquet"),
]


def layer() -> gpd.GeoDataFrame:
    return parcels(
        2,
        DLBM=["0101", "0301", None, "1001"],
        DLMC=["水田", "乔木林地", "", "=1+1"],
        SJNF=pd.array([2024, None, 2024, 2023], dtype="Int64"),
        TBMJ=[10000.0, 9999.99, None, 0.01],
    )


@pytest.mark.parametrize(("format", "name"), SPATIAL)
def test_a_layer_comes_back_the_same(tmp_path, format, name):
    frame = layer()
    path = write_layer(frame, tmp_path / name, format=format, layer_name="DLTB")
    assert path == tmp_path / name
    back = read_layer(path)
    assert back.crs == CRS
    difference = shapely.symmetric_difference(back.frame.geometry.array, frame.geometry.array)
    assert shapely.area(difference).max() < 0.1
    assert back.frame["BSM"].tolist() == frame["BSM"].tolist()
    assert back.frame["DLBM"].fillna("").tolist() == ["0101", "0301", "", "1001"]
    assert back.frame["DLMC"].fillna("").tolist() == ["水田", "乔木林地", "", "=1+1"]
    assert back.frame["SJNF"].astype("Int64").fillna(0).tolist() == [2024, 0, 2024, 2023]
    assert back.frame["TBMJ"].fillna(-1).tolist() == [10000.0, 9999.99, -1, 0.01]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_tables_keep_leading_zeros_and_never_become_formulas(tmp_path, format):
    path = write_layer(layer(), tmp_path / f"a.{format}", format=format, layer_name="DLTB")
    back = read_layer(path).frame
    assert "geometry" not in back
    assert back["DLBM"].fillna("").tolist() == ["0101", "0301", "", "1001"]
    assert back["DLMC"].fillna("").tolist() == ["水田", "乔木林地", "", "=1+1"]


def test_excel_opens_a_csv_as_chinese(tmp_path):
    write_layer(layer(), tmp_path / "a.csv", format="csv", layer_name="DLTB")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_sheet_has_titles_a_frozen_head_and_text_cells(tmp_path):
    titles = {"DLBM": "地类编码", "BSM": "标识码"}
    write_layer(layer(), tmp_path / "a.xlsx", format="xlsx", layer_name="地类图斑", titles=titles)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["地类图斑"]
    assert [cell.value for cell in sheet[1]][:2] == ["标识码", "地类编码"]
    assert sheet.freeze_panes == "A2"
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("s", "0101")
    assert (sheet["C5"].data_type, sheet["C5"].value) == ("s", "=1+1")


@pytest.mark.parametrize(("format", "name"), [("gdb", "a.gdb"), ("gpkg", "a.gpkg"), ("xlsx", "a.xlsx")])
def test_several_layers_go_into_one_file(tmp_path, format, name):
    table = pd.DataFrame({"XZQDM": ["410481001"], "RK": [1000]})
    path = write_layers({"DLTB": layer(), "RKTJB": table}, tmp_path / name, format=format)
    assert {(found.name, found.rows) for found in layers_in(path)} == {("DLTB", 4), ("RKTJB", 1)}
    assert read_layer(path, layer="RKTJB").frame["XZQDM"].tolist() == ["410481001"]


def test_parquet_carries_a_box_for_each_object(tmp_path):
    path = write_layer(layer(), tmp_path / "a.parquet", format="parquet", layer_name="DLTB")
    assert b'"covering"' in pq.ParquetFile(path).schema_arrow.metadata[b"geo"]


@pytest.mark.parametrize(("format", "name"), [*SPATIAL, ("csv", "a.csv"), ("xlsx", "a.xlsx")])
def test_writing_again_replaces_and_leaves_nothing_else(tmp_path, format, name):
    write_layer(layer(), tmp_path / name, format=format, layer_name="DLTB")
    write_layer(layer().head(1), tmp_path / name, format=format, layer_name="DLTB")
    assert len(read_layer(tmp_path / name).frame) == 1
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_gbk_shapefile_can_be_made_for_old_software(tmp_path):
    write_layer(layer(), tmp_path / "a.shp", format="shp", layer_name="a", encoding="GBK")
    (tmp_path / "a.cpg").unlink(missing_ok=True)
    assert "水田".encode("gbk") in (tmp_path / "a.dbf").read_bytes()
    assert read_layer(tmp_path / "a.shp").frame["DLMC"].iloc[0] == "水田"


@pytest.mark.parametrize("format", ["parquet", "csv", "shp"])
def test_two_layers_in_a_format_of_one_are_refused(tmp_path, format):
    with pytest.raises(WrongUse):
        write_layers({"a": layer(), "b": layer()}, tmp_path / f"a.{format}", format=format)
    assert list(tmp_path.iterdir()) == []


def test_text_too_long_for_excel_is_refused_not_cut(tmp_path):
    with pytest.raises(WrongUse, match="32767"):
        write_layer(parcels(1, BZ=["长" * 40_000]), tmp_path / "a.xlsx", format="xlsx", layer_name="a")


FULL = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
import geopandas as gpd, numpy as np
from given import CRS, square
from tuban.errors import DiskFull
from tuban.geo.write import write_layer
from pathlib import Path

rng = np.random.default_rng(1)
n = 4000
frame = gpd.GeoDataFrame(
    {{"BSM": [f"{{v:018d}}" for v in rng.integers(0, 10**17, n)], "BZ": [rng.bytes(40).hex() for _ in range(n)]}},
    geometry=[square(float(i)) for i in rng.uniform(0, 1e5, n)], crs=CRS)
target = Path({target!r})
# The kernel itself refuses to let any file grow past 100 kB, as a full disk does.
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_layer(frame, target, format={format!r}, layer_name="DLTB")
except DiskFull as error:
    assert error.problem.zh and error.problem.en and error.fix.zh and error.fix.en
    print("refused", sorted(p.name for p in target.parent.iterdir()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a thing of POSIX")
@pytest.mark.parametrize(("format", "name"), [*SPATIAL, ("csv", "a.csv"), ("xlsx", "a.xlsx")])
def test_a_full_disk_leaves_what_was_there_and_nothing_half_done(tmp_path, root, format, name):
    write_layer(layer(), tmp_path / name, format=format, layer_name="DLTB")
    before = sorted(path.name for path in tmp_path.iterdir())
    script = FULL.format(tests=str(root / "tests"), target=str(tmp_path / name), format=format)
    call = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(call, check=False, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("refused"), done.stderr[-2000:]
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert len(read_layer(tmp_path / name).frame) == 4


def test_kinds_that_a_geodatabase_does_not_mix_are_refused(tmp_path):
    mixed = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[square(), square().centroid], crs=CRS)
    with pytest.raises(WrongUse):
        write_layer(mixed, tmp_path / "a.gdb", format="gdb", layer_name="x")
    assert list(tmp_path.iterdir()) == []


def test_single_and_multi_parts_may_be_mixed(tmp_path):
    both = gpd.GeoDataFrame(
        {"BSM": ["1", "2"]},
        geometry=[square(), shapely.MultiPolygon([square(300), square(600)])],
        crs=CRS,
    )
    path = write_layer(both, tmp_path / "a.parquet", format="parquet", layer_name="x")
    back = read_layer(path).frame
    assert set(back.geom_type) == {"MultiPolygon"}
    assert back.geometry.area.tolist() == [10_000.0, 20_000.0]


def test_a_geodatabase_takes_single_and_multiple_polygons_and_columns_without_any_number(tmp_path):
    from shapely import MultiPolygon, box

    frame = gpd.GeoDataFrame(
        {"BSM": ["1", "2"], "SJNF": pd.array([None, None], dtype="Int64")},
        geometry=[box(0, 0, 1, 1), MultiPolygon([box(2, 2, 3, 3), box(5, 5, 6, 6)])],
        crs="EPSG:4490",
    )
    write_layer(frame, tmp_path / "a.gdb", format="gdb", layer_name="X")
    back = gpd.read_file(tmp_path / "a.gdb", layer="X")
    assert back["SJNF"].isna().all()
    assert back.geometry.area.tolist() == [1.0, 2.0]


def test_a_geopackage_is_of_the_version_that_older_desktop_software_knows(tmp_path):
    written = write_layer(parcels(1, DLBM=["0101"]), tmp_path / "a.gpkg", format="gpkg", layer_name="DLTB")
    # SQLite keeps it at byte 60; 10200 is GeoPackage 1.2.
    assert int.from_bytes(written.read_bytes()[60:64], "big") == 10_200
