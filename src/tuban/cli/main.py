"""`tuban <feature> <verb>`: finds the command and loads only what that command needs."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import click

from tuban.cli.say import language, show_error
from tuban.errors import Text, TubanError

# Feature → module under tuban.cli and its one-line help. A module is imported when its feature is called,
# so that `tuban --help` stays under half a second.
FEATURES: dict[str, tuple[str, Text]] = {
    "demo": (
        "demo",
        Text("生成示范县、检查并打开“一张图”", "Build the sample county, check it and serve it"),
    ),
    "serve": ("serve", Text("在浏览器中打开工作区", "Serve the workspace to the browser")),
    "layers": ("layers", Text("图层:入库、列表、导出、版本", "Layers: import, list, export, versions")),
    "statistics": ("statistics", Text("按行政区、分类、分区统计面积", "Areas by unit, class and zone")),
    "quality": (
        "quality",
        Text("成果质检:规则、问题、例外", "Quality inspection: rules, findings, exceptions"),
    ),
    "consistency": (
        "consistency",
        Text("图数文一致:检查规划文本和表格", "Do the numbers of a plan document agree"),
    ),
    "compliance": (
        "compliance",
        Text("合规性核验:地块是否符合规划", "Compliance: may this be built here"),
    ),
    "trail": ("trail", Text("全过程留痕:查看、核验", "The trail of every step: show, verify")),
    "standards": ("standards", Text("标准与编码:查看、检索", "Standards and codes: show, search")),
}


class Features(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the features in the order of the table."""
        return list(FEATURES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one feature that was asked for."""
        if cmd_name not in FEATURES:
            return None
        module = importlib.import_module(f"tuban.cli.{FEATURES[cmd_name][0]}")
        return module.command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the table without importing any feature."""
        lang = language(ctx)
        with formatter.section("功能" if lang == "zh" else "Features"):
            formatter.write_dl([(name, text.in_(lang)) for name, (_, text) in FEATURES.items()])


@click.group(cls=Features, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace", "-w", metavar="DIR", envvar="TUBAN_WORKSPACE", help="工作区文件夹 · workspace folder"
)
@click.option("--lang", type=click.Choice(["zh", "en"]), envvar="TUBAN_LANG", help="语言 · language")
@click.version_option(package_name="tuban", message="tuban %(version)s")
@click.pass_context
def root(ctx: click.Context, workspace: str | None, lang: str | None) -> None:
    """图斑 · 国土空间规划“一张图”实施监督信息系统."""
    ctx.obj = {"workspace": workspace or ".", "lang": lang or language(ctx)}


def main(args: list[str] | None = None) -> Any:
    """Run the command line; exits 0 clean, 1 findings, 2 wrong use or input."""
    # A Windows console may be GBK: what it cannot show must not stop the work.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return root.main(args=args, prog_name="tuban", standalone_mode=True)
    except TubanError as error:
        show_error(error)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        click.echo("已停止 · stopped", err=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
