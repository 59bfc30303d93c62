"""Inspection by a foreign model: the same findings, from another country's declared documents and tables.

The ids are those of our own catalogue (1102 a file is missing, 3201 a value is missing, 4201 an overlap …), so that
reports, comparison and exceptions work alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.finding import Finding, Severity
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text
from tuban.geo.io_open import Source
from tuban.quality.foreign_model import GEOMETRIES, Column, FileModel, Model, Table
from tuban.quality.geometry import cover
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.overlaps import overlaps
from tuban.quality.geometry.soundness import placed, unsound
from tuban.quality.package import Package, PackageLayer, as_text
from tuban.quality.tolerance import Tolerance

_SEVERITY = {"ERROR": Severity.VETO, "WARN": Severity.WARNING, "OPTIONAL": Severity.WARNING}
_MOST_EACH = 1_000  # findings of one rule on one column


@dataclass(frozen=True, slots=True)
class ForeignResult:
    """What an inspection by a foreign model found; `tables` says which file was taken for which table."""

    model: str
    findings: tuple[Finding, ...]
    tables: dict[str, str]

    @property
    def passed(self) -> bool:
        """Say whether nothing weighs as a veto."""
        return not any(finding.severity is Severity.VETO for finding in self.findings)

    def of(self, rule: str, table: str | None = None) -> list[Finding]:
        """Give the findings of one rule, of one table where it is named."""
        return [one for one in self.findings if one.rule == rule and table in (None, one.layer)]


def inspect(
    package: Package,
    model: Model,
    *,
    once: Collection[str] = (),
    flat: bool = False,
    overlap_m2: float | None = None,
    tolerance: Tolerance | None = None,
    progress: Progress = quiet,
) -> ForeignResult:
    """Judge a package by a model that was not written for this system.

    Parameters
    ----------
    once : tables whose polygons may not lie over one another, beside those of which the model says so.
    flat : the folders of the model are not asked for; files are known by their own names.
    overlap_m2 : the least overlap to report, in place of the tolerance's.
    """
    tolerance = tolerance or Tolerance()
    least = tolerance.overlap_m2 if overlap_m2 is None else overlap_m2
    found: list[Finding] = list(_folder(package, model))
    layers = {layer.name: layer for layer in [*package.layers, *_plain_tables(package)]}
    taken, notes = _matched(layers, model, flat)
    found += notes
    found += _missing(package, model, taken, flat)
    for number, (file, layer) in enumerate(taken):
        progress(Step(number / len(taken), Text(f"按模型检查 {file.name}", f"Checking {file.name}")))
        if file.table is None:
            continue
        found += _table(file.table, layer, {one.name: other for one, other in taken})
        if layer.kind == "polygon":
            found += _cover(file.table, layer, file.table.no_overlap or file.name in once, least, tolerance)
    progress(Step(1.0, Text("检查完成", "Inspected")))
    ordered = tuple(sorted(found, key=lambda finding: finding.order))
    return ForeignResult(model.name, ordered, {layer.name: file.name for file, layer in taken})


def _plain_tables(package: Package) -> list[PackageLayer]:
    """Give the .dbf files without shapes, which are tables of their own in such documents."""
    shapes = {file.path.stem.lower() for file in package.files if file.path.suffix.lower() == ".shp"}
    return [
        PackageLayer(
            file.path.stem, None, database="", file=file.path.name,
            source=Source("shp", file.path, None, file.path.stem, None),
        )
        for file in package.files
        if file.path.suffix.lower() == ".dbf" and file.path.stem.lower() not in shapes
    ]  # fmt: skip


def _finding(rule: str, severity: Severity, layer: str, zh: str, en: str, **rest: Any) -> Finding:
    return Finding(rule=rule, severity=severity, layer=layer, message=Text(zh, en), **rest)


def _folder(package: Package, model: Model) -> Iterator[Finding]:
    name = Path(package.name).stem if package.name.lower().endswith(".zip") else package.name
    if model.folder is not None and not model.folder.fullmatch(name):
        yield _finding(
            "1201", Severity.VETO, "", f"文件夹名“{name}”不符合模型 {model.name} 的命名规则。",
            f"The folder's name “{name}” is not as the model {model.name} wants it.",
            observed=name, expected=model.folder.pattern,
        )  # fmt: skip


def _matched(
    layers: dict[str, PackageLayer], model: Model, flat: bool
) -> tuple[list[tuple[FileModel, PackageLayer]], list[Finding]]:
    """Give which file is which table: by its pattern, else by the table's name in it, which is a finding."""
    taken: list[tuple[FileModel, PackageLayer]] = []
    notes: list[Finding] = []
    free = dict(layers)
    tables = [file for file in model.files if file.type == "table"]
    for strict in (True, False):
        # The longest name first, so that DOC_URBA does not take DOC_URBA_COM.
        for file in sorted(tables, key=lambda one: -len(one.name)):
            if any(file is one for one, _ in taken):
                continue
            for name, layer in list(free.items()):
                path = Path(layer.file).with_suffix("").as_posix()
                good = file.path.fullmatch(path) or (flat and file.base.fullmatch(name))
                if good or (not strict and file.name.lower() in name.lower()):
                    taken.append((file, free.pop(name)))
                    if not good:
                        notes.append(
                            _finding(
                                "1201",
                                Severity.VETO,
                                file.name,
                                f"文件“{name}”按内容应为表 {file.name},但文件名或位置不符合模型。",
                                f"“{name}” seems to be the table {file.name}, but its name or place is not as the model wants it.",
                                observed=path,
                                expected=file.path.pattern,
                            )
                        )
                    break
    notes += [
        _finding(
            "1103",
            Severity.GENERAL,
            name,
            f"文件“{name}”不在模型 {model.name} 之内。",
            f"“{name}” is not part of the model {model.name}.",
            observed=name,
        )
        for name in sorted(free)
    ]
    return taken, notes


