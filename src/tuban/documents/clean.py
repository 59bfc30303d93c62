"""Text as it reads: full-width digits, bold marks and formula fragments made plain, every letter still in place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FULL = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
_FULL |= {code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)}
_FULL |= {code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)}
_FULL |= {
    ord(wide): ord(narrow)
    for wide, narrow in zip(
        "（）％．＋－−﹣＝＞＜～∼〜／﹪：﹕；\u200b＊′　\xa0", "()%.+---=><~~~/%：：； *' \x20", strict=False
    )
}
_FULL |= {
    ord(":"): "：",
    ord(";"): "；",
    ord("≧"): "≥",
    ord("≦"): "≤",
    ord("⩾"): "≥",
    ord("⩽"): "≤",
    ord("－"): "-",
}
_FULL[ord("−")] = "-"
_FULL[ord("–")] = "—"
_FULL[ord("\u200b")] = " "
_FULL[ord("\ufeff")] = " "
_FULL[ord("㎞")] = "㎞"
# Marks of bold type and of formulas, and what they stand for; each alternative is linear.
_SPECIAL = re.compile(
    r"\*\*|__|\$|\\(?:leqslant|leq|le)(?![a-z])|\\(?:geqslant|geq|ge)(?![a-z])|\\times|\\%|\\sim|\\approx|\\pm"
    r"|\^\{?\\circ\}?|\^\{?\\prime\}?|\^\{?2\}?|\^\{?3\}?|\\(?:mathrm|text|mathbf|rm)\{|\\[ ,;!]|<br ?/?>|</?(?:b|strong|sup|sub)>"
)
_FORMULA = re.compile(r"\$[^$\n\u4e00-\u9fff]{1,60}\$")
_MEANS = {"\\times": "×", "\\%": "%", "\\sim": "~", "\\approx": "≈", "\\pm": "±"}


@dataclass(frozen=True, slots=True)
class Clean:
    """Plain text and, for every letter of it, its line and column in the document."""

    text: str
    at: tuple[tuple[int, int], ...]

    def where(self, index: int) -> tuple[int, int]:
        """Give line and column of a letter; past the end, of the last one."""
        return self.at[min(index, len(self.at) - 1)] if self.at else (1, 1)


def clean(text: str, line: int, column: int = 1, *, keep_blanks: bool = False) -> Clean:
    """Make one line plain; blanks stay only between two ASCII letters or digits."""
    plain = text.translate(_FULL)
    if len(plain) != len(text):
        plain = text
    # A formula read by a machine parts its digits: $2 1 6 . 3 5$.
    formulas = {i for found in _FORMULA.finditer(plain) for i in range(*found.span()) if plain[i] in " \t"}
    letters: list[str] = []
    places: list[int] = []
    start = 0
    in_braces = 0
    for found in _SPECIAL.finditer(plain):
        letters += plain[start : found.start()]
        places += range(start, found.start())
        means = _meaning(found.group())
        if found.group().endswith("{"):
            in_braces += 1
        if means:
            letters.append(means)
            places.append(found.start())
        start = found.end()
    letters += plain[start:]
    places += range(start, len(plain))
    if formulas:
        kept = [i for i, place in enumerate(places) if place not in formulas]
        letters, places = [letters[i] for i in kept], [places[i] for i in kept]
    if in_braces:
        kept = [i for i, letter in enumerate(letters) if letter not in "{}"]
        letters, places = [letters[i] for i in kept], [places[i] for i in kept]
    for i, letter in enumerate(letters):  # a comma that parts no thousands parts clauses
        if letter == "," and not (
            0 < i < len(letters) - 1 and letters[i - 1].isdigit() and letters[i + 1].isdigit()
        ):
            letters[i] = "，"
    if not keep_blanks:
        kept = [i for i, letter in enumerate(letters) if letter not in " \t" or _between_words(letters, i)]
        letters, places = [letters[i] for i in kept], [places[i] for i in kept]
    return Clean("".join(letters), tuple((line, column + place) for place in places))


def join(parts: list[Clean]) -> Clean:
    """Give several pieces as one."""
    if len(parts) == 1:
        return parts[0]
    at: list[tuple[int, int]] = []
    text: list[str] = []
    for part in parts:
        # A word or number that ends a line and one that begins the next are two.
        if text and part.text and text[-1][-1:].isascii() and text[-1][-1:].isalnum():
            first = part.text[0]
            if first.isascii() and first.isalpha():
                text.append(" ")
                at.append(part.at[0])
        if part.text:
            text.append(part.text)
            at += part.at
    return Clean("".join(text), tuple(at))


def _meaning(mark: str) -> str:
    if mark in _MEANS:
        return _MEANS[mark]
    if mark.startswith("\\l"):
        return "≤"
    if mark.startswith("\\g"):
        return "≥"
    if "circ" in mark:
        return "°"
    if "prime" in mark:
        return "′"
    if mark.startswith("^"):
        return "²" if "2" in mark else "³"
    return ""


def _between_words(letters: list[str], i: int) -> bool:
    before = letters[i - 1] if i else " "
    if before in " \t":
        return False
    after = next((letter for letter in letters[i + 1 : i + 40] if letter not in " \t"), " ")
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
