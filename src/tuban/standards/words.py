"""The words of plan texts as data: units and grammar, read once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from tuban.errors import Text
from tuban.standards.codes import control_lines, land_use_classes, plan_zones
from tuban.standards.tables import fault
from tuban.standards.yamldoc import read_yaml

HERE = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is written; `factor` makes the number one of the base unit of its `kind`."""

    name: str
    kind: str
    factor: Fraction


@cache
def units() -> dict[str, Unit]:
    """Give every unit by its spelling."""
    found: dict[str, Unit] = {}
    said = read_yaml(HERE / "units.yaml").whole()
    for kind, members in said.items():
        if kind == "confidence":
            continue
        if isinstance(members, list):
            for name in members:
                found[name] = Unit(name, f"count:{name}", Fraction(1))
            continue
        for name, factor in members.items():
            found[name] = Unit(name, kind, Fraction(str(factor)))
    return found


@cache
def grammar() -> dict[str, Any]:
    """Give the grammar words: relations, verbs of change, phases, headers, place suffixes."""
    said = read_yaml(HERE / "grammar.yaml").whole()
    for key in ("relations", "up", "down", "phases", "modes", "noise", "headers", "places", "synonyms"):
        if key not in said:
            raise fault(
                "grammar.yaml",
                None,
                Text(f"缺少“{key}”。", f"{key!r} is missing."),
                Text("请补上。", "Add it."),
            )
    return said


@cache
def indicators() -> tuple[str, ...]:
    """Give the names of the indicators of check-ups and plans."""
    return tuple(read_yaml(HERE / "indicators.yaml").whole()["names"])


@cache
def terms() -> frozenset[str]:
    """Give the names of what plans measure: zones, lines, land-use classes, indicators, their synonyms."""
    names: set[str] = set(indicators())
    for table in (plan_zones(), land_use_classes("2023")):
        names |= {entry.name.zh for entry in table.values()}
    names |= {
        line.name.zh.split("(")[0].split("（")[0].split("/")[0].strip() for line in control_lines().values()
    }
    names |= set(grammar()["synonyms"]) | set(grammar()["synonyms"].values())
    return frozenset(name for name in names if len(name) >= 2)


@cache
def links() -> tuple[dict[str, tuple[str, bool]], Fraction]:
    """Give what a text names → (layer, by class), and the share within which a difference is rounding."""
    said = read_yaml(HERE / "links.yaml").whole()
    found = {name: (str(link["layer"]), False) for name, link in said["links"].items()}
    for group in said["classes"]:
        found |= {name: (str(group["layer"]), True) for name in group["names"]}
    return found, Fraction(str(said["tolerance_share"]))
