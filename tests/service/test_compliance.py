"""Compliance by HTTP: a site drawn or uploaded, its verdict kept, its certificate; bad input in plain words."""

from __future__ import annotations

import time

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient

from given import CRS, ORIGIN_E, ORIGIN_N, clock, square, valid
from tuban.geo.boundary_points import text_of
from tuban.service.app import create_app
from tuban.settings import Settings
from tuban.standards.load import profile
from tuban.store import create, open_workspace

SITE = square(0, 0, 100)
PACK = {"packs": ["national"], "attributes": {"use": "industrial"}}


def add(ws, code, shape):
    """Take in one object as the next version of a layer."""
    frame = gpd.GeoDataFrame({"BSM": [f"{code}0"]}, geometry=[shape], crs=CRS)
    spec = profile().layer(code)
    ws.add_version(code, frame, spec=spec, source_name="t", source_sha256="0" * 64, valid=valid(), by="甲")


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compliance")
    with create(folder, name="某县", clock=clock()) as ws:
        for code, shape in (("XZQX", square(-900, -900, 3000)), ("STBHHX", square(50, 0, 900))):
            frame = gpd.GeoDataFrame({"BSM": [f"{code}0"]}, geometry=[shape], crs=CRS)
            spec = profile().layer(code)
            ws.add_version(
                code, frame, spec=spec, source_name="t", source_sha256="0" * 64, valid=valid(), by="甲"
            )
    with TestClient(
        create_app(folder, Settings(prepare_layers=False)), raise_server_exceptions=False
    ) as client:
        yield client


def asked(shape=SITE, **more):
    return {
        "geometry": shapely.geometry.mapping(shape),
        "crs": CRS,
        "name": "厂",
        "on": "2026-06-01",
        **PACK,
        **more,
    }


def test_a_drawn_site_is_reviewed_and_its_verdict_kept(web):
    found = web.post("/api/compliance/reviews", json=asked(keep=True, by="张三")).json()
    result = found["result"]
    assert result["verdict"] == "不符合"
    (hit,) = [one for one in result["concerned"] if one["rule"] == "CN-ECO-1"]
    assert hit["area_ha"] == pytest.approx(0.5, abs=1e-4)
    assert hit["geometry"]["type"] == "Polygon"
    number = found["number"]
    kept = web.get(f"/api/compliance/verdicts/{number}").json()
    assert kept["result"]["hashes"] == result["hashes"]
    assert kept["lonlat"]["type"] == "Polygon"
    assert number in [one["number"] for one in web.get("/api/compliance/verdicts").json()["verdicts"]]
    assert web.post(f"/api/compliance/verdicts/{number}/again").json()["same"] is True
    for form, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("json", b"{")):
        made = web.get(f"/api/compliance/verdicts/{number}/certificate", params={"format": form})
        assert made.status_code == 200
        assert made.content.startswith(start)


