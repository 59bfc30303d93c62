"""Quality inspection by HTTP: from an upload or stored versions to a verdict that can be paged, compared and accepted."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from fastapi.testclient import TestClient

from given import CRS, lonlat, square
from service.conftest import QUIET, add
from service.test_imports import ended
from tuban.domain.finding import Finding, Severity
from tuban.errors import Text
from tuban.service.app import create_app
from tuban.settings import Settings
from tuban.store import create
from tuban.store.runs import add_run

# Two parcels of one hectare; the second lies 50 m to the east of the first's corner: half of it twice.
A, B = "410481001000000001", "410481001000000002"
TOMORROW = (date.today() + timedelta(days=1)).isoformat()
Q = "/api/quality"


def parcels(*easts: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"BSM": [A, B], "DLBM": ["0101", "0301"], "TBBH": ["1", "2"], "ZLDWDM": ["4104811000010000000"] * 2},
        geometry=[square(east) for east in easts],
        crs=CRS,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over a workspace with one layer version, in which two inspections are kept."""
    folder = tmp_path_factory.mktemp("quality")
    with create(folder / "ws", name="小县") as ws:
        add(ws, "DLTB", parcels(0, 100))
    with TestClient(create_app(folder / "ws", QUIET), raise_server_exceptions=False) as client:
        for name, easts in (("交稿.gpkg", (0, 50)), ("改后.gpkg", (0, 100))):
            parcels(*easts).to_file(folder / name, layer="DLTB")
            task = ended(client, inspect(client, folder / name).json()["task"])
            assert task["state"] == "done", task
            assert task["result"]["area"] == "quality"
        yield client


def inspect(client: TestClient, file: Path, **fields: str):
    with file.open("rb") as opened:
        return client.post(f"{Q}/runs", files={"file": (file.name, opened)}, data=fields)


def overlap(client: TestClient, run: str = "1") -> dict:
    found = client.get(f"{Q}/runs/{run}/findings", params={"rule": "4201"}).json()
    assert found["total"] == 1, found
    return client.get(f"{Q}/runs/{run}/findings/{found['findings'][0]['n']}").json()


def test_the_verdict_says_what_it_rests_on_and_what_it_does_not_prove(desk):
    listed = desk.get(f"{Q}/runs").json()
    assert [(one["id"], one["subject"]) for one in listed] == [("2", "改后.gpkg"), ("1", "交稿.gpkg")]
    run = desk.get(f"{Q}/runs/1").json()
    assert run["verdict"] == "fail"
    assert len(run["files"][0]["sha256"]) == 64
    assert {one["name"]: one["value"] for one in run["tolerances"]}["overlap_m2"] == "0.01"
    assert run["unproven"]
    assert all(one["reason"]["zh"] for one in run["not_applicable"] + run["not_finished"])
    # Every way of grouping counts every finding once.
    total = desk.get(f"{Q}/runs/1/findings", params={"limit": 0}).json()["total"]
    for groups in (run["rules"], run["layers"], run["units"], run["menders"]):
        assert sum(group["total"] for group in groups) == total
    assert sum(run["counts"].values()) == total


def test_an_overlap_has_its_true_shape_and_both_objects(desk):
    found = overlap(desk)
    assert (found["severity"], found["objects"], found["layer"]) == ("V", [A, B], "DLTB")
    assert found["area_m2"] == pytest.approx(5000, rel=1e-3)
    west, south = lonlat(50, 0)
    east, north = lonlat(100, 100)
    shape = shapely.from_geojson(json.dumps(found["geometry"]))
    assert shape.bounds == pytest.approx((west, south, east, north), abs=1e-6)
    assert found["bounds"] == pytest.approx(shape.bounds, abs=1e-6)
    objects = {one["object"]: shapely.from_geojson(json.dumps(one["geometry"])) for one in found["shapes"]}
    assert set(objects) == {A, B}
    # What both objects cover is the fault, but for coordinates of a millimetre along 300 m of outline (in degrees²).
    both = shapely.intersection(objects[A], objects[B])
    assert shapely.symmetric_difference(both, shape).area < 3e-11


