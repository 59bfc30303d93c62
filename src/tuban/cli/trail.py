"""`tuban trail`: what was done, by whom, when; and one command with which anyone checks it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.cli.workspace import open_here
from tuban.errors import NotFound, Text

if TYPE_CHECKING:
    from tuban.store import Entry, TrailReport


@click.group("trail", help="全过程留痕:查看、核验、导出 · the trail of every step: show, verify, export")
def command() -> None:
    """Group the verbs."""


@command.command("show", help="列出留痕,新的在前 · list the steps, the newest first")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="条数 · how many")
@click.option("--offset", type=click.IntRange(0), default=0, help="跳过条数 · how many to skip")
@click.option("--subject", help="只看该对象,如 DLTB/3 · only of this subject")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 · print JSON")
@click.pass_obj
def show(obj: dict, limit: int, offset: int, subject: str | None, as_json: bool) -> None:
    """Show the newest steps."""
    from tuban.store.trail import ACTIONS

    with open_here(obj) as ws:
        if subject is None:
            entries = ws.trail.entries(limit=limit, offset=offset, newest_first=True)
        else:
            # A layer's code stands for all its versions.
            every = ws.trail.entries(newest_first=True)
            entries = [e for e in every if e.subject == subject or e.subject.startswith(f"{subject}/")]
            entries = entries[offset : offset + limit]
    if as_json:
        show_json([dataclasses.asdict(entry) for entry in entries])
        return
    lang = current_language()
    head = (
        ("序号", "时间", "经办", "步骤", "对象", "说明")
        if lang == "zh"
        else ("no.", "time", "by", "step", "subject", "")
    )
    rows = []
    for entry in entries:
        action = ACTIONS[entry.action].in_(lang) if entry.action in ACTIONS else entry.action
        rows.append((entry.number, _local(entry.at), entry.by, action, entry.subject, _in_short(entry, lang)))
    show_table(head, rows, right=(0,))


@command.command("verify", help="核验留痕与图层文件是否被改动 · check that nothing was changed")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--head", metavar="HASH", help="另存的末端哈希,用于发现截尾 · a hash that you kept: finds a cut-off end"
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 · print JSON")
@click.pass_context
def verify(ctx: click.Context, file: Path | None, head: str | None, as_json: bool) -> None:
    """Check the workspace, or an exported trail FILE; exits 1 if anything does not agree."""
    if file is not None:
        report = _verify_file(file, head)
    else:
        with open_here(ctx.obj) as ws, progress_bar(Text("核验", "Checking")) as progress:
            report = ws.verify(head=head, progress=progress)
    if as_json:
        show_json(record(report))
    else:
        _show_report(report, head)
    if not report.ok:
        ctx.exit(1)


@command.command(
    "export", help="导出全部留痕(每行一条 JSON) · write all steps to a file, one JSON object a line"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", help="经办人 · who does it")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 · print JSON")
@click.pass_context
def export(ctx: click.Context, file: Path, by: str | None, as_json: bool) -> None:
    """Write the trail to FILE for whoever checks it elsewhere."""
    from tuban.store.lock import user_name

    with open_here(ctx.obj) as ws:
        report = ws.trail.export(file, by=by or user_name())
    if as_json:
        show_json({"file": str(file), **record(report)})
    else:
        click.echo(report.head)
    say(Text(f"已导出{report.entries}条留痕到 {file};请把上面的末端哈希另行保存。",
             f"Wrote {report.entries} steps to {file}; keep the hash above somewhere else."))  # fmt: skip


def record(report: TrailReport) -> dict:
    """Give a report as values for machines."""
    return {
        "ok": report.ok,
        "entries": report.entries,
        "files": report.files,
        "head": report.head,
        "head_checked": report.head_checked,
        "faults": [
            {
                "kind": f.kind,
                "number": f.number,
                "subject": f.subject,
                "problem": {"zh": f.problem.zh, "en": f.problem.en},
            }
            for f in report.faults
        ],
    }


def _verify_file(file: Path, head: str | None) -> TrailReport:
    from tuban.store.chain import check_chain, from_lines

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotFound(
            Text(f"读不到留痕文件“{file}”。", f"The trail file {file} cannot be read."),
            Text(
                "检查路径;文件应为 tuban trail export 的产物。",
                "Check the path; `tuban trail export` makes it.",
            ),
        ) from None
    return check_chain(from_lines(text.splitlines()), head=head)


def _show_report(report: TrailReport, head: str | None) -> None:
    lang = current_language()
    for fault in report.faults:
        click.echo(f"✗ {fault.problem.in_(lang)}")
    if report.ok:
        files = (
            Text(f",{report.files} 个图层文件", f", {report.files} layer files")
            if report.files
            else Text("", "")
        )
        click.echo(
            f"✓ 未发现改动:{report.entries} 条留痕{files.zh}"
            if lang == "zh"
            else f"✓ nothing was changed: {report.entries} steps{files.en}"
        )
    elif lang == "zh":
        click.echo(f"{len(report.faults)} 处不符。请从备份恢复,并查明改动的来由。")
    else:
        click.echo(f"{len(report.faults)} faults. Restore from a backup and find out where they come from.")
    click.echo(f"{'末端哈希' if lang == 'zh' else 'head'} {report.head}")
    if head is None:
        say(Text("没有用 --head 给出另存的哈希:末尾若被截断,看不出来。",
                 "No --head was given: if the end was cut off, this cannot show it."))  # fmt: skip


def _local(at: str) -> str:
    from tuban.store.clock import moment_of

    return moment_of(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _in_short(entry: Entry, lang: str) -> str:
    facts = entry.facts
    if entry.action == "layer.import":
        to = f" – {facts['valid_to']}" if facts.get("valid_to") else ""
        return f"{facts.get('source_name', '')} · {facts.get('valid_from', '')}{to} {facts.get('act', '')}".strip()
    if entry.action == "layer.refuse":
        problem = facts.get("problem")
        said = problem.get(lang, "") if isinstance(problem, dict) else ""
        return f"{facts.get('file', '')} · {facts.get('kind', '')} {said}".strip()
    if entry.action == "setting.change":
        return f"{facts.get('old')} → {facts.get('new')}"
    return str(facts.get("reason") or facts.get("file") or facts.get("name") or "")
