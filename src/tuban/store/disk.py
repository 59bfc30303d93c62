"""Files that are there whole or not at all, and a full disk said in words."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tuban.errors import DiskFull, StoreFault, Text

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}


def sha256_of(file: Path) -> str:
    """Hash a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_file(file: Path) -> None:
    """Make sure that a file's bytes are on the disk."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make sure that a folder's list of names is on the disk (Windows needs and allows no such thing)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder that survives a power cut from here on."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def write_whole(file: Path, text: str) -> None:
    """Write a small file so that it is the old or the new one at any moment, never half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        sync_file(draft)
        draft.replace(file)
        sync_folder(file.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def disk_in_words(folder: Path) -> Iterator[None]:
    """Turn what the disk or the database says about lack of room into `DiskFull`.

    Raises
    ------
    DiskFull : no room, or a quota or a limit on a file's size was reached.
    StoreFault : the folder may not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or "No space left" in str(error) or "File too large" in str(error):
            raise _full(folder) from error
        if error.errno in _REFUSED:
            raise StoreFault(
                Text(
                    f"不能写入工作区“{folder}”:没有权限或是只读的。",
                    f"The workspace {folder} may not be written.",
                ),
                Text(
                    "检查文件夹权限,或复制到可写的位置再试。",
                    "Check its permissions, or copy it to where you may write.",
                ),
                folder=str(folder),
            ) from error
        raise
    except DBAPIError as error:
        said = str(error.orig).lower()
        # SQLite reports a refused write (quota, limit on size) as an I/O error; PostgreSQL as 53100.
        if "full" in said or "disk i/o error" in said or getattr(error.orig, "sqlstate", "") == "53100":
            raise _full(folder) from error
        if "readonly" in said or "read-only" in said:
            raise StoreFault(
                Text(f"工作区“{folder}”的目录库是只读的。", f"The catalogue of {folder} is read-only."),
                Text(
                    "检查文件夹权限,或复制到可写的位置再试。",
                    "Check its permissions, or copy it to where you may write.",
                ),
                folder=str(folder),
            ) from error
        raise


def _full(folder: Path) -> DiskFull:
    return DiskFull(
        Text(
            f"写入工作区“{folder}”时磁盘空间不足;未写入任何内容,工作区保持原样。",
            f"The disk of the workspace {folder} is full; nothing was taken in, the workspace is as it was.",
        ),
        Text(
            "清理磁盘或换到空间充足的磁盘后重试。",
            "Free some room, or move the workspace to a larger disk; then try again.",
        ),
        folder=str(folder),
    )
