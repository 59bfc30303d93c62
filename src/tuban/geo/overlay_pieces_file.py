"""Pieces from file to file: parcels of a stored layer cut along zones, a row group at a time.

A parcel wholly inside a zone, or in none, is passed on as the bytes it was read as. Only what a zone truly cuts, as
the areas show, is clipped. What is held in memory is a row group for each thread, and one being written.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tuban.domain.progress import Progress, quiet
from tuban.errors import Text, WrongUse
from tuban.geo.coords import from_arrow
from tuban.geo.kernel_clip import OUTSIDE
from tuban.geo.overlay_clip import Cut, clip
from tuban.geo.overlay_file import each_group
from tuban.geo.overlay_outside import Rest, rest_of
from tuban.geo.overlay_result import Tolerance, slivers
from tuban.geo.overlay_self import lies_over_itself
from tuban.geo.overlay_sound import PARCEL
from tuban.geo.overlay_source import Box, Rows, Source
from tuban.geo.zone_index import ZoneIndex

_OWN = ("parcel", "zone", "area_m2", "share")
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_ROWS_A_GROUP = 100_000


@dataclass(frozen=True)
class Against:
    """A layer to cut along: its zones, the file that the pieces go to, and what of the zones goes with them.

    `attributes` has a row for each zone.
    """

    index: ZoneIndex
    out: Path
    attributes: pa.Table | None = None


@dataclass(frozen=True)
class Written:
    """What came of one layer: how many pieces with what area, of these cut (not passed on), and slivers."""

    pieces: int
    area_m2: float
    cut: int
    slivers: int
    slivers_m2: float


def pieces_of_file(
    file: Path,
    layers: Mapping[str, Against],
    *,
    columns: Sequence[str] | None = None,
    outside: bool = False,
    tolerance: Tolerance | None = None,
    checked: bool = False,
    bbox: Box | None = None,
    threads: int | None = None,
    progress: Progress = quiet,
) -> dict[str, Written]:
    """Cut the parcels of a stored layer version along zones, and write the pieces as GeoParquet.

    Each file has a row for each piece, sorted by parcel and zone: `parcel` (row of the file), `zone` (−1 outside
    all), `area_m2` and `share` as of `shares`, the parcel's and the zone's attributes (the zone's with `_zone`
    where both have the name), its box, and `geometry`. A file is whole or not there.

    Parameters
    ----------
    file : GeoParquet of polygons as the store keeps it.
    columns : the parcels' attributes that go with the pieces; left out, all.
    outside : also write what lies in no zone, so that the pieces of a parcel fill it and, where no zones overlap
        and no sliver is left out, their areas sum to its own. A sliver left out belongs to the outside.
    tolerance, checked, bbox, threads, progress : as for `shares_of_file`; `tolerance.grid` holds for what zones
        cut, not for what is left outside.

    Raises
    ------
    InvalidGeometry : an invalid parcel; the message names the row.
    WrongUse : a `ZoneIndex` made for another system, or a column that is not there.
    """
    about = Source(file)
    attributes = _attributes(about, columns)
    source = Source(file, attributes)
    for against in layers.values():
        against.index.must_suit(source.crs)
    tolerance = tolerance or Tolerance()
    double = {name: outside and lies_over_itself(against.index) for name, against in layers.items()}

    def work(rows: Rows) -> dict[str, tuple[pa.Table, Written]]:
        return {
            name: _group(rows, against, attributes, source, tolerance, checked, outside, double[name])
            for name, against in layers.items()
        }

    totals = {name: Written(0, 0.0, 0, 0, 0.0) for name in layers}
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(_writing(against.out, _schema(source, attributes, against)))
            for name, against in layers.items()
        }
        for result in each_group(source, work, bbox, threads, progress):
            for name, (table, written) in result.items():
                writers[name].write_table(table, row_group_size=_ROWS_A_GROUP)
                totals[name] = _sum(totals[name], written)
    return totals


def _attributes(source: Source, columns: Sequence[str] | None) -> list[str]:
    held = [name for name in source.schema.names if name not in (source.geometry, source.covering)]
    if columns is None:
        return held
    unknown = sorted(set(columns) - set(held))
    if unknown:
        raise WrongUse(
            Text(f"图层没有字段 {'、'.join(unknown)}。", f"The layer has no column {', '.join(unknown)}."),
            Text(f"可用字段:{'、'.join(held)}。", f"It has: {', '.join(held)}."),
            columns=unknown,
        )
    return list(columns)


def _group(
    rows: Rows,
    against: Against,
    attributes: list[str],
    source: Source,
    tolerance: Tolerance,
    checked: bool,
    outside: bool,
    overlapping: bool,
) -> tuple[pa.Table, Written]:
    """Give the pieces of one row group with one layer, as they are written."""
    index = against.index
    found = rows.pairs(index, checked)

    def built(which: NDArray[np.intp]) -> NDArray[Any]:
        return rows.pieces(index, found, which)

    counts = ~slivers(found, tolerance, index.crs, built)
    row, zone, share = found.parcel[counts] - rows.start, found.zone[counts], found.share[counts]
    cut = np.flatnonzero(share < 1)
    pieces = clip(
        rows.rings,
        index,
        Cut(row[cut], zone[cut], found.common_m2[counts][cut], found.own_m2[counts][cut], rows.start),
        tolerance.grid,
    )
    # Where the bytes of each piece are: a parcel's own, or one that was clipped.
    place = row.copy()
    place[cut] = len(rows.rings) + np.arange(len(cut))
    lost = found.share[~counts] * rows.statutory_m2(found.parcel[~counts] - rows.start)
    made = len(cut)
    if outside:
        rest = rest_of(rows, index, row, found.common_m2[counts], found, pieces, cut, overlapping)
        row, zone, share, place, pieces = _with_rest(rest, row, zone, share, place, pieces, len(rows.rings))
        made += len(rest.pieces)
    table = _table(rows, against, attributes, source, row, zone, share, place, pieces)
    area = float(table.column("area_m2").to_numpy().sum())
    return table, Written(len(row), area, made, int((~counts).sum()), float(lost.sum()))


def _with_rest(
    rest: Rest,
    row: NDArray[np.int64],
    zone: NDArray[np.int64],
    share: NDArray[np.float64],
    place: NDArray[np.int64],
    pieces: pa.Array,
    parcels: int,
) -> tuple[NDArray[Any], ...]:
    """Add what is outside, and sort by parcel and zone."""
    own = rest.row.copy()
    some = np.flatnonzero(rest.cut)
    own[some] = parcels + len(pieces) + np.arange(len(some))
    row, zone = np.r_[row, rest.row], np.r_[zone, np.full(len(rest.row), OUTSIDE)]
    order = np.lexsort((zone, row))
    share, place = np.r_[share, rest.share], np.r_[place, own]
    both = pa.concat_arrays([pieces, rest.pieces])
    return row[order], zone[order], share[order], place[order], both


def _table(
    rows: Rows,
    against: Against,
    attributes: list[str],
    source: Source,
    row: NDArray[np.int64],
    zone: NDArray[np.int64],
    share: NDArray[np.float64],
    place: NDArray[np.int64],
    pieces: pa.Array,
) -> pa.Table:
    geometry, box = _shapes_of(rows, place, pieces)
    columns: dict[str, Any] = {
        "parcel": row + rows.start,
        "zone": zone,
        "area_m2": share * rows.statutory_m2(row),
        "share": share,
    }
    theirs = rows.table.select(attributes).take(pa.array(row))
    columns |= {_own_name(name): theirs.column(name) for name in attributes}
    if against.attributes is not None:
        taken = against.attributes.take(pa.array(zone, mask=zone == OUTSIDE))
        columns |= {
            _zone_name(name, attributes): taken.column(name) for name in against.attributes.column_names
        }
    sides = [pa.array(np.ascontiguousarray(box[:, side])) for side in range(4)]
    columns["bbox"] = pa.StructArray.from_arrays(sides, names=list(_SIDES))
    columns["geometry"] = geometry
    return pa.table(columns, schema=_schema(source, attributes, against))


def _shapes_of(
    rows: Rows, place: NDArray[np.int64], pieces: pa.Array
) -> tuple[pa.Array, NDArray[np.float64]]:
    """Give the bytes of each piece, a parcel's own or one that was clipped, and its box."""
    own = pa.concat_arrays(rows.wkb.chunks) if rows.wkb.num_chunks != 1 else rows.wkb.chunk(0)
    whole = place < len(rows.rings)
    box = np.empty((len(place), 4))
    box[whole] = rows.rings.row_box[place[whole]]
    if whole.all():
        return own.take(pa.array(place)).cast(pa.large_binary()), box
    box[~whole] = from_arrow(pieces, PARCEL).row_box[place[~whole] - len(rows.rings)]
    # Only the parcels that are passed on, so that the others are not copied first.
    kept, at = np.unique(place[whole], return_inverse=True)
    both = pa.concat_arrays([own.take(pa.array(kept)).cast(pa.large_binary()), pieces])
    order = np.empty(len(place), np.int64)
    order[whole], order[~whole] = at, place[~whole] - len(rows.rings) + len(kept)
    return both.take(pa.array(order)), box


