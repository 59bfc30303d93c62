"""Rules on sites as dated data: what is asked of the ground, what follows, which clause says so.

The set of predicates is closed: a rule needs no Python, and a pack that names another predicate does not load.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from tuban.errors import Text

NOTHING = Text("", "")
ArgumentKind = Literal["layers", "number", "text", "words", "filter", "date"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a predicate; units stand in its name."""

    name: str
    kind: ArgumentKind
    required: bool
    meaning: Text


@dataclass(frozen=True, slots=True)
class PredicateSpec:
    """A predicate of the closed set: what it asks, and its arguments."""

    name: str
    meaning: Text
    arguments: tuple[Argument, ...]


def _argument(name: str, kind: ArgumentKind, zh: str, en: str, required: bool = True) -> Argument:
    return Argument(name, kind, required, Text(zh, en))


_LAYER = _argument(
    "layer", "layers", "图层代码,几个并列时取当日有效的第一个", "layer codes; the first in force counts"
)
_WHERE = _argument("where", "filter", "只看属性符合的对象", "only objects with these values", False)
_AWAY = _argument(
    "away_from", "layers", "背离这一图层的一侧(水域、库区、滩区)", "on the side away from this layer"
)

# The whole set. A new predicate is a new line here, a function in `tuban.compliance.predicates`, and a test.
PREDICATES: dict[str, PredicateSpec] = {
    spec.name: spec
    for spec in (
        PredicateSpec(
            "intersects",
            Text("地块占用图层(按压盖与细碎面规则)", "the site takes ground of the layer, slivers apart"),
            (_LAYER, _WHERE),
        ),
        PredicateSpec(
            "area_over",
            Text("占用面积超过", "the ground taken is more than"),
            (_LAYER, _argument("area_ha", "number", "公顷", "hectares"), _WHERE),
        ),
        PredicateSpec(
            "share_over",
            Text("占用面积占地块的比例超过", "the share of the site that lies in the layer is more than"),
            (_LAYER, _argument("share", "number", "0–1", "0–1"), _WHERE),
        ),
        PredicateSpec(
            "outside",
            Text("地块有部分在图层之外", "some of the site lies outside the layer"),
            (_LAYER, _WHERE),
        ),
        PredicateSpec(
            "within",
            Text("与图层对象的距离在范围内(四周)", "within a distance of the layer, on any side"),
            (
                _LAYER,
                _argument("to_m", "number", "米", "metres"),
                _argument("from_m", "number", "米,缺省 0", "metres, 0 if left out", False),
                _WHERE,
            ),
        ),
        PredicateSpec(
            "within_one_side",
            Text("在线的一侧、距离在范围内", "within a distance of a line, on one side of it"),
            (
                _LAYER,
                _AWAY,
                _argument("to_m", "number", "米", "metres"),
                _argument("from_m", "number", "米,缺省 0", "metres, 0 if left out", False),
                _WHERE,
            ),
        ),
        PredicateSpec(
            "nearest_over",
            Text("最近的对象比此更远", "the nearest object is farther than"),
            (_LAYER, _argument("distance_m", "number", "米", "metres"), _WHERE),
        ),
        PredicateSpec(
            "count_under",
            Text("范围内对象少于", "fewer objects within a distance than"),
            (
                _LAYER,
                _argument("distance_m", "number", "米", "metres"),
                _argument("count", "number", "个", "number"),
                _WHERE,
            ),
        ),
        PredicateSpec(
            "attribute",
            Text("项目属性为其中之一", "an attribute of the project is one of"),
            (
                _argument("name", "text", "项目属性", "attribute of the project"),
                _argument("values", "words", "取值", "values"),
            ),
        ),
        PredicateSpec(
            "attribute_over",
            Text("项目属性超过限值(高度、宽度、坡度、规模)", "an attribute of the project is over a limit"),
            (
                _argument("name", "text", "项目属性,名称带单位", "attribute, its unit in its name"),
                _argument("limit", "number", "限值", "limit"),
            ),
        ),
        PredicateSpec(
            "attribute_under",
            Text("项目属性低于限值", "an attribute of the project is under a limit"),
            (
                _argument("name", "text", "项目属性,名称带单位", "attribute, its unit in its name"),
                _argument("limit", "number", "限值", "limit"),
            ),
        ),
        PredicateSpec(
            "quota_short",
            Text("指标账户余额不足地块面积", "less is left in a quota account than the site needs"),
            (_argument("account", "text", "账户", "account"),),
        ),
        PredicateSpec(
            "decided_before",
            Text("审查日期早于", "the day of the review is before"),
            (_argument("day", "date", "日期", "day"),),
        ),
    )
}
JOINERS = ("all", "any", "not")


