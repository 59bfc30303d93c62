"""Long works: one after another in the background, followed, cancelled, and found again after a reload.

A task's state is a small JSON file, so the list survives the process; a task that was running when the
process ended reads as failed, with what to do.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tuban.domain.progress import Progress, Step
from tuban.errors import Cancelled, NotFound, Text, TubanError
from tuban.service.errors import plain

log = logging.getLogger("tuban.service")
ENDED = ("done", "failed", "cancelled")
WAITING = Text("等待前面的任务", "waiting for the tasks before it")


@dataclass(slots=True)
class Task:
    """One long work; times are UTC, texts in both languages."""

    id: str
    title: Text
    state: str = "waiting"
    share: float = 0.0
    text: Text = WAITING
    created_at: str = field(default_factory=lambda: _now())  # noqa: PLW0108  # defined below
    started_at: str | None = None
    finished_at: str | None = None
    result: dict | None = None
    error: dict | None = None

    @property
    def ended(self) -> bool:
        """Say whether nothing more will happen to it."""
        return self.state in ENDED


class Tasks:
    """The works of this workspace; one runs at a time, so that two imports never fight for the store."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder = folder
        self.keep = keep
        folder.mkdir(parents=True, exist_ok=True)
        self._tasks: dict[str, Task] = {}
        self._cancelled: set[str] = set()
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tuban-task")
        self._load()

    def start(
        self, title: Text, work: Callable[[Progress], dict], cleanup: Callable[[], None] = lambda: None
    ) -> Task:
        """Queue a work; `work` returns the result shown to the user; `cleanup` runs whatever happens."""
        task = Task(uuid.uuid4().hex, title)
        with self._guard:
            self._tasks[task.id] = task
            self._forget_old()
            self._save(task)
        self._pool.submit(self._run, task, work, cleanup)
        return task

    def list(self) -> list[Task]:
        """List all tasks, newest first."""
        with self._guard:
            return sorted(self._tasks.values(), key=lambda task: task.created_at, reverse=True)

    def get(self, task_id: str) -> Task:
        """Give one task.

        Raises
        ------
        NotFound : no such task.
        """
        with self._guard:
            if task_id in self._tasks:
                return self._tasks[task_id]
        raise NotFound(
            Text("没有这个任务。", "There is no such task."),
            Text("任务清单见 /api/tasks;旧任务会自动清除。", "See /api/tasks; old tasks are cleared away."),
            task=task_id[:64],
        )

    def cancel(self, task_id: str) -> Task:
        """Ask a task to stop; it stops at its next step and leaves nothing half done."""
        task = self.get(task_id)
        with self._guard:
            if not task.ended:
                self._cancelled.add(task_id)
        return task

    def close(self) -> None:
        """Stop at the next step and wait for it."""
        with self._guard:
            self._cancelled.update(task.id for task in self._tasks.values() if not task.ended)
        self._pool.shutdown(wait=True, cancel_futures=False)

    def _run(self, task: Task, work: Callable[[Progress], dict], cleanup: Callable[[], None]) -> None:
        def progress(step: Step) -> None:
            if task.id in self._cancelled:
                raise Cancelled(
                    Text("任务已取消,没有留下任何改动。", "The task was cancelled; nothing was changed."),
                    Text("需要时请重新开始。", "Start it again when needed."),
                )
            task.share, task.text = min(max(step.share, task.share), 1.0), step.text

        try:
            self._change(task, state="running", started_at=_now(), text=Text("开始", "starting"))
            progress(Step(0.0, task.text))
            result = work(progress)
            if task.id in self._cancelled:  # too late: the version is in the trail
                log.info("task %s had ended when it was cancelled", task.id)
            self._change(task, state="done", share=1.0, text=Text("完成", "done"), result=result)
        except Cancelled as error:
            self._change(task, state="cancelled", text=error.problem)
        except TubanError as error:
            self._change(task, state="failed", text=error.problem, error=_error(error))
        except Exception:
            log.exception("task %s failed", task.id)
            self._change(task, state="failed", text=UNEXPECTED.problem, error=_error(UNEXPECTED))
        finally:
            cleanup()

    def _change(self, task: Task, **changes: object) -> None:
        with self._guard:
            if changes.get("state") in ENDED:
                changes["finished_at"] = _now()
                self._cancelled.discard(task.id)
            for name, value in changes.items():
                setattr(task, name, value)
            self._save(task)

    def _save(self, task: Task) -> None:
        target = self.folder / f"{task.id}.json"
        part = target.with_suffix(".part")
        try:
            part.write_text(json.dumps(dataclasses.asdict(task), ensure_ascii=False), encoding="utf-8")
            part.replace(target)
        except OSError:
            # The list is a convenience; the work and its version must not fail because of it.
            log.exception("the state of task %s was not written", task.id)

    def _load(self) -> None:
        for file in self.folder.glob("*.json"):
            try:
                raw = json.loads(file.read_text(encoding="utf-8"))
                for name in ("title", "text"):
                    raw[name] = Text(**raw[name])
                task = Task(**raw)
            except (OSError, ValueError, TypeError, KeyError):
                log.warning("task file %s cannot be read and is left out", file.name)
                continue
            if not task.ended:
                task.state, task.finished_at = "failed", _now()
                task.text, task.error = INTERRUPTED.problem, _error(INTERRUPTED)
                self._save(task)
            self._tasks[task.id] = task

    def _forget_old(self) -> None:
        ended = sorted((t for t in self._tasks.values() if t.ended), key=lambda task: task.created_at)
        for task in ended[: max(len(self._tasks) - self.keep, 0)]:
            del self._tasks[task.id]
            (self.folder / f"{task.id}.json").unlink(missing_ok=True)


INTERRUPTED = TubanError(
    Text("系统在任务完成前关闭,任务中断;工作区没有改动。",
         "The system was closed before the task ended; the workspace was not changed."),
    Text("请重新开始该任务。", "Start it again."),
)  # fmt: skip
UNEXPECTED = TubanError(
    Text("系统内部出错,任务没有完成;工作区没有改动。",
         "Something inside the system failed; the workspace was not changed."),
    Text("请把终端中的记录发给维护人员。", "Please send the terminal's record to whoever maintains it."),
)  # fmt: skip


def _error(error: TubanError) -> dict:
    return {
        "kind": type(error).__name__,
        "problem": dataclasses.asdict(error.problem),
        "fix": dataclasses.asdict(error.fix),
        "facts": plain(error.facts),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat()
