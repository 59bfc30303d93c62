"""What may be opened at all: local files only, and archives that stay inside their folder."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tuban.errors import BrokenFile, DiskFull, NotFound, Text, UnsafeFile

MAX_ENTRIES = 20_000
MAX_UNPACKED_BYTES = 16 * 1024**3
# Blank-padded DBF compresses 100:1 and more; bombs reach 1000:1. Small archives cannot hurt.
MAX_RATIO = 250
RATIO_FROM_BYTES = 100 * 1024**2
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".cab", ".iso")
_CHUNK = 1024**2
# What the system says when the disk is full or refuses.
DISK_ERRORS = frozenset(
    {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
)


def local_path(path: str | os.PathLike[str]) -> Path:
    """Give the absolute path of a file or folder on this machine.

    Raises
    ------
    UnsafeFile : a network address, a GDAL virtual path or connection string, a device.
    NotFound : nothing there.
    """
    said = os.fspath(path)
    if "://" in said or said.lower().startswith(("/vsi", "\\vsi")) or "\0" in said:
        raise UnsafeFile(
            Text(
                f"只能打开本机上的文件,不能打开“{said[:80]}”。",
                f"Only local files can be opened, not “{said[:80]}”.",
            ),
            Text("请先把文件下载或复制到本机再导入。", "Copy the file to this machine first."),
        )
    found = Path(os.path.realpath(said))
    if not found.exists():
        raise NotFound(
            Text(f"没有这个文件:{said}", f"No such file: {said}"),
            Text("请检查路径和文件名。", "Check the path and the name."),
        )
    if str(found).lower().startswith("/vsi") or not (found.is_file() or found.is_dir()):
        raise UnsafeFile(
            Text(f"“{said}”不是普通文件或文件夹。", f"“{said}” is neither a plain file nor a folder."),
            Text("请给出数据文件的路径。", "Give the path of a data file."),
        )
    return found


def check_folder(folder: Path) -> None:
    """Make sure that nothing in a data folder leads out of it; raises UnsafeFile."""
    for entry in folder.rglob("*"):
        if entry.is_symlink() and not Path(os.path.realpath(entry)).is_relative_to(folder):
            raise UnsafeFile(
                Text(
                    f"文件夹“{folder.name}”中的“{entry.name}”是指向外部的链接。",
                    f"“{entry.name}” in “{folder.name}” is a link that leads out of the folder.",
                ),
                Text("请复制真实文件后再导入。", "Copy the real files, then import."),
            )


def unpack(archive: Path, into: Path) -> list[Path]:
    """Unpack a zip archive into an empty folder; give the files, archives inside refused.

    Raises
    ------
    UnsafeFile : paths out of the folder, links, bombs, archives in the archive.
    BrokenFile : truncated, damaged, encrypted.
    DiskFull : no room for what it holds.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [(_name(info), info) for info in opened.infolist() if not info.is_dir()]
            entries = [(name, info) for name, info in entries if not _is_clutter(name)]
            _check(archive, entries, into)
            return [_write(opened, info, into.joinpath(*name.parts)) for name, info in entries]
    except UnsafeFile:
        raise
    except RuntimeError as error:
        # zipfile says "encrypted" and "unsupported" by RuntimeError and its child NotImplementedError.
        raise BrokenFile(
            Text(
                f"压缩包“{archive.name}”有密码或用了特殊压缩方式。",
                f"“{archive.name}” is encrypted or packed unusually.",
            ),
            Text("请用普通 zip(不加密)重新压缩。", "Pack it again as a plain zip without a password."),
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise DiskFull(
                Text(
                    f"解压“{archive.name}”时磁盘写入失败:{error.strerror}。",
                    f"Unpacking failed: {error.strerror}.",
                ),
                Text("请清理磁盘空间后重试。", "Free some disk space and try again."),
            ) from error
        raise BrokenFile(
            Text(
                f"压缩包“{archive.name}”不完整或已损坏。",
                f"The archive “{archive.name}” is truncated or damaged.",
            ),
            Text("请重新下载或请对方重新压缩发送。", "Download it again or have it packed and sent again."),
        ) from error


def _name(info: zipfile.ZipInfo) -> PurePosixPath:
    """Give the entry's path; names without the UTF-8 mark are GBK more often than the code page of DOS."""
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return PurePosixPath(name.replace("\\", "/"))


def _is_clutter(name: PurePosixPath) -> bool:
    return "__MACOSX" in name.parts or name.name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _check(archive: Path, entries: list[tuple[PurePosixPath, zipfile.ZipInfo]], into: Path) -> None:
    def refuse(zh: str, en: str) -> None:
        raise UnsafeFile(
            Text(f"压缩包“{archive.name}”不安全:{zh}。", f"The archive “{archive.name}” is not safe: {en}."),
            Text("请只压缩数据文件本身,重新打包。", "Pack the data files alone, again."),
        )

    if len(entries) > MAX_ENTRIES:
        refuse(f"文件多于 {MAX_ENTRIES} 个", f"more than {MAX_ENTRIES} files")
    seen = set()
    for name, info in entries:
        outside = name.is_absolute() or ".." in name.parts or ":" in str(name) or not name.parts
        if outside or not into.joinpath(*name.parts).is_relative_to(into):
            refuse(f"“{name}”指向文件夹之外", f"“{name}” leads out of the folder")
        if stat.S_ISLNK(info.external_attr >> 16):
            refuse(f"“{name}”是链接", f"“{name}” is a link")
        if name.suffix.lower() in ARCHIVES:
            refuse(f"里面还有压缩包“{name.name}”", f"it holds another archive, “{name.name}”")
        if str(name).lower() in seen:
            refuse(f"“{name}”出现两次", f"“{name}” is there twice")
        seen.add(str(name).lower())
    total = sum(info.file_size for _, info in entries)
    packed = max(archive.stat().st_size, 1)
    if total > MAX_UNPACKED_BYTES or (total > RATIO_FROM_BYTES and total / packed > MAX_RATIO):
        refuse(
            f"解压后有 {total / 1024**2:,.0f} MB,是压缩包的 {total / packed:,.0f} 倍",
            f"it unpacks to {total / 1024**2:,.0f} MB, {total / packed:,.0f} times its size",
        )
    if total > shutil.disk_usage(into).free:
        raise DiskFull(
            Text(
                f"解压需要 {total / 1024**2:,.0f} MB,磁盘空间不够。",
                f"No room: it unpacks to {total / 1024**2:,.0f} MB.",
            ),
            Text("请清理磁盘空间后重试。", "Free some disk space and try again."),
        )


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(info) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > info.file_size:
                # The directory of the archive lied about the size.
                raise zipfile.BadZipFile("larger than declared")
            out.write(chunk)
    return target
