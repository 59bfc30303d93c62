"""One value in two units: 607.10公顷（0.91万亩）."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from tuban.consistency.facts import Facts
from tuban.consistency.judge import agree, text
from tuban.consistency.register import report, rule
from tuban.documents.quantity import Quantity
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text

# How two statements of one value are joined: in brackets, or by one of these words.
_JOINED = ("合", "折合", "约合", "即", "也就是", "相当于", "约", "折", "合计约")


@rule("C201")
def conversions(facts: Facts) -> Iterable[Finding]:
    """Compare the two units of one statement."""
    for passage in facts.passages:
        for first, second in pairwise(passage.quantities):
            if not _restates(passage.text.text, first, second):
                continue
            about = "~" in (first.relation, second.relation)
            said = agree(first.number, second.number, about=about)
            if said == "same":
                continue
            right = first.number.base / second.number.factor
            yield report(
                "C201",
                Judgement.ERROR if said == "differ" else Judgement.ROUNDING,
                Text(
                    f"{first.number.text}={text(right, second.number.decimals)}{second.number.unit}，"
                    f"文中写为 {second.number.text}。",
                    f"{first.number.text} is {text(right, second.number.decimals)}{second.number.unit}; "
                    f"the text says {second.number.text}.",
                ),
                [facts.place_of(first), facts.place_of(second)],
                0.93,
                observed=second.number.text,
                expected=text(right, second.number.decimals),
            )


def _restates(text_: str, first: Quantity, second: Quantity) -> bool:
    if first.kind != "area" or second.kind != "area" or first.number.unit == second.number.unit:
        return False
    if first.sentence != second.sentence or first.number.high is not None or second.number.high is not None:
        return False
    lead = second.lead.strip("，、,/")
    if second.paren and lead in ("", *_JOINED):
        after = text_[text_.find(second.number.text) + len(second.number.text) :][:1]
        # 100公顷（其中……）is a part; the bracket of a restatement closes after it, or at its next comma.
        return after in (")", "，", "、", "")
    return lead in _JOINED[:6] and second.role == ""
