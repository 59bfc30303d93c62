"""Cited documents and the plan period: one number and one year throughout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tuban.consistency.facts import Facts
from tuban.consistency.register import report, rule
from tuban.domain.finding import Finding, Judgement, Place
from tuban.errors import Text

_CITED = re.compile(r"《([^《》]{4,60})》(?:\(?([\u4e00-\u9fff]{2,12}[〔\[【(]\d{4}[〕\]】)]\d{1,4}号))?")
_YEAR_IN = re.compile(r"((?:19|20)\d\d)(?=年度|年版|年)")
_PERIOD = re.compile(r"((?:19|20)\d\d)年?[-—~至]((?:19|20)\d\d)年?")


@rule("C504")
def cited(facts: Facts) -> Iterable[Finding]:
    """Compare number and year of one document wherever it is cited."""
    numbers: dict[str, dict[str, Place]] = {}
    years: dict[str, dict[str, list[Place]]] = {}
    for block in facts.blocks:
        cells = [block.text] if block.kind != "table" else [cell for row in block.rows for cell in row]
        for text in cells:
            for found in _CITED.finditer(text.text):
                title = re.sub(r"\s", "", found.group(1))
                where = facts.place(*text.where(found.start()))
                if found.group(2):
                    number = re.sub(r"[〔\[【(]", "〔", re.sub(r"[〕\]】)]", "〕", found.group(2)))
                    numbers.setdefault(title, {}).setdefault(number, where)
                year = _YEAR_IN.search(title)
                if year and not _PERIOD.search(title):
                    bare = title.replace(year.group(1), "____")
                    years.setdefault(bare, {}).setdefault(year.group(1), []).append(where)
    for title, said in numbers.items():
        if len(said) > 1:
            shown = list(said)
            tails = {re.sub(r"^.*?(?=〔)", "", number) for number in shown}
            yield report(
                "C504",
                Judgement.ERROR if len(tails) > 1 else Judgement.WORDING,
                Text(
                    f"《{title}》的文号前后不一：{'、'.join(shown)}。",
                    f"“{title}” is cited with several numbers: {', '.join(shown)}.",
                ),
                list(said.values()),
                0.85,
                but=Text("若确为不同年份的同名文件，则可能无误", "unless they are two documents of one name"),
            )
    yield from _years(years)


def _years(years: dict[str, dict[str, list[Place]]]) -> Iterator[Finding]:
    for bare, said in years.items():
        if len(said) < 2:
            continue
        yield report(
            "C504",
            Judgement.WORDING,
            Text(
                f"同名文件的年度前后不一：《{bare.replace('____', '／'.join(said))}》。",
                f"One document is cited with several years: {', '.join(said)}.",
            ),
            [place for places in said.values() for place in places[:2]],
            0.6,
            but=Text("若确为不同年度的两份文件，则可能无误", "unless they are the documents of two years"),
        )


@rule("C505")
def plan_period(facts: Facts) -> Iterable[Finding]:
    """Compare the period of the plan wherever the plan is named or its period stated."""
    said: dict[tuple[str, str], list[Place]] = {}
    for block in facts.blocks:
        text = block.text.text
        for found in re.finditer(r"国土空间(?:总体)?规划》?\(", text):
            period = _PERIOD.match(text, found.end())
            # A lower or neighbouring plan of another place is another plan; only its period may differ.
            if period:
                name = text[max(0, found.start() - 10) : found.start()]
                if any(word in name for word in ("省", "上位", "开发区")):
                    continue
                said.setdefault((period.group(1), period.group(2)), []).append(
                    facts.place(*block.text.where(found.start()))
                )
        stated = re.search(r"规划期限(?:为|：|是)?", text)
        if stated:
            period = _PERIOD.match(text, stated.end())
            if period:
                said.setdefault((period.group(1), period.group(2)), []).append(
                    facts.place(*block.text.where(stated.start()))
                )
    if len(said) < 2:
        return
    most = max(said, key=lambda period: len(said[period]))
    for period, places in said.items():
        if period != most:
            yield report(
                "C505",
                Judgement.WORDING,
                Text(
                    f"规划期限有两种写法：{most[0]}—{most[1]}年与{period[0]}—{period[1]}年。",
                    f"Two plan periods: {most[0]}–{most[1]} and {period[0]}–{period[1]}.",
                ),
                [places[0], said[most][0]],
                0.6,
                but=Text("若为另一规划的期限，则无误", "unless it is another plan's period"),
            )
