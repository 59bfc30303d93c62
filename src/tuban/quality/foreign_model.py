"""A document-and-table model that somebody else wrote: files by pattern, tables by column and constraint.

Understood is the JSON of the French validator's models (IGNF/validator 4): a document with `files`, each with a
name, a path pattern, a type and whether it is mandatory; a table with `columns`, each with a type and constraints.
One key is our own: a table may say `"coverage": {"no_overlap": true}`, which the French models have no word for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tuban.errors import StandardsFault, Text

Mandatory = Literal["ERROR", "WARN", "OPTIONAL"]
GEOMETRIES: dict[str, tuple[int, ...]] = {
    "Point": (1,),
    "LineString": (2,),
    "Polygon": (3,),
    "MultiPoint": (1, 4),
    "MultiLineString": (2, 5),
    "MultiPolygon": (3, 6),
    "GeometryCollection": (7,),
    "Geometry": (1, 2, 3, 4, 5, 6, 7),
}
_TYPES = {"string", "boolean", "date", "integer", "double", "url", "filename", "path"}
_LONGEST_PATTERN = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `type` in lower case for values, a geometry's name for shapes."""

    name: str
    type: str
    description: str = ""
    present: bool = False
    required: bool = False
    unique: bool = False
    least_length: int | None = None
    most_length: int | None = None
    pattern: re.Pattern[str] | None = None
    allowed: tuple[str, ...] = ()
    reference: tuple[str, str] | None = None

    @property
    def is_geometry(self) -> bool:
        """Say whether it holds shapes."""
        return self.type in GEOMETRIES


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, and whether its polygons may lie over one another."""

    name: str
    columns: tuple[Column, ...]
    no_overlap: bool = False
    no_gap: bool = False

    @property
    def geometry(self) -> Column | None:
        """Give the column of shapes, None for a plain table."""
        return next((column for column in self.columns if column.is_geometry), None)


@dataclass(frozen=True, slots=True)
class FileModel:
    """One file of the document: pattern of its path (without suffix), type, and the table in it."""

    name: str
    path: re.Pattern[str]
    type: str
    mandatory: Mandatory
    table: Table | None = None

    @property
    def base(self) -> re.Pattern[str]:
        """Give the pattern of the file's own name, for hand-ins without the folders."""
        return re.compile(self.path.pattern.rsplit("/", 1)[-1].lstrip("\\"), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Model:
    """A document: pattern of the folder's name, and what it holds."""

    name: str
    title: str
    folder: re.Pattern[str] | None
    files: tuple[FileModel, ...] = field(default_factory=tuple)


def load_model(path: str | Path) -> Model:
    """Read a document model and the table models it names; nothing is fetched from elsewhere.

    Parameters
    ----------
    path : the document's JSON, or the folder with `document.json` or `files.json`. Tables lie where the document
        says (`tableModel`, relative), else in `types/NAME.json` or `tables/NAME.json` beside it.

    Raises
    ------
    StandardsFault : not such a model; the message says where.
    """
    path = Path(path)
    if path.is_dir():
        path = next((path / name for name in ("document.json", "files.json") if (path / name).exists()), path)
    document = _json(path)
    files: list[FileModel] = []
    for entry in document.get("files", []):
        if entry.get("type") == "multi_table":
            files += [
                _file(path, {**table, "type": "table", "mandatory": entry.get("mandatory")})
                for table in entry.get("tables", [])
            ]
        else:
            files.append(_file(path, entry))
    folder = document.get("constraints", {}).get("folderName")
    name = str(document.get("name") or path.stem)
    return Model(
        name, str(document.get("title") or name), _pattern(folder, path) if folder else None, tuple(files)
    )


def _file(path: Path, entry: Mapping[str, Any]) -> FileModel:
    name = str(entry.get("name", ""))
    mandatory = str(entry.get("mandatory") or "OPTIONAL").upper()
    if mandatory not in ("ERROR", "WARN", "OPTIONAL"):
        raise _fault(path, f"{name}.mandatory: {mandatory}")
    kind = str(entry.get("type", "")).lower()
    table = _table(path, name, entry.get("tableModel")) if kind == "table" else None
    return FileModel(name, _pattern(str(entry.get("path") or re.escape(name)), path), kind, mandatory, table)  # type: ignore[arg-type]


def _table(document: Path, name: str, said: Any) -> Table | None:
    places = [document.parent / str(said)] if said and "://" not in str(said) else []
    places += [document.parent / folder / f"{name}.json" for folder in ("types", "tables", "table-models")]
    inside = document.parent.resolve()
    file = next((one for one in places if one.exists() and one.resolve().is_relative_to(inside)), None)
    if file is None:
        return None
    found = _json(file)
    cover = found.get("coverage", {})
    columns = tuple(_column(file, entry) for entry in found.get("columns", []))
    return Table(
        str(found.get("name", name)), columns, bool(cover.get("no_overlap")), bool(cover.get("no_gap"))
    )


def _column(file: Path, entry: Mapping[str, Any]) -> Column:
    rules = entry.get("constraints") or {}
    name, kind = str(entry.get("name", "")), str(entry.get("type", "String"))
    if kind not in GEOMETRIES:
        kind = kind.lower()
        if kind not in _TYPES:
            raise _fault(file, f"{name}.type: {entry.get('type')}")
    reference = str(rules.get("reference") or "").rpartition(".")
    return Column(
        name=name,
        type=kind,
        description=str(entry.get("description", "")),
        present=bool(rules.get("presenceRequired", rules.get("required", False))),
        required=bool(rules.get("required", False)),
        unique=bool(rules.get("unique", False)),
        least_length=_whole(file, name, rules.get("minLength")),
        most_length=_whole(file, name, rules.get("maxLength")),
        pattern=_pattern(str(rules["pattern"]), file) if rules.get("pattern") else None,
        allowed=tuple(str(one) for one in rules.get("enum") or ()),
        reference=(reference[0], reference[2]) if reference[0] else None,
    )


def _whole(file: Path, name: str, value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or value < 0:
        raise _fault(file, f"{name}: {value}")
    return value


def _pattern(text: str, file: Path) -> re.Pattern[str]:
    if len(text) > _LONGEST_PATTERN:
        raise _fault(file, f"{text[:40]}…")
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise _fault(file, f"{text}: {error}") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise _fault(path, str(error)[:120]) from error
    if not isinstance(found, dict):
        raise _fault(path, "{}")
    return found


def _fault(path: Path, what: str) -> StandardsFault:
    return StandardsFault(
        Text(
            f"模型文件“{path.name}”无法使用:{what}。", f"The model file “{path.name}” cannot be used: {what}."
        ),
        Text("请改正该文件;格式见使用说明。", "Correct the file; the guide describes its form."),
        file=path.name,
    )
