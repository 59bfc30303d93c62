"""Downloads open in other programs and leave nothing behind."""

from __future__ import annotations

import io
from urllib.parse import unquote

import geopandas as gpd
import pandas as pd
import pytest


@pytest.mark.parametrize("format", ["gpkg", "parquet", "csv", "xlsx"])
def test_a_version_comes_as_a_file(client, tmp_path, format):
    answer = client.get(f"/api/layers/DLTB/download?format={format}&version=1")
    assert answer.status_code == 200
    assert f"DLTB_v1_2021-01-01.{format}" in unquote(answer.headers["content-disposition"])
    file = tmp_path / f"x.{format}"
    file.write_bytes(answer.content)
    if format == "gpkg":
        frame = gpd.read_file(file)
        assert frame.crs.to_epsg() == 4547
    elif format == "parquet":
        frame = gpd.read_parquet(file)
    elif format == "csv":
        frame = pd.read_csv(io.BytesIO(answer.content), dtype=str)
    else:
        frame = pd.read_excel(file, dtype=str)
    assert sorted(frame["DLBM"]) == ["0101", "0101", "0301", "0702"]
    left = client.app.state.tuban.workspace.cache_dir("downloads")
    assert list(left.iterdir()) == []


def test_an_unknown_format_or_version_is_refused(client):
    assert client.get("/api/layers/DLTB/download?format=exe").status_code == 400
    assert client.get("/api/layers/DLTB/download?version=7").status_code == 404


def test_sample_data_say_so_in_the_name(tmp_path):
    from fastapi.testclient import TestClient

    from given import parcels, valid
    from tuban.service.app import create_app
    from tuban.settings import Settings
    from tuban.store import create

    with create(tmp_path, name="x", sample=True) as ws:
        ws.add_version("QT_X", parcels(1), source_name="x", source_sha256="0" * 64, valid=valid(), by="t")
    with TestClient(create_app(tmp_path, Settings(prepare_layers=False))) as client:
        assert client.get("/api/status").json()["sample"] is True
        answer = client.get("/api/layers/QT_X/download?format=csv")
        assert "示范数据" in unquote(answer.headers["content-disposition"])
