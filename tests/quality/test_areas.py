"""Declared areas, control areas, deducted areas: expected values from arithmetic and the published test vectors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from given import square
from quality.hand_in import found, layer, names

# P1 and P4 of the published vectors for EPSG:4547: statutory area by the acceptance procedure.
P1 = Polygon(
    [
        (455000, 3685000),
        (455180.5, 3685022.3),
        (455201.25, 3684890.75),
        (455110, 3684860.1),
        (454990.4, 3684899.95),
    ]
)
P4 = Polygon([(360000, 3680000), (360100, 3680000), (360100, 3680100), (360000, 3680100)])


def test_declared_areas_that_agree_pass() -> None:
    assert not found("6101", DLTB=layer([P1, P4], TBMJ=[26345.40, 9995.17]))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [(26345.40 + 26.0, False), (26345.40 + 27.0, True), (26346.7075, False), (26345.40 * 1.01, True)],
)
def test_the_tolerance_is_a_thousandth_of_a_large_parcel(said: float, wrong: bool) -> None:
    assert bool(found("6101", DLTB=layer([P1], TBMJ=[said]))) == wrong


def test_the_tolerance_is_a_square_metre_of_a_small_one() -> None:
    small = square(0, 0, 20)  # 400 m²: a thousandth would be 0.4 m²
    assert not found("6101", DLTB=layer([small], TBMJ=[400.9]))
    assert len(found("6101", DLTB=layer([small], TBMJ=[401.5]))) == 1


def test_the_plane_area_far_from_the_meridian_is_close_enough_and_hectares_are_named() -> None:
    # 10,000 against 9,995.17: 4.83 m² apart, 9.995 allowed.
    assert not found("6101", DLTB=layer([P4], TBMJ=[10_000.0]))
    (one,) = found("6101", DLTB=layer([P4], TBMJ=[1.0]))
    assert "ha" in one.message.zh
    (two,) = found("6101", DLTB=layer([P4], TBMJ=[14.99]))
    assert "亩" in two.message.zh


def test_patches_sum_to_their_control_area() -> None:
    village, town = "410481001001", "410481"
    shapes = [square(), square(100, 0)]
    patches = layer(shapes, TBMJ=[10_000.01, 9_999.99], ZLDWDM=[village + "0000000"] * 2)
    assert not found("6102", DLTB=patches, XZQC=layer([square()], XZQDM=[village], MJ=[20_000.0]))
    (one,) = found("6102", DLTB=patches, XZQC=layer([square()], XZQDM=[village], MJ=[20_000.02]))
    assert one.observed == "20000.00 m²"
    assert one.expected == "20000.02 m²"
    (two,) = found("6102", DLTB=patches, XZQ=layer([square()], XZQDM=[town], DCMJ=[20_001.0]))
    assert two.area_m2 == pytest.approx(-1.0)


@given(st.integers(100, 10_000_000), st.integers(0, 9999))
@settings(max_examples=60, deadline=None)
def test_the_arithmetic_of_deducted_areas_is_that_of_decimals(cents: int, share: int) -> None:
    from decimal import ROUND_HALF_UP, Decimal

    gross = Decimal(cents) / 100
    deducted = (gross * Decimal(share) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    columns: dict[str, Any] = {"TBMJ": [float(gross)], "KCXS": [share / 10_000], "KCMJ": [float(deducted)]}
    assert not found("6103", DLTB=layer([square()], **columns, TBDLMJ=[float(gross - deducted)]))
    off = found("6103", DLTB=layer([square()], **columns, TBDLMJ=[float(gross - deducted) + 0.02]))
    assert [names(one) for one in off] == [(0,)]


def test_a_wrong_deduction_names_both_fields() -> None:
    frame = layer([square()], TBMJ=[1000.0], KCXS=[0.1], KCMJ=[110.0], TBDLMJ=[890.0])
    (one,) = found("6103", DLTB=frame)
    assert one.observed == "110.00"
    assert one.expected == "100.00"
