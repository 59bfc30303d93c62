"""The address restores everything."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from browser.desk import Desk, settle, tool


def state(page: Page) -> dict[str, object]:
    """Read from the screen what a link should bring back."""
    return {
        "layers": page.locator("li.layer input:checked").evaluate_all(
            "boxes => boxes.map(box => box.closest('li').dataset.code)"
        ),
        "day": page.locator(".bar .day").inner_text(),
        "panel": page.locator("aside.right h2").all_inner_texts(),
        "place": re.findall(r"\d+\.\d{4}", page.locator(".coordinates").inner_text()),  # about 10 m
        "scale": page.locator(".scale").inner_text(),
        "language": page.evaluate("document.documentElement.lang"),
        "dark": page.evaluate("document.documentElement.classList.contains('dark')"),
        "legend": page.locator(".legend li").all_inner_texts(),
    }


def test_a_link_opens_the_same_screen_elsewhere(desk: Desk):
    page = desk.open()
    boxes = page.locator("li.layer input[type=checkbox]")
    for at in (0, 2, 5):
        boxes.nth(at).click()
    page.get_by_role("button", name="放大").click()
    page.wait_for_timeout(400)
    tool(page, "统计")
    page.get_by_role("button", name="深色界面").click()
    page.get_by_role("button", name="EN", exact=True).click()
    page.wait_for_timeout(800)
    settle(page)
    page.mouse.move(2, 2)
    before, url = state(page), page.url

    other = desk.open(url.removeprefix(desk.county.url))
    other.locator("aside.right").wait_for()
    other.mouse.move(2, 2)
    assert state(other) == before
    assert other.url == url


def test_a_link_with_nonsense_opens_the_map_as_at_the_start(desk: Desk):
    page = desk.open("/?at=abc,1,2&on=yesterday&layers=NONE&sel=DLTB:x&mode=upside&panel=nothing&curtain=9")
    assert page.locator("li.layer").count() > 0
    assert desk.watch.errors == []
