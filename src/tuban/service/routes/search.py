"""Search by name, code or coordinate."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.service.deps import At, Language, OpenState, SearchText
from tuban.service.schemas import SearchOut
from tuban.service.search import search

router = APIRouter(tags=["search"])


@router.get("/search")
def search_everything(
    state: OpenState, at: At, lang: Language, q: SearchText, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> SearchOut:
    """Find places, layers, classes, objects and coordinates."""
    return SearchOut(query=q, results=search(state, q, at, limit, lang))
