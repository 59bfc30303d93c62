import html
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pypdfium2
import pytest
import shapely
from docx import Document
from PIL import Image

from reports.given_inspection import SOUTH, WEST, inspection, overlap
from tuban.domain.finding import Finding, Severity
from tuban.errors import Text
from tuban.reports.columns import COLUMNS
from tuban.reports.docx import repack
from tuban.reports.findings_docx import findings_docx
from tuban.reports.findings_gpkg import write_findings_gpkg
from tuban.reports.findings_html import findings_html
from tuban.reports.findings_map import findings_map
from tuban.reports.findings_pdf import MOST_OF_A_RULE, breakable, findings_pdf, report_data
from tuban.reports.findings_xlsx import write_findings_xlsx


def page_of(of):
    return b"".join(findings_html(of)).decode()


def pdf_text(written):
    with pypdfium2.PdfDocument(written) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "")


def with_findings(*found):
    return replace(inspection(0, extra=False), findings=lambda: found)


def test_every_form_is_equal_byte_for_byte_in_two_runs(tmp_path):
    for form in (findings_pdf, findings_docx, page_of):
        assert form(inspection(3)) == form(inspection(3))
    for write, suffix in ((write_findings_xlsx, "xlsx"), (write_findings_gpkg, "gpkg")):
        one, two = (write(inspection(3), tmp_path / f"{n}.{suffix}") for n in (1, 2))
        assert one.read_bytes() == two.read_bytes()


def test_the_workbook_has_every_finding_and_never_a_formula(tmp_path):
    book = openpyxl.load_workbook(write_findings_xlsx(inspection(30), tmp_path / "a.xlsx"))
    assert book.sheetnames == ["摘要", "问题", "已接受的例外", "规则", "容差"]
    sheet = book["问题"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 33
    assert [cell.value for cell in sheet[1]] == [title.zh for _, title, _ in COLUMNS]
    at = {title.zh: n for n, (_, title, _) in enumerate(COLUMNS)}
    first = next(row for row in rows if row[at["规则"]] == "4201")
    assert first[at["对象标识码"]] == "410802000000000000、410802000000000001"
    assert (first[at["面积(平方米)"]], first[at["宽度(米)"]]) == (30, 1)
    assert first[at["整改单位"]] == "数据生产单位"
    assert "=1+1" in {row[at["应为"]] for row in rows}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet.auto_filter.ref and sheet.freeze_panes == "A2"
    assert book["已接受的例外"].max_row == 2
    said = " ".join(str(c.value) for row in book["摘要"].iter_rows() for c in row if c.value is not None)
    for words in ("不通过", "示范数据", "通过并不证明", "0123456789abcdef" * 4, "410802001"):
        assert words in said


def test_a_green_workbook_says_that_nothing_was_found(tmp_path):
    green = inspection(0, passed=True, extra=False)
    sheet = openpyxl.load_workbook(write_findings_xlsx(green, tmp_path / "a.xlsx"))["问题"]
    assert sheet["A2"].value == "没有发现问题。"


def test_the_geopackage_keeps_true_geometry_by_kind_and_counts_all(tmp_path):
    path = write_findings_gpkg(inspection(3), tmp_path / "a.gpkg")
    areas = gpd.read_file(path, layer="findings_polygon")
    assert shapely.area(areas.geometry.to_numpy()).tolist() == [30.0] * 3
    assert areas.crs.to_epsg() == 4526
    assert set(areas["severity"]) == {"强制"}
    points = gpd.read_file(path, layer="findings_point")
    assert points.geometry.get_coordinates().to_numpy().tolist() == [[WEST + 55, SOUTH + 44]]
    assert pyogrio.read_info(path, layer="findings_line")["features"] == 0
    assert set(gpd.read_file(path, layer="findings_without_place")["rule"]) == {"3204", "7103"}


def test_the_geopackage_brings_a_style_for_each_layer_by_the_severities_it_holds(tmp_path):
    path = write_findings_gpkg(inspection(1), tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as base:
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert set(styles) == {"findings_polygon", "findings_line", "findings_point"}
    import xml.etree.ElementTree as ET

    for text in styles.values():
        tree = ET.fromstring(text.split(">", 1)[1])
        assert {one.get("value") for one in tree.iter("category")} >= {"强制", "一般", "提示", "Veto"}
        symbols = {one.get("name") for one in tree.find("renderer-v2/symbols")}
        assert {one.get("symbol") for one in tree.iter("category")} <= symbols


def test_findings_in_two_systems_collections_and_without_a_system_all_arrive(tmp_path):
    def one(shape, crs):
        return Finding("4201", Severity.VETO, "L", Text("甲", "a"), geometry=shape.wkb, crs=crs)

    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])])
    of = with_findings(
        one(shapely.box(0, 0, 1, 1), "EPSG:4526"),
        one(mixed, "EPSG:4526"),
        one(shapely.Point(113, 35), "EPSG:4490"),
        one(shapely.Point(5, 5), None),
    )
    path = write_findings_gpkg(of, tmp_path / "a.gpkg")
    rows = {name: pyogrio.read_info(path, layer=name)["features"] for name, _ in pyogrio.list_layers(path)}
    assert rows["findings_polygon"] == 2
    assert rows["findings_line"] == 1
    assert rows["findings_point_EPSG4490"] == 1
    assert rows["findings_point_no_crs"] == 1
    assert findings_map(of)


