"""How far a long work is: passed down as a callable, shown by whichever door started the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuban.errors import Text


@dataclass(frozen=True, slots=True)
class Step:
    """`share` of the whole work that is done (0–1) and what is being done now."""

    share: float
    text: Text


# A receiver may raise `Cancelled`: the work then stops and leaves nothing half done.
Progress = Callable[[Step], None]


def quiet(step: Step) -> None:
    """Show nothing."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """Give a `Progress` whose 0–1 fills only `start`–`end` of the outer one."""

    def inner(step: Step) -> None:
        progress(Step(start + (end - start) * min(max(step.share, 0.0), 1.0), step.text))

    return inner
