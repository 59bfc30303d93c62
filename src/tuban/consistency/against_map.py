"""Numbers of the text against the statistics of the layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tuban.consistency.facts import Facts
from tuban.consistency.judge import text
from tuban.consistency.register import report
from tuban.consistency.statements import Statement, statements
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text

# Lines of the central city are measured in their own layers, whatever place the text names beside them.
_CENTRE = frozenset(("", "中心城区"))


@dataclass(frozen=True, slots=True)
class Measured:
    """An area measured on a layer: `phase` is before or after where the layer is one of maintenance, else ""."""

    name: str
    layer: str
    area_m2: float
    phase: str = ""


def against_map(
    facts: Facts, measured: Mapping[str, list[Measured]], tolerance: Fraction
) -> Iterable[Finding]:
    """Give what the text says otherwise than every statistic that may be meant; `measured` is by name."""
    for statement in statements(facts):
        known = measured.get(statement.subject)
        if not known or not _comparable(statement):
            continue
        meant = [m for m in known if m.phase == statement.phase and m.phase] or [
            m for m in known if not m.phase or not statement.phase
        ]
        gaps = [abs(statement.number.base - Fraction(m.area_m2)) for m in meant]
        if not gaps:
            continue
        best = min(range(len(gaps)), key=lambda i: gaps[i])
        gap, layer = gaps[best], meant[best]
        # The layer is known to the square centimetre; the text's last digit rounds, and may be nudged by one so
        # that a table adds up.
        if gap <= statement.number.half * 3 + Fraction(1, 2):
            continue
        right = Fraction(layer.area_m2) / statement.number.factor
        small = gap <= tolerance * Fraction(layer.area_m2)
        decimals = max(statement.number.decimals, 2)
        yield report(
            "C801",
            Judgement.ROUNDING if small else Judgement.ERROR,
            Text(
                f"{statement.subject}：文中为 {statement.number.text}，图层 {layer.layer} 统计为 "
                f"{text(right, decimals)}{statement.number.unit}，相差 {text(gap / statement.number.factor, decimals)}。",
                f"{statement.subject}: {statement.number.text} in the text, {text(right, decimals)} on the layer {layer.layer}.",
            ),
            [statement.where],
            0.9 if small else 0.75,
            observed=statement.number.text,
            expected=text(right, decimals),
            but=None
            if small
            else Text(
                "若文中为另一时点、另一口径，或含未上图的机动指标，则可能无误",
                "unless date or definition differ, or undrawn quota is in it",
            ),
        )


def _comparable(statement: Statement) -> bool:
    if statement.kind != "area" or statement.attribute or statement.place not in _CENTRE or statement.part:
        return False
    return statement.mode != "target" and statement.relation == "=" and statement.phase != "both"
