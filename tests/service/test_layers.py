"""The catalogue: what there is, in force when, drawn how."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tuban.service.app import create_app
from tuban.settings import Settings
from tuban.standards.load import profile
from tuban.store import create


def layer(client, code: str, query: str = "") -> dict:
    return next(
        found for found in client.get(f"/api/layers{query}").json()["layers"] if found["code"] == code
    )


def test_status_says_place_days_and_system(client):
    status = client.get("/api/status").json()
    assert status["name"] == "小县"
    assert status["place"] == {"name": "小县", "code": "410481"}
    assert status["sample"] is False
    assert status["dates"] == ["2021-01-01", "2024-01-01", "2099-01-01"]
    assert status["crs"] == "EPSG:4547"
    assert status["base_map"] is None
    west, south, east, north = status["bounds"]
    assert west < east
    assert south < north


def test_the_version_in_force_depends_on_the_day(client):
    assert layer(client, "DLTB", "?on=2022-06-01")["version"]["number"] == 1
    assert layer(client, "DLTB", "?on=2024-01-01")["version"]["number"] == 2
    assert layer(client, "DLTB", "?on=2020-01-01")["version"] is None
    assert layer(client, "QT_LATER")["version"] is None
    assert layer(client, "QT_LATER", "?on=2099-01-01")["version"]["number"] == 1


def test_what_was_believed_depends_on_the_moment(client):
    first, second = client.get("/api/layers/DLTB/versions").json()
    before = second["recorded_at"].replace("Z", "%2B00:00")
    assert first["recorded_at"] < second["recorded_at"]
    known = first["recorded_at"].replace("Z", "%2B00:00")
    assert layer(client, "DLTB", f"?on=2022-01-01&known={before}")["version"]["number"] == 1
    assert client.get(f"/api/layers/DLTB/features?on=2024-06-01&known={known}").status_code == 404


def test_a_layer_tells_its_size_kind_and_fields(client):
    parcels = layer(client, "DLTB")
    assert parcels["geometry"] == "polygon"
    assert parcels["rows"] == 4
    assert parcels["area_ha"] == pytest.approx(4.0, abs=0.01)
    assert parcels["versions"] == 2
    assert [field["name"] for field in parcels["fields"]] == ["BSM", "DLBM", "TBBH"]
    assert parcels["group"] == "present"
    assert layer(client, "QT_TABLE")["geometry"] == "table"
    assert layer(client, "QT_ROAD")["geometry"] == "line"


def test_the_legend_holds_the_classes_that_are_there_with_the_standards_colours(client):
    paint = layer(client, "DLTB")["paint"]
    assert paint["by"] == "DLBM"
    assert [row["value"] for row in paint["colours"]] == ["0101", "0301", "0702"]
    assert paint["colours"][0] == {
        "value": "0101",
        "colour": "#f5f8dc",
        "title": {"zh": "水田", "en": "Paddy field"},
    }


def test_groups_are_the_four_of_the_one_map(client):
    groups = client.get("/api/layers").json()["groups"]
    assert [group["id"] for group in groups] == ["present", "plan", "management", "socioeconomic"]


def test_standards_come_by_edition(client):
    classes = client.get("/api/standards/land-use-classes?edition=2023").json()
    assert any(found["code"] == "0101" and found["title"]["zh"] == "水田" for found in classes)
    assert client.get("/api/standards/land-use-classes?edition=1999").status_code == 404


def test_the_profile_says_under_which_codes_files_can_be_taken_in(client):
    answer = client.get("/api/standards/layers").json()
    listed = {found["code"]: found for found in answer}
    assert len(listed) == len(answer)
    assert list(listed) == list(profile().codes)
    assert listed["GHFQ"]["title"]["zh"] == "规划分区"
    assert (listed["DLTB"]["group"], listed["DLTB"]["geometry"]) == ("present", "polygon")
    assert [field["name"] for field in listed["DLTB"]["required"]] == ["BSM", "DLBM", "TBMJ"]
    here = {found["code"] for found in client.get("/api/layers").json()["layers"]}
    assert listed.keys() > {code for code in here if not code.startswith("QT_")}


def test_the_codes_are_those_of_the_workspaces_own_profile(tmp_path: Path):
    assert "XG_GHDK" not in profile().codes
    with create(tmp_path / "own", name="杭州") as ws:
        ws.settings.set("profile", "hangzhou")
        with TestClient(create_app(ws, Settings(prepare_layers=False))) as own:
            codes = [found["code"] for found in own.get("/api/standards/layers").json()]
    assert "XG_GHDK" in codes
