"""The one reader of the standards: profiles with their layers, and the code tables.

>>> profile().layer("DLTB").title.zh
'地类图斑'
>>> land_use_classes("2023")["010000"].name.zh
'耕地'
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from tuban.domain.code import CodeTable, normalise_class_code, pad_class_code
from tuban.domain.layer import FieldSpec, LayerSpec, Paint
from tuban.errors import Text
from tuban.standards.admin import admin_codes
from tuban.standards.amend import ROLES, amend
from tuban.standards.amendcodes import amend_codes
from tuban.standards.chain import chain, shipped_profiles, text_of
from tuban.standards.codes import (
    collisions,
    control_lines,
    edition_of,
    land_use_classes,
    plan_zones,
    settlement_codes,
    sources,
    survey_classes,
    survey_to_plan,
    trial_to_2023,
)
from tuban.standards.layertables import LayerDraft, drafts, maintenance_fields, places
from tuban.standards.paintbook import paint_file, paint_of, raw_paint
from tuban.standards.profile import Profile
from tuban.standards.yamldoc import YamlDoc

DEFAULT_PROFILE = "national-2021"


def profile(name: str = DEFAULT_PROFILE, overlay: Path | None = None) -> Profile:
    """Give a profile of the package, amended by a locality's own YAML file where one is given.

    Raises
    ------
    StandardsFault : a file contradicts itself or what it builds on; the message names file and line.
    NotFound : there is no profile of that name.
    """
    docs = chain(name, Path(overlay) if overlay is not None else None)
    return _build(tuple(docs))


def user_profile(path: Path) -> Profile:
    """Give the profile of a locality's own YAML file; what it builds on is its `extends`."""
    return profile(overlay=path)


@cache
def _build(docs: tuple[YamlDoc, ...]) -> Profile:
    said: dict[str, object] = {}
    roles: dict[str, list[str]] = {}
    for doc in docs:
        said |= {
            key: value
            for key, value in doc.whole().items()
            if key not in ("layers", "classes", "three_class")
        }
        roles |= _roles(doc)
    last = docs[-1]
    name = str(said.get("name") or last.file.rsplit(".", 1)[0])
    edition = _setting(docs, "land_use_edition", lambda value: edition_of(str(value)))
    variant = said.get("zone_variant")
    zones = _setting(docs, "zone_variant", lambda value: plan_zones(str(value) if value else None))
    land_use, survey = land_use_classes(edition), survey_classes()
    layers = drafts([str(book) for book in said["books"]])  # type: ignore[union-attr]
    for doc in docs:
        mark = f"profile:{doc.whole().get('name') or doc.file}"
        amend(layers, doc, mark)
        land_use = amend_codes(land_use, "land_use", doc, mark)
        survey = amend_codes(survey, "survey", doc, mark)
        zones = amend_codes(zones, "zones", doc, mark)
    _check_names(docs, layers)
    book = _PaintBook(
        {"land-use": land_use, "survey": survey, "zones": zones, "settlement": settlement_codes()}
    )
    stamp = str(said.get("edition") or "")
    specs = sorted(
        (_spec(draft, roles, book, stamp) for draft in layers.values()),
        key=lambda s: (s.group, s.order, s.code),
    )
    title = next((d.whole()["title"] for d in reversed(docs) if "title" in d.whole()), name)
    return Profile(
        name=name,
        title=text_of(last, ("title",), title),
        edition=stamp,
        land_use_edition=edition,
        zone_variant=str(variant) if variant else None,
        files=tuple(doc.file for doc in docs),
        layers=tuple(specs),
        land_use=land_use,
        survey=survey,
        zones=zones,
        settlement=settlement_codes(),
        maintenance_naming=str(said["maintenance"]),
        _places=places(),
        _change=_change_spec(book, stamp),
    )


class _PaintBook:
    """The colours of each code table, made once and shared by every layer that uses them."""

    def __init__(self, tables: dict[str, CodeTable]) -> None:
        self._tables = tables
        self._made: dict[str, tuple[tuple[str, str, Text], ...]] = {}

    def colours(self, table: str) -> tuple[tuple[str, str, Text], ...]:
        """Give (code, colour, name) of every entry of a code table."""
        if table not in self._made:
            self._made[table] = tuple(
                (item.code, item.colour, item.name) for item in self._tables[table].values()
            )
        return self._made[table]


