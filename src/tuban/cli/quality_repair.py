"""`tuban quality repair`: safe repairs as a proposal; what is accepted goes into a new file."""

from __future__ import annotations

from pathlib import Path

import click

from tuban.cli.say import current_language, progress_bar, say, show_table
from tuban.cli.workspace import open_if_there
from tuban.errors import Text, WrongUse


@click.command("repair", help="修复建议:列出、逐项接受、写成新文件并复检 · propose and accept safe repairs")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--propose", is_flag=True, help="只列出修复项(默认)· only list them (the default)")
@click.option("--accept", "ids", multiple=True, metavar="ID", help="接受一项(可重复)· accept one repair")
@click.option(
    "--accept-object",
    "objects",
    multiple=True,
    metavar="BSM",
    help="接受一个对象的全部修复 · all of an object",
)
@click.option("--accept-all", is_flag=True, help="接受全部 · accept all")
@click.option("--out", type=click.Path(path_type=Path), help="新文件(.gpkg),不覆盖已有文件 · the new file")
@click.option("--profile", metavar="NAME|FILE", help="标准配置名或 YAML 文件 · profile or its YAML file")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def repair_(
    obj: dict,
    package: Path,
    propose: bool,
    ids: tuple[str, ...],
    objects: tuple[str, ...],
    accept_all: bool,
    out: Path | None,
    profile: str | None,
    as_json: bool,
) -> None:
    """List repairs, or write a new file with the accepted ones; exits 0, 1 where one did not mend, 2 wrong use."""
    if (propose and (ids or objects or accept_all)) or (accept_all and (ids or objects)):
        raise WrongUse(
            Text(
                "--propose、--accept、--accept-all 不能同时使用。",
                "--propose, --accept and --accept-all exclude one another.",
            ),
            Text("先用 --propose 查看,再接受。", "List with --propose first, then accept."),
        )
    if not (ids or objects or accept_all):
        _show_proposals(obj, package, profile, as_json)
        return
    if out is None:
        raise WrongUse(
            Text("没有指定新文件。", "No new file was named."),
            Text(
                "请用 --out 指定一个 .gpkg;原成果不会改动。",
                "Name a .gpkg with --out; what was handed in stays as it is.",
            ),
        )
    _accept(obj, package, out, None if accept_all else (ids, objects), profile, as_json)


def _show_proposals(obj: dict, package: Path, profile: str | None, as_json: bool) -> None:
    import json

    from tuban.workflows.quality_repair import propose_repairs

    lang = current_language()
    with open_if_there(obj) as ws, progress_bar(Text("查找可修复项", "Looking for repairs")) as progress:
        found = propose_repairs(package, ws=ws, profile=profile, progress=progress)
    if as_json:
        click.echo(json.dumps([one.record() for one in found], ensure_ascii=False, indent=1))
        return
    if found:
        head = ["编号", "内容", "移动面积 m²"] if lang == "zh" else ["id", "repair", "moved m²"]
        show_table(head, [(one.id, one.message.in_(lang), f"{one.moved_m2:.4f}") for one in found[:500]])
    say(
        Text(
            f"{len(found)} 项可修复。成果没有改动;接受用 --accept 或 --accept-all,并用 --out 指定新文件。",
            f"{len(found)} repairs. Nothing was changed; accept with --accept or --accept-all and name a file with --out.",
        )
    )


def _accept(
    obj: dict,
    package: Path,
    out: Path,
    chosen: tuple[tuple[str, ...], tuple[str, ...]] | None,
    profile: str | None,
    as_json: bool,
) -> None:
    from tuban.quality.repair import OUTCOMES
    from tuban.workflows.quality_repair import accept_repairs

    lang = current_language()
    with open_if_there(obj) as ws, progress_bar(Text("修复", "Repairing")) as progress:
        done = accept_repairs(
            package,
            out,
            ids=None if chosen is None else chosen[0],
            objects=None if chosen is None else chosen[1],
            ws=ws,
            profile=profile,
            progress=progress,
        )
    if as_json:
        click.echo(done.record.read_text(encoding="utf-8"))
    else:
        head = ["编号", "结果"] if lang == "zh" else ["id", "outcome"]
        show_table(
            head, [(name, OUTCOMES[outcome].in_(lang)) for name, outcome in list(done.outcomes.items())[:500]]
        )
        say(
            Text(
                f"已写出 {done.path}、{done.diff}、{done.record};复检:问题 {len(done.before.findings)} → "
                f"{len(done.after.findings)},移动面积 {done.moved_m2:.4f} 平方米。",
                f"Wrote {done.path}, {done.diff}, {done.record}; inspected again: {len(done.before.findings)} → "
                f"{len(done.after.findings)} findings, {done.moved_m2:.4f} m² moved.",
            )
        )
    raise SystemExit(0 if all(outcome == "mended" for outcome in done.outcomes.values()) else 1)
