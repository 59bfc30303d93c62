"""Quantities in running text: what a number measures, of what place, when, and in which relation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from tuban.documents.clean import Clean
from tuban.documents.number import Number, find_numbers
from tuban.documents.places import Places
from tuban.documents.subjects import (
    SIZES,
    YEAR,
    canonical,
    is_generic,
    is_share_word,
    patterns,
    subject_of,
    term_lexicon,
)
from tuban.standards.words import grammar, terms

# What holds digits and is no measure: dates, document numbers, references, titles, codes.
_MASK = re.compile(
    r"《[^》]{1,80}》"
    r"|\d{4}年?[-—~至到]\d{2,4}年"
    r"|\d{4}年(?:度|底|末|初)?(?:\d{1,2}月(?:\d{1,2}日)?)?"
    r"|\d{1,2}月\d{1,2}日|\d{1,2}月份?|\d{2}年(?!限)"
    r"|[〔\[【(]\d{4}[〕\]】)]\d{0,4}号?"
    r"|第\d{1,4}[条章节款批号届次期页]"
    r"|[附见]?[表图](?:[一二三四五六七八九十]{1,2}|\d{1,3}(?:[-—.]\d{1,3}){0,2})"
    r"|(?:GB|TD|DB|CJJ|HJ|CJ|JGJ|SL)\d{0,2}(?:/T)?\s?\d{1,6}(?:\.\d)?(?:[-—]\d{4})?"
    r"|[A-Z]\d{1,4}(?:[-—]\d{1,3})?(?![\d.])"
    r"|\d{1,3}°\d{1,2}′(?:\d{1,2}(?:\.\d+)?″)?"
    r"|(?<!\d)\d{1,6}[+＋]\d{1,6}(?:[+＋][\dN]{1,6})?"
    r"|“[^”\d]{0,8}\d{1,4}[^”]{0,10}”"
)
_HEAD = re.compile(r"^(?:\(?\d{1,2}\)|\d{1,2}(?:\.\d{1,2}){1,3}|\d{1,2}[.、])(?![\d%])")
# A measure that belongs to a name: 步行15分钟覆盖率, 15亩以下图斑, 2千米覆盖率.
_NAMED = re.compile(
    r"(?:以[下上内]|一下|及以[下上])?(?:的)?(?:覆盖|生活圈|范围|步行|行政村|到达|通勤|半径|可达|破碎|零星|图斑|地块|服务圈|交通圈|以外)"
)
_LONGEST = 1_500  # letters of a sentence; lists of a hundred places stay below it
_ENDS = re.compile(r"[。！？；]")
_SPLIT = "，、；。：(“)”+"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of the text and what the grammar says of it.

    Attributes
    ----------
    number : value, unit, precision.
    subject : what is measured, without place, year and phase.
    owner : the nearest subject before it in the sentence, where its own is none or only a share.
    place : town, zone of the plan, "" for the whole area.
    year, phase, mode : when; before or after; target or actual; "" where not said.
    relation : = >= <= ~.
    role, direction : from, to or change, and whether up (1) or down (-1).
    part : after 其中; `paren` in brackets, a restatement of `previous`.
    topic : the last zone, line, class or indicator named before it in the sentence.
    end_column : the column after its last letter, 0 where it goes on in the next line.
    block, sentence : where in the document; `lead` is the text before it, as written.
    """

    number: Number
    subject: str
    owner: str
    place: str
    year: str
    phase: str
    mode: str
    relation: str
    role: str
    direction: int
    part: bool
    paren: bool
    block: int
    sentence: int
    lead: str
    line: int
    column: int
    sentence_text: str
    end_column: int = 0
    topic: str = ""
    explicit_place: bool = False

    @property
    def kind(self) -> str:
        """Give what its unit measures."""
        return self.number.kind


@dataclass(frozen=True, slots=True)
class Context:
    """What the headings above a passage say: place, year, phase, mode."""

    place: str = ""
    year: str = ""
    phase: str = ""
    mode: str = ""


