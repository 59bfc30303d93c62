"""Codes and their tables: one code has one meaning in one edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Generic, Protocol, TypeVar, overload

from tuban.errors import Text, UnknownCode


class Coded(Protocol):
    """Anything a code table can hold: a code with a name."""

    @property
    def code(self) -> str:
        """The code in its short form."""
        ...

    @property
    def name(self) -> Text:
        """The name in both languages."""
        ...


T = TypeVar("T", bound=Coded)
D = TypeVar("D")


def normalise_class_code(stored: object) -> str:
    """Give the short form of a class code for comparing; what is stored stays as it is.

    Databases fill class codes on the right to six characters (耕地 = 010000); other tools store
    the short code. Blanks around the code and trailing 00 pairs go. Only codes of an even length
    are filled that way, so the zone code 100 stays 100.

    >>> normalise_class_code("010000"), normalise_class_code("070100"), normalise_class_code("100")
    ('01', '0701', '100')

    Source: One-Map database book (verified:YZT, ZJS).
    """
    code = "" if stored is None else str(stored).strip()
    while len(code) > 2 and len(code) % 2 == 0 and code.endswith("00"):
        code = code[:-2]
    return code


def pad_class_code(code: str, length: int = 6) -> str:
    """Give the filled form of a plan class code, as plan databases store it: 01 → 010000."""
    return code.strip().ljust(length, "0")


class CodeTable(Generic[T]):
    """The entries of one table in one edition, in the order of the table; `table[code]` gives one.

    Asking for a code accepts its filled form too (010000 finds 01). A code that the table does
    not have raises `UnknownCode`; where another edition has it, the message says what it means there.
    """

    def __init__(
        self,
        items: Mapping[str, T],
        *,
        title: Text,
        edition: str = "",
        hint: Callable[[str], Text | None] | None = None,
    ) -> None:
        self._items = dict(items)
        self.hint = hint
        self.title = title
        self.edition = edition

    def __getitem__(self, code: str) -> T:
        found = self.find(code)
        if found is None:
            raise self._unknown(code)
        return found

    def __contains__(self, code: object) -> bool:
        return self.find(code) is not None

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<CodeTable {self.title.en} {self.edition}: {len(self)} codes>"

    def keys(self) -> Sequence[str]:
        """List the codes."""
        return tuple(self._items)

    def values(self) -> Sequence[T]:
        """List the entries."""
        return tuple(self._items.values())

    def items(self) -> Sequence[tuple[str, T]]:
        """List code and entry."""
        return tuple(self._items.items())

    @overload
    def get(self, code: object) -> T | None: ...
    @overload
    def get(self, code: object, default: D) -> T | D: ...
    def get(self, code: object, default: D | None = None) -> T | D | None:
        """Give the entry that a stored value means, or `default`."""
        found = self.find(code)
        return default if found is None else found

    def find(self, stored: object) -> T | None:
        """Give the entry that a stored value means, or None."""
        code = "" if stored is None else str(stored).strip()
        return self._items.get(code) or self._items.get(normalise_class_code(code))

    def children(self, code: str) -> tuple[T, ...]:
        """List the entries directly under `code`."""
        return tuple(item for item in self._items.values() if getattr(item, "parent", None) == code)

    def top(self, stored: object) -> T | None:
        """Give the level-1 entry that a stored value belongs to, or None."""
        item = self.find(stored)
        while item is not None and getattr(item, "parent", None) in self._items:
            item = self._items[getattr(item, "parent")]  # noqa: B009 - not every entry has a parent
        return item

    def search(self, word: str) -> tuple[T, ...]:
        """List the entries whose code begins with, or whose name contains, the word."""
        low = word.strip().lower()
        return tuple(
            item
            for item in self._items.values()
            if item.code.lower().startswith(low) or low in item.name.zh.lower() or low in item.name.en.lower()
        )

    def _unknown(self, code: object) -> UnknownCode:
        asked = str(code)
        elsewhere = self.hint(asked) if self.hint else None
        near = get_close_matches(asked, list(self._items), n=3, cutoff=0.6)
        if elsewhere is not None:
            fix = elsewhere
        elif near:
            named = "、".join(f"{item} {self._items[item].name.zh}" for item in near)
            fix = Text(
                f"相近的有：{named}。请核对编码和版本。",
                "Near it: " + ", ".join(f"{item} {self._items[item].name.en}" for item in near) + ".",
            )
        else:
            fix = Text("请核对编码和版本。", "Check the code and the edition.")
        return UnknownCode(
            Text(f"{self.title.zh}中没有编码“{asked}”。", f"{self.title.en} has no code {asked!r}."),
            fix,
            code=asked,
            edition=self.edition,
            near=near,
        )
