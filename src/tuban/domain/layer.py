"""What a layer must look like: its fields, its kind of geometry, its place among the four data groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuban.errors import Text

# The four data groups of a "One Map" (一张图): present state, plan, management, society and economy.
DataGroup = Literal["present", "plan", "management", "socioeconomic"]
GeometryKind = Literal["polygon", "line", "point", "table", "any"]
FieldKind = Literal["text", "integer", "number", "date"]

GROUP_TITLES: dict[DataGroup, Text] = {
    "present": Text("现状数据", "Present state"),
    "plan": Text("规划数据", "Plan"),
    "management": Text("管理数据", "Management"),
    "socioeconomic": Text("社会经济数据", "Society and economy"),
}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One column. `decimals` only for numbers; `aliases` are other dialects' names for it.

    `codes` names the code table of its values (`survey`, `land-use`, `zones`, `settlement`);
    `personal` marks data about persons, to be left out of whatever is published.
    """

    name: str
    title: Text
    kind: FieldKind
    length: int | None = None
    decimals: int | None = None
    required: bool = False
    domain: str | None = None
    aliases: tuple[str, ...] = ()
    confidence: str = ""
    unit: str = ""
    codes: str = ""
    personal: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paint:
    """How a layer is drawn: CSS colours, `#rrggbb`; widths in screen pixels.

    `by` names the column that picks a colour from `colours` (value → colour, label); where it is
    None every object is drawn alike.
    """

    fill: str | None = None
    fill_opacity: float = 0.5
    line: str | None = None
    line_width_px: float = 1.0
    dash: tuple[float, ...] = ()
    casing: str | None = None
    by: str | None = None
    colours: tuple[tuple[str, str, Text], ...] = ()
    label: str | None = None


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer of a plan database, in one edition of one profile."""

    code: str
    title: Text
    group: DataGroup
    geometry: GeometryKind
    fields: tuple[FieldSpec, ...] = ()
    # Identifier that must be unique where present (BSM 标识码), declared area (m²), class and unit columns.
    id_field: str | None = None
    area_field: str | None = None
    class_field: str | None = None
    unit_field: str | None = None
    paint: Paint = Paint()
    order: int = 0
    aliases: tuple[str, ...] = ()
    edition: str = ""
    confidence: str = ""
    note: str = ""
    # Columns that only other dialects of the layer have: understood where they come, never expected.
    others: tuple[FieldSpec, ...] = ()

    def field(self, name: str) -> FieldSpec | None:
        """Give the field called `name`, of the layer or of another dialect of it, or None."""
        return next((field for field in (*self.fields, *self.others) if field.name == name), None)
