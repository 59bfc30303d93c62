"""Options and verbs of `tuban quality` that write reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tuban.cli.say import current_language, progress_bar, say
from tuban.cli.workspace import open_here
from tuban.errors import Text

FORMATS = click.Choice(["pdf", "docx", "xlsx", "html", "json", "gpkg"])


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--report` (several times) and `--out` to a verb that inspects."""
    for option in (
        click.option(
            "--out",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path(),
            metavar="DIR",
            help="报告写到哪个文件夹(默认当前)· folder of the reports",
        ),
        click.option(
            "--report",
            "reports",
            type=FORMATS,
            multiple=True,
            help="另写报告(可重复)· write a report too (repeatable)",
        ),
    ):
        function = option(function)
    return function


@click.command("report", help="写出一次检查的报告 · write the report of a kept run")
@click.argument("run", type=click.IntRange(1))
@click.option(
    "--format",
    "formats",
    type=FORMATS,
    multiple=True,
    default=("pdf",),
    show_default=True,
    help="报告格式(可重复)· format (repeatable)",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="写到哪个文件夹(默认当前)· folder",
)
@click.pass_obj
def report_(obj: dict, run: int, formats: tuple[str, ...], out: Path) -> None:
    """Write reports of a run that the workspace keeps."""
    from tuban.workflows.quality_report import write_run_reports

    with open_here(obj) as ws, progress_bar(Text("编写报告", "Writing reports")) as progress:
        written = write_run_reports(ws, run, out, formats, lang=current_language(), progress=progress)
    for path in written:
        say(Text(f"已写出 {path}", f"Wrote {path}"))
