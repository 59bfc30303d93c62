"""What a number measures: the words before it without place, year, phase and noise."""

from __future__ import annotations

import re
from functools import cache

from tuban.documents.lexicon import Lexicon
from tuban.documents.places import Places
from tuban.standards.words import grammar, terms

YEAR = re.compile(
    r"(\d{4})年?[-—~至到](\d{2,4})年|(\d{4})年(?:年?末|年?底|初|度(?!假))?|(?:“?(十[三四五六]五)”?)(?:期间|时期|末)"
)


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """Give the grammar words as patterns, by what they tell."""
    said = grammar()

    def any_of(words: list[str]) -> str:
        return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))

    up, down, still, to = (any_of(said[key]) for key in ("up", "down", "still", "to"))
    relation = {key: any_of(words) for key, words in said["relations"].items()}
    return {
        "relation": re.compile(
            "|".join(f"(?P<r{i}>{relation[key]})" for i, key in enumerate((">=", "<=", "~"))) + "$"
        ),
        "relation_end": re.compile(
            "(?:" + "|".join(f"(?P<r{i}>{relation[key]})" for i, key in enumerate((">=", "<=", "~"))) + ")$"
        ),
        "to": re.compile(f"(?:(?P<up>{up})|(?P<down>{down})|(?P<still>{still}))(?:{to})$"),
        "by": re.compile(f"(?<!新)(?:(?P<up>{up})|(?P<down>{down}))(?:了|约)?$"),
        "from": re.compile(f"(?:{any_of(said['from'])})(?:维护前|调整前|现状|现有|原来)?的?$"),
        "tail": re.compile(
            r"(?:合计为|合计|总计|共计|共有|共|分别为|分别达到|分别|均为|为|是|有|达到|达|计|至|到|占|的|了|约|已|高达|"
            r"仅为|仅|仍达|降至|升至|增至|减至|提升至|提高至|提高到|提升到|保持在|稳定在|保持|控制在|在|全面|：|[=≥≤<>~≈“”\"'])$"
        ),
        "phase_before": re.compile(any_of(said["phases"]["before"])),
        "phase_after": re.compile(any_of(said["phases"]["after"])),
        "target": re.compile(
            f"(?:{any_of([w for w in said['modes']['target'] if w != '规划'])})(?!性|地区|区)"
        ),
        "actual": re.compile(any_of(said["modes"]["actual"])),
        "noise": re.compile(f"^(?:{any_of(said['noise'])})+"),
        "after_ge": re.compile(any_of(said["after_number"][">="])),
        "after_le": re.compile(any_of(said["after_number"]["<="])),
        "after_about": re.compile(any_of(said["after_number"]["~"])),
        "joined": re.compile(any_of(sorted(t for t in terms() if any(m in t for m in "、，和与")))),
        "neutral": re.compile(any_of(said["neutral"])),
        "action": re.compile(any_of(said["actions"])),
        "bare": re.compile(
            f"(?:{any_of([*said['neutral'], *said['modes']['actual'], *said['modes']['target'], '保护'])})+"
        ),
        "both": re.compile(r"(?:维护|调整|优化|修改|修编|变更|整治)前后"),
        "versus": re.compile(
            rf"(?:相?较于?|相?比|与|同|和)(?:{any_of(said['phases']['before'])})(?!的?\x00*\d)"
        ),
        "part": re.compile(r"(?:^|[，；。：(])其中"),
    }


@cache
def term_lexicon() -> Lexicon:
    """Give the names of what plans measure, ready to be found in a text."""
    return Lexicon(terms())


_PLAN_YEARS = re.compile(r"^“?十[二三四五六]五”?")
SIZES = (
    "总面积",
    "总规模",
    "保护面积",
    "保护目标",
    "保护任务",
    "目标任务",
    "面积",
    "规模",
    "总量",
    "数量",
    "个数",
    "目标",
    "任务",
)


def subject_of(stem: str, places: Places) -> str:
    """Give what a lead names, without year, phase, place and words that say nothing."""
    words = patterns()
    text = _PLAN_YEARS.sub("", YEAR.sub("", stem).replace("\x00", ""))
    text = words["both"].sub("", text)
    text = words["phase_before"].sub("", words["phase_after"].sub("", text))
    text = text.strip("，。、：；“”\"'()的+-* ~").replace("“", "").replace("”", "")
    if text not in terms():
        # A place stands before what is measured, never inside: 城区 of 城区人口密度 belongs to the place.
        text = places.strip(text)
    neutral = list(words["neutral"].finditer(text))
    if neutral and neutral[-1].end() < len(text):
        head, rest = text[: neutral[-1].start()], text[neutral[-1].end() :]
        if term_lexicon().find(head) and not term_lexicon().find(rest):
            text = head.removesuffix("空间")  # 覆盖率空间落实数值: what is measured stands before the verb
        else:
            action = words["action"].search(head)
            text = (action.group() if action else "") + rest
    while (found := words["noise"].match(text)) and found.end() < len(text):
        text = text[found.end() :]
    if words["noise"].fullmatch(text):
        return ""
    named = canonical(text.strip("的"))
    for size in SIZES:
        bare = named.removesuffix(size).rstrip("的")
        if bare != named and (bare in terms() or canonical(bare) in terms()):
            return canonical(bare)
    for size in ("总面积", "总规模", "面积", "规模"):
        bare = named.removesuffix(size).rstrip("的")
        if bare != named and len(bare) >= 4 and not is_generic(bare):
            return canonical(bare)
    return named


@cache
def canonical(name: str) -> str:
    """Give the one name of what has several."""
    return grammar()["synonyms"].get(name.replace("“", "").replace("”", ""), name)


@cache
def is_share_word(core: str) -> bool:
    """Tell whether a subject says nothing but “share of”."""
    return core in grammar()["share_words"]


@cache
def is_generic(core: str) -> bool:
    """Tell whether a subject needs an owner."""
    return not core or core in grammar()["generic"] or is_share_word(core)
