"""The layer and field tables of the package as drafts, before a profile has amended them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from tuban.domain.layer import FieldSpec
from tuban.domain.plan import LayerPlace
from tuban.errors import Text
from tuban.standards.tables import Row, keyed, shipped

GROUPS = ("present", "plan", "management", "socioeconomic")
GEOMETRIES = ("polygon", "line", "point", "table", "any")
KINDS = ("text", "integer", "number", "date")
LEVELS = ("county", "city", "township", "village")
# Layers of books that a profile does not open are not in that profile.
BOOK_ONLY = {"XG_": "detailed-hangzhou", "JSYDGZQ": "land-plan-2010-zhejiang"}


@dataclass(slots=True)
class LayerDraft:
    """A layer while a profile is put together; `fields` keep their order, `roles` are column names.

    `dialect` names the fields that only another dialect of the layer has.
    """

    code: str
    title: Text
    group: str
    geometry: str
    order: int = 100
    fields: dict[str, FieldSpec] = field(default_factory=dict)
    dialect: set[str] = field(default_factory=set)
    roles: dict[str, str | None] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    paint: dict[str, Any] = field(default_factory=dict)
    confidence: str = ""
    note: str = ""


@cache
def places() -> dict[str, tuple[LayerPlace, ...]]:
    """Give where each layer stands in the layer tables, county first."""
    rows = shipped(
        "layers/tables.csv",
        "level part seq layer name_zh geometry constraint ysdm confidence_layer confidence_name",
    )
    keyed(rows, "level", "part", "seq")
    found: dict[str, list[LayerPlace]] = {}
    for row in rows:
        found.setdefault(row["layer"], []).append(
            LayerPlace(
                level=row.one_of("level", LEVELS),  # type: ignore[arg-type]
                part=row["part"],
                seq=row.whole("seq") or 0,
                layer=row["layer"],
                constraint=row.one_of("constraint", ("M", "C", "O", "")),
                ysdm=row["ysdm"],
                confidence_layer=row["confidence_layer"],
                confidence_name=row["confidence_name"],
            )
        )
    return {code: tuple(sorted(items, key=lambda p: LEVELS.index(p.level))) for code, items in found.items()}


@cache
def aliases() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Give other names: layer alias → layer code, and (layer, field alias) → field."""
    rows = shipped("layers/aliases.csv", "kind layer alias name confidence")
    keyed(rows, "kind", "layer", "alias")
    layer_names = {row["alias"]: row["name"] for row in rows if row["kind"] == "layer"}
    field_names = {(row["layer"], row["alias"]): row["name"] for row in rows if row["kind"] == "field"}
    return layer_names, field_names


@cache
def _field_rows() -> dict[tuple[str, str], list[Row]]:
    rows = shipped(
        "layers/fields.csv",
        "book layer seq field name_zh kind length decimals unit codes domain constraint personal note "
        "confidence",
    )
    keyed(rows, "book", "layer", "field")
    tables: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        tables.setdefault((row["book"], row["layer"]), []).append(row)
    return tables


@cache
def known_books() -> tuple[str, ...]:
    """List the books of field tables that a profile may open."""
    return tuple(dict.fromkeys(book for book, _ in _field_rows() if book not in ("common", "maintenance")))


@cache
def _english() -> dict[str, str]:
    rows = shipped("layers/field-names.csv", "name_zh name_en")
    keyed(rows, "name_zh")
    return {row["name_zh"]: row["name_en"] for row in rows}


def _field(row: Row) -> FieldSpec:
    kind = row.one_of("kind", KINDS)
    return FieldSpec(
        name=row["field"],
        title=Text(row["name_zh"], _english().get(row["name_zh"], row["field"])),
        kind=kind,  # type: ignore[arg-type]
        length=row.whole("length"),
        decimals=row.whole("decimals"),
        domain=row["domain"] or None,
        confidence=row["confidence"],
        unit=row["unit"],
        codes=row["codes"],
        personal=row["personal"] == "yes",
        note=row["note"],
    )


@cache
def fields_of(layer: str, books: tuple[str, ...]) -> tuple[FieldSpec, ...]:
    """Give the fields of a layer over the books: the first book leads, later ones add what it lacks."""
    tables, (_, field_names) = _field_rows(), aliases()
    found: dict[str, FieldSpec] = {}
    for book in books:
        for row in tables.get((book, layer), ()):
            # A later book's own name for a field that is already there is an alias, not a new field.
            known = field_names.get((layer, row["field"]))
            if row["field"] not in found and known not in found:
                found[row["field"]] = _field(row)
    for (owner, alias), name in field_names.items():
        if owner == layer and name in found and alias not in found:
            found[name] = replace(found[name], aliases=(*found[name].aliases, alias))
    return tuple(found.values())


def dialect_of(layer: str, books: tuple[str, ...]) -> set[str]:
    """Name the fields that only a later book gives a layer: another dialect of it."""
    having = [book for book in books if (book, layer) in _field_rows()]
    own = {item.name for item in fields_of(layer, tuple(having[:1]))}
    return {item.name for item in fields_of(layer, books)} - own


def maintenance_fields() -> tuple[FieldSpec, ...]:
    """Give the fields of the change layer (WHC) of a maintenance triple."""
    return fields_of("WHC", ("maintenance",))


def drafts(books: Sequence[str]) -> dict[str, LayerDraft]:
    """Give every layer of the catalogue that the books hold, with its fields, unamended."""
    opened = tuple(books)
    rows = shipped(
        "layers/catalogue.csv",
        "layer title_zh title_en geometry group order fields_like area_field class_field unit_field required "
        "confidence confidence_group note",
    )
    keyed(rows, "layer")
    layer_names, _ = aliases()
    found: dict[str, LayerDraft] = {}
    for row in rows:
        code = row["layer"]
        if any(code.startswith(start) and book not in opened for start, book in BOOK_ONLY.items()):
            continue
        geometry = row.one_of("geometry", GEOMETRIES)
        fields = fields_of(row["fields_like"], opened) if row["fields_like"] else ()
        own = fields_of(code, opened)
        if not fields and (not own or _only_area(own)):
            fields = fields_of(geometry, ("common",))
        found[code] = LayerDraft(
            code=code,
            title=row.text("title"),
            group=row.one_of("group", GROUPS),
            geometry=geometry,
            order=row.whole("order") or 0,
            fields={f.name: f for f in (*fields, *own)},
            dialect=dialect_of(code, opened),
            roles={role: row[f"{role}_field"] for role in ("area", "class", "unit") if row[f"{role}_field"]},
            required=tuple(row["required"].split()),
            aliases=tuple(alias for alias, name in layer_names.items() if name == code),
            confidence=f"{row['confidence']}; group {row['confidence_group']}",
            note=row["note"],
        )
    return found


def _only_area(fields: Sequence[FieldSpec]) -> bool:
    """Say whether a source gave no more than the area: the common fields then surround it."""
    return all(f.name in ("MJ",) for f in fields)