def test_findings_are_filtered_sorted_and_paged(desk):
    whole = desk.get(f"{Q}/runs/1/findings", params={"limit": 1000}).json()
    assert [one["n"] for one in whole["findings"]] == list(range(whole["total"]))
    paged = []
    for offset in range(0, whole["total"], 3):
        paged += desk.get(f"{Q}/runs/1/findings", params={"limit": 3, "offset": offset}).json()["findings"]
    assert paged == whole["findings"]
    for name in ("rule", "severity", "layer", "unit", "mender"):
        for value in {one[name] for one in whole["findings"] if one[name]}:
            found = desk.get(f"{Q}/runs/1/findings", params={name: value, "limit": 1000}).json()
            assert found["total"] == sum(
                one[name] == value or (name == "unit" and one[name].startswith(value))
                for one in whole["findings"]
            )
    by_weight = desk.get(f"{Q}/runs/1/findings", params={"sort": "severity"}).json()["findings"]
    assert [one["severity"] for one in by_weight] == sorted(
        (one["severity"] for one in whole["findings"]), key="VGW".index
    )
    assert desk.get(f"{Q}/runs/1/findings", params={"q": B}).json()["total"] >= 1
    assert desk.get(f"{Q}/runs/1/findings", params={"q": "没有这个词"}).json()["total"] == 0
    assert desk.get(f"{Q}/runs/1/findings", params={"offset": 10**6}).json()["findings"] == []


def test_two_runs_are_compared_both_ways(desk):
    ahead = desk.get(f"{Q}/runs/2/compare", params={"with": "1", "side": "gone", "limit": 1000}).json()
    assert "4201" in {one["rule"] for one in ahead["findings"]}
    assert len(ahead["findings"]) == ahead["gone"]
    back = desk.get(f"{Q}/runs/1/compare", params={"with": "2", "side": "new", "limit": 1000}).json()
    assert back["new"] == ahead["gone"]
    assert {one["key"] for one in back["findings"]} == {one["key"] for one in ahead["findings"]}
    same = desk.get(f"{Q}/runs/1/compare", params={"with": "1"}).json()
    assert (same["new"], same["gone"]) == (0, 0)


def test_versions_of_the_workspace_are_inspected_and_named(desk):
    started = desk.post(f"{Q}/runs", data={"versions": ["DLTB@1"]})
    run = ended(desk, started.json()["task"])["result"]["run"]
    seen = desk.get(f"{Q}/runs/{run}").json()
    assert seen["versions"] == ["DLTB@1"]
    assert desk.get(f"{Q}/runs/{run}/findings", params={"rule": "4201"}).json()["total"] == 0


def test_an_exception_is_registered_shown_and_withdrawn(desk):
    found = overlap(desk)
    asked = {"finding": found["n"], "by": "张工", "reason": "飞地,经市局确认", "until": TOMORROW}
    made = desk.post(f"{Q}/runs/1/exceptions", json=asked)
    assert made.status_code == 201, made.text
    held = made.json()
    assert (held["by"], held["until"], held["state"], held["rule"]) == ("张工", TOMORROW, "held", "4201")
    assert overlap(desk)["exception"]["id"] == held["id"]
    assert overlap(desk)["accepted"]
    assert desk.get(f"{Q}/runs/1").json()["accepted_since"] == 1
    # The run that was made before stays as it was.
    assert desk.get(f"{Q}/runs/1").json()["verdict"] == "fail"
    assert [one["id"] for one in desk.get(f"{Q}/exceptions").json()] == [held["id"]]
    why = {"by": "李科", "reason": "已整改"}
    ended_ = desk.delete(f"{Q}/exceptions/{held['id']}", params=why).json()
    assert (ended_["state"], ended_["withdrawn_reason"]) == ("withdrawn", "已整改")
    assert "李科" in ended_["withdrawn_by"]
    assert not overlap(desk)["accepted"]
    assert desk.delete(f"{Q}/exceptions/{held['id']}", params=why).status_code == 400


