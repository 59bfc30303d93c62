"""Options and verbs of `tuban quality` that write reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tuban.cli.say import current_language, progress_bar, say, show_json
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


@click.command("corpus", help="生成或核对质检样例库 · make the public corpus, or check one")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="生成到哪个空文件夹 · empty folder",
)
@click.option(
    "--check",
    "check",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="核对该文件夹里的样例 · check the samples of a folder",
)
@click.option("--json", "as_json", is_flag=True, help="JSON")
def corpus_(out: Path | None, check: Path | None, as_json: bool) -> None:
    """Make the corpus, or compare one with what this program finds; exits 1 where they differ."""
    from dataclasses import asdict

    from tuban.errors import WrongUse
    from tuban.workflows.quality_corpus import check_corpus, write_corpus

    if out is None and check is None:
        raise WrongUse(
            Text("没有说明要做什么。", "Nothing was asked for."),
            Text(
                "用 --out DIR 生成,或用 --check DIR 核对。",
                "Use --out DIR to make it, --check DIR to check it.",
            ),
        )
    if out is not None:
        with progress_bar(Text("生成样例库", "Making the corpus")) as progress:
            number = write_corpus(out, progress=progress)
        say(Text(f"已写出 {number} 个样例 → {out}", f"Wrote {number} packages → {out}"))
    if check is None:
        return
    with progress_bar(Text("核对样例库", "Checking the corpus")) as progress:
        outcomes = check_corpus(check, progress=progress)
    wrong = [one for one in outcomes if not one.exact]
    if as_json:
        show_json([asdict(one) | {"exact": one.exact} for one in outcomes])
    else:
        for one in wrong:
            click.echo(f"{one.id} {one.title.in_(current_language())}: {one.verdict} ({one.expected})")
            for sign, keys in (("-", one.missing), ("+", one.extra)):
                for rule, layer, objects in keys:
                    click.echo(f"  {sign} {rule} {layer} {' '.join(objects)}")
        click.echo(f"{len(outcomes) - len(wrong)}/{len(outcomes)}")
    raise SystemExit(1 if wrong else 0)
