"""What applied when, by what was known when: corrections, replacements, withdrawals, and a slow model."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import clock, parcels, valid
from tuban.domain.version import LayerVersion, Validity
from tuban.errors import UnknownVersion, WrongUse
from tuban.store import Withdrawal, Workspace
from tuban.store.history import applying


@pytest.fixture
def dated(bench) -> Workspace:
    """A workspace whose clock moves on a day whenever it is asked."""
    return bench.create(clock=clock())


def add(ws: Workspace, start: str, end: str | None = None, *, sides: int = 2) -> LayerVersion:
    return ws.add_version(
        "CZKFBJ", parcels(sides), valid=valid(start, end), by="张三", source_name="a", source_sha256="0" * 64
    )


def test_a_plan_is_replaced_on_the_day_the_next_comes_into_force(dated: Workspace):
    old = add(dated, "2021-06-01")
    new = add(dated, "2024-03-15", sides=3)
    assert dated.version("CZKFBJ", on=date(2024, 3, 14)) == old
    assert dated.version("CZKFBJ", on=date(2024, 3, 15)) == new
    assert dated.in_force(on=date(2022, 1, 1)) == {"CZKFBJ": old}
    assert dated.in_force(on=date(2020, 1, 1)) == {}


def test_a_correction_changes_the_past_but_not_what_was_believed_of_it(dated: Workspace):
    wrong = add(dated, "2021-06-01")
    right = add(dated, "2021-06-01", sides=3)
    day = date(2022, 1, 1)
    assert dated.version("CZKFBJ", on=day) == right
    assert dated.version("CZKFBJ", on=day, known=wrong.recorded_at) == wrong
    assert dated.version("CZKFBJ", on=day, known=right.recorded_at) == right
    with pytest.raises(UnknownVersion):
        dated.version("CZKFBJ", on=day, known=wrong.recorded_at - timedelta(microseconds=1))


def test_a_plan_recorded_late_applies_from_its_day_once_it_is_known(dated: Workspace):
    new = add(dated, "2024-03-15", sides=3)
    old = add(dated, "2021-06-01")
    assert dated.version("CZKFBJ", on=date(2025, 1, 1)) == new, "recorded first, but in force last"
    assert dated.version("CZKFBJ", on=date(2023, 1, 1)) == old


def test_where_a_version_ends_the_one_before_applies_again(dated: Workspace):
    base = add(dated, "2021-01-01")
    trial = add(dated, "2023-01-01", "2024-01-01", sides=3)
    assert dated.version("CZKFBJ", on=date(2023, 12, 31)) == trial
    assert dated.version("CZKFBJ", on=date(2024, 1, 1)) == base


def test_a_withdrawn_version_counts_no_more_but_was_believed_until_then(dated: Workspace):
    base = add(dated, "2021-01-01")
    mistake = add(dated, "2023-01-01", sides=3)
    undone = dated.withdraw(mistake, reason="附件用错", by="李四")
    day = date(2024, 1, 1)
    assert dated.version("CZKFBJ", on=day) == base
    assert dated.version("CZKFBJ", on=day, known=undone.recorded_at - timedelta(microseconds=1)) == mistake
    assert dated.version("CZKFBJ", on=day, known=undone.recorded_at) == base
    assert dated.version("CZKFBJ", number=2) == mistake
    assert dated.withdrawal(mistake) == undone
    assert dated.withdrawal(base) is None
    assert dated.versions() == [base]
    assert dated.versions(withdrawn=True) == [base, mistake]
    assert dated.versions(known=mistake.recorded_at) == [base, mistake]
    assert len(dated.read(mistake)) == 9, "what was believed can still be looked at"


def test_a_withdrawal_needs_a_reason_and_happens_once(dated: Workspace):
    version = add(dated, "2021-01-01")
    with pytest.raises(WrongUse):
        dated.withdraw(version, reason=" ", by="李四")
    dated.withdraw(version, reason="误", by="李四")
    with pytest.raises(WrongUse) as again:
        dated.withdraw(version, reason="误", by="李四")
    assert "李四" in again.value.problem.zh


def test_a_moment_without_zone_is_local_time(dated: Workspace):
    version = add(dated, "2021-01-01")
    local = version.recorded_at.astimezone().replace(tzinfo=None)
    assert dated.version("CZKFBJ", on=date(2022, 1, 1), known=local) == version


DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(8)]
MOMENTS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(12)]
spans = st.tuples(st.sampled_from(range(8)), st.none() | st.integers(1, 8))
steps = st.lists(
    st.tuples(st.just("add"), spans) | st.tuples(st.just("withdraw"), st.integers(0, 11)), max_size=12
)


def painted(history: list, day: date, until: int) -> int | None:
    """Model: paint the versions known by then onto a calendar, the ones that begin earlier first."""
    standing: dict[int, tuple[int, int | None]] = {}
    for moment, (what, about) in enumerate(history[:until]):
        if what == "add":
            standing[moment] = about
        else:
            standing.pop(about, None)
    calendar: dict[date, int] = {}
    for start in range(len(DAYS)):
        for moment, (first, length) in standing.items():
            if first == start:
                for n in range(first, len(DAYS) if length is None else min(first + length, len(DAYS))):
                    calendar[DAYS[n]] = moment
    return calendar.get(day)


@settings(max_examples=300, deadline=None)
@given(history=steps)
def test_the_rule_agrees_with_painting_a_calendar(history: list):
    versions, withdrawals = [], {}
    for moment, (what, about) in enumerate(history):
        if what == "add":
            first, length = about
            end = None if length is None else DAYS[first] + timedelta(days=length)
            versions.append(version_at(moment, Validity(DAYS[first], end)))
        elif about < moment and history[about][0] == "add" and ("X", about) not in withdrawals:
            withdrawals["X", about] = Withdrawal("X", about, MOMENTS[moment], "", "误")
    for day in DAYS:
        for until in range(len(history) + 1):
            known = MOMENTS[until] - timedelta(minutes=1) if until < len(MOMENTS) else None
            found = applying(versions, withdrawals, on=day, known=known)
            assert (found.number if found else None) == painted(history, day, until)


def version_at(moment: int, valid: Validity) -> LayerVersion:
    return LayerVersion(
        "X", moment, "", "", 0, None, "table", None, None, (), 0, "", "", valid, MOMENTS[moment], "", False
    )