def _setting(docs: tuple[YamlDoc, ...], key: str, read):
    """Read the last word on a setting; a fault in it names the file that said it."""
    from tuban.errors import UnknownCode

    doc = next((d for d in reversed(docs) if key in d.whole()), docs[-1])
    try:
        return read(doc.whole().get(key))
    except UnknownCode as error:
        raise doc.fault((key,), error.problem, error.fix) from error


def _roles(doc: YamlDoc) -> dict[str, list[str]]:
    found = doc.whole().get("roles") or {}
    for role, columns in found.items():
        if role not in ROLES or not isinstance(columns, list):
            raise doc.fault(
                ("roles", role),
                Text(
                    f"roles 只有 {'、'.join(ROLES)}，值为字段列表。",
                    f"`roles` has {', '.join(ROLES)}, each a list of fields.",
                ),
            )
    return found


def _check_names(docs: tuple[YamlDoc, ...], layers: dict[str, LayerDraft]) -> None:
    owner: dict[str, str] = {}
    for draft in layers.values():
        for alias in draft.aliases:
            other = alias.upper() if alias.upper() in layers else owner.get(alias.upper(), draft.code)
            if other != draft.code:
                doc = next((d for d in reversed(docs) if d.line(("layers", draft.code, "aliases"))), docs[-1])
                raise doc.fault(
                    ("layers", draft.code, "aliases"),
                    Text(
                        f"别名“{alias}”已属于图层 {other}。",
                        f"The alias {alias!r} already belongs to the layer {other}.",
                    ),
                )
            owner[alias.upper()] = draft.code


def _role(draft: LayerDraft, role: str, candidates: list[str]) -> str | None:
    if role in draft.roles:
        return draft.roles[role]
    found = next((name for name in candidates if name in draft.fields and name not in draft.dialect), None)
    # A declared area is compared with the measured one: only a column known to be in m² will do.
    if role == "area" and found is not None and draft.fields[found].unit != "m²":
        return None
    return found


def _spec(draft: LayerDraft, roles: dict[str, list[str]], book: _PaintBook, edition: str) -> LayerSpec:
    fields: tuple[FieldSpec, ...] = tuple(
        replace(item, required=item.name in draft.required)
        if item.required != (item.name in draft.required)
        else item
        for item in draft.fields.values()
    )
    column = {role: _role(draft, role, roles.get(role, [])) for role in ROLES}
    return LayerSpec(
        code=draft.code,
        title=draft.title,
        group=draft.group,  # type: ignore[arg-type]
        geometry=draft.geometry,  # type: ignore[arg-type]
        fields=tuple(item for item in fields if item.name not in draft.dialect),
        others=tuple(item for item in fields if item.name in draft.dialect),
        id_field=column["id"],
        area_field=column["area"] if draft.geometry == "polygon" else None,
        class_field=column["class"],
        unit_field=column["unit"],
        paint=_paint(draft, book),
        order=draft.order,
        aliases=draft.aliases,
        edition=edition,
        confidence=draft.confidence,
        note=draft.note,
    )


def _paint(draft: LayerDraft, book: _PaintBook) -> Paint:
    keys = raw_paint(draft.code, draft.group, draft.geometry) | draft.paint
    # A paint shared by several layers may name a column that one of them lacks.
    keys |= {key: None for key in ("by", "label") if keys.get(key) not in draft.fields}
    return paint_of(keys if keys["by"] else keys | {"colours": None}, book.colours)


def _change_spec(book: _PaintBook, edition: str) -> LayerSpec:
    keys = paint_file().whole()["maintenance"]["change"]
    return LayerSpec(
        code="WHC",
        title=Text("维护层", "Maintenance change"),
        group="management",
        geometry="polygon",
        fields=maintenance_fields(),
        id_field="BSM",
        unit_field="XZQDM",
        paint=paint_of(keys, book.colours),
        edition=edition,
    )


__all__ = [
    "DEFAULT_PROFILE",
    "Profile",
    "admin_codes",
    "collisions",
    "control_lines",
    "land_use_classes",
    "normalise_class_code",
    "pad_class_code",
    "plan_zones",
    "profile",
    "settlement_codes",
    "shipped_profiles",
    "sources",
    "survey_classes",
    "survey_to_plan",
    "trial_to_2023",
    "user_profile",
]
