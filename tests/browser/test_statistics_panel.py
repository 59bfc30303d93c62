"""The statistics panel: the API's numbers, nothing else, and they add up."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from browser.desk import County, Desk, choose, part, tool


def shown(page: Page) -> dict[str, str]:
    """Read the table: code → hectares as they are written."""
    rows = part(page, "figures").locator("tbody tr")
    return dict(rows.evaluate_all("rows => rows.map(r => [r.dataset.code, r.querySelector('td').innerText])"))


@pytest.fixture
def figures(page: Page) -> Page:
    """The panel open on land-use parcels, as a table."""
    tool(page, "统计")
    part(page, "view").get_by_text("表", exact=True).click()
    part(page, "figures").wait_for()
    return page


@pytest.mark.parametrize(
    ("by", "words"),
    [("township", "乡镇"), ("class", "分类"), ("three_class", "三大类"), ("village", "村"), ("zone", "分区")],
)
def test_the_numbers_are_the_services_and_sum_exactly(figures: Page, county: County, by: str, words: str):
    zone_layer = "GHFQ" if by == "zone" else None
    answer = county.get("statistics", layer="DLTB", by=by, zone_layer=zone_layer)
    part(figures, "by").get_by_text(words, exact=True).click()
    expect(part(figures, "figures").locator("tbody tr")).to_have_count(len(answer["rows"]))
    written = shown(figures)
    assert written == {row["code"]: f"{row['area_ha']:,.2f}" for row in answer["rows"]}
    total = sum(Decimal(text.replace(",", "")) for text in written.values())
    assert f"{total:,.2f}" == part(figures, "total").inner_text() == f"{answer['total_ha']:,.2f}"


def test_every_number_says_its_version_and_formula(figures: Page, county: County):
    answer = county.get("statistics", layer="DLTB", by="township")
    title = part(figures, "figures").locator("tbody td").first.get_attribute("title") or ""
    assert f"第 {answer['version']} 版" in title
    assert answer["formula"]["zh"] in title
    expect(part(figures, "source")).to_have_text(title)


def test_each_unit_is_the_services_own_figure(figures: Page, county: County):
    rows = county.get("statistics", layer="DLTB", by="township")["rows"]
    choose(figures, "unit", "亩")
    assert shown(figures) == {row["code"]: f"{row['area_mu']:,.2f}" for row in rows}
    # Fifteen times the printed hectares would be another number somewhere: rounded twice.
    assert any(Decimal(str(row["area_mu"])) != Decimal(str(row["area_ha"])) * 15 for row in rows)


def test_the_chart_shows_the_same_rows_in_words(figures: Page, county: County):
    rows = county.get("statistics", layer="DLTB", by="township")["rows"]
    part(figures, "view").get_by_text("图", exact=True).click()
    words = part(figures, "chart").get_attribute("aria-label") or ""
    for row in sorted(rows, key=lambda row: -row["area_ha"])[:10]:
        assert f"{row['title']['zh']} {row['area_ha']:,.2f}" in words


def test_another_date_stands_beside_with_the_change(figures: Page, county: County):
    days = county.get("status")["dates"]
    first = min(days)
    code = changed_layer(county)
    choose(figures, "layer", code)
    choose(figures, "other", first)
    table = part(figures, "figures")
    expect(table.locator("thead")).to_contain_text("变化")
    now = county.get("statistics", layer=code, by="township")
    before = county.get("statistics", layer=code, by="township", on=first)
    change = Decimal(str(now["total_ha"])) - Decimal(str(before["total_ha"]))
    written = table.locator("tfoot td").last.inner_text().replace("−", "-").replace("+", "").replace(",", "")
    assert Decimal(written) == change


def test_a_link_opens_the_same_statistics(desk: Desk, county: County):
    township = county.get("statistics", layer="GHFQ", by="township")["rows"][0]["code"]
    page = desk.open(f"/?panel=statistics&of=GHFQ&by=class&within={township}&show=table&unit=mu&left=0")
    inside = county.get("statistics", layer="GHFQ", by="class", within=township)
    expect(part(page, "figures").locator("tbody tr")).to_have_count(len(inside["rows"]))
    assert shown(page) == {row["code"]: f"{row['area_mu']:,.2f}" for row in inside["rows"]}
    part(page, "by").get_by_text("乡镇", exact=True).click()
    expect(page).not_to_have_url(re.compile("by="))  # by township is the usual
    for choice in ("of=GHFQ", f"within={township}", "show=table", "unit=mu"):
        assert choice in page.url


def test_what_lies_in_no_zone_is_a_row_but_nothing_to_choose(desk: Desk, county: County):
    answer = county.get("statistics", layer="GHFQ", by="zone", zone_layer="CZKFBJ")
    assert "" in {row["code"] for row in answer["rows"]}
    page = desk.open("/?panel=statistics&of=GHFQ&by=zone&zones=CZKFBJ&show=table&left=0")
    outside = part(page, "figures").locator('tr[data-code=""]')
    expect(outside.locator("button")).to_be_disabled()
    expect(part(page, "figures").locator("tr.picked")).to_have_count(0)
    expect(part(page, "within")).to_contain_text("全域")


def test_mu_are_saved_as_the_service_gives_them(figures: Page, county: County, tmp_path: Path):
    answer = county.get("statistics", layer="DLTB", by="township")
    choose(figures, "unit", "亩")
    with figures.expect_download() as waiting:
        part(figures, "save-csv").click()
    waiting.value.save_as(tmp_path / "mu.csv")
    lines = list(csv.reader((tmp_path / "mu.csv").read_text(encoding="utf-8-sig").splitlines()))
    written = {line[0]: Decimal(line[2]) for line in lines[1 : 1 + len(answer["rows"])]}
    assert written == {row["code"]: Decimal(str(row["area_mu"])) for row in answer["rows"]}
    assert Decimal(lines[1 + len(answer["rows"])][2]) == Decimal(str(answer["total_mu"]))


def test_the_table_can_be_saved_for_excel(figures: Page, county: County, tmp_path: Path):
    answer = county.get("statistics", layer="DLTB", by="township")
    with figures.expect_download() as waiting:
        part(figures, "save-xlsx").click()
    assert "示范数据" in waiting.value.suggested_filename
    saved = tmp_path / "table.xlsx"
    waiting.value.save_as(saved)
    lines = list(openpyxl.load_workbook(saved).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert {line[0]: line[2] for line in lines[1 : 1 + len(answer["rows"])]} == {
        row["code"]: row["area_ha"] for row in answer["rows"]
    }
    assert lines[1 + len(answer["rows"])][2] == pytest.approx(answer["total_ha"], abs=1e-9)

    with figures.expect_download() as waiting:
        part(figures, "save-csv").click()
    waiting.value.save_as(tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert rows[1 + len(answer["rows"])][1] == "合计"
    assert Decimal(rows[1 + len(answer["rows"])][2]) == Decimal(str(answer["total_ha"]))


def changed_layer(county: County) -> str:
    """Give a polygon layer that has had more than one version."""
    polygons = [one for one in county.get("layers")["layers"] if one["geometry"] == "polygon"]
    return next(one["code"] for one in polygons if one["versions"] > 1 and one["version"])


def test_areas_are_adjusted_to_a_control_area_and_nothing_is_stored(
    figures: Page, county: County, tmp_path: Path
):
    before = county.get("layers")
    measured = county.get("statistics", layer="DLTB", by="township")["total_ha"]
    control = f"{Decimal(str(measured)) + Decimal('0.0123'):f}"  # 123 m² more
    adjust = part(figures, "adjust")
    adjust.locator("summary").click()
    part(figures, "adjust-areas").fill(control)
    part(figures, "adjust-run").click()
    answer = county.get("statistics/adjustment", layer="DLTB", control=control, unit="ha")
    cells = part(figures, "adjusted").locator("tbody td").all_inner_texts()
    assert cells[0] == f"{answer['units'][0]['measured_m2']:,.2f}"
    assert cells[1] == f"{Decimal(control) * 10_000:,.2f}"
    text = part(figures, "adjusted").inner_text()
    assert answer["sha256"] in text and answer["formula"]["zh"] in text and "已核实" in text
    with figures.expect_download() as waiting:
        part(figures, "adjust-xlsx").click()
    waiting.value.save_as(tmp_path / "adjusted.xlsx")
    rows = openpyxl.load_workbook(tmp_path / "adjusted.xlsx")["图斑"].iter_rows(min_row=2, values_only=True)
    assert sum(Decimal(str(row[5])) for row in rows) == Decimal(control) * 10_000
    assert county.get("layers") == before
    # Another question, and the old answer is gone.
    part(figures, "adjust-areas").fill("1")
    expect(part(figures, "adjusted")).to_have_count(0)
    part(figures, "adjust-run").click()
    expect(adjust.get_by_role("alert")).to_contain_text("相差太大")
