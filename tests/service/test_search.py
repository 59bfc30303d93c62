"""One box for places, layers, classes, objects and coordinates."""

from __future__ import annotations

import pytest


def hits(client, q: str, more: str = "") -> list[dict]:
    answer = client.get(f"/api/search?q={q}{more}")
    assert answer.status_code == 200
    return answer.json()["results"]


def test_a_place_is_found_by_name_and_by_code(client):
    by_name, by_code = hits(client, "垭口")[0], hits(client, "410481100")[0]
    assert by_name["kind"] == by_code["kind"] == "place"
    assert by_name["title"] == by_code["title"] == "垭口街道"
    assert by_name["code"] == "XZQXZ"
    west, south, east, north = by_name["bounds"]
    assert west < by_name["lon"] < east
    assert south < by_name["lat"] < north


@pytest.mark.parametrize("q", ["113.5,33.3", "113.5 33.3", "113.5,33.3"])
def test_a_coordinate_is_understood(client, q):
    first = hits(client, q)[0]
    assert (first["kind"], first["lon"], first["lat"]) == ("coordinate", 113.5, 33.3)


def test_layers_classes_and_objects(client):
    assert any(hit["kind"] == "layer" and hit["code"] == "DLTB" for hit in hits(client, "地类图斑"))
    assert any(hit["kind"] == "class" and hit["code"] == "0301" for hit in hits(client, "乔木"))
    road = hits(client, "平舞")
    assert [(hit["kind"], hit["code"], hit["fid"]) for hit in road] == [("feature", "QT_ROAD", 0)]


def test_few_answers_when_few_are_wanted_and_none_to_nothing(client):
    assert len(hits(client, "1", "&limit=1")) <= 1
    assert hits(client, "") == []
    assert hits(client, "%20") == []
    assert hits(client, "没有这个地方") == []
    assert hits(client, ".*") == []
