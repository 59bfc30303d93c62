"""Repairs as a proposal: looked for, listed with the ground they move, accepted one by one, inspected again."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import shapely
from fastapi.responses import FileResponse

from tuban.domain.progress import Progress, part
from tuban.errors import NotFound, Text, WrongUse
from tuban.quality.repair import OUTCOMES, TITLES, Repair
from tuban.service import present
from tuban.service import schemas_quality as out
from tuban.service.quality_draw import bounds_of, drawn
from tuban.service.quality_find import find_run
from tuban.service.quality_packages import (
    can_be_repaired,
    keep_package,
    must_be_there,
    package_of_run,
    ready_package,
)
from tuban.service.quality_start import queue
from tuban.service.state import State
from tuban.service.tasks import Task
from tuban.service.uploading import BY
from tuban.standards.chain import shipped_profiles
from tuban.store.runs import Run
from tuban.workflows.quality import check_package
from tuban.workflows.quality_repair import accept_repairs, propose_repairs

CACHE = "repairs"
_SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("id", "kind", "layer", "object", "zh", "en", "field", "old", "new", "crs")
    ]
    + [("moved_m2", pa.float64()), ("before", pa.binary()), ("after", pa.binary())]
)
What = Literal["package", "diff", "record"]


def search(state: State, number: str) -> Task:
    """Queue the search for safe repairs of the package of an inspection; nothing is changed.

    Raises
    ------
    NotFound : no such inspection, or its package is kept no more.
    """
    of = find_run(state, number)
    must_be_there(state, of)

    def work(progress: Progress) -> Run:
        path = ready_package(state, of)
        found = propose_repairs(path, ws=state.workspace, profile=_profile(of), progress=progress)
        _write(_listed(state, of), found, of)
        return of

    return queue(state, Text(f"查找可修复项,第 {number} 次质检", f"Look for repairs, run {number}"), work)


def repairs(state: State, number: str, limit: int, offset: int) -> out.RepairsOut:
    """Give one page of the repairs that were found, with what each kind of them would move in all."""
    of = find_run(state, number)
    file = _listed(state, of)
    available = can_be_repaired(state, of)
    if not file.exists():
        return out.RepairsOut(
            searched=False, available=available, total=0, kinds=[], repairs=[], made=_made(state, of)
        )
    with pa.memory_map(str(file)) as source:
        table = pa.ipc.open_file(source).read_all()
        light = table.select(["kind", "moved_m2"]).to_pylist()
        rows = table.slice(offset, limit).to_pylist()
    kinds: dict[str, list[float]] = {}
    for row in light:
        kinds.setdefault(row["kind"], []).append(row["moved_m2"])
    return out.RepairsOut(
        searched=True,
        available=available,
        total=len(light),
        kinds=[
            out.RepairKindOut(kind=kind, title=_kind(kind), count=len(moved), moved_m2=sum(moved))
            for kind, moved in kinds.items()
        ],
        repairs=[_repair(row) for row in rows],
        made=_made(state, of),
    )


def accept(state: State, number: str, ids: Sequence[str] | None) -> Task:
    """Queue a new file with the accepted repairs (None: all that were found), inspected again as a run of its own.

    Raises
    ------
    NotFound : no such inspection or repair. WrongUse : nothing was accepted, or repairs were not looked for yet.
    """
    of = find_run(state, number)
    must_be_there(state, of)
    listed = _listed(state, of)
    if not listed.exists() or ids == []:
        raise WrongUse(
            Text("还没有选中可修复项。", "No repair is accepted."),
            Text("先查找可修复项,再勾选要接受的。", "Look for repairs first, then tick those to accept."),
        )
    with pa.memory_map(str(listed)) as source:
        known = set(pa.ipc.open_file(source).read_all().column("id").to_pylist())
    missing = sorted(set(ids or ()) - known)
    if missing:
        raise NotFound(
            Text(f"没有这样的修复项:{missing[0][:80]}。", f"No such repair: {missing[0][:80]}."),
            Text("请重新查找可修复项。", "Look for repairs again."),
            missing=missing[:20],
        )
    chosen = sorted(known if ids is None else set(ids))

    def work(progress: Progress) -> Run:
        path = ready_package(state, of)
        stem = path.stem.removesuffix(".gdb")
        room = state.workspace.cache_dir(CACHE) / uuid.uuid4().hex
        room.mkdir()
        try:
            made = accept_repairs(
                path, room / f"{stem}-修复.gpkg", ids=chosen, ws=state.workspace, profile=_profile(of),
                progress=part(progress, 0.0, 0.5),
            )  # fmt: skip
            checked = check_package(
                made.path, ws=state.workspace, profile=_profile(of), name=made.path.name, by=BY,
                progress=part(progress, 0.5, 1.0),
            )  # fmt: skip
            assert checked.run is not None, "with a workspace every run is kept"
            kept = keep_package(state, checked.run, made.path)
            beside = _folder(state, checked.run)
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            for other in (made.diff, made.record):
                if other.exists():
                    shutil.move(other, beside / other.name)
            (beside / "from.json").write_text(
                json.dumps({"run": of.number, "file": kept.name}), encoding="utf-8"
            )
            return checked.run
        finally:
            shutil.rmtree(room, ignore_errors=True)

    count = len(chosen)
    return queue(
        state, Text(f"修复 {count} 项,第 {number} 次质检", f"Make {count} repairs, run {number}"), work
    )


def download(state: State, number: str, what: What) -> FileResponse:
    """Give the repaired database, the map of the differences, or the record of a run that repairs made.

    Raises
    ------
    NotFound : the run was not made by repairs, or what it left is kept no more.
    """
    of = find_run(state, number)
    folder = _folder(state, of)
    found: Path | None = None
    if (folder / "from.json").exists():
        ends = {"diff": "-diff.gpkg", "record": "-repair.json"}
        found = (
            package_of_run(state, of)
            if what == "package"
            else next((one for one in folder.iterdir() if one.name.endswith(ends[what])), None)
        )
    if found is None:
        raise NotFound(
            Text("没有这个修复结果。", "There is no such result of a repair."),
            Text("文字修复没有图形差异;更早的结果已清除,请重新修复。",
                 "Repairs of text move no ground; older results are cleared away: repair again."),
            run=of.number,
        )  # fmt: skip
    return FileResponse(
        found,
        filename=found.name,
        media_type="application/octet-stream",
        headers={"Cache-Control": "no-cache"},
    )


def _profile(of: Run) -> str | None:
    """Give the profile that a run was made by; None where it was the workspace's own file."""
    return of.profile if of.profile in shipped_profiles() else None


