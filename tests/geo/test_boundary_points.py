"""Boundary-point files of land approval: the grammar, its dialects, its checks, and the round trip."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tuban.errors import (
    BrokenFile,
    ForeignCRS,
    InvalidGeometry,
    UnknownCRS,
    UnknownEncoding,
    WrongCRS,
    WrongUse,
)
from tuban.geo.boundary_points import Style, parse, read, text_of

HEADER = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
# A 100 m square with a 20 m square hole in zone 38: 10 000 − 400 = 9 600 m².
OUTER = [(3700100, 38500000), (3700100, 38500100), (3700000, 38500100), (3700000, 38500000)]
INNER = [(3700060, 38500040), (3700040, 38500040), (3700040, 38500060), (3700060, 38500060)]


def ring(points, number, first=1, closed=True, letter="J"):
    rows = [(f"{letter}{first + at}", x, y) for at, (x, y) in enumerate(points)]
    if closed:
        rows.append(rows[0])
    return [f"{label},{number},{x:.3f},{y:.3f}" for label, x, y in rows]


def plot(line="10,0.9600,1,地块1,面,,工业用地,1001,@", rings=None):
    rings = rings or [*ring(OUTER, 1), *ring(INNER, 2, 5)]
    return "\n".join([line, *rings]) + "\n"


SAMPLE = HEADER + plot()


def codes(file):
    return [remark.code for remark in file.remarks]


def test_a_square_with_a_hole_has_the_area_that_the_file_states():
    file = parse(SAMPLE)
    (row,) = file.frame().to_dict("records")
    assert file.crs == "EPSG:4526"  # 3-degree zone 38 with its number in the easting
    assert row["geometry"].area == pytest.approx(9600)
    assert row["DKMJ"] == 0.96
    assert (row["DKBH"], row["DKMC"], row["DKYT"], row["DLBM"]) == ("1", "地块1", "工业用地", "1001")
    assert file.remarks == ()


def test_a_ring_with_a_higher_number_outside_the_first_is_a_part_and_not_a_hole():
    apart = [(x + 500, y) for x, y in INNER]
    (shape,) = (
        parse(HEADER + plot("10,1.0400,1,两块,面,,工业用地,1001,@", [*ring(OUTER, 1), *ring(apart, 2, 5)]))
        .frame()
        .geometry
    )
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(10_400)


def test_an_island_in_a_hole_is_land_again():
    island = [(3700055, 38500045), (3700045, 38500045), (3700045, 38500055), (3700055, 38500055)]
    rings = [*ring(OUTER, 1), *ring(INNER, 2, 5), *ring(island, 3, 9)]
    (shape,) = parse(HEADER + plot("15,0.9700,1,岛,面,,工业用地,1001,@", rings)).frame().geometry
    assert shape.area == pytest.approx(9_700)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SAMPLE.replace("J1,1,3700100.000,38500000.000", "J1,1,38500000.000,3700100.000"), "mixed"),
        (SAMPLE.replace("带号=38", "带号=39"), "zone"),
        (SAMPLE.replace("几度分带=3", "几度分带=6"), "width"),
        (SAMPLE.replace("38500", "500").replace("带号=38\n", ""), "no zone"),
        (SAMPLE.replace("坐标系=2000国家大地坐标系", "坐标系=1980西安坐标系"), "datum"),
        (SAMPLE.replace("坐标系=2000国家大地坐标系\n", ""), "no datum"),
        (SAMPLE.replace("3700100.000", "370010.000"), "northing"),
    ],
)
def test_a_system_that_is_in_doubt_is_refused_and_never_guessed(text, code):
    errors = {"datum": ForeignCRS, "no zone": UnknownCRS, "no datum": UnknownCRS}
    with pytest.raises(errors.get(code, WrongCRS)) as caught:
        parse(text)
    assert caught.value.fix.zh
    assert caught.value.fix.en


def test_exchanged_columns_are_understood_and_told():
    lines = [*ring([(y, x) for x, y in OUTER], 1)]
    file = parse(HEADER + plot("5,1.0000,1,甲,面,,工业用地,1001,@", lines))
    assert codes(file) == ["N3"]
    assert file.frame().geometry.area.tolist() == pytest.approx([10_000])
    assert file.frame().total_bounds[0] == 38_500_000


def test_a_missing_zone_number_is_taken_from_the_header_and_told():
    file = parse(SAMPLE.replace("38500", "500"))
    assert codes(file) == ["N4"]
    assert file.frame().total_bounds[0] == 38_500_000


def test_six_degree_zones_have_their_own_meridian():
    text = SAMPLE.replace("几度分带=3", "几度分带=6").replace("带号=38", "带号=19").replace("38500", "19500")
    assert parse(text).crs == "EPSG:4497"


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("10,0.9600公顷,1,地块1,面,,工业用地,1001,@", 0),
        ("10,0.9600,1,地块1,面,,工业用地,@", 0),
        ("10,0.9600,1,地块1,面,,工业用地,1001,甲,水浇地,5,6,备注,@", 5),
        ("10, 0.9600 ,1,地块1,面,,工业用地,1001@", 0),
    ],
)
def test_dialects_of_the_plot_line(line, fields):
    (found,) = parse(HEADER + plot(line)).plots
    assert found.area_ha == 0.96
    assert len(found.extra) == fields


def test_coordinates_without_a_plot_line_are_one_plot():
    file = parse(HEADER + "\n".join(ring(OUTER, 1)))
    assert "N2" in codes(file)
    assert file.frame().geometry.area.tolist() == pytest.approx([10_000])


def test_closing_points_may_be_left_out_and_numbers_may_begin_anew():
    rings = [*ring(OUTER, 1, closed=False), *ring(INNER, 2, 1, closed=False, letter="")]
    file = parse(HEADER + plot("8,0.9600,1,地块1,面,,工业用地,1001,@", rings))
    assert file.remarks == ()
    assert file.frame().geometry.area.tolist() == pytest.approx([9_600])


def test_full_width_marks_are_read_and_told():
    file = parse(SAMPLE.replace(",0.9600,", "，0．9600，").replace("[地块坐标]", " 【地块坐标】 "))
    assert codes(file) == ["N1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path, encoding, end):
    path = tmp_path / "宗地.txt"
    path.write_bytes(SAMPLE.replace("\n", end).encode(encoding))
    (found,) = read(path).plots
    assert found.use == "工业用地"


@pytest.mark.parametrize(
    ("plots", "code"),
    [
        (plot("10,0.9500,1,地块1,面,,工业用地,1001,@"), "E6"),
        (plot("10,9600,1,地块1,面,,工业用地,1001,@"), "E6"),
        (plot() + plot(), "E7"),
        (plot(rings=ring(OUTER[:2], 1)), "E2"),
        (plot(rings=ring([OUTER[0], OUTER[2], OUTER[1], OUTER[3]], 1)), "E4"),
        (plot(rings=ring([(3700000, 38500000), (3700050, 38500050), (3700100, 38500100)], 1)), "E4"),
        (plot(rings=[*ring(OUTER, 1), *ring([(x + 50, y) for x, y in OUTER], 2, 5)]), "E8"),
        (plot(rings=[*ring(OUTER, 1), *ring(OUTER, 2, 5)]), "E8"),
        (plot("99,0.9600,1,地块1,面,,工业用地,1001,@"), "W1"),
        (plot("10,0.9600,1,,面,,,,@"), "W2"),
        (plot(rings=[*ring(OUTER, 1), *ring(INNER, 2, 50)]), "W3"),
    ],
)
def test_each_fault_has_its_code(plots, code):
    file = parse(HEADER + plots)
    assert code in codes(file)
    assert all(remark.line > 0 for remark in file.remarks)
    assert bool(file.errors) == code.startswith("E")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("没有标记\n", 1),
        ("[属性描述]\n坐标系=2000\n", 1),
        (HEADER + "10,0.96,1,地块1,面,,工业用地,1001\n", 11),
        (HEADER + plot() + "J9,1,abc,38500000\n", 22),
        (HEADER + plot() + "J9,x,3700000,38500000\n", 22),
        (HEADER + "4,abc,1,甲,面,,,,@\n" + "\n".join(ring(OUTER, 1)), 11),
        (HEADER + plot() + "什么\n", 22),
        (HEADER + plot() + "[别的]\n", 22),
        (HEADER + "4,1,1,甲,面,,,,@\n" + plot(), 11),
        (HEADER, 10),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, line):
    with pytest.raises(BrokenFile) as caught:
        parse(text)
    assert caught.value.facts["line"] == line


def test_files_that_are_no_text_are_refused(tmp_path):
    for name, data, error in (
        ("leer.txt", b"", BrokenFile),
        ("bild.txt", bytes(range(256)) * 9, UnknownEncoding),
        ("binaer.txt", b"\x93\xfa\x81" * 99, UnknownEncoding),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(error):
            read(path)


def test_thousands_of_rings_are_no_trap():
    rings = []
    for at in range(3000):
        corner = [(3700000 + at % 60 * 10, 38500000 + at // 60 * 10)] * 4
        steps = ((0, 0), (0, 5), (5, 5), (5, 0))
        rings += ring([(x + a, y + b) for (x, y), (a, b) in zip(corner, steps, strict=True)], at + 1)
    file = parse(HEADER + plot("15000,7.5,1,很多,面,,工业用地,1001,@", rings))
    assert file.frame().geometry.area.tolist() == pytest.approx([75_000])
    assert not file.errors


def frame(shapes, crs="EPSG:4526", **columns):
    return gpd.GeoDataFrame({"DKYT": ["工业用地"] * len(shapes), **columns}, geometry=shapes, crs=crs)


def test_what_is_written_is_the_strict_form():
    square = shapely.box(38_500_000, 3_700_000, 38_500_100, 3_700_100)
    text = text_of(frame([square], DLBM=["1001"]), made_by="某县自然资源局", made_on="2026-01-15")
    assert text.endswith("\r\n")
    lines = text.split("\r\n")
    assert lines[0] == "[属性描述]"
    assert lines[10:13] == ["转换参数=,,,,,,", "[地块坐标]", "5,1.0000,1,地块1,面,,工业用地,1001,@"]
    assert lines[13].startswith("J1,1,37")
    assert lines[13] == lines[17]


def test_a_zone_without_number_gets_it_and_degrees_are_refused():
    square = shapely.box(500_000, 3_700_000, 500_100, 3_700_100)
    text = text_of(frame([square], crs="EPSG:4547"), made_by="甲", made_on="2026-01-15")
    assert parse(text).frame().total_bounds[0] == 38_500_000
    with pytest.raises(ForeignCRS):
        text_of(frame([square], crs="EPSG:4490"), made_by="甲", made_on="2026-01-15")


def test_what_cannot_be_written_is_refused_by_name():
    bow = shapely.Polygon(
        [(38500000, 3700000), (38500100, 3700100), (38500100, 3700000), (38500000, 3700100)]
    )
    with pytest.raises(InvalidGeometry):
        text_of(frame([bow]), made_by="甲", made_on="2026-01-15")
    square = shapely.box(38_500_000, 3_700_000, 38_500_100, 3_700_100)
    with pytest.raises(WrongUse):
        text_of(frame([square], DKMC=["一,二"]), made_by="甲", made_on="2026-01-15")
    with pytest.raises(WrongUse):
        text_of(frame([]), made_by="甲", made_on="2026-01-15")


SIZES = st.integers(200, 5_000_000)


@given(
    west=st.integers(38_166_000_000, 38_760_000_000),
    south=st.integers(1_900_000_000, 5_900_000_000),
    width=SIZES,
    height=SIZES,
    hole=st.booleans(),
    parts=st.integers(1, 3),
    restart=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back_to_the_millimetre(west, south, width, height, hole, parts, restart):
    """Coordinates are whole millimetres here, so nothing may change."""
    shapes = []
    for at in range(parts):
        left = west + at * 2 * width
        box = shapely.box(left / 1000, south / 1000, (left + width) / 1000, (south + height) / 1000)
        inner = shapely.box(
            (left + width // 4) / 1000,
            (south + height // 4) / 1000,
            (left + width // 2) / 1000,
            (south + height // 2) / 1000,
        )
        shapes.append(shapely.Polygon(box.exterior, [inner.exterior]) if hole else box)
    shape = shapes[0] if parts == 1 else shapely.MultiPolygon(shapes)
    text = text_of(frame([shape]), made_by="甲", made_on="2026-01-15", style=Style(restart=restart))
    file = parse(text)
    (back,) = file.frame().geometry
    assert not file.errors
    assert shapely.equals(back, shape)
    again = text_of(file.frame(), made_by="甲", made_on="2026-01-15", style=Style(restart=restart))
    assert parse(again).frame().geometry.iloc[0].equals(shape)
