"""The register of exceptions (例外), as it is shown and added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tuban.service import present
from tuban.service import schemas_quality as out
from tuban.service.quality_find import find_run, kept_finding
from tuban.service.state import State
from tuban.store.exceptions import Acceptance, list_exceptions
from tuban.store.findings_file import Filter, Kept
from tuban.store.runs import findings_of, list_runs, run_of
from tuban.workflows import quality as workflow

BY = "web"  # who wrote it down, as the trail says it; the person who answers for it is named apart


@dataclass(frozen=True, slots=True)
class Register:
    """All exceptions: `holding` are those in force today by the key of their finding, `all` by number."""

    holding: Mapping[str, Acceptance]
    all: Mapping[int, Acceptance]

    def of(self, kept: Kept) -> Acceptance | None:
        """Give what set a finding apart: when the run was made, or registered since."""
        since = self.holding.get(kept.key)
        if since is not None and since.content == kept.content:
            return since
        return self.all.get(kept.acceptance) if kept.acceptance is not None else None


def register(state: State) -> Register:
    """Give the register as it stands today."""
    every = list_exceptions(state.workspace, kind=workflow.KIND)
    today = date.today()
    holding: dict[str, Acceptance] = {}
    for one in reversed(every):  # the newest of one finding counts
        if one.standing(today) == "in force":
            holding[one.key] = one
    return Register(holding, {one.number: one for one in every})


def exceptions(state: State) -> list[out.ExceptionOut]:
    """List the register, newest first."""
    known = register(state)
    changed = _changed(state, known)
    return [exception_of(one, known, changed=one.number in changed) for one in known.all.values()]


def accept(state: State, run: str, wanted: out.AcceptIn) -> out.ExceptionOut:
    """Accept a finding in a person's name until the end of a day."""
    of = find_run(state, run)
    kept = kept_finding(state, of, wanted.finding)
    made = workflow.accept(
        state.workspace,
        of.number,
        kept.key,
        person=wanted.by,
        reason=wanted.reason,
        until=wanted.until,
        by=BY,
    )
    return exception_of(made, register(state))


def withdraw(state: State, number: int, by: str, reason: str) -> out.ExceptionOut:
    """Take an exception back, in a person's name and with a reason."""
    ended = workflow.withdraw(state.workspace, number, reason=reason, by=f"{by} ({BY})")
    return exception_of(ended, register(state))


def exception_of(one: Acceptance, known: Register, *, changed: bool = False) -> out.ExceptionOut:
    """Present one exception."""
    standing = one.standing(date.today())
    state = {"in force": "held", "expired": "expired", "withdrawn": "withdrawn"}[standing]
    if standing == "in force" and changed:
        state = "changed"
    return out.ExceptionOut(
        id=str(one.number),
        finding=one.key,
        rule=one.rule,
        layer=one.layer,
        objects=list(one.objects),
        by=one.person,
        reason=one.reason,
        message=present.text(one.message),
        until=one.until,
        run=str(one.run),
        at=one.recorded_at,
        state=state,  # pyright: ignore[reportArgumentType]
        withdrawn_by=one.withdrawn_by,
        withdrawn_reason=one.withdrawn_reason,
    )


def _changed(state: State, known: Register) -> set[int]:
    """Give the exceptions whose object the newest inspection of the same subject found changed."""
    lapsed: set[int] = set()
    by_subject: dict[str, list[Acceptance]] = {}
    for one in known.holding.values():
        by_subject.setdefault(run_of(state.workspace, one.run).subject, []).append(one)
    for subject, held in by_subject.items():
        newest = list_runs(state.workspace, kind=workflow.KIND, subject=subject, limit=1)[0]
        keys = tuple(one.key for one in held)
        found = findings_of(state.workspace, newest, Filter(keys=keys), limit=None).items
        contents = {kept.key: kept.content for kept in found}
        lapsed |= {one.number for one in held if contents.get(one.key, one.content) != one.content}
    return lapsed