# What a project may say of itself; a pack that asks for another attribute does not load.
ATTRIBUTES: dict[str, Text] = {
    "stage": Text(
        "事项:new 新增建设、boundary_in 调入、boundary_out 调出、farmland_in 补划、farmland_out 核减",
        "what is done: new, boundary_in, boundary_out, farmland_in, farmland_out",
    ),
    "use": Text(
        "用途:municipal、transport、water、eco_tourism、industrial、residential、public、commercial、mining、"
        "open_pit_mine、waste、agriculture、ecology、settlement、utility、heritage、defence",
        "use of the land, one of these words",
    ),
    "activity": Text("红线内有限人为活动类别(1–10)", "kind of limited activity in the redline (1–10)"),
    "recognised": Text("已取得省级认定或论证意见(true/false)", "province has recognised it (true/false)"),
    "national_major": Text("国家重大项目(true/false)", "national major project (true/false)"),
    "large": Text("重大建设项目(true/false)", "large project (true/false)"),
    "approved": Text("已依法批准并备案(true/false)", "lawfully approved and filed (true/false)"),
    "demonstrated": Text("已专题论证(true/false)", "studied and argued (true/false)"),
    "location_kind": Text(
        "边界内、单独选址、边界外独立城镇建设用地", "inside, separate site, independent urban land"
    ),
    "passes_under": Text(
        "下穿或跨越且不占地(true/false)", "passes under or over without taking land (true/false)"
    ),
    "existing": Text("现有建设(true/false)", "existing building (true/false)"),
    "polluting": Text("污染型(true/false)", "polluting (true/false)"),
    "discharging": Text("排放污染物(true/false)", "discharges pollutants (true/false)"),
    "heavily_polluting": Text("对水体污染严重(true/false)", "pollutes water heavily (true/false)"),
    "industry": Text(
        "行业:smelting、petrochemical、chemical、coking、plating、leather、other",
        "industry, one of these words",
    ),
    "blocks_flow": Text("阻碍行洪排涝(true/false)", "blocks flood or drainage flow (true/false)"),
    "underground": Text("地下工程(true/false)", "underground works (true/false)"),
    "archaeology_done": Text("已作考古调查勘探(true/false)", "archaeology done (true/false)"),
    "demolition": Text("拆除(true/false)", "demolition (true/false)"),
    "change_to_non_industrial": Text(
        "工业用地改作他用(true/false)", "industrial land to other use (true/false)"
    ),
    "soil_cleared": Text("土壤风险管控已完成(true/false)", "soil risk control done (true/false)"),
    "road_class": Text("道路等级:expressway、trunk、other", "road class: expressway, trunk, other"),
    "road_width_m": Text("道路红线宽度(米)", "road red-line width, m"),
    "height_m": Text("建筑高度(米)", "building height, m"),
    "slope_deg": Text("平均坡度(度)", "mean slope, degrees"),
    "corridor_width_m": Text("廊道宽度(米)", "corridor width, m"),
    "line_kv": Text("电压等级(千伏)", "voltage, kV"),
    "macro_station": Text("室外宏基站(true/false)", "outdoor macro station (true/false)"),
    "replacement_ready": Text("补划方案已落实(true/false)", "replacement farmland is secured (true/false)"),
    "position_map": Text("已附与尾矿库下游 1 公里位置关系图(true/false)", "map of the 1 km range attached"),
    "sewers_separate": Text("雨污分流(true/false)", "separate sewers (true/false)"),
    "case_no": Text("调整情形序号", "number of the case of adjustment"),
}


# What a project is taken to be where it does not say: the ordinary case, printed with the verdict.
DEFAULT_ATTRIBUTES: dict[str, str] = {"stage": "new"}


class Effect(StrEnum):
    """What follows when a rule applies."""

    PROHIBIT = "prohibit"
    CONDITION = "condition"
    INFORM = "inform"


EFFECT_TITLES: dict[Effect, Text] = {
    Effect.PROHIBIT: Text("禁止", "Prohibited"),
    Effect.CONDITION: Text("附条件", "Conditional"),
    Effect.INFORM: Text("告知", "For information"),
}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question to the ground or the project: a predicate with its arguments, or several joined."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Predicate, ...] = ()

    def layers(self) -> tuple[tuple[str, ...], ...]:
        """Give the layers it reads, each as its alternatives."""
        own = [self.arguments[key] for key in ("layer", "away_from") if key in self.arguments]
        return tuple(dict.fromkeys([*own, *(layer for part in self.parts for layer in part.layers())]))

    def attributes(self) -> tuple[str, ...]:
        """Give the project's attributes it asks for."""
        own = [self.arguments["name"]] if self.name.startswith("attribute") else []
        return tuple(dict.fromkeys([*own, *(name for part in self.parts for name in part.attributes())]))


@dataclass(frozen=True, slots=True)
class SiteRule:
    """One rule on sites, in one version.

    Attributes
    ----------
    id, title : number and name; several versions of an id may follow one another in time.
    when : what must hold of the site for the rule to apply.
    effect : what follows. `conditions` and `documents` are what is then asked for.
    unless, exempt : cases in which a prohibition becomes a condition, and what must then be shown.
    clause : document and article that say so; `source` where that was read; `confidence` how sure it is.
    since, until : in force on days `since` ≤ day < `until`.
    group, strictness : of rules on overlapping lines of one group only the strictest counts on common ground.
    seen : numbers of the rules in plans from which it was drawn.
    """

    id: str
    title: Text
    when: Predicate
    effect: Effect
    clause: str
    source: str
    confidence: str
    since: date
    until: date | None = None
    advice: Text = NOTHING
    conditions: tuple[Text, ...] = ()
    documents: tuple[Text, ...] = ()
    unless: Predicate | None = None
    exempt: tuple[Text, ...] = ()
    group: str = ""
    strictness: int = 0
    seen: tuple[str, ...] = ()
    pack: str = ""
    pack_version: str = ""

    def holds(self, on: date) -> bool:
        """Say whether it is in force on that day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class NotForSites:
    """A rule of a plan that no site review can check, why, and what checks it instead, where anything does."""

    seen: str
    reason: Text
    checked_by: str = ""


@dataclass(frozen=True, slots=True)
class NeededLayer:
    """A layer that rules ask for and that plan databases do not define: what it is and who has it."""

    code: str
    title: Text
    supplier: Text


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one region: `region` is the beginning of its administrative code, "" for the country.

    `layers` names free layers (QT_…) and says who supplies a layer that is missing.
    """

    name: str
    title: Text
    region: str
    version: str
    extends: tuple[str, ...]
    rules: tuple[SiteRule, ...]
    not_for_sites: tuple[NotForSites, ...]
    layers: tuple[NeededLayer, ...]
    sha256: str
