"""The code tables of the package as domain objects: land use in two editions, survey, zones, lines, units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from tuban.domain.code import CodeTable, normalise_class_code
from tuban.domain.control import ControlLine
from tuban.domain.landuse import (
    THREE_CLASS_TITLES,
    Collision,
    LandUseClass,
    LandUseEdition,
    SettlementCode,
    SurveyClass,
)
from tuban.domain.plan import PlanZone
from tuban.errors import Text, UnknownCode
from tuban.standards.tables import HERE, Row, keyed, shipped
from tuban.standards.yamldoc import read_yaml

EDITIONS: dict[LandUseEdition, tuple[str, Text]] = {
    "2023": ("codes/land-use-2023.csv", Text("用地用海分类(2023)", "Land and sea use classes (2023)")),
    "2020-trial": (
        "codes/land-use-2020-trial.csv",
        Text("用地用海分类(2020 试行)", "Land and sea use classes (2020 trial)"),
    ),
}
# Other ways of writing an edition's name.
EDITION_NAMES: dict[str, LandUseEdition] = {
    "2023": "2023",
    "2020": "2020-trial",
    "2020-trial": "2020-trial",
    "trial": "2020-trial",
    "试行": "2020-trial",
}
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_CLASS_COLUMNS = (
    "code name_zh name_en level parent three_class colour "
    "confidence confidence_three_class confidence_colour note"
)


def edition_of(name: str) -> LandUseEdition:
    """Give the edition that a name means."""
    try:
        return EDITION_NAMES[str(name)]
    except KeyError:
        raise UnknownCode(
            Text(f"没有“{name}”版的用地用海分类。", f"There is no edition {name!r} of the land-use classes."),
            Text("现有版本：2023、2020-trial。", "Editions: 2023, 2020-trial."),
            edition=name,
        ) from None


def _colour(row: Row) -> str:
    if not _COLOUR.fullmatch(row["colour"]):
        raise row.fault(
            Text(
                f"颜色“{row['colour']}”应写作 #rrggbb。", f"Colour {row['colour']!r} must be written #rrggbb."
            )
        )
    return row["colour"]


def _tree(rows: list[Row]) -> None:
    keyed(rows, "code")
    codes = {row["code"] for row in rows}
    for row in rows:
        if row["parent"] and row["parent"] not in codes:
            raise row.fault(
                Text(
                    f"上级编码“{row['parent']}”不在表中。",
                    f"The parent {row['parent']!r} is not in the table.",
                )
            )


@cache
def land_use_classes(edition: str = "2023") -> CodeTable[LandUseClass]:
    """Give the plan classes of one edition: short code → class, in the order of the standard."""
    known = edition_of(edition)
    if known != edition:
        return land_use_classes(known)
    path, title = EDITIONS[known]
    trial = known == "2020-trial"
    rows = shipped(path, _CLASS_COLUMNS + (" successors same" if trial else ""))
    _tree(rows)
    items = {
        row["code"]: LandUseClass(
            code=row["code"],
            name=row.text(),
            level=row.whole("level") or 0,
            parent=row["parent"] or None,
            three_class=row.one_of("three_class", THREE_CLASS_TITLES),  # type: ignore[arg-type]
            colour=_colour(row),
            edition=known,
            confidence=row["confidence"],
            confidence_three_class=row["confidence_three_class"],
            confidence_colour=row["confidence_colour"],
            note=row["note"],
            successors=tuple(filter(None, row["successors"].split(";"))) if trial else (),
            same=row["same"] == "yes" if trial else True,
        )
        for row in rows
    }
    return CodeTable(items, title=title, edition=known, hint=_hint_2020 if trial else _hint_2023)


def _hint_2023(code: str) -> Text | None:
    trial = land_use_classes("2020-trial").find(code)
    if trial is None:
        return None
    now = "、".join(trial.successors)
    return Text(
        f"{trial.code} 是 2020 试行分类的“{trial.name.zh}”，2023 版为 {now};两版编码不可混用，请先转换。",
        f"{trial.code} is {trial.name.en} of the 2020 trial; in 2023 it is {', '.join(trial.successors)}. "
        "Never mix the editions: convert first.",
    )


def _hint_2020(code: str) -> Text | None:
    current = land_use_classes("2023").find(code)
    if current is None:
        return None
    return Text(
        f"{current.code} 是 2023 版的“{current.name.zh}”，2020 试行分类没有该编码；两版编码不可混用。",
        f"{current.code} is {current.name.en} of 2023, a code that the 2020 trial does not have. "
        "Never mix the editions.",
    )


def trial_to_2023(code: str) -> tuple[str, ...]:
    """Give the 2023 codes that a 2020 trial code became; the first is the ordinary one."""
    return land_use_classes("2020-trial")[code].successors


@cache
def collisions() -> tuple[Collision, ...]:
    """List the codes that both editions have with different meanings."""
    current = land_use_classes("2023")
    return tuple(
        Collision(item.code, item, current[item.code])
        for item in land_use_classes("2020-trial").values()
        if not item.same and item.code in current
    )


@cache
def survey_classes() -> CodeTable[SurveyClass]:
    """Give the survey classes (DLBM): code → class, with the plan classes each may become."""
    rows = shipped(
        "codes/survey.csv",
        "code name_zh name_en level parent three_class plan_codes map_kind confidence confidence_map "
        "confidence_three_class note trial_options confidence_trial",
    )
    _tree(rows)
    plan = land_use_classes("2023")
    items: dict[str, SurveyClass] = {}
    for row in rows:
        targets = tuple(row["plan_codes"].split(";"))
        for target in targets:
            if target not in plan:
                raise row.fault(
                    Text(f"规划分类中没有“{target}”。", f"The plan classes have no {target!r}."), code=target
                )
        items[row["code"]] = SurveyClass(
            code=row["code"],
            name=row.text(),
            level=row.whole("level") or 0,
            parent=row["parent"] or None,
            three_class=row.one_of("three_class", THREE_CLASS_TITLES),  # type: ignore[arg-type]
            # The survey has no colours of its own here: a class takes those of its ordinary plan class.
            colour=plan[targets[0]].colour,
            plan_codes=targets,
            map_kind="one" if row.one_of("map_kind", ("1:1", "split")) == "1:1" else "split",
            confidence=row["confidence"],
            confidence_map=row["confidence_map"],
            confidence_three_class=row["confidence_three_class"],
            note=row["note"],
            trial_options=row["trial_options"],
            confidence_trial=row["confidence_trial"],
        )
    return CodeTable(items, title=Text("三调地类", "Survey classes"), edition="third survey")


def survey_to_plan(code: str) -> tuple[str, ...]:
    """Give the 2023 plan codes that a survey class may become; more than one is a choice to make."""
    return survey_classes()[code].plan_codes


@cache
def settlement_codes() -> CodeTable[SettlementCode]:
    """Give the values of CZCSXM 城镇村属性码."""
    rows = shipped("codes/settlement.csv", "code name_zh name_en confidence note")
    keyed(rows, "code")
    paint = read_yaml(HERE / "paint/settlement.yaml").whole()["colours"]
    items = {
        row["code"]: SettlementCode(
            row["code"], row.text(), paint[row["code"]], row["confidence"], row["note"]
        )
        for row in rows
    }
    return CodeTable(items, title=Text("城镇村属性码", "Settlement attribute codes"), edition="third survey")


@cache
def plan_zones(variant: str | None = None) -> CodeTable[PlanZone]:
    """Give the plan zones (GHFQDM); `variant` puts a locality's own codes over the common ones."""
    base_columns = "code name_zh name_en depth parent control confidence_name confidence note"
    rows = shipped("codes/plan-zones.csv", base_columns)
    keyed(rows, "code")
    paint = read_yaml(HERE / "paint/zones.yaml").whole()
    merged: dict[str, Row] = {row["code"]: row for row in rows}
    if variant:
        local = shipped(
            "codes/plan-zones-variants.csv", "variant code name_zh name_en depth parent confidence"
        )
        keyed(local, "variant", "code")
        names = sorted({row["variant"] for row in local})
        if variant not in names:
            raise UnknownCode(
                Text(f"没有“{variant}”的规划分区代码表。", f"There is no plan-zone table {variant!r}."),
                Text(f"现有：{'、'.join(names)}。", f"There are: {', '.join(names)}."),
                variant=variant,
            )
        merged |= {row["code"]: row for row in local if row["variant"] == variant}
    items = {
        code: PlanZone(
            code=code,
            name=row.text(),
            depth=row.whole("depth") or 0,
            parent=row["parent"] or None,
            control=row.get("control", ""),
            colour=_zone_colour(row, merged, paint["colours"]),
            confidence=row["confidence"],
            confidence_name=row.get("confidence_name", row["confidence"]),
            confidence_colour=paint["confidence"],
            note=row.get("note", ""),
            variant=row.get("variant", ""),
        )
        for code, row in sorted(merged.items())
    }
    return CodeTable(items, title=Text("规划分区", "Plan zones"), edition=variant or "common")


