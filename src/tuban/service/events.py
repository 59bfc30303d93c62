"""Server-sent events of one task."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import Request

from tuban.errors import Lang, NotFound
from tuban.service import present
from tuban.service.state import State

KEEP_ALIVE_S = 15.0


async def task_events(request: Request, state: State, task_id: str, lang: Lang) -> AsyncIterator[str]:
    """Yield an event `task` each time the task has changed, and end with it.

    A comment line every quarter of a minute keeps proxies from closing a silent connection.
    """
    last, silent_since = "", time.monotonic()
    while not await request.is_disconnected():
        try:
            task = state.tasks.get(task_id)
        except NotFound:
            return
        ended = task.ended  # read before presenting: an end in between is sent in the next turn
        data = present.task(task, lang).model_dump_json()
        if data != last:
            yield f"event: task\ndata: {data}\n\n"
            last, silent_since = data, time.monotonic()
        elif time.monotonic() - silent_since > KEEP_ALIVE_S:
            yield ": waiting\n\n"
            silent_since = time.monotonic()
        if ended:
            return
        await asyncio.sleep(state.settings.event_interval_s)