def quantities(text: Clean, block: int, places: Places, context: Context) -> Iterator[Quantity]:
    """Give the quantities of one passage in order."""
    plain = text.text
    masked = _masked(plain)
    start = 0
    context = replace(context, place=_spoken_of(plain, places) or context.place)
    year, phase = context.year, context.phase
    for index, end in enumerate(_sentence_ends(plain)):
        sentence, hidden = plain[start:end], masked[start:end]
        here = replace(context, year=year, phase=phase)
        yield from _sentence(text, sentence, hidden, start, block, index, places, here)
        # What a sentence opens with holds for the next ones too; a year inside it does not.
        year = _last_year(sentence[:10]) or (year if index and not _last_year(sentence) else context.year)
        phase = _phase(sentence) or phase
        start = end


# What a paragraph or heading may be all about besides towns: 东部片区：…….
_ENTITY = re.compile(
    r"^(?:[\d.()一二三四五六七八九十、①-⑩]{0,5})"
    r"([\u4e00-\u9fff]{1,10}(?:片区|组团|单元|园区|街区|小区|基地|公园|水库|景区|新城|新区|廊道|湿地))(?:[：。(，]|$)"
)


def _spoken_of(text: str, places: Places) -> str:
    """Give the town or entity that a paragraph opens with: what follows is said of it."""
    for at, name in places.find(text[:16]):
        word = next((w for w in places.names if places.name(w) == name and text.startswith(w, at)), "")
        after = text[at + len(word) : at + len(word) + 2] if word else ""
        if (
            at <= 5
            and name
            and name not in places.upper
            and (after[:1] in "：。，(" or after in ("位于", "地处"))
        ):
            return name
    found = _ENTITY.match(text)
    return found.group(1) if found and len(text) > found.end() else ""


def _sentence_ends(text: str) -> list[int]:
    """Give where sentences end; what runs on without a stop is cut, so that work grows with its length only."""
    ends: list[int] = []
    start = 0
    for end in [*(m.end() for m in _ENDS.finditer(text)), len(text)]:
        while end - start > _LONGEST:
            comma = text.rfind("，", start + 1, start + _LONGEST)
            start = comma + 1 if comma > start else start + _LONGEST
            ends.append(start)
        if end > start:
            ends.append(end)
            start = end
    return ends


def _masked(text: str) -> str:
    head = _HEAD.match(text)
    shown = "\x00" * head.end() + text[head.end() :] if head else text
    return _MASK.sub(lambda m: "\x00" * len(m.group()), shown)


def _sentence(
    text: Clean,
    sentence: str,
    hidden: str,
    shift: int,
    block: int,
    index: int,
    places: Places,
    context: Context,
) -> Iterator[Quantity]:
    words = patterns()
    protected = [(m.start(), m.end()) for m in words["joined"].finditer(sentence)]
    numbers = _shared_units(hidden, [n for n in find_numbers(hidden) if not _is_name(hidden, n)])
    spots = [(at, name) for at, name in places.find(sentence) if name not in places.upper]
    part_at = words["part"].search(sentence)
    named = term_lexicon().find(sentence)
    previous_end, previous_role = 0, ""
    owner, owner_place = "", context.place
    for raw in numbers:
        number = raw
        lead_start = max(_boundary(hidden, number.start, protected), previous_end)
        lead = sentence[lead_start : number.start]
        paren = hidden[lead_start - 1 : lead_start] == "(" and _open_paren(hidden, number.start)
        before = sentence[: number.start]
        stem, relation, role, direction = _verbs(lead, hidden[number.end : number.end + 3])
        core = subject_of(stem, places)
        in_lead = [name for at, name in spots if lead_start <= at < number.start]
        heading = [name for at, name in spots if at < lead_start and _begins_clause(sentence, at, name)]
        place = (in_lead or heading or [context.place])[-1]
        if not in_lead and is_generic(core) and (owner or paren):
            place = owner_place
        if core == "人均" and owner.endswith("用地"):
            core += owner
        core = _with_topic(core, next((n for at, n in reversed(named) if at < number.start), ""))
        core = _with_tail(core, sentence[number.end :])
        line, column = text.where(shift + number.start)
        last_line, last_column = text.where(shift + number.end - 1)
        phase = _phase(before) or context.phase
        if role == "from":
            phase = "before"
        elif role == "to" and previous_role == "from":
            phase = "after"
        elif phase == "before" and words["versus"].search(lead):
            phase = context.phase
        topic = next((name for at, name in reversed(named) if at < number.start), "")
        if number.kind.startswith("count:") and number.decimals:
            number = replace(number, kind="", unit="", factor=Fraction(1))
        if not number.kind and is_share_word(core) and number.value <= 100:
            number = replace(number, kind="share", factor=Fraction(1, 100))
        yield Quantity(
            number=number,
            subject=core,
            owner=owner,
            place=place,
            year=_last_year(before) or context.year,
            phase=phase,
            mode=_mode(lead, relation) or _mode_near(before, lead_start) or context.mode,
            relation=relation,
            role=role,
            direction=direction,
            part=bool(part_at and part_at.start() <= number.start),
            paren=paren,
            block=block,
            sentence=index,
            lead=lead,
            line=line,
            column=column,
            sentence_text=sentence,
            end_column=last_column + 1 if last_line == line else 0,
            topic=topic,
            explicit_place=bool(in_lead),
        )
        if not is_generic(core) or in_lead:
            owner, owner_place = core, place
        previous_end, previous_role = number.end, role