def _own_name(name: str) -> str:
    return f"{name}_parcel" if name in (*_OWN, "bbox", "geometry") else name


def _zone_name(name: str, attributes: list[str]) -> str:
    taken = {*_OWN, "bbox", "geometry", *(_own_name(own) for own in attributes)}
    return f"{name}_zone" if name in taken else name


def _schema(source: Source, attributes: list[str], against: Against) -> pa.Schema:
    fields = [
        pa.field("parcel", pa.int64()),
        pa.field("zone", pa.int64()),
        pa.field("area_m2", pa.float64()),
        pa.field("share", pa.float64()),
    ]
    fields += [source.schema.field(name).with_name(_own_name(name)) for name in attributes]
    if against.attributes is not None:
        fields += [
            field.with_name(_zone_name(field.name, attributes)).with_nullable(True)
            for field in against.attributes.schema
        ]
    fields.append(pa.field("bbox", pa.struct([pa.field(side, pa.float64()) for side in _SIDES])))
    fields.append(pa.field("geometry", pa.large_binary()))
    column = {
        "encoding": "WKB",
        "geometry_types": ["Polygon", "MultiPolygon"],
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    theirs = source.geo["columns"][source.geometry]
    column |= {key: theirs[key] for key in ("crs", "edges") if key in theirs}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return pa.schema(fields, metadata={"geo": json.dumps(geo)})


@contextlib.contextmanager
def _writing(out: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Write beside the file, and put it in its place when all is well."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=out.name, suffix=".part")
    os.close(handle)
    told = [field.name for field in schema if field.name not in ("geometry", "bbox")]
    plain = [name for name in told if name not in ("area_m2", "share")]
    try:
        with pq.ParquetWriter(
            name,
            schema,
            compression="zstd",
            use_dictionary=plain,  # type: ignore[arg-type]  # the stubs know only bool
            # The smallest and the largest bytes of a geometry say nothing.
            write_statistics=[*told, *(f"bbox.{side}" for side in _SIDES)],  # type: ignore[arg-type]
        ) as writer:
            yield writer
        Path(name).replace(out)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _sum(one: Written, other: Written) -> Written:
    return Written(
        one.pieces + other.pieces,
        one.area_m2 + other.area_m2,
        one.cut + other.cut,
        one.slivers + other.slivers,
        one.slivers_m2 + other.slivers_m2,
    )
