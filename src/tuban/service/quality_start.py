"""An inspection from the browser: the package kept aside, judged by the workflow, and kept a while for repairs."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from fastapi import UploadFile

from tuban.domain.progress import Progress
from tuban.domain.version import LayerVersion
from tuban.errors import Text, WrongUse
from tuban.service.quality_packages import keep_package
from tuban.service.quality_rules import book_of, profile_named
from tuban.service.state import State
from tuban.service.tasks import Task
from tuban.service.uploading import BY, keep, safe_name
from tuban.store.runs import Run
from tuban.workflows.quality import check_package, check_versions

AREA = "quality"
_VERSION = re.compile(r"^(\w[\w\-]{0,63})(?:@([1-9]\d{0,8}))?$")


def start(state: State, file: UploadFile | None, versions: Sequence[str], profile: str) -> Task:
    """Queue an inspection of a package or of layer versions.

    Raises
    ------
    WrongUse : neither or both were given, or a version is not written `DLTB` or `DLTB@2`.
    NotFound : no such profile or version.
    """
    book_of(state, profile)  # an unknown profile is said now, not by a failed task
    if (file is None) == (not versions):
        raise WrongUse(
            Text("质检对象应为一个成果包,或已入库的图层版本,二者取一。",
                 "Inspect either a package or layer versions of the workspace."),
            Text("上传一个文件,或写明 versions=DLTB@2。", "Upload a file, or give versions=DLTB@2."),
        )  # fmt: skip
    if file is not None:
        return _start_package(state, file, profile)
    chosen = [_version(state, one) for one in versions]
    listed = "、".join(f"{one.code}@{one.number}" for one in chosen[:3]) + ("…" if len(chosen) > 3 else "")
    title = Text(f"质检 {listed}", f"Inspect {listed}")
    return queue(state, title, lambda progress: _versions(state, chosen, profile, progress))


def _start_package(state: State, file: UploadFile, profile: str) -> Task:
    name = safe_name(file.filename or "")
    folder = state.workspace.cache_dir("uploads") / uuid.uuid4().hex
    try:
        kept = keep(file, folder / name, state.settings.max_upload_bytes)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return queue(
        state,
        Text(f"质检 {name}", f"Inspect {name}"),
        lambda progress: _package(state, kept, name, profile, progress),
        lambda: shutil.rmtree(folder, ignore_errors=True),
    )


def _package(state: State, path: Path, name: str, profile: str, progress: Progress) -> Run:
    chosen = profile_named(state, profile)
    checked = check_package(path, ws=state.workspace, profile=chosen, name=name, by=BY, progress=progress)
    run = _kept(checked.run)
    keep_package(state, run, path)
    return run


def _versions(state: State, versions: Sequence[LayerVersion], profile: str, progress: Progress) -> Run:
    checked = check_versions(
        state.workspace, versions, profile=profile_named(state, profile), by=BY, progress=progress
    )
    return _kept(checked.run)


def _kept(run: Run | None) -> Run:
    assert run is not None, "with a workspace every run is kept"
    return run


def queue(
    state: State, title: Text, work: Callable[[Progress], Run], cleanup: Callable[[], None] = lambda: None
) -> Task:
    """Queue a work whose result is a run."""

    def done(progress: Progress) -> dict:
        return {"area": AREA, "run": str(work(progress).number)}

    return state.tasks.start(title, done, cleanup)


def _version(state: State, text: str) -> LayerVersion:
    found = _VERSION.match(text.strip())
    if not found:
        raise WrongUse(
            Text(f"“{text[:80]}”不是图层版本。", f"{text[:80]!r} is no layer version."),
            Text("写法:DLTB(现行版本)或 DLTB@2。", "Write DLTB (in force) or DLTB@2."),
            parameter="versions",
        )
    number = int(found[2]) if found[2] else None
    return state.workspace.version(found[1], number=number)
