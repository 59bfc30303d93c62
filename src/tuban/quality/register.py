"""Where a rule's function is bound to its number; a number twice fails on import."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tuban.domain.finding import Finding
from tuban.errors import StandardsFault, Text

if TYPE_CHECKING:
    from tuban.quality.case import Case

RuleFunction = Callable[["Case"], Iterable[Finding]]
_FUNCTIONS: dict[str, RuleFunction] = {}


def rule(rule_id: str) -> Callable[[RuleFunction], RuleFunction]:
    """Bind a function to a rule of the catalogue: `@rule("4201")`."""

    def bind(function: RuleFunction) -> RuleFunction:
        if rule_id in _FUNCTIONS and _FUNCTIONS[rule_id] is not function:
            raise StandardsFault(
                Text(f"规则 {rule_id} 有两个检查函数。", f"Rule {rule_id} has two functions."),
                Text("删去其中一个。", "Remove one of them."),
                rule=rule_id,
            )
        _FUNCTIONS[rule_id] = function
        return function

    return bind


def registered() -> dict[str, RuleFunction]:
    """Give the functions bound so far by the id of their rule, in the order of the ids."""
    return dict(sorted(_FUNCTIONS.items()))
