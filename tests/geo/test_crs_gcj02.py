"""GCJ-02 is found by its shift against a sound outline, and nothing else is taken for it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tuban.errors import WrongCRS
from tuban.geo.crs_gcj02 import compare, faults, gcj02
from tuban.geo.io import read_layer

# 舞钢 and the counties of 焦作 that both sources have.
COUNTIES = ["410481", *(f"4108{n:02d}" for n in (2, 3, 4, 11, 21, 22, 23, 25, 82, 83))]


def lumpy(lon: float = 113.5, lat: float = 33.3, radius_deg: float = 0.12) -> np.ndarray:
    """A county-like outline whose form fits nowhere but on itself."""
    turn = np.linspace(0, 2 * np.pi, 721)[:-1]
    radius = radius_deg * (
        1 + 0.2 * np.sin(3 * turn) + 0.07 * np.sin(11 * turn + 1) + 0.03 * np.sin(29 * turn)
    )
    return np.array(
        [shapely.Polygon(np.column_stack([lon + radius * np.cos(turn), lat + radius * np.sin(turn)]))]
    )


def moved(outline: np.ndarray, east_m: float, north_m: float) -> np.ndarray:
    step = [east_m / (111_320 * np.cos(np.radians(33.3))), north_m / 110_946]
    return shapely.transform(outline, lambda xy: xy + step)


def shifted(outline: np.ndarray) -> np.ndarray:
    return shapely.transform(outline, lambda xy: np.column_stack(gcj02(*xy.T)))


def test_the_formula_gives_the_published_example():
    """The example that implementations of the formula have in common: Tian'anmen."""
    lon, lat = gcj02(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-12)


def test_an_outline_put_through_the_formula_is_recognised():
    found = compare(shifted(lumpy()), lumpy())
    assert found is not None
    assert found.verdict == "gcj02"
    assert found.shift_m == pytest.approx(found.theory_m, abs=10)
    assert found.residual_m < 20 < found.unshifted_m
    (fault,) = faults(found)
    assert "GCJ-02" in fault.problem.zh
    assert f"{found.shift_m[0]:+.0f}" in fault.problem.en


def test_a_sound_layer_against_a_shifted_reference_blames_the_reference():
    found = compare(lumpy(), shifted(lumpy()))
    assert found is not None
    assert found.verdict == "reference_gcj02"


@settings(max_examples=15, deadline=None)
@given(east=st.floats(-60, 60), north=st.floats(-60, 60))
def test_a_mismatch_of_some_ten_metres_is_no_fault(east, north):
    found = compare(moved(lumpy(), east, north), lumpy())
    assert found is not None
    assert faults(found) == ()
    assert found.shift_m == pytest.approx((east, north), abs=10)


def test_another_shift_of_that_length_is_not_called_gcj02():
    found = compare(moved(lumpy(), -400, 420), lumpy())
    assert found is not None
    assert found.verdict == "shifted"
    assert faults(found)[0].kind == "shifted"


def test_a_small_object_that_would_fit_anywhere_proves_nothing():
    small = np.array([shapely.box(113.60, 33.30, 113.61, 33.31)])
    assert compare(small, lumpy()) is None


def test_the_same_county_in_many_pieces_gives_the_same_answer():
    grid = [
        shapely.box(113.3 + i / 50, 33.1 + j / 50, 113.32 + i / 50, 33.12 + j / 50)
        for i in range(20)
        for j in range(20)
    ]
    cut = shapely.intersection(np.array(grid), lumpy()[0])
    pieces = cut[~shapely.is_empty(cut)]
    found = compare(shifted(pieces), lumpy())
    assert found is not None
    assert found.verdict == "gcj02"


@pytest.mark.shared
@pytest.mark.parametrize("code", COUNTIES)
def test_real_raw_outlines_are_recognised_and_true_ones_are_not(shared, code):
    raw = gpd.read_file(shared / "data/admin/boundaries_gcj02_raw_2016.geojson")
    true = gpd.read_file(shared / "data/admin/boundaries_wgs84.gpkg", layer="county_amap")
    reference = gpd.read_file(shared / "data/admin/boundaries_wgs84.gpkg", layer="county_tianditu")

    def outline(frame, column):
        return np.asarray(frame.loc[frame[column].astype(str) == code].geometry.array)

    sound = outline(reference, "district_adcode")
    shifted_one = compare(outline(raw, "adcode"), sound)
    true_one = compare(outline(true, "district_adcode"), sound)
    assert shifted_one is not None
    assert true_one is not None
    assert shifted_one.verdict == "gcj02"
    assert true_one.verdict == "agrees"
    assert np.hypot(*true_one.shift_m) < 120


@pytest.mark.shared
def test_a_real_raw_file_is_refused_with_the_measured_shift(shared):
    reference = gpd.read_file(shared / "data/admin/boundaries_wgs84.gpkg", layer="county_tianditu")
    wanted = reference["district_adcode"].astype(str).isin(COUNTIES)
    outline = reference.loc[wanted].geometry.to_crs("EPSG:4490")
    file = shared / "data/admin/boundaries_gcj02_raw_2016.geojson"
    with pytest.raises(WrongCRS) as caught:
        read_layer(file, convert_to="EPSG:4490", reference=outline)
    assert caught.value.facts["fault"] == "gcj02"
    assert caught.value.facts["shift_m"] == pytest.approx((500, -100), abs=120)
    # Without a reference nothing can be known, and nothing is claimed.
    assert len(read_layer(file, convert_to="EPSG:4490").frame) == 13
