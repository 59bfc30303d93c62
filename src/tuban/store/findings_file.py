"""The findings of one run as a Parquet file: written once, then asked for by page, filter and group."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import shapely

from tuban.domain.finding import Finding, Judgement, Place, Severity
from tuban.errors import Text, TubanError
from tuban.geo.crs import GEOGRAPHIC, convert

# Its functions are made at run time, which type checkers cannot see.
pc: Any = pyarrow.compute
Bounds = tuple[float, float, float, float]
_SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("layer", pa.string()),
        ("objects", pa.list_(pa.string())),
        ("rows", pa.list_(pa.int64())),
        ("message_zh", pa.string()),
        ("message_en", pa.string()),
        ("geometry", pa.binary()),
        ("crs", pa.string()),
        ("west", pa.float64()),
        ("south", pa.float64()),
        ("east", pa.float64()),
        ("north", pa.float64()),
        ("area_m2", pa.float64()),
        ("width_m", pa.float64()),
        ("observed", pa.string()),
        ("expected", pa.string()),
        ("tolerance", pa.string()),
        ("unit", pa.string()),
        ("places", pa.string()),
        ("judgement", pa.string()),
        ("confidence", pa.float64()),
        ("content", pa.string()),
        ("acceptance", pa.int64()),
    ]
)
# The columns that a table needs for all findings; shapes and places are read for those that are shown.
_HEAVY = ("geometry", "places")
_GROUP = 4096
# By what findings can be sorted and grouped; the owner of a rule stands in the rule book, not here.
COLUMNS = ("rule", "severity", "layer", "unit", "area_m2", "width_m")


@dataclass(frozen=True, slots=True)
class Kept:
    """One finding as a run keeps it.

    `index` is its place in the run, from 0; `bounds` are degrees, None without geometry; `content` is the hash
    of what its objects were; `acceptance` is the number of the exception that set it apart, or None.
    """

    index: int
    finding: Finding
    key: str
    bounds: Bounds | None
    content: str
    acceptance: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some findings of those that were asked for; `total` counts them all."""

    items: tuple[Kept, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings: every list that is not empty must hold; `text` is looked for in the message and objects.

    `accepted` False leaves out what an exception set apart, True leaves only that, None takes both.
    """

    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    text: str = ""
    accepted: bool | None = None


def write_findings(
    file: Path,
    findings: Sequence[Finding],
    contents: Sequence[str],
    accepted: Mapping[str, int],
    places: Sequence[Bounds | None] | None = None,
) -> None:
    """Write findings in their order; `contents` are the hashes of their objects, `accepted` key → exception.

    `places` are degrees in which findings without a shape of their own lie.
    """
    boxes = _boxes(findings)
    if places is not None:
        boxes = [own or place for own, place in zip(boxes, places, strict=True)]
    rows = {name: [] for name in _SCHEMA.names}
    for finding, content, box in zip(findings, contents, boxes, strict=True):
        key = finding.key
        values = {
            "key": key,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "layer": finding.layer,
            "objects": list(finding.objects),
            "rows": list(finding.rows),
            "message_zh": finding.message.zh,
            "message_en": finding.message.en,
            "geometry": finding.geometry,
            "crs": finding.crs,
            "west": box[0] if box else None,
            "south": box[1] if box else None,
            "east": box[2] if box else None,
            "north": box[3] if box else None,
            "area_m2": finding.area_m2,
            "width_m": finding.width_m,
            "observed": finding.observed,
            "expected": finding.expected,
            "tolerance": finding.tolerance,
            "unit": finding.unit,
            "places": json.dumps([_place(one) for one in finding.places], ensure_ascii=False),
            "judgement": finding.judgement.value if finding.judgement else None,
            "confidence": finding.confidence,
            "content": content,
            "acceptance": accepted.get(key),
        }
        for name, value in values.items():
            rows[name].append(value)
    pq.write_table(pa.table(rows, schema=_SCHEMA), file, compression="zstd", row_group_size=_GROUP)


def read_page(
    file: Path,
    which: Filter,
    *,
    order: str = "",
    descending: bool = False,
    offset: int = 0,
    limit: int | None = 100,
) -> Page:
    """Give the findings from `offset` on, in the run's order or by one of `COLUMNS`."""
    light = _filtered(_light(file), which)
    if order in COLUMNS:
        way = "descending" if descending else "ascending"
        if order == "severity":
            # By weight, not by letter: a veto before a general finding, a warning last.
            weights = pc.index_in(light.column("severity"), pa.array([one.value for one in Severity]))
            light, order = light.append_column("weight", weights), "weight"
        light = light.sort_by([(order, way), ("index", "ascending")])
    total = light.num_rows
    wanted = light.slice(offset, limit)
    rows = wanted.to_pylist()
    heavy = _heavy(file, [row["index"] for row in rows])
    for row, geometry, places in zip(
        rows, heavy.column("geometry").to_pylist(), heavy.column("places").to_pylist(), strict=True
    ):
        row |= {"geometry": geometry, "places": places}
    return Page(tuple(_kept(row) for row in rows), total)


@lru_cache(maxsize=4)
def _light(file: Path) -> pa.Table:
    """Give all findings without shapes; kept, since a file is named by its content and someone pages through it."""
    light = pq.read_table(file, columns=[name for name in _SCHEMA.names if name not in _HEAVY])
    return light.append_column("index", pa.array(range(light.num_rows), pa.int64()))


def _heavy(file: Path, indexes: list[int]) -> pa.Table:
    """Give shapes and places of some findings, in the order asked for; only the groups of rows they lie in are read."""
    with pq.ParquetFile(file) as opened:
        starts = [0]
        for group in range(opened.num_row_groups):
            starts.append(starts[-1] + opened.metadata.row_group(group).num_rows)
        groups = sorted({bisect_right(starts, one) - 1 for one in indexes})
        if not groups:
            return _SCHEMA.empty_table().select(list(_HEAVY))
        table = opened.read_row_groups(groups, columns=list(_HEAVY))
    offsets, total = {}, 0
    for group in groups:
        offsets[group] = total - starts[group]
        total += starts[group + 1] - starts[group]
    return table.take(pa.array([one + offsets[bisect_right(starts, one) - 1] for one in indexes], pa.int64()))


def count_by(file: Path, which: Filter, by: str) -> list[tuple[str, str, int]]:
    """Count findings by one of `COLUMNS` and severity: (value, severity, how many), in the order of the values."""
    names = sorted({by, "severity", "rule", "layer", "unit", "key", "acceptance", "message_zh", "objects"})
    found = _filtered(_light(file).select(names), which)
    grouped = found.group_by(list(dict.fromkeys((by, "severity")))).aggregate([("key", "count")])
    rows = [(str(r[by]), str(r["severity"]), int(r["key_count"])) for r in grouped.to_pylist()]
    return sorted(rows)


def read_keys(file: Path) -> list[str]:
    """Give the keys of all findings, in their order."""
    return _light(file).column("key").to_pylist()


def _filtered(table: pa.Table, which: Filter) -> pa.Table:
    for name, wanted in (
        ("rule", which.rules),
        ("severity", which.severities),
        ("layer", which.layers),
        ("unit", which.units),
        ("key", which.keys),
    ):
        if wanted:
            table = table.filter(pc.is_in(table.column(name), pa.array(wanted)))
    if which.accepted is not None:
        there = pc.is_valid(table.column("acceptance"))
        table = table.filter(there if which.accepted else pc.invert(there))
    if which.text:
        said = pc.match_substring(table.column("message_zh"), which.text, ignore_case=True)
        objects = pc.binary_join(table.column("objects").combine_chunks(), " ")
        named = pc.fill_null(pc.match_substring(objects, which.text), False)
        table = table.filter(pc.or_(pa.chunked_array([said.combine_chunks()]), pa.chunked_array([named])))
    return table


def _kept(row: dict[str, Any]) -> Kept:
    west = row["west"]
    finding = Finding(
        rule=row["rule"],
        severity=Severity(row["severity"]),
        layer=row["layer"],
        message=Text(row["message_zh"], row["message_en"]),
        objects=tuple(row["objects"]),
        rows=tuple(row["rows"]),
        geometry=row["geometry"],
        crs=row["crs"],
        area_m2=row["area_m2"],
        width_m=row["width_m"],
        observed=row["observed"],
        expected=row["expected"],
        tolerance=row["tolerance"],
        unit=row["unit"],
        places=tuple(Place(**one) for one in json.loads(row["places"])),
        judgement=Judgement(row["judgement"]) if row["judgement"] else None,
        confidence=row["confidence"],
    )
    bounds = None if west is None else (west, row["south"], row["east"], row["north"])
    return Kept(row["index"], finding, row["key"], bounds, row["content"], row["acceptance"])


def _place(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in ("document", "line", "column", "quote", "page", "end")}


def _boxes(findings: Sequence[Finding]) -> list[Bounds | None]:
    """Give the bounds of each finding's shape in degrees; None where there is none or its system is unknown."""
    boxes: list[Bounds | None] = [None] * len(findings)
    by_crs: dict[str, list[int]] = {}
    for number, finding in enumerate(findings):
        if finding.geometry is not None and finding.crs is not None:
            by_crs.setdefault(finding.crs, []).append(number)
    for crs, numbers in by_crs.items():
        shapes = shapely.from_wkb([findings[n].geometry for n in numbers], on_invalid="ignore")
        try:
            degrees, _ = convert(shapely.envelope(shapely.force_2d(shapes)), crs, GEOGRAPHIC)
        except (TubanError, ValueError):
            continue
        for number, box in zip(numbers, shapely.bounds(degrees).tolist(), strict=True):
            if box[0] == box[0]:
                boxes[number] = (box[0], box[1], box[2], box[3])
    return boxes
