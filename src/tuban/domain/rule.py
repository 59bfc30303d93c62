"""A rule: the sentence that is checked, its weight, its source, and the book that holds many of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tuban.domain.finding import Severity
from tuban.errors import StandardsFault, Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data; the function that applies it lives in the verb that uses it.

    Attributes
    ----------
    id : its number in the catalogue.
    title, definition : what it is called and what it demands.
    severity : weight of what it finds.
    dimension : quality dimension (completeness, logical consistency, positional accuracy, …).
    mender : who mends it (编制单位, 数据生产单位, 审查单位 …).
    parameters : tolerances and lists, names carrying their unit (`overlap_m2`, `width_m`).
    source, confidence : where it comes from and how sure that is (verified, recalled, project default …).
    editions : editions of the standard it belongs to; empty means all.
    enabled : a profile may switch a rule off, visibly.
    """

    id: str
    title: Text
    definition: Text
    severity: Severity
    dimension: str
    mender: str
    source: str
    confidence: str
    parameters: dict[str, Any] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    enabled: bool = True


class RuleBook:
    """Rules by id, in the order of their numbers; one id, one rule."""

    def __init__(self, name: str, version: str, rules: Iterable[Rule]) -> None:
        self.name = name
        self.version = version
        self._rules: dict[str, Rule] = {}
        for rule in rules:
            if rule.id in self._rules:
                raise StandardsFault(
                    Text(f"规则 {rule.id} 定义了两次。", f"Rule {rule.id} is defined twice."),
                    Text("删去其中一条。", "Remove one of them."),
                    rule=rule.id,
                )
            self._rules[rule.id] = rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(sorted(self._rules.values(), key=lambda rule: rule.id))

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]
