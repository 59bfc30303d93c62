"""6201, 6203, 6204, 6301: tables against layers, targets against limits, the table of indicators."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from tuban.domain.code import CodeTable
from tuban.domain.finding import Finding
from tuban.geo.area import area_m2
from tuban.quality.case import Case
from tuban.quality.package import PackageLayer
from tuban.quality.package_tables import HECTARES, Cell, Column, Table, hectares, plain
from tuban.quality.register import rule
from tuban.quality.rules.numbers import tables_of
from tuban.quality.rules.values_codes import said_codes

_LIMIT = ("上级", "下达", "任务", "上限", "底线", "限值", "控制数")
_TARGET = ("2035", "目标", "GHMBN", "规划值")
_DIRECTIONS = {
    ">=": 1,
    "≥": 1,
    "不低于": 1,
    "不少于": 1,
    "下限": 1,
    "<=": -1,
    "≤": -1,
    "不超过": -1,
    "不高于": -1,
    "上限": -1,
}
_M2_PER_HA = 10_000.0


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a layer measures under one name: hectares on the ellipsoid, and as its own field declares them."""

    layer: PackageLayer
    measured_ha: float
    declared_ha: float


def measured(case: Case, layer: PackageLayer) -> np.ndarray:
    """Give m² of every object on the ellipsoid, 0 where it has no usable shape."""

    def make() -> np.ndarray:
        found = np.zeros(len(layer.frame))
        geoms = layer.geometry
        there = np.array([geom is not None for geom in geoms], dtype=bool)
        if there.any() and layer.crs is not None and layer.crs.is_cgcs2000:
            found[there] = area_m2(geoms[there], layer.info.crs)
        return found

    return case.once(("measured", layer.label), make)


def declared(layer: PackageLayer, field: str | None = None) -> np.ndarray:
    """Give m² of every object as the layer's area field says; NaN where it says nothing."""
    name = field or (layer.spec.area_field if layer.spec is not None else None)
    return layer.numbers(name)


def _statistics(case: Case) -> dict[str, list[Statistic]]:
    """Give what the layers of the package measure by the names of their classes and zones."""

    def make() -> dict[str, list[Statistic]]:
        found: dict[str, list[Statistic]] = defaultdict(list)
        for layer in case.polygons():
            field = (
                layer.spec.field(layer.spec.class_field) if layer.spec and layer.spec.class_field else None
            )
            table = case.profile.codes_of(field)
            codes = said_codes(layer, field.name) if field is not None else None
            if table is None or codes is None:
                continue
            case.tick()
            areas, said = measured(case, layer), declared(layer)
            for item in table:
                inside = np.array([_under(table, code, item.code) for code in codes.unique()], dtype=bool)
                rows = codes.isin(codes.unique()[inside]).to_numpy()
                if rows.any():
                    sums = float(areas[rows].sum()) / _M2_PER_HA, float(np.nansum(said[rows])) / _M2_PER_HA
                    found[plain(item.name.zh)].append(Statistic(layer, *sums))
        return found

    return case.once("statistics by name", make)


def _under(table: CodeTable, code: str, top: str) -> bool:
    item = table.find(code)
    while item is not None:
        if item.code == top:
            return True
        parent = getattr(item, "parent", None)
        item = table.find(parent) if parent else None
    return False


def line_of(case: Case, codes: str, field: str | None = None) -> Statistic | None:
    """Give what a control line measures; after maintenance where the package has that state."""
    net = case.table("net_fields")
    for code in codes.split("|"):
        for name in (f"WHH{code}", code):
            for database in case.databases:
                layer = database.layer(name)
                if layer is None or layer.fault is not None or not layer.rows:
                    continue
                whole = float(measured(case, layer).sum()) / _M2_PER_HA
                said = float(np.nansum(declared(layer, field or net.get(code)))) / _M2_PER_HA
                return Statistic(layer, whole, said)
    return None


