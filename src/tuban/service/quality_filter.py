"""Which findings of a run are asked for, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from tuban.errors import Text, WrongUse
from tuban.standards.rulebook import QualityBook
from tuban.store.findings_file import COLUMNS, Filter


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """The question as it came; empty texts ask for all."""

    rule: str
    severity: str
    layer: str
    unit: str
    mender: str
    q: str
    sort: str

    @property
    def order(self) -> tuple[str, bool]:
        """Give the column to sort by and whether the largest comes first.

        Raises
        ------
        WrongUse : findings cannot be sorted by that.
        """
        name = self.sort.removeprefix("-")
        if name and name not in COLUMNS:
            listed = ", ".join(COLUMNS)
            raise WrongUse(
                Text(f"问题不能按“{name}”排序。", f"Findings cannot be sorted by {name!r}."),
                Text(
                    f"可用:{listed};前加 - 为倒序。",
                    f"Use {listed}; with - before it the largest comes first.",
                ),
                parameter="sort",
            )
        return name, self.sort.startswith("-")

    def stored(self, book: QualityBook, units: tuple[str, ...]) -> Filter | None:
        """Give the question as the store understands it, None where nothing can match.

        `units` are the villages that lie in the town asked for.
        """
        if self.unit and not units:
            return None
        rules = (self.rule,) if self.rule else ()
        if self.mender:
            # Who mends a finding stands in the rule book, not in the run.
            theirs = tuple(rule.id for rule in book if rule.mender == self.mender)
            rules = tuple(one for one in theirs if not rules or one in rules)
            if not rules:
                return None
        return Filter(
            rules=rules,
            severities=(self.severity,) if self.severity else (),
            layers=(self.layer,) if self.layer else (),
            units=units if self.unit else (),
            text=self.q.strip(),
        )
