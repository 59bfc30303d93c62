"""CGCS2000 and its zones are recognised however they are written."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from tuban.errors import ForeignCRS, UnknownCRS, WrongUse
from tuban.geo.crs import convert, epsg_for, understand

ESRI_BASE = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def esri_prj(name: str, meridian: float, easting: float, projection: str = "Gauss_Kruger") -> str:
    return (
        f'PROJCS["{name}",{ESRI_BASE},PROJECTION["{projection}"],PARAMETER["False_Easting",{easting}],'
        f'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
        'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


@pytest.mark.parametrize("zone", range(25, 46))
def test_every_3_degree_zone_is_known_by_its_code_with_and_without_number(zone):
    with_number, without = understand(4488 + zone), understand(f"EPSG:{4509 + zone}")
    for known in (with_number, without):
        assert (known.kind, known.zone, known.central_meridian) == ("gk3", zone, 3 * zone)
    assert (with_number.epsg, with_number.with_zone_number) == (4488 + zone, True)
    assert (without.epsg, without.with_zone_number) == (4509 + zone, False)


@pytest.mark.parametrize("zone", range(13, 24))
def test_every_6_degree_zone_is_known_by_its_code_with_and_without_number(zone):
    with_number, without = understand(4478 + zone), understand(4489 + zone)
    assert (with_number.kind, with_number.zone, with_number.central_meridian) == ("gk6", zone, 6 * zone - 3)
    assert (with_number.epsg, without.epsg) == (4478 + zone, 4489 + zone)
    assert (with_number.with_zone_number, without.with_zone_number) == (True, False)


@pytest.mark.parametrize("said", [4490, "4490", "EPSG:4490", "epsg:4490", ESRI_BASE, "EPSG:4490+5737", 4480])
def test_geographic_cgcs2000_is_known_however_it_is_written(said):
    known = understand(said)
    assert (known.epsg, known.kind, known.is_cgcs2000) == (4490, "geographic", True)


@pytest.mark.parametrize(
    ("prj", "epsg"),
    [
        (esri_prj("CGCS2000_3_Degree_GK_Zone_38", 114.0, 38500000.0), 4526),
        (esri_prj("CGCS2000_3_Degree_GK_CM_114E", 114.0, 500000.0), 4547),
        (esri_prj("CGCS2000_3_Degree_GK_CM_111E", 111.0, 500000.0), 4546),
        (esri_prj("CGCS2000_GK_CM_111E", 111.0, 500000.0), 4508),
        (esri_prj("CGCS2000_GK_Zone_19", 111.0, 19500000.0), 4497),
        (esri_prj("CGCS2000_3_Degree_GK_Zone_37", 111.0, 37500000.0, "Transverse_Mercator"), 4525),
        (esri_prj("county grid of somebody", 114.0, 38500000.0), 4526),
    ],
)
def test_projection_files_of_esri_are_known_by_their_parameters(prj, epsg):
    assert understand(prj).epsg == epsg


@pytest.mark.parametrize("epsg", [4490, 4497, 4508, 4526, 4547])
@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_texts_without_any_code_are_known_by_datum_and_parameters(epsg, dialect):
    import re

    text = CRS.from_epsg(epsg).to_wkt(dialect)
    bare = re.sub(r',\s*(AUTHORITY|ID)\["EPSG",\s*"?\d+"?\]', "", text)
    assert "EPSG" not in bare
    assert understand(bare).epsg == epsg


@pytest.mark.parametrize(
    ("said", "epsg"),
    [
        (4326, 4326),
        (3857, 3857),
        (4610, 4610),
        (4214, 4214),
        (2383, 2383),
        (4258, 4258),
        (32650, 32650),
        (4479, 4479),
    ],
)
def test_what_is_not_cgcs2000_is_foreign_even_on_the_same_ellipsoid(said, epsg):
    known = understand(said)
    assert (known.kind, known.epsg, known.is_cgcs2000) == ("foreign", epsg, False)


def test_a_meridian_of_its_own_is_no_standard_zone():
    assert understand(esri_prj("city grid", 113.5, 500000.0)).kind == "foreign"


@pytest.mark.parametrize("said", [None, "", "  ", 'LOCAL_CS["x",UNIT["m",1]]', "no such system", 999999])
def test_an_absent_or_unreadable_system_is_an_error_that_says_what_to_pass(said):
    with pytest.raises(UnknownCRS) as caught:
        understand(said)
    assert "EPSG:4490" in caught.value.fix.zh
    assert "EPSG:4490" in caught.value.fix.en


@pytest.mark.parametrize(
    ("lon", "width", "with_number", "epsg"),
    [
        (113.5, 3, False, 4547),
        (113.5, 3, True, 4526),
        (112.5, 3, True, 4526),
        (112.4999, 3, True, 4525),
        (75.0, 3, False, 4534),
        (135.0, 3, True, 4533),
        (113.5, 6, False, 4508),
        (114.0, 6, True, 4498),
        (75.0, 6, True, 4491),
    ],
)
def test_the_zone_of_a_longitude_follows_the_formula(lon, width, with_number, epsg):
    assert epsg_for(lon, width, with_number) == epsg


@given(st.floats(73.6, 136.4), st.sampled_from([3, 6]), st.booleans())
def test_the_zone_of_a_longitude_is_the_one_whose_meridian_is_nearest(lon, width, with_number):
    known = understand(epsg_for(lon, width, with_number))
    assert known.central_meridian is not None
    assert abs(lon - known.central_meridian) <= width / 2 + 1e-9
    assert known.with_zone_number is with_number


@pytest.mark.parametrize(("lon", "width"), [(2.3, 3), (180, 3), (113, 4)])
def test_no_zone_of_cgcs2000_lies_outside_china(lon, width):
    with pytest.raises(WrongUse):
        epsg_for(lon, width)


@settings(max_examples=30, deadline=None)
@given(st.floats(112.6, 115.4), st.floats(18, 53))
def test_conversion_there_and_back_loses_nothing(lon, lat):
    place = np.array([shapely.Point(lon, lat)])
    there, note = convert(place, 4490, 4526)
    back, _ = convert(there, "EPSG:4526", "EPSG:4490")
    assert 38_000_000 < there[0].x < 39_000_000
    assert (back[0].x, back[0].y) == pytest.approx((lon, lat), abs=1e-9)
    assert "无精度损失" in note.zh


def test_wgs84_passes_with_its_accuracy_said():
    moved, note = convert(shapely.points([[113.5, 33.3]]), 4326, 4547)
    expected = Transformer.from_crs(4490, 4547, always_xy=True).transform(113.5, 33.3)
    assert (moved[0].x, moved[0].y) == pytest.approx(expected, abs=1e-6)
    assert "1 米" in note.zh


@pytest.mark.parametrize("old", [4610, 4214, 2383])
def test_the_old_chinese_systems_are_refused_since_no_parameters_are_published(old):
    place = shapely.points([[113.5, 33.3]]) if old != 2383 else shapely.points([[500000, 3690000]])
    with pytest.raises(ForeignCRS) as caught:
        convert(place, old, 4490)
    assert "测绘" in caught.value.fix.zh


def test_a_foreign_target_is_refused():
    with pytest.raises(ForeignCRS):
        convert(shapely.points([[113.5, 33.3]]), 4490, 4326)
