"""The whole and its parts in running text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from tuban.consistency.facts import Facts
from tuban.consistency.judge import one_digit, sum_slack, text
from tuban.consistency.register import report, rule
from tuban.documents.quantity import Quantity
from tuban.documents.subjects import is_generic, subject_of
from tuban.domain.finding import Finding, Judgement
from tuban.errors import Text
from tuban.standards.words import grammar

_MARK = re.compile(r"其中|包括|包含|分别为|分别是|由")
_OPEN = re.compile(r"等(?![级别于高待])|主要(?:有|为|包括)|例如|比如|重点包括|部分为")
_OVERLAP_SAID = re.compile(r"重复|重叠|交叉|交集|两者均|同时")
_NEAR = Fraction(3, 100)


@rule("C202")
def parts_and_whole(facts: Facts) -> Iterable[Finding]:
    """Compare the parts that a text lists with the whole that it states."""
    groups = [
        *_in_sentences(facts),
        *_by_place(facts),
        *_over_passages(facts),
        *_trailing(facts),
        *_of_these(facts),
    ]
    for whole, members in groups:
        if _sums(whole, members):
            facts.wholes.add(frozenset(_name(member) for member in members))
    done: set[tuple[int, int]] = set()
    for whole, members in groups:
        key = (whole.line, whole.column)
        if key in done:
            continue
        found = _judge(facts, whole, members)
        if found is not None:
            done.add(key)
            yield found


def _name(quantity: Quantity) -> str:
    return quantity.place if quantity.explicit_place and quantity.place else quantity.subject


def _measures(quantity: Quantity) -> bool:
    return (
        quantity.number.high is None
        and bool(quantity.kind)
        and quantity.kind not in ("share", "points", "time", "multiple")
    )


def _in_sentences(facts: Facts) -> Iterator[tuple[Quantity, list[Quantity]]]:
    """A total, then 其中 or 包括, then parts of its kind up to the full stop."""
    for passage in facts.passages:
        by_sentence: dict[int, list[Quantity]] = {}
        for quantity in passage.quantities:
            by_sentence.setdefault(quantity.sentence, []).append(quantity)
        for index, said in by_sentence.items():
            found = _one_sentence(passage.quantities, index, said, by_sentence) or _after_colon(
                index, said, by_sentence
            )
            if found is not None:
                yield found


_ACROSS = ("宽", "宽度", "红线宽度", "路面宽", "高", "高度", "半径", "服务半径", "间距")


def _after_colon(
    index: int, said: list[Quantity], by_sentence: dict[int, list[Quantity]]
) -> tuple[Quantity, list[Quantity]] | None:
    """总投资386万元：道路120万元、水渠36万元 …: a colon right after the whole opens the list of its parts."""
    sentence = said[0].sentence_text
    whole = next(
        (
            q
            for q in said
            if sentence[q.number.end : q.number.end + 1] == "：" and _measures(q) and not q.role
        ),
        None,
    )
    if whole is None:
        return None
    after = [q for q in said if q.number.start > whole.number.end]
    last = said
    while last[0].sentence_text.endswith("；") and index + 1 in by_sentence:
        index += 1
        last = by_sentence[index]
        after += last
    members = [
        q
        for q in after
        if q.kind == whole.kind and _measures(q) and not q.paren and not q.role and q.subject not in _ACROSS
    ]
    members = [q for q in members if not q.lead.strip("，、").startswith(("宽", "高", "深"))]
    texts = "".join(dict.fromkeys(q.sentence_text for q in [whole, *after]))
    return (
        (whole, members)
        if len(members) >= 2 and not _OPEN.search(texts) and not _OVERLAP_SAID.search(texts)
        else None
    )


def _one_sentence(
    passage: tuple[Quantity, ...],
    index: int,
    said: list[Quantity],
    by_sentence: dict[int, list[Quantity]],
) -> tuple[Quantity, list[Quantity]] | None:
    sentence = said[0].sentence_text
    marks = list(_MARK.finditer(sentence))
    if not marks:
        return None
    mark = marks[0]
    before = [q for q in said if q.number.start < mark.start() and _measures(q) and not q.paren]
    # 占新增规模2150公顷的29%: that is what the share is of, not what is divided.
    before = [q for q in before if not q.lead.lstrip("，").startswith("占") or "占用" in q.lead] or before
    before = before or _before_the_mark(passage, index, sentence)
    stop = next((m.start() for m in marks[1:] if m.group() == "其中"), len(sentence))
    after = [q for q in said if mark.end() < q.number.start < stop]
    if (
        not before
        or not after
        or (mark.group() == "由" and "组成" not in sentence and "构成" not in sentence)
    ):
        return None
    whole = before[-1]
    text_after = sentence[mark.start() : stop]
    # Parts that semicolons divide go on to the full stop.
    last = said
    while stop == len(sentence) and last[0].sentence_text.endswith("；") and index + 1 in by_sentence:
        index += 1
        last = by_sentence[index]
        if _MARK.search(last[0].sentence_text):
            break
        after += last
        text_after += last[0].sentence_text
    members = [
        q for q in after if _measures(q) and not q.paren and q.kind == whole.kind and q.role == whole.role
    ]
    if _OPEN.search(text_after) and not (members and _exceeds(whole, members)):
        return None
    members = _alike(members)
    if not members or (len(members) == 1 and mark.group() != "其中") or _OVERLAP_SAID.search(text_after):
        return None
    return whole, members


def _before_the_mark(passage: tuple[Quantity, ...], index: int, sentence: str) -> list[Quantity]:
    """……57.20公顷，减少1.16公顷；其中……: the whole stands in the sentence before, and is no change."""
    if not sentence.startswith("其中"):
        return []
    return [q for q in passage if q.sentence == index - 1 and _measures(q) and not q.paren and not q.role]


def _alike(members: list[Quantity]) -> list[Quantity]:
    """Parts by place go on with places: 其中镇区8420人；户籍人口41286人 lists one part, not two."""
    if not members or not (members[0].explicit_place and members[0].place):
        return members
    kept = members[:1]
    for member in members[1:]:
        other = member.subject.startswith(("其他", "其余", "剩余"))
        if (
            not member.explicit_place
            and member.subject
            and member.subject != members[0].subject
            and not other
        ):
            break
        kept.append(member)
    return kept


_OF_THESE = re.compile(r"^([\u4e00-\u9fff]{2,10})中[，：]")


def _of_these(facts: Facts) -> Iterator[tuple[Quantity, list[Quantity]]]:
    """农用地中，耕地……、园地……: the whole is the value of that name said before."""
    for passage in facts.passages:
        for i, quantity in enumerate(passage.quantities):
            found = _OF_THESE.match(quantity.sentence_text)
            if not found or (i and passage.quantities[i - 1].sentence == quantity.sentence):
                continue
            core = subject_of(found.group(1), facts.places)
            wholes = [q for q in passage.quantities[:i] if q.subject == core and _measures(q) and not q.role]
            members = [
                q
                for q in passage.quantities[i:]
                if q.sentence == quantity.sentence
                and wholes
                and q.kind == wholes[-1].kind
                and _measures(q)
                and not q.paren
                and not q.role
            ]
            if wholes and len(members) >= 2 and not _OPEN.search(quantity.sentence_text):
                yield wholes[-1], members


def _by_place(facts: Facts) -> Iterator[tuple[Quantity, list[Quantity]]]:
    """A total of the whole area, then in the same paragraph one value for each place."""
    for passage in facts.passages:
        said = [q for q in passage.quantities if _measures(q) and not q.paren and not q.role]
        for i, whole in enumerate(said):
            if whole.place or is_generic(whole.subject):
                continue
            members = [
                q
                for q in said[i + 1 :]
                if q.subject == whole.subject and q.kind == whole.kind and q.place and q.explicit_place
            ]
            if (
                len(members) >= 2
                and len({q.place for q in members}) == len(members)
                and len({q.year for q in [whole, *members]}) == 1
            ):
                yield whole, members


def _over_passages(facts: Facts) -> Iterator[tuple[Quantity, list[Quantity]]]:
    """A total in one short paragraph, 其中 at the head of the next."""
    passages = [p for p in facts.passages if not p.in_table]
    for i, passage in enumerate(passages[1:], 1):
        if (
            not passage.text.text.startswith("其中")
            or not passage.quantities
            or passage.headings != passages[i - 1].headings
        ):
            continue
        before = [q for q in passages[i - 1].quantities if _measures(q) and not q.paren]
        if not before:
            continue
        whole = before[-1]
        members = [
            q
            for q in passage.quantities
            if _measures(q) and not q.paren and q.kind == whole.kind and q.role == whole.role
        ]
        if (
            len(members) == 1
            and members[0].place
            and i + 1 < len(passages)
            and passages[i + 1].headings == passage.headings
        ):
            members += [
                q
                for q in passages[i + 1].quantities[:1]
                if q.subject == members[0].subject
                and q.kind == whole.kind
                and q.place
                and q.place != members[0].place
            ]
        if len(members) >= 2:
            yield whole, members


_TRAILING = re.compile(r"(?:合计|总计|共计|总长|总里程|总面积|总规模|共)")


def _trailing(facts: Facts) -> Iterator[tuple[Quantity, list[Quantity]]]:
    """Parts first, then their total: 北片18.2，南片22.6；合计40.8."""
    for passage in facts.passages:
        run: list[Quantity] = []
        for quantity in passage.quantities:
            if run and run[-1].sentence != quantity.sentence and not run[-1].sentence_text.endswith("；"):
                run = []
            total = (
                _measures(quantity)
                and not quantity.role
                and not quantity.paren
                and _TRAILING.search(quantity.lead)
            )
            if total and len(run) >= 2 and not any(q.part for q in run):
                members = [
                    q for q in run if q.kind == quantity.kind and _measures(q) and not q.paren and not q.role
                ]
                one_unit = len({q.number.unit for q in members}) == 1
                if one_unit and len(members) >= 2 and _slips(quantity, members):
                    yield quantity, members
            # A total ends the run: what it sums up stands before it.
            run = [] if total else [*run[-40:], quantity]


def _slips(whole: Quantity, members: list[Quantity]) -> bool:
    """Without a word that says so, only a sum that one slip of the pen spoils is taken for the total."""
    got = _total(members) / whole.number.factor
    said = Fraction(whole.number.value)
    decimals = max(q.number.decimals for q in [whole, *members])
    return got == said or one_digit(got, said, decimals) or abs(got - said) <= said * _NEAR


def _total(members: list[Quantity], whole: Quantity | None = None) -> Fraction:
    """Add up; where the whole rises or falls, parts that go the other way count against it."""
    way = whole.direction if whole is not None else 0
    return sum((q.number.base * (-1 if way and q.direction == -way else 1) for q in members), Fraction(0))


def _exceeds(whole: Quantity, members: list[Quantity]) -> bool:
    return _total(members, whole) > whole.number.base + sum_slack([q.number for q in members], whole.number)


def _sums(whole: Quantity, members: list[Quantity]) -> bool:
    gap = abs(_total(members, whole) - whole.number.base)
    return len(members) >= 2 and gap <= sum_slack([q.number for q in members], whole.number)


def _judge(facts: Facts, whole: Quantity, members: list[Quantity]) -> Finding | None:
    numbers = [q.number for q in members]
    got, stated = _total(members, whole), whole.number.base
    decimals = max(n.decimals for n in [whole.number, *numbers])
    slack = sum_slack(numbers, whole.number)
    gap = got - stated
    if abs(gap) <= slack:
        if gap == 0 or len(members) < 2 or len({n.unit for n in [whole.number, *numbers]}) > 1:
            return None
        return _finding(facts, whole, members, Judgement.ROUNDING, 0.9, decimals)
    if whole.relation == "~" or any(q.relation == "~" for q in members):
        slack += abs(stated) / 50
        if abs(gap) <= slack:
            return None
    nested = any(q.part and q.lead.startswith(("其中", "含")) for q in members[1:])
    limits = {q.relation for q in [whole, *members]}
    if gap > 0:
        if nested or _overlaps(members) or (limits & {">=", "<="} and len(limits) > 1):
            return None
        if len(members) == 1 and (
            is_generic(members[0].subject) is False and members[0].topic != whole.topic
        ):
            return None
        if whole.kind.startswith("count") and len(members) > 1 and not _closed(facts, members):
            return None
        if got > 2 * stated and not _closed(facts, members):
            return None
        return _finding(facts, whole, members, Judgement.ERROR, 0.88, decimals)
    if len(members) < 2 or nested:
        return None
    factor = whole.number.factor
    slip = one_digit(got / factor, stated / factor, decimals) or any(
        one_digit(q.number.base / q.number.factor, (q.number.base - gap) / q.number.factor, q.number.decimals)
        for q in members
    )
    close = -gap <= stated * _NEAR
    if _closed(facts, members):
        return _finding(facts, whole, members, Judgement.ERROR, 0.9, decimals)
    if close or (slip and len(str(whole.number.value)) >= 4 and -gap < stated / 2):
        return _finding(facts, whole, members, Judgement.ERROR, 0.82 if close else 0.7, decimals)
    return None


def _overlaps(members: list[Quantity]) -> bool:
    """Parts that stand in one another: 耕地 and 永久基本农田, a town and its seat."""
    subjects = [q.subject for q in members]
    return any(
        a and b and a != b and (a in b or b in a) for i, a in enumerate(subjects) for b in subjects[i + 1 :]
    ) or ("耕地" in subjects and "永久基本农田" in subjects)


def _closed(facts: Facts, members: list[Quantity]) -> bool:
    """Tell whether these parts are known to make a whole: seen to sum up elsewhere, or a pair of the vocabulary."""
    names = frozenset(_name(q) for q in members)
    if names in facts.wholes:
        return True
    # 集聚提升类…、城郊融合类…: classes of one division.
    ends = {q.subject[-1:] for q in members}
    if len(members) >= 3 and len(ends) == 1 and ends <= {"类", "型", "级"}:
        return True
    texts = [f"{q.lead}{q.place}{q.subject}" for q in members]
    return any(
        len(pair) == len(texts)
        and all(any(word in t for t in texts) for word in pair)
        and all(any(word in t for word in pair) for t in texts)
        for pair in grammar()["wholes"]
    )


def _finding(
    facts: Facts,
    whole: Quantity,
    members: list[Quantity],
    judgement: Judgement,
    confidence: float,
    decimals: int,
) -> Finding:
    got = _total(members, whole) / whole.number.factor
    gap = got - Fraction(whole.number.value)
    sums = "".join(
        f"{'-' if whole.direction and q.direction == -whole.direction else '+'}{q.number.value}"
        for q in members
    ).removeprefix("+")
    subject = whole.subject or whole.owner or whole.topic
    return report(
        "C202",
        judgement,
        Text(
            f"{subject} {whole.number.text}，所列分量之和 {sums}={text(got, decimals)}{whole.number.unit}，相差 {text(gap, decimals)}。",
            f"{subject}: {whole.number.text} stated, the parts listed add up to {text(got, decimals)}{whole.number.unit}.",
        ),
        [facts.place_of(whole), *(facts.place_of(q) for q in members)],
        confidence,
        observed=whole.number.text,
        expected=text(got, decimals),
        but=None
        if judgement is Judgement.ROUNDING
        else Text("若分量未列全或互有重叠，则可能无误", "unless parts are left out or overlap"),
    )
