"""The arithmetic of the trail: canonical JSON, hashes, and the check that anyone can repeat.

Nothing here touches a database: the same functions check the catalogue and an exported file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from tuban.errors import Text, WrongUse
from tuban.store.clock import stamp

GENESIS = "0" * 64  # what the first entry names as the hash before it
_KEYS = ("number", "at", "by", "action", "subject", "facts", "previous")


@dataclass(frozen=True, slots=True)
class Entry:
    """One step that was taken: who did what to what, when, and the hash that ties it to the step before."""

    number: int
    at: str
    by: str
    action: str
    subject: str
    facts: dict[str, Any]
    previous: str
    hash: str

    def body(self) -> dict[str, Any]:
        """Give what the hash is taken over."""
        return {key: getattr(self, key) for key in _KEYS}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not agree; `number` is the entry where it shows, if it shows in one."""

    kind: str
    problem: Text
    number: int | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class TrailReport:
    """What a check found: sound if there are no faults. `head` is the hash to keep somewhere else."""

    entries: int
    head: str
    faults: tuple[Fault, ...] = ()
    files: int = 0
    head_checked: bool = field(default=False)

    @property
    def ok(self) -> bool:
        """Say whether nothing was found."""
        return not self.faults


def canonical(value: Any) -> str:
    """Write JSON in the one way that is hashed: keys sorted, no spaces, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def plain_facts(value: Any) -> Any:
    """Turn facts into what every JSON library writes alike: text, integers, booleans, null, lists, objects.

    Numbers with fractions become text: libraries write them differently, which a hash would not survive.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Mapping):
        return {clean(str(key)): plain_facts(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [plain_facts(inner) for inner in value]
        return sorted(parts, key=canonical) if isinstance(value, (set, frozenset)) else parts
    if hasattr(value, "item"):
        return plain_facts(value.item())
    return clean(str(value))


def clean(text: str) -> str:
    """Give text that every database and encoding takes: file names may hold bytes that are no characters."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")


def hash_of(body: Mapping[str, Any]) -> str:
    """Hash one entry: SHA-256 over the canonical JSON of its seven fields, the hash itself left out."""
    return hashlib.sha256(canonical({key: body[key] for key in _KEYS}).encode()).hexdigest()


def entry_after(
    last: tuple[int, str] | None, *, at: str, by: str, action: str, subject: str, facts: Mapping[str, Any]
) -> Entry:
    """Make the entry that follows `last` (number and hash; None at the beginning)."""
    number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    body = {
        "number": number, "at": at, "by": clean(by), "action": action, "subject": clean(subject),
        "facts": plain_facts(facts), "previous": previous,
    }  # fmt: skip
    return Entry(**body, hash=hash_of(body))


def check_chain(entries: Iterable[Entry], *, head: str | None = None) -> TrailReport:
    """Check that every entry is what its hash says and follows the one before, and that `head` is among them.

    A chain alone cannot show that its end was cut off: only a head that was kept elsewhere can. A trail that
    grew since then still contains the kept head, so any hash along the chain will do.
    """
    faults: list[Fault] = []
    count, previous, before = 0, GENESIS, ""
    found = head is None
    for entry in entries:
        count += 1
        here = {"number": entry.number, "subject": entry.subject}
        if entry.number != count:
            gap = Text(
                f"第{count}条应在此处,却是第{entry.number}条:有留痕被删除、调换或插入。",
                f"Entry {entry.number} is where {count} should be: something was removed, swapped or put in.",
            )
            faults.append(Fault("order", gap, **here))
            count = entry.number
        if entry.previous != previous:
            cut = Text(
                f"第{entry.number}条没有接在前一条之后。",
                f"Entry {entry.number} does not follow the one before it.",
            )
            faults.append(Fault("link", cut, **here))
        if hash_of(entry.body()) != entry.hash:
            edited = Text(
                f"第{entry.number}条的内容被改动过:与其哈希不符。",
                f"Entry {entry.number} was altered: it is not what its hash says.",
            )
            faults.append(Fault("content", edited, **here))
        if entry.at <= before:
            early = Text(
                f"第{entry.number}条的时间不晚于前一条。",
                f"Entry {entry.number} is not later than the one before it.",
            )
            faults.append(Fault("time", early, **here))
        previous, before = entry.hash, entry.at
        found = found or entry.hash == head
    if not found:
        lost = Text(
            f"留痕中没有您保存的末端哈希 {str(head)[:16]}…:末尾被截断,或整条链被重做。",
            f"The head you kept, {str(head)[:16]}…, is not in the trail: cut off at the end, or redone.",
        )
        faults.append(Fault("head", lost))
    return TrailReport(count, previous, tuple(faults), head_checked=head is not None)


def to_line(entry: Entry) -> str:
    """Write one entry as a line of an exported file: canonical JSON, its hash included."""
    return canonical({**entry.body(), "hash": entry.hash})


def from_lines(lines: Iterable[str]) -> Iterator[Entry]:
    """Read an exported file's lines back.

    Raises
    ------
    WrongUse : a line is not an entry.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            entry = Entry(**{key: raw[key] for key in (*_KEYS, "hash")})
        except (ValueError, KeyError, TypeError) as error:
            raise WrongUse(
                Text(
                    f"文件第{number}行不是一条留痕记录。",
                    f"Line {number} of the file is not an entry of a trail.",
                ),
                Text("请使用 tuban trail export 导出的文件。", "Use a file that `tuban trail export` wrote."),
                line=number,
            ) from error
        kinds = (int, str, str, str, str, dict, str)
        sound = all(type(getattr(entry, key)) is kind for key, kind in zip(_KEYS, kinds, strict=True))
        if not sound or set(raw) != {*_KEYS, "hash"}:
            raise WrongUse(
                Text(
                    f"文件第{number}行多了、少了或写错了字段。",
                    f"Line {number} has a field too many or of a wrong kind.",
                ),
                Text("请使用 tuban trail export 导出的文件。", "Use a file that `tuban trail export` wrote."),
                line=number,
            )
        yield entry
