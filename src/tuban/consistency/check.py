"""Check one document, or several against one another, for numbers that do not agree."""

from __future__ import annotations

from collections.abc import Sequence

from tuban.consistency import rules
from tuban.consistency.facts import Facts, understand
from tuban.consistency.register import registered
from tuban.consistency.rules.same import compare
from tuban.consistency.statements import statements
from tuban.documents.document import Document
from tuban.domain.finding import Finding, Judgement
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Text
from tuban.standards.consistencybook import consistency_rules

_WEIGHT = {Judgement.ERROR: 0, Judgement.ROUNDING: 2, Judgement.WORDING: 1}


def check(document: Document, progress: Progress = quiet) -> list[Finding]:
    """Give what disagrees within one document, errors first, in reading order."""
    return check_facts(understand(document, part(progress, 0.0, 0.5)), part(progress, 0.5, 1.0))


def check_facts(facts: Facts, progress: Progress = quiet) -> list[Finding]:
    """Give what disagrees within a document that is understood already."""
    book = consistency_rules()
    found: list[Finding] = []
    assert rules, "importing the list registers the rules"
    every = registered()
    for done, (rule_id, function) in enumerate(every.items()):
        progress(Step(done / len(every), book[rule_id].title))
        if book[rule_id].enabled:
            found += function(facts)
    return ordered(found)


def check_many(documents: Sequence[Document], progress: Progress = quiet) -> list[Finding]:
    """Give what disagrees within each document and between them."""
    share = 0.9 / max(len(documents), 1)
    found: list[Finding] = []
    every: list[Facts] = []
    for i, document in enumerate(documents):
        facts = understand(document, part(progress, i * share, (i + 0.5) * share))
        every.append(facts)
        found += check_facts(facts, part(progress, (i + 0.5) * share, (i + 1) * share))
    if len(every) > 1:
        progress(Step(0.9, Text("比对文件之间", "Comparing the documents")))
        found += between(every)
    return ordered(found)


def between(every: Sequence[Facts]) -> list[Finding]:
    """Give what one document says otherwise than another."""
    said = [statement for facts in every for statement in statements(facts)]
    return [
        finding
        for finding in compare(said, "C701", "C701")
        if len({place.document for place in finding.places[:2]}) > 1
    ]


def ordered(found: Sequence[Finding]) -> list[Finding]:
    """Sort by weight and place; the same fault is told once, by its surest rule."""
    seen: dict[tuple, Finding] = {}
    for finding in sorted(found, key=lambda f: (_WEIGHT[f.judgement or Judgement.WORDING], -f.confidence)):
        spot = finding.places[0] if finding.places else None
        key = (
            (spot.document, spot.line, finding.observed, finding.expected)
            if spot and finding.observed
            else (finding.key,)
        )
        seen.setdefault(key, finding)
    return sorted(
        seen.values(),
        key=lambda f: (
            _WEIGHT[f.judgement or Judgement.WORDING],
            f.places[0].document if f.places else "",
            f.places[0].line if f.places else 0,
            f.rule,
        ),
    )
