"""The addresses, one file a subject: parse, ask or act, present."""

from fastapi import APIRouter, Depends

from tuban.service.deps import language_choice
from tuban.service.routes import (
    adjust,
    compare,
    compliance,
    download,
    features,
    identify,
    imports,
    indicators,
    layers,
    measure,
    quality,
    search,
    standards,
    statistics,
    status,
    tasks,
    tiles,
    trail,
)
from tuban.service.schemas import ErrorOut

# Declared once: every address may answer with these, in the same shape.
ERRORS: dict[int | str, dict] = {
    400: {"model": ErrorOut, "description": "The request cannot be meant"},
    404: {"model": ErrorOut, "description": "Not there"},
    409: {"model": ErrorOut, "description": "The workspace does not allow it now"},
    422: {"model": ErrorOut, "description": "The file cannot be taken in"},
    507: {"model": ErrorOut, "description": "No room on the disk"},
}

api = APIRouter(prefix="/api", responses=ERRORS, dependencies=[Depends(language_choice)])
for part in (
    status, layers, features, tiles, identify, search, statistics, adjust, compare,
    measure, download, imports, quality, compliance, tasks, trail, standards, indicators,
):  # fmt: skip
    api.include_router(part.router)
