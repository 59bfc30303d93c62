"""Areas adjusted to control areas (平差): to look at, and as a file. Nothing is stored."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse

from tuban.service.adjust import Asked, adjustment, adjustment_file, controls_of
from tuban.service.deps import At, Language, OpenState, OptionalNumber
from tuban.service.schemas_adjust import AdjustBy, AdjustFormat, AdjustmentOut, AdjustRule, ControlUnit

router = APIRouter(tags=["statistics"])
Code = Annotated[str, Query(pattern=r"^\w[\w\-]{0,63}$")]


def asked_for(
    control: Annotated[
        list[str], Query(description="AREA for the whole, or CODE:AREA once for each unit", max_length=2000)
    ],
    by: AdjustBy = "whole",
    rule: AdjustRule = "largest_first",
    unit: Annotated[ControlUnit, Query(description="of the control areas")] = "m2",
    within: Annotated[str | None, Query(pattern=r"^\w{1,32}$", description="code of one unit")] = None,
) -> Asked:
    """Read what is to be adjusted."""
    return Asked(by, rule, unit, within, controls_of(control))


@router.get("/statistics/adjustment")
def read_adjustment(
    state: OpenState,
    at: At,
    layer: Code,
    asked: Annotated[Asked, Depends(asked_for)],
    version: OptionalNumber = None,
    limit: Annotated[int, Query(ge=0, le=1000)] = 100,
) -> AdjustmentOut:
    """Give the areas of parcels adjusted so that they sum exactly to their control areas."""
    found = state.workspace.version(layer, number=version, on=at.on, known=at.known)
    return adjustment(state, found, asked, at, limit)


@router.get(
    "/statistics/adjustment/download",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def download_adjustment(
    state: OpenState,
    at: At,
    layer: Code,
    asked: Annotated[Asked, Depends(asked_for)],
    lang: Language,
    version: OptionalNumber = None,
    format: AdjustFormat = "xlsx",
) -> FileResponse:
    """Send the adjustment: units, every parcel, source and method."""
    found = state.workspace.version(layer, number=version, on=at.on, known=at.known)
    return adjustment_file(state, found, asked, at, format, lang)
