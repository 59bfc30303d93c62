"""How the terminal talks: results to stdout, talk to stderr, progress as a bar, one language at a time."""

from __future__ import annotations

import contextlib
import json
import locale
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import click

from tuban.domain.progress import Progress, Step
from tuban.errors import Text, TubanError


def language(ctx: click.Context | None = None) -> str:
    """Give `zh` or `en`: from --lang, TUBAN_LANG, else the locale; Chinese where the locale says nothing."""
    while ctx is not None:
        if isinstance(ctx.obj, dict) and ctx.obj.get("lang"):
            return ctx.obj["lang"]
        if ctx.params.get("lang"):
            return ctx.params["lang"]
        ctx = ctx.parent
    if "--lang" in sys.argv[:-1]:
        return sys.argv[sys.argv.index("--lang") + 1]
    if said := os.environ.get("TUBAN_LANG"):
        return said
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    if (
        not named and sys.platform == "win32"
    ):  # elsewhere an unset locale reads as English, which says nothing
        with contextlib.suppress(ValueError):
            named = locale.getlocale()[0]
    return "en" if (named or "").lower().startswith("en") else "zh"


def current_language() -> str:
    """Give the language of the running command."""
    return language(click.get_current_context(silent=True))


def say(text: Text) -> None:
    """Talk to the person: one line on stderr."""
    click.echo(text.in_(current_language()), err=True)


def show_error(error: TubanError) -> None:
    """Print what is wrong and, on its own line, how to mend it."""
    lang = current_language()
    click.echo(f"{error.problem.in_(lang)}\n  → {error.fix.in_(lang)}", err=True)


def plain(value: Any) -> Any:
    """Turn what `json` does not know into text."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def show_json(value: Any) -> None:
    """Print one JSON document to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def show_table(head: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print a table to stdout; `right` are the columns of numbers."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(head):
        table.add_column(name, justify="right" if i in right else "left", no_wrap=i in right)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # A pipe gets whole lines: only a real terminal may wrap them.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@contextlib.contextmanager
def progress_bar(start: Text) -> Iterator[Progress]:
    """Show long work on stderr: a bar in a terminal, a line for each new step elsewhere."""
    lang = current_language()
    if not sys.stderr.isatty():
        last = ""

        def line(step: Step) -> None:
            nonlocal last
            words = step.text.in_(lang)
            if words != last:
                click.echo(f"{step.share:4.0%} {words}", err=True)
                last = words

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(bar_width=30), TextColumn("{task.percentage:3.0f}%"), TimeElapsedColumn())
    with Bar(*columns, TextColumn("{task.description}"), console=Console(stderr=True)) as bar:
        task = bar.add_task(start.in_(lang), total=1.0)
        yield lambda step: bar.update(task, completed=step.share, description=step.text.in_(lang))
        bar.update(task, completed=1.0)
