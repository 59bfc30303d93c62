"""This machine: threads, since the kernels and the reading of files let Python's lock go."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar

from tuban.engine.base import in_order

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Local:
    """Threads of this process; with one, the work is done by whoever asks."""

    name = "local"

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.workers, "tuban-engine") if self.workers > 1 else None

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result, None, None]:
        """Give the result of each piece in their order; see `Engine.map`."""
        if self._pool is None:
            return (work(piece) for piece in pieces)
        pool = self._pool

        def begin(piece: Piece) -> Future[Result]:
            return pool.submit(work, piece)

        return in_order(pieces, begin, Future.result, Future.cancel, self.workers + 1)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
