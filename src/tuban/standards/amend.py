"""What a profile file changes in the layers: titles, groups, fields, obligations, paint, new layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from tuban.domain.layer import FieldSpec
from tuban.errors import Text
from tuban.standards.chain import text_of
from tuban.standards.layertables import GEOMETRIES, GROUPS, KINDS, LayerDraft, fields_of
from tuban.standards.paintbook import check_paint
from tuban.standards.yamldoc import YamlDoc

ROLES = ("id", "class", "area", "unit")
LAYER_KEYS = {
    "title", "group", "geometry", "order", "note", "aliases", "required", "fields", "paint", "remove",
    *(f"{role}_field" for role in ROLES),
}  # fmt: skip
FIELD_KEYS = {f.name for f in dataclass_fields(FieldSpec)} - {"name", "confidence"}
_Path = tuple[str, ...]


def amend(drafts: dict[str, LayerDraft], doc: YamlDoc, mark: str) -> None:
    """Apply the `layers` part of one profile file; `mark` becomes the confidence of what it sets."""
    for code, keys in (doc.whole().get("layers") or {}).items():
        path = ("layers", code)
        if not isinstance(keys, dict):
            raise doc.fault(path, Text("图层的修改应为“键: 值”。", "A layer's changes must be a mapping."))
        _known(doc, path, keys, LAYER_KEYS)
        if keys.get("remove"):
            if drafts.pop(code, None) is None:
                raise _unknown(doc, path, code, drafts)
            continue
        if code not in drafts:
            drafts[code] = _new(doc, path, code, keys, drafts=drafts, mark=mark)
        _change(doc, path, drafts[code], keys, mark)


def _known(doc: YamlDoc, path: _Path, keys: Iterable[str], allowed: set[str]) -> None:
    for key in keys:
        if key not in allowed:
            near = get_close_matches(key, sorted(allowed), n=1)
            raise doc.fault(
                (*path, key),
                Text(f"不认识的项“{key}”。", f"Unknown key {key!r}."),
                Text(f"是否指 {near[0]}?", f"Did you mean {near[0]}?")
                if near
                else Text(
                    f"可用：{'、'.join(sorted(allowed))}。", f"Use one of: {', '.join(sorted(allowed))}."
                ),
            )


def _unknown(doc: YamlDoc, path: _Path, code: str, drafts: dict[str, LayerDraft]) -> Exception:
    near = get_close_matches(code.upper(), list(drafts), n=3, cutoff=0.6)
    hint = f"相近的有：{'、'.join(near)}。" if near else ""
    hint_en = f"Near it: {', '.join(near)}. " if near else ""
    return doc.fault(
        path,
        Text(f"没有图层“{code}”。", f"There is no layer {code!r}."),
        Text(
            hint + "如为新图层，请写明 title、group、geometry。",
            hint_en + "For a new layer give title, group and geometry.",
        ),
        near=near,
    )


def _new(
    doc: YamlDoc, path: _Path, code: str, keys: dict[str, Any], *, drafts: dict[str, LayerDraft], mark: str
) -> LayerDraft:
    if not {"title", "group", "geometry"} <= set(keys):
        raise _unknown(doc, path, code, drafts)
    if code != code.upper() or not code.replace("_", "").isalnum() or not code.isascii():
        raise doc.fault(
            path,
            Text(
                "图层代码用大写字母、数字和下划线。",
                "A layer code has capital letters, digits and underscores.",
            ),
        )
    geometry = str(keys["geometry"])
    common = () if "fields" in keys else fields_of(geometry, ("common",))
    return LayerDraft(
        code=code,
        title=text_of(doc, (*path, "title"), keys["title"]),
        group=str(keys["group"]),
        geometry=geometry,
        fields={f.name: f for f in common},
        confidence=mark,
    )


def _change(doc: YamlDoc, path: _Path, draft: LayerDraft, keys: dict[str, Any], mark: str) -> None:
    if "title" in keys:
        draft.title = text_of(doc, (*path, "title"), keys["title"])
    if "group" in keys:
        draft.group = _one_of(doc, (*path, "group"), keys["group"], GROUPS)
    if "geometry" in keys:
        draft.geometry = _one_of(doc, (*path, "geometry"), keys["geometry"], GEOMETRIES)
    if "order" in keys:
        draft.order = _whole(doc, (*path, "order"), keys["order"])
    if "note" in keys:
        draft.note = str(keys["note"])
    if "aliases" in keys:
        draft.aliases = (*draft.aliases, *_words(doc, (*path, "aliases"), keys["aliases"]))
    _change_fields(doc, (*path, "fields"), draft, keys.get("fields") or {}, mark)
    if "required" in keys:
        draft.required = _words(doc, (*path, "required"), keys["required"])
    for name in draft.required:
        if name not in draft.fields:
            raise doc.fault(
                (*path, "required" if "required" in keys else "fields"),
                Text(
                    f"必填字段“{name}”不在该图层的字段中。",
                    f"The required field {name!r} is not a field of the layer.",
                ),
            )
    for role in ROLES:
        if f"{role}_field" in keys:
            value = keys[f"{role}_field"]
            if value is not None and value not in draft.fields:
                raise doc.fault(
                    (*path, f"{role}_field"),
                    Text(f"该图层没有字段“{value}”。", f"The layer has no field {value!r}."),
                )
            draft.roles[role] = value
    area = draft.roles.get("area")
    if area and area in draft.fields and draft.fields[area].unit not in ("", "m²"):
        raise doc.fault(
            (*path, "area_field"),
            Text(f"面积字段 {area} 的单位是 {draft.fields[area].unit}，应为 m²。",
                 f"The area field {area} is in {draft.fields[area].unit}; it must be m²."),
        )  # fmt: skip
    if "paint" in keys:
        check_paint(doc, (*path, "paint"), keys["paint"])
        for key in ("by", "label"):
            name = keys["paint"].get(key)
            if name is not None and name not in draft.fields:
                raise doc.fault(
                    (*path, "paint", key),
                    Text(f"该图层没有字段“{name}”。", f"The layer has no field {name!r}."),
                )
        draft.paint = draft.paint | keys["paint"]
    draft.confidence = (
        draft.confidence if mark in draft.confidence else f"{draft.confidence}; amended by {mark}"
    )


def _change_fields(doc: YamlDoc, path: _Path, draft: LayerDraft, changes: Any, mark: str) -> None:
    if not isinstance(changes, dict):
        raise doc.fault(path, Text("fields 应为“字段: {…}”。", "`fields` must map a field to its changes."))
    for name, keys in changes.items():
        here = (*path, name)
        if keys is None:
            if draft.fields.pop(name, None) is None:
                raise doc.fault(
                    here, Text(f"没有字段“{name}”可删。", f"There is no field {name!r} to remove.")
                )
            draft.required = tuple(r for r in draft.required if r != name)
            draft.roles = {role: column for role, column in draft.roles.items() if column != name}
            continue
        if not isinstance(keys, dict):
            raise doc.fault(here, Text("字段的修改应为“键: 值”。", "A field's changes must be a mapping."))
        _known(doc, here, keys, FIELD_KEYS)
        old = draft.fields.get(name)
        if old is None and not {"title", "kind"} <= set(keys):
            near = get_close_matches(name, list(draft.fields), n=2)
            raise doc.fault(
                here,
                Text(f"该图层没有字段“{name}”。", f"The layer has no field {name!r}."),
                Text(
                    ("相近的有：" + "、".join(near) + "。" if near else "")
                    + "如为新字段，请写明 title 和 kind。",
                    ("Near it: " + ", ".join(near) + ". " if near else "")
                    + "For a new field give title and kind.",
                ),
            )
        draft.dialect.discard(name)  # a profile that speaks of a column has it
        draft.fields[name] = _field(doc, here, old or FieldSpec(name, Text(name, name), "text"), keys, mark)
        if "required" in keys:
            others = tuple(r for r in draft.required if r != name)
            draft.required = (*others, name) if keys["required"] else others
    _check_aliases(doc, path, draft)


def _field(doc: YamlDoc, path: _Path, old: FieldSpec, keys: dict[str, Any], mark: str) -> FieldSpec:
    values: dict[str, Any] = {}
    for key, value in keys.items():
        here = (*path, key)
        if key == "title":
            values[key] = text_of(doc, here, value)
        elif key == "kind":
            values[key] = _one_of(doc, here, value, KINDS)
        elif key in ("length", "decimals"):
            values[key] = None if value is None else _whole(doc, here, value)
        elif key in ("required", "personal"):
            if not isinstance(value, bool):
                raise doc.fault(here, Text("应为 true 或 false。", "It must be true or false."))
            values[key] = value
        elif key == "aliases":
            values[key] = (*old.aliases, *_words(doc, here, value))
        elif key == "codes":
            values[key] = _one_of(doc, here, value or "", ("", "survey", "land-use", "zones", "settlement"))
        else:
            values[key] = None if value is None and key == "domain" else str(value)
    return replace(old, **values, confidence=mark)


def _check_aliases(doc: YamlDoc, path: _Path, draft: LayerDraft) -> None:
    owner: dict[str, str] = {}
    for item in draft.fields.values():
        for alias in item.aliases:
            if alias in draft.fields or owner.get(alias, item.name) != item.name:
                other = alias if alias in draft.fields else owner[alias]
                raise doc.fault(
                    (*path, item.name, "aliases"),
                    Text(
                        f"别名“{alias}”已属于字段 {other}。",
                        f"The alias {alias!r} already belongs to the field {other}.",
                    ),
                )
            owner[alias] = item.name


def _one_of(doc: YamlDoc, path: _Path, value: Any, allowed: Iterable[str]) -> str:
    allowed = tuple(allowed)
    if value not in allowed:
        raise doc.fault(
            path,
            Text(f"“{value}”不可用。", f"{value!r} is not allowed."),
            Text(
                f"可用：{'、'.join(filter(None, allowed))}。",
                f"Use one of: {', '.join(filter(None, allowed))}.",
            ),
        )
    return str(value)


def _whole(doc: YamlDoc, path: _Path, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise doc.fault(path, Text("应为不小于 0 的整数。", "It must be a whole number, 0 or more."))
    return value


def _words(doc: YamlDoc, path: _Path, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise doc.fault(path, Text("应为名称的列表。", "It must be a list of names."))
    return tuple(value)
