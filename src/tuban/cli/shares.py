"""`tuban statistics shares`: how much of each parcel of a layer of any size lies in control lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.cli.workspace import open_if_there
from tuban.errors import NotFound, Text, WrongUse

if TYPE_CHECKING:
    from tuban.store import Workspace
    from tuban.workflows.shares import Done


@click.command(
    "shares", help="大图层与控制线叠加,逐图斑写出面积 · areas of parcels in control lines, any size"
)
@click.argument("parcels", metavar="PARCELS")
@click.argument("zones", metavar="ZONES...", nargs=-1, required=True)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="结果 .parquet · result"
)
@click.option(
    "--engine", "engine_name", metavar="ENGINE", help="local、dask、dask:4、dask://主机:端口 · where"
)
@click.option("--id", "parcel_id", metavar="FIELD", help="图斑标识字段,写入结果 · column that names a parcel")
@click.option("--zone-id", metavar="FIELD", help="控制线标识字段,写入结果 · column that names a zone")
@click.option(
    "--min-area", "sliver_m2", type=click.FloatRange(0), default=0.0, help="小于此面积(m²)的算细碎,不列出"
)
@click.option(
    "--min-width", "sliver_width_m", type=click.FloatRange(0), default=0.0, help="窄于此宽度(m)的算细碎"
)
@click.option("--checked", is_flag=True, help="图形已检查过,不再检查 · geometry is known to be valid")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(
    obj: dict,
    parcels: str,
    zones: tuple[str, ...],
    out: Path,
    engine_name: str | None,
    sliver_m2: float,
    sliver_width_m: float,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the areas of a layer's parcels in the zones of other layers.

    PARCELS and ZONES are GeoParquet: a file, a folder of files by county, an address (s3://…), or the code of a
    layer of the workspace. A zone layer may be named: STBHHX=FILE.
    """
    from tuban.engine import open_engine
    from tuban.geo.overlay import Tolerance
    from tuban.settings import read_settings
    from tuban.workflows.shares import shares_of_dataset

    with open_if_there(obj) as ws:
        _, place = _place(ws, parcels)
        lines = dict(_place(ws, zone) for zone in zones)
    if len(lines) < len(zones):
        raise WrongUse(
            Text("有两个控制线图层同名。", "Two layers of zones have the same name."),
            Text("用 名称=文件 区分,例如 STBHHX=红线.parquet。", "Name them apart: NAME=FILE."),
        )
    with (
        open_engine(engine_name or read_settings().engine) as engine,
        progress_bar(Text("叠加", "Overlaying")) as progress,
    ):
        done = shares_of_dataset(
            place, lines, out, engine=engine, tolerance=Tolerance(sliver_m2, sliver_width_m),
            progress=progress, **options,
        )  # fmt: skip
        workers = engine.workers
    if as_json:
        show_json(_json(done, engine.name, workers))
        return
    zh = current_language() == "zh"
    head = (
        ["县", "图层", "图斑数", "交叠数", "面积(公顷)"]
        if zh
        else ["county", "layer", "parcels", "pairs", "ha"]
    )
    body = [
        [
            row["county"],
            row["layer"],
            f"{row['parcels']:,}",
            f"{row['pairs']:,}",
            f"{row['area_m2'] / 1e4:,.2f}",
        ]
        for row in done.frame.to_dict("records")
    ]
    show_table(head, body, right=range(2, 5))
    say(
        Text(
            f"已写入 {done.file}:{done.parcels:,} 个图斑,{done.pairs:,} 个交叠,{done.seconds:.1f} 秒。",
            f"Wrote {done.file}: {done.parcels:,} parcels, {done.pairs:,} overlaps, {done.seconds:.1f} s.",
        )
    )


def _place(ws: Workspace | None, said: str) -> tuple[str, str]:
    """Give name and place of a dataset that someone typed."""
    name, named, place = said.rpartition("=")
    # A folder may be called county=410481: the words before "=" name it only where that is no path.
    if named and ("/" in name or Path(said).exists()):
        name, place = "", said
    if "://" in place or Path(place).exists():
        return name or Path(place.rstrip("/")).stem, place
    if ws is not None and place in ws.codes():
        return name or place, str(ws.path(ws.version(place)))
    raise NotFound(
        Text(
            f"找不到“{place}”:不是文件、文件夹,也不是工作区里的图层。",
            f"“{place}” is no file, folder or layer here.",
        ),
        Text(
            "给出 GeoParquet 文件或文件夹,或用 --workspace 指明工作区后给出图层代码。",
            "Name a GeoParquet file or folder, or a layer's code with --workspace.",
        ),
        place=place,
    )


def _json(done: Done, engine: str, workers: int) -> dict[str, Any]:
    return {
        "file": str(done.file),
        "engine": engine,
        "workers": workers,
        "parcels": done.parcels,
        "pieces": done.pieces,
        "pairs": done.pairs,
        "seconds": round(done.seconds, 3),
        "unit": "m2",
        "rows": done.frame.to_dict("records"),
    }
