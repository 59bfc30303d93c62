"""The trail of every step (全过程留痕)."""

from fastapi import APIRouter

from tuban.service.deps import Language, Limit, Offset, OpenStore
from tuban.service.history import trail_page, trail_report
from tuban.service.schemas import TrailOut, TrailReportOut

router = APIRouter(prefix="/trail", tags=["trail"])


@router.get("")
def list_trail(store: OpenStore, limit: Limit, offset: Offset = 0) -> TrailOut:
    """Give one page of the trail, newest first."""
    return trail_page(store, limit, offset)


@router.get("/verify")
def verify_trail(store: OpenStore, lang: Language) -> TrailReportOut:
    """Check that the chain of hashes closes."""
    return trail_report(store, lang)
