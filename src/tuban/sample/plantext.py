"""A plan text with its tables, written from measured areas: it agrees with its database to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ZoneAreas:
    """One plan zone: its name, its hectares before and after the yearly maintenance."""

    name: str
    before_ha: float
    after_ha: float


def plan_text(county: str, total_ha: float, lines_ha: Mapping[str, float], zones: Sequence[ZoneAreas]) -> str:
    """Give a plan text in Markdown.

    Parameters
    ----------
    total_ha : of the whole county.
    lines_ha : control line → hectares now.
    zones : together the whole county, before and after.
    """
    total = Decimal(str(round(total_ha, 2))).quantize(Decimal("0.01"))
    before = _adding_up([zone.before_ha for zone in zones], total)
    after = _adding_up([zone.after_ha for zone in zones], total)
    share_before = _adding_up([zone.before_ha / total_ha * 100 for zone in zones], Decimal(100))
    share_after = _adding_up([zone.after_ha / total_ha * 100 for zone in zones], Decimal(100))
    drawn = "".join(
        f"划定{name}{area:.2f}公顷，合{area * 15 / 10_000:.2f}万亩。" for name, area in lines_ha.items()
    )
    rows = [
        f"{zone.name}\t{b}\t{sb}\t{a}\t{sa}\t{a - b}"
        for zone, b, sb, a, sa in zip(zones, before, share_before, after, share_after, strict=True)
    ]
    told = "".join(_told(zone.name, b, a) for zone, b, a in zip(zones, before, after, strict=True))
    table = [
        f"表1 {county}规划分区维护前后对照表",
        "",
        "规划分区\t维护前\t\t维护后\t\t面积变化（公顷）",
        "\t面积（公顷）\t占比（%）\t面积（公顷）\t占比（%）\t",
        *rows,
        f"合计\t{total}\t100.00\t{total}\t100.00\t0.00",
    ]
    return "\n".join(
        [
            f"# {county}国土空间总体规划年度维护说明（示范）",
            "",
            "## 一、范围",
            "",
            f"全县国土总面积{total}公顷，折合{total / 100:.2f}平方公里。",
            "",
            "## 二、控制线",
            "",
            drawn,
            "",
            "## 三、规划分区",
            "",
            told,
            "",
            *table,
            "",
        ]
    )


def _told(name: str, before: Decimal, after: Decimal) -> str:
    change = after - before
    if not change:
        return f"维护前后{name}面积均为{after}公顷。"
    verb = "增加" if change > 0 else "减少"
    return f"维护前{name}面积{before}公顷，维护后{name}面积{after}公顷，{verb}{abs(change)}公顷。"


def _adding_up(values: Sequence[float], total: Decimal) -> list[Decimal]:
    """Round to two decimals so that the printed figures add up to the printed total (largest remainder)."""
    cents = [value * 100 for value in values]
    floors = [int(cent) for cent in cents]
    lacking = int(total * 100) - sum(floors)
    order = sorted(range(len(values)), key=lambda i: floors[i] - cents[i])
    for i in range(lacking):
        floors[order[i % len(order)]] += 1
    return [Decimal(floor).scaleb(-2) for floor in floors]
