"""The one tolerance object of a run: every rule takes its numbers here, every report prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from tuban.errors import StandardsFault, Text

# How each number is called in reports.
TITLES: dict[str, Text] = {
    "xy_m": Text("坐标容差(米)", "coordinates (m)"),
    "snap_m": Text("捕捉容差(米)", "snapping (m)"),
    "overlap_m2": Text("重叠面积容差(平方米)", "overlap (m²)"),
    "gap_m2": Text("缝隙面积容差(平方米)", "gap (m²)"),
    "sliver_width_m": Text("碎面宽度(米)", "width of a sliver (m)"),
    "lines_m2": Text("控制线相交容差(平方米)", "crossing of control lines (m²)"),
    "area_m2": Text("属性面积容差(平方米)", "declared area (m²)"),
    "area_share": Text("属性面积相对容差", "declared area, as a share"),
    "sum_m2": Text("面积平差容差(平方米)", "adjusted sums (m²)"),
    "sum_ha": Text("汇总面积容差(公顷)", "printed sums (ha)"),
    "share_point": Text("占比容差(百分点)", "shares (percentage points)"),
    "envelope_m": Text("行政区外包范围容差(米)", "administrative envelope (m)"),
}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What still counts as equal; every name carries its unit.

    Two points closer than `xy_m` are one; `snap_m` is how far a snapping may move a vertex.
    """

    xy_m: float = 0.0001
    snap_m: float = 0.001
    overlap_m2: float = 0.01
    gap_m2: float = 0.01
    sliver_width_m: float = 0.1
    lines_m2: float = 1.0
    area_m2: float = 1.0
    area_share: float = 0.001
    sum_m2: float = 0.01
    sum_ha: float = 0.01
    share_point: float = 0.01
    envelope_m: float = 1000.0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Tolerance:
        """Give the tolerance of a profile; names it does not say keep their value here.

        Raises
        ------
        StandardsFault : a name that no tolerance has, or a value that is no number ≥ 0.
        """
        known = {field.name for field in fields(cls)}
        for name, value in values.items():
            sound = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
            if name not in known or not sound:
                raise StandardsFault(
                    Text(f"容差 {name}: {value} 不可用。", f"The tolerance {name}: {value} cannot be used."),
                    Text(
                        f"可用:{'、'.join(sorted(known))},值不小于 0。",
                        f"Use {', '.join(sorted(known))}, 0 or more.",
                    ),
                    name=name,
                )
        return cls(**{name: float(value) for name, value in values.items()})

    def record(self) -> dict[str, float]:
        """Give it as values for machines."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
