"""On the office screen, the wall screen and the phone: nothing overlaps, is cut off or scrolls sideways."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page

from browser.desk import OFFICE, PHONE, WALL, Desk

FRAME = ["header.bar", "aside.left", "aside.right", "section.time", ".bottom", ".canvas"]
ON_THE_MAP = [".tools", ".legend", ".furniture .zoom", ".furniture .line"]
PANELS = ["identify", "statistics", "measure", "export", "versions", "trail", "tasks", "compare"]
TEXT_CUT = """() => [...document.querySelectorAll('button, h1, h2, h3, label, th')].filter(one => {
  const box = one.getBoundingClientRect()
  const style = getComputedStyle(one)
  if (box.width === 0 || style.textOverflow === 'ellipsis' || style.overflowX === 'visible') return false
  return one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 2
}).map(one => one.outerHTML.slice(0, 120))"""

Box = tuple[str, float, float, float, float]


def boxes(page: Page, selectors: list[str]) -> list[Box]:
    """Give what of it is visible: name, left, top, right, bottom."""
    there: list[Box] = []
    for selector in selectors:
        for one in page.locator(selector).all():
            box = one.bounding_box() if one.is_visible() else None
            if box and box["width"] > 0 and box["height"] > 0:
                there.append(
                    (selector, box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
                )
    return there


def overlapping(there: list[Box]) -> list[tuple[str, str]]:
    """Give the pairs that cover a common place."""
    return [
        (a[0], b[0])
        for a, b in itertools.combinations(there, 2)
        if min(a[3], b[3]) - max(a[1], b[1]) > 1 and min(a[4], b[4]) - max(a[2], b[2]) > 1
    ]


def sideways(page: Page) -> int:
    """Give by how many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(
    "desk", [{"viewport": OFFICE}, {"viewport": WALL}], indirect=True, ids=["1366x768", "1920x1080"]
)
def test_nothing_overlaps_on_a_desk(desk: Desk, panel: str):
    page = desk.open(f"/?panel={panel}&time=1")
    page.locator("aside.right").wait_for()
    page.wait_for_timeout(500)
    assert sideways(page) <= 0
    assert overlapping(boxes(page, FRAME)) == []
    assert overlapping(boxes(page, ON_THE_MAP)) == []
    width, height = page.viewport_size["width"], page.viewport_size["height"]  # type: ignore[index]
    for name, left, top, right, bottom in boxes(page, FRAME + ON_THE_MAP):
        assert left >= -1, name
        assert top >= -1, name
        assert right <= width + 1, name
        assert bottom <= height + 1, name
    inside = page.locator("aside.right .body").first
    assert inside.evaluate("one => one.scrollWidth - one.clientWidth") <= 1, "the panel scrolls sideways"
    assert page.evaluate(TEXT_CUT) == []


@pytest.mark.parametrize("desk", [{"viewport": PHONE, "has_touch": True, "is_mobile": True}], indirect=True)
@pytest.mark.parametrize("panel", ["", *PANELS])
def test_a_phone_shows_the_map_or_the_panel_whole(desk: Desk, panel: str):
    page = desk.open(f"/?left=0&panel={panel}")
    page.wait_for_timeout(400)
    assert sideways(page) <= 0
    if panel:
        (_, left, _, right, _), *_ = boxes(page, ["aside.right"])
        assert left >= -1
        assert right <= PHONE["width"] + 1
    else:
        assert boxes(page, [".canvas"])[0][3] >= PHONE["width"] - 1
    assert page.evaluate(TEXT_CUT) == []
