"""What lies in a package: its files with their kinds, its folders, its databases; nothing raises over content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tuban.errors import Text, TubanError
from tuban.geo import safety
from tuban.geo.io_open import Source, opened, sha256_of

FileKind = Literal[
    "gdb", "gpkg", "vector", "table", "document", "picture", "metadata", "archive", "part", "other"
]
KINDS: dict[str, FileKind] = {
    suffix: kind
    for kind, suffixes in (
        ("gpkg", ".gpkg"),
        ("vector", ".shp .geojson .json .parquet .geoparquet"),
        ("table", ".xlsx .xls .csv .mdb .accdb"),
        ("document", ".doc .docx .pdf .txt .md .wps"),
        ("picture", ".jpg .jpeg .png .tif .tiff .bmp .svg"),
        ("metadata", ".xml"),
        ("archive", " ".join(safety.ARCHIVES)),
        # What a shapefile or picture is made of besides its main file.
        ("part", ".shx .dbf .prj .cpg .sbn .sbx .qix .qmd .cst .fbn .fbx .ain .aih .tfw .jgw .ovr .aux .idx"),
    )
    for suffix in suffixes.split()
}  # type: ignore[assignment]
# What programs leave behind and nobody means to hand in.
CLUTTER = re.compile(
    r"^(~\$.*|\..*|Thumbs\.db|desktop\.ini|.*\.(lock|gpkg-wal|gpkg-shm|gpkg-journal|bak|tmp))$", re.I
)
_READ_AS_LAYERS = frozenset(
    {".gpkg", ".shp", ".geojson", ".json", ".parquet", ".geoparquet", ".xlsx", ".csv"}
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(slots=True)
class PackageFile:
    """One file (a .gdb folder counts as one); `name` is its path in the package, with forward slashes."""

    name: str
    path: Path
    kind: FileKind
    bytes: int
    fault: TubanError | None = None

    @property
    def suffix(self) -> str:
        """Its ending in small letters."""
        return self.path.suffix.lower()

    @property
    def stem(self) -> str:
        """Its name without folders and ending."""
        return Path(self.name).stem


@dataclass(frozen=True, slots=True)
class FoundLayer:
    """A layer and the file it lies in."""

    source: Source
    file: str


@dataclass(slots=True)
class FoundDatabase:
    """A database and its layers; `fault` where it cannot be opened."""

    name: str
    format: str
    sources: list[FoundLayer] = field(default_factory=list)
    fault: TubanError | None = None


@dataclass(slots=True)
class Tree:
    """Everything in a package, as it lies there."""

    name: str
    sha256: str
    folder: Path | None = None
    files: list[PackageFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    databases: list[FoundDatabase] = field(default_factory=list)
    whole: bool = True  # a folder or archive, not one file
    fault: TubanError | None = None


def look_into(path: str | Path, room: Path, stack: ExitStack) -> Tree:
    """List what a file, folder or zip holds; `room` takes what is unpacked, `stack` closes what stays open.

    Raises
    ------
    NotFound, UnsafeFile : nothing there, or no path of this machine.
    """
    found = safety.local_path(path)
    name = shown(Path(path).name or found.name)
    tree = Tree(name, sha256_of(found))
    if found.is_file() and found.suffix.lower() == ".zip":
        inside = room / "unpacked"
        inside.mkdir()
        try:
            safety.unpack(found, inside)
        except TubanError as error:
            tree.fault = error
            return tree
        _take(tree, _root(inside), stack, name=name)
        return tree
    if found.is_dir() and not _is_gdb(found):
        try:
            safety.check_folder(found)
        except TubanError as error:
            tree.fault = error
            return tree
        _take(tree, found, stack, name=name)
        return tree
    tree.whole = False
    tree.folder = found.parent
    kind: FileKind = "gdb" if found.is_dir() else KINDS.get(found.suffix.lower(), "other")
    file = PackageFile(name, found, kind, _size(found))
    tree.files.append(file)
    if kind == "gdb" or found.suffix.lower() in _READ_AS_LAYERS:
        tree.databases.append(_database(file, stack))
    return tree


def _take(tree: Tree, root: Path, stack: ExitStack, *, name: str) -> None:
    tree.folder = root
    gdbs = sorted(
        {p.parent for p in root.rglob("a00000001.gdbtable")} | {p for p in root.rglob("*.gdb") if p.is_dir()}
    )
    loose = FoundDatabase(name, "files")
    for entry in sorted(root.rglob("*"), key=lambda p: p.relative_to(root).as_posix()):
        inside = shown(entry.relative_to(root).as_posix())
        if any(gdb in entry.parents for gdb in gdbs):
            continue
        if entry in gdbs:
            file = PackageFile(inside, entry, "gdb", _size(entry))
            tree.files.append(file)
            tree.databases.append(_database(file, stack))
        elif entry.is_dir():
            tree.folders.append(inside)
        elif not CLUTTER.match(entry.name):
            file = PackageFile(inside, entry, KINDS.get(entry.suffix.lower(), "other"), entry.stat().st_size)
            tree.files.append(file)
            if file.suffix == ".gpkg":
                tree.databases.append(_database(file, stack))
            elif file.suffix in _READ_AS_LAYERS:
                _loose(loose, file, stack)
    if root in gdbs:  # an archive of the bare files of a .gdb
        file = PackageFile(name, root, "gdb", _size(root))
        tree.files.append(file)
        tree.databases.append(_database(file, stack))
    if loose.sources:
        tree.databases.append(loose)


def _database(file: PackageFile, stack: ExitStack) -> FoundDatabase:
    database = FoundDatabase(file.name, file.kind)
    _loose(database, file, stack)
    database.fault = file.fault
    return database


def _loose(database: FoundDatabase, file: PackageFile, stack: ExitStack) -> None:
    if file.bytes == 0 or _locked(file):
        return
    try:
        listed = stack.enter_context(opened(file.path))
    except TubanError as error:
        file.fault = error
        return
    database.sources += [FoundLayer(source, file.name) for source in listed.sources]


def _locked(file: PackageFile) -> bool:
    """Say whether an Office file is one with a password (or of the old format under a new name)."""
    if file.suffix not in {".xlsx", ".docx"}:
        return False
    with file.path.open("rb") as opened_file:
        if opened_file.read(8) != _OLE:
            return False
    file.fault = locked(file.name)
    return True


def shown(name: str) -> str:
    """Give a file name as characters: names that are no UTF-8 come from archives packed in GBK."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def locked(name: str) -> TubanError:
    """Make the fault of an Office file that only a password opens."""
    from tuban.errors import BrokenFile

    return BrokenFile(
        Text(f"“{name}”设有密码,无法打开。", f"“{name}” is protected by a password and cannot be opened."),
        Text("请去掉打开密码后重新提交。", "Remove the password and hand it in again."),
    )


def _root(inside: Path) -> Path:
    """Give the folder that an archive really holds: the only one in it, where there is but one."""
    while True:
        held = list(inside.iterdir())
        if len(held) != 1 or not held[0].is_dir() or _is_gdb(held[0]) or held[0].suffix.lower() == ".gdb":
            return inside
        inside = held[0]


def _is_gdb(folder: Path) -> bool:
    return folder.is_dir() and (folder.suffix.lower() == ".gdb" or any(folder.glob("a0000000*.gdbtable")))


def _size(path: Path) -> int:
    return (
        path.stat().st_size
        if path.is_file()
        else sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    )


def has_delivery_folders(folders: Iterable[str], words: Iterable[str]) -> bool:
    """Say whether some folder is named as a hand-in wants its folders named."""
    words = tuple(words)
    return any(word in folder.rsplit("/", 1)[-1] for folder in folders for word in words)
