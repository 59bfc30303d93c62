from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tuban.geo.area import area_m2
from tuban.sample.county import make
from tuban.standards.load import profile, survey_classes

MET_ELSEWHERE = {"farmland.reported"}  # a published value that contradicts others


def test_parcels_tile_the_county_exactly(made):
    parcels, county = made.layer("DLTB"), made.layer("XZQX")
    assert shapely.coverage_is_valid(parcels.geometry.array)
    whole = shapely.coverage_union_all(parcels.geometry.array)
    assert shapely.symmetric_difference(whole, county.geometry.array[0]).area < 1e-3
    assert round(float(parcels["TBMJ"].sum()), 2) == float(county["MJ"].iloc[0])
    assert float(county["MJ"].iloc[0]) == pytest.approx(area_m2(county.geometry)[0], abs=0.011)


def test_about_as_many_parcels_as_asked(made):
    assert made.report.parcels == pytest.approx(3000, rel=0.15)
    assert len(made.layer("DLTB")) == made.report.parcels


def test_villages_nest_in_townships_and_townships_in_the_county(made):
    villages, towns, county = made.layer("XZQC"), made.layer("XZQXZ"), made.layer("XZQX")
    assert len(towns) == 14
    for frame in (villages, towns):
        assert shapely.coverage_is_valid(frame.geometry.array)
        assert round(float(frame["MJ"].sum()), 2) == float(county["MJ"].iloc[0])
    for code, mine in villages.groupby(villages["XZQDM"].str[:9]):
        town = towns[towns["XZQDM"] == code]
        assert round(float(mine["MJ"].sum()), 2) == float(town["MJ"].iloc[0])
        joined = shapely.coverage_union_all(mine.geometry.array)
        assert shapely.symmetric_difference(joined, town.geometry.array[0]).area < 1e-3


def test_parcels_sum_to_their_village(made):
    parcels, villages = made.layer("DLTB"), made.layer("XZQC")
    sums = (parcels.groupby(parcels["ZLDWDM"].str[:12])["TBMJ"].sum() * 100).round().astype(int)
    wanted = (villages.set_index("XZQDM")["MJ"] * 100).round().astype(int)
    assert sums.sort_index().tolist() == wanted.sort_index().tolist()


def test_a_parcel_lies_in_one_village(made):
    parcels, villages = made.layer("DLTB"), made.layer("XZQC")
    at = dict(zip(villages["XZQDM"], villages.geometry, strict=True))
    point = shapely.point_on_surface(parcels.geometry.array)
    home = np.array([at[code[:12]] for code in parcels["ZLDWDM"]])
    assert shapely.contains(home, point).all()


def test_parcel_attributes_keep_the_survey_rules(made):
    parcels = made.layer("DLTB")
    field = parcels["DLBM"].isin(["0101", "0102", "0103"])
    ridges = (parcels["TBMJ"] * parcels["KCXS"]).round(2)
    assert (parcels["KCMJ"] - ridges).abs().max() <= 0.01
    assert (parcels["TBMJ"] - parcels["KCMJ"] - parcels["TBDLMJ"]).abs().max() < 0.005
    assert (parcels.loc[~field, "KCXS"] == 0).all() and parcels["KCXS"].between(0, 1, inclusive="left").all()
    assert (parcels.loc[parcels["KCXS"] > 0, "KCDLBM"] == "1203").all()
    assert (
        parcels.loc[field, "GDPDJB"].isin(list("12345")).all() and parcels.loc[~field, "GDPDJB"].isna().all()
    )
    assert (parcels["TBMJ"] > 0).all() and (parcels["TBDLMJ"] > 0).all()
    table = survey_classes()
    assert all(table[c].name.zh == n for c, n in set(zip(parcels["DLBM"], parcels["DLMC"], strict=True)))
    wide = parcels["XZDWKD"].notna()
    assert parcels.loc[wide, "DLBM"].isin(["1001", "1003", "1004", "1006", "1009", "1101", "1107"]).all()
    assert parcels["QSDWDM"].str.len().eq(19).all() and parcels["ZLDWDM"].str.len().eq(19).all()
    assert not parcels.duplicated(["ZLDWDM", "TBBH"]).any()
    measured = area_m2(parcels.geometry)
    assert np.abs(measured - parcels["TBMJ"]).max() <= 0.021


