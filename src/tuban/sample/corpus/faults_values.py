"""2101–2106 and 3101–3210: packages whose systems, fields or values are at fault."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.errors import Text
from tuban.sample.corpus.change import box, drawn, new_layer, put, rename
from tuban.sample.corpus.ground import CODE, NAME, SOUTH, WEST, object_id
from tuban.sample.corpus.model import Expect, Sample, World

_PLACE = {"XZQDM": CODE, "XZQMC": NAME}
_MAIN = ("XZQX", "DLTB", "YDYHGHFQ", "STBHHX", "YJJBNTBHTB", "CZKFBJ")


def _project(world: World, x: float, y: float) -> str:
    """Add one key project at a place (metres from the south-western corner)."""
    (own,) = new_layer(
        world, "JQZDXMD", 7, [shapely.Point(WEST + x, SOUTH + y)],
        XMMC="云溪水厂(示范)", XMZT="新增", YDWZLX="边界内", YDMJ=1.2, **_PLACE,
    )  # fmt: skip
    return own


def _in_system(world: World, layer: str, crs: str | None) -> None:
    frame = drawn(world, layer)
    if crs is None:
        geometry = gpd.GeoSeries(np.asarray(frame.geometry.array, dtype=object), index=frame.index, crs=None)
        world.layers[layer] = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=geometry)
    else:
        world.layers[layer] = frame.to_crs(crs)


def _renamed_system(world: World, crs: str) -> None:
    for name in list(world.layers):
        world.layers[name] = drawn(world, name).set_crs(crs, allow_override=True)


def _no_system(world: World) -> list[Expect]:
    _project(world, 1000, 600)
    _in_system(world, "JQZDXMD", None)
    return [Expect("2101", "JQZDXMD")]


def _foreign_system(world: World) -> list[Expect]:
    _project(world, 1000, 600)
    _in_system(world, "JQZDXMD", "EPSG:4326")
    return [Expect("2101", "JQZDXMD"), Expect("2102", "JQZDXMD")]


def _two_systems(world: World) -> list[Expect]:
    _project(world, 1000, 600)
    _in_system(world, "JQZDXMD", "EPSG:4490")
    return [Expect("2102", "JQZDXMD")]


def _zone_number(world: World) -> list[Expect]:
    # Eastings of 38,46x,xxx m under a system without a zone number.
    _renamed_system(world, "EPSG:4547")
    return [Expect("2103", name) for name in _MAIN]


def _far_away(world: World) -> list[Expect]:
    own = _project(world, 5000, 600)
    return [Expect("2104", "JQZDXMD", (own,))]


def _not_far(world: World) -> list[Expect]:
    # 500 m beyond the county: within the kilometre.
    _project(world, 2500, 600)
    return []


def _no_height(world: World) -> list[Expect]:
    return [Expect("2105", name) for name in _MAIN]


def _coarse_grid(world: World) -> list[Expect]:
    world.raw["gdb options"] = {"STBHHX": {"XYTOLERANCE": "0.01"}}
    return [Expect("2106", "STBHHX")]


def _field_missing(world: World) -> list[Expect]:
    world.layers["CZKFBJ"] = world.layers["CZKFBJ"].drop(columns="GHFQDM")
    # Without the codes neither the zones of the boundary nor their names can be judged.
    return [Expect("3101", "CZKFBJ")]


def _field_in_small_letters(world: World) -> list[Expect]:
    world.layers["STBHHX"] = world.layers["STBHHX"].rename(columns={"MJ": "mj"})
    return [Expect("3101", "STBHHX")]


def _area_as_text(world: World) -> list[Expect]:
    frame = world.layers["STBHHX"].copy()
    frame["MJ"] = pd.Series([f"{value:.2f}" for value in frame["MJ"]], index=frame.index, dtype="str")
    world.layers["STBHHX"] = frame
    return [Expect("3102", "STBHHX")]


def _text_too_long(world: World) -> list[Expect]:
    return [Expect("3102", "YDYHGHFQ", (put(world, "YDYHGHFQ", 1, "GHFQMC", "生态保护区" * 11),)),
            Expect("3203", "YDYHGHFQ", (object_id("YDYHGHFQ", 1),))]  # fmt: skip


def _extra_field(world: World) -> list[Expect]:
    frame = world.layers["STBHHX"].copy()
    frame.insert(3, "LINSHI", 1)
    world.layers["STBHHX"] = frame
    return [Expect("3103", "STBHHX")]


def _empty_mandatory(world: World) -> list[Expect]:
    return [
        Expect("3201", "DLTB", (put(world, "DLTB", 4, "QSDWMC", None),)),
        Expect("3201", "DLTB", (put(world, "DLTB", 5, "ZLDWMC", "  "),)),
    ]


def _unknown_class(world: World) -> list[Expect]:
    own = put(world, "DLTB", 2, "DLBM", "0199")
    return [Expect("3202", "DLTB", (own,))]


def _town_without_settlement(world: World) -> list[Expect]:
    return [Expect("3202", "DLTB", (put(world, "DLTB", 4, "CZCSXM", None),))]


def _slope_of_forest(world: World) -> list[Expect]:
    return [Expect("3202", "DLTB", (put(world, "DLTB", 16, "GDLX", "PD"),))]


def _padded_class(world: World) -> list[Expect]:
    """Write a planned class in its six-digit form, which is right."""
    new_layer(
        world, "GHYDYH", 28, [box(400, 400, 800, 800)],
        YDYHFLDM="010000", YDYHFLMC="耕地", GHZT="10", **_PLACE,
    )  # fmt: skip
    world.layers["GHYDYH"]["TBDLMJ"] = world.layers["GHYDYH"]["TBMJ"]
    return []


def _wrong_name(world: World) -> list[Expect]:
    return [Expect("3203", "DLTB", (put(world, "DLTB", 2, "DLMC", "水田"),))]


def _same_id(world: World) -> list[Expect]:
    own = object_id("DLTB", 1)
    put(world, "DLTB", 2, "BSM", own)
    return [Expect("3204", "DLTB", (own,))]


def _same_id_elsewhere(world: World) -> list[Expect]:
    # Unique in its layer, but not in the database.
    own = object_id("DLTB", 3)
    put(world, "STBHHX", 1, "BSM", own)
    return [Expect("3204", "DLTB", (own,))]


def _short_id(world: World) -> list[Expect]:
    put(world, "STBHHX", 1, "BSM", "99900100040001")
    return [Expect("3205", "STBHHX", ("99900100040001",))]


def _foreign_id(world: World) -> list[Expect]:
    put(world, "STBHHX", 1, "BSM", "410802000400000001")
    return [Expect("3205", "STBHHX", ("410802000400000001",))]


def _wrong_element_code(world: World) -> list[Expect]:
    return [Expect("3206", "DLTB", (put(world, "DLTB", 3, "YSDM", "2001010200"),))]


def _share_of_one(world: World) -> list[Expect]:
    # KCXS = 1 is not below 1; the areas follow the formula, so only the range is at fault.
    own = put(world, "DLTB", 2, "KCXS", 1.0)
    area = float(world.layers["DLTB"]["TBMJ"].iloc[1])
    put(world, "DLTB", 2, "KCDLBM", "1203")
    put(world, "DLTB", 2, "KCMJ", area)
    put(world, "DLTB", 2, "TBDLMJ", 0.0)
    return [Expect("3207", "DLTB", (own,))]


def _short_unit_code(world: World) -> list[Expect]:
    return [Expect("3207", "DLTB", (put(world, "DLTB", 6, "QSDWDM", "999001001001"),))]


def _unclean(world: World) -> list[Expect]:
    return [
        Expect("3208", "STBHHX", (put(world, "STBHHX", 1, "HXMC", "水源涵养生态保护红线1 "),)),
        Expect("3208", "STBHHX", (put(world, "STBHHX", 2, "HXBM", "999001-11-00２"),)),
    ]


def _garbled(world: World) -> list[Expect]:
    return [Expect("3208", "STBHHX", (put(world, "STBHHX", 1, "HXMC", "锟斤拷锟斤拷"),))]


def _old_edition(world: World) -> list[Expect]:
    # 2020: 0603 畜禽养殖设施建设用地 was dropped in 2023.
    (own,) = new_layer(
        world, "GHYDYH", 28, [box(400, 400, 800, 800)],
        YDYHFLDM="060300", YDYHFLMC="畜禽养殖设施建设用地", GHZT="10", **_PLACE,
    )  # fmt: skip
    world.layers["GHYDYH"]["TBDLMJ"] = world.layers["GHYDYH"]["TBMJ"]
    return [Expect("3209", "GHYDYH", (own,))]


def _small_letters(world: World) -> list[Expect]:
    rename(world, "STBHHX", "stbhhx")
    return [Expect("1202", "STBHHX")]


PROFILE_HEIGHT = """name: corpus-height
title: {zh: 要求高程基准, en: Asks for the height datum}
extends: national-2021
quality:
  rules:
    "2105":
      parameters: {asked: true}
