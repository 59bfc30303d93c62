"""The map as a PNG: the right size, a map, a legend, a scale bar, the mark of sample data."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from browser.desk import County, Desk, map_box, part, tool
from browser.pictures import Picture, look, near, over, rgb

RATIO = 200 / 96  # paper is drawn at 200 dots per inch, see web/src/features/export/sheet.ts
WHITE = (255, 255, 255)


def export(page: Page, paper: str) -> tuple[str, bytes]:
    """Save the map on one kind of paper; give name and bytes."""
    tool(page, "出图")
    part(page, "paper").get_by_text(paper).click()
    with page.expect_download(timeout=90_000) as waiting:
        part(page, "save-png").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def ink(picture: Picture, x: float, y: float, width: float, height: float) -> int:
    """Count the pixels of a box that are not white."""
    return sum(n for colour, n in picture.colours(x, y, width, height).items() if colour != WHITE)


@dataclass(frozen=True)
class Paper:
    """Where things stand on a sheet, in pixels: see web/src/features/export/sheet.ts."""

    name: str
    width: int
    height: int
    legend_width: float

    gap = 16 * RATIO
    top = (16 + 52) * RATIO

    @property
    def map_box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the map."""
        width = self.width - self.legend_width - 3 * self.gap
        return self.gap, self.top, width, self.height - (52 + 48 + 2 * 16) * RATIO

    @property
    def legend_box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the legend, without its frame."""
        _, top, _, height = self.map_box
        left = self.width - self.legend_width - self.gap
        return left + 8, top + 8, self.legend_width - 16, height - 16


NARROW, WIDE = 240, 400  # a legend of one or two columns, in CSS pixels
A4 = Paper("A4 横向", 2339, 1654, NARROW * RATIO)
# The classes of land use need two columns on A4 and one on A3.
A4_FULL = Paper("A4 横向", 2339, 1654, WIDE * RATIO)
A3_FULL = Paper("A3 横向", 3307, 2339, NARROW * RATIO)


@pytest.mark.parametrize("paper", [A4_FULL, A3_FULL], ids=["A4", "A3"])
def test_paper_has_its_size_and_everything_on_it(desk: Desk, paper: Paper):
    page = desk.open()
    name, png = export(page, paper.name)
    assert "示范数据" in name
    picture = look(page, png)
    assert (picture.width, picture.height) == (paper.width, paper.height)
    assert ink(picture, paper.gap, paper.gap, paper.width - 2 * paper.gap, 52 * RATIO) > 2000, "no title"
    assert ink(picture, *paper.legend_box) > 3000, "no legend"
    assert ink(picture, paper.gap, paper.height - 64 * RATIO, paper.width / 2, 48 * RATIO) > 2000, "no footer"
    left, top, width, height = paper.map_box
    drawn = picture.colours(left + width * 0.3, top + height * 0.3, width * 0.4, height * 0.4)
    assert len(drawn) > 20, "the map is blank"
    # The mark of sample data is red, at the map's upper left.
    mark = picture.colours(left + 12 * RATIO, top + 12 * RATIO, 60 * RATIO, 4 * RATIO)
    assert near(next(iter(mark)), (0xB3, 0x26, 0x1E))
    # The scale bar is black and white, at its lower left.
    bar = picture.colours(left + 20 * RATIO, top + height - 25 * RATIO, 60 * RATIO, 5 * RATIO)
    assert near(next(iter(bar)), (0x1D, 0x26, 0x25))


def test_the_legend_has_the_colours_of_what_is_on_the_map(desk: Desk, county: County):
    page = desk.open("/?layers=GHFQ")
    paint = county.layer("GHFQ")["paint"]
    _, png = export(page, A4.name)
    picture = look(page, png)
    legend = picture.colours(*A4.legend_box)
    rows = county.get("statistics", layer="GHFQ", by="class")["rows"]
    large = {row["code"] for row in rows if row["area_ha"] > 500}
    wanted = [rgb(row["colour"]) for row in paint["colours"] if row["value"] in large]
    assert len(wanted) >= 3
    for colour in wanted:
        drawn = over(colour, paint["fill_opacity"], WHITE)
        assert any(near(drawn, there, by=3) for there in legend), colour


def test_the_map_as_on_screen_keeps_the_screens_pixels(page: Page):
    tool(page, "出图")
    page.wait_for_timeout(400)
    box = map_box(page)
    _, png = export(page, "同屏幕")
    picture = look(page, png)
    beside = picture.width - round(box["width"]) - 3 * 16
    assert beside in (NARROW, WIDE)
    assert picture.height == round(box["height"]) + 52 + 48 + 2 * 16
