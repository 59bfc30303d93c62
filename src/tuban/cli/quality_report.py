"""Options and verbs of `tuban quality` that write reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

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
