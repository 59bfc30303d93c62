"""Which places a document speaks of: towns, villages, counties, and its own whole area."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tuban.documents.lexicon import Lexicon
from tuban.standards.admin import admin_codes
from tuban.standards.words import grammar

_BEFORE = r"(?:^|[、，。；：()“”\s和与及至由在以对]|其中|包括|位于|涉及|分别为)"
_MOST = 3000
# What a place name does not begin with, and never holds.
_NOT_FIRST = re.compile(
    r"[的是为等不与和及将以在从向对被于各全之其了或该本此因按把由至到含共有每两个省县乡跨]|[一二三四五六七八九十]个"
)
_NEVER = re.compile(
    r"[的等了]|用地|规划|建设|维护|调整|范围|面积|重点|一般|城镇|村庄|乡村|区域|空间|发展|生态|农业|农田|风貌|服务|边缘|低效|人均|推动|支持"
    r"|建立|明确|技术|历史|遗留|[东西南北]部|周边|[上下]位|典型|示范|推进|实现|作为|构建|促进|串联|主要|分布|实用|通则|集聚|特色|提升|保护"
    r"|搬迁|城郊|融合|其他|传统|文化|旅游|美丽|中心|基层|[一二三四五六七八九十]是|带[乡村]|现状|目前|全部|各类"
)


@dataclass(frozen=True)
class Places:
    """The names found; `main` is what the document is about, `upper` the units above it."""

    names: frozenset[str]
    main: frozenset[str]
    upper: frozenset[str]
    lexicon: Lexicon

    def find(self, text: str) -> list[tuple[int, str]]:
        """Give (position, place) in order; the whole area is the empty name."""
        return [(at, self.name(word)) for at, word in self.lexicon.find(text)]

    def name(self, word: str) -> str:
        """Give the place that a word means; its own whole area is the empty name."""
        return "" if word in self.main or word in _whole() else word

    def strip(self, text: str) -> str:
        """Give the text without the places in it."""
        return self.lexicon.strip(text)


@cache
def _whole() -> frozenset[str]:
    return frozenset(grammar()["places"]["whole"])


@cache
def _official() -> frozenset[str]:
    """The provinces, cities and counties of the code table."""
    return frozenset(
        unit.name
        for unit in admin_codes().values()
        if (len(unit.name) >= 3 and unit.name != "市辖区") or (len(unit.name) == 2 and unit.name[-1] == "县")
    )


@cache
def _above_counties() -> frozenset[str]:
    return frozenset(unit.name for unit in admin_codes().values() if len(unit.code) <= 4)


@cache
def _candidates() -> re.Pattern[str]:
    suffixes = "|".join(sorted(grammar()["places"]["suffixes"], key=len, reverse=True))
    return re.compile(rf"{_BEFORE}(?=([\u4e00-\u9fff]{{1,6}}?(?:{suffixes})))")


def places_of(texts: Iterable[str], title: str) -> Places:
    """Learn the names of places from a document; `title` is its beginning."""
    said = grammar()["places"]
    bad = tuple(said["not_places"])
    counts: Counter[str] = Counter()
    official: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    known = Lexicon(_official())
    for text in texts:
        for at, word in known.find(text):
            official[word] += 1
            if (
                at == 0
                or text[at - 1] in "、，。；：(“《省市州"
                or text[at - 2 : at] in ("其中", "涉及", "覆盖")
            ):
                sure[word] += 1
        for match in _candidates().finditer(text):
            name = match.group(1)
            if _is_name(name, bad):
                counts[name] += 1
    names = set(counts)
    # A longer one that ends in another is that other with a verb before it: 覆盖八台镇.
    names -= {n for n in names for i in range(1, len(n) - 1) if n[i:] in names and counts[n[i:]] >= counts[n]}
    names = {name for name in names if not any(name.startswith(unit) and name != unit for unit in official)}
    # 对应城市 holds 应城市: an official name counts where something parts it from what stands before.
    official = Counter({n: c for n, c in official.items() if n in title or sure[n]})
    names = {name for name, _ in Counter({n: counts[n] for n in names}).most_common(_MOST)} | set(official)
    main = {name for name in official if name in title and name[-1] in "市县区旗"}
    if not main and official:
        low = [(count, name) for name, count in official.items() if name[-1] in "市县区旗"]
        main = {max(low)[1]} if low and max(low)[0] >= 3 else set()
    upper = frozenset((names & _above_counties()) - main)
    lexicon = Lexicon({*names, *said["whole"], *said["centre"], *said["weak"]})
    return Places(frozenset(names), frozenset(main), upper, lexicon)


def _is_name(name: str, bad: tuple[str, ...]) -> bool:
    if not 3 <= len(name) <= 10 or name.endswith(bad) or _NOT_FIRST.match(name) or _NEVER.search(name):
        return False
    return name[-1] not in "市县区州盟旗" or name.endswith(("开发区", "集聚区", "经开区", "高新区", "新区"))
