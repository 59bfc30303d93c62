"""6101–6302: packages whose areas, tables and texts do not agree."""

from __future__ import annotations

import shapely

from tuban.errors import Text
from tuban.sample.corpus.change import box, drawn, new_layer, put, reshape
from tuban.sample.corpus.delivery import (
    INDICATORS,
    TEXT,
    Words,
    indicator_rows,
    line_areas,
    workbook,
    zone_areas,
)
from tuban.sample.corpus.ground import CODE, cell, clockwise, farmland, object_id
from tuban.sample.corpus.model import Expect, Sample, World

# How findings name the tables of a document and the sheets of a workbook.
ZONES, LINES, ADDED = (f"{TEXT}:表{number}" for number in (1, 2, 3))


def _words(world: World) -> Words:
    found = world.raw["words"]
    assert isinstance(found, Words)
    return found


def _area_wrong(world: World) -> list[Expect]:
    # 0.2 % more than the shape has: twice what is allowed.
    area = float(world.layers["STBHHX"]["MJ"].iloc[0])
    return [Expect("6101", "STBHHX", (put(world, "STBHHX", 1, "MJ", round(area * 1.002, 2)),))]


def _area_within(world: World) -> list[Expect]:
    # 0.05 %: within a thousandth.
    area = float(world.layers["STBHHX"]["MJ"].iloc[0])
    put(world, "STBHHX", 1, "MJ", round(area * 1.0005, 2))
    return []


def _area_in_hectares(world: World) -> list[Expect]:
    area = float(world.layers["STBHHX"]["MJ"].iloc[1])
    return [Expect("6101", "STBHHX", (put(world, "STBHHX", 2, "MJ", round(area / 10_000, 4)),))]


def _control_area(world: World) -> list[Expect]:
    # The county's area is one square metre more than its parcels': within 0.1 %, but not their sum.
    area = float(world.layers["XZQX"]["MJ"].iloc[0])
    return [Expect("6102", "XZQX", (put(world, "XZQX", 1, "MJ", round(area + 1, 2)),))]


def _net_area(world: World) -> list[Expect]:
    area = float(world.layers["DLTB"]["TBMJ"].iloc[1])
    own = put(world, "DLTB", 2, "TBDLMJ", round(area - 5, 2))
    return [Expect("6103", "DLTB", (own,))]


def _deduction(world: World) -> list[Expect]:
    """Deduct a tenth as the standard has it: right."""
    area = float(world.layers["DLTB"]["TBMJ"].iloc[1])
    deducted = round(area * 0.1, 2)
    put(world, "DLTB", 2, "KCDLBM", "1203")
    put(world, "DLTB", 2, "KCXS", 0.1)
    put(world, "DLTB", 2, "KCMJ", deducted)
    put(world, "DLTB", 2, "TBDLMJ", round(area - deducted, 2))
    return []


def _total(world: World) -> list[Expect]:
    words = _words(world)
    total = round(sum(zone_areas().values()), 2)
    words.cell(0, len(zone_areas()), 1, f"{total + 0.05:.2f}")
    return [Expect("6104", ZONES)]


def _share(world: World) -> list[Expect]:
    # One share is half a point too large: it is not part over total, and the shares sum to 100.50.
    words = _words(world)
    tables = [one for one in words.parts if not isinstance(one, str)]
    words.cell(0, 0, 2, f"{float(tables[0][2][0][2]) + 0.5:.2f}")
    return [Expect("6105", ZONES), Expect("6105", ZONES)]


def _table_and_layer(world: World) -> list[Expect]:
    # Table and text agree with one another, not with the layer.
    words = _words(world)
    red = line_areas()["生态保护红线"]
    row = list(line_areas()).index("生态保护红线")
    words.cell(1, row, 1, f"{red + 0.5:.2f}")
    _say(words, f"生态保护红线{red:.2f}公顷", f"生态保护红线{red + 0.5:.2f}公顷")
    return [Expect("6201", LINES)]


def _say(words: Words, old: str, new: str) -> None:
    """Write otherwise in the paragraphs, not in the tables."""
    for number, one in enumerate(words.parts):
        if isinstance(one, str):
            words.parts[number] = one.replace(old, new)


def _text_and_table(world: World) -> list[Expect]:
    words = _words(world)
    red = line_areas()["生态保护红线"]
    _say(words, f"生态保护红线{red:.2f}公顷", f"生态保护红线{red + 2:.2f}公顷")
    return [Expect("6202", TEXT)]


