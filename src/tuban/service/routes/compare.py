"""Two versions of a layer beside each other."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.service.comparison import comparison
from tuban.service.deps import LayerCode, Limit, Offset, OpenState
from tuban.service.schemas import CompareOut

router = APIRouter(tags=["compare"])
VersionNumber = Annotated[int, Query(ge=1, le=2**31 - 1)]


@router.get("/layers/{code}/compare")
def compare_versions(
    state: OpenState, code: LayerCode, a: VersionNumber, b: VersionNumber, limit: Limit, offset: Offset = 0
) -> CompareOut:
    """Say which objects version `b` adds, drops and changes against version `a`."""
    first, second = (state.workspace.version(code, number=number) for number in (a, b))
    return comparison(state, first, second, limit, offset)
