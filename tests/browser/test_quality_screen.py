"""成果质检 as a planner walks through it: hand in, read the verdict, look at each fault, accept, mend, compare."""

from __future__ import annotations

import re
import time
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from playwright.sync_api import Page, expect

from browser.desk import OFFICE, WALL, County, Desk, part, settle
from browser.test_accessibility import AXE, faults
from browser.test_sizes import FRAME, ON_THE_MAP, TEXT_CUT, boxes, overlapping, sideways

A, B, C = (f"99900100100000000{n}" for n in (1, 2, 3))


def package(county: County, path: Path, *easts: float) -> Path:
    """Write three parcels of one hectare in the county's middle, their west sides so many metres apart."""
    west, south, east, north = county.get("status")["bounds"]
    crs = county.get("status")["crs"]
    middle = gpd.GeoSeries([shapely.Point((west + east) / 2, (south + north) / 2)], crs="EPSG:4490").to_crs(
        crs
    )
    x, y = float(middle.x[0]), float(middle.y[0])
    squares = [shapely.box(x + e, y, x + e + 100, y + 100) for e in easts]
    frame = gpd.GeoDataFrame({"BSM": [A, B, C], "DLBM": ["0101", "0301", "0101"]}, geometry=squares, crs=crs)
    frame.to_file(path, layer="DLTB")
    return path


