"""Identify and search: what is here, and where is that."""

from __future__ import annotations

import shapely
from playwright.sync_api import Page, expect

from browser.desk import County, choose, middle, part, search, settle, tool


def test_what_is_here_says_what_the_data_say(page: Page, county: County):
    layer = county.layer("DLTB")
    parcel = county.get("layers/DLTB/features", limit=1, offset=layer["rows"] // 2, geometry="true")[
        "features"
    ][0]
    at = shapely.geometry.shape(parcel["geometry"]).representative_point()
    answer = county.get("identify", lon=at.x, lat=at.y)
    found = next(one for one in answer["layers"] if one["code"] == "DLTB")["features"]
    assert [one["fid"] for one in found] == [parcel["fid"]]

    search(page, f"{at.x:.8f},{at.y:.8f}")
    page.mouse.click(*middle(page))
    section = page.locator("aside.right section.found").filter(has_text=layer["title"]["zh"])
    expect(section).to_contain_text(str(parcel["properties"][layer["class_field"]]))
    expect(section).to_contain_text(f"第 {layer['version']['number']} 版")
    expect(section).to_contain_text(layer["version"]["valid_from"])
    expect(section).to_contain_text(f"{found[0]['area_ha']:,.2f} 公顷")


def test_a_place_outside_the_county_has_no_data(page: Page, county: County):
    west, south, *_ = county.get("status")["bounds"]
    search(page, f"{west - 0.5:.4f},{south - 0.5:.4f}")
    panel = page.locator("aside.right")
    expect(panel).to_contain_text("无数据")


def test_search_finds_a_township_and_goes_there(page: Page, county: County):
    layer = county.layer("XZQXZ")
    township = county.get("layers/XZQXZ/features", limit=1)["features"][0]
    name = township["properties"][layer["paint"]["label"]]
    search(page, name)
    west, south, east, north = township["bounds"]
    # The township fills the map: its middle is the map's middle.
    page.mouse.move(*middle(page))
    lon, lat = coordinates(page)
    assert abs(lon - (west + east) / 2) < (east - west) * 0.1
    assert abs(lat - (south + north) / 2) < (north - south) * 0.1


def test_search_says_when_there_is_nothing(page: Page):
    page.get_by_role("combobox", name="搜索").fill("没有这样的地方")
    expect(page.get_by_role("search")).to_contain_text("没有找到")


def test_figures_lead_to_a_township(page: Page, county: County):
    rows = county.get("statistics", layer="DLTB", by="township")["rows"]
    smallest = min(rows, key=lambda row: row["area_ha"])
    tool(page, "统计")
    part(page, "view").get_by_text("表", exact=True).click()
    part(page, "figures").locator(f'tr[data-code="{smallest["code"]}"] button').click()
    page.wait_for_timeout(700)
    settle(page)
    page.mouse.move(*middle(page))
    lon, lat = coordinates(page)
    unit = county.layer("XZQXZ")["unit_field"]
    features = county.get("layers/XZQXZ/features", filter=f"{unit}:eq:{smallest['code']}")["features"]
    west, south, east, north = features[0]["bounds"]
    assert west < lon < east
    assert south < lat < north
    # From there on, the figures of this township alone.
    page.get_by_role("button", name="只统计此乡镇").click()
    inside = county.get("statistics", layer="DLTB", by="class", within=smallest["code"])
    expect(part(page, "total")).to_have_text(f"{inside['total_ha']:,.2f}")
    choose(page, "within", "全域")
    expect(part(page, "total")).not_to_have_text(f"{inside['total_ha']:,.2f}")


def coordinates(page: Page) -> tuple[float, float]:
    """Read the coordinates line of the map."""
    text = page.locator(".coordinates").inner_text()
    numbers = [word.strip("°EN") for word in text.split() if word.endswith(("°E", "°N"))]
    return float(numbers[0]), float(numbers[1])
