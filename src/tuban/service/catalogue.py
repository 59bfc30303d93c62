"""Codes of the standards and the indicator tables, as they are shown."""

from __future__ import annotations

import re

import numpy as np

from tuban.domain.layer import LayerSpec
from tuban.service import present
from tuban.service import schemas as out
from tuban.service.deps import Moment
from tuban.service.schemas_standards import LandUseClassOut, StandardLayerOut
from tuban.service.state import State
from tuban.standards.load import land_use_classes
from tuban.standards.profile import Profile

# Indicator tables (指标表) are tables whose code or title says so, in every edition of the profile.
INDICATOR_TABLE = re.compile(r"ZB(B|$|_)|指标")
MOST_ROWS = 5000


def land_use_classes_of(edition: str) -> list[LandUseClassOut]:
    """List the land-use classes of one edition, in the standard's order."""
    return [
        LandUseClassOut(
            code=found.code,
            title=present.text(found.name),
            level=found.level,
            parent=found.parent,
            group=found.three_class,
            colour=found.colour or None,
            edition=found.edition,
            confidence=found.confidence,
        )
        for found in land_use_classes(edition)  # pyright: ignore[reportArgumentType]
    ]


def standard_layers_of(profile: Profile) -> list[StandardLayerOut]:
    """List the layers that a profile defines, group by group in drawing order."""
    return [
        StandardLayerOut(
            code=spec.code,
            title=present.text(spec.title),
            group=spec.group,
            geometry=spec.geometry,
            required=[present.field(field) for field in spec.fields if field.required],
            aliases=list(spec.aliases),
            confidence=spec.confidence,
        )
        for spec in profile.layers
    ]


def indicators_of(state: State, at: Moment) -> out.IndicatorsOut:
    """Give the indicator tables in force on the day, with their rows."""
    tables = []
    for code, version in state.workspace.in_force(on=at.on, known=at.known).items():
        spec = state.spec(code)
        if not is_indicator_table(spec):
            continue
        rows = state.rows_of(version)
        fids = np.arange(min(rows.table.num_rows, MOST_ROWS))
        tables.append(
            out.IndicatorTableOut(
                code=code,
                title=present.text(spec.title),
                version=version.number,
                fields=present.fields(spec, rows.columns),
                rows=[present.properties(row) for row in rows.properties(fids)],
            )
        )
    return out.IndicatorsOut(on=at.on, tables=tables)


def is_indicator_table(spec: LayerSpec) -> bool:
    """Say whether a layer is a table of indicators."""
    return spec.geometry == "table" and bool(
        INDICATOR_TABLE.search(spec.code) or INDICATOR_TABLE.search(spec.title.zh)
    )