"""

SAMPLES: tuple[Sample, ...] = (
    Sample(
        "1202-small-letters",
        Text("图层名小写", "A layer name in small letters"),
        "gpkg",
        ("1202",),
        _small_letters,
    ),
    Sample(
        "2101-no-system", Text("图层没有坐标系", "A layer without a system"), "gpkg", ("2101",), _no_system
    ),
    Sample(
        "2101-foreign-system",
        Text("图层为 WGS 84", "A layer in WGS 84"),
        "gdb",
        ("2101", "2102"),
        _foreign_system,
    ),
    Sample(
        "2102-two-systems", Text("一个图层为经纬度", "One layer in degrees"), "gpkg", ("2102",), _two_systems
    ),
    Sample(
        "2103-zone-number",
        Text("坐标带带号而坐标系不带", "Zone numbers under a system without"),
        "gpkg",
        ("2103",),
        _zone_number,
    ),
    Sample(
        "2104-far-away",
        Text("项目点在县外 3 公里", "A project 3 km outside the county"),
        "gpkg",
        ("2104",),
        _far_away,
    ),
    Sample(
        "2104-good",
        Text("项目点在县外 500 米,合格", "A project 500 m outside: allowed"),
        "gpkg",
        ("2104",),
        _not_far,
    ),
    Sample(
        "2105-no-height",
        Text("未写明高程基准", "No height datum named"),
        "gpkg",
        ("2105",),
        _no_height,
        profile=PROFILE_HEIGHT,
    ),
    Sample(
        "2106-coarse-grid", Text("坐标容差 1 厘米", "A tolerance of 1 cm"), "gdb", ("2106",), _coarse_grid
    ),
    Sample(
        "3101-field-missing",
        Text("缺少规划分区代码字段", "No field of zone codes"),
        "gpkg",
        ("3101",),
        _field_missing,
    ),
    Sample(
        "3101-small-letters",
        Text("字段名小写", "A field name in small letters"),
        "gpkg",
        ("3101",),
        _field_in_small_letters,
    ),
    Sample("3102-area-as-text", Text("面积为文本", "Areas as text"), "gpkg", ("3102",), _area_as_text),
    Sample(
        "3102-text-too-long", Text("名称超长", "A name too long"), "gpkg", ("3102", "3203"), _text_too_long
    ),
    Sample("3103-extra-field", Text("多余字段", "A field too many"), "gdb", ("3103",), _extra_field),
    Sample(
        "3201-empty",
        Text("必填字段为空", "Mandatory fields empty"),
        "gpkg",
        ("3201", "3208"),
        _empty_mandatory,
    ),
    Sample("3202-unknown-class", Text("地类编码不存在", "No such class"), "gdb", ("3202",), _unknown_class),
    Sample(
        "3202-no-settlement",
        Text("城镇住宅缺城镇村属性码", "A town parcel without settlement code"),
        "gpkg",
        ("3202",),
        _town_without_settlement,
    ),
    Sample(
        "3202-slope-of-forest",
        Text("林地填了耕地类型", "Forest with a cultivation type"),
        "gpkg",
        ("3202",),
        _slope_of_forest,
    ),
    Sample(
        "3202-good-padded",
        Text("六位补零代码,合格", "A padded code: allowed"),
        "gpkg",
        ("3202",),
        _padded_class,
    ),
    Sample(
        "3203-wrong-name",
        Text("地类名称与编码不符", "Name and code disagree"),
        "gpkg",
        ("3203",),
        _wrong_name,
    ),
    Sample(
        "3204-same-id", Text("层内标识码重复", "An identifier twice in a layer"), "gpkg", ("3204",), _same_id
    ),
    Sample(
        "3204-same-id-elsewhere",
        Text("库内标识码重复", "An identifier twice in the database"),
        "gdb",
        ("3204",),
        _same_id_elsewhere,
    ),
    Sample("3205-short", Text("标识码 14 位", "An identifier of 14 digits"), "gpkg", ("3205",), _short_id),
    Sample(
        "3205-foreign",
        Text("标识码为外县代码", "An identifier of another county"),
        "gpkg",
        ("3205",),
        _foreign_id,
    ),
    Sample(
        "3206-element-code",
        Text("要素代码错误", "A wrong element code"),
        "gpkg",
        ("3206",),
        _wrong_element_code,
    ),
    Sample(
        "3207-share-of-one", Text("扣除系数等于 1", "A deduction of all"), "gpkg", ("3207",), _share_of_one
    ),
    Sample(
        "3207-short-unit",
        Text("权属单位代码 12 位", "A unit code of 12 digits"),
        "gpkg",
        ("3207",),
        _short_unit_code,
    ),
    Sample(
        "3208-unclean",
        Text("尾部空格、全角数字", "Trailing blank, full-width digit"),
        "gpkg",
        ("3208",),
        _unclean,
    ),
    Sample("3208-garbled", Text("乱码", "Mojibake"), "gdb", ("3208",), _garbled),
    Sample(
        "3209-old-edition",
        Text("混用 2020 试行分类", "Classes of the 2020 trial"),
        "gpkg",
        ("3209",),
        _old_edition,
    ),
)
