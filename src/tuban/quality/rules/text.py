"""7xxx: text and drawings, as far as a program can judge them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from tuban.documents import Document
from tuban.domain.finding import Finding, Place
from tuban.quality.case import Case
from tuban.quality.package_texts import documents_of
from tuban.quality.register import rule
from tuban.quality.rules.completeness_names import county_codes, units_of

# A text shorter than this is a note or a list, not the text of a plan.
_PLAN_CHARACTERS = 2000
_NUMBER = re.compile(
    r"\b((?:GB|TD|DB\d{2}|CJJ?|HJ|LY|SL|JTG)(?:/T|/Z)?)[\s\u3000]*(\d+(?:\.\d+)?)\s*[-—–－]\s*(\d{4})"
)
_TITLE = re.compile(r"[《]([^《》]{3,60})[》]")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_COORDINATE = re.compile(r"[东北]经?纬?\s*\d{2,3}°\s*\d{1,2}[′']\s*\d{1,2}(?:\.\d+)?[″\"]")


def plan_texts(case: Case) -> list[Document]:
    """Give the documents that are the text of the plan: by their folder or name, else by their length."""
    found = documents_of(case)
    if not found:
        raise case.skip("没有可读的文本文件。", "There is no document that can be read.")
    named = [doc for doc in found if "文本" in doc.name]
    return named or [doc for doc in found if len(doc.text) >= _PLAN_CHARACTERS]


@rule("7101")
def mandatory_content(case: Case) -> Iterator[Finding]:
    """Find topics of mandatory content that the text lacks, and a text that marks none of it."""
    texts = plan_texts(case)
    if not texts:
        raise case.skip("文件都很短,没有规划文本。", "The documents are short; none is the text of a plan.")
    whole = "\n".join(doc.text for doc in texts)
    name = texts[0].name
    clauses = case.table("clauses")
    said = sum(any(word in whole for word in words) for words in clauses.values())
    if len(whole) < _PLAN_CHARACTERS and said * 2 < len(clauses):
        raise case.skip("文本过短,不是完整的规划文本。", "The text is too short to be that of a plan.")
    for topic, words in clauses.items():
        if not any(word in whole for word in words):
            yield case.finding(
                name,
                f"文本中没有强制性内容“{topic}”(未见“{'”“'.join(words)}”)。请补充相应条款。",
                f"The text has nothing on the mandatory topic {topic}. Add the clause.",
                observed="无",
                expected=topic,
            )
    marks = case.words("mark_words")
    if not any(mark in whole for mark in marks):
        yield case.finding(
            name,
            "文本没有说明哪些是强制性内容(如“下划线部分为强制性内容”)。请标识强制性内容。",
            "The text does not say which of its clauses are mandatory (as “underlined is mandatory”). Mark them.",
            observed="未标识",
            expected="标识强制性内容",
        )


@rule("7102")
def maps_present(case: Case) -> Iterator[Finding]:
    """Find required maps for which no drawing is named."""
    package = case.package
    if package.layout != "delivery":
        raise case.skip("没有图件文件夹。", "There is no folder of drawings.")
    drawings = [file for file in package.of_kind("picture") if file.bytes]
    drawings += [file for file in package.of_kind("document") if "图" in file.name and file.suffix == ".pdf"]
    if not drawings:
        raise case.skip("没有图件(规则 1102 已报告)。", "There are no drawings; rule 1102 says so.")
    missing = [
        wanted
        for wanted in case.words("maps")
        if not any(word in file.stem for file in drawings for word in wanted.split("|"))
    ]
    if len(missing) == len(case.words("maps")):
        listed = "、".join(wanted.split("|")[0] for wanted in missing)
        yield case.finding(
            "规划图件",
            f"规划图件的文件名中认不出任何规定的图({listed})。请按图名命名。",
            "None of the prescribed maps can be told from the names of the drawings. Name them after the maps.",
            observed=f"{len(drawings)} 个图件",
            expected=listed,
        )
        return
    for wanted in missing:
        words = wanted.split("|")
        yield case.finding(
            "规划图件",
            f"规划图件中没有“{' 或 '.join(words)}”图。请补充,或在图名中写明。",
            f"There is no drawing of {' or '.join(words)}. Add it, or say it in the drawing's name.",
            observed="无",
            expected=wanted,
        )


@rule("7103")
def cited_documents(case: Case) -> Iterator[Finding]:
    """Find cited standards that were replaced, and numbers beside a title that is not theirs."""
    known = {_plain_number(number): (number, about) for number, about in case.table("standards").items()}
    texts = documents_of(case)
    judged = False
    seen: set[tuple[str, str]] = set()
    for doc in texts:
        for line in doc.lines:
            for match in _NUMBER.finditer(line.text):
                judged = True
                said = f"{match[1]} {match[2]}-{match[3]}"
                entry = known.get(_plain_number(said))
                if entry is None or (doc.name, said) in seen:
                    continue
                seen.add((doc.name, said))
                number, about = entry
                place = Place(doc.name, line.number, match.start() + 1, match[0], line.page)
                if about.get("replaced"):
                    yield case.finding(
                        doc.name,
                        f"文本第 {line.number} 行引用的 {number} 已被 {about['replaced']} 代替。请改引现行标准。",
                        f"Line {line.number} cites {number}, which {about['replaced']} has replaced. Cite that one.",
                        observed=number,
                        expected=str(about["replaced"]),
                        places=(place,),
                    )
                title = _title_beside(line.text, match.start(), match.end())
                if title and SequenceMatcher(None, title, str(about["title"])).ratio() < 0.75:
                    yield case.finding(
                        doc.name,
                        f"文本第 {line.number} 行《{title}》的编号写作 {number},该编号的名称是《{about['title']}》。请核对。",
                        f"Line {line.number} gives the number {number} to “{title}”; it is that of “{about['title']}”.",
                        observed=f"《{title}》{number}",
                        expected=f"《{about['title']}》",
                        places=(place,),
                    )
    if not judged:
        raise case.skip("文本没有引用标准编号。", "No document cites a standard by its number.")


def _plain_number(text: str) -> str:
    return re.sub(r"[\s/.]|[-—–－]", "", text).upper()


def _title_beside(text: str, start: int, end: int) -> str:
    """Give the title in 《》 right before or behind a number, "" where there is none."""
    for match in _TITLE.finditer(text):
        if 0 <= start - match.end() <= 3 or 0 <= match.start() - end <= 3:
            return match[1]
    return ""


@rule("7104")
def place_names(case: Case) -> Iterator[Finding]:
    """Find the package's own unit called by another name than the code table's."""
    codes = county_codes(case)
    texts = plan_texts(case)
    if not codes:
        raise case.skip("数据中没有行政区代码,无从核对地名。", "The data carry no administrative codes.")
    units = units_of(case)
    code = codes.most_common(1)[0][0]
    own = units.get(code)
    if own is None or not texts:
        raise case.skip(f"代码表中没有 {code}。", f"The code table has no {code}.")
    names = set(units.values()) | {name + one for name in (own,) for one in ("域", "辖区")}
    stem = re.sub("(自治县|市|县|区)$", "", own)
    if len(stem) < 2:
        raise case.skip("地名过短,无法可靠识别。", "The name is too short to be told safely.")
    seen: set[str] = set()
    for doc in texts:
        for line in doc.lines:
            for match in re.finditer(
                rf"{re.escape(stem)}(自治县|市|县|区)(?!域|辖|级|政府|委|直)", line.text
            ):
                said = match[0]
                if said in names or said in seen:
                    continue
                seen.add(said)
                yield case.finding(
                    doc.name,
                    f"文本第 {line.number} 行的“{said}”不在行政区代码表内,{code} 的名称是“{own}”。请核对地名。",
                    f"“{said}” in line {line.number} is in no code table; {code} is called “{own}”. Check the name.",
                    observed=said,
                    expected=own,
                    places=(Place(doc.name, line.number, match.start() + 1, said, line.page),),
                )
    if own not in "".join(doc.text for doc in texts):
        yield case.finding(
            texts[0].name,
            f"文本中没有出现本行政区名称“{own}”({code})。请核对文本与数据是否为同一地区。",
            f"The text never names the unit “{own}” ({code}) of the data. Check that both are of one place.",
            observed="未出现",
            expected=own,
        )


@rule("7105")
def nothing_sensitive(case: Case) -> Iterator[Finding]:
    """Find military words, exact coordinates, phone and identity numbers in the documents."""
    texts = documents_of(case)
    if not texts:
        raise case.skip("没有可读的文本文件。", "There is no document that can be read.")
    words = [word for word in case.words("words") if word]
    checks = [
        (re.compile("|".join(map(re.escape, words))), "涉密、涉军内容", "secret or military content"),
        (_IDENTITY, "身份证号码", "an identity number"),
        (_PHONE, "手机号码", "a mobile number"),
        (_COORDINATE, "精确到秒的坐标", "coordinates to the second"),
    ]
    for doc in texts:
        for line in doc.lines:
            for pattern, what, what_en in checks:
                for match in pattern.finditer(line.text):
                    hidden = match[0] if what.startswith("涉") else f"{match[0][:3]}…"
                    yield case.finding(
                        doc.name,
                        f"“{doc.name}”第 {line.number} 行有{what}(“{hidden}”)。公开版应删去。",
                        f"Line {line.number} of “{doc.name}” has {what_en} (“{hidden}”). Remove it from what is published.",
                        observed=hidden,
                        expected="公开版中没有",
                        places=(Place(doc.name, line.number, match.start() + 1, hidden, line.page),),
                    )
