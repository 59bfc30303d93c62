"""`tuban quality model`: judge by a model that was not written for this system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuban.cli.say import current_language, progress_bar, say, show_table
from tuban.errors import Text, WrongUse

if TYPE_CHECKING:
    from tuban.domain.finding import Finding


@click.command("model", help="按外部模型检查(法国 CNIG 文档模型、德国 XPlanGML)· judge by a foreign model")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--model", type=click.Path(path_type=Path), help="文档模型 JSON 或其文件夹 · the document model"
)
@click.option(
    "--once", multiple=True, metavar="TABLE", help="其面不得重叠的表(可重复)· tables without overlaps"
)
@click.option("--flat", is_flag=True, help="不要求模型中的文件夹 · folders are not asked for")
@click.option("--json", "as_json", is_flag=True, help="JSON")
def model_(package: Path, model: Path | None, once: tuple[str, ...], flat: bool, as_json: bool) -> None:
    """Judge a package; exits 0 without veto findings, 1 with some, 2 wrong use."""
    from tuban.domain.finding import Severity
    from tuban.workflows.quality_foreign import check_by_model, check_gml

    with progress_bar(Text("按模型检查", "Inspection by the model")) as progress:
        if package.suffix.lower() in (".gml", ".xml"):
            found = check_gml(package).findings
        elif model is None:
            raise WrongUse(
                Text("没有指定模型。", "No model was named."),
                Text("请用 --model 指定文档模型(document.json)。", "Name a document model with --model."),
            )
        else:
            found = check_by_model(package, model, once=once, flat=flat, progress=progress).findings
    if as_json:
        click.echo(json.dumps([_record(one) for one in found], ensure_ascii=False, indent=1))
    else:
        lang = current_language()
        head = ["规则", "级别", "表", "问题"] if lang == "zh" else ["rule", "weight", "table", "finding"]
        rows = [(one.rule, one.severity.label.in_(lang), one.layer, one.message.in_(lang)) for one in found]
        if rows:
            show_table(head, rows[:500])
        say(Text(f"共 {len(rows)} 个问题。", f"{len(rows)} findings."))
    raise SystemExit(1 if any(one.severity is Severity.VETO for one in found) else 0)


def _record(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "table": finding.layer,
        "objects": list(finding.objects),
        "rows": list(finding.rows),
        "message": {"zh": finding.message.zh, "en": finding.message.en},
        "area_m2": finding.area_m2,
        "observed": finding.observed,
        "expected": finding.expected,
    }
