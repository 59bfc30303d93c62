"""Import with progress, the trail, the versions and their files."""

from __future__ import annotations

import re
import time
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from playwright.sync_api import Page, expect

from browser.desk import County, Desk, part, tool


@pytest.fixture
def zones(county: County, tmp_path: Path) -> Path:
    """A GeoPackage of two squares in the county's middle, CGCS2000."""
    west, south, east, north = county.get("status")["bounds"]
    x, y = (west + east) / 2, (south + north) / 2
    squares = [shapely.box(x + i * 0.01, y, x + i * 0.01 + 0.01, y + 0.01) for i in range(2)]
    path = tmp_path / "zones.gpkg"
    gpd.GeoDataFrame({"MC": ["甲", "乙"]}, geometry=squares, crs="EPSG:4490").to_file(path, layer="zones")
    return path


def choose_code(page: Page, words: str, code: str) -> None:
    """Choose the code to import under by typing some words and Enter: the best match must be the one meant."""
    page.locator("#import-code").fill(words)
    best = page.locator(".el-select-dropdown:visible [role=option]").first
    expect(best).to_contain_text(f"{code} ")
    expect(best).to_have_class(re.compile("is-hovering"))
    page.keyboard.press("Enter")
    expect(part(page, "import-code")).to_contain_text(code)


def send(page: Page, file: Path, code: str) -> None:
    """Import a file by the dialog."""
    part(page, "import-open").click()
    page.locator("#import-file").set_input_files(file)
    choose_code(page, code, code)
    part(page, "send").click()
    part(page, "import").wait_for(state="hidden")


def test_a_file_is_taken_in_and_appears_in_the_tree(page: Page, county: County, zones: Path):
    before = {layer["code"] for layer in county.get("layers")["layers"]}
    assert "QT_BROWSER" not in before
    tool(page, "任务")
    send(page, zones, "QT_BROWSER")
    task = page.locator("li[data-task]").first
    expect(task).to_have_attribute("data-state", "done", timeout=60_000)
    expect(task).to_contain_text("QT_BROWSER 第 1 版，2 个")
    expect(page.locator('li.layer[data-code="QT_BROWSER"]')).to_be_visible()
    assert county.layer("QT_BROWSER")["rows"] == 2
    # The step is in the trail, and the trail is whole.
    panel = tool(page, "留痕")
    expect(panel.locator("ol li").first).to_contain_text("QT_BROWSER")


def test_a_file_that_cannot_be_read_says_what_is_wrong_and_what_to_do(
    page: Page, county: County, tmp_path: Path
):
    bad = tmp_path / "parcels.gpkg"
    bad.write_text("this is no GeoPackage", encoding="utf-8")
    codes = [layer["code"] for layer in county.get("layers")["layers"]]
    tool(page, "任务")
    send(page, bad, "QT_BROKEN")
    task = page.locator("li[data-task]").first
    expect(task).to_have_attribute("data-state", "failed", timeout=60_000)
    told = county.get("tasks")[0]["error"]
    expect(task.get_by_role("alert")).to_contain_text(told["problem"])
    expect(task.get_by_role("alert")).to_contain_text(told["fix"])
    assert [layer["code"] for layer in county.get("layers")["layers"]] == codes


def test_the_result_waits_when_the_page_is_opened_again(desk: Desk, zones: Path):
    page = desk.open("/?panel=tasks")
    send(page, zones, "QT_AGAIN")
    page.close()
    deadline = time.monotonic() + 60
    while desk.county.get("tasks")[0]["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    again = desk.open("/?panel=tasks")
    expect(again.locator("li[data-task]").first).to_contain_text("QT_AGAIN 第 1 版")


def test_every_layer_of_the_standard_can_be_chosen_by_its_name(page: Page, county: County):
    spec = next(one for one in county.get("standards/layers") if one["code"] == "DLTB")
    tool(page, "任务")
    part(page, "import-open").click()
    # One that the county does not have yet, then one of which it has a version.
    assert "GDBHHX" not in {one["code"] for one in county.get("layers")["layers"]}
    choose_code(page, "耕地保护红线", "GDBHHX")
    choose_code(page, "地类图斑", "DLTB")
    needs = part(page, "import-needs")
    for field in spec["required"]:
        expect(needs).to_contain_text(f"{field['name']} {field['title']['zh']}")


def test_a_file_with_exchanged_axes_is_read_as_told(page: Page, county: County, tmp_path: Path):
    west, south, east, north = county.get("status")["bounds"]
    x, y = (west + east) / 2, (south + north) / 2
    exchanged = tmp_path / "exchanged.gpkg"
    square = shapely.box(y, x, y + 0.01, x + 0.01)
    gpd.GeoDataFrame({"MC": ["甲"]}, geometry=[square], crs="EPSG:4490").to_file(exchanged, layer="exchanged")
    tool(page, "任务")
    part(page, "import-open").click()
    page.locator("#import-file").set_input_files(exchanged)
    choose_code(page, "qt_exchanged", "QT_EXCHANGED")
    part(page, "import-advanced").locator("summary").click()
    part(page, "swap-axes").click()
    part(page, "send").click()
    part(page, "import").wait_for(state="hidden")
    task = page.locator("li[data-task]").first
    expect(task).to_contain_text("QT_EXCHANGED")
    expect(task).to_have_attribute("data-state", "done", timeout=60_000)
    bounds = county.layer("QT_EXCHANGED")["bounds"]
    assert bounds == pytest.approx([x, y, x + 0.01, y + 0.01], abs=1e-6)
    # What was done to the file is told with the result.
    notes = county.get("tasks")[0]["result"]["notes"]
    assert notes
    part(page, "task-notes").first.locator("summary").click()
    expect(part(page, "task-notes").first).to_contain_text(notes[0]["zh"])


def test_anyone_may_verify_the_trail(page: Page, county: County):
    tool(page, "留痕")
    part(page, "verify").click()
    report = county.get("trail/verify")
    assert report["ok"] is True
    expect(part(page, "report")).to_contain_text(f"{report['entries']:,} 条记录首尾相接")
    expect(part(page, "report")).to_contain_text(report["head"])


def test_every_version_is_listed_and_its_file_can_be_had(page: Page, county: County, tmp_path: Path):
    layer = max(
        county.get("layers")["layers"], key=lambda one: (one["versions"], one["geometry"] == "polygon")
    )
    panel = tool(page, "版本")
    part(page, "versions-layer").click()
    # The code stands alone: GHFQ is also the end of YDYHGHFQ.
    page.locator(".el-select-dropdown:visible").get_by_role("option").filter(
        has_text=re.compile(rf"(?<![A-Z]){layer['code']}(?![A-Z])")
    ).last.click()
    expect(panel.locator("li[data-version]")).to_have_count(layer["versions"])
    first = panel.locator('li[data-version="1"]')
    version = next(one for one in county.get(f"layers/{layer['code']}/versions") if one["number"] == 1)
    expect(first).to_contain_text(version["sha256"])
    expect(first).to_contain_text(version["source_name"])
    with page.expect_download() as waiting:
        first.get_by_role("link", name="GeoPackage").click()
    name = waiting.value.suggested_filename
    assert layer["code"] in name
    assert "示范数据" in name
    saved = tmp_path / "saved.gpkg"
    waiting.value.save_as(saved)
    assert pyogrio.read_info(saved)["features"] == version["rows"]
