"""What is here: found, nothing, or no data."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from given import CRS, ORIGIN_E, ORIGIN_N, clock, lonlat, square
from service.conftest import add
from tuban.service.tables import OpenRows
from tuban.store import create


def at(client, east: float, north: float, more: str = "") -> dict[str, dict]:
    lon, lat = lonlat(east, north)
    answer = client.get(f"/api/identify?lon={lon}&lat={lat}{more}")
    assert answer.status_code == 200
    return {layer["code"]: layer for layer in answer.json()["layers"]}


def test_every_layer_with_a_map_answers(client):
    here = at(client, 50, 50)
    assert here.keys() == {"DLTB", "XZQXZ", "QT_ROAD", "QT_PROJECT", "QT_LATER"}
    assert here["DLTB"]["status"] == "found"
    assert here["DLTB"]["features"][0]["properties"]["TBBH"] == "1"
    assert here["DLTB"]["features"][0]["area_ha"] == 1.0
    assert here["DLTB"]["version"]["number"] == 2
    assert here["DLTB"]["version"]["valid_from"] == "2024-01-01"
    assert here["XZQXZ"]["features"][0]["properties"]["XZQMC"] == "垭口街道"


def test_the_day_decides_which_version_answers(client):
    classes = [
        at(client, 150, 50, f"&on={day}")["DLTB"]["features"][0]["properties"]["DLBM"]
        for day in ("2022-01-01", "2024-01-01")
    ]
    assert classes == ["0101", "0702"]


def test_nothing_is_not_the_same_as_no_data(client):
    inside = at(client, 150, 50)
    assert inside["QT_PROJECT"]["status"] == "nothing"
    assert inside["QT_LATER"]["status"] == "no_data"
    assert at(client, 5000, 5000)["DLTB"]["status"] == "no_data"
    # Within the road's box, but outside the townships: a plan database says nothing about that place.
    assert at(client, 230, 100, "&tolerance_m=0")["QT_PROJECT"]["status"] == "no_data"
    assert at(client, 50, 50, "&on=2020-01-01")["DLTB"]["status"] == "no_data"


def test_lines_and_points_are_found_within_reach(client):
    near = at(client, 50, 96, "&tolerance_m=5")["QT_ROAD"]
    assert near["status"] == "found"
    assert abs(near["features"][0]["distance_m"] - 4) < 0.01
    assert at(client, 50, 94, "&tolerance_m=5")["QT_ROAD"]["status"] == "nothing"
    assert at(client, 52, 50)["QT_PROJECT"]["features"][0]["properties"]["XMMC"] == "水库"


def test_a_point_on_a_shared_edge_belongs_to_both(client):
    lon, lat = lonlat(100, 50)
    answer = client.get(f"/api/layers/DLTB/features?bbox={lon},{lat},{lon},{lat}").json()
    assert 1 <= answer["total"] <= 2


def test_places_off_the_globe_are_refused(client):
    for query in ("lon=181&lat=0", "lon=0&lat=91", "lon=nan&lat=0", "lat=0", "lon=0&lat=0&tolerance_m=-1"):
        assert client.get(f"/api/identify?{query}").status_code == 400
    assert client.get("/api/identify?lon=-180&lat=-90").status_code == 200


def test_a_large_polygon_answers_the_same_the_second_time(tmp_path):
    # A disc of 4,000 positions with a hole: read once, then asked with its index.
    disc = shapely.Point(ORIGIN_E, ORIGIN_N).buffer(1000, quad_segs=1000)
    ring = disc.difference(shapely.Point(ORIGIN_E, ORIGIN_N).buffer(400, quad_segs=1000))
    frame = gpd.GeoDataFrame({"DLBM": ["0301", "0101"]}, geometry=[ring, square(-50, -50, 100)], crs=CRS)
    with create(tmp_path / "ws", name="县", clock=clock()) as ws:
        version = add(ws, "DLTB", frame)
        rows = OpenRows(tmp_path).of(version, ws.path(version))
    fids = np.arange(2)
    shapes = rows.geometries(fids)
    random = np.random.default_rng(1)
    for x, y in ORIGIN_E + random.uniform(-1100, 1100, (200, 2)) + [0, ORIGIN_N - ORIGIN_E]:
        assert rows.holding(fids, x, y).tolist() == shapely.intersects(shapes, shapely.points(x, y)).tolist()
    assert len(rows._large) == 1
