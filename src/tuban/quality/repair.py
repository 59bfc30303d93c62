"""Repairs that are safe to offer: what each would change, by how much, and whether it mended anything.

Nothing here changes what was handed in: `propose` lists repairs, `apply` gives new layers with those that were
accepted, `judged` compares the inspection before and after. A repair counts as mended only when it was looked for
again and is gone, and nothing new is wrong with its object.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.finding import Finding
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.measure import ellipsoid_m2, where_there
from tuban.quality.geometry.soundness import valid
from tuban.quality.package import PackageLayer
from tuban.quality.repair_shapes import snapped, turned, without_repeats
from tuban.quality.result import Result
from tuban.quality.rules.topology_layers import system
from tuban.quality.tolerance import Tolerance

Kind = Literal["ring_order", "repeated", "snap", "full_width", "blanks"]
Outcome = Literal["mended", "still there", "worse"]

TITLES: dict[Kind, Text] = {
    "ring_order": Text("内外环方向", "ring order"),
    "repeated": Text("删除重复节点", "repeated vertices"),
    "snap": Text("节点捕捉", "snapped vertices"),
    "full_width": Text("全角改半角", "full-width to plain"),
    "blanks": Text("删除首尾空格", "blanks around text"),
}
OUTCOMES: dict[Outcome, Text] = {
    "mended": Text("已修好", "mended"),
    "still there": Text("问题仍在", "still there"),
    "worse": Text("产生新问题", "made something else wrong"),
}
# The rules that look for what a repair mends.
RULES: dict[Kind, tuple[str, ...]] = {
    "ring_order": ("4102",),
    "repeated": ("4102", "4107"),
    "snap": ("4201", "4202", "4203", "4204", "4205"),
    "full_width": ("3208",),
    "blanks": ("3208",),
}
_WIDE = {ord(c) + 0xFEE0: c for c in map(chr, range(0x30, 0x7B)) if c.isalnum()}
_BLANKS = " \t\u3000\u00a0"
_WIDE_OR_BLANK = re.compile(f"^[{_BLANKS}]|[{_BLANKS}]$|[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair of one object.

    `id` names it for acceptance. A repair of geometry has `before` and `after` as WKB with the area that it moves
    (ground that changes side, m²); one of text has `field` and both values.
    """

    id: str
    kind: Kind
    layer: str
    row: int
    object: str
    message: Text
    before: bytes | None = None
    after: bytes | None = None
    moved_m2: float = 0.0
    field: str = ""
    old: str = ""
    new: str = ""

    def record(self) -> dict[str, Any]:
        """Give it as values for machines."""
        return {
            "id": self.id,
            "kind": self.kind,
            "layer": self.layer,
            "object": self.object,
            "message": {"zh": self.message.zh, "en": self.message.en},
            "moved_m2": self.moved_m2,
            "field": self.field,
            "old": self.old,
            "new": self.new,
        }


def propose(
    layers: Sequence[PackageLayer], tolerance: Tolerance, *, progress: Progress = quiet
) -> list[Repair]:
    """List the safe repairs of layers, by layer, row and kind; every shape that they give is valid."""
    found: list[Repair] = []
    for number, layer in enumerate(layers):
        progress(
            Step(
                number / max(len(layers), 1), Text(f"查找可修复项 {layer.label}", f"Looking at {layer.label}")
            )
        )
        if layer.fault is not None or not layer.rows:
            continue
        found += _of_text(layer)
        if layer.kind in ("polygon", "any"):
            found += _of_shapes(layer, tolerance)
    return sorted(found, key=lambda repair: (repair.layer, repair.row, repair.kind, repair.field))


def _of_shapes(layer: PackageLayer, tolerance: Tolerance) -> Iterator[Repair]:
    shapes = where_there(np.isin(shapely.get_type_id(layer.geometry), (3, 6)), layer.geometry)
    crs = system(layer)
    ways: list[tuple[Kind, dict[int, Any], Text]] = [
        ("ring_order", turned(shapes), Text("内环改为与外环反向", "the hole is turned round")),
        (
            "repeated",
            without_repeats(shapes, crs, tolerance.xy_m),
            Text("删除重复节点", "repeated vertices are dropped"),
        ),
        (
            "snap",
            snapped(Fabric.of(shapes, crs), tolerance.snap_m),
            Text(
                f"节点移到 {tolerance.snap_m:g} 米内的相邻节点",
                f"vertices move to a neighbour's within {tolerance.snap_m:g} m",
            ),
        ),
    ]
    for kind, changed, what in ways:
        rows = np.array(sorted(changed), np.intp)
        if not len(rows):
            continue
        new = np.array([changed[row] for row in rows.tolist()], dtype=object)
        sound = valid(new) & (valid(shapes[rows]) | (kind != "snap"))
        moved = _moved(shapes[rows], new, crs)
        for row, shape, area, good in zip(rows.tolist(), new, moved.tolist(), sound.tolist(), strict=True):
            if not good:
                continue
            name = layer.object_id(row)
            yield Repair(
                id=f"{layer.label}:{row}:{kind}",
                kind=kind,
                layer=layer.label,
                row=row,
                object=name,
                message=Text(
                    f"{layer.label} 的 {name}:{what.zh},移动面积 {area:.4f} 平方米。",
                    f"{name} of {layer.label}: {what.en}; {area:.4f} m² change side.",
                ),
                before=_bytes(layer.geometry[row]),
                after=_bytes(shape),
                moved_m2=area,
            )


