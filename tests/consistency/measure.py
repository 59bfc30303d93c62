"""Precision and recall on the labelled corpus: clean documents, and one contradiction planted at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from tuban.consistency import check
from tuban.documents import read_bytes
from tuban.domain.finding import Finding, Judgement

CORPUS = Path(__file__).parent / "corpus"


@dataclass
class Score:
    """What was found of what is there; `missed` and `false` name each failure."""

    found: int = 0
    planted: int = 0
    right: int = 0
    reported: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / max(self.planted, 1)

    @property
    def precision(self) -> float:
        return self.right / max(self.reported, 1)

    def __str__(self) -> str:
        return f"precision {self.precision:.1%} ({self.right}/{self.reported}), recall {self.recall:.1%} ({self.found}/{self.planted})"


@cache
def errors(text: str, name: str) -> list[Finding]:
    """Give the findings at severity “error”."""
    return [f for f in check(read_bytes(text.encode(), name)) if f.judgement is Judgement.ERROR]


def measure() -> Score:
    """Check every clean document, and each planted contradiction by itself."""
    score = Score()
    for path in sorted(CORPUS.glob("clean-*")):
        for finding in errors(path.read_text(), path.name):
            score.reported += 1
            score.false.append(f"{path.name}:{[p.line for p in finding.places]} {finding.message.zh}")
    for plant in yaml.safe_load((CORPUS / "plants.yaml").read_text()):
        clean = (CORPUS / plant["file"]).read_text()
        assert clean.count(plant["find"]) == 1, plant
        text = clean.replace(plant["find"], plant["put"])
        before = {f.key for f in errors(clean, plant["file"])}
        start = text[: text.find(plant["put"])].count("\n") + 1
        lines = set(range(start, start + plant["put"].count("\n") + 1))
        found = [f for f in errors(text, plant["file"]) if f.key not in before]
        hits = [f for f in found if lines & {place.line for place in f.places}]
        score.planted += 1
        score.reported += len(found)
        score.right += len(hits)
        if hits:
            score.found += 1
        else:
            score.missed.append(f"{plant['file']}: {plant['put']}")
        score.false += [f"{plant['put']}: {f.message.zh}" for f in found if f not in hits]
    return score


if __name__ == "__main__":
    result = measure()
    print(result)
    print("missed:", *result.missed, sep="\n  ")
    print("false:", *result.false, sep="\n  ")
