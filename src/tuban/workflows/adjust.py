"""Adjustment to control areas (平差): parcels' areas that sum exactly to what the upper level has fixed.

Only a report: the stored version and its geometry stay as they are. Parcels are never cut, so the units must
stand in a column of the layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
import pandas as pd

from tuban.domain.progress import Progress, Step, quiet
from tuban.domain.unit import UNIT_TITLES, AreaUnit, convert, rounded
from tuban.domain.version import LayerVersion
from tuban.errors import Text, UnknownCode, WrongUse
from tuban.geo.adjust import METHODS, Method, Rule, adjust
from tuban.indicators.grouping import Group, in_unit
from tuban.standards.profile import Profile
from tuban.store import Workspace
from tuban.workflows.intake import profile_of
from tuban.workflows.statistics_division import Division

AdjustBy = Literal["whole", "township", "village", "island"]
ADJUST_TITLES: dict[AdjustBy, Text] = {
    "whole": Text("整体", "as one"),
    "township": Text("乡镇", "township"),
    "village": Text("村", "village"),
    "island": Text("陆地与海岛", "land and islands"),
}
ISLAND_FIELD = "MSSM"
WHOLE = "*"
_ISLANDS = {"00": Text("陆地", "land"), "01": Text("海岛", "islands")}
_AREA = "_area_m2"
# Twice or half the area is another unit of area or another place, never a difference of measuring.
_FARTHEST = 2.0


@dataclass(frozen=True)
class Adjustment:
    """Areas before and after, unit by unit and parcel by parcel, and what a reader must know.

    `units` has a row for each unit: `code`, `title_zh`, `title_en`, `count`, `measured_m2`, `control_m2`,
    `difference_m2` (control − measured), `least_m2`, `most_m2` (what single parcels were given). `parcels` has
    a row for each parcel: `fid`, `id`, `unit`, `measured_m2`, `added_m2`, `adjusted_m2`. All to 0.01 m²; in
    every unit the `adjusted_m2` sum exactly to `control_m2`.
    """

    version: LayerVersion
    by: AdjustBy
    within: str | None
    units: pd.DataFrame
    parcels: pd.DataFrame
    rule: Rule
    method: Method
    formula: Text
    notes: tuple[Text, ...]


def adjust_areas(
    ws: Workspace,
    version: LayerVersion,
    controls: Mapping[str, float],
    *,
    by: AdjustBy = "whole",
    unit: AreaUnit = "m2",
    rule: Rule = "largest_first",
    within: str | None = None,
    on: date | None = None,
    known: datetime | None = None,
    standards: Profile | None = None,
    progress: Progress = quiet,
) -> Adjustment:
    """Share the difference between control areas and measured areas out over the parcels of a version.

    Parameters
    ----------
    controls : unit code → control area; for `whole` one, under `WHOLE`.
    by : what has a control area of its own; `island` takes land (MSSM 00) and islands (01) apart.
    unit : of the control areas; they count to 0.01 m².
    within : code of a unit; only its parcels.

    Raises
    ------
    WrongUse : no areas, no column for the units, a unit without control area or the other way round, a
        difference that cannot be shared out. UnknownCode : nothing in `within`.
    """
    division = Division(ws, version, on, known, profile_of(ws, standards), None, None)
    progress(Step(0.0, Text("读取图层", "Reading the layer")))
    parcels, groups = _parcels(division, by, within)
    wanted = {code: float(rounded(convert(area, unit, "m2"))) for code, area in _checked(controls).items()}
    _must_match(wanted, parcels["unit"], by)
    _must_be_near(wanted, parcels.groupby("unit")[_AREA].sum(), unit)
    progress(Step(0.5, Text("平差", "Adjusting")))
    done = adjust(parcels.pop(_AREA), wanted, by=parcels["unit"], rule=rule)
    parcels["measured_m2"] = np.round(done.areas - done.added, 2)
    parcels["added_m2"] = done.added
    parcels["adjusted_m2"] = done.areas
    method = METHODS[rule]
    progress(Step(1.0, Text("平差完成", "Adjusted")))
    return Adjustment(
        version,
        by,
        within,
        _units(parcels, wanted, groups),
        parcels.sort_values(["unit", "measured_m2"], ascending=[True, False], ignore_index=True),
        rule,
        method,
        _formula(division, by, within, unit, method),
        _notes(ws, version, by),
    )


def _parcels(
    division: Division, by: AdjustBy, within: str | None
) -> tuple[pd.DataFrame, Mapping[str, Group]]:
    """Give fid, id, unit and area of the parcels that count, and what the units are called."""
    version = division.version
    dividers: dict[str, str] = {}
    if by in ("township", "village"):
        dividers["unit"] = _column(division.divider(by), version, ADJUST_TITLES[by])
    if by == "island":
        if ISLAND_FIELD not in version.columns:
            raise _no_column(version, ADJUST_TITLES[by])
        dividers["unit"] = ISLAND_FIELD
    if within:
        dividers["within"] = _column(division.limit(within), version, ADJUST_TITLES["village"])
    identity = division.spec.id_field if division.spec.id_field in version.columns else None
    wanted = ["_fid", _AREA, *dividers.values(), *([identity] if identity else [])]
    columns = list(dict.fromkeys(wanted))
    rows = division.ws.table(version, columns=columns).to_pandas()
    if within:
        rows = rows[in_unit(rows[dividers["within"]], within)].reset_index(drop=True)
        if rows.empty:
            raise division.nothing_in(within)
    groups: Mapping[str, Group] = {WHOLE: Group(WHOLE, Text("合计", "Whole"))}
    units: object = WHOLE
    if by in ("township", "village"):
        grouping = division.group(by, rows[dividers["unit"]], dividers["unit"])
        units, groups = grouping.codes, grouping.groups
    elif by == "island":
        codes = rows[ISLAND_FIELD].astype("string").str.strip().fillna("").to_numpy(dtype=object)
        units, groups = (
            codes,
            {c: Group(c, _ISLANDS.get(c, Text(c or "未填写", c or "empty"))) for c in set(codes)},
        )
    found = pd.DataFrame({"fid": rows["_fid"], "id": rows[identity] if identity else None, "unit": units})
    found[_AREA] = rows[_AREA].to_numpy(dtype=np.float64)
    return found, groups


def _column(divider: object, version: LayerVersion, name: Text) -> str:
    if isinstance(divider, str):
        return divider
    raise _no_column(version, name)


def _no_column(version: LayerVersion, name: Text) -> WrongUse:
    return WrongUse(
        Text(
            f"图层 {version.code} 的属性里没有{name.zh}代码,平差不能切开图斑。",
            f"{version.code} has no column for {name.en}, and adjusting never cuts a parcel.",
        ),
        Text(
            "请先在数据库里填写单位代码(如 ZLDWDM、MSSM),或用整体平差。",
            "Fill in the unit codes (ZLDWDM, MSSM) first, or adjust the layer as one.",
        ),
        layer=version.code,
    )


def _checked(controls: Mapping[str, float]) -> Mapping[str, float]:
    for code, area in controls.items():
        if not np.isfinite(area) or area <= 0:
            raise WrongUse(
                Text(
                    f"控制面积 {area} 不是正数({code})。",
                    f"The control area {area} is not positive ({code}).",
                ),
                Text("请填写大于 0 的面积。", "Give an area above 0."),
                unit=code,
            )
    return controls


def _must_match(wanted: Mapping[str, float], units: pd.Series, by: AdjustBy) -> None:
    present = dict.fromkeys(units)
    missing = [code for code in present if code not in wanted]
    strange = [code for code in wanted if code not in present]
    if strange:
        raise UnknownCode(
            Text(
                f"图层里没有单元 {'、'.join(strange[:5])}。",
                f"The layer has no unit {', '.join(strange[:5])}.",
            ),
            Text(
                f"图层里的单元:{'、'.join(c or '(空)' for c in sorted(present)[:5])} 等 {len(present)} 个。",
                f"It has {', '.join(c or '(empty)' for c in sorted(present)[:5])}, {len(present)} in all.",
            ),
            units=strange[:50],
        )
    if missing:
        shown = [code or "(未填写)" for code in missing[:5]]
        raise WrongUse(
            Text(
                f"{len(missing)} 个单元没有控制面积:{'、'.join(shown)}。",
                f"{len(missing)} units have no control area: {', '.join(c or '(empty)' for c in missing[:5])}.",
            ),
            Text(
                "请补上每个单元的控制面积,或用“范围”只平差其中一个。"
                if by != "whole"
                else "整体平差请给一个控制面积。",
                "Give one for each unit, or adjust only one of them (within)."
                if by != "whole"
                else "To adjust as one, give one control area.",
            ),
            units=missing[:50],
        )


def _must_be_near(wanted: Mapping[str, float], measured: pd.Series, unit: AreaUnit) -> None:
    for code, area in wanted.items():
        found = float(measured[code])
        if not found / _FARTHEST <= area <= found * _FARTHEST:
            here = rounded(convert(found, "m2", unit))
            asked = rounded(convert(area, "m2", unit))
            name = UNIT_TITLES[unit]
            raise WrongUse(
                Text(
                    f"控制面积 {asked:,} {name.zh}与量算面积 {here:,} {name.zh}相差太大,不是测量误差,无法平差。",
                    f"The control area of {asked:,} {name.en} is too far from the measured {here:,} {name.en} to be "
                    "a difference of measuring.",
                ),
                Text(
                    "请核对控制面积、它的单位(平方米、公顷、亩)和它所指的范围。",
                    "Check the control area, its unit (m², ha, mu) and the place it is of.",
                ),
                unit=code,
            )


def _units(parcels: pd.DataFrame, wanted: Mapping[str, float], groups: Mapping[str, Group]) -> pd.DataFrame:
    steps = (parcels["measured_m2"] * 100).round().astype("int64")
    found = pd.DataFrame({"unit": parcels["unit"], "steps": steps, "added": parcels["added_m2"]})
    table = found.groupby("unit", sort=True).agg(
        count=("steps", "size"), steps=("steps", "sum"), least_m2=("added", "min"), most_m2=("added", "max")
    )
    control = np.array([wanted[code] for code in table.index])
    measured = table["steps"].to_numpy() / 100
    return pd.DataFrame(
        {
            "code": list(table.index),
            "title_zh": [groups[code].title.zh for code in table.index],
            "title_en": [groups[code].title.en for code in table.index],
            "count": table["count"].to_numpy(),
            "measured_m2": measured,
            "control_m2": control,
            "difference_m2": np.round(control - measured, 2),
            "least_m2": table["least_m2"].to_numpy(),
            "most_m2": table["most_m2"].to_numpy(),
        }
    )


def _formula(division: Division, by: AdjustBy, within: str | None, unit: AreaUnit, method: Method) -> Text:
    version, title = division.version, division.spec.title
    place = (f";范围:行政区 {within}", f"; only in unit {within}") if within else ("", "")
    return Text(
        f"{title.zh}({version.code} 第 {version.number} 版,SHA-256 {version.sha256[:16]}…)图斑椭球面积"
        f"(TD/T 1055-2019,CGCS2000,取至 0.01 平方米)按{ADJUST_TITLES[by].zh}平差到控制面积"
        f"(以{UNIT_TITLES[unit].zh}给出){place[0]}。{method.title.zh}:{method.how.zh}。",
        f"Ellipsoid areas (TD/T 1055-2019, CGCS2000, to 0.01 m²) of {title.en} ({version.code}, version "
        f"{version.number}, SHA-256 {version.sha256[:16]}…), adjusted by {ADJUST_TITLES[by].en} to control areas "
        f"given in {UNIT_TITLES[unit].en}{place[1]}. {method.title.en.capitalize()}: {method.how.en}.",
    )


def _notes(ws: Workspace, version: LayerVersion, by: AdjustBy) -> tuple[Text, ...]:
    notes = [
        Text(
            "平差只改面积数字,不改图形;结果不写入工作区,图层版本保持原样。",
            "Only numbers are adjusted, never geometry; nothing is stored, the layer version stays as it is.",
        )
    ]
    if by != "island" and ISLAND_FIELD in version.columns:
        kinds = (
            ws.table(version, columns=[ISLAND_FIELD]).to_pandas()[ISLAND_FIELD].astype("string").str.strip()
        )
        if {"00", "01"} <= set(kinds.dropna()):
            notes.append(
                Text(
                    "图层里陆地(MSSM 00)和海岛(01)都有,按规定应分别平差。",
                    "The layer has land (MSSM 00) and islands (01), which are to be adjusted apart.",
                )
            )
    return tuple(notes)
