"""Areas adjusted to control areas, as they are shown and as a file."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from tuban.domain.version import LayerVersion
from tuban.errors import Text, WrongUse
from tuban.service import present
from tuban.service import schemas_adjust as out
from tuban.service.deps import Moment
from tuban.service.downloading import MEDIA_TYPES
from tuban.service.state import State
from tuban.workflows.adjust import WHOLE, Adjustment, adjust_areas
from tuban.workflows.adjust_file import title_of, write_adjustment
from tuban.workflows.statistics_xlsx import SAMPLE


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be adjusted, and to what."""

    by: out.AdjustBy
    rule: out.AdjustRule
    unit: out.ControlUnit
    within: str | None
    controls: dict[str, float]


def controls_of(given: Sequence[str]) -> dict[str, float]:
    """Read `AREA` or `CODE:AREA`, once for each unit.

    Raises
    ------
    WrongUse : not a number, or a unit twice.
    """
    found: dict[str, float] = {}
    for text in given:
        code, _, area = text.rpartition(":")
        code = code.strip() or WHOLE
        try:
            value = float(area)
        except ValueError:
            value = float("nan")
        if math.isnan(value) or code in found:
            raise WrongUse(
                Text(f"控制面积“{text[:60]}”无法使用。", f"The control area “{text[:60]}” cannot be used."),
                Text(
                    "整体平差写一个数;分单元写“代码:面积”,每个单元一次。",
                    "As one: a number. By unit: CODE:AREA, once for each unit.",
                ),
                parameter="control",
            )
        found[code] = value
    return found


def adjustment(
    state: State, version: LayerVersion, asked: Asked, at: Moment, limit: int
) -> out.AdjustmentOut:
    """Have the areas adjusted and present them."""
    found = _adjusted(state, version, asked, at)
    method = found.method
    units = [
        out.AdjustedUnitOut(
            title=out.TextOut(zh=row.pop("title_zh"), en=row.pop("title_en")),
            **{**row, "code": "" if row["code"] == WHOLE else row["code"]},
        )
        for row in found.units.to_dict("records")
    ]
    first = found.parcels.head(limit)
    return out.AdjustmentOut(
        layer=version.code,
        version=version.number,
        sha256=version.sha256,
        recorded_at=version.recorded_at,
        by=asked.by,
        within=asked.within,
        method=out.AdjustMethodOut(
            rule=found.rule,
            title=present.text(method.title),
            how=present.text(method.how),
            source=present.text(method.source),
            confidence=method.confidence,
        ),
        units=units,
        parcels=[
            out.AdjustedParcelOut(
                fid=int(row["fid"]),
                id=None if row["id"] is None else str(row["id"]),
                unit="" if row["unit"] == WHOLE else row["unit"],
                measured_m2=row["measured_m2"],
                added_m2=row["added_m2"],
                adjusted_m2=row["adjusted_m2"],
            )
            for row in first.to_dict("records")
        ],
        parcel_count=len(found.parcels),
        formula=present.text(found.formula),
        notes=[present.text(note) for note in found.notes],
    )


def adjustment_file(
    state: State, version: LayerVersion, asked: Asked, at: Moment, format: out.AdjustFormat, lang: str
) -> FileResponse:
    """Have the areas adjusted and send units and parcels as a file, removed once it is sent."""
    found = _adjusted(state, version, asked, at)
    sample = state.workspace.sample
    name = title_of(found).in_(lang).replace(" ", "_").replace(":", "")
    folder = Path(tempfile.mkdtemp(prefix="tuban-adjust-", dir=state.workspace.cache_dir("downloads")))
    target = folder / f"{name}{'_' + SAMPLE.in_(lang).split(',')[0] if sample else ''}.{format}"
    try:
        write_adjustment(found, target, sample=sample, lang=lang)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        target,
        media_type=MEDIA_TYPES[format],
        filename=target.name,
        headers={"Cache-Control": "no-cache"},
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )


def _adjusted(state: State, version: LayerVersion, asked: Asked, at: Moment) -> Adjustment:
    return adjust_areas(
        state.workspace,
        version,
        asked.controls,
        by=asked.by,
        unit=asked.unit,
        rule=asked.rule,
        within=asked.within,
        on=at.on,
        known=at.known,
        standards=state.profile,
    )