def _text_in_other_unit(world: World) -> list[Expect]:
    """Say the same area in square kilometres: right."""
    words = _words(world)
    red = line_areas()["生态保护红线"]
    _say(words, f"{red:.2f}公顷", f"{red / 100:.4f}平方公里")
    return []


def _binding(world: World) -> list[Expect]:
    words = _words(world)
    words.parts.append(
        (
            "表3 约束性指标执行情况表",
            ["项目", "属性", "单位", "上级下达任务", "规划目标"],
            [
                ["耕地保有量", "约束性", "公顷", "175.00", "170.00"],
                ["用水总量", "约束性", "万立方米", "80.00", "75.00"],
            ],
        )
    )
    return [Expect("6203", ADDED)]


def _task(world: World) -> list[Expect]:
    # The indicator table asks for a hectare more redline than the layer has; the text says nothing of it.
    rows = indicator_rows()
    names = rows[0]
    for row in rows[1:]:
        if row[names.index("ZBMC")] == "生态保护红线":
            for column in ("XZJQN", "JQMBZ", "GHMBN"):
                row[names.index(column)] = round(line_areas()["生态保护红线"] + 1, 2)
    world.files[INDICATORS] = workbook({"ZBB": rows})
    _drop_line(world, "生态保护红线")
    return [Expect("6204", "STBHHX")]


def _drop_line(world: World, name: str) -> None:
    """Take a line's area out of text and table, so that only the indicator table speaks of it."""
    words = _words(world)
    area = f"{name}{line_areas()[name]:.2f}公顷,"
    for number, one in enumerate(words.parts):
        if isinstance(one, str):
            words.parts[number] = one.replace(area, "")
        else:
            title, heads, rows = one
            words.parts[number] = (title, heads, [row for row in rows if row[0] != name])


def _units(world: World) -> list[Expect]:
    # 48.00 ha are 720 mu, not 700.
    _words(world).parts.append("第10条 城镇新增绿地48.00公顷(700.00亩)。")
    return [Expect("6205", TEXT)]


def _units_right(world: World) -> list[Expect]:
    _words(world).parts.append("第10条 城镇新增绿地48.00公顷(720.00亩)。")
    return []


def _change(world: World) -> list[Expect]:
    _words(world).parts.append(
        (
            "表3 用地变化表",
            ["用地类型", "规划前(公顷)", "规划后(公顷)", "变化(公顷)"],
            [["甲类用地", "10.00", "12.50", "2.50"], ["乙类用地", "8.00", "7.00", "1.00"]],
        )
    )
    return [Expect("6206", ADDED)]


def _indicator_missing(world: World) -> list[Expect]:
    rows = indicator_rows()
    at = rows[0].index("ZBMC")
    world.files[INDICATORS] = workbook({"ZBB": [row for row in rows if row[at] != "耕地保有量"]})
    return [Expect("6301", f"{INDICATORS}:ZBB")]


def _years(world: World) -> list[Expect]:
    _words(world).change("基期为2020年", "基期为2019年")
    return [Expect("6302", TEXT)]


def _county_in_two_plans(world: World) -> list[Expect]:
    """Hand in a township's plan beside the county's: its redline is smaller than the county's within it."""
    return _township(world, box(0, 1200, 390, 1600))


def _township_right(world: World) -> list[Expect]:
    _township(world, cell(0, 3))
    return []


def _township(world: World, redline: shapely.Polygon) -> list[Expect]:
    upper = dict(world.layers)
    world.layers = {}
    town = f"{CODE}001"
    new_layer(world, "XZQXZ", 31, [box(0, 0, 800, 1600)], XZQDM=town, XZQMC="云溪镇(示范)")
    new_layer(
        world, "STBHHX", 32, [redline, box(400, 1200, 800, 1600)], XZQDM=town, XZQMC="云溪镇(示范)",
        HXMC="水源涵养生态保护红线(示范)", HXLX="水源涵养", LXBM="11",
    )  # fmt: skip
    # The township's farmland is the county's within it.
    patches = farmland()
    world.layers["YJJBNTBHTB"] = patches[patches["TBBH"].isin(["11", "12", "6"])].reset_index(drop=True)
    lower = world.layers
    world.layers = {}
    world.raw["databases"] = {"县级": upper, "镇级": lower}
    # The missing strip lies along the redline's first polygon and touches its second.
    first, second = (str(one) for one in lower["STBHHX"]["BSM"])
    return [Expect("5109", "镇级.gpkg/STBHHX", (first, second))]


