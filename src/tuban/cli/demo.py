"""`tuban demo`: the sample county, built, checked and served with one command."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.workflows.demo import DemoReport


@click.command("demo", help="生成示范县、检查并打开“一张图” · build the sample county, check it and serve it")
@click.option(
    "--dir", "folder", default="tuban-demo", show_default=True, help="写入的文件夹 · folder to write"
)
@click.option("--outline", help="县域范围面文件(可选 FILE::字段=值) · polygon file as the county outline")
@click.option(
    "--figures", type=click.Path(), help="用于校准的已公布数据(YAML) · published figures to calibrate to"
)
@click.option(
    "--parcels",
    default=60_000,
    show_default=True,
    type=click.IntRange(500, 5_000_000),
    help="图斑数 · parcels",
)
@click.option("--seed", default=20260101, show_default=True, help="随机种子 · seed")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 · address")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 · port")
@click.option("--serve/--no-serve", "serve_it", default=True, help="生成后打开服务 · serve afterwards")
@click.option("--open/--no-open", "open_browser", default=True, help="打开浏览器 · open the browser")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出报告 · print the report as JSON")
@click.pass_context
def command(
    ctx: click.Context,
    folder: str,
    outline: str | None,
    figures: str | None,
    parcels: int,
    seed: int,
    host: str,
    port: int,
    serve_it: bool,
    open_browser: bool,
    as_json: bool,
) -> None:
    """Build, check, print the comparison with the published figures, serve."""
    from tuban.workflows.demo import build, built_before, recipe_of

    asked = Path(figures) if figures else None
    recipe = recipe_of(outline=outline, figures=asked, parcels=parcels, seed=seed)
    if serve_it:
        from tuban.service.run import check_port

        check_port(host, port)  # before the long work, not after it
    if built_before(Path(folder), recipe):
        say(
            Text(
                f"“{folder}”里已有按同样参数生成的示范县。",
                f"{folder} holds this very sample county already.",
            )
        )
    else:
        with progress_bar(Text("生成示范县", "Building the sample county")) as progress:
            report = build(
                Path(folder), outline=outline, figures=asked, parcels=parcels, seed=seed, progress=progress
            )
        if as_json:
            show_json(dataclasses.asdict(report) | {"ok": report.ok})
        else:
            show_report(report)
        if not serve_it and not report.ok:
            ctx.exit(1)
    if not serve_it:
        return
    from tuban.service.run import serve

    say(
        Text(
            f"“一张图”:http://{host}:{port}  (Ctrl+C 停止)", f"The map: http://{host}:{port}  (Ctrl+C stops)"
        )
    )
    serve(str(folder), host=host, port=port, open_browser=open_browser)


def show_report(report: DemoReport) -> None:
    """Print what was built and how it compares with the published figures."""
    zh = current_language() == "zh"
    head = (
        ("内容", "公布值", "示范县", "单位", "偏差", "")
        if zh
        else ("quantity", "published", "sample", "unit", "off", "")
    )
    rows = []
    for line in report.calibration:
        mark = "" if line.within else ("← 见说明" if zh else "← see note")
        off = "" if line.deviation is None else f"{line.deviation:+.4%}"
        name = line.title.in_("zh" if zh else "en")
        rows.append((name, f"{line.published:,.2f}", f"{line.ours:,.2f}", line.unit, off, mark))
    show_table(head, rows, right=(1, 2, 4))
    for line in report.calibration:
        if line.note:
            click.echo(f"· {line.title.in_('zh' if zh else 'en')}:{line.note.in_('zh' if zh else 'en')}")
    click.echo("")
    for check in report.checks:
        click.echo(f"{'✓' if check.ok else '✗'} {check.title.in_('zh' if zh else 'en')}")
    if zh:
        click.echo(
            f"{report.layers} 个图层版本,{report.rows:,} 个对象,用时 {report.seconds:.0f} 秒 → {report.folder}"
        )
    else:
        click.echo(
            f"{report.layers} layer versions, {report.rows:,} objects, {report.seconds:.0f} s → {report.folder}"
        )