@rule("6201")
def table_equals_layer(case: Case) -> Iterator[Finding]:
    """Find areas of zones, classes and lines in tables that no layer of the package has."""
    allowed = case.number("sum_ha")
    judged = False
    for table in tables_of(case):
        if any(word in title for title in table.heads for word in ("目标", "指标", "任务", "ZBMC")):
            continue  # targets are judged against layers by 6204
        areas = [
            c
            for c in table.columns
            if c.unit and not c.share and "变化" not in c.title and "增减" not in c.title
        ]
        if not areas:
            continue
        by_name = _statistics(case)
        for row in range(len(table.labels)):
            found = [one for word in table.words(row) for one in by_name.get(word, [])]
            for name, codes in case.table("lines").items():
                if any(re.sub("(?:总?面积|总?规模|范围)$", "", word) == name for word in table.words(row)):
                    line = line_of(case, str(codes))
                    found += [line] if line is not None else []
            if not found:
                continue
            cells = [(c, cell) for c in areas if (cell := table.cells.get((row, c.index))) is not None]
            if not cells:
                continue
            judged = True
            room = max(allowed, *(float(Decimal(1).scaleb(-cell.decimals)) for _, cell in cells[:1]))
            values = [(float(hectares(cell, c.unit)), c, cell) for c, cell in cells]
            if any(_near(value, one, room) for value, _, _ in values for one in found):
                continue
            value, column, cell = values[0]
            one = min(found, key=lambda one: abs(one.measured_ha - value))
            yield case.finding(
                table.grid.label,
                f"表“{table.caption}”“{table.label(row)}”为 {cell.text} {column.unit},图层 {one.layer.name} 统计为 "
                f"{one.measured_ha:.2f} 公顷。请使图数一致。",
                f"The table “{table.caption}” gives {cell.text} {column.unit} for {table.label(row)}, the layer "
                f"{one.layer.name} measures {one.measured_ha:.2f} ha. Make them agree.",
                observed=f"{cell.text} {column.unit}",
                expected=f"{one.measured_ha:.2f} 公顷",
                tolerance=f"{allowed:g} 公顷",
                places=(table.place(row, column.index),),
            )
    if not judged:
        raise case.skip("表格中没有与图层对应的面积。", "No table prints an area that a layer has.")


def _near(value_ha: float, one: Statistic, allowed: float) -> bool:
    return min(abs(value_ha - one.measured_ha), abs(value_ha - one.declared_ha)) <= allowed * 1.000001


def _direction(case: Case, table: Table, row: int) -> int:
    """Say whether a target is a floor (1), a cap (-1), or unknown (0)."""
    for word in table.labels[row]:
        if word in _DIRECTIONS:
            return _DIRECTIONS[word]
    label = table.said(row)
    if any(word in label for word in case.words("at_least")):
        return 1
    return -1 if any(word in label for word in case.words("at_most")) else 0


@rule("6203")
def targets_met(case: Case) -> Iterator[Finding]:
    """Find binding indicators whose value goes beyond its limit."""
    judged = False
    for table in tables_of(case):
        limits, values = _limit_and_value(table)
        if limits is None or values is None:
            continue
        for row in range(len(table.labels)):
            words, said = table.said(row), table.label(row)
            if "预期" in words or ("约束" not in words and not _is_named(case, words)):
                continue
            way = _direction(case, table, row)
            limit, value = table.cells.get((row, limits.index)), table.cells.get((row, values.index))
            if not way or limit is None or value is None:
                continue
            judged = True
            if (value.value - limit.value) * way < 0:
                sign, sign_en = ("不低于", "at least") if way > 0 else ("不超过", "at most")
                yield case.finding(
                    table.grid.label,
                    f"表“{table.caption}”约束性指标“{said}”为 {value.text},应{sign} {limit.text}。请调整方案或核对数值。",
                    f"The binding indicator {said} of “{table.caption}” is {value.text}; it must be {sign_en} {limit.text}.",
                    observed=value.text,
                    expected=f"{sign} {limit.text}",
                    places=(table.place(row, values.index),),
                )
    if not judged:
        raise case.skip(
            "表格中没有可比较的约束性指标和限值。", "No table has binding indicators with limits."
        )


def _is_named(case: Case, said: str) -> bool:
    return any(word in said for word in (*case.words("at_least"), *case.words("at_most")))


def _limit_and_value(table: Table) -> tuple[Column | None, Column | None]:
    limits = table.named(*_LIMIT)
    targets = [one for one in table.named(*_TARGET) if one not in limits]
    return (limits[0], targets[-1]) if limits and targets else (None, None)


@rule("6204")
def tasks_kept(case: Case) -> Iterator[Finding]:
    """Find lines in the layers that are smaller than their task or larger than their cap."""
    allowed = case.number("sum_ha")
    judged = False
    for table in tables_of(case):
        columns = table.named(*_LIMIT) or table.named(*_TARGET)
        if not columns:
            continue
        column = columns[-1]
        for row in range(len(table.labels)):
            cell = table.cells.get((row, column.index))
            unit = column.unit or next((one for one in table.labels[row] if one in HECTARES), "")
            if cell is None or not unit:
                continue
            for names, way in ((case.table("tasks"), 1), (case.table("caps"), -1)):
                for name, codes in names.items():
                    if not any(_names(word, name) for word in table.words(row)):
                        continue
                    capped = any(_DIRECTIONS.get(word, 0) < 0 for word in table.labels[row])
                    if way < 0 and not capped and not table.named(*_LIMIT):
                        continue
                    found = line_of(case, str(codes))
                    if found is None:
                        continue
                    judged = True
                    yield from _task(case, table, row, column, cell, unit, found, way, allowed)
    if not judged:
        raise case.skip(
            "表格中没有与图层对应的任务或上限。", "No table prints a task or cap that a layer has."
        )


