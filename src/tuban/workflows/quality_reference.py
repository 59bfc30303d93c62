"""The reference page of the quality rules: `python -m tuban.workflows.quality_reference docs/reference`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tuban.domain.rule import Rule
from tuban.quality.bound import functions
from tuban.quality.tolerance import TITLES
from tuban.sample.corpus.make import SAMPLES
from tuban.standards.rulebook import DIMENSIONS, MENDERS, quality_rules

PAGE = "quality-rules.md"
NOTE = (
    "本页由规则数据生成，勿手改。Generated from the rule book: "
    "`python -m tuban.workflows.quality_reference docs/reference`.\n"
)
_CHAPTERS = {
    "1": "1xxx 完整性与命名 · Completeness and naming",
    "2": "2xxx 数学基础 · Mathematical basis",
    "3": "3xxx 结构与值 · Structure and values",
    "4": "4xxx 图形与拓扑 · Geometry and topology",
    "5": "5xxx 图层间逻辑 · Logic between layers",
    "6": "6xxx 面积与数值 · Areas and numbers",
    "7": "7xxx 文本与图件 · Text and drawing",
}


def page() -> str:
    """Give the page as Markdown: every rule with all that the book says of it, and who applies it."""
    book = quality_rules()
    applied = functions()
    parts = [f"# 质检规则 · Quality rules ({book.name} {book.version})\n", NOTE]
    parts.append(
        "等级：V 强制，G 一般，W 提示；有强制问题的成果不通过。编号为本系统自定，地方配置可改等级、参数，也可停用。"
        "Severity: V veto, G general, W warning; a veto finding keeps a result from being accepted. The numbers are "
        "this project's own; a profile changes severity and parameters, or switches a rule off.\n"
    )
    parts.append("## 容差 · Tolerance\n")
    parts.append(
        _table(
            ("name", "名称", "title", "value"),
            (
                (name, TITLES[name].zh, TITLES[name].en, f"{value:g}")
                for name, value in book.tolerance.items()
            ),
        )
    )
    chapter = ""
    for rule in book:
        if rule.id[0] != chapter:
            chapter = rule.id[0]
            parts.append(f"## {_CHAPTERS[chapter]}\n")
        function = applied.get(rule.id)
        parts.append(_rule(rule, f"{function.__module__}.{function.__name__}" if function else ""))
    return "\n".join(parts)


def _rule(rule: Rule, applied_by: str) -> str:
    bad = [sample.id for sample in SAMPLES if rule.id in sample.rules and "-good" not in sample.id]
    good = [sample.id for sample in SAMPLES if rule.id in sample.rules and "-good" in sample.id]
    dimension, mender = DIMENSIONS[rule.dimension], MENDERS[rule.mender]
    lines = [
        f"### {rule.id} {rule.title.zh} · {rule.title.en}\n",
        f"{rule.definition.zh}\n",
        f"{rule.definition.en}\n",
        (
            f"- {rule.severity.value} {rule.severity.label.zh} {rule.severity.label.en} · "
            f"{dimension.zh} {dimension.en} · {mender.zh} {mender.en}"
        ),
        f"- 来源 source: {rule.source} · 可信程度 confidence: {rule.confidence}",
    ]
    if rule.editions:
        lines.append(f"- 版本 editions: {', '.join(rule.editions)}")
    if not rule.enabled:
        lines.append("- 默认停用 off by default")
    lines += [f"- `{name}`: {_value(value)}" for name, value in rule.parameters.items()]
    lines.append(f"- 实现 applied by: `{applied_by}`" if applied_by else "- 实现 applied by: —")
    lines.append(f"- 样例 samples: {', '.join(bad)}" + (f"；合格 good: {', '.join(good)}" if good else ""))
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} → {_value(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(one) for one in value)
    return str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main(folder: str) -> None:
    """Write the page into a folder."""
    (Path(folder) / PAGE).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
