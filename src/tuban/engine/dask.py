"""A cluster: processes of this machine or of many, by `dask.distributed`. Nothing else here knows Dask.

A worker that is lost is replaced, and what it was doing or still held is done again by another: results are
the same, only later. Every machine needs this package and sees the files under the same names.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterable
from typing import Any, Self, TypeVar

import dask.config
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.client import FutureCancelledError

from tuban.engine.base import in_order
from tuban.errors import Text, WrongUse

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_ANSWER_S = 10.0  # how long a scheduler may take to answer
# Two pieces wait at each worker, so that none idles while results are fetched.
_AHEAD = 3


class Dask:
    """A cluster at `address`, or `workers` processes of one thread each, started here."""

    name = "dask"

    def __init__(self, address: str | None = None, *, workers: int | None = None) -> None:
        self._cluster: LocalCluster | None = None
        try:
            if address is None:
                self._cluster = _started(workers or os.cpu_count() or 1)
            self._client = Client(self._cluster or address, timeout=_ANSWER_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            if self._cluster is not None:
                self._cluster.close()
            raise _no_answer((address or "").replace("tcp:", "dask:")) from error

    @property
    def workers(self) -> int:
        """How many threads the cluster has just now."""
        return max(sum(_threads(self._client)), 1)

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Generator[Result, None, None]:
        """Give the result of each piece in their order; see `Engine.map`."""
        if not _threads(self._client) and self._cluster is None:
            raise WrongUse(
                Text("集群里没有工作进程。", "The cluster has no workers."),
                Text(
                    "在各台机器上运行 dask worker 主机:端口 后再试。",
                    "Start `dask worker HOST:PORT` on its machines, then try again.",
                ),
            )

        def begin(piece: Piece) -> Future[Any]:
            # Impure: the same piece given twice is worked on twice, and no result outlives its turn.
            return self._client.submit(work, piece, pure=False)

        return in_order(pieces, begin, _finished, Future.cancel, _AHEAD * self.workers)

    def close(self) -> None:
        """Leave the cluster; end the processes that were started here."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _started(workers: int) -> LocalCluster:
    # One thread a process: pyarrow and the kernels would share it with nobody.
    with dask.config.set({"distributed.worker.daemon": True}):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # any free port, for this machine alone
            silence_logs=logging.CRITICAL,  # a lost worker is no news to who asked for areas
        )


def _threads(client: Client) -> list[int]:
    found: Any = client.nthreads()  # at once, since this client is not asynchronous
    return list(found.values())


def _finished(future: Future[Any]) -> Any:
    try:
        return future.result()
    except KilledWorker as error:
        raise WrongUse(
            Text(
                "同一块数据几次使工作进程退出,多半是内存不足。",
                "One piece of the data ended several workers: most likely they have too little memory.",
            ),
            Text(
                "给工作进程更多内存,或减少每台机器上的工作进程数,例如 --engine dask:1。",
                "Give the workers more memory, or run fewer on a machine, for example --engine dask:1.",
            ),
        ) from error
    except FutureCancelledError as error:
        raise _no_answer("") from error
    finally:
        future.release()


def _no_answer(address: str) -> WrongUse:
    return WrongUse(
        Text(f"集群 {address} 没有应答。", f"The cluster {address} does not answer."),
        Text(
            "检查调度器(dask scheduler)是否在运行、地址和端口是否正确;或用 --engine local 在本机运行。",
            "Make sure its scheduler runs and the address is right, or run here with --engine local.",
        ),
        address=address,
    )
