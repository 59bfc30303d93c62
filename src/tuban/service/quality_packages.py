"""The packages of the last inspections, kept aside so that repairs can be looked for; older ones are removed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tuban.errors import NotFound, Text
from tuban.service.state import State
from tuban.store.runs import Run
from tuban.workflows.quality_shapes import write_as_package

CACHE = "packages"
KEPT = 10
_VERSION = re.compile(r"^(\w+)/(\d+)$")


def keep_package(state: State, run: Run, path: Path) -> Path:
    """Move a package to where it stays as long as its inspection is one of the last; give its new path."""
    folder = _folder(state, run)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = folder / path.name
    shutil.move(path, kept)
    _forget_old(state)
    return kept


def versions_of(run: Run) -> list[tuple[str, int]]:
    """Give the layer versions that an inspection judged, code and number; none where it judged a package."""
    if run.head["package"].get("layout") != "workspace":
        return []
    found = (_VERSION.match(one) for one in run.subject.split("、"))
    return [(one[1], int(one[2])) for one in found if one]


def package_of_run(state: State, run: Run) -> Path | None:
    """Give where the package of an inspection is kept, None where it is kept no more."""
    folder = _folder(state, run)
    files = sorted(one for one in folder.iterdir() if not one.name.startswith(".")) if folder.is_dir() else []
    return files[0] if files else None


def can_be_repaired(state: State, run: Run) -> bool:
    """Say whether what an inspection judged is still there: its package, or its layer versions."""
    return package_of_run(state, run) is not None or bool(versions_of(run))


def ready_package(state: State, run: Run) -> Path:
    """Give where the package of an inspection is kept; layer versions are written as one database first."""
    found = package_of_run(state, run)
    if found is not None:
        return found
    must_be_there(state, run)
    folder = _folder(state, run)
    folder.mkdir(parents=True, exist_ok=True)
    versions = [state.workspace.version(code, number=number) for code, number in versions_of(run)]
    path = write_as_package(state.workspace, versions, folder / "图层.gpkg")
    _forget_old(state)
    return path


def must_be_there(state: State, run: Run) -> None:
    """Refuse to go on without what an inspection judged.

    Raises
    ------
    NotFound : it is kept no more.
    """
    if not can_be_repaired(state, run):
        raise NotFound(
            Text(f"第 {run.number} 次质检的成果包已清除(只保留最近 {KEPT} 次)。",
                 f"The package of run {run.number} is kept no more (those of the last {KEPT} are)."),
            Text("请重新上传质检后再修复,或在本机用 tuban quality repair。",
                 "Upload and inspect it again, or use `tuban quality repair` on the machine itself."),
            run=run.number,
        )  # fmt: skip


def _folder(state: State, run: Run) -> Path:
    return state.workspace.cache_dir(CACHE) / f"{run.number}"


def _forget_old(state: State) -> None:
    folders = [one for one in state.workspace.cache_dir(CACHE).iterdir() if one.name.isdigit()]
    for old in sorted(folders, key=lambda one: int(one.name))[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
