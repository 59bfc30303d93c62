"""Tiles over HTTP: decoded, cached for ever, empty as 204."""

from __future__ import annotations

import mapbox_vector_tile
import numpy as np

from given import lonlat
from tuban.geo.tiles_flat import lonlat_to_world


def url(code: str, version: int, z: int, east: float = 100, north: float = 100) -> str:
    lon, lat = lonlat(east, north)
    x, y = (int(side) >> (32 - z) for side in lonlat_to_world(np.array([lon]), np.array([lat]))[0])
    return f"/api/layers/{code}/tiles/{version}/{z}/{x}/{y}.mvt"


def test_a_tile_is_one_layer_named_by_its_code(client):
    answer = client.get(url("DLTB", 2, 14))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "immutable" in answer.headers["cache-control"]
    layer = mapbox_vector_tile.decode(answer.content)["DLTB"]
    found = {feature["id"]: feature["properties"] for feature in layer["features"]}
    listed = client.get("/api/layers/DLTB/features").json()["features"]
    assert {fid: row["DLBM"] for fid, row in found.items()} == {
        f["fid"]: f["properties"]["DLBM"] for f in listed
    }
    assert all(abs(row["area_m2"] - 10_000) < 1 for row in found.values())


def test_lines_points_and_names(client):
    road = mapbox_vector_tile.decode(client.get(url("QT_ROAD", 1, 15)).content)["QT_ROAD"]["features"][0]
    assert road["geometry"]["type"] == "LineString"
    project = mapbox_vector_tile.decode(client.get(url("QT_PROJECT", 1, 16, 50, 50)).content)["QT_PROJECT"]
    assert project["features"][0]["geometry"]["type"] == "Point"
    town = mapbox_vector_tile.decode(client.get(url("XZQXZ", 1, 15)).content)["XZQXZ"]["features"]
    assert {feature["properties"]["XZQMC"] for feature in town} == {"垭口街道", "寺坡街道"}


def test_a_tile_is_not_sent_twice(client):
    first = client.get(url("DLTB", 1, 14))
    again = client.get(url("DLTB", 1, 14), headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(url("DLTB", 2, 14)).headers["etag"] != first.headers["etag"]


def test_who_takes_no_gzip_gets_the_plain_tile(client):
    packed = client.get(url("DLTB", 2, 14))
    plain = client.get(url("DLTB", 2, 14), headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content


def test_where_nothing_is_there_is_no_content(client):
    assert client.get(url("DLTB", 2, 14, 50_000, 0)).status_code == 204
    assert client.get("/api/layers/QT_TABLE/tiles/1/3/0/0.mvt").status_code == 204
    assert client.get("/api/layers/DLTB/tiles/1/3/100/100.mvt").status_code == 204


def test_tiles_that_cannot_be_are_refused(client):
    assert client.get("/api/layers/DLTB/tiles/9/3/0/0.mvt").status_code == 404
    assert client.get("/api/layers/NOPE/tiles/1/3/0/0.mvt").status_code == 404
    for path in ("1/23/0/0", "1/-1/0/0", "0/3/0/0", "1/3/-1/0", "one/3/0/0", "1/3/0/0x"):
        assert client.get(f"/api/layers/DLTB/tiles/{path}.mvt").status_code == 400
