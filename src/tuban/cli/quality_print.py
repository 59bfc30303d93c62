"""How a result of quality inspection is printed in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tuban.cli.say import current_language, say, show_table
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.quality.result import Result


def show_result(result: Result) -> None:
    """Print verdict, findings and what was not judged."""
    from tuban.quality.result import VERDICTS

    lang = current_language()
    click.echo(f"{VERDICTS[result.verdict].in_(lang)}  {result.package['name']}  {result.profile}")
    rows = [
        (f.rule, f.severity.label.in_(lang), f.layer, "、".join(f.objects[:3]), f.message.in_(lang))
        for f in result.findings[:200]
    ]
    head = (
        ["规则", "级别", "图层", "对象", "问题"]
        if lang == "zh"
        else ["rule", "weight", "layer", "objects", "finding"]
    )
    if rows:
        show_table(head, rows)
    if len(result.findings) > len(rows):
        say(Text(f"另有 {len(result.findings) - len(rows)} 条,用 --json 查看全部。", "More with --json."))
    for run in (*result.incomplete, *result.not_applicable):
        if run.reason is not None:
            say(Text(f"{run.rule}:{run.reason.zh}", f"{run.rule}: {run.reason.en}"))
