"""German plans (XPlanGML): polygons with their class and whether they must tile, judged for closure and scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.domain.finding import Finding, Severity
from tuban.errors import BrokenFile, Text
from tuban.quality.geometry import cover
from tuban.quality.geometry.fabric import Fabric
from tuban.quality.geometry.overlaps import overlaps
from tuban.quality.geometry.soundness import unsound

_CURVED = {"Arc", "ArcString", "Circle", "CircleByCenterPoint", "ArcByCenterPoint", "CubicSpline", "Bezier"}
_LARGEST_BYTES = 500_000_000


@dataclass(frozen=True)
class GermanPlan:
    """The areas of one plan.

    `areas` has `id`, `kind` (FP_Gruen …), `tiles` (must it tile: flaechenschluss), geometry; `scope` is the outline
    of the plan (raeumlicherGeltungsbereich); `curved` are the ids with arcs, which are left out.
    """

    areas: gpd.GeoDataFrame
    scope: NDArray[Any]
    curved: tuple[str, ...]


@dataclass(frozen=True)
class Closure:
    """How the areas that must tile fill the plan, and what is wrong with them; areas in the plan's own plane."""

    tiles: int
    tiles_m2: float
    scope_m2: float
    missing_m2: float
    outside_m2: float
    overlap_m2: float
    findings: tuple[Finding, ...]


def read_gml(path: str | Path) -> GermanPlan:
    """Read the areas of an XPlanGML file.

    Raises
    ------
    BrokenFile : no XML, no areas, or too large.
    """
    path = Path(path)
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    scope: list[Any] = []
    curved: list[str] = []
    crs: str | None = None
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _broken(path, "文件过大", "it is too large")
        _must_be_plain(path)
        for _, member in ElementTree.iterparse(path):  # noqa: S314  # a file with a DTD is refused above
            crs = crs or member.get("srsName")
            if _local(member) not in ("featureMember", "member"):
                continue
            for feature in member:
                kind, name = _local(feature), _gml_id(feature)
                arcs = any(_local(part) in _CURVED for part in feature.iter())
                if arcs:
                    curved.append(name)
                for slot in feature:
                    ground = None if arcs else _ground(slot)
                    if ground is None:
                        continue
                    if _local(slot) == "raeumlicherGeltungsbereich":
                        scope.append(ground)
                    elif _local(slot) == "position":
                        rows.append({"id": name, "kind": kind, "tiles": _said(feature, "flaechenschluss")})
                        shapes.append(ground)
            member.clear()
    except (OSError, ElementTree.ParseError, ValueError) as error:
        raise _broken(path, f"无法读取({error})", f"it cannot be read ({error})") from error
    if not shapes:
        raise _broken(path, "没有面", "it holds no areas")
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=_system(crs))
    return GermanPlan(frame, np.array(scope, dtype=object), tuple(curved))