def _missing(
    package: Package, model: Model, taken: list[tuple[FileModel, PackageLayer]], flat: bool
) -> Iterator[Finding]:
    have = {file.name for file, _ in taken}
    root = package.folder
    paths = [
        file.path.relative_to(root) if root and file.path.is_relative_to(root) else Path(file.path.name)
        for file in package.files
    ]
    for file in model.files:
        if file.mandatory == "OPTIONAL" or file.name in have or (flat and file.type == "directory"):
            continue
        if file.type == "directory":
            there = any(file.path.fullmatch(one) for one in package.folders)
        else:
            there = file.type != "table" and any(
                file.path.fullmatch(one.with_suffix("").as_posix())
                or (flat and file.base.fullmatch(one.stem))
                for one in paths
                if file.type in ("", "metadata") or one.suffix.lower() == f".{file.type}"
            )
        if not there:
            yield _finding(
                "1102", _SEVERITY[file.mandatory], file.name, f"缺少模型 {model.name} 要求的 {file.name}({file.type})。",
                f"{file.name} ({file.type}), which the model {model.name} asks for, is missing.",
                expected=file.path.pattern,
            )  # fmt: skip


def _table(table: Table, layer: PackageLayer, others: dict[str, PackageLayer]) -> Iterator[Finding]:
    frame = layer.frame
    have = {str(name).upper(): str(name) for name in frame.columns}
    for column in table.columns:
        if column.is_geometry:
            yield from _shapes(table, column, layer)
            continue
        name = have.get(column.name.upper())
        if name is None:
            if column.present:
                yield _finding(
                    "3101", Severity.VETO, table.name, f"{table.name} 缺少字段 {column.name}。",
                    f"{table.name} lacks the column {column.name}.", expected=column.name,
                )  # fmt: skip
            continue
        yield from _values(table, column, as_text(frame[name]), layer, others)
    known = {column.name.upper() for column in table.columns}
    for upper, name in have.items():
        if upper not in known:
            yield _finding(
                "3103", Severity.GENERAL, table.name, f"{table.name} 有模型之外的字段 {name}。",
                f"{table.name} has the column {name}, which the model does not know.", observed=name,
            )  # fmt: skip


def _values(
    table: Table, column: Column, values: NDArray[Any], layer: PackageLayer, others: dict[str, PackageLayer]
) -> Iterator[Finding]:
    text = pd.Series(values, dtype=object).str.strip()
    empty = (text == "").to_numpy()
    checks: list[tuple[str, NDArray[np.bool_], str, str, str]] = []
    if column.required:
        checks.append(("3201", empty, "为空", "is empty", "not empty"))
    length = text.str.len().to_numpy()
    if column.most_length is not None:
        over = length > column.most_length
        checks.append(
            (
                "3102",
                over,
                f"超过 {column.most_length} 个字符",
                f"is longer than {column.most_length}",
                str(column.most_length),
            )
        )
    if column.least_length is not None:
        short = (length < column.least_length) & ~empty
        checks.append(
            (
                "3102",
                short,
                f"不足 {column.least_length} 个字符",
                f"is shorter than {column.least_length}",
                str(column.least_length),
            )
        )
    unreadable = np.array([bool(one) and not _readable(one, column.type) for one in text.tolist()], bool)
    checks.append(("3102", unreadable, f"不是 {column.type} 类型", f"is no {column.type}", column.type))
    if column.pattern is not None:
        wrong = np.array([bool(one) and not column.pattern.fullmatch(one) for one in text.tolist()], bool)
        checks.append(("3202", wrong, "不符合规定的写法", "is not written as asked", column.pattern.pattern))
    if column.allowed:
        wrong = ~text.isin(column.allowed).to_numpy() & ~empty
        checks.append(
            ("3202", wrong, "不在规定的取值之内", "is none of the allowed values", ", ".join(column.allowed))
        )
    if column.unique:
        twice = text.duplicated(keep=False).to_numpy() & ~empty
        checks.append(("3204", twice, "重复", "occurs more than once", "unique"))
    if column.reference is not None and column.reference[0] in others:
        known = set(as_text(_column_of(others[column.reference[0]], column.reference[1])).tolist())
        wrong = ~text.isin(known).to_numpy() & ~empty
        checks.append(
            (
                "3202",
                wrong,
                f"在 {'.'.join(column.reference)} 中不存在",
                f"is not in {'.'.join(column.reference)}",
                ".".join(column.reference),
            )
        )
    for rule, bad, zh, en, expected in checks:
        for row in np.flatnonzero(bad)[:_MOST_EACH].tolist():
            shown = str(values[row])[:60]
            yield _finding(
                rule, Severity.VETO, table.name, f"{table.name} 第 {row + 1} 行的 {column.name}{zh}(“{shown}”)。",
                f"{column.name} in row {row + 1} of {table.name} {en} (“{shown}”).",
                rows=(row,), objects=(layer.object_id(row),), observed=shown, expected=expected,
            )  # fmt: skip


