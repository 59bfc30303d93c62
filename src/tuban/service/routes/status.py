"""The workspace at a glance."""

from fastapi import APIRouter

from tuban.service.deps import OpenState
from tuban.service.overview import status_of
from tuban.service.schemas import StatusOut

router = APIRouter(tags=["status"])


@router.get("/status")
def read_status(state: OpenState) -> StatusOut:
    """Say which place and data this is, and which days differ."""
    return status_of(state)