def test_a_boundary_point_file_is_read_as_a_site(web):
    plots = gpd.GeoDataFrame({"DKMC": ["甲"], "DKYT": ["工业"], "DLBM": ["1001"]}, geometry=[SITE], crs=CRS)
    text = text_of(plots, made_by="测绘院", made_on="2026-01-15")
    said = web.post("/api/compliance/sites", files={"file": ("宗地.txt", text.encode("gb18030"))}).json()
    assert said["crs"] == "EPSG:4526"
    assert said["area_ha"] == pytest.approx(1.0, abs=1e-3)
    assert len(said["bounds"]) == 4
    again = web.post(
        "/api/compliance/reviews", json=asked() | {"geometry": said["geometry"], "crs": said["crs"]}
    )
    assert again.json()["result"]["verdict"] == "不符合"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"geometry": {"type": "Polygon", "coordinates": []}}, 422),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, 422),
        ({"geometry": {"type": "Polygon", "coordinates": "x"}}, 400),
        ({"geometry": {"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}}, 422),
        ({"geometry": {"type": "Point", "coordinates": [0, 0]}}, 400),
        ({"crs": "EPSG:99999"}, 422),
        ({"crs": "EPSG:3857"}, 422),
        ({"packs": ["atlantis"]}, 404),
        ({"packs": ["/etc/passwd.yaml"]}, 400),
        ({"attributes": {"colour": "red"}}, 400),
        ({"on": "2026-13-01"}, 400),
        ({"policy": {"sliver_m2": -1}}, 400),
        ({"unknown": 1}, 400),
    ],
)
def test_what_cannot_be_meant_is_said_and_never_a_fault_of_the_server(web, change, status):
    answer = web.post("/api/compliance/reviews", json=asked() | change)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["fix"]


def test_a_site_that_crosses_itself_or_lies_elsewhere_is_said(web):
    bow = shapely.Polygon([(ORIGIN_E + x, ORIGIN_N + y) for x, y in ((0, 0), (9, 9), (9, 0), (0, 9))])
    assert web.post("/api/compliance/reviews", json=asked(bow)).status_code == 422
    far = web.post("/api/compliance/reviews", json=asked(square(90_000, 0)))
    assert far.status_code == 400
    assert "公里" in far.json()["error"]["problem"]


def test_a_declaration_of_absence_comes_and_goes(web):
    assert "SD" in {
        one["layer"]
        for one in web.post("/api/compliance/reviews", json=asked()).json()["result"]["not_covered"]
    }
    web.put("/api/compliance/absent/SD", json={"reason": "名录无", "by": "乙"})
    assert [one["layer"] for one in web.get("/api/compliance/absent").json()] == ["SD"]
    result = web.post("/api/compliance/reviews", json=asked()).json()["result"]
    assert "SD" not in {one["layer"] for one in result["not_covered"]}
    assert web.delete("/api/compliance/absent/SD", params={"by": "乙"}).json() == []
    assert web.put("/api/compliance/absent/SD", json={"reason": "", "by": "乙"}).status_code == 400


def test_the_form_and_the_packs_are_there(web):
    names = {one["name"]: one for one in web.get("/api/compliance/attributes").json()}
    assert names["use"]["kind"] == "choice"
    assert names["large"]["kind"] == "yes_no"
    assert names["height_m"]["kind"] == "number"
    used = {one["name"] for one in web.get("/api/compliance/packs").json() if one["used"]}
    assert used == {"national"}


def test_an_unknown_verdict_is_not_there(web):
    assert web.get("/api/compliance/verdicts/99").status_code == 404
    assert web.get("/api/compliance/verdicts/99/certificate").status_code == 404


def test_ways_to_pass_are_proposed(web):
    said = web.post("/api/compliance/proposals", json=asked(within_m=300)).json()
    kinds = {one["kind"]: one for one in said["proposals"]}
    assert kinds["trim"]["given_up_ha"] == pytest.approx(0.5, abs=1e-3)
    assert kinds["move"]["east_m"] == pytest.approx(-50, abs=1)
    again = asked() | {"geometry": kinds["move"]["geometry"], "crs": kinds["move"]["crs"]}
    result = web.post("/api/compliance/reviews", json=again).json()["result"]
    assert "CN-ECO-1" not in {one["rule"] for one in result["concerned"]}
    assert web.post("/api/compliance/proposals", json=asked(within_m=99_999)).status_code == 400


def test_a_recheck_says_which_verdicts_a_moved_line_turns(tmp_path):
    with create(tmp_path, name="某县", clock=clock()) as ws:
        add(ws, "XZQX", square(-900, -900, 3000))
        add(ws, "STBHHX", square(500, 0, 900))
    with TestClient(
        create_app(tmp_path, Settings(prepare_layers=False)), raise_server_exceptions=False
    ) as web:
        kept = web.post("/api/compliance/reviews", json=asked(keep=True, by="张三")).json()
        with open_workspace(tmp_path) as ws:
            add(ws, "STBHHX", square(50, 0, 900))
        task = web.post("/api/compliance/recheck").json()["task"]
        deadline = time.monotonic() + 60
        while (said := web.get(f"/api/tasks/{task}").json())["state"] in {"waiting", "running"}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert said["state"] == "done", said
        assert said["result"]["affected"] == 1
        (one,) = said["result"]["changed"]
        assert one["number"] == kept["number"]
        assert one["added"] == ["CN-ECO-1:STBHHX"]
