"""What divides a layer in a table (a column of its own, or another layer), and what the rows are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import pandas as pd

from tuban.domain.layer import LayerSpec
from tuban.domain.plan import ADMIN_DIGITS, ADMIN_TITLES, short_admin_code
from tuban.domain.version import LayerVersion
from tuban.errors import Text, UnknownCode, WrongUse
from tuban.indicators.grouping import (
    NO_UNIT,
    NOT_FILLED,
    OUTSIDE,
    Grouping,
    UnitLevel,
    by_class,
    by_three_class,
    by_unit,
    reaches,
)
from tuban.standards.load import Profile
from tuban.store import Workspace

By = Literal["class", "three_class", "township", "village", "zone"]
BY_TITLES: dict[By, Text] = {
    "class": Text("地类", "class"),
    "three_class": Text("三大类", "great class"),
    "township": Text("乡镇", "township"),
    "village": Text("村", "village"),
    "zone": Text("规划分区", "plan zone"),
}
# Layers that bound units, and that hold plan zones: the first one in force counts.
UNIT_LAYERS: dict[UnitLevel, tuple[str, ...]] = {"township": ("XZQXZ", "XZQ"), "village": ("XZQC", "CJDCQ")}
ZONE_LAYERS = ("GHFQ", "YDYHGHFQ", "ZXCQGHFQ")
_NAME_FIELDS = ("XZQMC", "ZLDWMC")


@dataclass(frozen=True)
class Ground:
    """The polygons that divide: a layer version, its code and name columns."""

    version: LayerVersion
    spec: LayerSpec
    code: str
    name: str | None

    @property
    def of_units(self) -> bool:
        """Say whether they are administrative units."""
        return any(self.version.code in codes for codes in UNIT_LAYERS.values())


@dataclass
class Division:
    """What is needed to divide one layer version, by the layers in force on a day as believed at a moment."""

    ws: Workspace
    version: LayerVersion
    on: date | None
    known: datetime | None
    standards: Profile
    zone_layer: str | None
    level: int | None
    spec: LayerSpec = field(init=False)
    in_force: dict[str, LayerVersion] = field(init=False)

    def __post_init__(self) -> None:
        self.spec = self.standards.layer(self.version.code)
        self.in_force = self.ws.in_force(on=self.on, known=self.known)
        if self.version.area_m2 is None:
            raise WrongUse(
                Text(
                    f"图层 {self.version.code} 不是面图层,没有面积可统计。",
                    f"The layer {self.version.code} has no polygons, so no areas.",
                ),
                Text("请选择面图层,例如 DLTB。", "Choose a layer of polygons, for example DLTB."),
            )

    def divider(self, by: By) -> str | Ground:
        """Give the column that answers `by`, or the polygons to cut along."""
        spec = self.spec
        if by in ("class", "three_class"):
            table = self.standards.classes_of(spec)
            if table is None or spec.class_field not in self.version.columns:
                raise self._no(by)
            if by == "three_class" and not hasattr(next(iter(table)), "three_class"):
                raise self._no(by)
            return str(spec.class_field)
        if by == "zone":
            own = (
                self.zone_layer in (None, spec.code)
                and self.standards.classes_of(spec) is self.standards.zones
            )
            if own:
                return self.divider("class")
            return self._zones()
        return self._units(by, self._column_reaching(by))

    def _zones(self) -> Ground:
        code = self.zone_layer or next((code for code in ZONE_LAYERS if code in self.in_force), None)
        if code is None:
            raise WrongUse(
                Text(
                    "工作区里没有当时有效的规划分区图层。",
                    "The workspace has no plan zones in force on that day.",
                ),
                Text(
                    f"请先导入 {'、'.join(ZONE_LAYERS)} 之一,或用 --zone-layer 指定。",
                    f"Import one of {', '.join(ZONE_LAYERS)} first, or name one by --zone-layer.",
                ),
            )
        version = self.in_force.get(code) or self.ws.version(code, on=self.on, known=self.known)
        spec = self.standards.layer(code)
        if version.area_m2 is None or not spec.class_field or spec.class_field not in version.columns:
            raise WrongUse(
                Text(
                    f"图层 {code} 没有分区代码,不能按它分区。",
                    f"The layer {code} has no zone codes to divide by.",
                ),
                Text("请指定规划分区图层,例如 GHFQ。", "Name a layer of plan zones, for example GHFQ."),
            )
        return Ground(version, spec, spec.class_field, None)

    def _column_reaching(self, level: UnitLevel) -> str | None:
        """Give the unit column if every row's code reaches the level."""
        name = self.spec.unit_field
        if name is None or name not in self.version.columns:
            return None
        values = self.ws.table(self.version, columns=[name]).to_pandas()[name]
        return name if reaches(values, level) else None

    def _units(self, level: UnitLevel, column: str | None) -> str | Ground:
        if column is not None:
            return column
        ground = self._unit_layer(level)
        if ground is not None and ground.version.code != self.version.code:
            return ground
        name = self.spec.unit_field
        if name is not None and name in self.version.columns:
            return name  # some rows have no code that far: they get a row of their own
        raise self._no(level)

    def _unit_layer(self, level: UnitLevel) -> Ground | None:
        for code in UNIT_LAYERS[level]:
            version = self.in_force.get(code)
            spec = self.standards.find(code)
            if version is None or spec is None or version.area_m2 is None:
                continue
            if spec.unit_field and spec.unit_field in version.columns:
                name = next((name for name in _NAME_FIELDS if name in version.columns), None)
                return Ground(version, spec, spec.unit_field, name)
        return None

    def names_from(self, by: By) -> Ground | None:
        """Give the layer that names the units, if there is one."""
        return self._unit_layer(by) if by in ("township", "village") else None

    def limit(self, within: str) -> str | Ground:
        """Give the column or the polygons that tell what lies in the unit `within`."""
        digits = len(short_admin_code(within))
        if digits not in ADMIN_DIGITS.values():
            raise UnknownCode(
                Text(f"“{within}”不是行政区代码。", f"{within!r} is no administrative code."),
                Text("乡镇代码 9 位,村代码 12 位。", "A township has 9 digits, a village 12."),
                code=within,
            )
        level: UnitLevel = "village" if digits > ADMIN_DIGITS["township"] else "township"
        name = self.spec.unit_field
        if digits < ADMIN_DIGITS["township"] and name is not None and name in self.version.columns:
            return name
        return self._units(level, self._column_reaching(level))

    def group(self, by: By, values: pd.Series, divider: str | Ground) -> Grouping:
        """Give the group of each value that the divider gave."""
        cut = isinstance(divider, Ground)
        if by in ("township", "village"):
            return by_unit(values, by, self._unit_names(by), empty=NO_UNIT if cut else NOT_FILLED)
        table = self._code_table(by)
        if by == "three_class":
            return by_three_class(values, table)
        return by_class(values, table, self.level, empty=OUTSIDE if cut else NOT_FILLED)

    def _code_table(self, by: By) -> Any:
        if by == "zone" and self.zone_layer is not None:
            return self.standards.classes_of(self.standards.layer(self.zone_layer))
        return self.standards.zones if by == "zone" else self.standards.classes_of(self.spec)

    def table_said(self, by: By) -> str:
        """Give what the code table says, so that an amended profile is not answered from the cache."""
        return repr(list(self._code_table(by))) if by not in ("township", "village") else ""

    def _unit_names(self, level: UnitLevel) -> dict[str, str]:
        ground = self._unit_layer(level)
        if ground is None or ground.name is None:
            return {}
        frame = self.ws.table(ground.version, columns=[ground.code, ground.name]).to_pandas().dropna()
        digits = ADMIN_DIGITS[level]
        codes = [
            short_admin_code(code)[:digits] or code for code in frame[ground.code].astype(str).str.strip()
        ]
        return dict(zip(codes, frame[ground.name].astype(str), strict=True))

    def formula(self, wanted: tuple[By, ...], dividers: list[str | Ground], within: str | None) -> Text:
        """Say what was summed, by what, from which versions."""
        title, number = self.spec.title, self.version.number
        zh = [f"{title.zh}({self.version.code} 第 {number} 版)图斑椭球面积(TD/T 1055-2019,CGCS2000)之和"]
        which = f"{title.en} ({self.version.code}, version {number})"
        en = [f"Sum of the ellipsoid areas (TD/T 1055-2019, CGCS2000) of {which}"]
        for by, ground in zip(wanted, dividers, strict=True):
            name = BY_TITLES[by]
            if isinstance(ground, Ground):
                where = f"{ground.version.code} 第 {ground.version.number} 版"
                zh.append(f"按{name.zh}分:与{ground.spec.title.zh}({where})叠加,图斑面积按相交部分的比例分摊")
                en.append(
                    f"by {name.en}: cut along {ground.spec.title.en} ({ground.version.code}, version "
                    f"{ground.version.number}), each parcel's area shared in proportion to its parts"
                )
            else:
                zh.append(f"按{name.zh}分:字段 {ground}")
                en.append(f"by {name.en}: field {ground}")
        if within:
            zh.append(f"范围:行政区 {within}")
            en.append(f"only in unit {within}")
        return Text(";".join(zh), "; ".join(en))

    def _no(self, by: By) -> WrongUse:
        name = BY_TITLES[by]
        needs = Text("需要地类字段及其编码表", "it takes a class column with a code table")
        if by in ("township", "village"):
            layers = "、".join(UNIT_LAYERS[by])
            title = ADMIN_TITLES[by]
            needs = Text(
                f"需要{title.zh}行政区代码字段,或工作区内有 {layers}",
                f"it takes a column of unit codes, or {layers} in the workspace",
            )
        return WrongUse(
            Text(
                f"图层 {self.version.code} 不能按{name.zh}统计。",
                f"{self.version.code} cannot be summed by {name.en}.",
            ),
            Text(f"{needs.zh}。", f"For that {needs.en}."),
            layer=self.version.code,
            by=by,
        )

    def nothing_in(self, within: str) -> UnknownCode:
        """Give the error for a unit in which the layer has nothing."""
        known = list(self._unit_names("township"))[:5]
        return UnknownCode(
            Text(
                f"图层 {self.version.code} 在行政区 {within} 内没有图斑。",
                f"{self.version.code} has nothing in {within}.",
            ),
            Text(
                f"请核对代码,例如 {'、'.join(known)}。" if known else "请核对行政区代码。",
                f"Check the code; there are {', '.join(known)}." if known else "Check the unit's code.",
            ),
            code=within,
        )
