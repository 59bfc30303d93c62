"""Codes of the standards, as data."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.service.catalogue import land_use_classes_of
from tuban.service.schemas import LandUseClassOut

router = APIRouter(prefix="/standards", tags=["standards"])


@router.get("/land-use-classes")
def list_land_use_classes(
    edition: Annotated[str, Query(pattern=r"^\w{1,32}$", examples=["2023"])] = "2023",
) -> list[LandUseClassOut]:
    """List the land-use classes (用地用海分类) of one edition."""
    return land_use_classes_of(edition)
