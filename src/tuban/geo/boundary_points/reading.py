"""From text to plots: tolerant of what writers do differently, never guessing at the zone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tuban.errors import BrokenFile, Text, UnknownEncoding, Unreadable
from tuban.geo import encoding as encodings
from tuban.geo.boundary_points.checking import check
from tuban.geo.boundary_points.model import BoundaryFile, Plot, PlotKind, Point, Remark, Ring
from tuban.geo.boundary_points.zones import Frame, frame_of

HEADER_TAG, PLOT_TAG = "[属性描述]", "[地块坐标]"
LARGEST_BYTES = 64 * 2**20
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．【】［］＝－＋＠Ｊ", "0123456789,.[][]=-+@J")
_POINT = re.compile(r"^(J?\d{1,9})$", re.IGNORECASE)
_NUMBER = re.compile(r"^[-+]?\d{1,12}(\.\d{1,9})?$")


def read(path: str | Path, *, encoding: str | None = None) -> BoundaryFile:
    """Read a boundary-point file.

    Parameters
    ----------
    path : a text file. encoding : of its text; else UTF-8 or GB 18030 as the bytes tell.

    Raises
    ------
    BrokenFile : no such tags, a line that cannot be read (the message names it), an empty or huge file.
    UnknownCRS, ForeignCRS, WrongCRS : the zone is not named, not CGCS2000, or contradicts the coordinates.
    UnknownEncoding : the bytes are no text.
    """
    path = Path(path)
    data = path.read_bytes()
    if not data.strip():
        raise _broken(path.name, 1, Text("文件是空的", "the file is empty"))
    if len(data) > LARGEST_BYTES:
        raise BrokenFile(
            Text(f"“{path.name}”超过 64 MB。", f"“{path.name}” is larger than 64 MB."),
            Text(
                "界址点文件不会这样大,请确认选对了文件。", "Check the choice: no boundary file is that large."
            ),
        )
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnknownEncoding(
            Text(f"“{path.name}”不是文本文件。", f"“{path.name}” is not a text file."),
            Text("请给出界址点坐标的 TXT 文件。", "Give the boundary-point file as text (TXT)."),
        )
    told, notes = encodings.of_text(data, path.name, encoding)
    file = parse(data.decode(told), path.name)
    remarks = tuple(Remark("N0", "note", 1, note) for note in notes)
    return replace(file, encoding=told, remarks=remarks + file.remarks)


def parse(text: str, name: str = "text") -> BoundaryFile:
    """Read the text of a boundary-point file; raises as `read` does."""
    remarks: list[Remark] = []
    lines = text.removeprefix("\ufeff").splitlines()
    plain = [line.translate(_FULL_WIDTH).strip() for line in lines]
    bent = next((at for at, line in enumerate(lines) if line.translate(_FULL_WIDTH) != line), None)
    # A full-width dot in the version number is common and harmless; in the data it is worth saying.
    if bent is not None:
        remarks.append(
            Remark(
                "N1",
                "note",
                bent + 1,
                Text(
                    "有全角标点或数字,已按半角理解。",
                    "Full-width punctuation or digits were read as half-width.",
                ),
            )
        )
    start = next((at for at, line in enumerate(plain) if PLOT_TAG in line), None)
    top = next((at for at, line in enumerate(plain) if HEADER_TAG in line), None)
    if top is None or start is None or start < top:
        missing = HEADER_TAG if top is None else PLOT_TAG
        raise _broken(
            name,
            1,
            Text(f"没有“{missing}”一行", f"there is no line “{missing}”"),
            Text(
                f"文件应先有 {HEADER_TAG},再有 {PLOT_TAG};请向测绘单位要国土TXT 格式的文件。",
                f"The file needs {HEADER_TAG}, then {PLOT_TAG}; ask the surveyor for that format.",
            ),
        )
    header: dict[str, str] = {}
    for at in range(top + 1, start):
        key, equals, value = plain[at].partition("=")
        if equals:
            header[key.strip()] = value.strip()
    raw = _plots(plain, start + 1, name, remarks)
    frame = frame_of(header, [point for plot in raw for ring in plot.rings for point in ring.points], name)
    remarks += frame.remarks
    plots = tuple(_placed(plot, frame) for plot in raw)
    remarks += check(plots, header)
    return BoundaryFile(header, plots, frame.crs, tuple(remarks))


def _plots(lines: list[str], start: int, name: str, remarks: list[Remark]) -> list[Plot]:
    plots: list[Plot] = []
    current: Plot | None = None
    points: list[tuple[int, Point]] = []

    def finish() -> None:
        if current is None:
            return
        if not points:
            what = Text("地块没有界址点", "the plot has no boundary points")
            raise _broken(name, current.line, what)
        plots.append(replace(current, rings=_rings(points)))
        points.clear()

    for at in range(start, len(lines)):
        line = lines[at]
        if not line:
            continue
        parts = [part.strip() for part in line.split(",")]
        if parts[-1].endswith("@"):
            finish()
            current = _plot_line(parts, at + 1, name)
        elif len(parts) == 4 and _POINT.match(parts[0]):
            if current is None:
                remarks.append(
                    Remark(
                        "N2",
                        "note",
                        at + 1,
                        Text("只有坐标,没有地块行。", "Coordinates only, without a plot line."),
                    )
                )
                current = Plot(None, None, "1", "", "面", "", "", "", (), (), at + 1)
            points.append(_point_line(parts, at + 1, name))
        elif line.startswith("["):
            what = Text(f"不认识的标记“{line[:20]}”", f"unknown tag “{line[:20]}”")
            raise _broken(name, at + 1, what)
        elif len(parts) >= 7:
            raise _broken(
                name,
                at + 1,
                Text("地块行没有以 @ 结尾", "the plot line does not end in @"),
                Text("在该行末尾补上“,@”。", "Put “,@” at the end of that line."),
            )
        else:
            raise _broken(
                name,
                at + 1,
                Text(f"看不懂这一行:“{line[:40]}”", f"nobody can read this line: “{line[:40]}”"),
                Text(
                    "界址点行应为“点号,圈号,X,Y”,例如“J1,1,3700100.000,38500000.000”。",
                    "A point line is “number,ring,X,Y”, for example “J1,1,3700100.000,38500000.000”.",
                ),
            )
    finish()
    if not plots:
        raise _broken(name, start, Text("没有任何地块", "there are no plots"))
    return plots


def _plot_line(parts: list[str], line: int, name: str) -> Plot:
    # "@" may follow the last comma or the last field.
    fields = [*parts[:-1], parts[-1][:-1].strip()] if parts[-1] != "@" else parts[:-1]
    fields += [""] * (8 - len(fields))
    count = int(fields[0]) if re.fullmatch(r"\d{1,9}", fields[0]) else None
    stated = re.sub(r"(公顷|hm2|ha)$", "", fields[1])
    if stated and not _NUMBER.match(stated):
        what = Text(f"面积“{fields[1][:20]}”不是数字", f"the area “{fields[1][:20]}” is not a number")
        raise _broken(name, line, what, Text("面积以公顷填写,如 0.9600。", "Write hectares, such as 0.9600."))
    kind: PlotKind = "线" if fields[4] == "线" else "点" if fields[4] == "点" else "面"
    area_ha = float(stated) if stated else None
    number, title, sheet, use, land_class = fields[2], fields[3], fields[5], fields[6], fields[7]
    return Plot(count, area_ha, number, title, kind, sheet, use, land_class, (), tuple(fields[8:]), line)


def _point_line(parts: list[str], line: int, name: str) -> tuple[int, Point]:
    label, ring, first, second = parts
    if not re.fullmatch(r"\d{1,6}", ring):
        raise _broken(
            name, line, Text(f"圈号“{ring[:20]}”不是数字", f"the ring “{ring[:20]}” is not a number")
        )
    for value in (first, second):
        if not _NUMBER.match(value):
            what = Text(f"坐标“{value[:20]}”不是数字", f"the coordinate “{value[:20]}” is not a number")
            raise _broken(name, line, what)
    return int(ring), Point(label, float(first), float(second), line)


def _rings(points: list[tuple[int, Point]]) -> tuple[Ring, ...]:
    """Split at each change of the ring number, and where a ring closed and the next point starts anew."""
    rings: list[Ring] = []
    held: list[Point] = []
    number = points[0][0]
    for ring, point in points:
        if ring != number and held:
            rings.append(_ring(number, held))
            held = []
        number = ring
        held.append(point)
    rings.append(_ring(number, held))
    return tuple(rings)


def _ring(number: int, points: list[Point]) -> Ring:
    first, last = points[0], points[-1]
    same = len(points) > 1 and (first.northing_m, first.easting_m) == (last.northing_m, last.easting_m)
    return Ring(number, tuple(points), same)


def _placed(plot: Plot, frame: Frame) -> Plot:
    def moved(point: Point) -> Point:
        northing, easting = point.northing_m, point.easting_m
        if frame.swapped:
            northing, easting = easting, northing
        return Point(point.number, northing, easting + frame.add_easting_m, point.line)

    rings = tuple(replace(ring, points=tuple(moved(point) for point in ring.points)) for ring in plot.rings)
    return replace(plot, rings=rings)


def _broken(name: str, line: int, what: Text, fix: Text | None = None) -> Unreadable:
    return BrokenFile(
        Text(
            f"界址点文件“{name}”第 {line} 行:{what.zh}。", f"Boundary file “{name}”, line {line}: {what.en}."
        ),
        fix
        or Text(
            "请对照界址点坐标交换格式改正该行。", "Mend that line after the boundary-point exchange format."
        ),
        line=line,
    )
