"""A layer of any size as spatial pieces: files by county, in them runs of row groups along a Hilbert curve.

A dataset is one GeoParquet file, or a folder of them at any depth (`county=410481/part-0.parquet`), on this
machine or in a store of objects. Planning reads footers only; a piece is read in batches, so memory does not
grow with the layer, the file or the row group.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from tuban.errors import BrokenFile, EmptyLayer, NotFound, Text, UnknownCRS, WrongUse
from tuban.geo.crs import understand
from tuban.geo.io_parquet import described

Box = tuple[float, float, float, float]

ROWS_A_PIECE = 60_000  # three row groups as the store writes them: about two seconds' work
ROWS_AT_ONCE = 20_000
_READ_AHEAD_BYTES = 1 << 20
_FOOTERS_AT_ONCE = 8
# A folder or file named by a county's code: 410481, county=410481, 410481-DLTB.parquet.
_COUNTY = re.compile(r"(?:^|/)(?:\w+=)?([1-6]\d{5})(?!\d)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some row groups of one file, read and worked on together.

    `file` is relative to the dataset `place`, `county` the six digits in its name ("" without), `first_row`
    the file's number of its first row; `box` bounds it in `crs`, None where the file does not say.
    """

    place: str
    file: str
    county: str
    crs: str
    groups: tuple[int, ...]
    first_row: int
    rows: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class _Footer:
    file: str
    crs: str
    rows: tuple[int, ...]
    boxes: tuple[Box | None, ...]


def pieces_of(place: str | Path, *, rows: int = ROWS_A_PIECE) -> list[Piece]:
    """Give the pieces of a dataset of polygons, in the order of file names and rows.

    Parameters
    ----------
    place : a file, a folder, or an address such as `s3://bucket/folder`.
    rows : how many rows a piece has at most, unless one row group has more.

    Raises
    ------
    NotFound : nothing there. BrokenFile : no GeoParquet. WrongUse : no polygons, or an address that nothing
    here can open. UnknownCRS : a file that names no CGCS2000 system known here.
    """
    place = str(place)
    found: list[Piece] = []
    with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as pool:
        for footer in pool.map(lambda file: _footer(place, file), files_of(place)):
            found += _split(place, footer, rows)
    if not found:
        raise EmptyLayer(
            Text(f"“{place}”中没有任何对象。", f"There are no rows in “{place}”."),
            Text("确认给出的是要叠加的图层。", "Make sure it is the layer that is meant."),
        )
    return found


def files_of(place: str | Path) -> list[str]:
    """List a dataset's files, relative to it, sorted; "" stands for a place that is itself a file."""
    filesystem, root = opened(str(place))
    about = filesystem.get_file_info(root)
    if about.type == pafs.FileType.File:
        return [""]
    names: list[str] = []
    if about.type == pafs.FileType.Directory:
        listed = filesystem.get_file_info(pafs.FileSelector(root, recursive=True))
        names = sorted(
            info.path.removeprefix(root).lstrip("/")
            for info in listed
            if info.type == pafs.FileType.File and info.path.endswith(".parquet")
        )
    if not names:
        raise NotFound(
            Text(f"“{place}”处没有 GeoParquet 文件。", f"There is no GeoParquet file at “{place}”."),
            Text(
                "给出一个 .parquet 文件,或放有 .parquet 文件的文件夹。",
                "Name a .parquet file, or a folder that holds some.",
            ),
            place=str(place),
        )
    return names


@lru_cache(maxsize=16)
def opened(place: str) -> tuple[pafs.FileSystem, str]:
    """Give the file system of a place and its path there."""
    if "://" not in place:
        return pafs.LocalFileSystem(), Path(place).absolute().as_posix()
    try:
        return pafs.FileSystem.from_uri(place)
    except (pa.ArrowInvalid, OSError):  # a scheme that Arrow does not open by itself
        try:
            import fsspec

            filesystem, path = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError, OSError) as error:
            raise WrongUse(
                Text(f"不能打开地址“{place}”。", f"The address “{place}” cannot be opened."),
                Text(
                    "检查地址;除 s3:// 等外,其他存储需要安装 fsspec 及其驱动。",
                    "Check it; stores other than s3:// need fsspec and its driver installed.",
                ),
                place=place,
            ) from error
        return pafs.PyFileSystem(pafs.FSSpecHandler(filesystem)), path.rstrip("/")


