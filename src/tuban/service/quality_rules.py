"""The rules of quality inspection and the profiles that hold them, as they are shown."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from tuban.domain.rule import Rule
from tuban.errors import NotFound, Text, TubanError
from tuban.service import present
from tuban.service import schemas_quality as out
from tuban.service.state import State
from tuban.standards.chain import shipped_profiles
from tuban.standards.rulebook import DIMENSIONS, MENDERS, QualityBook
from tuban.workflows.intake import OWN_PROFILE
from tuban.workflows.quality import rules_of

OWN = "own"  # how the workspace's own YAML is called here: its path says nothing to a browser


def book_of(state: State, profile: str = "") -> QualityBook:
    """Give the rule book of a profile by name; "" for the workspace's own.

    Raises
    ------
    NotFound : there is no such profile.
    """
    name = profile_named(state, profile)
    own = state.workspace.folder / OWN_PROFILE
    stamp = own.stat().st_mtime_ns if own.exists() else 0
    return _book(_Key(state), name or "", stamp)


def profile_named(state: State, profile: str) -> str | None:
    """Give what a workflow takes for a profile's name; None for the workspace's own. A path is no name.

    Raises
    ------
    NotFound : there is no such profile.
    """
    if profile in ("", OWN):
        return None
    if profile not in shipped_profiles():
        listed = "、".join(shipped_profiles())
        raise NotFound(
            Text(f"没有标准配置“{profile[:80]}”。", f"There is no profile {profile[:80]!r}."),
            Text(f"可选:{listed}。", f"Choose of {', '.join(shipped_profiles())}."),
            profile=profile[:80],
        )
    return profile


class _Key:
    """A state as a key of the cache: equal for the same workspace."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.folder = str(state.workspace.folder)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.folder == self.folder

    def __hash__(self) -> int:
        return hash(self.folder)


@lru_cache(maxsize=16)
def _book(key: _Key, name: str, stamp: int) -> QualityBook:
    return rules_of(key.state.workspace, name or None)[1]


def book_of_run(state: State, profile: str) -> QualityBook:
    """Give the book that a run was made by, as it is now; the workspace's own where that profile is gone."""
    try:
        return book_of(state, profile)
    except TubanError:
        return book_of(state)


def title_of(book: QualityBook, rule: str) -> Text:
    """Give a rule's title; its number where the book has no such rule any more."""
    return book[rule].title if rule in book else Text(rule, rule)


def mender_of(book: QualityBook, rule: str) -> tuple[str, Text]:
    """Give who mends what a rule finds: code and title."""
    code = book[rule].mender if rule in book else ""
    return code, MENDERS.get(code, Text(code, code))


def rules(state: State, profile: str) -> list[out.QualityRuleOut]:
    """List the rules of a profile."""
    return [_rule(rule) for rule in book_of(state, profile)]


def profiles(state: State) -> list[out.QualityProfileOut]:
    """List the shipped profiles, after the workspace's own where it has one."""
    kept = str(state.workspace.settings.get("profile") or "")
    listed = [OWN] if kept == OWN_PROFILE else []
    default = OWN if listed else kept or state.profile.name
    found = []
    for name in [*listed, *shipped_profiles()]:
        book = book_of(state, name)
        enabled = sum(rule.enabled for rule in book)
        found.append(
            out.QualityProfileOut(name=name, version=book.version, rules=enabled, default=name == default)
        )
    return found


def _rule(rule: Rule) -> out.QualityRuleOut:
    return out.QualityRuleOut(
        id=rule.id,
        title=present.text(rule.title),
        definition=present.text(rule.definition),
        severity=rule.severity.value,  # pyright: ignore[reportArgumentType]
        dimension=present.text(DIMENSIONS.get(rule.dimension, Text(rule.dimension, rule.dimension))),
        mender=present.text(MENDERS.get(rule.mender, Text(rule.mender, rule.mender))),
        parameters={name: _written(value) for name, value in rule.parameters.items()},
        source=rule.source,
        confidence=rule.confidence,
        enabled=rule.enabled,
    )


def _written(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "、".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
