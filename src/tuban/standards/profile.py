"""A profile: every layer, code table and colour in force for one place and edition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from tuban.domain.code import CodeTable
from tuban.domain.landuse import LandUseClass, LandUseEdition, SettlementCode, SurveyClass
from tuban.domain.layer import FieldSpec, LayerSpec
from tuban.domain.plan import LayerPlace, PlanZone
from tuban.errors import Text, UnknownLayer

AnyClass = LandUseClass | SurveyClass | PlanZone | SettlementCode
FREE = re.compile(r"QT(_\w+)?")
# A maintained layer X is handed in as WHQX, WHCX, WHHX, the letters before the layer's name
# (WHQGHFQ; verified:GHB). Tables also write them behind it: all spellings are understood, and the
# profile says which is the code.
PARTS: dict[str, Text] = {
    "WHQ": Text("维护前", "before maintenance"),
    "WHC": Text("维护层", "maintenance change"),
    "WHH": Text("维护后", "after maintenance"),
}
_BEFORE = re.compile(r"(WH[QCH])_?(\w+)")
_BEHIND = re.compile(r"(\w+?)_?(WH[QCH])X?")


@dataclass(frozen=True)
class Profile:
    """What holds for one place: look layers up by code, values up by their code table.

    `layers` are in drawing order within the four data groups; `files` are the profile files it was
    made of, base first.
    """

    name: str
    title: Text
    edition: str
    land_use_edition: LandUseEdition
    zone_variant: str | None
    files: tuple[str, ...]
    layers: tuple[LayerSpec, ...]
    land_use: CodeTable[LandUseClass]
    survey: CodeTable[SurveyClass]
    zones: CodeTable[PlanZone]
    settlement: CodeTable[SettlementCode]
    maintenance_naming: str
    _places: Mapping[str, tuple[LayerPlace, ...]] = field(repr=False)
    _change: LayerSpec = field(repr=False)
    _by_code: dict[str, LayerSpec] = field(init=False, repr=False)
    _by_name: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_code = {spec.code: spec for spec in self.layers}
        titles: dict[str, list[str]] = {}
        for spec in self.layers:
            titles.setdefault(spec.title.zh, []).append(spec.code)
        names = {title: codes[0] for title, codes in titles.items() if len(codes) == 1}
        names |= {alias.upper(): spec.code for spec in self.layers for alias in spec.aliases}
        object.__setattr__(self, "_by_code", by_code)
        object.__setattr__(self, "_by_name", names)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all layers, in the order of `layers`."""
        return tuple(spec.code for spec in self.layers)

    def layer(self, code: str) -> LayerSpec:
        """Give the layer that a code names.

        Understood besides the code itself: any case, aliases, a Chinese title that only one layer
        has, the maintenance triple of a layer (WHQGHFQ, GHFQWHQ, GHFQWHQX) and free layers (QT_…).

        Raises
        ------
        UnknownLayer : nothing of these; `near` among its facts are the closest codes.
        """
        found = self.find(code)
        if found is None:
            raise self._unknown(code)
        return found

    def find(self, code: str) -> LayerSpec | None:
        """Give the layer that a code names, or None."""
        asked = code.strip().upper()
        if asked in self._by_code:
            return self._by_code[asked]
        if asked in self._by_name:
            return self._by_code[self._by_name[asked]]
        if FREE.fullmatch(asked):
            return self._free(asked)
        return self._maintained(asked)

    def maintenance(self, code: str) -> tuple[LayerSpec, LayerSpec, LayerSpec]:
        """Give the three layers of a maintained layer: before, change, after."""
        base = self.layer(code)
        before, change, after = (self._part(base, part) for part in PARTS)
        return before, change, after

    def places(self, code: str) -> tuple[LayerPlace, ...]:
        """List where the layer stands in the tables of the plan levels, county first."""
        return self._places.get(self.layer(code).code, ())

    def codes_of(self, field_: FieldSpec | None) -> CodeTable | None:
        """Give the code table that the values of a field come from, or None."""
        tables: dict[str, CodeTable] = {
            "land-use": self.land_use,
            "survey": self.survey,
            "zones": self.zones,
            "settlement": self.settlement,
        }
        return tables.get(field_.codes) if field_ is not None else None

    def classes_of(self, spec: LayerSpec) -> CodeTable | None:
        """Give the code table of a layer's class column, or None where it has none."""
        return self.codes_of(spec.field(spec.class_field)) if spec.class_field else None

    def class_of(self, spec: LayerSpec, stored: object) -> AnyClass | None:
        """Give what a stored class value means in a layer (010000 is 01), or None."""
        table = self.classes_of(spec)
        return table.find(stored) if table is not None else None

    def near(self, code: str) -> list[str]:
        """List the codes that look most like one, at most five."""
        asked = code.strip().upper()
        close = get_close_matches(asked, list(self._by_code), n=5, cutoff=0.6)
        titles = get_close_matches(code.strip(), list(self._by_name), n=3, cutoff=0.5)
        inside = [
            spec.code for spec in self.layers if len(code.strip()) > 1 and code.strip() in spec.title.zh
        ]
        return list(dict.fromkeys([*close, *(self._by_name[t] for t in titles), *inside]))[:5]

    def search(self, word: str) -> tuple[LayerSpec, ...]:
        """List the layers whose code, name, alias or field holds the word."""
        low = word.strip().lower()
        return tuple(
            spec
            for spec in self.layers
            if low in spec.code.lower()
            or low in spec.title.zh.lower()
            or low in spec.title.en.lower()
            or any(low == alias.lower() for alias in spec.aliases)
            or any(low == f.name.lower() or low == f.title.zh for f in (*spec.fields, *spec.others))
        )

    def _free(self, code: str) -> LayerSpec:
        base = self._by_code.get("QT")
        rest = code.removeprefix("QT").strip("_")
        title = Text(f"其他：{rest}", f"Other: {rest}") if rest else Text("其他", "Other")
        if base is not None:
            return replace(base, code=code, title=title, fields=(), id_field=None)
        return LayerSpec(code, title, "management", "any", order=500, edition=self.edition)

    def _maintained(self, asked: str) -> LayerSpec | None:
        for pattern, part, name in ((_BEFORE, 1, 2), (_BEHIND, 2, 1)):
            match = pattern.fullmatch(asked)
            base = self._by_code.get(match[name]) if match else None
            if match and base is not None:
                return self._part(base, match[part])
        return None

    def _part(self, base: LayerSpec, part: str) -> LayerSpec:
        words = PARTS[part]
        title = Text(f"{base.title.zh}({words.zh})", f"{base.title.en} ({words.en})")
        shape = self._change if part == "WHC" else base
        return replace(
            shape,
            code=self.maintenance_naming.format(part=part, layer=base.code),
            title=title,
            group="management",
            geometry=base.geometry,
            order=300 + list(PARTS).index(part),
            aliases=(f"{part}{base.code}", f"{base.code}{part}", f"{base.code}{part}X"),
            confidence=f"verified:GHB (naming, change fields); {base.confidence}",
        )

    def _unknown(self, code: str) -> UnknownLayer:
        near = self.near(code)
        named = "、".join(f"{item}({self._by_code[item].title.zh})" for item in near)
        named_en = ", ".join(f"{item} ({self._by_code[item].title.en})" for item in near)
        return UnknownLayer(
            Text(
                f"标准配置 {self.name} 中没有图层“{code}”。",
                f"The profile {self.name} has no layer {code!r}.",
            ),
            Text(
                (f"是否指：{named}？" if near else "") + "不在标准内的数据可用 QT_ 开头的代码入库。",
                (f"Did you mean: {named_en}? " if near else "")
                + "Data outside the standard load under a code that begins with QT_.",
            ),
            code=code,
            near=near,
        )
