"""The indicator tables that were taken in."""

from fastapi import APIRouter

from tuban.service.catalogue import indicators_of
from tuban.service.deps import At, OpenState
from tuban.service.schemas import IndicatorsOut

router = APIRouter(tags=["indicators"])


@router.get("/indicators")
def list_indicators(state: OpenState, at: At) -> IndicatorsOut:
    """Give the indicator tables in force on the day."""
    return indicators_of(state, at)
