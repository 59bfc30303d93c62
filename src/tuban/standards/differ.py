"""What differs between two profiles: layers, fields, code tables, one line for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tuban.domain.code import CodeTable
from tuban.domain.layer import FieldSpec, LayerSpec
from tuban.errors import Text
from tuban.standards.profile import Profile

Change = Literal["added", "removed", "changed"]
_LAYER_PARTS = (
    *("title", "group", "geometry", "order", "aliases", "note"),
    *("id_field", "class_field", "area_field", "unit_field"),
)
_PAINT_PARTS = ("fill", "fill_opacity", "line", "line_width_px", "dash", "casing", "by", "colours", "label")
_FIELD_PARTS = (
    *("title", "kind", "length", "decimals", "required", "domain"),
    *("aliases", "unit", "codes", "personal", "note"),
)
_CODE_PARTS = ("name", "parent", "three_class", "colour", "plan_codes", "map_kind", "control")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: in which table (`layer`, `field`, `land-use`, …), of what, from what to what."""

    table: str
    code: str
    change: Change
    part: str = ""
    before: str = ""
    after: str = ""


def differences(a: Profile, b: Profile) -> list[Difference]:
    """List what profile `b` has otherwise than profile `a`, layers first, then codes."""
    found: list[Difference] = []
    ours, theirs = {s.code: s for s in a.layers}, {s.code: s for s in b.layers}
    found.extend(_presence("layer", ours, theirs))
    for code in ours.keys() & theirs.keys():
        found.extend(_layer(ours[code], theirs[code]))
    tables: list[tuple[str, CodeTable, CodeTable]] = [
        ("land-use", a.land_use, b.land_use),
        ("survey", a.survey, b.survey),
        ("zones", a.zones, b.zones),
    ]
    for name, one, other in tables:
        if one.edition != other.edition:
            found.append(Difference(name, "*", "changed", "edition", one.edition, other.edition))
        mine, yours = dict(one.items()), dict(other.items())
        found.extend(_presence(name, mine, yours))
        for code in mine.keys() & yours.keys():
            found.extend(_parts(name, code, mine[code], yours[code], _CODE_PARTS))
    order = {"layer": 0, "field": 0}
    return sorted(
        found, key=lambda d: (order.get(d.table, 1), d.table if d.table not in order else "", d.code, d.part)
    )


def _presence(table: str, ours: dict[str, Any], theirs: dict[str, Any]) -> list[Difference]:
    gone = [
        Difference(table, code, "removed", before=_shown(_name(ours[code])))
        for code in ours.keys() - theirs.keys()
    ]
    new = [
        Difference(table, code, "added", after=_shown(_name(theirs[code])))
        for code in theirs.keys() - ours.keys()
    ]
    return gone + new


def _name(item: Any) -> Any:
    return getattr(item, "title", None) or getattr(item, "name", "")


def _layer(a: LayerSpec, b: LayerSpec) -> list[Difference]:
    found = _parts("layer", a.code, a, b, _LAYER_PARTS)
    # Where the code table changed its colours, the table says so; here only what is the layer's own.
    shared = a.class_field == b.class_field and len(a.paint.colours) > 12
    found.extend(
        Difference("layer", d.code, d.change, f"paint.{d.part}", d.before, d.after)
        for d in _parts("layer", a.code, a.paint, b.paint, _PAINT_PARTS)
        if not (d.part == "colours" and shared)
    )
    ours = {f"{a.code}.{f.name}": f for f in (*a.fields, *a.others)}
    theirs = {f"{a.code}.{f.name}": f for f in (*b.fields, *b.others)}
    found.extend(_presence("field", ours, theirs))
    for name in ours.keys() & theirs.keys():
        one: FieldSpec = ours[name]
        found.extend(_parts("field", name, one, theirs[name], _FIELD_PARTS))
    return found


def _parts(table: str, code: str, a: Any, b: Any, parts: tuple[str, ...]) -> list[Difference]:
    return [
        Difference(table, code, "changed", part, _shown(getattr(a, part)), _shown(getattr(b, part)))
        for part in parts
        if hasattr(a, part) and hasattr(b, part) and getattr(a, part) != getattr(b, part)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, Text):
        return f"{value.zh} / {value.en}"
    if isinstance(value, tuple):
        return " ".join(_shown(item) for item in value)
    return "" if value is None else str(value)