def _several(world: World) -> list[Expect]:
    """Put four unlike faults into one database."""
    name = put(world, "DLTB", 2, "DLMC", "水田")
    overlap = reshape(world, "YJJBNTBHTB", 1, box(0, 800, 402, 1200))
    area = _area_in_hectares(world)
    outside = reshape(world, "STBHHX", 1, clockwise(shapely.union(cell(0, 3), box(100, 1600, 300, 1602))))
    assert len(drawn(world, "STBHHX")) == 2
    return [
        Expect("3203", "DLTB", (name,)),
        Expect("4201", "YJJBNTBHTB", (overlap, object_id("YJJBNTBHTB", 2))),
        Expect("5104", "STBHHX", (outside,)),
        *area,
    ]


def _personal(world: World) -> list[Expect]:
    return [Expect("3210", "YJJBNTBHTB", (put(world, "YJJBNTBHTB", 1, "LXDH", "0391-0000000"),))]


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "3210-personal",
        Text("公开成果含联系电话", "A telephone number in what is public"),
        "gpkg",
        ("3210",),
        _personal,
        public=True,
    ),
    Sample(
        "5109-lower-beyond",
        Text("镇级红线小于县级", "A township's redline smaller than the county's"),
        "files",
        ("5109",),
        _county_in_two_plans,
    ),
    Sample(
        "5109-good",
        Text("镇级红线与县级一致", "A township's redline as the county's"),
        "files",
        ("5109",),
        _township_right,
    ),
    Sample(
        "6101-area-wrong",
        Text("属性面积多 0.2%", "A declared area 0.2 % too large"),
        "gpkg",
        ("6101",),
        _area_wrong,
    ),
    Sample(
        "6101-good",
        Text("属性面积多 0.05%,合格", "0.05 % too large: allowed"),
        "gpkg",
        ("6101",),
        _area_within,
    ),
    Sample(
        "6101-hectares", Text("面积单位写成公顷", "An area in hectares"), "gdb", ("6101",), _area_in_hectares
    ),
    Sample(
        "6102-control-area",
        Text("图斑之和不等于控制面积", "Parcels do not sum to the county"),
        "gpkg",
        ("6102",),
        _control_area,
    ),
    Sample("6103-net-area", Text("图斑地类面积算错", "A wrong net area"), "gpkg", ("6103",), _net_area),
    Sample("6103-good", Text("扣除十分之一,合格", "A tenth deducted: right"), "gpkg", ("6103",), _deduction),
    Sample(
        "6104-total",
        Text("合计与分项不符", "A total that is not the sum"),
        "delivery",
        ("6104",),
        _total,
        "delivery",
    ),
    Sample(
        "6105-share", Text("占比之和 100.50", "Shares of 100.50"), "delivery", ("6105",), _share, "delivery"
    ),
    Sample(
        "6201-table-and-layer",
        Text("表与图层不符", "Table and layer disagree"),
        "delivery",
        ("6201",),
        _table_and_layer,
        "delivery",
    ),
    Sample(
        "6202-text-and-table",
        Text("文与表不符", "Text and table disagree"),
        "delivery",
        ("6202",),
        _text_and_table,
        "delivery",
    ),
    Sample(
        "6202-good-unit",
        Text("文用平方公里,合格", "The text in km²: right"),
        "delivery",
        ("6202",),
        _text_in_other_unit,
        "delivery",
    ),
    Sample(
        "6203-binding",
        Text("约束性指标未达任务", "A binding target below its task"),
        "delivery",
        ("6203",),
        _binding,
        "delivery",
    ),
    Sample(
        "6204-task",
        Text("红线图层小于任务", "Less redline than the task"),
        "delivery",
        ("6204",),
        _task,
        "delivery",
    ),
    Sample(
        "6205-units",
        Text("公顷与亩换算不符", "Hectares and mu disagree"),
        "delivery",
        ("6205",),
        _units,
        "delivery",
    ),
    Sample(
        "6205-good",
        Text("公顷与亩换算一致", "Hectares and mu agree"),
        "delivery",
        ("6205",),
        _units_right,
        "delivery",
    ),
    Sample(
        "6206-change",
        Text("变化量符号错误", "A change of the wrong sign"),
        "delivery",
        ("6206",),
        _change,
        "delivery",
    ),
    Sample(
        "6301-indicator-missing",
        Text("指标表缺耕地保有量", "An indicator is missing"),
        "delivery",
        ("6301",),
        _indicator_missing,
        "delivery",
    ),
    Sample(
        "6302-years", Text("基期为 2019 年", "A base year of 2019"), "delivery", ("6302",), _years, "delivery"
    ),
    Sample(
        "9002-several",
        Text("数据库多种问题并存", "Several faults in one database"),
        "gdb.zip",
        ("3203", "4201", "5104", "6101"),
        _several,
    ),
)