def closure(plan: GermanPlan, *, least_m2: float = 0.01) -> Closure:
    """Judge closure and scope: areas that must tile do not overlap, lie in the scope, and leave nothing of it open.

    What is left open is a general finding: a plan may leave parts to others by intent.
    """
    tiles = plan.areas[plan.areas["tiles"]]
    shapes = np.asarray(tiles.geometry.array, dtype=object)
    crs = f"EPSG:{plan.areas.crs.to_epsg()}" if plan.areas.crs is not None else None
    fabric = Fabric.of(shapes, crs)
    whole = Fabric.of(plan.scope[:1] if len(plan.scope) else plan.scope, crs, step=fabric.step)
    names = tiles["id"].tolist()
    found: list[Finding] = []
    found += [
        _finding(
            "4102",
            [names[fault.row]],
            crs,
            fault.place,
            None,
            Text(
                f"{names[fault.row]} 图形无效:{fault.reason.zh}。",
                f"{names[fault.row]} is invalid: {fault.reason.en}.",
            ),
        )
        for fault in unsound(shapes)
    ]
    double = overlaps(fabric, least_m2=least_m2)
    for i in range(len(double)):
        pair = [names[int(double.first[i])], names[int(double.second[i])]]
        area = float(double.area_m2[i])
        text = Text(
            f"{pair[0]} 与 {pair[1]} 重叠 {area:.2f} 平方米。",
            f"{pair[0]} and {pair[1]} overlap by {area:.2f} m².",
        )
        found.append(_finding("4201", pair, crs, double.shapes[i], area, text))
    lacking = outside = 0.0
    if len(plan.scope):
        faces = cover.against(fabric, whole)
        for rule, zh, en, rows in (
            (
                "4203",
                "规划范围内没有用途区",
                "of the plan's scope hold no area",
                (faces.counts[0] == 0) & (faces.counts[1] > 0),
            ),
            (
                "4203",
                "用途区超出规划范围",
                "lie outside the plan's scope",
                (faces.counts[0] > 0) & (faces.counts[1] == 0),
            ),
        ):
            area = faces.area_m2[rows]
            if rule and zh.startswith("规划范围"):
                lacking = float(area.sum())
            else:
                outside = float(area.sum())
            for shape, size in zip(faces.shapes[rows], area.tolist(), strict=True):
                if size > least_m2:
                    text = Text(f"{zh}:{size:.2f} 平方米。", f"{size:.2f} m² {en}.")
                    found.append(_finding(rule, [], crs, shape, size, text, Severity.GENERAL))
    return Closure(
        tiles=len(tiles),
        tiles_m2=float(shapely.area(shapes).sum()),
        scope_m2=float(shapely.area(plan.scope[:1]).sum()),
        missing_m2=lacking,
        outside_m2=outside,
        overlap_m2=float(double.area_m2.sum()),
        findings=tuple(sorted(found, key=lambda finding: finding.order)),
    )


def _must_be_plain(path: Path) -> None:
    """Refuse a document type: plans have none, and its entities are how XML files are made to explode."""
    with path.open("rb") as file:
        start = file.read(3)
        if not (start.startswith((b"<", b"\xef\xbb\xbf")) or start[:1].isspace()):
            raise _broken(path, "不是 UTF-8 的 XML", "it is no XML in UTF-8")
        rest = b""
        while block := file.read(1 << 20):
            if b"<!DOCTYPE" in rest + block:
                raise _broken(path, "含有文档类型声明(DTD)", "it declares a document type (DTD)")
            rest = block[-16:]


def _finding(
    rule: str,
    objects: list[str],
    crs: str | None,
    shape: Any,
    area: float | None,
    text: Text,
    severity: Severity = Severity.VETO,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        layer="XPlanGML",
        message=text,
        objects=tuple(objects),
        geometry=None if shape is None else shapely.to_wkb(shape),
        crs=crs,
        area_m2=area,
    )


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _gml_id(element: ElementTree.Element) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id"), "")


def _said(feature: ElementTree.Element, name: str) -> bool:
    return any(_local(one) == name and (one.text or "").strip().lower() in ("true", "1") for one in feature)


def _ground(slot: ElementTree.Element) -> Any:
    polygons = [_polygon(one) for one in slot.iter() if _local(one) in ("Polygon", "PolygonPatch")]
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _polygon(element: ElementTree.Element) -> Any:
    rings = {"exterior": list(_rings(element, "exterior")), "interior": list(_rings(element, "interior"))}
    if len(rings["exterior"]) != 1:
        raise ValueError("a polygon without an outline")
    return shapely.Polygon(rings["exterior"][0], rings["interior"])


def _rings(element: ElementTree.Element, side: str) -> Iterator[NDArray[np.float64]]:
    for one in element:
        if _local(one) == side:
            numbers: list[float] = []
            for part in one.iter():
                if _local(part) in ("posList", "pos"):
                    numbers += [float(number) for number in (part.text or "").split()]
            yield np.array(numbers).reshape(-1, 2)


def _system(said: str | None) -> Any:
    digits = "".join(c for c in (said or "").rpartition(":")[2] if c.isdigit())
    return f"EPSG:{digits}" if digits else None


def _broken(path: Path, zh: str, en: str) -> BrokenFile:
    return BrokenFile(
        Text(f"“{path.name}”不能作为 XPlanGML 读取:{zh}。", f"“{path.name}” is no readable XPlanGML: {en}."),
        Text("请检查文件是否完整。", "Check that the file is whole."),
        file=path.name,
    )
