"""Make the shipped font anew: `python -m tuban.reports.make_fonts FOLDER_OF_NOTO_SANS_CJK`.

The folder holds NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc (Debian: package fonts-noto-cjk). Kept are
the characters of GB/T 2312, of the administrative codes, of names that GB/T 2312 lacks (`fonts/names.txt`),
and symbols; hints, vertical metrics and the variants of other languages are left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tuban.reports.font import BOLD, FAMILY, FONTS, REGULAR

# Latin, general punctuation, super- and subscripts, letterlike, numbers, arrows, mathematics, circled
# numbers, boxes and shapes, CJK punctuation and units, full-width forms, Greek.
RANGES = (
    (0x20, 0x7F), (0xA0, 0x180), (0x370, 0x400), (0x2010, 0x2040), (0x2070, 0x20C0), (0x2100, 0x2300),
    (0x2460, 0x2640), (0x3000, 0x3030), (0x3200, 0x3300), (0x3380, 0x33E0), (0xFE30, 0xFE50),
    (0xFF00, 0xFFF0),
)  # fmt: skip


def characters() -> frozenset[int]:
    """Give the code points that the font shall have."""
    wanted = {code for first, end in RANGES for code in range(first, end)}
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            wanted.update(map(ord, bytes([row, cell]).decode("gb2312", errors="ignore")))
    codes = FONTS.parent.parent / "standards" / "codes"
    for file in (FONTS / "names.txt", *sorted(codes.glob("*.csv"))):
        wanted.update(map(ord, file.read_text(encoding="utf-8")))
    return frozenset(wanted)


def make(source: Path, target: Path) -> None:
    """Write the subset of one collection's simplified Chinese face to `target`."""
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    options = subset.Options(
        hinting=False, layout_features=["kern"], name_IDs=["*"], notdef_outline=True, recalc_timestamp=False
    )
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]
    faces = TTCollection(str(source)).fonts
    names = [str(face["name"].getDebugName(1)) for face in faces]
    options.font_number = names.index(FAMILY)
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    make(folder / "NotoSansCJK-Regular.ttc", REGULAR)
    make(folder / "NotoSansCJK-Bold.ttc", BOLD)
