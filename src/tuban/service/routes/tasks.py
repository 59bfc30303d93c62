"""Long works: list, follow, cancel."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse

from tuban.service import present
from tuban.service.deps import Language, OpenState
from tuban.service.events import task_events
from tuban.service.schemas import TaskOut

router = APIRouter(prefix="/tasks", tags=["tasks"])
TaskId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get("")
def list_tasks(state: OpenState, lang: Language) -> list[TaskOut]:
    """List the tasks, newest first."""
    return [present.task(task, lang) for task in state.tasks.list()]


@router.get("/{task_id}")
def read_task(state: OpenState, lang: Language, task_id: TaskId) -> TaskOut:
    """Say how far one task is."""
    return present.task(state.tasks.get(task_id), lang)


@router.get(
    "/{task_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def follow_task(request: Request, state: OpenState, lang: Language, task_id: TaskId) -> StreamingResponse:
    """Send the task each time it changes (server-sent events named `task`), until it has ended."""
    state.tasks.get(task_id)
    return StreamingResponse(task_events(request, state, task_id, lang), media_type="text/event-stream")


@router.post("/{task_id}/cancel")
def cancel_task(state: OpenState, lang: Language, task_id: TaskId) -> TaskOut:
    """Ask a task to stop at its next step; what is done already is undone."""
    return present.task(state.tasks.cancel(task_id), lang)