def test_identifiers_are_unique_in_the_whole_plan_database(made):
    main = [p for p in made.report.layers if p.file.name.endswith("数据库.gdb")]
    ids = np.concatenate([made.layer(p.layer).get("BSM") for p in main])
    assert len(set(ids)) == len(ids)
    assert {len(i) for i in ids} == {18} and {i[:6] for i in ids} == {made.report.code}


def test_every_published_area_is_met_within_a_thousandth(made):
    off = {c.quantity: c.deviation for c in made.report.calibration if not c.within}
    assert set(off) == MET_ELSEWHERE
    for row in made.report.calibration:
        if row.quantity in MET_ELSEWHERE:
            assert row.note is not None


def test_the_boundary_is_what_is_drawn_and_the_quota_that_is_kept(made):
    # DM-03: 4,209.86 = 4,023.33 drawn + 170.87 + 15.66 kept; the layer holds the first, the table the others.
    boundary = next(p for p in made.report.layers if p.layer == "WHHCZKFBJ" and p.code == "CZKFBJ")
    drawn_ha = area_m2(made.layer("WHHCZKFBJ", boundary.file.name).geometry).sum() / 1e4
    table = made.layer("ZBB").set_index("ZBMC")["WHHZ"].astype(float)
    kept = table[table.index.str.contains("预留机动指标(", regex=False) & table.index.str.contains("不落图")]
    assert sorted(kept) == [15.66, 170.87]
    assert drawn_ha + kept.sum() == pytest.approx(4209.86, rel=0.001)
    by = {line.quantity: line for line in made.report.calibration}
    assert by["boundary.after"].within and by["boundary.drawn"].within
    assert by["boundary.after"].ours == pytest.approx(drawn_ha + 186.53, abs=0.01)
    note = by["boundary.after"].note
    assert note is not None and all(
        word in note.zh for word in ("4,023.33", "170.87", "15.66", "余 0.00", "ZBB")
    )


def test_all_geometry_is_valid_and_every_layer_is_known(made):
    for produced in made.report.layers:
        profile().layer(produced.code)
        frame = made.layer(produced.layer, produced.file.name)
        assert len(frame) == produced.rows
        if "geometry" in frame:
            assert frame.geometry.is_valid.all()


def test_everything_is_marked_as_sample_data(made):
    assert "示范" in made.report.name and made.report.code.startswith("999")
    for produced in made.report.layers:
        assert "示范" in produced.act
        frame = made.layer(produced.layer, produced.file.name)
        marked = [c for c in ("BZ", "SJLY") if c in frame and frame[c].notna().all()]
        assert any(
            frame[c].str.contains("示范").all() or "→" in frame[c].iloc[0] or ">" in frame[c].iloc[0]
            for c in marked
        )


def test_the_same_seed_gives_the_same_county(made, tmp_path):
    again = type(made)(make(tmp_path, parcels=3000))
    one, two = made.layer("DLTB"), again.layer("DLTB")
    assert (one.geometry.to_wkb() == two.geometry.to_wkb()).all()
    assert one.drop(columns="geometry").equals(two.drop(columns="geometry"))
    for name in ("WHHGHFQ", "CJRK", "ZXCQGGFWSSD"):
        assert made.layer(name).equals(again.layer(name))


def test_an_outline_of_another_size_scales_all_areas(tmp_path):
    outline = gpd.GeoDataFrame(geometry=[shapely.Point(113.6, 33.3).buffer(0.08)], crs="EPSG:4490")
    outline.to_file(tmp_path / "round.gpkg")
    report = make(tmp_path / "out", outline=tmp_path / "round.gpkg", parcels=2000)
    share = report.area_m2 / 629_323_800
    assert share == pytest.approx(0.329, abs=0.01)  # an ellipse of 8.87 km × 7.44 km: 207 of 629.32 km²
    total = next(c for c in report.calibration if c.quantity == "total")
    assert total.note is not None and total.scale == pytest.approx(share)
    areas = [c for c in report.calibration if c.quantity.startswith(("zone.", "boundary.drawn", "redline"))]
    assert all(c.within for c in areas)


@pytest.mark.shared
def test_the_figures_are_met_on_the_real_outline(wugang):
    assert {c.quantity for c in wugang.report.calibration if not c.within} == MET_ELSEWHERE
    assert wugang.report.crs == "EPSG:4547"
    assert wugang.report.area_m2 == pytest.approx(628.74e6, rel=1e-4)  # ../shared/data/README.md
    assert shapely.coverage_is_valid(wugang.layer("DLTB").geometry.array)
