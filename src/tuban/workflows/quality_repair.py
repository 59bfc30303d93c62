"""Repair as a proposal: what could be mended is listed; what is accepted goes into a new file, inspected again.

The package itself is never written to. The new GeoPackage holds the whole database with the accepted repairs, and a
second one shows each change of geometry: as it was, as it is, and the ground that moved.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from tuban.domain.layer import GeometryKind
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import NotFound, Text, WrongUse
from tuban.geo.write import write_layers
from tuban.quality.check import check
from tuban.quality.package import Database, Package, PackageLayer, open_package
from tuban.quality.repair import RULES, Outcome, Repair, apply, judged, propose
from tuban.quality.result import Result
from tuban.quality.tolerance import Tolerance
from tuban.store import Workspace
from tuban.workflows.quality import rules_of

_RULES = tuple(sorted({rule for rules in RULES.values() for rule in rules}))


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of accepted repairs: the new file, the file of differences, and how each repair turned out."""

    path: Path
    diff: Path
    record: Path
    outcomes: dict[str, Outcome]
    before: Result
    after: Result

    @property
    def moved_m2(self) -> float:
        """Give the ground that changed side, in all."""
        return float(json.loads(self.record.read_text(encoding="utf-8"))["moved_m2"])


def propose_repairs(
    path: str | Path, *, ws: Workspace | None = None, profile: str | None = None, progress: Progress = quiet
) -> list[Repair]:
    """List the safe repairs of a package; nothing is changed.

    Raises
    ------
    NotFound, UnsafeFile, StandardsFault
    """
    definitions, book = rules_of(ws, profile)
    with open_package(path, definitions) as package:
        return propose(package.layers, Tolerance.of(book.tolerance), progress=progress)


def accept_repairs(
    path: str | Path,
    out: str | Path,
    *,
    ids: Collection[str] | None = None,
    objects: Collection[str] | None = None,
    ws: Workspace | None = None,
    profile: str | None = None,
    progress: Progress = quiet,
) -> Repaired:
    """Write a new GeoPackage with the accepted repairs and inspect it again.

    Parameters
    ----------
    out : the new file (.gpkg), which must not exist. Beside it: `…-diff.gpkg` and `…-repair.json`.
    ids, objects : the repairs that are accepted, by their id or all of some objects (BSM); neither: all.

    Raises
    ------
    WrongUse : `out` exists, several databases, or geometry that could not be carried over. NotFound : no such repair.
    """
    out = Path(out)
    _must_be_free(out)
    definitions, book = rules_of(ws, profile)
    with open_package(path, definitions) as package:
        database = _only_database(package)
        found = propose(database.layers, Tolerance.of(book.tolerance), progress=part(progress, 0.0, 0.3))
        accepted = _chosen(found, ids, objects)
        before = check(package, definitions, book, only=_RULES, progress=part(progress, 0.3, 0.55))
        frames = {layer.name: apply(layer, accepted) for layer in database.layers}
        progress(Step(0.6, Text("写出新成果", "Writing the new file")))
        kinds: dict[str, GeometryKind] = {
            layer.name: layer.spec.geometry for layer in database.layers if layer.spec is not None
        }
        write_layers(frames, out, format="gpkg", kinds=kinds)
        diff = out.with_name(f"{out.stem}-diff.gpkg")
        _write_diff(diff, database, accepted)
    with open_package(out, definitions) as again:
        _called_alike(again, database)
        after = check(again, definitions, book, only=_RULES, progress=part(progress, 0.7, 1.0))
    outcomes = judged(accepted, before, after)
    record = out.with_name(f"{out.stem}-repair.json")
    record.write_text(_recorded(accepted, outcomes, before, after), encoding="utf-8")
    return Repaired(out, diff, record, outcomes, before, after)


def _must_be_free(out: Path) -> None:
    if out.suffix.lower() != ".gpkg":
        raise WrongUse(
            Text("修复后的成果写成 GeoPackage。", "The repaired database is written as a GeoPackage."),
            Text("请让输出文件名以 .gpkg 结尾。", "End the name of the new file in .gpkg."),
        )
    if out.exists():
        raise WrongUse(
            Text(f"“{out.name}”已存在,不会覆盖。", f"“{out.name}” is there already and is not overwritten."),
            Text("请换一个文件名。", "Choose another name."),
            path=str(out),
        )


