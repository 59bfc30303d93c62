"""The rules of a verb as a profile has them: the shipped catalogue, changed by nation, province, city, county.

>>> quality_rules()["4201"].severity.value
'V'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tuban.domain.finding import Severity
from tuban.domain.rule import Rule, RuleBook
from tuban.errors import Text
from tuban.standards.chain import chain, text_of
from tuban.standards.tables import HERE
from tuban.standards.yamldoc import YamlDoc, read_yaml

QUALITY = HERE / "rules" / "quality.yaml"
_RULE_KEYS = ("title", "definition", "severity", "dimension", "mender", "source", "confidence", "editions",
              "parameters", "enabled")  # fmt: skip
# Quality dimensions after GB/T 24356 and ISO 19157.
DIMENSIONS: dict[str, Text] = {
    "completeness": Text("完整性", "Completeness"),
    "reference": Text("数学基础", "Spatial reference"),
    "structure": Text("结构与值", "Structure and values"),
    "geometry": Text("图形与拓扑", "Geometry and topology"),
    "logic": Text("逻辑一致性", "Logical consistency"),
    "numbers": Text("面积与数值", "Areas and numbers"),
    "text": Text("文本与图件", "Text and drawings"),
}
# Who mends what a rule finds.
MENDERS: dict[str, Text] = {
    "planner": Text("编制单位", "the planning institute"),
    "producer": Text("数据生产单位", "the data producer"),
    "reviewer": Text("审查单位", "the reviewing office"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """How one rule differs between two rule books; `before` or `after` is None where it is new or gone."""

    rule: str
    what: str
    before: Any
    after: Any


class QualityBook(RuleBook):
    """The rules of quality inspection with the numbers that all of them share (`tolerance`)."""

    def __init__(self, name: str, version: str, rules: list[Rule], tolerance: Mapping[str, Any]) -> None:
        super().__init__(name, version, rules)
        self.tolerance = dict(tolerance)


def quality_rules(name: str = "national-2021", overlay: Path | None = None) -> QualityBook:
    """Give the quality rules of a profile; a locality's own YAML may change them under `quality`.

    Raises
    ------
    StandardsFault : a file contradicts itself or names a rule or number that does not exist.
    NotFound : there is no profile of that name.
    """
    base = read_yaml(QUALITY)
    whole = base.whole()
    rules = {
        rule_id: _rule(base, ("rules", rule_id), rule_id, keys) for rule_id, keys in whole["rules"].items()
    }
    tolerance: dict[str, Any] = dict(whole["tolerance"])
    version = str(whole["version"])
    docs = chain(name, Path(overlay) if overlay is not None else None)
    for doc in docs:
        said = doc.whole().get("quality")
        if said is None:
            continue
        _amend(doc, said, rules, tolerance)
        version = f"{version}+{doc.whole().get('name') or doc.file.rsplit('.', 1)[0]}"
        version += f" {said['version']}" if "version" in said else ""
    return QualityBook("quality", version, list(rules.values()), tolerance)


def compare_books(before: QualityBook, after: QualityBook) -> list[Change]:
    """List what differs between two books, rule by rule, in the order of their numbers."""
    changes = [
        Change("tolerance", name, before.tolerance.get(name), after.tolerance.get(name))
        for name in sorted({*before.tolerance, *after.tolerance})
        if before.tolerance.get(name) != after.tolerance.get(name)
    ]
    for rule_id in sorted({rule.id for rule in before} | {rule.id for rule in after}):
        if rule_id not in before or rule_id not in after:
            there = rule_id in before
            changes.append(Change(rule_id, "rule", rule_id if there else None, None if there else rule_id))
            continue
        old, new = before[rule_id], after[rule_id]
        for item in fields(Rule):
            if item.name == "parameters":
                changes += [
                    Change(rule_id, name, old.parameters.get(name), new.parameters.get(name))
                    for name in sorted({*old.parameters, *new.parameters})
                    if old.parameters.get(name) != new.parameters.get(name)
                ]
            elif getattr(old, item.name) != getattr(new, item.name):
                changes.append(Change(rule_id, item.name, getattr(old, item.name), getattr(new, item.name)))
    return changes


def _amend(doc: YamlDoc, said: Any, rules: dict[str, Rule], tolerance: dict[str, Any]) -> None:
    path = ("quality",)
    if not isinstance(said, dict) or not set(said) <= {"rules", "tolerance", "version"}:
        raise doc.fault(
            path,
            Text(
                "quality 下只有 rules、tolerance、version。",
                "`quality` has rules, tolerance and version only.",
            ),
        )
    for name, value in (said.get("tolerance") or {}).items():
        if name not in tolerance:
            near = get_close_matches(name, tolerance, n=1)
            raise doc.fault(
                (*path, "tolerance", name),
                Text(f"没有容差“{name}”。", f"There is no tolerance {name!r}."),
                Text(f"可用:{'、'.join(near or tolerance)}。", f"Use {', '.join(near or tolerance)}."),
            )
        tolerance[name] = value
    for rule_id, asked in (said.get("rules") or {}).items():
        here = (*path, "rules", rule_id)
        keys = {"enabled": False} if asked is False else asked
        if not isinstance(keys, dict):
            raise doc.fault(here, Text("规则的修改应为“键: 值”。", "A rule's changes must be a mapping."))
        rules[rule_id] = (
            _changed(doc, here, rules[rule_id], keys) if rule_id in rules else _rule(doc, here, rule_id, keys)
        )


def _rule(doc: YamlDoc, path: tuple[str, ...], rule_id: str, keys: dict[str, Any]) -> Rule:
    missing = [key for key in ("title", "definition", "severity", "dimension", "mender") if key not in keys]
    if missing:
        near = "、".join(missing)
        raise doc.fault(
            path,
            Text(
                f"没有规则 {rule_id};新规则还应写明 {near}。",
                f"There is no rule {rule_id}; a new one needs {near}.",
            ),
        )
    blank = Rule(
        rule_id, Text("", ""), Text("", ""), Severity.VETO, "structure", "planner", "", "project default"
    )
    return _changed(doc, path, blank, keys)


def _changed(doc: YamlDoc, path: tuple[str, ...], old: Rule, keys: dict[str, Any]) -> Rule:
    values: dict[str, Any] = {}
    for key, value in keys.items():
        here = (*path, key)
        if key not in _RULE_KEYS:
            raise doc.fault(
                here,
                Text(f"规则没有“{key}”这一项。", f"A rule has no {key!r}."),
                Text(f"可用:{'、'.join(_RULE_KEYS)}。", f"Use {', '.join(_RULE_KEYS)}."),
            )
        if key in ("title", "definition"):
            values[key] = text_of(doc, here, value)
        elif key == "severity":
            values[key] = _severity(doc, here, value)
        elif key == "dimension":
            values[key] = _one_of(doc, here, value, DIMENSIONS)
        elif key == "mender":
            values[key] = _one_of(doc, here, value, MENDERS)
        elif key == "enabled":
            if not isinstance(value, bool):
                raise doc.fault(here, Text("应为 true 或 false。", "It must be true or false."))
            values[key] = value
        elif key == "parameters":
            if not isinstance(value, dict):
                raise doc.fault(here, Text("parameters 应为“键: 值”。", "`parameters` must be a mapping."))
            values[key] = {**old.parameters, **value}
        elif key == "editions":
            values[key] = tuple(str(one) for one in value or ())
        else:
            values[key] = str(value)
    return replace(old, **values)


def _severity(doc: YamlDoc, path: tuple[str, ...], value: Any) -> Severity:
    return Severity(_one_of(doc, path, value, {one.value: one.label for one in Severity}))


def _one_of(doc: YamlDoc, path: tuple[str, ...], value: Any, allowed: Mapping[str, Any]) -> str:
    if value not in allowed:
        raise doc.fault(
            path,
            Text(f"“{value}”不可用。", f"{value!r} is not allowed."),
            Text(f"可用:{'、'.join(allowed)}。", f"Use one of: {', '.join(allowed)}."),
        )
    return str(value)