def test_an_object_in_the_wrong_place_does_not_shrink_the_map():
    far = replace(overlap(1), geometry=shapely.box(500_000, 0, 500_100, 100).wkb)
    here = findings_map(with_findings(overlap(2)))
    both = findings_map(with_findings(overlap(2), far))
    assert here != both  # the one far away is counted in the legend
    left = [np.asarray(Image.open(io.BytesIO(png)).convert("L"))[:, :1000] for png in (here, both)]
    assert (left[0] == left[1]).all()


def test_the_pdf_says_verdict_numbers_limits_and_exceptions():
    text = pdf_text(findings_pdf(inspection(4)))
    for words in (
        "不通过",
        "共 7 个问题",
        "通过并不证明",
        "分项之和等于总面积",
        "王琦",
        "示范数据",
        "0.01",
        "Q-20261120-0001",
    ):
        assert words in text
    assert "410802000000000900" in text


def test_no_page_of_the_pdf_lets_anything_leave_the_paper():
    long = Finding(
        "4201", Severity.VETO, "L" * 80, Text("图斑" * 300 + "A" * 500, "a"), ("9" * 60,) * 30,
        observed="值" * 900, expected="b" * 900, geometry=None, area_m2=1234567890.12,
    )  # fmt: skip
    written = findings_pdf(with_findings(long, overlap(1)))
    with pypdfium2.PdfDocument(written) as document:
        for page in document:
            width, _ = page.get_size()
            for item in page.get_objects():
                left, _, right, _ = item.get_bounds()
                assert left >= 0 and right <= width - 40


def test_paper_stops_at_a_bound_and_says_what_is_left_out():
    data = report_data(inspection(MOST_OF_A_RULE + 7, extra=False))
    (group,) = data["groups"]
    assert len(group["rows"]) == MOST_OF_A_RULE
    assert "另有 7 项" in group["more"] and group["count"] == str(MOST_OF_A_RULE + 7)


def test_rare_characters_do_not_stop_the_report():
    odd = Finding("4201", Severity.VETO, "𠮷", Text("𰻝𰻝面 \x07 村", "a"))
    assert findings_pdf(with_findings(odd))
    assert findings_docx(with_findings(odd))


def test_the_page_needs_no_network_and_cannot_be_broken_by_what_is_in_it():
    evil = Finding("4201", Severity.VETO, "</script><script>alert(1)</script>", Text("<b>&\u2028", "a"))
    page = page_of(with_findings(evil))
    assert page.count("</script>") == 1
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert "default-src 'none'" in page
    rows = json.loads("[" + re.search(r"const all = \[(.*?)\];\n", page, re.S)[1] + "]")
    assert rows[0][4] == "</script><script>alert(1)</script>"
    assert len(rows[0]) == len(COLUMNS)
    assert "<b>&" not in html.unescape(page.split("<script>")[0])


def test_the_word_document_says_what_the_pdf_says():
    document = Document(io.BytesIO(findings_docx(inspection(2))))
    said = "\n".join(p.text for p in document.paragraphs)
    assert "不通过" in said and "通过并不证明" in said
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "王琦" in cells and "30.00 平方米 → 0" in cells


def test_repacking_changes_no_content():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("甲.txt", "内容")
    with zipfile.ZipFile(io.BytesIO(repack(out.getvalue()))) as again:
        assert again.read("甲.txt").decode() == "内容"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_exists_in_both_languages(lang, tmp_path):
    assert findings_pdf(inspection(1), lang=lang)
    assert findings_docx(inspection(1), lang=lang)
    assert b"".join(findings_html(inspection(1), lang=lang))
    book = openpyxl.load_workbook(write_findings_xlsx(inspection(1), tmp_path / "a.xlsx", lang=lang))
    assert book.sheetnames[0] == ("摘要" if lang == "zh" else "Summary")


def test_words_are_broken_only_where_they_could_not_be_set_otherwise():
    assert breakable("410802000000000001") == "410802000000000001"
    assert breakable("a" * 30).replace("\u200b", "") == "a" * 30
    assert max(map(len, breakable("a" * 300).split("\u200b"))) <= 10