def _names(word: str, name: str) -> bool:
    return (
        re.fullmatch(
            rf"(?:全域|市域|县域)?{re.escape(name)}(?:保护)?(?:总?面积|总?规模|保护任务|任务)?", word
        )
        is not None
    )


def _task(
    case: Case,
    table: Table,
    row: int,
    column: Column,
    cell: Cell,
    unit: str,
    found: Statistic,
    way: int,
    allowed: float,
) -> Iterator[Finding]:
    limit = float(hectares(cell, unit))
    room = max(allowed, float(Decimal(1).scaleb(-cell.decimals) * HECTARES[unit][0] / HECTARES[unit][1]) / 2)
    # A layer with a net area of its own is judged by that.
    has = found.declared_ha if found.declared_ha > 0 else found.measured_ha
    if (has - limit) * way >= -room:
        return
    sign, sign_en = ("不低于", "at least") if way > 0 else ("不超过", "at most")
    yield case.finding(
        found.layer,
        f"图层 {found.layer.name} 共 {has:.2f} 公顷,表“{table.caption}”要求“{table.label(row)}”{sign} {cell.text} {unit}"
        f"({limit:.2f} 公顷)。请补足或核减。",
        f"The layer {found.layer.name} has {has:.2f} ha; “{table.caption}” asks for {sign_en} {cell.text} {unit} "
        f"({limit:.2f} ha) of {table.label(row)}.",
        observed=f"{has:.2f} 公顷",
        expected=f"{sign} {limit:.2f} 公顷",
        tolerance=f"{room:g} 公顷",
        places=(table.place(row, column.index),),
    )


@rule("6301")
def indicators_complete(case: Case) -> Iterator[Finding]:
    """Find a table of indicators that lacks items, columns, or values of the items that the profile insists on."""
    wanted = {
        "指标属性": ("属性", "ZBSX"),
        "指标层级": ("层级", "ZBCJ", "空间层次", "范围"),
        "基期值": ("基期", "现状", "XZJQN", "2020"),
        "2025 年目标": ("2025", "近期", "JQMBZ"),
        "2035 年目标": ("2035", "GHMBN", "目标年", "规划目标"),
    }
    judged = False
    for table in tables_of(case):
        heads = table.heads
        if not any(re.search("^指标$|指标名称|指标项|ZBMC", title) for title in heads):
            continue
        if not any(word in title for title in heads for word in ("2035", "GHMBN", "目标")):
            continue
        judged = True
        for what, words in wanted.items():
            if not any(word in title for title in heads for word in words):
                yield case.finding(
                    table.grid.label,
                    f"指标表“{table.caption}”缺少“{what}”列。请按规定的表式补充。",
                    f"The table of indicators “{table.caption}” lacks the column {what}. Add it.",
                    observed="无",
                    expected=what,
                )
        for item in case.words("items"):
            if not any(item in label for row in range(len(table.labels)) for label in table.words(row)):
                yield case.finding(
                    table.grid.label,
                    f"指标表“{table.caption}”缺少指标“{item}”。请补充。",
                    f"The table of indicators “{table.caption}” lacks {item}. Add it.",
                    observed="无",
                    expected=item,
                )
        yield from _empty(case, table)
    if not judged:
        raise case.skip("没有规划指标表。", "There is no table of indicators.")


def _is_item(item: str, word: str) -> bool:
    """Say whether a printed label is the item itself, with the words that tables add to it."""
    return re.fullmatch(f"{re.escape(item)}(保护)?(面积|规模|任务|目标)?", word) is not None


def _empty(case: Case, table: Table) -> Iterator[Finding]:
    """Find items that the profile insists on without a target for the plan's last year."""
    columns = table.named("2035", "GHMBN", "目标年")
    if not columns:
        return
    for row in range(len(table.labels)):
        item = next(
            (item for item in case.words("items") if any(_is_item(item, word) for word in table.words(row))),
            None,
        )
        if item is not None and not any((row, column.index) in table.cells for column in columns):
            yield case.finding(
                table.grid.label,
                f"指标表“{table.caption}”的“{table.label(row)}”没有 2035 年目标值。请补填。",
                f"{table.label(row)} of “{table.caption}” has no target for 2035. Fill it.",
                observed="空",
                expected="2035 年目标值",
                places=(table.place(row, columns[-1].index),),
            )
