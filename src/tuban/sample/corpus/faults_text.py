"""7101–7105: texts and drawings; and 4103, the curve that no plan may have."""

from __future__ import annotations

from tuban.errors import Text
from tuban.sample.corpus.delivery import STEM, TEXT, Words
from tuban.sample.corpus.ground import object_id
from tuban.sample.corpus.model import Expect, Sample, World


def _words(world: World) -> Words:
    found = world.raw["words"]
    assert isinstance(found, Words)
    return found


def _no_heritage(world: World) -> list[Expect]:
    words = _words(world)
    words.parts = [one for one in words.parts if not (isinstance(one, str) and "历史文化" in one)]
    return [Expect("7101", TEXT)]


def _not_marked(world: World) -> list[Expect]:
    _words(world).change("强制性内容", "重要内容")
    return [Expect("7101", TEXT)]


def _map_missing(world: World) -> list[Expect]:
    del world.files[f"2规划图件/{STEM}综合交通规划图.png"]
    return [Expect("7102", "规划图件")]


def _old_standard(world: World) -> list[Expect]:
    _words(world).parts.append("第10条 用地分类执行《土地利用现状分类》(GB/T 21010-2007)。")
    return [Expect("7103", TEXT)]


def _wrong_number(world: World) -> list[Expect]:
    _words(world).parts.append("第10条 社区生活圈按《社区生活圈规划技术指南》(TD/T 1063-2021)配置。")
    return [Expect("7103", TEXT)]


def _right_number(world: World) -> list[Expect]:
    _words(world).parts.append("第10条 社区生活圈按《社区生活圈规划技术指南》(TD/T 1062-2021)配置。")
    return []


def _wrong_place(world: World) -> list[Expect]:
    _words(world).parts.append("第10条 云栖市各部门按职责分工落实。")
    return [Expect("7104", TEXT)]


def _military(world: World) -> list[Expect]:
    _words(world).parts.append("第10条 军事管理区周边严格控制建设。")
    return [Expect("7105", TEXT)]


def _curve(world: World) -> list[Expect]:
    # The south-eastern corner of the first redline is rounded by an arc.
    world.raw["curve"] = ("STBHHX", 1)
    return [Expect("4103", "STBHHX", (object_id("STBHHX", 1),))]


SAMPLES: tuple[Sample, ...] = (
    Sample("4103-curve", Text("图形含圆弧", "A shape with an arc"), "gpkg", ("4103",), _curve),
    Sample(
        "7101-no-heritage",
        Text("缺少历史文化保护内容", "Nothing on heritage"),
        "delivery",
        ("7101",),
        _no_heritage,
        "delivery",
    ),
    Sample(
        "7101-not-marked",
        Text("未标识强制性内容", "Mandatory content not marked"),
        "delivery",
        ("7101",),
        _not_marked,
        "delivery",
    ),
    Sample(
        "7102-map-missing",
        Text("缺少交通规划图", "No map of transport"),
        "delivery",
        ("7102",),
        _map_missing,
        "delivery",
    ),
    Sample(
        "7103-old-standard",
        Text("引用已废止的标准", "A standard that was replaced"),
        "delivery",
        ("7103",),
        _old_standard,
        "delivery",
    ),
    Sample(
        "7103-wrong-number",
        Text("标准编号与名称不符", "A number that is not the title's"),
        "delivery",
        ("7103",),
        _wrong_number,
        "delivery",
    ),
    Sample(
        "7103-good",
        Text("引用现行标准,合格", "A standard in force"),
        "delivery",
        ("7103",),
        _right_number,
        "delivery",
    ),
    Sample(
        "7104-wrong-place",
        Text("地名写错", "A place that does not exist"),
        "delivery",
        ("7104",),
        _wrong_place,
        "delivery",
    ),
    Sample(
        "7105-military",
        Text("文本含军事内容", "Military content in the text"),
        "delivery",
        ("7105",),
        _military,
        "delivery",
        public=True,
    ),
)