def _bytes(shape: Any) -> bytes:
    return shapely.to_wkb(shape, byte_order=1)


def _moved(before: NDArray[Any], after: NDArray[Any], crs: Any) -> NDArray[np.float64]:
    """Measure the ground that changes side; an outline that crosses itself is understood as even-odd."""
    old = before.copy()
    bad = ~valid(old)
    old[bad] = shapely.make_valid(old[bad])
    return ellipsoid_m2(shapely.symmetric_difference(old, after), crs)


def _of_text(layer: PackageLayer) -> Iterator[Repair]:
    for name in layer.frame.columns:
        series = layer.frame[name]
        if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
            continue
        values = series.to_numpy(dtype=object)
        different = {v for v in pd.unique(series) if isinstance(v, str) and _WIDE_OR_BLANK.search(v)}
        for row in np.flatnonzero(series.isin(different).to_numpy()).tolist() if different else []:
            old = str(values[row])
            plain = old.translate(_WIDE)
            for kind, new in (("full_width", plain), ("blanks", old.strip(_BLANKS))):
                if new == old or (kind == "blanks" and not new):
                    continue
                yield _text_repair(layer, row, str(name), kind, old, new)


def _text_repair(layer: PackageLayer, row: int, field: str, kind: Any, old: str, new: str) -> Repair:
    name = layer.object_id(row)
    title = TITLES[kind]
    return Repair(
        id=f"{layer.label}:{row}:{kind}:{field}",
        kind=kind,
        layer=layer.label,
        row=row,
        object=name,
        message=Text(
            f"{layer.label} 的 {name} 的 {field}:{title.zh},“{old}”改为“{new}”。",
            f"{field} of {name} of {layer.label}: {title.en}, “{old}” becomes “{new}”.",
        ),
        field=field,
        old=old,
        new=new,
    )


def apply(layer: PackageLayer, accepted: Collection[Repair]) -> gpd.GeoDataFrame | pd.DataFrame:
    """Give the layer as a new frame with the accepted repairs; what was handed in stays as it is.

    Several repairs of one object are applied one after another: turned, freed of repeats, snapped.
    """
    frame = layer.frame.copy()
    shapes = layer.geometry.copy()
    own = [one for one in accepted if one.layer == layer.label]
    for one in own:
        if one.field:
            at = list(frame.columns).index(one.field)
            value = str(frame.iat[one.row, at])
            frame.iat[one.row, at] = (
                value.translate(_WIDE) if one.kind == "full_width" else value.strip(_BLANKS)
            )
        elif one.after is not None:
            shapes[one.row] = _then(layer.geometry[one.row], shapes[one.row], one)
    if layer.kind == "table":
        return frame
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=layer.info.crs)


def _then(original: Any, now: Any, repair: Repair) -> Any:
    """Apply one repair of geometry on top of those before it."""
    after = shapely.from_wkb(repair.after)
    if now is original or shapely.equals_exact(now, original, 0.0):
        return after
    if repair.kind == "ring_order":
        return turned(np.array([now], dtype=object)).get(0, now)
    old, new = shapely.get_coordinates(original), shapely.get_coordinates(after)
    if len(old) != len(new):  # vertices were dropped: snapping moves none, so both are in the later shape
        return after
    moves = {tuple(a): tuple(b) for a, b in zip(old.tolist(), new.tolist(), strict=True) if a != b}
    return shapely.transform(now, lambda xy: np.array([moves.get(tuple(p), tuple(p)) for p in xy.tolist()]))


def judged(accepted: Collection[Repair], before: Result, after: Result) -> dict[str, Outcome]:
    """Say of each accepted repair whether the same inspection, run again, no longer finds what it mends."""
    known = {finding.key for finding in before.findings}
    left, new = _by_object(after.findings), _by_object([f for f in after.findings if f.key not in known])
    old = _by_object(before.findings)
    outcome: dict[str, Outcome] = {}
    for one in accepted:
        rules, place = RULES[one.kind], (one.layer, one.row)
        was = sum(finding.rule in rules for finding in old.get(place, []))
        now = sum(finding.rule in rules for finding in left.get(place, []))
        others = {finding.rule for finding in old.get(place, [])}
        if any(finding.rule not in others for finding in new.get(place, [])):
            outcome[one.id] = "worse"
        else:
            outcome[one.id] = "mended" if now == 0 or now < was else "still there"
    return outcome


def _by_object(findings: Sequence[Finding]) -> dict[tuple[str, int], list[Finding]]:
    held: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        for row in finding.rows:
            held.setdefault((finding.layer, row), []).append(finding)
    return held
