"""A layer version's file: GeoParquet 1.1, written for reading by box, read by box."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text, WrongUse
from tuban.store.arrange import FID, GEOMETRY

ROWS_PER_GROUP = 20_000

Box = tuple[float, float, float, float]
# A condition of pyarrow, or (column, "==" "!=" "<" "<=" ">" ">=" "in" or "not in", value), all to hold.
Where = pc.Expression | Sequence[tuple[str, str, Any]]


def write(table: pa.Table, file: Path, *, progress: Progress = quiet) -> None:
    """Write the arranged rows; the same rows give the same bytes."""
    plain = [name for name in table.column_names if name != GEOMETRY]
    with pq.ParquetWriter(
        file,
        table.schema,
        compression="zstd",
        # Repeated codes and names shrink; no two geometries are alike, so a dictionary of them only costs.
        use_dictionary=plain,  # type: ignore[arg-type]  # the stubs know only bool
        write_statistics=True,
        write_page_index=True,
        write_page_checksum=True,
    ) as writer:
        for start in range(0, table.num_rows, ROWS_PER_GROUP):
            writer.write_table(table.slice(start, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)
            done = min(start + ROWS_PER_GROUP, table.num_rows) / table.num_rows
            progress(Step(done, Text("写入图层文件", "Writing the layer's file")))


def read_table(
    file: Path, *, columns: Sequence[str] | None = None, bbox: Box | None = None, where: Where | None = None
) -> pa.Table:
    """Read rows whose box touches `bbox` (in the file's CRS) and that satisfy `where`.

    Parameters
    ----------
    columns : which to give, in this order (`geometry` is WKB); None for all but each row's box.

    Raises
    ------
    WrongUse : no such column, or a box that is none.
    """
    about = _about(file)
    names = list(columns) if columns is not None else [n for n in about.names if n != about.covering]
    unknown = sorted(set(names) - set(about.names))
    if unknown:
        raise WrongUse(
            Text(f"图层没有字段 {'、'.join(unknown)}。", f"The layer has no column {', '.join(unknown)}."),
            Text(f"可用字段:{'、'.join(about.names)}。", f"It has: {', '.join(about.names)}."),
            columns=unknown,
        )
    wanted = _condition(where)
    if bbox is not None:
        if about.covering is None:
            raise WrongUse(
                Text("属性表没有图形,不能按范围查询。", "A table without geometry cannot be asked by box."),
                Text("去掉范围条件。", "Leave the box out."),
            )
        _check_box(bbox)
        near = _touches(about.covering, bbox)
        wanted = near if wanted is None else wanted & near
    return pq.ParquetDataset(file, filters=wanted, page_checksum_verification=True).read(columns=names)


def read_frame(
    file: Path, *, columns: Sequence[str] | None = None, bbox: Box | None = None, where: Where | None = None
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read as `read_table`, into a frame that always has `_fid` and, unless a table, its geometry and CRS."""
    about = _about(file)
    if columns is not None:
        columns = list(dict.fromkeys([FID, *columns]))
        if about.crs is not None:
            columns = [name for name in columns if name != GEOMETRY] + [GEOMETRY]
    table = read_table(file, columns=columns, bbox=bbox, where=where)
    if about.crs is None:
        return table.to_pandas()
    frame = table.drop_columns([GEOMETRY]).replace_schema_metadata(None).to_pandas()
    geometry = shapely.from_wkb(table.column(GEOMETRY).to_numpy())
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometry, crs=about.crs, index=frame.index))


class _About:
    """What the footer says; files never change, so it is read once."""

    def __init__(self, file: Path) -> None:
        schema = pq.read_schema(file)
        geo = (schema.metadata or {}).get(b"geo")
        column = json.loads(geo)["columns"][GEOMETRY] if geo else None
        self.names: list[str] = schema.names
        self.covering: str | None = column["covering"]["bbox"]["xmin"][0] if column else None
        self.crs: CRS | None = CRS.from_json_dict(column["crs"]) if column else None


def _about(file: Path) -> _About:
    stat = file.stat()
    return _about_cached(str(file), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=512)
def _about_cached(file: str, _modified: int, _size: int) -> _About:
    return _About(Path(file))


def _condition(where: Where | None) -> pc.Expression | None:
    if where is None or isinstance(where, pc.Expression):
        return where
    return pq.filters_to_expression(list(where)) if len(where) else None


def _touches(covering: str, bbox: Box) -> pc.Expression:
    west, south, east, north = bbox
    return (
        (pc.field(covering, "xmin") <= east)
        & (pc.field(covering, "xmax") >= west)
        & (pc.field(covering, "ymin") <= north)
        & (pc.field(covering, "ymax") >= south)
    )


def _check_box(bbox: Box) -> None:
    west, south, east, north = bbox
    if not (west <= east and south <= north):
        raise WrongUse(
            Text(
                "范围应为 西,南,东,北,且西不大于东、南不大于北。",
                "A box is west, south, east, north, in that order.",
            ),
            Text("检查四个数的次序。", "Check the order of the four numbers."),
            bbox=list(bbox),
        )
