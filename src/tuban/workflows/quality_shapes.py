"""The objects that findings concern, kept as they were inspected: a package is gone after its run, its shapes stay."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from tuban.domain.finding import Finding
from tuban.domain.version import LayerVersion
from tuban.errors import StoreFault
from tuban.geo.write import write_layers
from tuban.quality.package import Package, PackageLayer
from tuban.store import Workspace
from tuban.store.findings_file import Kept
from tuban.store.runs import Run
from tuban.workflows.intake import profile_of

_log = logging.getLogger(__name__)
CACHE = "shapes"
# A finding over a whole layer names thousands of objects; a map shows so many.
MOST = 12
_SHAPES = pa.schema(
    [("layer", pa.string()), ("object", pa.string()), ("crs", pa.string()), ("wkb", pa.binary())]
)
_LINKS = pa.schema([("shapes", pa.list_(pa.int32()))])

# Layer, identifier, shape, system of its coordinates.
Shape = tuple[str, str, Any, str | None]


def keep_shapes(ws: Workspace, run: Run, package: Package, findings: Sequence[Finding]) -> None:
    """Keep the shapes of the objects that the findings of a run concern, in their order; the package is still open.

    They help to look at a finding; where they cannot be written, the run stands without them.
    """
    try:
        _keep(ws, run, package, findings)
    except (OSError, StoreFault):
        _log.exception("the shapes of run %s were not kept", run.number)


def write_as_package(ws: Workspace, versions: Sequence[LayerVersion], path: Path) -> Path:
    """Write layer versions as the layers of one GeoPackage, in order to judge or repair them as a package."""
    definitions = profile_of(ws)
    frames, kinds = {}, {}
    for one in versions:
        frame = ws.read(one)
        frames[one.code] = frame.drop(columns=[c for c in frame.columns if str(c).startswith("_")])
        if isinstance(frame, gpd.GeoDataFrame):
            kinds[one.code] = definitions.layer(one.code).geometry
    return write_layers(frames, path, format="gpkg", kinds=kinds)


def shapes_of(ws: Workspace, run: Run, kept: Kept) -> list[Shape]:
    """Give the objects of a finding in the order it names them; none where they were not kept."""
    shapes, links = _files(ws, run)
    if not kept.finding.objects or not links.exists() or not shapes.exists():
        return []
    with _mapped(links) as table:
        wanted = table.column("shapes")[kept.index].as_py() if kept.index < table.num_rows else []
    with _mapped(shapes) as table:
        rows = table.take(pa.array(wanted, pa.int32())).to_pylist()
    return [(row["layer"], row["object"], shapely.from_wkb(row["wkb"]), row["crs"]) for row in rows]


def _keep(ws: Workspace, run: Run, package: Package, findings: Sequence[Finding]) -> None:
    layers = {
        layer.label: layer
        for database in package.databases
        for layer in database.layers
        if layer.kind != "table"
    }
    places = _places(findings, layers)
    numbers: dict[tuple[str, int], int] = {}
    for one in places:
        for place in one:
            numbers.setdefault(place, len(numbers))
    rows: list[dict[str, Any]] = [{}] * len(numbers)
    by_layer: dict[str, list[tuple[int, int]]] = {}
    for (label, row), number in numbers.items():
        by_layer.setdefault(label, []).append((row, number))
    for label, mine in by_layer.items():
        layer = layers[label]
        # A layer that could not be read to its end has fewer shapes than its file promises rows.
        there = layer.geometry
        found = np.array([there[row] if row < len(there) else None for row, _ in mine], dtype=object)
        for (row, number), shape in zip(mine, shapely.to_wkb(shapely.force_2d(found)), strict=True):
            rows[number] = {
                "layer": label,
                "object": layer.object_id(row),
                "crs": layer.crs_code,
                "wkb": shape,
            }
        layer.release()
    shapes, links = _files(ws, run)
    _write(shapes, pa.Table.from_pylist(rows, schema=_SHAPES))
    numbered = [[numbers[place] for place in one] for one in places]
    _write(links, pa.table({"shapes": pa.array(numbered, _LINKS.field(0).type)}))


def _places(findings: Sequence[Finding], layers: dict[str, PackageLayer]) -> list[list[tuple[str, int]]]:
    """Give, for each finding, where its objects lie: (layer, row), first the layer it names, then the others."""
    found: list[list[tuple[str, int]]] = []
    open_names: set[str] = set()
    for one in findings:
        layer = layers.get(one.layer)
        rows = [row for row in one.rows[:MOST] if layer is not None and row < layer.rows]
        found.append([(one.layer, row) for row in rows])
        open_names.update(one.objects[len(rows) : MOST])
    if not open_names:
        return found
    # Objects of a second layer are named by their identifier alone.
    where: dict[str, list[tuple[str, int]]] = {}
    for label, layer in layers.items():
        ids = np.asarray(layer.ids, dtype=object)
        for row in np.flatnonzero(np.isin(ids.astype(str), list(open_names))):
            where.setdefault(str(ids[row]), []).append((label, int(row)))
    for one, mine in zip(findings, found, strict=True):
        for name in one.objects[len(mine) : MOST]:
            others = [place for place in where.get(name, ()) if place not in mine]
            # The same identifier in two layers: the one that the finding does not name is meant first.
            others.sort(key=lambda place, said=one.layer: place[0] == said)
            mine.extend(others[:1])
    return found


def _files(ws: Workspace, run: Run) -> tuple[Path, Path]:
    folder = ws.cache_dir(CACHE)
    stem = f"{run.number}-{run.sha256[:16]}"
    return folder / f"{stem}.shapes", folder / f"{stem}.links"


def _write(path: Path, table: pa.Table) -> None:
    draft = path.with_name(f"{uuid.uuid4().hex}.part")
    with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=4096)
    draft.replace(path)


@contextmanager
def _mapped(path: Path) -> Iterator[pa.Table]:
    """Give a kept table without reading it whole."""
    with pa.memory_map(str(path)) as source:
        yield pa.ipc.open_file(source).read_all()