@pytest.fixture(scope="module")
def handed_in(county: County, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package in which the first two parcels overlap by half a hectare, the last two by a quarter."""
    return package(county, tmp_path_factory.mktemp("in") / "交稿.gpkg", 0, 50, 125)


def area(page: Page, name: str) -> None:
    """Go to a work area by its word in the top bar."""
    page.get_by_role("navigation", name="工作区").get_by_role("button", name=name, exact=True).click()


def inspect(page: Page, file: Path) -> None:
    """Upload a package and wait for its verdict."""
    page.locator('[data-page="start"]').click()
    page.locator("#quality-file").set_input_files(file)
    part(page, "send").click()
    expect(part(page, "verdict")).to_be_visible(timeout=60_000)
    expect(part(page, "verdict").locator("h3").first).to_have_text(file.name)


@pytest.fixture(scope="module")
def run(county: County, handed_in: Path) -> str:
    """The number of an inspection of the package, made as another program would."""
    import httpx

    with handed_in.open("rb") as opened:
        started = httpx.post(
            f"{county.url}/api/quality/runs", files={"file": (handed_in.name, opened)}
        ).json()
    deadline = time.monotonic() + 60
    while (task := county.get(f"tasks/{started['task']}"))["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert task["state"] == "done", task["error"]
    return task["result"]["run"]


def opened(desk: Desk, run: str, more: str = "") -> Page:
    page = desk.open(f"/?area=quality&quality.run={run}&below=1{more}")
    part(page, "verdict").wait_for()
    return page


def test_from_the_package_to_the_fault_on_the_map(page: Page, county: County, handed_in: Path, desk: Desk):
    area(page, "成果质检")
    if part(page, "first-run").count():
        part(page, "first-run").click()
    inspect(page, handed_in)
    expect(page).to_have_url(re.compile(r"area=quality.*quality\.run=\d+"))
    number = re.search(r"quality\.run=(\d+)", page.url)
    assert number
    answer = county.get(f"quality/runs/{number[1]}")
    expect(part(page, "verdict-word")).to_contain_text("不通过")
    expect(part(page, "verdict")).to_contain_text(f"有 {answer['counts']['veto']:,} 个强制性问题")
    # What a verdict does not prove is said beside it, in the words of the service.
    for one in answer["unproven"]:
        expect(part(page, "unproven")).to_contain_text(one["zh"])
    before = page.url
    part(page, "groups").locator('[data-key="4201"]').click()
    expect(part(page, "total")).to_have_text("2 条")
    part(page, "findings").locator(".row").first.click()
    finding = part(page, "finding")
    expect(finding).to_contain_text("4201")
    expect(part(page, "objects")).to_contain_text(A)
    expect(part(page, "objects")).to_contain_text(B)
    # The parcels' west sides are 50 m apart: half of the first hectare lies twice.
    expect(finding).to_contain_text(re.compile(r"(4,9[89]\d|5,0[01]\d)\.\d\d 平方米"))
    # The map has gone to the fault: a few hundred metres, not the county.
    page.wait_for_timeout(800)
    settle(page)
    expect(page).to_have_url(re.compile(r"at=[\d.]+,[\d.]+,1[5-9]"))
    assert page.url != before
    assert desk.watch.errors == []


def test_arrow_keys_go_from_finding_to_finding(desk: Desk, run: str):
    page = opened(desk, run, "&quality.rule=4201")
    rows = part(page, "findings").locator(".row")
    expect(rows).to_have_count(2)
    rows.first.click()
    expect(part(page, "objects")).to_contain_text(B)
    first = part(page, "finding").inner_text()
    part(page, "findings").get_by_role("grid").press("ArrowDown")
    expect(part(page, "objects")).to_contain_text(C)
    assert part(page, "finding").inner_text() != first


def test_a_link_opens_the_same_finding(desk: Desk, run: str, county: County):
    one = county.get(f"quality/runs/{run}/findings", rule="4201")["findings"][1]
    page = opened(desk, run, f"&quality.rule=4201&quality.finding={one['n']}&panel=quality&theme=dark")
    expect(part(page, "finding")).to_contain_text(one["message"]["zh"])
    expect(part(page, "total")).to_have_text("2 条")
    page.get_by_role("button", name="EN", exact=True).click()
    expect(part(page, "finding")).to_contain_text(one["message"]["en"])
    expect(part(page, "verdict-word")).to_contain_text("Not passed")
    # Another area and back: what was open is open again.
    page.locator('[data-area="map"]').click()
    expect(page).not_to_have_url(re.compile("area="))
    page.go_back()
    expect(part(page, "finding")).to_contain_text(one["message"]["en"])


def test_filters_find_what_the_service_finds(desk: Desk, run: str, county: County):
    page = opened(desk, run)
    expect(part(page, "total")).to_have_text(f"{county.get(f'quality/runs/{run}/findings')['total']} 条")
    part(page, "filter-severity").select_option("V")
    veto = county.get(f"quality/runs/{run}/findings", severity="V")["total"]
    expect(part(page, "total")).to_have_text(f"{veto} 条")
    part(page, "findings").get_by_role("searchbox").fill(C)
    part(page, "findings").get_by_role("searchbox").press("Enter")
    named = county.get(f"quality/runs/{run}/findings", severity="V", q=C)["total"]
    expect(part(page, "total")).to_have_text(f"{named} 条")
    part(page, "clear").click()
    part(page, "by").get_by_text("整改单位", exact=True).click()
    menders = county.get(f"quality/runs/{run}")["menders"]
    expect(part(page, "groups").locator("li")).to_have_count(len(menders))


def test_a_finding_is_accepted_by_name_and_the_exception_withdrawn(desk: Desk, run: str, county: County):
    page = opened(desk, run, "&quality.rule=4201")
    part(page, "findings").locator(".row").first.click()
    part(page, "accept-open").click()
    expect(part(page, "accept-send")).to_be_disabled()
    part(page, "accept-by").fill("张工")
    part(page, "accept-reason").fill("飞地，经市局确认")
    part(page, "accept-send").click()
    expect(part(page, "accept")).to_contain_text("已认可为例外")
    expect(part(page, "findings").locator(".row").first).to_contain_text("例外")
    held = county.get("quality/exceptions")[0]
    assert (held["by"], held["reason"], held["state"]) == ("张工", "飞地，经市局确认", "held")
    page.locator('[data-page="exceptions"]').click()
    row = part(page, "exceptions").locator("li").first
    expect(row).to_contain_text("飞地，经市局确认")
    row.get_by_role("button", name="撤回这一例外…").click()
    row.get_by_label("撤回人姓名").fill("李科")
    row.get_by_label("撤回理由").fill("已整改")
    row.get_by_role("button", name="撤回", exact=True).click()
    expect(row).to_contain_text("已撤回")
    assert county.get("quality/exceptions")[0]["state"] == "withdrawn"


def test_after_mending_the_runs_are_compared(desk: Desk, run: str, county: County, tmp_path: Path):
    page = opened(desk, run)
    inspect(page, package(county, tmp_path / "改后.gpkg", 0, 100, 200))
    part(page, "with").select_option(run)
    gone = part(page, "compare").locator('[data-side="gone"]')
    expect(gone).to_contain_text("已消除")
    gone.click()
    number = re.search(r"quality\.run=(\d+)", page.url)
    assert number
    counted = county.get(f"quality/runs/{number[1]}/compare", **{"with": run, "side": "gone"})
    assert "4201" in {one["rule"] for one in counted["findings"]}
    expect(part(page, "total")).to_have_text(f"{counted['gone']} 条")
    # A finding that is gone is still shown as it was.
    part(page, "findings").locator(".row").filter(has_text="4201").first.click()
    expect(part(page, "objects")).to_contain_text(A)


def test_safe_repairs_are_ticked_made_and_inspected_again(desk: Desk, county: County, tmp_path: Path):
    file = package(county, tmp_path / "待修.gpkg", 0, 100, 200)
    frame = gpd.read_file(file)
    frame["TBBH"] = ["１", "2", "3"]  # a full-width digit
    frame.to_file(file, layer="DLTB")
    page = desk.open("/?area=quality")
    inspect(page, file)
    part(page, "repair-open").click()
    part(page, "repair-search").click()
    row = part(page, "repairs").locator(".list li").filter(has_text="“１”")
    expect(row).to_contain_text(A, timeout=60_000)
    expect(part(page, "repair-accept")).to_be_disabled()
    row.get_by_role("checkbox").check()
    part(page, "repair-accept").click()
    expect(part(page, "repair-offer")).to_contain_text("已修好 1", timeout=60_000)
    with page.expect_download() as waiting:
        part(page, "repaired").click()
    waiting.value.save_as(tmp_path / "repaired.gpkg")
    assert sorted(gpd.read_file(tmp_path / "repaired.gpkg")["TBBH"]) == ["1", "2", "3"]
    # The package that was handed in is as it was.
    assert sorted(gpd.read_file(file)["TBBH"]) == ["2", "3", "１"]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci in web/)")
@pytest.mark.parametrize("look", ["lang=zh&theme=light", "lang=en&theme=dark"])
def test_axe_finds_nothing_in_the_work_area(desk: Desk, run: str, county: County, look: str):
    one = county.get(f"quality/runs/{run}/findings", rule="4201")["findings"][0]
    page = opened(desk, run, f"&quality.finding={one['n']}&panel=quality&{look}")
    part(page, "accept-open").click()
    page.wait_for_timeout(600)
    assert faults(page) == []
    for name in ("start", "rules", "exceptions", "runs"):
        page.locator(f'[data-page="{name}"]').click()
        page.wait_for_timeout(300)
        assert faults(page) == []


def test_the_report_can_be_saved(desk: Desk, run: str, tmp_path: Path):
    page = opened(desk, run)
    with page.expect_download() as waiting:
        part(page, "verdict").locator('[data-format="xlsx"]').click()
    waiting.value.save_as(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx", read_only=True)
    assert A in "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def test_a_bad_package_is_told_in_the_words_of_the_service(desk: Desk, county: County, tmp_path: Path):
    page = desk.open("/?area=quality&quality.page=start")
    bad = tmp_path / "往外写.gpkg"
    bad.write_text("this is no GeoPackage", encoding="utf-8")
    page.locator("#quality-file").set_input_files(bad)
    part(page, "send").click()
    told = page.get_by_role("alert").or_(part(page, "verdict-word"))
    expect(told.first).to_be_visible(timeout=60_000)
    task = county.get("tasks")[0]
    if task["error"]:
        expect(page.get_by_role("alert")).to_contain_text(task["error"]["problem"])
        expect(page.get_by_role("alert")).to_contain_text(task["error"]["fix"])
    else:
        # What cannot be read never reads as passed.
        expect(part(page, "verdict-word")).to_contain_text(re.compile("不通过|未检完"))


def test_every_rule_can_be_looked_up(desk: Desk, county: County):
    page = desk.open("/?area=quality&quality.page=rules")
    rules = county.get("quality/rules")
    expect(part(page, "rules").locator("details")).to_have_count(len(rules))
    part(page, "rules").get_by_role("searchbox").fill("4201")
    rule = next(one for one in rules if one["id"] == "4201")
    part(page, "rules").locator('[data-rule="4201"] summary').click()
    for text in (rule["definition"]["zh"], rule["source"], rule["mender"]["zh"]):
        expect(part(page, "rules").locator('[data-rule="4201"]')).to_contain_text(text)


@pytest.mark.parametrize(
    "desk", [{"viewport": OFFICE}, {"viewport": WALL}], indirect=True, ids=["1366x768", "1920x1080"]
)
def test_nothing_overlaps_or_is_cut(desk: Desk, run: str, county: County):
    one = county.get(f"quality/runs/{run}/findings", rule="4201")["findings"][0]
    page = opened(desk, run, f"&quality.finding={one['n']}&panel=quality&lang=en")
    part(page, "finding").wait_for()
    page.wait_for_timeout(500)
    assert sideways(page) <= 0
    assert overlapping(boxes(page, FRAME)) == []
    assert overlapping(boxes(page, ON_THE_MAP)) == []
    for side in ("left", "right"):
        inside = page.locator(f"aside.{side} .body").first
        assert inside.evaluate("one => one.scrollWidth - one.clientWidth") <= 1, side
    assert page.evaluate(TEXT_CUT) == []
