"""Recorded time: UTC, to the microsecond, always later than anything recorded before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def utc_now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write a moment as the catalogue and the trail keep it: fixed width, so that text order is time order.

    A moment without a time zone is one of this machine's local time.
    """
    moment = moment.astimezone(UTC)
    # %Y does not pad years below 1000 everywhere; the width must not vary.
    return f"{moment.year:04d}{moment.strftime(_FORMAT.removeprefix('%Y'))}"


def moment_of(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)


def next_moment(now: datetime, last: datetime | None) -> datetime:
    """Give `now`, or one microsecond after `last` where the machine's clock stands still or went back.

    Recorded time orders what was believed when: two records must never share a moment.
    """
    now = now.astimezone(UTC)
    return now if last is None or now > last else last + timedelta(microseconds=1)
