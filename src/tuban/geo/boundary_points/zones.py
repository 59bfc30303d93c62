"""Which zone the coordinates of a boundary-point file lie in, by header and by the numbers themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuban.errors import ForeignCRS, Text, UnknownCRS, WrongCRS
from tuban.geo.boundary_points.model import Point, Remark
from tuban.geo.crs import ZONE_STEP_M, ZONES, gauss_kruger

# An easting inside a zone, without its zone number; a northing of China.
_EASTING_M = (166_000.0, 834_000.0)
_NORTHING_M = (1_800_000.0, 6_000_000.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """The system, and what must be done to a point of the file to be in it."""

    crs: str
    swapped: bool
    add_easting_m: float
    remarks: tuple[Remark, ...]


def frame_of(header: dict[str, str], points: list[Point], name: str) -> Frame:
    """Tell zone, order of the axes and whether the zone number stands in the easting.

    Raises
    ------
    ForeignCRS : the header names another datum.
    UnknownCRS : neither header nor easting gives the zone, or the header names no datum.
    WrongCRS : header and easting give different zones, or coordinates lie in no zone.
    """
    _must_be_cgcs2000(header, name)
    width = _width(header)
    said = re.search(r"\d{1,2}", header.get("带号", ""))
    said_zone = int(said.group()) if said else None
    kinds = {_kind(point) for point in points}
    if len(kinds) > 1 or None in kinds:
        odd = next((p for p in points if _kind(p) is None), None)
        odd = odd or next(p for p in points if _kind(p) != _kind(points[0]))
        raise WrongCRS(
            Text(
                f"“{name}”第 {odd.line} 行的坐标 ({odd.northing_m:.3f}, {odd.easting_m:.3f}) "
                "不像高斯克吕格的 X、Y,或与其他点写法不同。",
                f"“{name}”, line {odd.line}: ({odd.northing_m:.3f}, {odd.easting_m:.3f}) are no Gauss-Krüger "
                "X and Y, or are written another way than the rest.",
            ),
            Text(
                "X 为纵坐标(7 位),Y 为横坐标(带号 2 位加 6 位)。请检查该行。",
                "X is the northing (7 digits), Y the easting (zone number and 6 digits). Check that line.",
            ),
            line=odd.line,
        )
    swapped, prefixed = kinds.pop() or (False, False)
    remarks: list[Remark] = []
    line = points[0].line
    if swapped:
        what = Text(
            "X、Y 列是反的,已按横、纵坐标对调。", "Columns X and Y are exchanged; read the other way."
        )
        remarks.append(Remark("N3", "note", line, what))
    eastings = {int((p.northing_m if swapped else p.easting_m) // ZONE_STEP_M) for p in points}
    if prefixed:
        zone = _one_zone(eastings, said_zone, name)
        add = 0.0
    elif said_zone is None:
        raise UnknownCRS(
            Text(
                f"“{name}”的横坐标没有带号,文件头也没有写带号。",
                f"“{name}”: no zone number in the eastings, and none in the header.",
            ),
            Text("请在文件头补上“带号=38”之类的一行。", "Add a line such as “带号=38” to the header."),
        )
    else:
        zone, add = said_zone, said_zone * ZONE_STEP_M
        what = Text(
            f"横坐标没有带号,已按文件头的带号 {zone} 补上。",
            f"Eastings have no zone number; zone {zone} of the header was put before them.",
        )
        remarks.append(Remark("N4", "note", line, what))
    width = width or next((w for w, (first, last, *_) in ZONES.items() if first <= zone <= last), None)
    if width is None or not ZONES[width][0] <= zone <= ZONES[width][1]:
        raise WrongCRS(
            Text(
                f"“{name}”:{width or 3} 度带里没有 {zone} 带。",
                f"“{name}”: there is no zone {zone} among those of {width or 3} degrees.",
            ),
            Text(
                "3 度带为 25–45,6 度带为 13–23;请检查“几度分带”和“带号”。",
                "3-degree zones are 25–45, 6-degree ones 13–23; check 几度分带 and 带号.",
            ),
        )
    return Frame(gauss_kruger(zone, width, True).code, swapped, add, tuple(remarks))


def _must_be_cgcs2000(header: dict[str, str], name: str) -> None:
    said = header.get("坐标系", "").replace(" ", "")
    if not said:
        raise UnknownCRS(
            Text(f"“{name}”的文件头没有写坐标系。", f"The header of “{name}” names no coordinate system."),
            Text(
                "请补上“坐标系=2000国家大地坐标系”一行;若不是 2000 系,请先由测绘单位转换。",
                "Add “坐标系=2000国家大地坐标系”; coordinates of another datum must be converted first.",
            ),
        )
    if "2000" not in said:
        raise ForeignCRS(
            Text(f"“{name}”的坐标系是“{said}”,不是 2000 系。", f"“{name}” is in “{said}”, not CGCS2000."),
            Text(
                "请测绘单位按当地转换参数转换为 2000 国家大地坐标系后再交。",
                "Have the surveyor convert it to CGCS2000 with the local parameters.",
            ),
        )


def _width(header: dict[str, str]) -> int | None:
    said = re.search(r"[36三六]", header.get("几度分带") or header.get("分带") or "")
    return None if said is None else (3 if said.group() in "3三" else 6)


def _kind(point: Point) -> tuple[bool, bool] | None:
    """Tell whether the columns are exchanged and whether the easting has its zone number."""
    first, second = point.northing_m, point.easting_m
    for swapped, northing, easting in ((False, first, second), (True, second, first)):
        if not _NORTHING_M[0] <= northing <= _NORTHING_M[1]:
            continue
        if easting >= 13 * ZONE_STEP_M and _EASTING_M[0] <= easting % ZONE_STEP_M <= _EASTING_M[1]:
            return swapped, True
        if _EASTING_M[0] <= easting <= _EASTING_M[1]:
            return swapped, False
    return None


def _one_zone(eastings: set[int], said: int | None, name: str) -> int:
    if len(eastings) > 1 or (said is not None and said not in eastings):
        seen = "、".join(map(str, sorted(eastings)))
        header = f",文件头写 {said}" if said is not None else ""
        header_en = f", the header says {said}" if said is not None else ""
        raise WrongCRS(
            Text(
                f"“{name}”的带号不一致:横坐标前两位是 {seen}{header}。",
                f"“{name}”: zones disagree: eastings begin with {seen}{header_en}.",
            ),
            Text("请核对后改成一致,不能猜。", "Find out which is right and mend the other."),
            zones=sorted(eastings),
        )
    return next(iter(eastings))
