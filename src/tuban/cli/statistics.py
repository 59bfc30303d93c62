"""`tuban statistics`: areas by class, unit and zone; two groupings at once; shares of layers of any size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli import adjust, shares
from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.cli.workspace import open_here
from tuban.errors import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tuban.domain.version import LayerVersion
    from tuban.indicators.area_statistics import AreaTable, CrossTable
    from tuban.indicators.grouping import Group
    from tuban.store import Workspace

BY = click.Choice(["class", "three_class", "township", "village", "zone"])
DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"])
BY_HELP = "分组:地类、三大类、乡镇、村、规划分区 · what the rows are"


@click.group(help="按行政区、分类、分区统计面积 · areas by unit, class and zone")
def command() -> None:
    """Group the verbs."""


command.add_command(shares.command)
command.add_command(adjust.command)


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every verb here takes."""
    for option in reversed(
        [
            click.option("--layer", required=True, metavar="CODE", help="图层代码,如 DLTB · layer code"),
            click.option(
                "--level", type=click.IntRange(1, 4), help="地类级别,1 为一级类 · level of the classes"
            ),
            click.option("--within", metavar="CODE", help="只统计该行政区 · only in this unit"),
            click.option("--zone-layer", metavar="CODE", help="规划分区图层,如 GHFQ · layer of plan zones"),
            click.option(
                "--version", "number", type=click.IntRange(1), help="第几版 · number of the version"
            ),
            click.option("--on", type=DAY, help="哪一天有效(默认今天)· in force on that day"),
            click.option("--known", type=MOMENT, help="以该时刻已入库的为准 · as recorded at that moment"),
            click.option("--json", "as_json", is_flag=True, help="JSON"),
            click.option(
                "--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="写成 Excel 文件 · workbook"
            ),
        ]
    ):
        function = option(function)
    return click.pass_obj(function)


@command.command("areas", help="一张面积表 · a table of areas")
@click.option("--by", type=BY, default="class", show_default=True, help=BY_HELP)
@common
def areas_(obj: dict, by: Any, as_json: bool, xlsx: Path | None, **asked: Any) -> None:
    """Print the areas of a layer by one grouping."""
    from tuban.workflows.statistics import BY_TITLES, area_table

    with _asked(obj, asked) as (ws, version, options), progress_bar(Text("统计", "Statistics")) as progress:
        table = area_table(ws, version, by, **options, progress=progress)
        sample = ws.sample
    title = _title(version, BY_TITLES[by])
    if xlsx is not None:
        _write(table, xlsx, title, sample)
    if as_json:
        show_json(_area_json(table, version, by, asked["within"]))
    elif xlsx is None:
        _show(table, title)


@command.command("table", help="二维面积表 · areas by two groupings at once")
@click.option("--rows", type=BY, default="township", show_default=True, help=BY_HELP)
@click.option("--columns", type=BY, default="class", show_default=True, help=BY_HELP)
@common
def table_(obj: dict, rows: Any, columns: Any, as_json: bool, xlsx: Path | None, **asked: Any) -> None:
    """Print the areas of a layer by two groupings."""
    from tuban.workflows.statistics import BY_TITLES, cross_table

    with _asked(obj, asked) as (ws, version, options), progress_bar(Text("统计", "Statistics")) as progress:
        table = cross_table(ws, version, rows, columns, **options, progress=progress)
        sample = ws.sample
    both = [BY_TITLES[rows], BY_TITLES[columns]]
    title = _title(version, Text("×".join(t.zh for t in both), " × ".join(t.en for t in both)))
    if xlsx is not None:
        _write(table, xlsx, title, sample)
    if as_json:
        show_json(_cross_json(table, version, rows, columns, asked["within"]))
    elif xlsx is None:
        _show(table, title)


@contextmanager
def _asked(obj: dict, asked: dict[str, Any]) -> Iterator[tuple[Workspace, LayerVersion, dict[str, Any]]]:
    """Open the workspace, find the version, and give the options as the workflow takes them."""
    from tuban.workflows.intake import profile_of

    on: date | None = asked["on"].date() if asked["on"] else None
    known: datetime | None = asked["known"]
    with open_here(obj) as ws:
        standards = profile_of(ws)
        found = standards.find(asked["layer"])
        code = found.code if found is not None else asked["layer"]
        version = ws.version(code, number=asked["number"], on=on, known=known)
        yield ws, version, {
            "level": asked["level"],
            "within": asked["within"],
            "zone_layer": asked["zone_layer"],
            "on": on,
            "known": known,
            "standards": standards,
        }  # fmt: skip


def _title(version: LayerVersion, by: Text) -> Text:
    return Text(
        f"{version.code} 第 {version.number} 版 按{by.zh}统计",
        f"{version.code} version {version.number} by {by.en}",
    )


def _write(table: AreaTable | CrossTable, path: Path, title: Text, sample: bool) -> None:
    from tuban.workflows.statistics_xlsx import write_xlsx

    write_xlsx(table, path, title, sample=sample, lang=current_language())
    say(Text(f"已写入 {path}", f"Wrote {path}"))


def _show(table: AreaTable | CrossTable, title: Text) -> None:
    from tuban.workflows.statistics_xlsx import printed, rows_of

    head, *body = rows_of(table, current_language())
    say(title)
    show_table(head, printed(body), right=range(2, len(head)))
    for note in (table.formula, *table.notes):
        say(note)


def _area_json(table: AreaTable, version: LayerVersion, by: str, within: str | None) -> dict[str, Any]:
    rows = [
        {
            "code": row["code"],
            "title": {"zh": row["title_zh"], "en": row["title_en"]},
            "colour": row["colour"],
            "area_ha": row["area_ha"],
            "area_mu": row["area_mu"],
            "area_wan_mu": row["area_wan_mu"],
            "area_km2": row["area_km2"],
            "share": row["share"],
            "count": row["count"],
        }
        for row in table.frame.to_dict("records")
    ]
    return {
        **_about(table, version, within),
        "by": by,
        "rows": rows,
        "total_ha": table.total_ha,
        "total_mu": table.total_mu,
        "total_wan_mu": table.total_wan_mu,
        "total_km2": table.total_km2,
        "adjusted": table.adjusted,
    }


def _cross_json(
    table: CrossTable, version: LayerVersion, rows: str, columns: str, within: str | None
) -> dict[str, Any]:
    def named(groups: tuple[Group, ...], margin: Any) -> list[dict[str, Any]]:
        return [
            {"code": group.code, "title": {"zh": group.title.zh, "en": group.title.en}, "area_ha": float(ha)}
            for group, ha in zip(groups, margin, strict=True)
        ]

    return {
        **_about(table, version, within),
        "by": [rows, columns],
        "rows": named(table.rows, table.row_ha),
        "columns": named(table.columns, table.column_ha),
        "cells_ha": table.frame.to_numpy().tolist(),
        "total_ha": table.total_ha,
    }


def _about(table: AreaTable | CrossTable, version: LayerVersion, within: str | None) -> dict[str, Any]:
    return {
        "layer": version.code,
        "version": version.number,
        "within": within,
        "unit": "ha",
        "formula": {"zh": table.formula.zh, "en": table.formula.en},
        "notes": [{"zh": note.zh, "en": note.en} for note in table.notes],
    }
