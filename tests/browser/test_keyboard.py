"""Everything by keys alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from browser.desk import County, part, settle, tool

FOCUS = """() => {
  const at = document.activeElement
  if (!at || at === document.body) return null
  const ring = getComputedStyle(at)
  const inner = at.closest('.el-select, .el-input, .el-radio-button') ?? at
  return {
    name: at.getAttribute('aria-label') || at.innerText || at.getAttribute('title') || at.tagName,
    seen: [ring.outlineStyle, ring.boxShadow, getComputedStyle(inner).boxShadow].some(style => style !== 'none')
      || inner !== at || ring.backgroundColor !== 'rgba(0, 0, 0, 0)',
  }
}"""


def test_slash_searches_and_enter_goes_there(page: Page, county: County):
    township = county.get("layers/XZQXZ/features", limit=1)["features"][0]
    name = township["properties"][county.layer("XZQXZ")["paint"]["label"]]
    before = page.locator(".coordinates").inner_text()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="搜索")).to_be_focused()
    page.keyboard.type(name)
    page.locator("#found [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    settle(page)
    assert page.locator(".coordinates").inner_text() != before


def test_question_mark_lists_the_keys_and_escape_closes_what_is_uppermost(page: Page):
    panel = tool(page, "统计")
    page.locator("h1").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="键盘")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_tab_reaches_every_button_and_shows_where_it_is(page: Page):
    tool(page, "统计")
    page.locator("h1").click()
    seen: list[str] = []
    unseen: list[str] = []
    for _ in range(140):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None:
            break
        seen.append(at["name"])
        if not at["seen"]:
            unseen.append(at["name"])
    together = " ".join(seen)
    for name in (
        "搜索",
        "点查",
        "统计",
        "量算",
        "出图",
        "版本",
        "留痕",
        "任务",
        "对比",
        "放大",
        "地图",
        "XLSX",
    ):
        assert name in together, f"Tab does not reach {name}"
    assert unseen == [], "no focus ring"


def test_a_layer_is_shown_hidden_and_moved_by_keys(page: Page):
    box = page.locator("li.layer input[type=checkbox]").first
    box.focus()
    before = box.is_checked()
    page.keyboard.press("Space")
    expect(box).to_be_checked(checked=not before)
    rows = "rows => rows.map(row => row.dataset.code)"
    first = page.locator("section.group").first.locator("li.layer")
    order = first.evaluate_all(rows)
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_timeout(200)
    assert first.evaluate_all(rows)[:2] == [order[1], order[0]]


def test_figures_are_sorted_and_picked_by_keys(page: Page):
    tool(page, "统计")
    part(page, "view").get_by_text("表", exact=True).click()
    head = part(page, "figures").locator("thead button").first
    head.focus()
    page.keyboard.press("Enter")
    expect(part(page, "figures").locator("thead th").first).to_have_attribute("aria-sort", "ascending")
    row = part(page, "figures").locator("tbody button").first
    row.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
