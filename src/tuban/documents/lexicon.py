"""Find many words in a text at once: leftmost, longest, without a regular expression of thousands of branches."""

from __future__ import annotations

from collections.abc import Iterable


class Lexicon:
    """A set of words, asked by their first letter."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = {}
        for word in sorted({word for word in words if word}, key=lambda w: (-len(w), w)):
            self._by_first.setdefault(word[0], []).append(word)

    def find(self, text: str) -> list[tuple[int, str]]:
        """Give (position, word) in order; words do not overlap."""
        found: list[tuple[int, str]] = []
        at = 0
        while at < len(text):
            word = next((w for w in self._by_first.get(text[at], ()) if text.startswith(w, at)), None)
            if word is None:
                at += 1
                continue
            found.append((at, word))
            at += len(word)
        return found

    def strip(self, text: str) -> str:
        """Give the text without the words in it."""
        parts: list[str] = []
        last = 0
        for at, word in self.find(text):
            parts.append(text[last:at])
            last = at + len(word)
        return "".join([*parts, text[last:]])
