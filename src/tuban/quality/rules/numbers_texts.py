"""6202, 6205, 6302: what the text says in numbers, against the tables, the units, and the plan's years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tuban.domain.finding import Finding, Place
from tuban.quality.case import Case, NotApplicable
from tuban.quality.package_tables import HECTARES, Cell, Table, cell_of
from tuban.quality.package_texts import documents_of
from tuban.quality.register import rule
from tuban.quality.rules.numbers import agree, tables_of, unit_pairs

_UNITS = "|".join(sorted(map(re.escape, HECTARES), key=len, reverse=True))
_AREA = rf"(\d[\d,]*(?:\.\d+)?)\s*({_UNITS})"
_TWICE = re.compile(rf"{_AREA}\s*[（(]\s*(?:约|合|即|折合|约合)?\s*{_AREA}\s*[）)]")
_LINK = r"(?:总?面积|总?规模)?(?:为|达到|达|共|共计|不低于|不少于|不超过|控制在|保持在|稳定在)?约?"
_BEFORE = re.compile(r"(?:^|[，。；、：:,;“\s]|全市|全县|全域|市域|县域|划定|落实|其中)$")
_BASE_YEAR = re.compile(r"(?:规划)?基期(?:年)?(?:为|是)?\s*(20\d\d)\s*年|以\s*(20\d\d)\s*年为(?:规划)?基期")
_TARGET_YEAR = re.compile(
    r"(?:近期|远期|规划)?目标年(?:为|是)?\s*(20\d\d)\s*年|(?:近期|远期)至\s*(20\d\d)\s*年"
)


def lines_of(case: Case) -> Iterator[tuple[str, int, str, int | None]]:
    """Give document, line number, text and page of every line that is not a row of a table."""
    for doc in documents_of(case):
        for line in doc.lines:
            if line.table < 0 and "\t" not in line.text and line.text.strip():
                yield doc.name, line.number, line.text, line.page


def some_tables(case: Case) -> list[Table]:
    """Give the tables of the package, none where there are none."""
    try:
        return tables_of(case)
    except NotApplicable:
        return []


@rule("6202")
def text_equals_table(case: Case) -> Iterator[Finding]:
    """Find areas in the text that no value of the row of that name has."""
    said: dict[str, list[tuple[Cell, str, Table, int]]] = {}
    for table in some_tables(case):
        for row in range(len(table.labels)):
            for word in table.words(row):
                name = re.sub("(?:总?面积|总?规模)$", "", word)
                if len(name) < 3 or cell_of(name) is not None:
                    continue
                unit = next((one for one in table.labels[row] if one in HECTARES), "")
                for column in table.columns:
                    cell = table.cells.get((row, column.index))
                    if cell is not None and not column.share and (column.unit or unit):
                        said.setdefault(name, []).append((cell, column.unit or unit, table, row))
    if not said or not documents_of(case):
        raise case.skip("没有同时提交文本和表格。", "Text and tables were not both handed in.")
    names = "|".join(sorted(map(re.escape, said), key=len, reverse=True))
    mention = re.compile(rf"({names}){_LINK}\s*{_AREA}")
    for doc, number, text, page in lines_of(case):
        case.tick()
        for match in mention.finditer(text):
            if not _BEFORE.search(text[: match.start()]):
                continue
            cell, unit = cell_of(match[2]), match[3]
            printed = said[match[1]]
            if cell is None or any(agree(cell, unit, other, its) for other, its, _, _ in printed):
                continue
            other, its, table, row = printed[0]
            yield case.finding(
                doc,
                f"文本第 {number} 行写“{match[0]}”,表“{table.caption}”中“{table.label(row)}”为 {other.text} {its}。"
                "请使文本与表格一致。",
                f"Line {number} says “{match[0]}”; the table “{table.caption}” has {other.text} {its} for "
                f"{table.label(row)}. Make them agree.",
                observed=f"{match[2]} {unit}",
                expected=f"{other.text} {its}",
                tolerance="换算后末位一致",
                places=(Place(doc, number, match.start() + 1, match[0], page),),
            )


@rule("6205")
def units_agree(case: Case) -> Iterator[Finding]:
    """Find areas printed in two units that are not one area."""
    judged = False
    for table, row, one, two, a, b in unit_pairs(case) if some_tables(case) else ():
        judged = True
        if not agree(a, one.unit, b, two.unit):
            yield case.finding(
                table.grid.label,
                f"表“{table.caption}”“{table.label(row)}”{a.text} {one.unit}与 {b.text} {two.unit}换算不一致。请核对。",
                f"In “{table.caption}”, {table.label(row)}: {a.text} {one.unit} is not {b.text} {two.unit}. Check them.",
                observed=f"{b.text} {two.unit}",
                expected=f"{_converted(a, one.unit, two.unit, b.decimals)} {two.unit}",
                tolerance="末位",
                places=(table.place(row, two.index),),
            )
    for doc, number, text, page in lines_of(case):
        for match in _TWICE.finditer(text):
            a, b = cell_of(match[1]), cell_of(match[3])
            if a is None or b is None or match[2] == match[4]:
                continue
            judged = True
            if not agree(a, match[2], b, match[4]):
                right = _converted(a, match[2], match[4], b.decimals)
                yield case.finding(
                    doc,
                    f"文本第 {number} 行“{match[0]}”换算不一致:{match[1]} {match[2]}应为 {right} {match[4]}。请核对。",
                    f"Line {number}, “{match[0]}”: {match[1]} {match[2]} is {right} {match[4]}. Check it.",
                    observed=f"{match[3]} {match[4]}",
                    expected=f"{right} {match[4]}",
                    tolerance="末位",
                    places=(Place(doc, number, match.start() + 1, match[0], page),),
                )
    if not judged:
        raise case.skip("没有以两种单位表示的面积。", "No area is printed in two units.")


def _converted(cell: Cell, unit: str, other: str, decimals: int) -> str:
    up, down = HECTARES[unit]
    over, under = HECTARES[other]
    return f"{cell.value * up * under / (down * over):.{decimals}f}"


@rule("6302")
def plan_years(case: Case) -> Iterator[Finding]:
    """Find base and target years other than those of the profile."""
    base = [int(one) for one in case.words("base")]
    targets = [int(one) for one in case.words("targets")]
    judged = False
    seen: set[tuple[str, str]] = set()
    for doc, number, text, page in lines_of(case):
        for pattern, right, what, what_en in (
            (_BASE_YEAR, base, "基期年", "base year"),
            (_TARGET_YEAR, targets, "目标年", "target year"),
        ):
            for match in pattern.finditer(text):
                judged = True
                year = next(one for one in match.groups() if one)
                if int(year) in right or (what, year) in seen:
                    continue
                seen.add((what, year))
                listed = "、".join(map(str, right))
                yield case.finding(
                    doc,
                    f"文本第 {number} 行的{what}是 {year} 年,一般应为 {listed} 年。如有依据请在说明中写明。",
                    f"Line {number} gives {year} as {what_en}, not {listed}. If that is meant, say why.",
                    observed=f"{year} 年",
                    expected=f"{listed} 年",
                    places=(Place(doc, number, match.start() + 1, match[0], page),),
                )
    for table in some_tables(case):
        for title in table.heads:
            match = re.search(r"(20\d\d)年?.{0,4}(?:基期|现状)|(?:基期|现状).{0,6}?(20\d\d)", title)
            if match is None:
                continue
            judged = True
            year = match[1] or match[2]
            if int(year) not in base and ("基期年", year) not in seen:
                seen.add(("基期年", year))
                yield case.finding(
                    table.grid.label,
                    f"表“{table.caption}”的基期年是 {year} 年,一般应为 {base[0]} 年。如有依据请在说明中写明。",
                    f"The base year of “{table.caption}” is {year}, not {base[0]}. If that is meant, say why.",
                    observed=f"{year} 年",
                    expected=f"{base[0]} 年",
                )
    if not judged:
        raise case.skip(
            "文本和表格中没有写明基期年、目标年。", "Neither text nor tables name base and target years."
        )