@pytest.mark.parametrize("format", ["xlsx", "html", "json", "gpkg"])
def test_every_report_can_be_had(desk, format, tmp_path):
    answer = desk.get(f"{Q}/runs/1/report", params={"format": format})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    if format == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
        text = "\n".join(str(row) for sheet in sheets for row in sheet.iter_rows(values_only=True))
        assert A in text
    elif format == "gpkg":
        (tmp_path / "r.gpkg").write_bytes(answer.content)
        with sqlite3.connect(tmp_path / "r.gpkg") as read:
            assert read.execute("select count(*) from gpkg_contents").fetchone()[0] >= 1
    elif format == "json":
        assert "4201" in {one["rule"] for one in json.loads(answer.content)["findings"]}
    else:
        assert A in answer.text
    cache = desk.app.state.tuban.workspace.cache_dir("downloads")
    assert list(cache.iterdir()) == []


def test_rules_and_profiles_are_listed(desk):
    rules = desk.get(f"{Q}/rules").json()
    assert [one["id"] for one in rules] == sorted(one["id"] for one in rules)
    known = {one["id"]: one for one in rules}
    assert known["4201"]["severity"] == "V"
    assert known["4201"]["mender"]["zh"]
    profiles = desk.get(f"{Q}/profiles").json()
    assert sum(one["default"] for one in profiles) == 1
    for one in profiles:
        assert desk.get(f"{Q}/rules", params={"profile": one["name"]}).status_code == 200


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