def _column_of(layer: PackageLayer, name: str) -> pd.Series:
    found = next((one for one in layer.frame.columns if str(one).upper() == name.upper()), None)
    return layer.frame[found] if found is not None else pd.Series([], dtype=object)


def _readable(text: str, kind: str) -> bool:
    if kind == "integer":
        return text.lstrip("+-").isdigit()
    if kind == "double":
        try:
            float(text)
        except ValueError:
            return False
        return True
    if kind == "boolean":
        return text.lower() in {"true", "false", "0", "1", "t", "f", "oui", "non"}
    if kind == "date":
        return any(_is_date(text, form) for form in ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%Y"))
    if kind == "url":
        return text.lower().startswith(("http://", "https://", "ftp://"))
    return True


def _is_date(text: str, form: str) -> bool:
    try:
        datetime.strptime(text[:10], form)
    except ValueError:
        return False
    return True


def _shapes(table: Table, column: Column, layer: PackageLayer) -> Iterator[Finding]:
    allowed = GEOMETRIES[column.type]
    types = layer.types
    for row in np.flatnonzero(~np.isin(types, allowed)).tolist():
        none = types[row] == 0
        if none and not column.required:
            continue
        yield _finding(
            "4101", Severity.VETO, table.name,
            f"{table.name} 第 {row + 1} 行{'没有图形' if none else f'的图形不是 {column.type}'}。",
            f"Row {row + 1} of {table.name} has {'no geometry' if none else f'a geometry that is no {column.type}'}.",
            rows=(row,), objects=(layer.object_id(row),), observed=str(types[row]), expected=column.type,
        )  # fmt: skip
    for fault in unsound(layer.geometry):
        yield _finding(
            "4102", Severity.VETO, table.name, f"{table.name} 第 {fault.row + 1} 行图形无效:{fault.reason.zh}。",
            f"The geometry of row {fault.row + 1} of {table.name} is invalid: {fault.reason.en}.",
            rows=(fault.row,), objects=(layer.object_id(fault.row),), crs=layer.crs_code,
            geometry=shapely.to_wkb(fault.place) if fault.place is not None else None, observed=fault.reason.en,
        )  # fmt: skip


def _cover(
    table: Table, layer: PackageLayer, once: bool, least_m2: float, tolerance: Tolerance
) -> Iterator[Finding]:
    if not (once or table.no_gap):
        return
    fabric = Fabric.of(placed(layer.geometry), layer.crs_code)
    if once:
        found = overlaps(fabric, least_m2=least_m2)
        for i in range(len(found)):
            rows = int(found.first[i]), int(found.second[i])
            yield _finding(
                "4201", Severity.VETO, table.name,
                f"{table.name} 第 {rows[0] + 1} 行与第 {rows[1] + 1} 行重叠 {found.area_m2[i]:.2f} 平方米。",
                f"Rows {rows[0] + 1} and {rows[1] + 1} of {table.name} overlap by {found.area_m2[i]:.2f} m².",
                rows=rows, objects=tuple(layer.object_id(row) for row in rows), crs=layer.crs_code,
                geometry=shapely.to_wkb(found.shapes[i]), area_m2=float(found.area_m2[i]),
                width_m=float(found.width_m[i]), tolerance=f"{least_m2:g} m²",
            )  # fmt: skip
    if table.no_gap:
        places = cover.gaps(fabric, least_m2=tolerance.gap_m2)
        for shape, area, width, rows in zip(
            places.shapes, places.area_m2, places.width_m, places.rows, strict=True
        ):
            yield _finding(
                "4202", Severity.VETO, table.name, f"{table.name} 中有缝隙,面积 {area:.2f} 平方米。",
                f"{table.name} has a gap of {area:.2f} m².", rows=tuple(rows.tolist()), crs=layer.crs_code,
                geometry=shapely.to_wkb(shape), area_m2=float(area), width_m=float(width),
            )  # fmt: skip
