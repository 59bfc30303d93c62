"""One person's browser in front of the served sample county."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

OFFICE = {"width": 1366, "height": 768}
WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}

# Every map on the page has been at rest for a while, and no overlay is closing.
AT_REST = """() => {
  const maps = [...document.querySelectorAll('[data-map-state]')]
  const rest = maps.length > 0 && maps.every((map) => map.dataset.mapState === 'idle')
  if (!rest) { window.restSince = undefined; return false }
  window.restSince ??= performance.now()
  return performance.now() - window.restSince > 500
}"""


@dataclass
class County:
    """The served sample county: where it is, and its API as plain data."""

    url: str
    folder: Path

    def get(self, path: str, **query: Any) -> Any:
        """Give the answer of `GET /api/<path>`, in Chinese."""
        text = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}, doseq=True)
        request = urllib.request.Request(
            f"{self.url}/api/{path}{'?' + text if text else ''}", headers={"Accept-Language": "zh-CN"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def layer(self, code: str) -> dict[str, Any]:
        """Give the catalogue's entry of one layer, today."""
        return next(layer for layer in self.get("layers")["layers"] if layer["code"] == code)


@dataclass
class Watch:
    """What the pages said and asked for while they were open."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """A browser profile of its own: opens pages of the county and watches what they say."""

    context: BrowserContext
    county: County
    watch: Watch = field(default_factory=Watch)

    def open(self, path: str = "/") -> Page:
        """Open a page and wait until its map has drawn everything it has."""
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: self.watch.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.watch.errors.append(str(error)))
        with page.expect_response(lambda answer: "/api/layers" in answer.url):
            page.goto(self.county.url + path)
        if "left=0" not in path and "area=" not in path:
            page.locator("li.layer").first.wait_for()
        settle(page)
        return page


def settle(page: Page) -> None:
    """Wait until every map on the page is drawn and at rest."""
    page.evaluate("() => { window.restSince = undefined }")
    page.wait_for_function(AT_REST, polling=100, timeout=60_000)


def tool(page: Page, name: str) -> Locator:
    """Open the panel of one tool at the right and give the panel."""
    button = page.get_by_role("navigation").get_by_role("button", name=name, exact=True)
    if button.get_attribute("aria-pressed") != "true":
        button.click()
    panel = page.locator("aside.right")
    panel.locator(".body > *").first.wait_for()  # panels load when they are first opened
    return panel


def part(page: Page, name: str) -> Locator:
    """Give the part of the page that tests know by this name."""
    return page.locator(f'[data-test="{name}"]')


def choose(page: Page, name: str, option: str) -> None:
    """Choose from the list called `name` (a `data-test`) the option that begins with these words."""
    part(page, name).click()
    page.locator(".el-select-dropdown:visible").get_by_role("option").filter(has_text=option).first.click()


def search(page: Page, words: str) -> None:
    """Search and take the first result; wait until the map has arrived there."""
    box = page.get_by_role("combobox", name="搜索")
    box.fill(words)
    page.locator("#found [role=option]").first.wait_for()
    box.press("Enter")
    page.wait_for_timeout(700)  # the flight
    settle(page)


def map_box(page: Page) -> dict[str, float]:
    """Give where the (first) map is on the page."""
    box = page.locator("[data-map-state]").first.bounding_box()
    assert box is not None, "there is no map on the page"
    return box


def middle(page: Page) -> tuple[float, float]:
    """Give the map's middle on the page."""
    box = map_box(page)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
