"""Two versions beside each other."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from fastapi.testclient import TestClient
from shapely import Polygon

from given import CRS, square, valid
from tuban.service.app import create_app
from tuban.settings import Settings
from tuban.standards.load import profile
from tuban.store import create


def test_a_changed_class_is_one_changed_object(client):
    found = client.get("/api/layers/DLTB/compare?a=1&b=2").json()
    assert found["key"] == "BSM"
    assert found["counts"] == {"added": 0, "removed": 0, "changed": 1, "same": 3}
    changed = found["changed"][0]
    assert changed["changes"] == [{"field": "DLBM", "a": "0101", "b": "0702"}]
    assert changed["geometry_changed"] is False
    assert found["change_ha"] == 0


def test_a_version_is_the_same_as_itself(client):
    found = client.get("/api/layers/DLTB/compare?a=2&b=2").json()
    assert found["counts"] == {"added": 0, "removed": 0, "changed": 0, "same": 4}


def compared(
    folder: Path, code: str, first: gpd.GeoDataFrame, second: gpd.GeoDataFrame, query: str = ""
) -> dict:
    with create(folder, name="x") as ws:
        for day, frame in (("2021-01-01", first), ("2022-01-01", second)):
            ws.add_version(
                code,
                frame,
                spec=profile().layer(code),
                source_name="x",
                source_sha256="0" * 64,
                valid=valid(day),
                by="t",
            )
    with TestClient(create_app(folder, Settings(prepare_layers=False))) as client:
        return client.get(f"/api/layers/{code}/compare?a=1&b=2{query}").json()


def test_objects_come_go_and_move(tmp_path):
    first = gpd.GeoDataFrame(
        {"BSM": ["a", "b", "c"]}, geometry=[square(0), square(100), square(200)], crs=CRS
    )
    second = gpd.GeoDataFrame(
        {"BSM": ["a", "b", "d"]}, geometry=[square(0), square(100, side_m=50), square(300)], crs=CRS
    )
    found = compared(tmp_path, "DLTB", first, second)
    assert found["counts"] == {"added": 1, "removed": 1, "changed": 1, "same": 1}
    assert [row["id"] for row in found["added"]] == ["d"]
    assert [row["id"] for row in found["removed"]] == ["c"]
    assert found["changed"][0]["geometry_changed"] is True
    assert (found["changed"][0]["area_a_ha"], found["changed"][0]["area_b_ha"]) == (1.0, 0.25)
    assert found["change_ha"] == -0.75


def test_without_an_identifier_geometry_tells_objects_apart(tmp_path):
    first = gpd.GeoDataFrame({"N": [1, 2, 2]}, geometry=[square(0), square(100), square(100)], crs=CRS)
    second = gpd.GeoDataFrame({"N": [1, 2]}, geometry=[square(0), square(100)], crs=CRS)
    found = compared(tmp_path, "QT_X", first, second)
    assert found["key"] == "geometry"
    assert found["counts"] == {"added": 0, "removed": 1, "changed": 0, "same": 2}


def test_another_coordinate_system_is_not_a_change(tmp_path):
    first = gpd.GeoDataFrame({"BSM": ["a", "b"]}, geometry=[square(0), square(100)], crs=CRS)
    found = compared(tmp_path, "DLTB", first, first.to_crs("EPSG:4490"))
    assert found["counts"] == {"added": 0, "removed": 0, "changed": 0, "same": 2}


def test_lists_come_in_pages(tmp_path):
    none = gpd.GeoDataFrame({"BSM": ["z"]}, geometry=[square(0, 900)], crs=CRS)
    many = gpd.GeoDataFrame({"BSM": list("abcdef")}, geometry=[square(100 * i) for i in range(6)], crs=CRS)
    found = compared(tmp_path, "DLTB", none, many, "&limit=4&offset=3")
    assert found["counts"]["added"] == 6
    assert len(found["added"]) == 3
    assert found["removed"] == []


def test_one_shape_measured_in_two_systems_is_no_change_but_another_area_is(tmp_path):
    from tuban.geo.area import area_m2

    # A strip of 2 km whose upper side has a vertex every 50 m and whose lower side has none: straight in the plane or
    # in degrees, the lower side runs up to 5 cm apart, s²·tan B / 8R, and encloses two thirds of 2 km times that.
    upper = [(500_000 + x, 3_680_005) for x in range(2000, -1, -50)]
    strip = Polygon([(500_000, 3_680_000), (502_000, 3_680_000), *upper])
    plane = gpd.GeoDataFrame({"BSM": ["a", "b"]}, geometry=[strip, square(0, 5000)], crs=CRS)
    degrees = plane.to_crs("EPSG:4490")
    first = plane.assign(TBMJ=area_m2(plane.geometry))
    second = degrees.assign(TBMJ=area_m2(degrees.geometry) - [0.0, 1.0])
    assert abs(first["TBMJ"][0] - second["TBMJ"][0]) > 50
    found = compared(tmp_path, "DLTB", first, second)
    assert found["counts"] == {"added": 0, "removed": 0, "changed": 1, "same": 1}
    assert [row["id"] for row in found["changed"]] == ["b"]
    assert [change["field"] for change in found["changed"][0]["changes"]] == ["TBMJ"]
