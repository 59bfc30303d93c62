"""Rule packs from YAML: every key known, every predicate of the closed set, every rule with its source."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from tuban.domain.siterule import (
    ATTRIBUTES,
    JOINERS,
    PREDICATES,
    Argument,
    Effect,
    NeededLayer,
    NotForSites,
    Predicate,
    RulePack,
    SiteRule,
)
from tuban.errors import NotFound, Text
from tuban.standards.chain import text_of
from tuban.standards.tables import HERE
from tuban.standards.yamldoc import YamlDoc, read_yaml

_FOLDER = HERE / "rules" / "compliance"
_PACK_KEYS = {"pack", "title", "region", "version", "extends", "rules", "not_for_sites", "layers", "note"}
_RULE_KEYS = {
    "title", "when", "effect", "clause", "source", "confidence", "since", "until", "advice", "conditions",
    "documents", "unless", "exempt", "group", "strictness", "seen", "note", "versions",
}  # fmt: skip
_MUST_HAVE = ("title", "when", "effect", "clause", "source", "confidence", "since")
_Path = tuple[str, ...]


def shipped_packs() -> tuple[str, ...]:
    """List the names of the packs that come with the system."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def pack(name: str | Path) -> RulePack:
    """Give one pack by its name, or from a YAML file of one's own.

    Raises
    ------
    NotFound : no pack of that name.
    StandardsFault : the file contradicts itself; the message names the line.
    """
    path = Path(name) if str(name).endswith((".yaml", ".yml")) else _FOLDER / f"{name}.yaml"
    if path.parent == _FOLDER and not path.is_file():
        have = shipped_packs()
        raise NotFound(
            Text(f"没有规则包“{name}”。", f"There is no rule pack {str(name)!r}."),
            Text(
                f"现有:{'、'.join(have)};自有规则包请给出 YAML 文件。",
                f"There are: {', '.join(have)}; or give a YAML file.",
            ),
            pack=str(name),
        )
    return _pack(read_yaml(path), path)


def packs(*names: str | Path) -> tuple[RulePack, ...]:
    """Give packs and all that they build on, base first, each once.

    Raises
    ------
    StandardsFault : packs extend one another in a circle.
    """
    found: dict[str, RulePack] = {}

    def add(name: str | Path, above: tuple[str, ...]) -> None:
        this = pack(name)
        if this.name in above:
            circle = " → ".join((*above, this.name))
            raise _doc(name).fault(
                ("extends",),
                Text(f"规则包互相引用成环:{circle}。", f"The packs extend in a circle: {circle}."),
            )
        for base in this.extends:
            near = Path(name).parent / base if str(base).endswith((".yaml", ".yml")) else base
            add(near, (*above, this.name))
        found.setdefault(this.name, this)

    for name in names:
        add(name, ())
    return tuple(found.values())


def packs_for(region: str) -> tuple[RulePack, ...]:
    """Give the shipped packs of the country and of every region that holds the unit with this code."""
    held = [pack(name) for name in shipped_packs()]
    names = [
        p.name for p in sorted(held, key=lambda p: (len(p.region), p.name)) if region.startswith(p.region)
    ]
    return packs(*names)


def _doc(name: str | Path) -> YamlDoc:
    return read_yaml(Path(name) if str(name).endswith((".yaml", ".yml")) else _FOLDER / f"{name}.yaml")