def _only_database(package: Package) -> Database:
    found = [one for one in package.databases if one.layers]
    if len(found) != 1:
        raise WrongUse(
            Text(f"成果中有 {len(found)} 个数据库。", f"The package holds {len(found)} databases."),
            Text("请直接指定其中一个 .gdb 或 .gpkg。", "Name one of its .gdb or .gpkg files."),
        )
    for layer in found[0].layers:
        lost = (
            np.flatnonzero((layer.types < 0) | (layer.types > 7))
            if layer.kind != "table"
            else np.zeros(0, int)
        )
        if len(lost):
            raise WrongUse(
                Text(
                    f"{layer.label} 有 {len(lost)} 个对象的图形是曲线或无法读取,写出新文件会丢失它们。",
                    f"{len(lost)} objects of {layer.label} have curves or unreadable geometry, which a new file would lose.",
                ),
                Text("请先在制图软件中增密或修复这些对象。", "Densify or repair them in your GIS first."),
                layer=layer.label,
            )
    return found[0]


def _chosen(
    found: list[Repair], ids: Collection[str] | None, objects: Collection[str] | None
) -> list[Repair]:
    if ids is None and objects is None:
        return found
    known = {one.id for one in found}
    missing = sorted(set(ids or ()) - known) + sorted(set(objects or ()) - {one.object for one in found})
    if missing:
        raise NotFound(
            Text(
                f"没有这样的修复项:{'、'.join(missing[:5])}。", f"No such repair: {', '.join(missing[:5])}."
            ),
            Text("用 --propose 查看全部修复项。", "List them with --propose."),
            missing=missing,
        )
    return [one for one in found if one.id in set(ids or ()) or one.object in set(objects or ())]


def _called_alike(again: Package, database: Database) -> None:
    """Let the layers of the new file carry the labels of the old one, so that findings compare."""
    labels = {layer.name: layer.label for layer in database.layers}
    for layer in again.layers:
        layer._label = labels.get(layer.name)


def _write_diff(path: Path, database: Database, accepted: list[Repair]) -> None:
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    shaped = [one for one in accepted if one.before is not None and one.after is not None]
    for one in shaped:
        old, new = shapely.from_wkb(one.before), shapely.from_wkb(one.after)
        sound = old if shapely.is_valid(old) else shapely.make_valid(old)
        for what, shape in (
            ("before", old),
            ("after", new),
            ("moved", shapely.symmetric_difference(sound, new)),
        ):
            rows.append(
                {
                    "id": one.id,
                    "layer": one.layer,
                    "object": one.object,
                    "what": what,
                    "moved_m2": one.moved_m2,
                }
            )
            shapes.append(shape)
    if not rows:
        return
    crs = _crs_of(database, shaped[0].layer)
    own = [i for i, row in enumerate(rows) if _crs_of(database, row["layer"]) == crs]
    frame = gpd.GeoDataFrame([rows[i] for i in own], geometry=[shapes[i] for i in own], crs=crs)
    kinds = {"before": "before", "after": "after", "moved": "moved"}
    frames = {
        name: frame[(frame["what"] == what) & ~frame.geometry.is_empty & (frame.geometry.area > 0)]
        for name, what in kinds.items()
    }
    write_layers({name: some for name, some in frames.items() if len(some)}, path, format="gpkg")


def _crs_of(database: Database, label: str) -> str | None:
    found: PackageLayer | None = next((layer for layer in database.layers if layer.label == label), None)
    return found.info.crs if found is not None else None


def _recorded(accepted: list[Repair], outcomes: dict[str, Outcome], before: Result, after: Result) -> str:
    return json.dumps(
        {
            "repairs": [{**one.record(), "outcome": outcomes[one.id]} for one in accepted],
            "moved_m2": sum(one.moved_m2 for one in accepted),
            "findings_before": len(before.findings),
            "findings_after": len(after.findings),
            "rules": list(_RULES),
        },
        ensure_ascii=False,
        indent=1,
    )
