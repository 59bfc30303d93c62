"""Areas by class, unit and zone."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.service.deps import At, OpenState, OptionalNumber
from tuban.service.schemas import StatisticsBy, StatisticsOut
from tuban.service.statistics import statistics

router = APIRouter(tags=["statistics"])
Code = Annotated[str, Query(pattern=r"^\w[\w\-]{0,63}$")]


@router.get("/statistics")
def read_statistics(
    state: OpenState,
    at: At,
    layer: Code,
    by: StatisticsBy = "class",
    within: Annotated[str | None, Query(pattern=r"^\w{1,32}$", description="code of one unit")] = None,
    zone_layer: Annotated[str | None, Query(pattern=r"^\w[\w\-]{0,63}$")] = None,
    version: OptionalNumber = None,
) -> StatisticsOut:
    """Give areas that sum exactly to their total."""
    found = state.workspace.version(layer, number=version, on=at.on, known=at.known)
    return statistics(state, found, by, within, zone_layer, at)
