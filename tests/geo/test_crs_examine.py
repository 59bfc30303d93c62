"""Coordinates that contradict their system are recognised, with the option that would be right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from tuban.geo.crs import epsg_for
from tuban.geo.crs_examine import examine, likely

COUNTY = (113.3, 33.1, 113.7, 33.5)


def places(epsg: int, lon: float = 113.5, lat: float = 33.3) -> np.ndarray:
    """25 places around one, in the coordinates of a system."""
    lons, lats = np.meshgrid(lon + np.linspace(-0.1, 0.1, 5), lat + np.linspace(-0.1, 0.1, 5))
    x, y = Transformer.from_crs(4490, epsg, always_xy=True).transform(lons.ravel(), lats.ravel())
    return np.column_stack([x, y])


def swapped(epsg: int) -> np.ndarray:
    return places(epsg)[:, ::-1]


@pytest.mark.parametrize("epsg", [4490, 4547, 4526, 4508, 4497, 4326])
@pytest.mark.parametrize("around", [None, COUNTY])
def test_coordinates_in_their_own_system_have_no_fault(epsg, around):
    assert examine(places(epsg), epsg, around=around) == ()


@pytest.mark.parametrize(
    ("true", "label", "around", "kind", "option"),
    [
        (4526, 4547, None, "zone_number_unsaid", "--crs EPSG:4526"),
        (4547, 4526, None, "zone_number_missing", "--crs EPSG:4547"),
        (4525, 4526, None, "other_zone", "--crs EPSG:4525"),
        (4546, 4547, COUNTY, "other_zone", "--crs EPSG:4546"),
        (4548, 4547, COUNTY, "other_zone", "--crs EPSG:4548"),
        (3857, 4490, None, "web_mercator", "--crs EPSG:3857 --convert-to EPSG:4490"),
        (3857, 4547, None, "web_mercator", "--crs EPSG:3857 --convert-to EPSG:4490"),
        (3857, 4326, None, "web_mercator", "--crs EPSG:3857 --convert-to EPSG:4490"),
        (4490, 4547, None, "degrees", "--crs EPSG:4490"),
        (4490, 4526, None, "degrees", "--crs EPSG:4490"),
        (4490, 3857, None, "degrees", "--crs EPSG:4490"),
        (4526, 4490, None, "metres", "--crs EPSG:4526"),
        (4547, 4490, COUNTY, "metres", "--crs EPSG:4547"),
        (4526, 4326, None, "metres", "--crs EPSG:4526"),
    ],
)
def test_a_wrong_label_is_recognised_and_the_right_option_named(true, label, around, kind, option):
    (fault,) = examine(places(true), label, around=around)
    assert fault.kind == kind
    assert fault.refuse
    assert fault.facts["suggested"] == option
    for text in (fault.fix.zh, fault.fix.en):
        assert option in text
    assert f"EPSG:{label}" in fault.problem.zh
    assert f"EPSG:{label}" in fault.problem.en
    # The named place is where the layer really lies.
    assert (fault.facts["lon"], fault.facts["lat"]) == pytest.approx((113.5, 33.3), abs=0.02)


@pytest.mark.parametrize("epsg", [4490, 4547, 4526])
def test_swapped_axes_are_recognised(epsg):
    (fault,) = examine(swapped(epsg), epsg)
    assert (fault.kind, fault.facts["suggested"]) == ("swapped_axes", "--swap-axes")


def test_swapped_axes_under_a_label_without_the_number_need_both_options():
    (fault,) = examine(swapped(4526), 4547)
    assert fault.facts["suggested"] == "--swap-axes --crs EPSG:4526"


def test_metres_without_number_under_degrees_ask_for_the_meridian():
    (fault,) = examine(places(4547), 4490)
    assert fault.kind == "metres"
    assert "中央经线" in fault.fix.zh
    assert "central meridian" in fault.fix.en


def test_eastings_that_zone_13_and_web_mercator_share_name_both_readings():
    """13.4 million metres east is 120.5°E in Web Mercator and zone 13 of 6°, at 75°E."""
    (fault,) = examine(places(3857, 120.5, 31.5), 4490)
    assert fault.kind == "web_mercator"
    assert "EPSG:4491" in fault.fix.zh
    (fault,) = examine(places(4491, 75.5, 39.0), 4502)
    assert fault.facts["suggested"] == "--crs EPSG:4491"


def test_a_zone_wrong_by_one_cannot_be_seen_without_knowing_the_place():
    assert examine(places(4546), 4547) == ()


def test_one_stray_object_is_named_and_not_taken_for_another_system():
    (fault,) = examine(np.vstack([places(4547), [[0.0, 0.0]]]), 4547)
    assert (fault.kind, fault.facts["count"]) == ("some_outside", 1)


def test_a_layer_elsewhere_is_only_remarked():
    (fault,) = examine(places(4490, 118, 30), 4490, around=COUNTY)
    assert (fault.kind, fault.refuse) == ("elsewhere", False)


def test_nonsense_is_refused_without_a_guess():
    (fault,) = examine(np.array([[1.0, 2.0]]), 4490)
    assert fault.kind == "outside"
    assert "suggested" not in fault.facts


def test_a_province_kept_in_one_zone_is_no_fault():
    """Henan reaches from 110.4 to 116.6°E and is often kept in zone 38 (114°E) as a whole."""
    wide = np.vstack([places(4547, 110.4), places(4547, 116.6)])
    assert examine(wide, 4547) == ()


@pytest.mark.parametrize(
    ("found", "around", "options"),
    [
        (places(4526), None, ("--crs EPSG:4526",)),
        (places(4490), None, ("--crs EPSG:4490",)),
        (places(4547), COUNTY, ("--crs EPSG:4547",)),
        (places(4547), None, ()),
        (swapped(4490), None, ("--swap-axes --crs EPSG:4490",)),
    ],
)
def test_coordinates_without_a_system_suggest_one_where_they_can(found, around, options):
    assert likely(found, around) == options


@settings(max_examples=60, deadline=None)
@given(lon=st.floats(75.2, 133.8), lat=st.floats(19, 52), number=st.booleans())
def test_anywhere_in_china_the_right_label_passes_and_the_other_numbering_is_found(lon, lat, number):
    right, wrong = epsg_for(lon, 3, number), epsg_for(lon, 3, not number)
    found = places(right, lon, lat)
    assert examine(found, right) == ()
    (fault,) = examine(found, wrong)
    assert fault.kind == ("zone_number_unsaid" if number else "zone_number_missing")
    assert fault.facts["suggested"] == f"--crs EPSG:{right}"


@settings(max_examples=60, deadline=None)
@given(lon=st.floats(75.2, 133.8), lat=st.floats(19, 52), epsg=st.sampled_from([4490, 0]))
def test_anywhere_in_china_swapped_axes_are_found(lon, lat, epsg):
    label = epsg or epsg_for(lon)
    (fault,) = examine(places(label, lon, lat)[:, ::-1], label)
    assert (fault.kind, fault.facts["suggested"]) == ("swapped_axes", "--swap-axes")
