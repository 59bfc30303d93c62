"""Versions as files for others: what is in them, what they are called, and that they are whole or not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from given import parcels, valid
from tuban.domain.version import LayerVersion
from tuban.errors import Damaged, FormatNotAllowed
from tuban.store import Workspace, create
from tuban.workflows.export import file_name, marked, write


def add(ws: Workspace, code: str = "DLTB") -> LayerVersion:
    frame = parcels(2, DLBM=["0101", "0301", "0101", "1001"])
    return ws.add_version(code, frame, valid=valid(), by="", source_name="a", source_sha256="0" * 64)


@pytest.fixture(params=[False, True], ids=["real", "sample"])
def ws(request, tmp_path: Path):
    with create(tmp_path / "w", name="县", sample=request.param) as made:
        yield made


@pytest.mark.parametrize("format", ["gpkg", "gdb", "shp", "csv", "xlsx", "parquet"])
def test_every_format_holds_all_rows_and_columns(ws: Workspace, tmp_path: Path, format: str):
    version = add(ws)
    path = write(ws, version, tmp_path / f"出口.{format}")
    assert path.exists()
    assert ("示范数据" in path.name) == ws.sample
    if format == "csv":
        back = pd.read_csv(path, dtype=str)
    elif format == "xlsx":
        back = pd.read_excel(path, dtype=str)
    elif format == "parquet":
        back = gpd.read_parquet(path)
    else:
        back = gpd.read_file(path)
        assert back.crs.to_epsg() == 4547
    assert sorted(back["DLBM"]) == ["0101", "0101", "0301", "1001"]
    assert set(back["BSM"]) == set(parcels(2)["BSM"])
    if format in ("gpkg", "gdb"):
        name = pyogrio.list_layers(path)[0][0]
        assert name == ("DLTB_示范数据" if ws.sample else "DLTB")
        assert back["_area_m2"].sum() == pytest.approx(version.area_m2, abs=0.01)


def test_geoparquet_is_the_stored_file_itself(ws: Workspace, tmp_path: Path):
    version = add(ws)
    path = write(ws, version, tmp_path / "x.parquet")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == version.sha256


def test_an_export_in_somebodys_name_is_told_to_the_trail(ws: Workspace, tmp_path: Path):
    version = add(ws)
    head = ws.trail.head
    write(ws, version, tmp_path / "a.csv")
    assert ws.trail.head == head, "a download in nobody's name is no step"
    path = write(ws, version, tmp_path / "b.csv", by="李四")
    told = ws.trail.entries(newest_first=True)[0]
    assert (told.action, told.subject, told.by) == ("layer.export", "DLTB/1", "李四")
    assert told.facts["file_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_names_say_layer_version_and_day(ws: Workspace):
    version = add(ws)
    mark = "_示范数据" if ws.sample else ""
    assert file_name(version, "gpkg") == f"DLTB_v1_2021-01-01{mark}.gpkg"
    assert marked(Path("a.b/x.y.gdb.zip"), version) == Path(f"a.b/x.y{mark}.gdb.zip")
    if ws.sample:
        assert marked(Path("我的示范数据.csv"), version) == Path("我的示范数据.csv")


@pytest.mark.parametrize("name", ["x.doc", "x", "x.tif"])
def test_other_formats_are_refused(ws: Workspace, tmp_path: Path, name: str):
    with pytest.raises(FormatNotAllowed) as refused:
        write(ws, add(ws), tmp_path / name)
    assert "gpkg" in refused.value.fix.zh
    assert not (tmp_path / name).exists()


def test_a_damaged_version_is_not_exported_over_a_good_file(ws: Workspace, tmp_path: Path):
    version = add(ws)
    good = write(ws, version, tmp_path / "x.parquet")
    content = good.read_bytes()
    ws.path(version).unlink()
    with pytest.raises(Damaged):
        write(ws, version, tmp_path / "x.parquet")
    assert good.read_bytes() == content