@contextmanager
def parquet(place: str, file: str) -> Iterator[pq.ParquetFile]:
    """Open one file of a dataset, to be read in small steps.

    Raises
    ------
    BrokenFile : no Parquet.
    """
    filesystem, root = opened(place)
    path = f"{root}/{file}" if file else root
    try:
        handle = pq.ParquetFile(
            filesystem.open_input_file(path),
            buffer_size=_READ_AHEAD_BYTES,
            pre_buffer=False,
            page_checksum_verification=True,
        )
    except pa.ArrowInvalid as error:
        raise _broken(file or place) from error
    with handle:
        yield handle


def batches(piece: Piece, columns: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Read a piece in batches of neighbours: the file's number of the first row, and the rows."""
    first = piece.first_row
    with parquet(piece.place, piece.file) as handle:
        wanted = [name for name in columns if name in handle.schema_arrow.names]
        for batch in handle.iter_batches(
            ROWS_AT_ONCE, row_groups=list(piece.groups), columns=wanted, use_threads=False
        ):
            yield first, batch
            first += batch.num_rows


def geometry_of(handle: pq.ParquetFile) -> str:
    """Name the geometry column of a file."""
    return json.loads(handle.schema_arrow.metadata[b"geo"])["primary_column"]


def crs_of(handle: pq.ParquetFile, name: str) -> str:
    """Give a file's system as "EPSG:n"; refuse what holds no polygons or no CGCS2000 system."""
    try:
        kind, crs = described(handle.schema_arrow.metadata)
    except (ValueError, KeyError) as error:
        raise _broken(name) from error
    if kind not in ("polygon", "any"):
        raise WrongUse(
            Text(f"“{name}”不是面图层,不能叠加。", f"“{name}” holds no polygons to overlay."),
            Text("请选择面图层。", "Choose a layer of polygons."),
            file=name,
        )
    known = understand(crs) if crs else None
    if known is None or known.epsg is None or not known.is_cgcs2000:
        raise UnknownCRS(
            Text(f"“{name}”的坐标系不是 CGCS2000。", f"“{name}” is in no CGCS2000 system."),
            Text("先用 tuban layers import 入库并转换坐标。", "Import it with `tuban layers import` first."),
            file=name,
        )
    return known.code


def _footer(place: str, file: str) -> _Footer:
    with parquet(place, file) as handle:
        crs = crs_of(handle, file or place)
        about = handle.metadata
        groups = [about.row_group(number) for number in range(about.num_row_groups)]
        rows = tuple(group.num_rows for group in groups)
        column = json.loads(handle.schema_arrow.metadata[b"geo"])["columns"][geometry_of(handle)]
        covering = column.get("covering", {}).get("bbox")
        paths = [".".join(covering[side]) for side in ("xmin", "ymin", "xmax", "ymax")] if covering else []
        return _Footer(file, crs, rows, tuple(_box_of(group, paths) for group in groups))


def _box_of(group: pq.RowGroupMetaData, paths: list[str]) -> Box | None:
    """Bound a row group by the statistics of its rows' boxes."""
    if not paths:
        return None
    places = {group.column(i).path_in_schema: i for i in range(group.num_columns)}
    told = [group.column(places[path]).statistics if path in places else None for path in paths]
    if any(one is None or not one.has_min_max for one in told):
        return None
    west, south, east, north = told
    return west.min, south.min, east.max, north.max  # type: ignore[union-attr]  # checked above


def _split(place: str, footer: _Footer, most: int) -> Iterator[Piece]:
    named = _COUNTY.findall(footer.file or place)
    county = named[-1] if named else ""
    first = start = 0
    while start < len(footer.rows):
        end, rows = start + 1, footer.rows[start]
        while end < len(footer.rows) and rows + footer.rows[end] <= most:
            rows += footer.rows[end]
            end += 1
        if rows:
            box = _around(footer.boxes[start:end])
            yield Piece(place, footer.file, county, footer.crs, tuple(range(start, end)), first, rows, box)
        first, start = first + rows, end


def _around(boxes: tuple[Box | None, ...]) -> Box | None:
    known = [box for box in boxes if box is not None]
    if len(known) < len(boxes):
        return None
    west, south, east, north = zip(*known, strict=True)
    return min(west), min(south), max(east), max(north)


def _broken(name: str) -> BrokenFile:
    return BrokenFile(
        Text(f"“{name}”不是可读的 GeoParquet 文件。", f"“{name}” is no readable GeoParquet file."),
        Text("重新导出或复制该文件。", "Export it or copy it again."),
        file=name,
    )
