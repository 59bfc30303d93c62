"""合规审查 as a planner walks through it: draw a site, read the verdict, print it, move a line, see it flagged."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pypdfium2
import pytest
import shapely
from playwright.sync_api import Page, expect

from browser.desk import County, Desk, map_box, part, settle
from browser.test_sizes import sideways
from tuban.domain.version import Validity
from tuban.store import open_workspace
from tuban.workflows.intake import take_in


def redline(county: County) -> gpd.GeoSeries:
    """The ecological redline of today, in metres."""
    with open_workspace(county.folder) as ws:
        version = ws.version("STBHHX")
        return ws.read(version, columns=[]).to_crs("EPSG:4547").geometry


@pytest.fixture(scope="module")
def place(county: County) -> tuple[float, float]:
    """A place well inside the redline, in the plane of EPSG:4547."""
    shape = shapely.union_all(redline(county).to_numpy())
    point = shapely.maximum_inscribed_circle(shape, tolerance=20).coords[0]
    return float(point[0]), float(point[1])


def lonlat(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    moved = gpd.GeoSeries([shapely.Point(*point) for point in points], crs="EPSG:4547").to_crs("EPSG:4490")
    return [(round(point.x, 7), round(point.y, 7)) for point in moved]


def square(place: tuple[float, float], side: float = 200.0) -> list[tuple[float, float]]:
    x, y = place
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def paste(page: Page, points: list[tuple[float, float]]) -> None:
    page.get_by_role("button", name="粘贴坐标").click()
    page.locator("textarea").fill("\n".join(f"{lon},{lat}" for lon, lat in lonlat(points)))
    page.get_by_role("button", name="用作地块").click()


def choose(page: Page, attribute: str, value: str) -> None:
    part(page, f"attribute-{attribute}").click()
    page.get_by_role("option", name=value, exact=True).click()


def test_the_whole_path_of_a_planner(desk: Desk, county: County, place, tmp_path: Path):
    page = desk.open("/?area=compliance")
    paste(page, square(place))
    part(page, "name").fill("新厂")
    choose(page, "use", "工业仓储")
    part(page, "review").click()
    verdict = part(page, "verdict")
    expect(verdict.locator("[data-verdict]")).to_have_attribute("data-verdict", "不符合")
    expect(verdict.locator('[data-rule="CN-ECO-1"]')).to_contain_text("3.999")  # 4 ha in the plane
    expect(part(page, "not-covered")).to_contain_text("没有入库")
    assert sideways(page) == 0

    # Deep inside the redline no move of half a kilometre helps, which is proven.
    part(page, "propose").click()
    expect(verdict).to_contain_text("已证明", timeout=60_000)

    part(page, "by").fill("张三")
    part(page, "keep").click()
    with page.expect_download() as loading:
        part(page, "certificate-pdf").click()
    made = Path(loading.value.path())
    document = pypdfium2.PdfDocument(made)
    text = "".join(one.get_textpage().get_text_range() for one in document)
    assert "新厂" in text
    assert "CN-ECO-1" in text
    part(page, "again").click()
    expect(verdict).to_contain_text("结果一致")

    # A day later the redline gives way there: the site is cut out of it and the layer taken in again.
    x, y = place
    hole = shapely.box(x - 300, y - 300, x + 500, y + 500)
    with open_workspace(county.folder) as ws:
        version = ws.version("STBHHX")
        frame = ws.read(version).to_crs("EPSG:4547")
        frame = frame.drop(columns=[name for name in frame.columns if name.startswith("_")])
        frame["geometry"] = frame.geometry.difference(hole)
        frame.to_file(tmp_path / "STBHHX.gpkg", layer="STBHHX")
        changed = take_in(
            ws, tmp_path / "STBHHX.gpkg", "STBHHX", valid=Validity(version.valid.start, None, "勘误"), by="乙"
        )
    try:
        page.locator('[data-page="verdicts"]').click()
        part(page, "recheck").click()
        expect(part(page, "changed")).to_contain_text("− CN-ECO-1:STBHHX", timeout=60_000)
        expect(part(page, "changed")).to_contain_text(f"STBHHX@{changed.number}")
        assert desk.watch.errors == []
    finally:
        with open_workspace(county.folder) as ws:
            ws.withdraw(changed, reason="测试", by="乙")


def test_a_site_is_drawn_point_by_point_and_reviewed_from_the_keyboard(desk: Desk, county: County):
    page = desk.open("/?area=compliance")
    part(page, "draw").click()
    box = map_box(page)
    for dx, dy in ((0.4, 0.4), (0.5, 0.4), (0.5, 0.5)):
        page.mouse.click(box["x"] + box["width"] * dx, box["y"] + box["height"] * dy)
        page.wait_for_timeout(350)
    expect(part(page, "review")).to_be_disabled()
    page.keyboard.press("Enter")
    expect(part(page, "review")).to_be_enabled()
    choose(page, "use", "交通")
    part(page, "review").focus()
    page.keyboard.press("Enter")
    expect(part(page, "verdict")).to_be_visible()
    settle(page)
    expect(part(page, "verdict").locator("[data-verdict]")).to_be_visible()


def test_bad_coordinates_are_said_in_place(desk: Desk, county: County, place):
    page = desk.open("/?area=compliance")
    paste(page, square(place)[:2])
    expect(part(page, "site").get_by_role("alert")).to_contain_text("3 个点")
    x, y = place
    page.locator("textarea").fill(
        "\n".join(f"{a},{b}" for a, b in lonlat([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)]))
    )
    page.get_by_role("button", name="用作地块").click()
    part(page, "review").click()
    expect(part(page, "site").get_by_role("alert")).to_contain_text("自相交")
