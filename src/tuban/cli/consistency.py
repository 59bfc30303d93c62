"""`tuban consistency`: do text, tables and map of a plan say the same?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, progress_bar, say, show_json
from tuban.cli.workspace import open_here
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.domain.finding import Finding

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(help="图数文一致:检查规划文本、表格与数据 · do the numbers of a plan agree")
def command() -> None:
    """Group the verbs."""


@command.command("check", help="检查一份或多份文档 · check documents (TXT, MD, DOCX, PDF)")
@FILES
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="只报告把握不低于此值的 · least confidence to report",
)
@click.option(
    "--workspace",
    "folder",
    metavar="DIR",
    help="同时与该工作区的图层统计比对 · compare with the layers of this workspace too",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写成带标注的网页 · the document with its findings marked",
)
@click.option(
    "--marked",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写成带批注的副本(.docx 或 .pdf) · a copy of the file with comments",
)
@click.pass_obj
def check_(
    obj: dict,
    files: tuple[Path, ...],
    as_json: bool,
    least: float,
    folder: str | None,
    html: Path | None,
    marked: Path | None,
) -> None:
    """Print what disagrees; exit 1 where anything does."""
    from tuban.workflows.consistency import check_files, machine_form

    with progress_bar(Text("检查", "Checking")) as progress:
        documents, findings = check_files(files, progress)
        if folder is not None:
            from tuban.workflows.consistency_map import check_against_map

            with open_here({**obj, "workspace": folder}) as ws:
                findings = [*findings, *check_against_map(documents, ws, progress)]
    kept = [finding for finding in findings if finding.confidence >= least]
    if html is not None:
        from tuban.workflows.consistency_report import html_report

        html.write_text(html_report(documents, kept), encoding="utf-8")
        say(Text(f"已写入 {html}", f"Wrote {html}"))
    if marked is not None:
        from tuban.workflows.consistency_marked import write_marked

        write_marked(files, documents, kept, marked)
        say(Text(f"已写入 {marked}", f"Wrote {marked}"))
    if as_json:
        show_json(machine_form(kept))
    else:
        _show(kept)
    raise SystemExit(1 if kept else 0)


@command.command("extract", help="把数值和表格写成数据 · quantities and tables as CSV, JSON, XLSX")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=".csv .json .xlsx"
)
def extract_(file: Path, out: Path) -> None:
    """Write every quantity and table cell with its place."""
    from tuban.documents import read
    from tuban.workflows.consistency_extract import extract, write_extract

    with progress_bar(Text("提取", "Extracting")) as progress:
        data = extract(read(file, progress), progress)
    for path in write_extract(data, out):
        say(Text(f"已写入 {path}", f"Wrote {path}"))
    say(
        Text(
            f"{len(data['quantities'])} 个数值，{len(data['cells'])} 个表格单元。",
            f"{len(data['quantities'])} quantities, {len(data['cells'])} table cells.",
        )
    )


@command.command("sample", help="据工作区图层写一份示范文本 · a sample text from the layers of a workspace")
@click.option("--workspace", "folder", required=True, metavar="DIR", help="示范工作区 · sample workspace")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=".md .txt")
@click.pass_obj
def sample_(obj: dict, folder: str, out: Path) -> None:
    """Write a plan text whose every number is a statistic of the layers."""
    from tuban.workflows.consistency_map import sample_text

    with open_here({**obj, "workspace": folder}) as ws:
        out.write_text(sample_text(ws, "示范县"), encoding="utf-8")
    say(Text(f"已写入 {out}", f"Wrote {out}"))


def _show(findings: list[Finding]) -> None:
    lang = current_language()
    counts: dict[Any, int] = {}
    for finding in findings:
        assert finding.judgement is not None  # every finding of a document carries one
        counts[finding.judgement] = counts.get(finding.judgement, 0) + 1
        click.echo(
            f"[{finding.judgement.label.in_(lang)}] {finding.rule} {finding.confidence:.0%} {finding.message.in_(lang)}"
        )
        for place in finding.places[:4]:
            page = "" if place.page is None else Text(f" 第{place.page}页", f" p. {place.page}").in_(lang)
            click.echo(f"    {place.document}:{place.line}{page}  {place.quote[:90]}")
    told = [f"{kind.label.in_(lang)} {count}" for kind, count in counts.items()]
    say(Text("、".join(told) or "没有发现不一致。", ", ".join(told) or "Nothing disagrees."))