def _with_topic(core: str, topic: str) -> str:
    """Name what a bare verb is about: 调出 after 永久基本农田 is 调出永久基本农田."""
    said = grammar()
    named = canonical(topic)
    for size in SIZES:
        bare = named.removesuffix(size)
        if bare != named and canonical(bare) in terms():
            named = canonical(bare)
            break
    if core in said["actions"] or core in said["flows"]:
        return core + named
    if core and patterns()["bare"].fullmatch(core):
        return named
    return core


_TAIL = re.compile(r"的?([\u4e00-\u9fff]{2,10})")


def _with_tail(core: str, after: str) -> str:
    """Add the noun after the number where the lead names nothing: 调出23.37公顷不适宜建设空间."""
    said = grammar()
    if core and core not in said["actions"] and core not in said["flows"]:
        return core
    found = _TAIL.match(after)
    return (
        f"{core}|{found.group(1)}"
        if found and not after.startswith(("左右", "以上", "以下", "以内"))
        else core
    )


def _shared_units(text: str, numbers: list[Number]) -> list[Number]:
    """Give the unit at the end of a row of numbers to all of them: 分别为1.2、3.4和5.6公顷."""
    done = list(numbers)
    for i in range(len(done) - 2, -1, -1):
        gap = text[done[i].end : done[i + 1].start]
        if (
            not done[i].unit
            and done[i + 1].unit
            and gap in ("、", "和", "及", "与", "，", "：", "降低到", "增加到", "降至", "增至")
        ):
            last = done[i + 1]
            done[i] = replace(done[i], unit=last.unit, kind=last.kind, factor=last.factor)
    return done


def _begins_clause(sentence: str, at: int, name: str) -> bool:
    if name in grammar()["places"]["weak"]:
        return False
    before = sentence[max(0, at - 5) : at]
    return not before or before[-1] in "，；：。(" or before.endswith(("其中", "前", "后", "年")) or at <= 3


def _is_name(text: str, number: Number) -> bool:
    if number.kind == "time" and not text[number.end :].startswith(("，", "。", "；", "、", ")")):
        return True
    if number.kind == "angle":
        return True
    if number.kind in ("length", "area", "count:级", "time") and _NAMED.match(text, number.end):
        return True
    return number.unit == "级" or (
        not number.unit and text[number.end : number.end + 1] in ("等", "号", "层", "线")
    )


def _boundary(text: str, at: int, protected: list[tuple[int, int]]) -> int:
    """Give where the lead of the number at `at` begins: after the last mark that parts."""
    low = max(0, at - 60)
    for i in range(at - 1, low - 1, -1):
        if text[i] in _SPLIT and not any(a <= i < b for a, b in protected):
            if text[i] in "”“" and i >= at - 12:
                continue  # a word in quotes just before the number is part of its subject
            # “耕地保有量：607公顷”: the mark parts the subject from its own number.
            if text[i] == "：" and i == at - 1:
                continue
            return i + 1
    return low


