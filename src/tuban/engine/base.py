"""What an engine is: one function over many pieces, results in the order of the pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Protocol, Self, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Waiting = TypeVar("Waiting")


class Engine(Protocol):
    """Work over pieces, somewhere. `name` is what the settings call it, `workers` how many work at once."""

    @property
    def name(self) -> str:
        """What the settings call it."""
        ...

    @property
    def workers(self) -> int:
        """How many pieces are worked on at once."""
        ...

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result, None, None]:
        """Give the result of each piece, in their order, as soon as it and all before it are there.

        Parameters
        ----------
        work : a function of a module (a cluster finds it by name); it must give the same for the same piece,
            since a piece is worked on again where a worker was lost.
        pieces : taken one by one, a few more than there are workers at a time, so that neither pieces nor
            results pile up.

        Raises
        ------
        what `work` raises, unchanged; the pieces that were not begun are dropped then.
        """
        ...

    def close(self) -> None:
        """Stop what was started for it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def in_order(
    pieces: Iterable[Piece],
    begin: Callable[[Piece], Waiting],
    finish: Callable[[Waiting], Result],
    drop: Callable[[Waiting], object],
    ahead: int,
) -> Generator[Result, None, None]:
    """Begin `ahead` pieces before the first is finished, and finish them in their order."""
    begun: deque[Waiting] = deque()
    try:
        for piece in pieces:
            begun.append(begin(piece))
            if len(begun) > ahead:
                yield finish(begun.popleft())
        while begun:
            yield finish(begun.popleft())
    finally:
        for waiting in begun:
            drop(waiting)
