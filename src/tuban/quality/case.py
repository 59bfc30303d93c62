"""What one rule sees while it runs: the package, its own numbers, the shared results, its budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tuban.domain.finding import Finding, Severity
from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, quiet
from tuban.domain.rule import Rule
from tuban.errors import StandardsFault, Text
from tuban.quality.package import Database, Package, PackageLayer
from tuban.quality.tolerance import Tolerance
from tuban.standards.profile import Profile

_Made = TypeVar("_Made")


class NotApplicable(Exception):
    """The rule has nothing to judge here; `reason` is printed."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class OutOfBudget(Exception):
    """The rule used up its time, memory or findings; the result is partial and says so."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(slots=True)
class Case:
    """One rule on one package.

    `cache` is shared by all rules of a run: what is costly is made once (`once`).
    """

    package: Package
    rule: Rule
    tolerance: Tolerance
    profile: Profile
    cache: dict[Any, Any] = field(default_factory=dict)
    progress: Progress = quiet
    deadline: float = float("inf")  # by time.monotonic()
    room: Callable[[], bool] = lambda: True

    # -- what is there

    @property
    def databases(self) -> list[Database]:
        """Give the databases of the package: one for each .gdb and .gpkg, one for loose files together."""
        return self.package.databases

    def layers(self, *kinds: str) -> Iterator[PackageLayer]:
        """Give the layers that the profile knows, of some kinds of geometry (none named: all)."""
        for database in self.databases:
            for layer in database.layers:
                if layer.spec is not None and (not kinds or layer.kind in kinds):
                    yield layer

    def polygons(self) -> Iterator[PackageLayer]:
        """Give the polygon layers that the profile knows and that could be read."""
        for layer in self.layers("polygon"):
            if layer.fault is None and layer.rows:
                yield layer

    def named(self, *codes: str) -> Iterator[tuple[PackageLayer, ...]]:
        """Give, for each database that has them all, the layers of these codes."""
        for database in self.databases:
            found = [database.layer(code) for code in codes]
            sound = [one for one in found if one is not None and one.fault is None]
            if len(sound) == len(codes):
                yield tuple(sound)

    # -- the rule's numbers

    def number(self, name: str) -> float:
        """Give a number of the rule, else of the run's tolerance."""
        value = self.rule.parameters.get(name, getattr(self.tolerance, name, None))
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._lacks(name)
        return float(value)

    def words(self, name: str) -> list[str]:
        """Give a list of words of the rule; empty where it has none."""
        value = self.rule.parameters.get(name, [])
        if not isinstance(value, list):
            raise self._lacks(name)
        return [str(word) for word in value]

    def table(self, name: str) -> dict[str, Any]:
        """Give a mapping of the rule; empty where it has none."""
        value = self.rule.parameters.get(name, {})
        if not isinstance(value, dict):
            raise self._lacks(name)
        return value

    # -- the run

    def once(self, key: Any, make: Callable[[], _Made]) -> _Made:
        """Give what `make` makes; made once in a run, for all rules."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    def tick(self) -> None:
        """Call now and then in long loops: stops the rule where its time or memory is used up."""
        if time.monotonic() > self.deadline:
            raise OutOfBudget(Text("用时超过限额", "its time is used up"))
        if not self.room():
            raise OutOfBudget(Text("内存超过限额", "its memory is used up"))

    def skip(self, zh: str, en: str) -> NotApplicable:
        """Make the exception to raise where the rule has nothing to judge."""
        return NotApplicable(Text(zh, en))

    def finding(
        self,
        layer: PackageLayer | LayerSpec | str,
        zh: str,
        en: str,
        *,
        rows: Sequence[int] = (),
        objects: Sequence[str] | None = None,
        severity: Severity | None = None,
        **rest: Any,
    ) -> Finding:
        """Make a finding of this rule: layer, both sentences, the rows concerned, and what `Finding` has.

        Objects (BSM) are looked up by row where they are not given, the layer's `crs` is added to a geometry.
        """
        if isinstance(layer, PackageLayer):
            if objects is None:
                objects = [layer.object_id(row) for row in rows]
            if rest.get("geometry") is not None:
                rest.setdefault("crs", layer.crs_code)
            name = layer.label
        else:
            name = layer.code if isinstance(layer, LayerSpec) else layer
        return Finding(
            rule=self.rule.id,
            severity=severity or self.rule.severity,
            layer=name,
            message=Text(zh, en),
            objects=tuple(objects or ()),
            rows=tuple(int(row) for row in rows),
            **rest,
        )

    def _lacks(self, name: str) -> StandardsFault:
        return StandardsFault(
            Text(
                f"规则 {self.rule.id} 的参数 {name} 缺失或类型不对。",
                f"Rule {self.rule.id} lacks a usable {name}.",
            ),
            Text("在标准配置的 quality.rules 中补上。", "Give it under quality.rules of the profile."),
            rule=self.rule.id,
            parameter=name,
        )