def _open_paren(text: str, at: int) -> bool:
    return text.rfind("(", 0, at) > text.rfind(")", 0, at)


# 高于任务0.06万亩 gives a difference; 高于5% alone gives a limit.
_COMPARED = re.compile(r"(高于|低于|超出|高出|多出|少于|多于|不足)[\u4e00-\u9fff]{2,}")


_YEAR_TAIL = re.compile(r"\d{4}年(?:末|底|初)?的?$")


def _verbs(lead: str, after: str) -> tuple[str, str, str, int]:
    words = patterns()
    relation, role, direction = "=", "", 0
    stem = _YEAR_TAIL.sub("", lead.rstrip("\x00 "))
    for _ in range(6):
        if found := words["relation_end"].search(stem):
            relation = next(key for i, key in enumerate((">=", "<=", "~")) if found.group(f"r{i}"))
            stem = stem[: found.start()]
        elif not role and (found := words["to"].search(stem)):
            role = "to"
            direction = 1 if found.group("up") else -1 if found.group("down") else 0
            stem = stem[: found.start()]
        elif not role and (found := words["by"].search(stem)):
            role, direction = "change", 1 if found.group("up") else -1
            stem = stem[: found.start()]
        elif not role and (found := words["from"].search(stem)):
            role = "from"
            stem = stem[: found.start()]
        elif found := words["tail"].search(stem):
            stem = stem[: found.start()]
        else:
            break
    if not role and (found := _COMPARED.match(lead.lstrip("分别均，"))) and stem.lstrip("分别均，") != "":
        role, direction, relation = "change", -1 if found.group(1)[0] in "低少小不" else 1, "="
    if words["after_ge"].match(after):
        relation = ">="
    elif words["after_le"].match(after):
        relation = "<="
    elif relation == "=" and words["after_about"].match(after):
        relation = "~"
    return stem, relation, role, direction


def _last_year(text: str) -> str:
    last = ""
    for found in YEAR.finditer(_outside_titles(text)):
        last = f"{found.group(1)}-{found.group(2)}" if found.group(1) else found.group(3) or found.group(4)
    return last


# A title holds years of its own; 较2024年 names what is compared with.
_NOT_WHEN = re.compile(
    r"《[^》]{1,80}》|(?:相?较于?|相?比|同比|对比|与|和|自|从)(?:上年|\d{4}年(?:末|底|度|初)?)(?!以来?)|\d{4}年以(?:来|后|前)"
)


def _outside_titles(text: str) -> str:
    return _NOT_WHEN.sub("", text)


def _phase(text: str) -> str:
    words = patterns()
    text = words["versus"].sub("", text)
    last = {"before": -1, "after": -1}
    for phase in last:
        for found in words[f"phase_{phase}"].finditer(text):
            last[phase] = found.start()
    if max(last.values()) < 0:
        return ""
    # “维护前后……变化” names both: then it is neither.
    if words["both"].match(text, max(last.values())):
        return "both"
    return max(last, key=lambda phase: last[phase])


def _mode(lead: str, relation: str) -> str:
    words = patterns()
    if words["actual"].search(lead):
        return "actual"
    if words["target"].search(lead) or relation in (">=", "<="):
        return "target"
    return ""


def _mode_near(before: str, lead_start: int) -> str:
    near = before[max(0, lead_start - 24) : lead_start]
    words = patterns()
    if words["actual"].search(near):
        return "actual"
    return "target" if words["target"].search(near) else ""


def context_of(headings: list[str], places: Places) -> Context:
    """Give what the headings above a passage say of everything under them; the nearest speaks last."""
    place = year = phase = mode = ""
    for heading in headings:
        found = [name for _, name in places.find(heading)]
        entity = _ENTITY.match(heading)
        if len(set(found)) == 1:
            place = found[0]
        elif entity and entity.end() == len(heading):
            place = entity.group(1)
        said = _last_year(heading)
        year = said if said and "-" not in said else year  # a period is the plan's, not the figure's
        phase = _phase(heading) or phase
        if "现状" in heading:
            mode = "actual"
    return Context(place, year, "" if phase == "both" else phase, mode)
