"""Objects by box, column, text and id."""

from __future__ import annotations

import pytest
from shapely.geometry import shape

from given import lonlat

BASE = "/api/layers/DLTB/features"


def numbers(client, query: str) -> list[str]:
    answer = client.get(f"{BASE}?{query}")
    assert answer.status_code == 200, answer.text
    return [feature["properties"]["TBBH"] for feature in answer.json()["features"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter=DLBM:eq:0702", ["2", "4"]),
        ("filter=DLBM:ne:0702", ["1", "3"]),
        ("filter=DLBM:in:0101|0301", ["1", "3"]),
        ("filter=DLBM:like:07", ["2", "4"]),
        ("filter=TBBH:ge:3", ["3", "4"]),
        ("filter=DLBM:eq:0702&filter=TBBH:lt:3", ["2"]),
        ("filter=DLBM:eq:0702' OR '1'='1", []),
        ("q=0301", ["3"]),
        ("on=2022-01-01&filter=DLBM:eq:0101", ["1", "2"]),
        ("version=1&filter=DLBM:eq:0702", ["4"]),
    ],
)
def test_conditions_choose_rows(client, query, expected):
    assert sorted(numbers(client, query)) == expected


def test_order_and_pages(client):
    assert numbers(client, "sort=-TBBH") == ["4", "3", "2", "1"]
    assert numbers(client, "sort=TBBH&limit=2&offset=1") == ["2", "3"]
    assert client.get(f"{BASE}?limit=0").json()["total"] == 4


def test_a_box_takes_what_it_touches_and_nothing_more(client):
    west, south = lonlat(10, 10)
    east, north = lonlat(20, 20)
    assert numbers(client, f"bbox={west},{south},{east},{north}") == ["1"]
    east, _ = lonlat(120, 20)
    assert sorted(numbers(client, f"bbox={west},{south},{east},{north}")) == ["1", "2"]
    assert len(numbers(client, "bbox=-180,-90,180,90")) == 4
    assert numbers(client, "bbox=0,0,1,1") == []


def test_geometry_comes_in_degrees_when_asked_for(client):
    plain = client.get(BASE).json()["features"][0]
    assert plain["geometry"] is None
    fid = plain["fid"]
    one = client.get(f"{BASE}/{fid}").json()
    drawn = shape(one["geometry"])
    assert drawn.bounds == pytest.approx(one["bounds"], abs=1e-7)
    assert drawn.bounds == pytest.approx(plain["bounds"], abs=1e-7)
    assert one["area_m2"] == pytest.approx(10_000, abs=1)
    assert (one["area_ha"], one["area_mu"]) == (1.0, 15.0)


def test_tables_have_rows_without_place(client):
    row = client.get("/api/layers/QT_TABLE/features").json()["features"][0]
    assert row["bounds"] is None
    assert row["properties"] == {"ZB": "耕地保有量", "VALUE": 1.5, "ON": "2021-01-01"}
    assert client.get("/api/layers/QT_TABLE/features?filter=VALUE:gt:1").json()["total"] == 1
    assert client.get("/api/layers/QT_TABLE/features?filter=ON:le:2021-01-01").json()["total"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "filter=DLBM", "filter=DLBM:is:3", "filter=NOPE:eq:1", "filter=:eq:1", "sort=NOPE", "bbox=1,2,3",
        "bbox=a,b,c,d", "bbox=nan,0,1,1", "bbox=5,5,1,1", "limit=-1", "offset=-1", "on=yesterday", "known=x",
        "version=0", "lang=fr",
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_meant_is_a_400_with_its_fix(client, query):
    answer = client.get(f"{BASE}?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["kind"] == "WrongUse"
    assert answer.json()["error"]["fix"]


@pytest.mark.parametrize("condition", ["VALUE:eq:much", "VALUE:like:1", "ON:eq:soon", "VALUE:gt:nan"])
def test_a_value_of_the_wrong_type_is_a_400(client, condition):
    assert client.get(f"/api/layers/QT_TABLE/features?filter={condition}").status_code == 400


def test_what_is_not_there_is_a_404(client):
    assert client.get(f"{BASE}/99").status_code == 404
    assert client.get(f"{BASE}?version=9").json()["error"]["kind"] == "UnknownVersion"
    assert client.get(f"{BASE}?on=1999-01-01").status_code == 404
