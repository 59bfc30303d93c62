"""Two days, two versions: the date, the curtain and the list of changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import shapely
from playwright.sync_api import expect
from shapely.geometry import shape

from browser.desk import County, Desk, map_box, middle, settle, tool
from browser.pictures import look, near


@dataclass(frozen=True)
class Change:
    """A place that a layer's object covers on one day and nothing of that layer on the other."""

    code: str
    title: str
    old: dict[str, Any]
    new: dict[str, Any]
    kind: str
    lon: float
    lat: float
    room: float
    answer: dict[str, Any]

    @property
    def at(self) -> str:
        """The part of a link that shows this layer alone, close to the place."""
        return f"layers={self.code}&at={self.lon:.6f},{self.lat:.6f},17"


@pytest.fixture(scope="module")
def change(county: County) -> Change:
    """The roomiest such place in the sample county."""
    found = [one for layer in county.get("layers")["layers"] for one in changes_of(county, layer)]
    assert found, "no filled layer of the sample county covers other places on another day"
    return max(found, key=lambda one: one.room)


def changes_of(county: County, layer: dict[str, Any]) -> list[Change]:
    """List the places that the largest new and gone objects of a layer cover alone."""
    code = layer["code"]
    if layer["geometry"] != "polygon" or layer["versions"] < 2 or not layer["paint"]["fill"]:
        return []
    old, new = sorted(county.get(f"layers/{code}/versions"), key=lambda v: v["valid_from"])[-2:]
    answer = county.get(f"layers/{code}/compare", a=old["number"], b=new["number"], limit=1000)
    found = []
    for kind, mine, other in ("added", new, old), ("removed", old, new):
        for one in sorted(answer[kind], key=lambda one: -one["area_ha"])[:3]:
            own = county.get(f"layers/{code}/features/{one['fid']}", version=mine["number"])
            box = ",".join(str(side) for side in one["bounds"])
            ask = {"version": other["number"], "bbox": box, "geometry": "true", "limit": 1000}
            around = county.get(f"layers/{code}/features", **ask)["features"]
            covered = shapely.union_all([shape(there["geometry"]) for there in around])
            alone = shape(own["geometry"]).difference(covered)
            if alone.is_empty:
                continue
            circle = shapely.maximum_inscribed_circle(alone, tolerance=1e-5)
            lon, lat = circle.coords[0]
            title = layer["title"]["zh"]
            found.append(Change(code, title, old, new, kind, lon, lat, circle.length, answer))
    return found


def test_another_day_brings_the_version_of_that_day(desk: Desk, change: Change):
    code, old, new = change.code, change.old, change.new
    asked: list[str] = []
    desk.context.on("request", lambda request: asked.append(request.url))
    page = desk.open(f"/?{change.at}&on={new['valid_from']}&time=1")
    assert any(f"/{code}/tiles/{new['number']}/" in url for url in asked)
    now = look(page, page.screenshot()).at(*offset(page))
    asked.clear()
    page.get_by_label("查看哪一天").fill(old["valid_from"])
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    settle(page)
    assert any(f"/{code}/tiles/{old['number']}/" in url for url in asked)
    expect(page.get_by_role("banner")).to_contain_text(old["valid_from"])
    before = look(page, page.screenshot()).at(*offset(page))
    assert not near(now, before, by=3), f"{code} looks alike on both days"
    page.mouse.click(*middle(page))
    page.locator("aside.right .where").wait_for()
    section = page.locator("aside.right section.found").filter(has_text=change.title)
    expect(section).to_have_count(1 if change.kind == "removed" else 0)


def test_the_curtain_shows_one_day_at_each_side(desk: Desk, change: Change):
    old, new, at = change.old, change.new, change.at
    page = desk.open(f"/?{at}&on={new['valid_from']}&with={old['valid_from']}&mode=swipe&curtain=0.9")
    left = look(page, page.screenshot()).at(*offset(page))
    curtain = page.get_by_role("slider", name="卷帘位置")
    curtain.focus()
    while int(curtain.get_attribute("aria-valuenow") or 0) > 10:
        page.keyboard.press("ArrowLeft")
    settle(page)
    right = look(page, page.screenshot()).at(*offset(page))
    for day, seen in (old["valid_from"], left), (new["valid_from"], right):
        single = desk.open(f"/?{at}&on={day}")
        alone = look(single, single.screenshot()).at(*offset(single))
        assert near(seen, alone, by=3), f"the side of {day} does not look as on that day"
    assert not near(left, right, by=3), "both sides of the curtain look alike"


def test_two_panes_stand_side_by_side(desk: Desk, change: Change):
    code, old, new = change.code, change.old, change.new
    page = desk.open(f"/?layers={code}&on={new['valid_from']}&mode=side&with={old['valid_from']}")
    left = page.locator(".second .map").bounding_box()
    right = page.locator("[data-map-state]").bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"] + 2
    assert abs(left["width"] - right["width"]) < 10
    expect(page.locator(".tag.a")).to_contain_text(old["valid_from"])
    expect(page.locator(".tag.b")).to_contain_text(new["valid_from"])


def test_the_list_has_every_changed_object(desk: Desk, change: Change):
    code, old, new = change.code, change.old, change.new
    page = desk.open(f"/?layers={code}&panel=compare&versions={code}:{old['number']}:{new['number']}")
    panel = tool(page, "对比")
    counts = change.answer["counts"]
    kinds = panel.get_by_role("group", name="变化种类")
    for kind in ("added", "removed", "changed"):
        expect(kinds).to_contain_text(f" {counts[kind]:,}")
    expect(panel).to_contain_text(f"未变 {counts['same']:,}")
    expect(panel.locator("table.sum")).to_contain_text(f"{change.answer['area_b_ha']:,.2f}")
    word = {"added": "调入", "removed": "调出"}[change.kind]
    kinds.get_by_role("button", name=word).click()
    expect(panel.locator("ul li")).to_have_count(min(counts[change.kind], 100))
    panel.locator("ul li button").first.click()
    settle(page)
    assert "sel=" in page.url


def offset(page: Any) -> tuple[float, float]:
    """Give a place in the map's middle that no mark covers."""
    x, y = middle(page)
    assert map_box(page)["width"] > 400
    return x, y
