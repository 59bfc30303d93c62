"""Tables of areas: right groups, rows that sum to their total, ground divided without rest."""

from __future__ import annotations

from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import CRS, square
from tuban.errors import Text
from tuban.geo.area import area_m2
from tuban.indicators.area_statistics import Pieces, areas, cross_areas, divide
from tuban.indicators.grouping import OUTSIDE, by_class, by_three_class, by_unit, in_unit, reaches
from tuban.standards.load import land_use_classes, plan_zones, survey_classes

WHAT = Text("面积", "area")


def pieces_of(*area_m2: float) -> Pieces:
    return Pieces(np.arange(len(area_m2)), np.array(area_m2, dtype=float))


def series(*values: object) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def decimal_sum(values) -> Decimal:
    return sum((Decimal(repr(float(v))) for v in values), Decimal(0))


# ---- groups ----


def test_survey_codes_keep_their_names_and_standard_colours():
    found = by_class(series("0101", "0702", "0101"), survey_classes())
    assert found.codes.tolist() == ["0101", "0702", "0101"]
    assert found.groups["0101"].title.zh == "水田"
    assert found.groups["0702"].title.zh == "农村宅基地"
    assert found.groups["0101"].colour and found.groups["0101"].colour.startswith("#")


def test_filled_codes_mean_their_short_form():
    found = by_class(series("010000", "010100", "0101"), land_use_classes("2023"))
    assert found.codes.tolist() == ["01", "0101", "0101"]


def test_deeper_classes_count_for_the_one_above():
    found = by_class(series("0101", "0301", "03", "100101"), land_use_classes("2023"), level=1)
    assert found.codes.tolist() == ["01", "03", "03", "10"]


def test_wetland_of_the_survey_is_under_00_whatever_its_code_begins_with():
    # 0303 红树林地 and 1106 内陆滩涂 are leaves of 00 湿地.
    assert by_class(series("0303", "1106", "0301"), survey_classes(), level=1).codes.tolist() == [
        "00",
        "00",
        "03",
    ]


def test_what_the_standard_does_not_know_keeps_a_row_and_says_so():
    found = by_class(series("9999", None, " ", "01"), survey_classes())
    assert found.codes.tolist() == ["9999", "", "", "01"]
    assert "不在标准内" in found.groups["9999"].title.zh
    table = areas(pieces_of(1, 2, 3, 4), found, WHAT).frame
    assert table["code"].tolist() == [
        "01",
        "9999",
        "",
    ]  # in the order of the standard, then strangers, then blanks


def test_the_three_great_classes():
    found = by_three_class(series("0101", "0702", "1106", "04", "9999"), survey_classes())
    assert found.codes.tolist() == ["agricultural", "construction", "unused", "mixed", "unknown"]
    assert found.groups["construction"].title.zh == "建设用地"


def test_unit_codes_of_any_length_name_township_and_village():
    codes = series("4104811010020000000", "410481101002", "410481102", None)
    assert by_unit(codes, "township", {"410481101": "武功乡"}).codes.tolist() == [
        "410481101",
        "410481101",
        "410481102",
        "",
    ]
    villages = by_unit(codes, "village", {})
    assert villages.codes.tolist() == ["410481101002", "410481101002", "", ""]
    assert by_unit(codes, "township", {"410481101": "武功乡"}).groups["410481101"].title.zh == "武功乡"
    assert by_unit(series("4104811001", "开发区"), "village", {"4104811001": "刘王村"}).codes.tolist() == [
        "4104811001",
        "开发区",
    ]
    assert not reaches(codes, "township")
    assert reaches(codes[:3], "township") and not reaches(codes[:3], "village")
    assert in_unit(codes, "410481101").tolist() == [True, True, False, False]
    assert in_unit(codes, "410481").tolist() == [True, True, True, False]


# ---- tables ----


