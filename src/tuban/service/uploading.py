"""A file from the browser into the workspace: kept aside, taken in by the workflow, removed."""

from __future__ import annotations

import dataclasses
import re
import shutil
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import UploadFile

from tuban.domain.progress import Progress
from tuban.domain.version import Validity
from tuban.errors import DiskFull, Text, WrongUse
from tuban.geo.io import OnInvalid
from tuban.service.state import State
from tuban.service.tasks import Task
from tuban.workflows import intake
from tuban.workflows.quality_intake import judge_here

CHUNK_BYTES = 1024 * 1024
LONGEST_NAME = 100
BY = "web"  # who took it in, as the trail says it
WINDOWS_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"com{i}" for i in range(10)),
    *(f"lpt{i}" for i in range(10)),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a file is to be understood and from when it is in force; None leaves it to the reader."""

    valid_from: date | None
    act: str
    layer: str | None
    crs: str | None
    convert_to: str | None
    encoding: str | None = None
    swap_axes: bool = False
    on_invalid: OnInvalid = "refuse"


def take_upload(state: State, code: str, file: UploadFile, wishes: Wishes) -> Task:
    """Keep the upload aside and queue its import.

    Raises
    ------
    UnknownLayer : no such layer code in the profile.
    WrongUse : the file is larger than the settings allow.
    """
    spec = state.spec(code)  # an unknown layer is said now, not by a failed task
    name = safe_name(file.filename or "")
    folder = state.workspace.cache_dir("uploads") / uuid.uuid4().hex
    try:
        kept = keep(file, folder / name, state.settings.max_upload_bytes)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise

    def work(progress: Progress) -> dict:
        version = intake.take_in(
            state.workspace,
            kept,
            code,
            valid=Validity(wishes.valid_from or date.today(), None, wishes.act),
            by=BY,
            profile=state.profile,
            layer=wishes.layer,
            crs=wishes.crs,
            convert_to=wishes.convert_to,
            encoding=wishes.encoding,
            swap_axes=wishes.swap_axes,
            on_invalid=wishes.on_invalid,
            judge=judge_here(state.workspace, by=BY),
            progress=progress,
        )
        if state.settings.prepare_layers and not version.held:
            state.tiles.prepare(version, spec)
        return {
            "code": version.code,
            "version": version.number,
            "rows": version.rows,
            "new": version.new,
            "notes": [dataclasses.asdict(note) for note in version.notes],
        }

    title = Text(f"导入 {name} → {code}", f"Import {name} → {code}")
    return state.tasks.start(title, work, cleanup=lambda: shutil.rmtree(folder, ignore_errors=True))


def keep(file: UploadFile, target: Path, most_bytes: int) -> Path:
    """Copy an upload into its own folder, no larger than allowed."""
    target.parent.mkdir(parents=True)
    written = 0
    try:
        with target.open("wb") as sink:
            while chunk := file.file.read(CHUNK_BYTES):
                written += len(chunk)
                if written > most_bytes:
                    raise too_large(most_bytes)
                sink.write(chunk)
    except OSError as error:
        raise DiskFull(
            Text("磁盘写不下上传的文件。", "The disk has no room for the uploaded file."),
            Text("请腾出空间后重试。", "Free some space and try again."),
            reason=error.strerror,
        ) from error
    return target


def too_large(most_bytes: int) -> WrongUse:
    """Say that an upload is over the limit."""
    most_mb = most_bytes / 1024**2
    return WrongUse(
        Text(f"文件超过上传上限 {most_mb:,.0f} MB。", f"The file is over the limit of {most_mb:,.0f} MB."),
        Text("请在本机用命令行(tuban layers import、tuban quality check)处理,或调高 TUBAN_MAX_UPLOAD_BYTES。",
             "Use the command line on the machine itself (`tuban layers import`, `tuban quality check`), or raise "
             "TUBAN_MAX_UPLOAD_BYTES."),
        max_bytes=most_bytes,
    )  # fmt: skip


def safe_name(given: str) -> str:
    """Make a name that is only a name on every system: no folders, no control signs, no device."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    kept = re.sub(r'[<>:"|?*\x00-\x1f\x7f]', "_", last).strip(" .")
    if len(kept) > LONGEST_NAME:
        stem, dot, suffix = kept.rpartition(".")
        kept = (
            f"{stem[: LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}"
            if dot and len(suffix) < 20
            else kept[:LONGEST_NAME]
        )
    if not kept or kept.split(".")[0].lower() in WINDOWS_DEVICES:
        kept = f"upload_{kept}" if kept else "upload"
    return kept
