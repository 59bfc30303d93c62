"""What a plan is made of: its zones, its level, and the administrative units it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuban.errors import Text

PlanLevel = Literal["city", "county", "township", "village"]
AdminLevel = Literal["province", "prefecture", "county", "township", "village"]

# GB/T 2260: six digits for a county (province 2, prefecture 2, county 2); three more name the township,
# three more the village.
ADMIN_DIGITS: dict[AdminLevel, int] = {
    "province": 2,
    "prefecture": 4,
    "county": 6,
    "township": 9,
    "village": 12,
}
ADMIN_TITLES: dict[AdminLevel, Text] = {
    "province": Text("省级", "Province"),
    "prefecture": Text("市级", "Prefecture"),
    "county": Text("县级", "County"),
    "township": Text("乡级", "Township"),
    "village": Text("村级", "Village"),
}


@dataclass(frozen=True, slots=True)
class PlanZone:
    """One plan zone 规划分区 (GHFQDM); `colour` is `#rrggbb`, `control` what the zone asks."""

    code: str
    name: Text
    depth: int
    parent: str | None
    control: str
    colour: str
    confidence: str
    confidence_name: str
    confidence_colour: str
    note: str = ""
    variant: str = ""


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """Where one layer stands in the layer tables: level and part of the plan, number, obligation.

    `constraint` is M mandatory, C conditional, O optional, empty where the table does not say.
    """

    level: PlanLevel
    part: str
    seq: int
    layer: str
    constraint: str
    ysdm: str
    confidence_layer: str
    confidence_name: str


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """One administrative unit; `parent` is the code of the unit above, None for a province."""

    code: str
    name: str
    level: AdminLevel
    parent: str | None


def admin_level(code: str) -> AdminLevel | None:
    """Say which level a code names by its structure, or None where it has none.

    Filled forms count as what they mean: 410000 is a province, 410400000000 a prefecture,
    the 19-digit unit codes of the survey (village code + 0000000) a village.
    """
    short = short_admin_code(code)
    return next((level for level, digits in ADMIN_DIGITS.items() if digits == len(short)), None)


def short_admin_code(code: str) -> str:
    """Give a code without the zeros that fill it: 410400000000 → 4104; empty where it is no code.

    A survey location of 9 digits + 9990000000 is the part of a township that no village holds
    (直属); it is the village unit 999 of that township.
    """
    digits = code.strip()
    if not digits.isdigit() or len(digits) not in (2, 4, 6, 9, 12, 19):
        return ""
    if len(digits) == 19:
        digits = digits[:12]
    for longer, shorter in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(digits) == longer and set(digits[shorter:]) == {"0"}:
            digits = digits[:shorter]
    return digits


def parent_admin_code(code: str) -> str | None:
    """Give the code of the unit above, None for a province or what is no code."""
    short = short_admin_code(code)
    lengths = sorted(ADMIN_DIGITS.values())
    if len(short) not in lengths[1:]:
        return None
    return short[: lengths[lengths.index(len(short)) - 1]]