def test_areas_by_class_sum_and_count():
    table = areas(
        pieces_of(10_000, 5_000, 20_000), by_class(series("0101", "0301", "0101"), survey_classes()), WHAT
    )
    rows = table.frame.set_index("code")
    assert rows.loc["0101", ["area_ha", "area_mu", "share", "count"]].tolist() == [3.0, 45.0, 0.8571, 2]
    assert rows.loc["0301", ["area_ha", "area_mu", "share", "count"]].tolist() == [0.5, 7.5, 0.1429, 1]
    assert (table.total_ha, table.total_mu, table.adjusted) == (3.5, 52.5, False)
    assert "最大余数" in table.formula.zh


def test_every_unit_is_rounded_once_from_the_square_metres():
    # 10,049.9 m² are 1.00 ha, and 15 times that would be 15.00 mu; but they are 15.07485 mu.
    table = areas(pieces_of(10_049.9), by_class(series("0101"), survey_classes()), WHAT)
    assert (table.total_ha, table.total_mu) == (1.0, 15.07)
    assert table.frame["area_mu"].tolist() == [15.07]
    # 33,349 m² are 0.00500235 ten-thousand mu; from the 3.33 ha it would be 0.004995, printed 0.00.
    small = areas(pieces_of(33_349.0), by_class(series("0101"), survey_classes()), WHAT)
    assert (small.total_ha, small.total_wan_mu, small.total_km2) == (3.33, 0.01, 0.03)


def test_three_equal_parts_make_the_whole():
    third = 100_000 / 3  # 3.333… ha
    table = areas(
        pieces_of(third, third, third), by_class(series("0101", "0201", "0301"), survey_classes()), WHAT
    )
    assert table.frame["area_ha"].tolist() == [3.34, 3.33, 3.33]
    assert table.frame["share"].tolist() == [0.3334, 0.3333, 0.3333]
    assert table.total_ha == 10.0
    assert table.adjusted


def test_a_parcel_in_two_pieces_of_one_group_counts_once():
    pieces = Pieces(np.array([0, 0, 1]), np.array([1.0, 2.0, 3.0]))
    assert areas(pieces, by_class(series("01", "01", "02"), survey_classes()), WHAT).frame[
        "count"
    ].tolist() == [1, 1]


def test_nothing_gives_an_empty_table():
    table = areas(pieces_of(), by_class(series(), survey_classes()), WHAT)
    assert (len(table.frame), table.total_ha) == (0, 0.0)
    empty = areas(pieces_of(0.0), by_class(series("01"), survey_classes()), WHAT)
    assert empty.frame["share"].tolist() == [0.0]


codes = st.sampled_from(["0101", "0102", "0301", "0702", "1006", "9999", ""])


@settings(deadline=None)
@given(st.lists(st.tuples(codes, st.floats(0.01, 1e7)), min_size=1, max_size=50))
def test_rows_always_sum_exactly_to_the_total(rows):
    table = areas(
        pieces_of(*(m2 for _, m2 in rows)), by_class(series(*(c for c, _ in rows)), survey_classes()), WHAT
    )
    assert decimal_sum(table.frame["area_ha"]) == decimal_sum([table.total_ha])
    for unit in ("mu", "wan_mu", "km2"):
        assert decimal_sum(table.frame[f"area_{unit}"]) == decimal_sum([getattr(table, f"total_{unit}")])
    assert decimal_sum(table.frame["share"]) == 1
    assert table.frame["count"].sum() == len(rows)
    assert table.total_m2 == pytest.approx(sum(m2 for _, m2 in rows))


def test_a_two_way_table_sums_both_ways():
    pieces = pieces_of(10_000, 20_000, 5_000, 100_000 / 3)
    units = by_unit(series("410481101", "410481102", "410481101", "410481102"), "township", {})
    table = cross_areas(
        pieces, units, by_class(series("0101", "0101", "0301", "0301"), survey_classes()), WHAT
    )
    assert table.frame.loc["410481101"].tolist() == [1.0, 0.5]
    assert table.frame.loc["410481102"].tolist() == [2.0, 3.33]
    assert table.row_ha.tolist() == [1.5, 5.33]
    assert table.column_ha.tolist() == [3.0, 3.83]
    assert table.total_ha == 6.83


