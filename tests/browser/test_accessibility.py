"""axe-core finds nothing, in both languages and both themes, in every panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.desk import Desk

AXE = Path(__file__).resolve().parent.parent.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
PANELS = ["", "identify", "statistics", "measure", "export", "versions", "trail", "tasks", "compare"]

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci in web/)")


def faults(page: Page) -> list[str]:
    """Give what axe-core objects to: rule, place, why."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("look", ["lang=zh&theme=light", "lang=en&theme=dark"])
def test_axe_finds_nothing(desk: Desk, look: str, panel: str):
    page = desk.open(f"/?{look}&panel={panel}&time={'1' if panel == 'compare' else '0'}")
    page.wait_for_timeout(600)
    if panel == "statistics":
        page.locator('[data-test="view"] label').nth(1).click()
        page.wait_for_timeout(300)
    assert faults(page) == []


@pytest.mark.parametrize("look", ["lang=en&theme=light", "lang=zh&theme=dark"])
def test_axe_finds_nothing_the_other_way_round(desk: Desk, look: str):
    page = desk.open(f"/?{look}&panel=statistics&table=DLTB")
    page.wait_for_timeout(800)
    assert faults(page) == []


def test_axe_finds_nothing_in_the_dialogs(desk: Desk):
    page = desk.open("/?panel=tasks")
    page.locator('[data-test="import-open"]').click()
    page.wait_for_timeout(500)
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_timeout(500)
    assert faults(page) == []
