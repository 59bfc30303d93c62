"""Land-use classes: of plans (2023 and the 2020 trial), of the survey, and the three great classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuban.errors import Text

# 三大类. "mixed": its leaves fall in several; "sea": the three do not apply; "unknown": no source was read.
ThreeClass = Literal["agricultural", "construction", "unused", "mixed", "sea", "unknown"]
# Editions of the plan classes. Codes of the two collide: a code without its edition means nothing.
LandUseEdition = Literal["2023", "2020-trial"]

THREE_CLASS_TITLES: dict[ThreeClass, Text] = {
    "agricultural": Text("农用地", "Agricultural land"),
    "construction": Text("建设用地", "Construction land"),
    "unused": Text("未利用地", "Unused land"),
    "mixed": Text("混合（按下级分）", "Mixed (split by lower classes)"),
    "sea": Text("海域（不适用）", "Sea (does not apply)"),
    "unknown": Text("未查明", "Not known"),
}


@dataclass(frozen=True, slots=True)
class LandUseClass:
    """One plan class 用地用海分类; `colour` is `#rrggbb`.

    `successors` are the 2023 codes of a 2020 trial class, `same` says that code and meaning stayed.
    """

    code: str
    name: Text
    level: int
    parent: str | None
    three_class: ThreeClass
    colour: str
    edition: LandUseEdition
    confidence: str
    confidence_three_class: str
    confidence_colour: str
    note: str = ""
    successors: tuple[str, ...] = ()
    same: bool = True


@dataclass(frozen=True, slots=True)
class SurveyClass:
    """One survey class 三调地类 (DLBM) and the 2023 plan classes it may become.

    `map_kind` "one": the one plan class is the answer. "split": `plan_codes` are the choices, the
    first the ordinary one; choosing needs more than the code.
    """

    code: str
    name: Text
    level: int
    parent: str | None
    three_class: ThreeClass
    colour: str
    plan_codes: tuple[str, ...]
    map_kind: Literal["one", "split"]
    confidence: str
    confidence_map: str
    confidence_three_class: str
    note: str = ""
    trial_options: str = ""
    confidence_trial: str = ""


@dataclass(frozen=True, slots=True)
class SettlementCode:
    """One value of CZCSXM 城镇村属性码: where a parcel lies, not what it is; the parcel keeps its class."""

    code: str
    name: Text
    colour: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Collision:
    """One code that means different things in the two editions."""

    code: str
    trial: LandUseClass
    current: LandUseClass
