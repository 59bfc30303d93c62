"""What a profile file changes in the code tables: names, colours, local codes, the three great classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from tuban.domain.code import CodeTable
from tuban.domain.landuse import LandUseClass, SurveyClass
from tuban.domain.plan import PlanZone
from tuban.errors import Text
from tuban.standards.chain import text_of, three_class_of
from tuban.standards.paintbook import COLOUR
from tuban.standards.yamldoc import YamlDoc

C = TypeVar("C", LandUseClass, SurveyClass, PlanZone)
# Name of the table in a profile file → what it holds.
TABLES = ("land_use", "survey", "zones")
_KEYS = {"name", "colour", "parent", "note", "control"}
_Path = tuple[str, ...]


def amend_codes(table: CodeTable[C], which: str, doc: YamlDoc, mark: str) -> CodeTable[C]:
    """Give the table with what `classes` and `three_class` of one profile file say about it."""
    classes = _part(doc, "classes", TABLES).get(which) or {}
    switches = _part(doc, "three_class", ("land_use", "survey")).get(which) or {}
    if not classes and not switches:
        return table
    items: dict[str, C] = dict(table.items())
    for code, keys in classes.items():
        items[code] = _entry(doc, ("classes", which, code), code, keys, items=items, table=table, mark=mark)
    for code, value in switches.items():
        path = ("three_class", which, code)
        if code not in items:
            raise doc.fault(
                path, Text(f"{table.title.zh}中没有“{code}”。", f"{table.title.en} has no {code!r}.")
            )
        great = three_class_of(doc, path, value)
        # A switch holds for the class and everything under it; a switch further down wins.
        for under in _under(code, items, set(switches) - {code}):
            items[under] = replace(items[under], three_class=great, confidence_three_class=mark)
    return CodeTable(items, title=table.title, edition=table.edition, hint=table.hint)


def _part(doc: YamlDoc, key: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    part = doc.whole().get(key) or {}
    for name, value in part.items():
        if name not in allowed:
            raise doc.fault(
                (key, name),
                Text(f"没有编码表“{name}”。", f"There is no code table {name!r}."),
                Text(f"可用：{'、'.join(allowed)}。", f"Use one of: {', '.join(allowed)}."),
            )
        if not isinstance(value, dict):
            raise doc.fault((key, name), Text("应为“编码: …”。", "It must map codes to their changes."))
    return part


def _entry(
    doc: YamlDoc, path: _Path, code: str, keys: Any, *, items: dict[str, C], table: CodeTable[C], mark: str
) -> C:
    if not isinstance(keys, dict) or not set(keys) <= _KEYS:
        raise doc.fault(
            path, Text(f"可用：{'、'.join(sorted(_KEYS))}。", f"Use of: {', '.join(sorted(_KEYS))}.")
        )
    parent = str(keys["parent"]) if keys.get("parent") is not None else None
    if parent is not None and parent not in items:
        raise doc.fault(
            (*path, "parent"), Text(f"没有上级编码“{parent}”。", f"There is no parent {parent!r}.")
        )
    old = items.get(code)
    if old is None:
        if "name" not in keys or parent is None:
            raise doc.fault(
                path,
                Text(f"{table.title.zh}中没有“{code}”。", f"{table.title.en} has no {code!r}."),
                Text("如为新增编码，请写明 name 和 parent。", "For a new code give name and parent."),
            )
        # A new code starts as its parent: same colour, same great class.
        above = items[parent]
        depth = {"depth": above.depth + 1} if isinstance(above, PlanZone) else {"level": above.level + 1}
        old = replace(above, code=code, parent=parent, note="", **depth)
    values: dict[str, Any] = {"confidence": mark}
    if "name" in keys:
        values["name"] = text_of(doc, (*path, "name"), keys["name"])
    if "colour" in keys:
        if not isinstance(keys["colour"], str) or not COLOUR.fullmatch(keys["colour"]):
            raise doc.fault(
                (*path, "colour"), Text('颜色应写作 "#rrggbb"。', 'Write the colour as "#rrggbb".')
            )
        values["colour"] = keys["colour"].lower()
        if not isinstance(old, SurveyClass):
            values["confidence_colour"] = mark
    if parent is not None:
        values["parent"] = parent
    if "note" in keys:
        values["note"] = str(keys["note"])
    if "control" in keys and isinstance(old, PlanZone):
        values["control"] = str(keys["control"])
    return replace(old, **values)


def _under(code: str, items: dict[str, C], stops: set[str]) -> list[str]:
    found = [code]
    for item in items.values():
        if item.parent == code and item.code not in stops:
            found.extend(_under(item.code, items, stops))
    return found
