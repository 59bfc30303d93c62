"""Builders of small inspections whose report can be checked by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime

import shapely

from tuban.domain.finding import Finding, Place, Severity
from tuban.domain.rule import Rule
from tuban.errors import Text
from tuban.reports.inspection import Accepted, InputLine, Inspection, RuleLine

WEST, SOUTH = 38_400_000.0, 3_900_000.0


def rule(rule_id: str, title: str, severity: Severity = Severity.VETO, **parameters) -> Rule:
    return Rule(
        rule_id,
        Text(title, f"Rule {rule_id}"),
        Text(f"{title},面积大于容差的逐一列出。", f"What rule {rule_id} demands."),
        severity,
        "logic",
        "producer",
        "project",
        "project default",
        parameters,
    )


RULES = (
    rule("3204", "标识码在全库唯一"),
    rule("4107", "重复或过近的节点", Severity.WARNING, near_m=0.001),
    rule("4201", "层内图斑不重叠", overlap_m2=0.01),
    rule("6102", "分项之和等于总面积", Severity.GENERAL),
    rule("7103", "引用文件存在且现行有效", Severity.GENERAL),
)


def overlap(number: int, *, severity: Severity = Severity.VETO) -> Finding:
    x, y = WEST + 400 * (number % 25), SOUTH + 300 * (number // 25)
    return Finding(
        rule="4201",
        severity=severity,
        layer="DLTB",
        message=Text(
            f"图斑 {number} 与图斑 {number + 1} 重叠 30.00 平方米。",
            f"Parcels {number} and {number + 1} overlap.",
        ),
        objects=(f"410802000{number:09d}", f"410802000{number + 1:09d}"),
        rows=(number, number + 1),
        geometry=shapely.box(x, y, x + 30, y + 1).wkb,
        crs="EPSG:4526",
        area_m2=30.0,
        width_m=1.0,
        observed="30.00 平方米",
        expected="0",
        tolerance="0.01 平方米",
        unit="410802001",
    )


def others() -> list[Finding]:
    return [
        Finding(
            "3204", Severity.VETO, "DLTB", Text("标识码 410802000000000001 出现 2 次。", "BSM twice."),
            ("410802000000000001",), (0, 7), observed="2", expected="1",
        ),
        Finding(
            "4107", Severity.WARNING, "DLTB", Text("第 3 个节点与前一点相距 0.0004 米。", "Near vertex."),
            ("410802000000000003",), (2,), shapely.Point(WEST + 55, SOUTH + 44).wkb, "EPSG:4526",
        ),
        Finding(
            "7103", Severity.GENERAL, "1规划文本/规划文本.docx",
            Text("引用的《" + "很长的文件名称" * 6 + "》未列入文件目录。", "A cited document is unknown."),
            places=(Place("规划文本.docx", 12, 5, "《…》", page=3),),
            observed="x" * 90, expected="=1+1",
        ),
    ]  # fmt: skip


def inspection(
    findings: int = 12, *, passed: bool = False, sample: bool = True, extra: bool = True
) -> Inspection:
    made = [*(others() if extra else []), *(overlap(number) for number in range(findings))]
    made.sort(key=lambda found: found.order)
    counts = {line.id: sum(found.rule == line.id for found in made) for line in RULES}
    lines = [RuleLine(one, "checked", counts[one.id]) for one in RULES if one.id != "6102"]
    lines.insert(
        3, RuleLine(RULES[3], "not-applicable", 0, Text("成果中没有控制区面积表。", "No such table."))
    )
    return Inspection(
        title=Text("规划成果质量检查报告", "Quality inspection of plan results"),
        subject="410802示范县国土空间总体规划成果",
        passed=passed,
        partial=not passed,
        verdict=Text("通过", "Accepted")
        if passed
        else Text("不通过:有强制性问题", "Not accepted: veto findings"),
        profile="national-2021",
        rules_version="2026.1",
        rules=lines,
        findings=lambda: made,
        accepted=[Accepted(overlap(900), "王琦", "历史勘界差异,已报市局备案", date(2027, 6, 30))],
        inputs=[
            InputLine(
                "DLTB",
                Text("地类图斑", "Parcels"),
                "5数据库/410802示范县.gdb",
                60_000,
                "EPSG:4526",
                "ab" * 32,
            )
        ],
        tolerances=[(Text("重叠面积容差(平方米)", "overlap (m²)"), "0.01")],
        unproven=[
            Text(
                "只检查了规则能判定的内容;规划内容是否合理不在其中。",
                "Only what rules can judge was checked.",
            ),
            Text("不适用的规则没有检查,见下表。", "Rules that do not apply were not checked."),
        ],
        hashes=[(Text("成果", "Package"), "0123456789abcdef" * 4)],
        run="Q-20261120-0001",
        checked_at=datetime(2026, 11, 20, 9, 30, 5, 123456, tzinfo=UTC),
        by="李工",
        program="tuban 0.1.0",
        sample=sample,
        backdrop=[
            (
                Text("行政区", "County"),
                [shapely.box(WEST - 500, SOUTH - 500, WEST + 10500, SOUTH + 6500).wkb],
                "EPSG:4526",
            )
        ],
    )
