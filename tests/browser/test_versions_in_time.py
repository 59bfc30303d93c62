"""Two days, two versions: the date, the curtain and the list of changes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from browser.desk import County, Desk, map_box, middle, settle, tool
from browser.pictures import look, near


@pytest.fixture
def change(county: County) -> dict[str, Any]:
    """The largest object that a polygon layer has in one version and not in the other."""
    found = []
    for layer in county.get("layers")["layers"]:
        if layer["geometry"] != "polygon" or layer["versions"] < 2:
            continue
        old, new = sorted(county.get(f"layers/{layer['code']}/versions"), key=lambda v: v["valid_from"])[-2:]
        answer = county.get(f"layers/{layer['code']}/compare", a=old["number"], b=new["number"], limit=1000)
        for kind in ("added", "removed"):
            case = {"layer": layer, "old": old, "new": new, "kind": kind, "answer": answer}
            found += [{**case, **one} for one in answer[kind]]
    assert found, "the sample county has no layer that changed"
    return max(found, key=lambda one: one["area_ha"])


def where(county: County, change: dict[str, Any]) -> tuple[float, float]:
    """Give a place that only one of the two versions covers."""
    from shapely.geometry import shape
    from shapely.ops import unary_union

    code = change["layer"]["code"]
    mine, other = ("new", "old") if change["kind"] == "added" else ("old", "new")
    own = county.get(f"layers/{code}/features/{change['fid']}", version=change[mine]["number"])
    box = ",".join(str(side) for side in change["bounds"])
    around = county.get(
        f"layers/{code}/features", version=change[other]["number"], bbox=box, geometry="true", limit=1000
    )
    rest = shape(own["geometry"]) - unary_union([shape(one["geometry"]) for one in around["features"]])
    assert rest.area > 0, "the other version covers the same place"
    point = max(getattr(rest, "geoms", [rest]), key=lambda piece: piece.area).representative_point()
    return point.x, point.y


def test_another_day_brings_the_version_of_that_day(desk: Desk, county: County, change: dict[str, Any]):
    code, old, new = change["layer"]["code"], change["old"], change["new"]
    lon, lat = where(county, change)
    asked: list[str] = []
    desk.context.on("request", lambda request: asked.append(request.url))
    page = desk.open(f"/?layers={code}&on={new['valid_from']}&at={lon:.5f},{lat:.5f},15&time=1")
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
    title = change["layer"]["title"]["zh"]
    section = page.locator("aside.right section.found").filter(has_text=title)
    expect(section).to_have_count(1 if change["kind"] == "removed" else 0)


def test_the_curtain_shows_one_day_at_each_side(desk: Desk, county: County, change: dict[str, Any]):
    code, old, new = change["layer"]["code"], change["old"], change["new"]
    lon, lat = where(county, change)
    at = f"layers={code}&at={lon:.5f},{lat:.5f},15"
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


def test_two_panes_stand_side_by_side(desk: Desk, change: dict[str, Any]):
    code, old, new = change["layer"]["code"], change["old"], change["new"]
    page = desk.open(f"/?layers={code}&on={new['valid_from']}&mode=side&with={old['valid_from']}")
    left = page.locator(".second .map").bounding_box()
    right = page.locator("[data-map-state]").bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"] + 2
    assert abs(left["width"] - right["width"]) < 10
    expect(page.locator(".tag.a")).to_contain_text(old["valid_from"])
    expect(page.locator(".tag.b")).to_contain_text(new["valid_from"])


def test_the_list_has_every_changed_object(desk: Desk, change: dict[str, Any]):
    code, old, new = change["layer"]["code"], change["old"], change["new"]
    page = desk.open(f"/?layers={code}&panel=compare&versions={code}:{old['number']}:{new['number']}")
    panel = tool(page, "对比")
    counts = change["answer"]["counts"]
    kinds = panel.get_by_role("group", name="变化种类")
    for kind in ("added", "removed", "changed"):
        expect(kinds).to_contain_text(f" {counts[kind]:,}")
    expect(panel).to_contain_text(f"未变 {counts['same']:,}")
    expect(panel.locator("table.sum")).to_contain_text(f"{change['answer']['area_b_ha']:,.2f}")
    word = {"added": "调入", "removed": "调出"}[change["kind"]]
    kinds.get_by_role("button", name=word).click()
    expect(panel.locator("ul li")).to_have_count(min(counts[change["kind"]], 100))
    panel.locator("ul li button").first.click()
    settle(page)
    assert "sel=" in page.url


def offset(page: Any) -> tuple[float, float]:
    """Give a place in the map's middle that no mark covers."""
    x, y = middle(page)
    assert map_box(page)["width"] > 400
    return x, y
