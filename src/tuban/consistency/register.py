"""Where a rule's function is bound to its number, and how it words what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tuban.consistency.facts import Facts
from tuban.domain.finding import Finding, Judgement, Place, Severity
from tuban.errors import StandardsFault, Text

# A total of a long table rests on every row; beyond this the list helps nobody.
MOST_PLACES = 40
RuleFunction = Callable[[Facts], Iterable[Finding]]
_FUNCTIONS: dict[str, RuleFunction] = {}
_SEVERITY = {
    Judgement.ERROR: Severity.GENERAL,
    Judgement.ROUNDING: Severity.WARNING,
    Judgement.WORDING: Severity.WARNING,
}


def rule(rule_id: str) -> Callable[[RuleFunction], RuleFunction]:
    """Bind a function to a rule of the catalogue: `@rule("C101")`."""

    def bind(function: RuleFunction) -> RuleFunction:
        if rule_id in _FUNCTIONS and _FUNCTIONS[rule_id] is not function:
            raise StandardsFault(
                Text(f"规则 {rule_id} 有两个检查函数。", f"Rule {rule_id} has two functions."),
                Text("删去其中一个。", "Remove one of them."),
            )
        _FUNCTIONS[rule_id] = function
        return function

    return bind


def registered() -> dict[str, RuleFunction]:
    """Give every function that is bound by now, by the id of its rule."""
    return dict(sorted(_FUNCTIONS.items()))


def report(
    rule_id: str,
    judgement: Judgement,
    message: Text,
    places: Sequence[Place],
    confidence: float,
    *,
    observed: str = "",
    expected: str = "",
    tolerance: str = "",
    but: Text | None = None,
) -> Finding:
    """Give a finding; `but` says why the document might be right after all."""
    if but is not None:
        message = Text(f"{message.zh}（{but.zh}）", f"{message.en} ({but.en})")
    unique = tuple(dict.fromkeys(places))
    return Finding(
        rule=rule_id,
        severity=_SEVERITY[judgement],
        layer=unique[0].document if unique else "",
        message=message,
        observed=observed,
        expected=expected,
        tolerance=tolerance,
        places=unique[:MOST_PLACES],
        judgement=judgement,
        confidence=round(confidence, 2),
    )