BAD_FILES = {
    "空.zip": b"",
    "不是压缩包.zip": b"not a zip",
    "不是数据库.gpkg": b"this is no GeoPackage",
    "没有数据库.zip": zipped(note_dot_txt=b"hello"),
    "包中包.zip": zipped(inner_dot_zip=zipped(note_dot_txt=b"hello")),
    "往外写.zip": zipped(**{"..__..__x_dot_txt": b"x"}),
    "假库.gdb.zip": zipped(a_dot_gdb__a00000001_dot_gdbtable=b"\0" * 64),
    "乱码.json": "\ud800".encode("utf-8", "surrogatepass"),
    "程序.exe": b"MZ",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_package_is_a_finding_or_a_clear_error(desk, tmp_path, name):
    file = tmp_path / name
    file.write_bytes(BAD_FILES[name])
    task = ended(desk, inspect(desk, file).json()["task"])
    if task["state"] == "done":
        run = desk.get(f"{Q}/runs/{task['result']['run']}").json()
        # An unreadable package never reads as passed.
        assert run["verdict"] != "pass"
    else:
        assert task["state"] == "failed"
        assert task["error"]["kind"] != "TubanError", task["error"]
        assert task["error"]["problem"]
        assert task["error"]["fix"]
    assert list(desk.app.state.tuban.workspace.cache_dir("uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("method", "path", "how", "status"),
    [
        ("post", "/runs", {}, 400),
        ("post", "/runs", {"data": {"versions": ["DLTB@1"]}, "files": {"file": ("a.gpkg", b"x")}}, 400),
        ("post", "/runs", {"data": {"versions": ["../x"]}}, 400),
        ("post", "/runs", {"data": {"versions": ["DLTB@99"]}}, 404),
        ("post", "/runs", {"data": {"versions": ["NOPE"]}}, 404),
        ("post", "/runs", {"data": {"versions": ["DLTB@1"], "profile": "nowhere"}}, 404),
        ("post", "/runs", {"data": {"versions": ["DLTB@1"], "profile": "../../profile.yaml"}}, 404),
        ("get", "/runs/0", {}, 400),
        ("get", "/runs/abc", {}, 400),
        ("get", "/runs/99999", {}, 404),
        ("get", "/runs/99999/findings", {}, 404),
        ("get", "/runs/1/findings/-1", {}, 400),
        ("get", "/runs/1/findings/999999", {}, 404),
        ("get", "/runs/1/findings?sort=nonsense", {}, 400),
        ("get", "/runs/1/findings?severity=X", {}, 400),
        ("get", "/runs/1/findings?limit=-1", {}, 400),
        ("get", "/runs/1/findings?offset=1e9", {}, 400),
        ("get", "/runs/1/compare", {}, 400),
        ("get", "/runs/1/compare?with=77777", {}, 404),
        ("get", "/runs/1/compare?with=2&side=sideways", {}, 400),
        ("get", "/runs/1/report?format=exe", {}, 400),
        ("get", "/runs/99999/report", {}, 404),
        ("get", "/rules?profile=nowhere", {}, 404),
        ("post", "/runs/1/exceptions", {"json": {"finding": 0}}, 400),
        ("post", "/runs/1/exceptions", {"json": {"finding": 0, "by": " ", "reason": " ", "until": TOMORROW}}, 400),
        ("post", "/runs/1/exceptions", {"json": {"finding": 0, "by": "a", "reason": "b", "until": "2001-01-01"}}, 400),
        ("post", "/runs/1/exceptions", {"json": {"finding": 9999, "by": "a", "reason": "b", "until": TOMORROW}}, 404),
        ("post", "/runs/1/exceptions", {"content": b"{"}, 400),
        ("delete", "/exceptions/999?by=a&reason=b", {}, 404),
        ("delete", "/exceptions/1", {}, 400),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_meant_is_told_so(desk, method, path, how, status):
    answer = desk.request(method, f"{Q}{path}", **how)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["problem"]
    assert error["fix"]


def test_an_upload_over_the_limit_is_refused(tmp_path):
    create(tmp_path / "ws", name="x").close()
    settings = Settings(prepare_layers=False, max_upload_bytes=1000)
    parcels(0, 100).to_file(tmp_path / "a.gpkg", layer="DLTB")
    with TestClient(create_app(tmp_path / "ws", settings), raise_server_exceptions=False) as client:
        answer = inspect(client, tmp_path / "a.gpkg")
        assert answer.status_code == 400
        assert "tuban quality check" in answer.json()["error"]["fix"]
        assert client.get("/api/tasks").json() == []


def test_a_hundred_thousand_findings_are_paged(tmp_path):
    many = 100_000
    wkb = square().wkb
    findings = [
        Finding(
            rule="4201" if n % 2 else "4106",
            severity=Severity.VETO if n % 2 else Severity.GENERAL,
            layer="DLTB",
            message=Text(f"图斑 {n}", f"parcel {n}"),
            objects=(f"{n:018d}",),
            rows=(n,),
            geometry=wkb,
            crs=CRS,
            area_m2=float(n),
        )
        for n in range(many)
    ]
    head = {
        "complete": True,
        "package": {"name": "大库.gdb", "layout": "database", "sha256": "0" * 64, "layers": []},
        "tolerance": {"overlap_m2": 0.01},
        "rules": [],
        "accepted": [],
        "proves_not": [],
    }
    with create(tmp_path / "ws", name="大县") as ws:
        counts = {"V": many // 2, "G": many // 2, "W": 0, "accepted": 0}
        add_run(
            ws, "quality", "大库.gdb", findings,
            profile="national-2021", rules_version="1", verdict="fail", counts=counts, head=head, by="test",
        )  # fmt: skip
    with TestClient(create_app(tmp_path / "ws", QUIET), raise_server_exceptions=False) as client:
        last = client.get(f"{Q}/runs/1/findings", params={"offset": many - 10, "limit": 200}).json()
        assert last["total"] == many
        assert [one["n"] for one in last["findings"]] == list(range(many - 10, many))
        largest = client.get(f"{Q}/runs/1/findings", params={"sort": "-area_m2", "limit": 3}).json()
        assert [one["area_m2"] for one in largest["findings"]] == [many - 1, many - 2, many - 3]
        asked = {"rule": "4201", "q": "99999", "limit": 5}
        assert [one["n"] for one in client.get(f"{Q}/runs/1/findings", params=asked).json()["findings"]] == [
            99_999
        ]
        groups = {one["key"]: one["total"] for one in client.get(f"{Q}/runs/1").json()["rules"]}
        assert groups == {"4201": many // 2, "4106": many // 2}


def test_safe_repairs_are_proposed_accepted_and_inspected_again(desk, tmp_path):
    frame = parcels(0, 100)
    frame["TBBH"] = ["１２", "2"]  # full-width digits
    ring = list(frame.geometry[1].exterior.coords)
    frame.geometry = [frame.geometry[0], shapely.Polygon([ring[0], *ring])]  # the first vertex twice
    file = tmp_path / "待修.gpkg"
    frame.to_file(file, layer="DLTB")
    run = ended(desk, inspect(desk, file).json()["task"])["result"]["run"]
    before = desk.get(f"{Q}/runs/{run}/repairs").json()
    assert (before["searched"], before["available"], before["total"]) == (False, True, 0)
    assert desk.post(f"{Q}/runs/{run}/repairs", json={}).status_code == 400  # nothing was looked for yet

    searched = ended(desk, desk.post(f"{Q}/runs/{run}/repairs/search").json()["task"])
    assert searched["state"] == "done", searched
    found = desk.get(f"{Q}/runs/{run}/repairs").json()
    text = next(one for one in found["repairs"] if one["kind"] == "full_width")
    assert (text["object"], text["field"], text["old"], text["new"]) == (A, "TBBH", "１２", "12")
    shape = next(one for one in found["repairs"] if one["kind"] == "repeated")
    assert shape["object"] == B
    assert shape["moved_m2"] == pytest.approx(0, abs=1e-9)  # a vertex twice encloses no ground
    assert shape["after"]["type"] in ("Polygon", "MultiPolygon")
    assert sum(kind["count"] for kind in found["kinds"]) == found["total"]

    assert desk.post(f"{Q}/runs/{run}/repairs", json={"ids": []}).status_code == 400
    assert desk.post(f"{Q}/runs/{run}/repairs", json={"ids": ["nonsense"]}).status_code == 404
    task = ended(desk, desk.post(f"{Q}/runs/{run}/repairs", json={"ids": [text["id"]]}).json()["task"])
    assert task["state"] == "done", task
    again = task["result"]["run"]
    assert again != run
    made = desk.get(f"{Q}/runs/{again}/repairs").json()["made"]
    assert made["run"] == run
    assert {one["outcome"]: one["count"] for one in made["outcomes"]}["mended"] == 1
    (tmp_path / "repaired.gpkg").write_bytes(desk.get(f"{Q}/runs/{again}/repaired").content)
    repaired = gpd.read_file(tmp_path / "repaired.gpkg")
    assert sorted(repaired["TBBH"]) == ["12", "2"]  # what was accepted, and nothing else
    assert (
        shapely.get_num_coordinates(repaired.geometry).tolist()
        == shapely.get_num_coordinates(frame.geometry).tolist()
    )
    assert desk.get(f"{Q}/runs/{run}/repaired").status_code == 404


def test_a_cancelled_inspection_leaves_no_run(desk):
    before = len(desk.get(f"{Q}/runs").json())
    first = desk.post(f"{Q}/runs", data={"versions": ["DLTB"]}).json()["task"]
    second = desk.post(f"{Q}/runs", data={"versions": ["DLTB"]}).json()["task"]
    # The second still waits for the first: it is told to stop before it begins.
    assert desk.post(f"/api/tasks/{second}/cancel").status_code == 200
    assert ended(desk, first)["state"] == "done"
    assert ended(desk, second)["state"] == "cancelled"
    assert len(desk.get(f"{Q}/runs").json()) == before + 1


def test_layer_versions_are_repaired_into_a_file_too(desk):
    started = desk.post(f"{Q}/runs", data={"versions": ["DLTB@1"]})
    run = ended(desk, started.json()["task"])["result"]["run"]
    assert desk.get(f"{Q}/runs/{run}/repairs").json()["available"]
    assert ended(desk, desk.post(f"{Q}/runs/{run}/repairs/search").json()["task"])["state"] == "done"
    assert desk.get(f"{Q}/runs/{run}/repairs").json()["searched"]
