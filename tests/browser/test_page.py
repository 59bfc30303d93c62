"""The page as it opens: quiet, self-contained, complete, drawn."""

from __future__ import annotations

import math

import shapely
from playwright.sync_api import Page, expect

from browser.desk import County, Desk, middle
from browser.pictures import look, near, over, rgb

GROUND = (0xF4, 0xF4, 0xF1)  # the map's ground in the light theme, web/src/map/theme.ts


def test_the_page_says_no_error_and_asks_no_other_host(desk: Desk):
    page = desk.open()
    page.get_by_role("button", name="EN", exact=True).click()
    page.get_by_role("button", name="Dark theme").click()
    page.wait_for_timeout(500)
    assert desk.watch.errors == []
    assert desk.watch.foreign == []


def test_the_place_and_the_mark_of_sample_data_stand_at_the_top(page: Page, county: County):
    status = county.get("status")
    assert status["sample"] is True
    bar = page.get_by_role("banner")
    expect(bar).to_contain_text(status["place"]["name"] or status["name"])
    expect(bar).to_contain_text("示范数据")


def test_the_tree_has_the_four_groups_and_every_layer(page: Page, county: County):
    layers = county.get("layers")
    for group in layers["groups"]:
        section = page.locator("section.group").filter(has_text=group["title"]["zh"]).first
        expect(section).to_be_visible()
        codes = [layer["code"] for layer in layers["layers"] if layer["group"] == group["id"]]
        there = section.locator("li.layer").evaluate_all("rows => rows.map(row => row.dataset.code)")
        assert sorted(there) == sorted(codes), group["id"]


def test_a_parcel_is_drawn_in_the_colour_of_its_class(desk: Desk, county: County):
    layer = county.layer("DLTB")
    parcel = largest(county, "DLTB")
    shape = shapely.geometry.shape(parcel["geometry"])
    inner = shapely.maximum_inscribed_circle(shape)
    lon, lat = inner.coords[0]
    colour = next(
        row["colour"]
        for row in layer["paint"]["colours"]
        if row["value"] == str(parcel["properties"][layer["paint"]["by"]])
    )
    page = desk.open(f"/?layers=DLTB&at={lon:.5f},{lat:.5f},15")
    picture = look(page, page.screenshot())
    # Beside the centre, and still inside the parcel.
    metres_a_degree = 111_320 * math.cos(math.radians(lat))
    radius_px = inner.length * metres_a_degree / ground_metres_a_pixel(page)
    beside = min(radius_px * 0.6, 60)
    assert beside > 12, "the parcel is too small on the screen to be looked at"
    x, y = middle(page)
    expected = over(rgb(colour), layer["paint"]["fill_opacity"], GROUND)
    seen = picture.at(x + beside * 0.7, y + beside * 0.7)
    assert near(seen, expected), f"{parcel['properties']} drawn as {seen}, not {expected}"


def largest(county: County, code: str) -> dict:
    """Give the parcel with the largest area, with its geometry."""
    page = county.get(f"layers/{code}/features", sort="-_area_m2", limit=1, geometry="true")
    return page["features"][0]


def ground_metres_a_pixel(page: Page) -> float:
    """Read the scale bar on the map: its length in metres over its width in pixels."""
    bar = page.locator(".scale")
    number, unit = bar.inner_text().split()
    metres = float(number) * (1000 if unit in ("公里", "km") else 1)
    width = bar.bounding_box()
    assert width is not None
    return metres / width["width"]
