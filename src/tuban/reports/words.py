"""The words that every form of the inspection report uses, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from tuban.domain.finding import Severity
from tuban.domain.rule import Rule
from tuban.errors import Text
from tuban.reports.inspection import Counts, Inspection
from tuban.standards.rulebook import DIMENSIONS, MENDERS

SUMMARY = Text("摘要", "Summary")
FINDINGS = Text("问题", "Findings")
ACCEPTED = Text("已接受的例外", "Accepted exceptions")
RULES = Text("规则", "Rules")
TOLERANCES = Text("容差", "Tolerances")
INPUTS = Text("检查对象", "What was inspected")
SUBJECT = Text("成果", "Package")
VERDICT = Text("结论", "Verdict")
PROFILE = Text("标准配置", "Profile")
RULES_VERSION = Text("规则版本", "Rules")
RUN = Text("检查编号", "Run")
CHECKED_AT = Text("检查时间", "Checked at")
BY = Text("检查人", "By")
PROGRAM = Text("程序", "Program")
SEVERITY = Text("等级", "Severity")
COUNT = Text("数量", "Count")
BY_SEVERITY = Text("按等级", "By severity")
BY_RULE = Text("按规则", "By rule")
BY_LAYER = Text("按图层或文件", "By layer or file")
BY_UNIT = Text("按行政区", "By unit")
UNPROVEN = Text("通过并不证明", "What a pass does not prove")
NOT_CHECKED = Text("未检查或未查全的规则", "Rules not or only partly checked")
HASHES = Text("哈希值(SHA-256)", "Hashes (SHA-256)")
STATE = Text("状态", "State")
REASON = Text("原因", "Why")
DEFINITION = Text("要求", "Demands")
DIMENSION = Text("质量维度", "Dimension")
MENDER = Text("整改单位", "Mended by")
SOURCE = Text("来源", "Source")
CONFIDENCE = Text("可信程度", "Confidence")
PARAMETERS = Text("参数", "Parameters")
NOTES = Text("说明", "Notes")
NONE = Text("无", "None")
WHOLE = Text("(整体)", "(the whole)")
PARTIAL = Text(
    "部分规则没有查全,结论不完整。", "Some rules were not checked in full: the verdict is partial."
)
MAP_TITLE = Text("问题分布", "Where the findings lie")
NOTHING_FOUND = Text("没有发现问题。", "Nothing was found.")
ACCEPTED_BY = Text("接受人", "Accepted by")
ACCEPTED_FOR = Text("理由", "Reason")
ACCEPTED_UNTIL = Text("有效期至", "Until")
CODE = Text("代码", "Code")
NAME = Text("名称", "Name")
FILE = Text("文件", "File")
ROWS = Text("对象数", "Rows")
CRS = Text("坐标系", "System")
BEIJING = timezone(timedelta(hours=8))
ORDER = (Severity.VETO, Severity.GENERAL, Severity.WARNING)
COLOURS = {Severity.VETO: "#c62828", Severity.GENERAL: "#e08600", Severity.WARNING: "#b59a00"}


def facts(inspection: Inspection, lang: str) -> list[tuple[str, str]]:
    """Give what identifies the inspection, name and value; what is unknown is left out."""
    pairs = (
        (SUBJECT, inspection.subject),
        (RUN, inspection.run),
        (CHECKED_AT, said(inspection.checked_at, lang)),
        (BY, inspection.by),
        (PROFILE, inspection.profile),
        (RULES_VERSION, inspection.rules_version),
        (PROGRAM, inspection.program),
    )
    return [(name.in_(lang), value) for name, value in pairs if value]


def said(moment: datetime | None, lang: str) -> str:
    """Give a moment in Beijing time, which all of China keeps; nothing where it is not known."""
    if moment is None:
        return ""
    there = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(BEIJING)
    return f"{there:%Y-%m-%d %H:%M} {'(北京时间)' if lang == 'zh' else '(UTC+8)'}"


def severities(counts: Counts, lang: str) -> list[tuple[str, int]]:
    """Give the number of findings of each severity, gravest first."""
    return [(severity.label.in_(lang), counts.severity[severity]) for severity in ORDER]


def headline(inspection: Inspection, counts: Counts, lang: str) -> str:
    """Say the outcome in one sentence."""
    parts = [f"{name} {number:,}" for name, number in severities(counts, lang)]
    if lang == "zh":
        accepted = f",另有 {len(inspection.accepted):,} 项已作为例外接受" if inspection.accepted else ""
        return f"共 {counts.total:,} 个问题({'、'.join(parts)}){accepted}。"
    accepted = (
        f"; {len(inspection.accepted):,} more are accepted as exceptions" if inspection.accepted else ""
    )
    return f"{counts.total:,} findings ({', '.join(parts)}){accepted}."


def mender(rule: Rule | None, lang: str) -> str:
    """Say who mends what a rule finds."""
    return (
        MENDERS[rule.mender].in_(lang) if rule and rule.mender in MENDERS else (rule.mender if rule else "")
    )


def dimension(rule: Rule, lang: str) -> str:
    """Name the quality dimension of a rule."""
    return DIMENSIONS[rule.dimension].in_(lang) if rule.dimension in DIMENSIONS else rule.dimension
