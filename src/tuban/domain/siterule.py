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


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that a project says of itself: its label, and the values it may have (empty: a number or a name)."""

    name: str
    label: Text
    values: dict[str, Text] = field(default_factory=dict)
    number: bool = False

    @property
    def yes_or_no(self) -> bool:
        """Say whether it is a question of yes or no."""
        return "true" in self.values


_YES_NO = {"true": Text("是", "yes"), "false": Text("否", "no")}


def _choice(name: str, zh: str, en: str, **values: tuple[str, str]) -> Attribute:
    return Attribute(name, Text(zh, en), {key: Text(*both) for key, both in values.items()})


def _yes(name: str, zh: str, en: str) -> Attribute:
    return Attribute(name, Text(zh, en), _YES_NO)


def _number(name: str, zh: str, en: str) -> Attribute:
    return Attribute(name, Text(zh, en), {}, number=True)


# What a project may say of itself; a pack that asks for another attribute does not load.
ATTRIBUTES: dict[str, Attribute] = {
    attribute.name: attribute
    for attribute in (
        _choice(
            "stage",
            "事项",
            "what is done",
            new=("新增建设", "new building"),
            boundary_in=("调入城镇开发边界", "moved into the boundary"),
            boundary_out=("调出城镇开发边界", "moved out of the boundary"),
            farmland_in=("补划永久基本农田", "basic farmland moved in"),
            farmland_out=("核减永久基本农田", "basic farmland moved out"),
        ),
        _choice(
            "use",
            "用途",
            "use of the land",
            industrial=("工业仓储", "industry and storage"),
            residential=("居住", "housing"),
            commercial=("商业服务", "commerce"),
            public=("公共服务", "public services"),
            municipal=("市政公用", "municipal works"),
            utility=("能源、通信等基础设施", "energy, communication"),
            transport=("交通", "transport"),
            water=("水利", "water works"),
            mining=("采矿(井工)", "mining underground"),
            open_pit_mine=("露天采矿", "open pit"),
            settlement=("农村居民点", "rural settlement"),
            agriculture=("农业设施", "farm facilities"),
            eco_tourism=("生态旅游", "eco-tourism"),
            ecology=("生态保护修复", "ecology"),
            waste=("固废处理", "waste"),
            heritage=("文物保护", "heritage"),
            defence=("国防", "defence"),
        ),
        _choice(
            "location_kind",
            "用地位置类型",
            "kind of place",
            边界内=("边界内", "inside the boundary"),
            单独选址=("单独选址", "separate site"),
            边界外独立城镇建设用地=("边界外独立城镇建设用地", "independent urban land outside"),
        ),
        Attribute(
            "activity",
            Text("红线内有限人为活动类别", "kind of limited activity in the redline"),
            {str(number): Text(f"第 {number} 类", f"kind {number}") for number in range(1, 11)},
        ),
        _choice(
            "industry",
            "行业",
            "industry",
            smelting=("有色金属冶炼", "smelting"),
            petrochemical=("石油加工", "petrochemical"),
            chemical=("化工", "chemical"),
            coking=("焦化", "coking"),
            plating=("电镀", "plating"),
            leather=("制革", "leather"),
            other=("其他", "other"),
        ),
        _choice(
            "road_class",
            "道路等级",
            "road class",
            expressway=("快速路", "expressway"),
            trunk=("主干路", "trunk road"),
            other=("其他", "other"),
        ),
        Attribute(
            "case_no",
            Text("调整情形序号", "number of the case of adjustment"),
            {str(number): Text(f"第 {number} 种", f"case {number}") for number in range(1, 8)},
        ),
        _yes("national_major", "国家重大项目", "national major project"),
        _yes("large", "重大建设项目", "large project"),
        _yes("recognised", "已取得省级认定或论证意见", "recognised by the province"),
        _yes("approved", "已依法批准并备案", "lawfully approved and filed"),
        _yes("demonstrated", "已专题论证", "studied and argued"),
        _yes("replacement_ready", "补划方案已落实", "replacement farmland secured"),
        _yes("position_map", "已附与尾矿库下游 1 公里位置关系图", "map of the 1 km range attached"),
        _yes("passes_under", "下穿或跨越且不占地", "passes under or over without taking land"),
        _yes("existing", "现有建设", "existing building"),
        _yes("polluting", "污染型项目", "polluting"),
        _yes("discharging", "排放污染物", "discharges pollutants"),
        _yes("heavily_polluting", "对水体污染严重", "pollutes water heavily"),
        _yes("blocks_flow", "阻碍行洪排涝", "blocks flood or drainage flow"),
        _yes("underground", "地下工程", "underground works"),
        _yes("archaeology_done", "已作考古调查勘探", "archaeology done"),
        _yes("demolition", "拆除", "demolition"),
        _yes("soil_cleared", "土壤风险管控已完成", "soil risk control done"),
        _yes("macro_station", "室外宏基站", "outdoor macro station"),
        _yes("sewers_separate", "雨污分流", "separate sewers"),
        _number("road_width_m", "道路红线宽度(米)", "road red-line width (m)"),
        _number("height_m", "建筑高度(米)", "building height (m)"),
        _number("slope_deg", "平均坡度(度)", "mean slope (degrees)"),
        _number("corridor_width_m", "廊道宽度(米)", "corridor width (m)"),
    )
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
