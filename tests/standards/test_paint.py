import re

import pytest

from tuban.standards.load import profile, shipped_profiles
from tuban.standards.paintbook import check_paint, paint_file

NATIONAL = profile()


def channels(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_layer_that_has_a_shape_can_be_drawn(name):
    for spec in profile(name).layers:
        paint = spec.paint
        assert spec.geometry == "table" or paint.fill or paint.line or paint.colours, spec.code
        for colour in (paint.fill, paint.line, paint.casing, *(c for _, c, _ in paint.colours)):
            assert colour is None or re.fullmatch(r"#[0-9a-f]{6}", colour)
        assert 0 <= paint.fill_opacity <= 1
        assert bool(paint.by) == bool(paint.colours), spec.code


def test_the_paint_file_holds_only_what_paint_knows_and_layers_that_exist():
    doc = paint_file()
    for code, keys in doc.whole()["layers"].items():
        own = {key: value for key, value in keys.items() if key != "like"}
        check_paint(doc, ("layers", code), own)
        assert NATIONAL.layer(code).code == code
        assert "like" not in keys or keys["like"] in doc.whole()["layers"]
    for group, keys in doc.whole()["defaults"].items():
        check_paint(doc, ("defaults", group), keys)


def test_the_three_lines_keep_their_customary_look():
    farmland, redline, boundary = (NATIONAL.layer(c).paint for c in ("YJJBNTBHTB", "STBHHX", "CZKFBJ"))
    red, green, blue = channels(farmland.fill)
    assert green > red > blue  # yellow-green
    red, green, blue = channels(redline.fill)
    assert green > red and green > blue
    assert channels(redline.line)[0] > 2 * max(channels(redline.line)[1:])  # outlined red
    assert channels(boundary.line)[0] > 2 * max(channels(boundary.line)[1:])
    assert boundary.casing == "#000000" and boundary.dash  # black and red, dashed


def test_the_city_lines_are_green_blue_yellow_and_purple():
    def line(code):
        return channels(NATIONAL.layer(code).paint.line)

    red, green, blue = line("ZXCQCSLVX")
    assert green > red and green > blue
    red, green, blue = line("ZXCQCSLX")
    assert blue > green > red
    red, green, blue = line("ZXCQCSHX")
    assert red > blue and green > blue
    red, green, blue = line("ZXCQCSZX")
    assert red > green and blue > green


def test_land_patches_take_the_colours_of_their_plan_classes():
    survey = {value: colour for value, colour, _ in NATIONAL.layer("DLTB").paint.colours}
    planned = {value: colour for value, colour, _ in NATIONAL.layer("GHYDYH").paint.colours}
    assert survey["0101"] == planned["0101"] == "#f5f8dc"  # 245 248 220 in the standard's table
    assert survey["0702"] == planned["0703"]


def test_fills_of_land_use_and_zones_let_borders_show_through():
    for code in ("DLTB", "XZYDYH", "GHFQ", "YDYHGHFQ", "ZXCQGHYDYH"):
        assert 0.4 <= NATIONAL.layer(code).paint.fill_opacity <= 0.6


def test_administrative_areas_are_outlines_with_names():
    for code in ("XZQX", "XZQXZ", "XZQC"):
        paint = NATIONAL.layer(code).paint
        assert (paint.fill_opacity, paint.label) == (0, "XZQMC")
