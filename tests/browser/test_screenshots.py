"""The README's pictures, taken from the running system.

Each run takes them and checks that they show something; with TUBAN_SCREENSHOTS=1 they replace the files
in docs/images. TUBAN_SCREENSHOTS_URL takes them from a county that is served already (the real outline,
60,000 parcels), else from the small sample county of the other tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser.desk import OFFICE, WALL, County, Desk, part, settle
from browser.pictures import look

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
KEEP = os.environ.get("TUBAN_SCREENSHOTS") == "1"
SERVED = os.environ.get("TUBAN_SCREENSHOTS_URL", "").rstrip("/")


def nothing(page: Page, county: County) -> None:
    """Take the page as it opens."""


def one_place(page: Page, county: County) -> None:
    """Ask what is in the middle of the county."""
    box = page.locator("[data-map-state]").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45)
    page.locator("aside.right section.found").first.wait_for()
    page.mouse.move(2, 2)


def class_table(page: Page, county: County) -> None:
    """Show areas by class."""
    part(page, "by").get_by_text("分类", exact=True).click()
    part(page, "chart").wait_for()
    page.wait_for_timeout(600)


def english_figures(page: Page, county: County) -> None:
    """Show areas by township as a table, in English."""
    part(page, "view").get_by_text("Table", exact=True).click()
    part(page, "figures").wait_for()


SHOTS: dict[str, tuple[dict, str, Callable[[Page, County], None]]] = {
    "map": (OFFICE, "/", nothing),
    "identify": (OFFICE, "/?panel=identify", one_place),
    "statistics": (OFFICE, "/?panel=statistics", class_table),
    "swipe": (OFFICE, "/?mode=swipe&panel=compare&time=1", nothing),
    "export": (OFFICE, "/?panel=export", nothing),
    "map-en-dark": (WALL, "/?lang=en&theme=dark&panel=statistics", english_figures),
}


@pytest.fixture
def place(request: pytest.FixtureRequest) -> County:
    """The county to take pictures of."""
    return County(SERVED, Path()) if SERVED else request.getfixturevalue("county")


@pytest.mark.parametrize("name", list(SHOTS))
def test_a_screenshot_shows_the_map(chromium: Browser, place: County, tmp_path: Path, name: str):
    size, path, prepare = SHOTS[name]
    context = chromium.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    try:
        page = Desk(context, place).open(path)
        prepare(page, place)
        settle(page)
        page.wait_for_timeout(300)
        target = (IMAGES if KEEP else tmp_path) / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        picture = look(page, target.read_bytes())
        assert (picture.width, picture.height) == (size["width"], size["height"])
        box = page.locator("[data-map-state]").first.bounding_box()
        assert box is not None
        drawn = picture.colours(
            box["x"] + box["width"] * 0.3,
            box["y"] + box["height"] * 0.3,
            box["width"] * 0.3,
            box["height"] * 0.3,
        )
        assert len(drawn) > 20, "the map is blank"
    finally:
        context.close()
