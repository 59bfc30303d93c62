"""A tiny workspace behind the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient

from given import CRS, ORIGIN_E, ORIGIN_N, clock, parcels, square, valid
from tuban.domain.layer import LayerSpec
from tuban.service.app import create_app
from tuban.settings import Settings
from tuban.standards.load import profile
from tuban.store import Workspace, create

QUIET = Settings(prepare_layers=False)


def add(ws: Workspace, code: str, frame: pd.DataFrame, start: str = "2021-01-01", end: str | None = None):
    """Store a frame as the next version of a layer."""
    spec: LayerSpec = profile().layer(code)
    return ws.add_version(
        code,
        frame,
        spec=spec,
        source_name=f"{code}.gpkg",
        source_sha256="0" * 64,
        valid=valid(start, end),
        by="test",
    )


def land(classes: list[str], **more: object) -> gpd.GeoDataFrame:
    """Four hectares in four parcels: southwest, southeast, northwest, northeast."""
    return parcels(2, DLBM=classes, TBBH=["1", "2", "3", "4"], **more)


def fill(ws: Workspace) -> Workspace:
    """Two townships over four parcels (two versions), a road, two projects, a table, and a layer of tomorrow."""
    add(ws, "DLTB", land(["0101", "0101", "0301", "0702"]), "2021-01-01", "2024-01-01")
    add(ws, "DLTB", land(["0101", "0702", "0301", "0702"]), "2024-01-01")
    west, east = square(0, 0, 200), square(100, 0, 100)
    townships = gpd.GeoDataFrame(
        {
            "BSM": ["1", "2"],
            "XZQDM": ["410481100", "410481101"],
            "XZQMC": ["垭口街道", "寺坡街道"],
        },
        geometry=[shapely.difference(west, shapely.box(ORIGIN_E + 100, ORIGIN_N, ORIGIN_E + 200, ORIGIN_N + 200)),
                  shapely.union(east, square(100, 100, 100))],
        crs=CRS,
    )  # fmt: skip
    add(ws, "XZQXZ", townships)
    road = shapely.LineString([(ORIGIN_E - 50, ORIGIN_N + 100), (ORIGIN_E + 250, ORIGIN_N + 100)])
    add(ws, "QT_ROAD", gpd.GeoDataFrame({"NAME": ["平舞路"]}, geometry=[road], crs=CRS))
    points = [shapely.Point(ORIGIN_E + 50, ORIGIN_N + 50), shapely.Point(ORIGIN_E + 150, ORIGIN_N + 150)]
    add(ws, "QT_PROJECT", gpd.GeoDataFrame({"XMMC": ["水库", "学校"]}, geometry=points, crs=CRS))
    add(ws, "QT_TABLE", pd.DataFrame({"ZB": ["耕地保有量"], "VALUE": [1.5], "ON": [date(2021, 1, 1)]}))
    add(ws, "QT_LATER", parcels(1, NAME=["未来"]), "2099-01-01")
    return ws


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the tiny workspace; only read."""
    folder = tmp_path_factory.mktemp("workspace")
    with create(folder, name="小县", clock=clock()) as ws:
        fill(ws)
        ws.settings.set("place_code", "410481")
    yield folder


@pytest.fixture(scope="session")
def client(filled: Path) -> Iterator[TestClient]:
    """The service over the tiny workspace."""
    with TestClient(create_app(filled, QUIET), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    """The service over a workspace without layers, to import into."""
    create(tmp_path / "ws", name="空县").close()
    with TestClient(create_app(tmp_path / "ws", QUIET), raise_server_exceptions=False) as client:
        yield client
