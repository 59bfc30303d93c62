"""Areas of a layer of any size in control lines (大图层叠加): planned by footers, worked on by an engine.

What is held here is a few pieces' results; rows go to the result file as they come, in the
order of files, rows, layers and zones, whichever engine worked.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.engine import Engine, Local
from tuban.errors import Text, WrongUse
from tuban.geo.overlay import Tolerance
from tuban.geo.pieces import ROWS_A_PIECE, pieces_of
from tuban.geo.pieces_overlay import Task, shares_of_piece
from tuban.geo.pieces_zones import ZoneLayer
from tuban.store.disk import disk_in_words, sync_file

__all__ = ["Done", "shares_of_dataset"]


@dataclass(frozen=True)
class Done:
    """What was written: `parcels` read in `pieces`, `pairs` found, in `seconds`.

    `frame` has a row for each county and layer: `county`, `layer`, `parcels` (with a part in it), `pairs`,
    `area_m2` (a parcel's ground counts once for each zone that it lies in).
    """

    file: Path
    parcels: int
    pieces: int
    pairs: int
    seconds: float
    frame: pd.DataFrame


def shares_of_dataset(
    parcels: str | Path,
    zones: Mapping[str, str | Path],
    out: Path,
    *,
    engine: Engine | None = None,
    tolerance: Tolerance | None = None,
    parcel_id: str | None = None,
    zone_id: str | None = None,
    checked: bool = False,
    rows: int = ROWS_A_PIECE,
    progress: Progress = quiet,
) -> Done:
    """Write how much of each parcel of a dataset lies in each zone of several layers.

    Parameters
    ----------
    parcels : GeoParquet: a file, a folder of files (by county), an address; see `tuban.geo.pieces`.
    zones : datasets by the name of their layer, in any CGCS2000 system.
    out : the Parquet file to write; it appears whole or not at all.
    engine : None works in this process.
    parcel_id, zone_id : columns that identify parcels and zones, carried along as text.
    checked : parcels and zones are known to be valid, as intake leaves them; else those that matter are checked.
    rows : how many parcels make a piece.

    Raises
    ------
    what `pieces_of` raises; InvalidGeometry : a polygon that crosses itself; WrongUse : no such column, no
    layer of zones, or `out` is no .parquet file; Cancelled.
    """
    begun = time.perf_counter()
    if not zones:
        raise WrongUse(
            Text("没有给出控制线图层。", "No layer of zones was given."),
            Text(
                "至少给出一个,例如 STBHHX=红线.parquet。", "Name at least one, such as STBHHX=lines.parquet."
            ),
        )
    if out.suffix != ".parquet":
        raise WrongUse(
            Text(f"结果文件“{out.name}”应为 .parquet。", f"The result “{out.name}” must be a .parquet file."),
            Text(f"例如 --out {out.stem}.parquet。", f"For example --out {out.stem}.parquet."),
        )
    progress(Step(0.0, Text("读取文件目录", "Reading footers")))
    pieces = pieces_of(parcels, rows=rows)
    layers = [ZoneLayer(name, place, id_column=zone_id, checked=checked) for name, place in zones.items()]

    def tasks() -> Iterator[Task]:
        for piece in pieces:
            near = tuple(layer.near(piece) for layer in layers)
            yield Task(piece, near, tolerance or Tolerance(), checked, parcel_id)

    here = Local(1) if engine is None else engine
    total = sum(piece.rows for piece in pieces)
    draft = out.with_name(f"{out.name}.{uuid.uuid4().hex[:8]}.part")
    sums, inner = _Sums(), part(progress, 0.01, 1.0)
    read = pairs = 0
    try:
        # Closed at once when something fails: that drops the pieces not begun.
        with disk_in_words(out.parent), closing(here.map(shares_of_piece, tasks())) as results:
            writer: pq.ParquetWriter | None = None
            try:
                for piece, table in zip(pieces, results, strict=True):
                    if writer is None:
                        writer = pq.ParquetWriter(draft, table.schema, compression="zstd")
                    writer.write_table(table)
                    sums.add(table)
                    read, pairs = read + piece.rows, pairs + table.num_rows
                    inner(Step(read / total, Text("叠加", "Overlaying")))
            finally:
                if writer is not None:
                    writer.close()
            sync_file(draft)
            draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    progress(Step(1.0, Text("叠加完成", "Overlay done")))
    return Done(out, read, len(pieces), pairs, time.perf_counter() - begun, sums.frame())


class _Sums:
    """Totals by county and layer, piece after piece."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], list[float]] = {}

    def add(self, table: pa.Table) -> None:
        if not table.num_rows:
            return
        county = str(table.column("county")[0].as_py())
        names = table.column("layer").combine_chunks()
        names = names.chunk(0) if isinstance(names, pa.ChunkedArray) else names
        layer = names.indices.to_numpy()
        area = table.column("area_m2").to_numpy()
        parcel = table.column("parcel").to_numpy()
        for number, name in enumerate(names.dictionary.to_pylist()):
            mine = layer == number
            if not mine.any():
                continue
            held = self._sums.setdefault((county, name), [0, 0, 0.0])
            held[0] += len(np.unique(parcel[mine]))
            held[1] += int(mine.sum())
            held[2] += float(area[mine].sum())

    def frame(self) -> pd.DataFrame:
        rows = [(*key, *values) for key, values in self._sums.items()]
        frame = pd.DataFrame(rows, columns=["county", "layer", "parcels", "pairs", "area_m2"])
        return frame.astype({"parcels": np.int64, "pairs": np.int64, "area_m2": np.float64})
