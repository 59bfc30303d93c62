"""The certificate: what a planner needs to sign and anyone needs to check, the same bytes each time."""

from __future__ import annotations

import io
import json
from datetime import date

import geopandas as gpd
import pypdfium2
import pytest

from compliance_given import CRS, box
from given import clock, valid
from tuban.compliance.site import site_of
from tuban.errors import NotFound
from tuban.standards.load import profile
from tuban.store import create
from tuban.workflows.compliance import Desk
from tuban.workflows.compliance_certificate import certificate
from tuban.workflows.compliance_keep import review_and_keep


@pytest.fixture
def kept(tmp_path):
    with create(tmp_path / "w", name="某县", clock=clock("2026-01-01T00:00:00+00:00")) as ws:
        for code, shape in (("XZQX", box(-900, -900, 5000, 5000)), ("STBHHX", box(50, 0, 900, 900))):
            frame = gpd.GeoDataFrame({"BSM": [f"{code}0"]}, geometry=[shape], crs=CRS)
            spec = profile().layer(code)
            ws.add_version(
                code, frame, spec=spec, source_name="t", source_sha256="0" * 64, valid=valid(), by="甲"
            )
        site = site_of(
            gpd.GeoSeries([box(0, 0, 100, 100)], crs=CRS), name="水泥厂", attributes={"use": "industrial"}
        )
        one, _ = review_and_keep(Desk.at(ws), site, by="张三", on=date(2026, 6, 1), pack_names=["national"])
        yield ws, one


def test_the_pdf_says_verdict_clause_area_and_hashes_and_is_the_same_each_time(kept):
    ws, one = kept
    made = certificate(ws, one.number, "pdf")
    assert made == certificate(ws, one.number, "pdf")
    document = pypdfium2.PdfDocument(made)
    text = "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    for words in (
        "不符合",
        "水泥厂",
        "张三",
        "CN-ECO-1",
        "0.5000",
        one.result_sha256[:16],
        "没有数据不等于符合",
    ):
        assert words in text, words


def test_the_word_file_can_be_edited_and_holds_the_same(kept):
    import docx

    ws, one = kept
    made = certificate(ws, one.number, "docx")
    assert made == certificate(ws, one.number, "docx")
    document = docx.Document(io.BytesIO(made))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"CN-ECO-1", "STBHHX@1"} <= cells
    assert len(document.inline_shapes) == 1


def test_the_machine_form_holds_what_is_needed_to_ask_again(kept):
    ws, one = kept
    said = json.loads(certificate(ws, one.number, "json"))
    assert said["result"]["verdict"] == "不符合"
    assert said["asked"]["packs"] == ["national"]
    assert set(said["result"]["hashes"]) == {"site", "rules", "layers", "result"}
    (hit,) = [c for c in said["result"]["concerned"] if c["rule"] == "CN-ECO-1"]
    assert hit["objects"] == ["STBHHX0"]
    assert hit["area_ha"] == pytest.approx(0.5, abs=1e-4)
    assert hit["geometry"]["type"] == "Polygon"


def test_an_unknown_number_is_said(kept):
    with pytest.raises(NotFound):
        certificate(kept[0], 99)