# ---- dividing ----


def on_ground(*shapes) -> Pieces:
    geometry = gpd.GeoSeries(list(shapes), crs=CRS)
    return Pieces(np.arange(len(shapes)), area_m2(geometry), geometry)


def zones_of(*shapes) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=CRS)


def test_a_parcel_across_two_zones_is_divided_and_the_rest_lies_outside():
    parcels = on_ground(square(0, 0, 100))
    pieces, code, source = divide(parcels, zones_of(square(-100, 0, 150), square(50, 0, 30)), ["210", "220"])
    assert dict(zip(code, pieces.area_m2 / parcels.area_m2[0], strict=True)) == {
        "210": pytest.approx(0.5, abs=1e-6),
        "220": pytest.approx(0.09, abs=1e-6),
        "": pytest.approx(0.41, abs=1e-6),
    }
    assert source.tolist() == [0, 0, 0]
    assert pieces.area_m2.sum() == pytest.approx(parcels.area_m2[0], abs=1e-9)
    table = areas(pieces, by_class(pd.Series(code), plan_zones(), empty=OUTSIDE), WHAT)
    assert table.frame["title_zh"].iloc[-1] == "分区之外"


def test_zones_that_overlap_share_what_both_claim_and_say_so():
    pieces, code, _ = divide(
        on_ground(square(0, 0, 100)), zones_of(square(-10, -10, 300), square(-10, -10, 300)), ["a", "b"]
    )
    assert sorted(code) == ["a", "b"]
    assert pieces.area_m2[0] == pytest.approx(pieces.area_m2[1])
    assert pieces.area_m2.sum() == pytest.approx(area_m2(square(0, 0, 100), CRS)[0])
    assert "重叠" in pieces.notes[0].zh and "1.0000" in pieces.notes[0].zh


def test_dividing_twice_is_dividing_by_both():
    parcels = on_ground(square(0, 0, 100), square(300, 0, 100))
    halves, first, _ = divide(parcels, zones_of(square(50, -100, 1000)), ["east"], keep_geometry=True)
    pieces, second, source = divide(halves, zones_of(square(-500, 50, 1500)), ["north"])
    share = {
        (parcel, first[s], code): m2 / parcels.area_m2[parcel]
        for parcel, s, code, m2 in zip(pieces.parcel, source, second, pieces.area_m2, strict=True)
    }
    half = pytest.approx(0.5, abs=1e-6)
    quarter = pytest.approx(0.25, abs=1e-6)
    assert share == {
        (0, "east", "north"): quarter,
        (0, "east", ""): quarter,
        (0, "", "north"): quarter,
        (0, "", ""): quarter,
        (1, "east", "north"): half,
        (1, "east", ""): half,
    }


def test_pieces_without_geometry_cannot_be_divided():
    with pytest.raises(ValueError, match="geometry"):
        divide(pieces_of(1.0), zones_of(square()), ["x"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(-80, 380), st.floats(-80, 380), st.floats(5, 300)), max_size=5))
def test_whatever_the_zones_the_pieces_sum_to_the_parcels(zones):
    parcels = on_ground(*(square(x, y, 100) for x in (0, 100, 200) for y in (0, 100, 200)))
    shapes = zones_of(*(square(*zone) for zone in zones))
    pieces, _, _ = divide(parcels, shapes, [f"z{i}" for i in range(len(zones))])
    sums = np.bincount(pieces.parcel, weights=pieces.area_m2, minlength=9)
    np.testing.assert_allclose(sums, parcels.area_m2, rtol=1e-12)
    assert (pieces.area_m2 >= 0).all()