def _zone_colour(row: Row, rows: Mapping[str, Row], colours: Mapping[str, str]) -> str:
    """Give the colour of a zone by its name, else of the zone above it."""
    if row["name_zh"] in colours:
        return colours[row["name_zh"]]
    if row["parent"] in rows:
        return _zone_colour(rows[row["parent"]], rows, colours)
    raise row.fault(Text("该分区没有颜色。", "The zone has no colour."), code=row["code"])


@cache
def control_lines() -> CodeTable[ControlLine]:
    """Give the control lines by their identifier: the three lines, city lines, buffers, reserves …."""
    rows = shipped(
        "codes/control-lines.csv",
        "id name_zh name_en kind legal_basis rule layers ysdm confidence confidence_detail note",
    )
    keyed(rows, "id")
    known = {row["layer"] for row in shipped("layers/catalogue.csv", "layer")}
    items = {
        row["id"]: ControlLine(
            code=row["id"],
            name=row.text(),
            kind=row["kind"],
            legal_basis=row["legal_basis"],
            rule=row["rule"],
            layers=tuple(dict.fromkeys(w for w in re.findall(r"[A-Z_]{2,}", row["layers"]) if w in known)),
            layer_note=row["layers"],
            ysdm=row["ysdm"],
            confidence=row["confidence"],
            confidence_detail=row["confidence_detail"],
            note=row["note"],
        )
        for row in rows
    }
    return CodeTable(items, title=Text("管控边界", "Control lines"), edition="2026")


@cache
def sources() -> dict[str, tuple[str, str]]:
    """Give what each key of a confidence mark stands for: key → what it is, how much it weighs."""
    return {
        row["key"]: (row["what"], row["weight"]) for row in shipped("codes/sources.csv", "key what weight")
    }


__all__ = [
    "collisions",
    "control_lines",
    "edition_of",
    "land_use_classes",
    "normalise_class_code",
    "plan_zones",
    "settlement_codes",
    "sources",
    "survey_classes",
    "survey_to_plan",
    "trial_to_2023",
]