@cache
def _pack(doc: YamlDoc, path: Path) -> RulePack:
    whole = doc.whole()
    _only(doc, (), whole, _PACK_KEYS)
    for key in ("pack", "title", "version", "rules"):
        if key not in whole:
            raise doc.fault((), Text(f"规则包缺少“{key}”。", f"The pack lacks {key!r}."))
    name, version = str(whole["pack"]), str(whole["version"])
    rules: list[SiteRule] = []
    if not isinstance(whole["rules"], dict):
        raise doc.fault(("rules",), Text("rules 应为“编号: 规则”。", "`rules` maps ids to rules."))
    for rule_id, said in whole["rules"].items():
        rules += _versions(doc, rule_id, said, name, version)
    return RulePack(
        name=name,
        title=text_of(doc, ("title",), whole["title"]),
        region=str(whole.get("region") or ""),
        version=version,
        extends=tuple(str(base) for base in whole.get("extends") or ()),
        rules=tuple(rules),
        not_for_sites=_left_out(doc, whole.get("not_for_sites") or {}),
        layers=_needed(doc, whole.get("layers") or {}),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _versions(doc: YamlDoc, rule_id: str, said: Any, name: str, version: str) -> list[SiteRule]:
    """Give every version of a rule; what a version does not say is as in the rule itself."""
    here = ("rules", rule_id)
    if not isinstance(said, dict):
        raise doc.fault(here, Text("规则应为“键: 值”。", "A rule is a mapping."))
    common = {key: value for key, value in said.items() if key != "versions"}
    listed = said.get("versions") or [{}]
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise doc.fault((*here, "versions"), Text("versions 应为列表。", "`versions` is a list."))
    rules = [_rule(doc, here, rule_id, common | one, name, version) for one in listed]
    rules.sort(key=lambda rule: rule.since)
    for before, after in pairwise(rules):
        if before.until is None or before.until > after.since:
            raise doc.fault(
                here,
                Text(
                    f"规则 {rule_id} 的两个版本有效期重叠({after.since} 起)。",
                    f"Two versions of rule {rule_id} are in force at once (from {after.since}).",
                ),
                Text(f"前一版写明 until: {after.since}。", f"End the earlier one: until: {after.since}."),
                rule=rule_id,
            )
    return rules


def _rule(doc: YamlDoc, here: _Path, rule_id: str, said: dict[str, Any], pack: str, version: str) -> SiteRule:
    _only(doc, here, said, _RULE_KEYS)
    for key in _MUST_HAVE:
        if not said.get(key):
            raise doc.fault(
                here,
                Text(f"规则 {rule_id} 没有写“{key}”。", f"Rule {rule_id} does not say {key!r}."),
                Text(
                    "每条规则都要写明依据(clause、source)和可信程度。",
                    "Every rule names its clause, its source and its confidence.",
                ),
                rule=rule_id,
            )
    try:
        effect = Effect(said["effect"])
    except ValueError:
        raise doc.fault(
            (*here, "effect"),
            Text(f"没有“{said['effect']}”这种后果。", f"There is no effect {said['effect']!r}."),
            Text(f"可用:{'、'.join(Effect)}。", f"Use one of: {', '.join(Effect)}."),
        ) from None
    since, until = _day(doc, (*here, "since"), said["since"]), None
    if said.get("until"):
        until = _day(doc, (*here, "until"), said["until"])
        if until <= since:
            raise doc.fault((*here, "until"), Text("失效日期不晚于生效日期。", "It ends before it begins."))
    unless = said.get("unless")
    return SiteRule(
        id=rule_id,
        title=text_of(doc, (*here, "title"), said["title"]),
        when=_predicate(doc, (*here, "when"), said["when"]),
        effect=effect,
        clause=str(said["clause"]),
        source=str(said["source"]),
        confidence=str(said["confidence"]),
        since=since,
        until=until,
        advice=text_of(doc, (*here, "advice"), said["advice"]) if said.get("advice") else Text("", ""),
        conditions=_texts(doc, (*here, "conditions"), said.get("conditions")),
        documents=_texts(doc, (*here, "documents"), said.get("documents")),
        unless=_predicate(doc, (*here, "unless"), unless) if unless else None,
        exempt=_texts(doc, (*here, "exempt"), said.get("exempt")),
        group=str(said.get("group") or ""),
        strictness=int(said.get("strictness") or 0),
        seen=tuple(str(one) for one in said.get("seen") or ()),
        pack=pack,
        pack_version=version,
    )


def _predicate(doc: YamlDoc, here: _Path, said: Any) -> Predicate:
    if not isinstance(said, dict) or len(said) != 1:
        raise doc.fault(here, Text("条件应为一个谓词。", "A condition is one predicate."), _known())
    ((name, inner),) = said.items()
    below = (*here, name)
    if name in JOINERS:
        parts = inner if isinstance(inner, list) else [inner]
        if not parts or (name == "not" and len(parts) != 1):
            raise doc.fault(below, Text(f"{name} 下没有条件。", f"Nothing stands under {name}."))
        return Predicate(name, {}, tuple(_predicate(doc, (*below, str(i)), p) for i, p in enumerate(parts)))
    spec = PREDICATES.get(name)
    if spec is None:
        raise doc.fault(
            below, Text(f"没有谓词“{name}”。", f"There is no predicate {name!r}."), _known(), predicate=name
        )
    if not isinstance(inner, dict):
        raise doc.fault(below, Text("谓词的参数应为“键: 值”。", "Arguments are a mapping."))
    known = {argument.name: argument for argument in spec.arguments}
    _only(doc, below, inner, set(known))
    values: dict[str, Any] = {}
    for argument in spec.arguments:
        if argument.name in inner:
            values[argument.name] = _value(doc, (*below, argument.name), argument, inner[argument.name])
        elif argument.required:
            raise doc.fault(
                below, Text(f"{name} 缺少参数 {argument.name}。", f"{name} lacks {argument.name}.")
            )
    if name.startswith("attribute") and values["name"] not in ATTRIBUTES:
        raise doc.fault(
            (*below, "name"),
            Text(f"没有项目属性“{values['name']}”。", f"A project has no attribute {values['name']!r}."),
            Text(f"可用:{'、'.join(ATTRIBUTES)}。", f"Use one of: {', '.join(ATTRIBUTES)}."),
        )
    return Predicate(name, values)


def _value(doc: YamlDoc, here: _Path, argument: Argument, said: Any) -> Any:
    kind = argument.kind
    if kind == "number" and isinstance(said, int | float) and not isinstance(said, bool) and said >= 0:
        return float(said)
    if kind == "text" and isinstance(said, str) and said:
        return said
    if kind in {"layers", "words"} and said:
        many = said if isinstance(said, list) else [said]
        return tuple(str(one) for one in many)
    if kind == "date":
        return _day(doc, here, said)
    if kind == "filter" and isinstance(said, dict) and said:
        return {
            str(key): tuple(str(one) for one in (value if isinstance(value, list) else [value]))
            for key, value in said.items()
        }
    raise doc.fault(
        here,
        Text(
            f"参数 {argument.name} 应为{argument.meaning.zh},现为“{said}”。",
            f"{argument.name} should be: {argument.meaning.en}; it is {said!r}.",
        ),
    )


def _left_out(doc: YamlDoc, said: Any) -> tuple[NotForSites, ...]:
    found = []
    for seen, why in said.items():
        here = ("not_for_sites", seen)
        if not isinstance(why, dict) or "reason" not in why:
            raise doc.fault(here, Text("应写明 reason。", "Say the reason."))
        _only(doc, here, why, {"reason", "checked_by"})
        found.append(NotForSites(seen, text_of(doc, here, why["reason"]), str(why.get("checked_by") or "")))
    return tuple(found)


def _needed(doc: YamlDoc, said: Any) -> tuple[NeededLayer, ...]:
    found = []
    for code, about in said.items():
        here = ("layers", code)
        if not isinstance(about, dict) or set(about) != {"title", "supplier"}:
            raise doc.fault(here, Text("应写明 title 和 supplier。", "Say title and supplier."))
        title, supplier = (text_of(doc, (*here, key), about[key]) for key in ("title", "supplier"))
        found.append(NeededLayer(code, title, supplier))
    return tuple(found)


def _texts(doc: YamlDoc, here: _Path, said: Any) -> tuple[Text, ...]:
    return tuple(text_of(doc, (*here, str(i)), one) for i, one in enumerate(said or ()))


def _day(doc: YamlDoc, here: _Path, said: Any) -> date:
    try:
        return said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        raise doc.fault(
            here, Text(f"日期“{said}”应写作 2026-02-11。", f"Write the date {said!r} as 2026-02-11.")
        ) from None


def _only(doc: YamlDoc, here: _Path, said: dict[str, Any], known: set[str]) -> None:
    for key in said:
        if key not in known:
            raise doc.fault(
                (*here, key),
                Text(f"没有“{key}”这一项。", f"There is no key {key!r}."),
                Text(f"可用:{'、'.join(sorted(known))}。", f"Use one of: {', '.join(sorted(known))}."),
            )


def _known() -> Text:
    names = (*PREDICATES, *JOINERS)
    return Text(f"可用谓词:{'、'.join(names)}。", f"Predicates: {', '.join(names)}.")
