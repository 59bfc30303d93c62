"""Verdicts live on: the same bytes again, and flagged when a line moves."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
import shapely

from compliance_given import CRS, box
from given import clock, valid
from tuban.compliance.result import Override
from tuban.compliance.site import site_of
from tuban.errors import NotFound, WrongUse
from tuban.standards.load import profile
from tuban.store import create
from tuban.store.verdicts import list_verdicts, verdict_of
from tuban.workflows.compliance import Desk, declare_absent, withdraw_absent
from tuban.workflows.compliance_keep import again, recheck, review_and_keep

DAY = date(2026, 6, 1)


def put(ws, code, shapes, start="2021-01-01"):
    frame = gpd.GeoDataFrame(
        {"BSM": [f"{code}{at}" for at in range(len(shapes))]}, geometry=list(shapes), crs=CRS
    )
    ws.add_version(
        code,
        frame,
        spec=profile().layer(code),
        source_name="t",
        source_sha256="0" * 64,
        valid=valid(start),
        by="甲",
    )


@pytest.fixture
def ws(tmp_path):
    with create(tmp_path / "w", name="县", clock=clock("2026-01-01T00:00:00+00:00")) as made:
        put(made, "XZQX", [box(-1000, -1000, 5000, 5000)])
        put(made, "STBHHX", [box(1000, 0, 2000, 1000)])
        yield made


@pytest.fixture
def pack(pack_of, tmp_path):
    pack_of({"R1": {"when": {"intersects": {"layer": "STBHHX"}}}})
    return str(tmp_path / "test.yaml")


def site(*shape):
    return site_of(gpd.GeoSeries([box(*(shape or (0, 0, 100, 100)))], crs=CRS), name="厂")


def test_a_kept_verdict_comes_out_again_to_the_byte_even_after_the_line_moved(ws, pack):
    kept, _ = review_and_keep(Desk.at(ws), site(), by="乙", on=DAY, pack_names=[pack])
    assert kept.verdict == "符合"
    put(ws, "STBHHX", [box(50, 0, 2000, 1000)], "2026-05-01")
    same, found = again(Desk.at(ws), kept.number)
    assert found.hashes()["result"] == same.result_sha256
    assert shapely.from_wkb(same.shape).equals(box(0, 0, 100, 100))


def test_a_line_that_moves_flags_the_sites_that_would_now_fail(ws, pack):
    desk = Desk.at(ws)
    touched, _ = review_and_keep(desk, site(), by="乙", on=DAY, pack_names=[pack])
    review_and_keep(desk, site(3000, 3000, 3100, 3100), by="乙", on=DAY, pack_names=[pack])
    assert recheck(desk, on=DAY) == ([], 0)
    put(ws, "STBHHX", [box(50, 0, 2000, 1000)], "2026-05-01")
    changed, affected = recheck(Desk.at(ws), on=DAY)
    assert affected == 2
    (one,) = changed
    assert one.before.number == touched.number
    assert one.turned
    assert one.added == ("R1:STBHHX",)
    assert one.because == ("STBHHX@1 → STBHHX@2",)


def test_a_rule_that_changes_flags_them_too(ws, pack, pack_of):
    review_and_keep(Desk.at(ws), site(1000, 0, 1100, 100), by="乙", on=DAY, pack_names=[pack])
    pack_of({"R1": {"when": {"area_over": {"layer": "STBHHX", "area_ha": 5}}}})
    (one,), affected = recheck(Desk.at(ws), on=DAY)
    assert affected == 1
    assert (one.before.verdict, one.after.verdict.value) == ("不符合", "符合")
    assert one.removed == ("R1:STBHHX",)


def test_a_layer_that_arrives_is_asked(ws, pack_of, tmp_path):
    pack_of({"R1": {"when": {"intersects": {"layer": ["SD"]}}}})
    review_and_keep(Desk.at(ws), site(), by="乙", on=DAY, pack_names=[str(tmp_path / "test.yaml")])
    put(ws, "SD", [box(3000, 0, 3100, 100)])
    (one,), _ = recheck(Desk.at(ws), on=DAY)
    assert (one.before.verdict, one.after.verdict.value) == ("无法判定", "符合")


def test_verdicts_stand_in_the_trail_and_overrides_stay_with_them(ws, pack):
    override = Override("R1", "STBHHX", "张三", "界线勘误", "勘误文件", DAY)
    kept, found = review_and_keep(
        Desk.at(ws), site(1000, 0, 1100, 100), by="乙", on=DAY, pack_names=[pack], overrides=[override]
    )
    assert found.verdict.value == "符合"
    assert [entry.action for entry in ws.trail.entries()][-1] == "compliance.review"
    assert verdict_of(ws, kept.number).asked["overrides"][0]["by"] == "张三"
    _, same = again(Desk.at(ws), kept.number)
    assert same.hashes()["result"] == kept.result_sha256
    assert ws.trail.verify().ok


def test_a_declaration_of_absence_is_named_dated_and_can_be_withdrawn(ws, pack_of, tmp_path):
    pack_of({"R1": {"when": {"intersects": {"layer": "SD"}}}})
    names = [str(tmp_path / "test.yaml")]
    with pytest.raises(WrongUse):
        declare_absent(ws, "SD", reason=" ", by="乙")
    declare_absent(ws, "SD", reason="湿地名录无", by="乙")
    assert Desk.at(ws).review(site(), on=DAY, pack_names=names).verdict.value == "符合"
    withdraw_absent(ws, "SD", by="乙")
    assert Desk.at(ws).review(site(), on=DAY, pack_names=names).verdict.value == "无法判定"


def test_a_day_before_the_first_plan_is_no_pass(ws, pack):
    found = Desk.at(ws).review(site(), on=date(2000, 1, 1), pack_names=[pack])
    assert found.verdict.value == "无法判定"
    assert all("没有有效版本" in one.reason.zh for one in found.not_covered)


def test_an_unknown_verdict_is_said(ws):
    with pytest.raises(NotFound):
        verdict_of(ws, 7)
    assert list_verdicts(ws) == []
