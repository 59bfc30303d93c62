"""Targets against results in tables of indicators; claims of “unchanged” against the numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tuban.consistency.facts import Facts
from tuban.consistency.register import report, rule
from tuban.documents.table import Table
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.words import grammar

_MET = re.compile("|".join(grammar()["claims"]["met"]))
_UNCHANGED = re.compile(r"(?:规模|面积|总量|总规模|数量|长度|占比|比例)(?:和占比)?(?:保持不变|不变|持平)")


@rule("C601")
def targets(facts: Facts) -> Iterable[Finding]:
    """Compare results with targets in their direction, and what the document claims of them."""
    for table in facts.tables:
        yield from _table(facts, table)
    yield from _unchanged(facts)
    yield from _exceeded(facts)


_MORE = re.compile(r"(?:超额完成|高于|超过|超出|优于|大于|多于)(?:了)?(?:上级|省级|市级|国家)?(?:下达)?的?$")


def _exceeded(facts: Facts) -> Iterator[Finding]:
    """“达31.55万亩，超额完成30.62万亩的任务”: the first must be the larger."""
    for passage in facts.passages:
        for i, task in enumerate(passage.quantities):
            before = [
                q
                for q in passage.quantities[:i]
                if q.sentence == task.sentence
                and q.kind == task.kind
                and q.number.unit == task.number.unit
                and not q.role
            ]
            if not before or not task.kind:
                continue
            value = before[-1]
            lead = task.lead.lstrip("，均")
            after = task.sentence_text[task.number.end : task.number.end + 12]
            if not _MORE.match(lead) or not re.search(r"任务|目标|要求|指标|标准|平均", after):
                continue
            if value.number.base + value.number.half < task.number.base - task.number.half:
                yield report(
                    "C601",
                    Judgement.ERROR,
                    Text(
                        f"文中称“{lead}{task.number.text}”，而数值为 {value.number.text}，并未超过。",
                        f"“{lead}{task.number.text}” is claimed, but the value is {value.number.text}.",
                    ),
                    [facts.place_of(task), facts.place_of(value)],
                    0.85,
                )


_YES = ("是", "满足", "达标", "符合", "完成", "已完成", "已达标", "√", "✓")


def _table(facts: Facts, table: Table) -> Iterator[Finding]:
    heads = grammar()["headers"]
    numeric = {c for _, c in table.cells}
    goal = [
        c
        for c in numeric
        if any(w in table.columns[c].name for w in heads["target"]) and "基期" not in table.columns[c].name
    ]
    done = [
        c
        for c in numeric
        if any(w in table.columns[c].name for w in ("落实", "完成值", "实际", "达到值", "本规划", "完成情况"))
        and c not in goal
    ]
    done += [c for c in numeric if "落实" in table.columns[c].name and c not in done]
    goal = [c for c in goal if c not in done]
    if len(goal) != 1 or len(done) != 1:
        return
    for row in range(len(table.lines)):
        target, result = table.cells.get((row, goal[0])), table.cells.get((row, done[0]))
        if target is None or result is None or target.relation not in (">=", "<="):
            continue
        short = result.value < target.value if target.relation == ">=" else result.value > target.value
        if not short:
            continue
        label = table.labels[row][0] if table.labels[row] else ""
        claim = _claim(facts, label)
        called = any(cell in _YES for cell in table.texts[row])
        sign = "≥" if target.relation == ">=" else "≤"
        yield report(
            "C601",
            Judgement.ERROR if called else Judgement.WORDING,
            Text(
                f"“{label}”目标 {sign}{target.value}，落实值 {result.text}，未达目标"
                + ("，而表中称已满足。" if called else "，而正文称可满足要求。" if claim else "。"),
                f"“{label}”: target {sign}{target.value}, result {result.text}: not met"
                + (", yet called met." if claim else "."),
            ),
            [facts.place(result.line), *claim],
            0.9,
            observed=result.text,
            expected=f"{sign}{target.value}",
            but=Text(
                "若由下位规划继续落实，应在文中写明",
                "unless lower plans complete it, which the text should say",
            ),
        )


def _claim(facts: Facts, label: str) -> list:
    name = re.sub(r"\([^()]*\)", "", label)
    for passage in facts.passages:
        if name and name in passage.text.text and re.search(r"满足|达到约束性|符合|达标", passage.text.text):
            return [facts.place(*passage.text.where(passage.text.text.find(name)))]
    return []


def _unchanged(facts: Facts) -> Iterator[Finding]:
    """“……面积不变” beside two different values before and after."""
    for passage in facts.passages:
        found = _UNCHANGED.search(passage.text.text)
        if not found:
            continue
        areas = [
            q
            for q in passage.quantities
            if q.kind == "area" and q.phase in ("before", "after") and q.role != "change"
        ]
        if len(areas) != 2 or {q.phase for q in areas} != {"before", "after"}:
            continue
        if areas[0].subject != areas[1].subject or areas[0].place != areas[1].place:
            continue
        if areas[0].number.base == areas[1].number.base:
            continue
        yield report(
            "C601",
            Judgement.ERROR,
            Text(
                f"文中写“{found.group()}”，而前后数值为 {areas[0].number.text} 和 {areas[1].number.text}。",
                f"Called unchanged, but the values are {areas[0].number.text} and {areas[1].number.text}.",
            ),
            [facts.place(*passage.text.where(found.start())), *(facts.place_of(q) for q in areas)],
            0.85,
        )
