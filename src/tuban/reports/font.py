"""The shipped font: where it lies and which characters it has."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")
REGULAR = FONTS / "NotoSansCJKsc-Regular.otf"
BOLD = FONTS / "NotoSansCJKsc-Bold.otf"
FAMILY = "Noto Sans CJK SC"


@cache
def covered() -> frozenset[int]:
    """Give the code points that the shipped font can draw."""
    from fontTools.ttLib import TTFont

    with TTFont(REGULAR, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


def missing(text: str) -> str:
    """Give the visible characters of `text` that the shipped font cannot draw, each once, in order."""
    have = covered()
    return "".join(sorted({sign for sign in text if ord(sign) not in have and sign.isprintable()}))