def _made(state: State, of: Run) -> out.RepairedOut | None:
    """Say from which run and with which outcomes a run was made by repairs; None where it was not."""
    folder = _folder(state, of)
    record = next((one for one in folder.glob("*-repair.json")), None) if folder.is_dir() else None
    if record is None or not (folder / "from.json").exists():
        return None
    said = json.loads(record.read_text(encoding="utf-8"))
    start = json.loads((folder / "from.json").read_text(encoding="utf-8"))
    outcomes = [one["outcome"] for one in said["repairs"]]
    return out.RepairedOut(
        run=str(start["run"]),
        outcomes=[
            out.OutcomeOut(outcome=name, title=present.text(title), count=outcomes.count(name))
            for name, title in OUTCOMES.items()
        ],
        moved_m2=said["moved_m2"],
        diff=any(folder.glob("*-diff.gpkg")),
    )


def _repair(row: Mapping[str, Any]) -> out.RepairOut:
    before, after = (shapely.from_wkb(row[name]) if row[name] else None for name in ("before", "after"))
    return out.RepairOut(
        id=row["id"],
        kind=row["kind"],
        title=_kind(row["kind"]),
        layer=row["layer"],
        object=row["object"],
        message=out.TextOut(zh=row["zh"], en=row["en"]),
        moved_m2=row["moved_m2"],
        field=row["field"],
        old=row["old"],
        new=row["new"],
        bounds=bounds_of(after, row["crs"] or None),
        before=drawn(before, row["crs"] or None),
        after=drawn(after, row["crs"] or None),
    )


def _kind(kind: str) -> out.TextOut:
    titles: Mapping[str, Text] = {str(name): title for name, title in TITLES.items()}
    return present.text(titles.get(kind, Text(kind, kind)))


def _write(path: Path, found: Sequence[Repair], of: Run) -> None:
    systems = {
        one["code"] or one["name"]: one.get("crs") or "" for one in of.head["package"].get("layers", ())
    }
    rows = [
        {
            "id": one.id, "kind": one.kind, "layer": one.layer, "object": one.object,
            "zh": one.message.zh, "en": one.message.en, "field": one.field, "old": one.old, "new": one.new,
            "crs": systems.get(one.layer.rsplit("/", 1)[-1], ""),
            "moved_m2": one.moved_m2, "before": one.before, "after": one.after,
        }
        for one in found
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=_SCHEMA)
    draft = path.with_name(f"{uuid.uuid4().hex}.part")
    with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=4096)
    draft.replace(path)


def _listed(state: State, of: Run) -> Path:
    return state.workspace.cache_dir(CACHE) / f"{of.number}-{of.sha256[:16]}.found"


def _folder(state: State, of: Run) -> Path:
    return state.workspace.cache_dir(CACHE) / f"{of.number}"
