"""`tuban quality`: judge plan results (成果质检) by the rules of a profile."""

from __future__ import annotations

from pathlib import Path

import click

from tuban.cli.quality_foreign import model_
from tuban.cli.quality_print import show_result
from tuban.cli.quality_repair import repair_
from tuban.cli.quality_report import corpus_, report_, report_options
from tuban.cli.quality_runs import VERBS
from tuban.cli.say import current_language, progress_bar, say
from tuban.cli.workspace import open_if_there
from tuban.errors import Text


@click.group(help="成果质检 · quality inspection of plan results")
def command() -> None:
    """Group the verbs."""


command.add_command(report_)
command.add_command(corpus_)
command.add_command(repair_)
command.add_command(model_)
for verb in VERBS:
    command.add_command(verb)


@command.command("check", help="检查一个成果包(gdb、gpkg、文件夹或 zip)· judge a package")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--profile", metavar="NAME|FILE", help="标准配置名或 YAML 文件 · profile or its YAML file")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="只检这些规则(可重复)· only these rules")
@click.option("--public", is_flag=True, help="按公开成果检查 · judged as meant for the public")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@report_options
@click.pass_obj
def check_(
    obj: dict,
    package: Path,
    profile: str | None,
    rules: tuple[str, ...],
    public: bool,
    as_json: bool,
    reports: tuple[str, ...],
    out: Path,
) -> None:
    """Judge a package; exits 0 passed, 1 not passed, 2 wrong use."""
    from tuban.workflows.quality_report import check_and_report

    with open_if_there(obj) as ws, progress_bar(Text("质检", "Inspection")) as progress:
        checked, written = check_and_report(
            package, out, reports, ws=ws, profile=profile, only=set(rules) or None, public=public,
            lang=current_language(), progress=progress,
        )  # fmt: skip
    result = checked.result
    for path in written:
        say(Text(f"已写出 {path}", f"Wrote {path}"))
    if as_json:
        for piece in result.json_parts():
            click.echo(piece, nl=False)
    else:
        show_result(result)
    raise SystemExit(0 if result.verdict == "pass" else 1)
