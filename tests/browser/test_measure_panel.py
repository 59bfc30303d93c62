"""Measuring: what is drawn or pasted has the size that an independent geodesic library gives."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, TimeoutError, expect
from pyproj import Geod

from browser.desk import County, map_box, part, tool

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)


def paste(page: Page, text: str) -> None:
    page.get_by_role("button", name="粘贴坐标").click()
    page.locator("textarea").fill(text)
    part(page, "measure").get_by_role("button", name="量算", exact=True).click()


def number(text: str) -> float:
    return float(text.split(maxsplit=1)[0].replace(",", ""))


def test_a_pasted_area_has_its_size_on_the_ellipsoid(page: Page, county: County):
    west, south, east, north = county.get("status")["bounds"]
    lon, lat = round((west + east) / 2, 3), round((south + north) / 2, 3)
    ring = [(lon, lat), (lon + 0.02, lat), (lon + 0.02, lat + 0.015), (lon, lat + 0.015)]
    tool(page, "量算")
    paste(page, "\n".join(f"{x:.3f},{y:.3f}" for x, y in ring))
    expect(part(page, "area-ha")).to_be_visible()
    area_m2, perimeter_m = CGCS2000.polygon_area_perimeter(*zip(*ring, strict=True))
    # The statutory procedure joins vertices by straight lines in latitude and longitude, the library by
    # geodesics: between parallels of two kilometres that is a few square metres.
    assert number(part(page, "area-m2").inner_text()) == pytest.approx(abs(area_m2), rel=5e-6)
    assert number(part(page, "area-ha").inner_text()) == pytest.approx(abs(area_m2) / 1e4, abs=0.01)
    assert number(part(page, "area-mu").inner_text()) == pytest.approx(abs(area_m2) * 15 / 1e4, abs=0.02)
    assert number(part(page, "length-m").inner_text()) == pytest.approx(perimeter_m, abs=0.01)


def test_a_pasted_line_has_its_geodesic_length(page: Page):
    line = [(113.5, 33.3), (113.55, 33.34), (113.61, 33.31)]
    tool(page, "量算")
    page.get_by_text("长度", exact=True).first.click()
    paste(page, ";".join(f"{x},{y}" for x, y in line))
    lons, lats = zip(*line, strict=True)
    assert number(part(page, "length-m").inner_text()) == pytest.approx(
        CGCS2000.line_length(lons, lats), abs=0.005
    )


def test_swapped_coordinates_are_named_not_mended(page: Page):
    tool(page, "量算")
    paste(page, "33.3,113.5\n33.4,113.5\n33.4,113.6")
    expect(part(page, "measure").get_by_role("alert")).to_contain_text("写反")
    expect(part(page, "area-ha")).to_have_count(0)


def test_drawing_shows_the_size_at_every_step_and_escape_ends_it(page: Page):
    tool(page, "量算")
    part(page, "measure").wait_for()
    box = map_box(page)

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    def becomes(area_ha: float) -> None:
        deadline = time.monotonic() + 20
        while number(part(page, "area-ha").inner_text()) != pytest.approx(area_ha, rel=0.02):
            assert time.monotonic() < deadline, part(page, "area-ha").inner_text()
            page.wait_for_timeout(50)

    def answered() -> bool:
        """Every position has been sent and answered: nothing more is asked for a while."""
        try:
            page.wait_for_event("response", lambda said: "/api/measure" in said.url, timeout=1500)
        except TimeoutError:
            return True
        return False

    page.mouse.click(*at(0.3, 0.3))
    page.wait_for_timeout(400)  # two quick clicks would be a double click
    page.mouse.click(*at(0.5, 0.3))
    page.mouse.move(*at(0.5, 0.6), steps=3)
    expect(part(page, "area-ha")).to_be_visible()
    while not answered():
        pass
    triangle = number(part(page, "area-ha").inner_text())
    page.mouse.click(*at(0.5, 0.6))
    page.wait_for_timeout(400)
    page.mouse.move(*at(0.3, 0.6), steps=3)
    becomes(2 * triangle)
    page.keyboard.press("Backspace")  # the third vertex goes: the pointer alone makes the triangle
    becomes(triangle)
    page.mouse.click(*at(0.3, 0.6))
    page.keyboard.press("Escape")
    while not answered():
        pass
    ended = part(page, "area-ha").inner_text()
    page.mouse.move(*at(0.8, 0.8), steps=3)
    assert answered()
    assert part(page, "area-ha").inner_text() == ended
    page.keyboard.press("Escape")
    expect(part(page, "measure")).to_have_count(0)
