"""Codes of the standards, as data."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.service.catalogue import land_use_classes_of, standard_layers_of
from tuban.service.deps import OpenState
from tuban.service.schemas_standards import LandUseClassOut, StandardLayerOut

router = APIRouter(prefix="/standards", tags=["standards"])


@router.get("/land-use-classes")
def list_land_use_classes(
    edition: Annotated[str, Query(pattern=r"^\w{1,32}$", examples=["2023"])] = "2023",
) -> list[LandUseClassOut]:
    """List the land-use classes (用地用海分类) of one edition."""
    return land_use_classes_of(edition)


@router.get("/layers")
def list_standard_layers(state: OpenState) -> list[StandardLayerOut]:
    """List every layer of the workspace's profile, taken in or not: under these codes files can be imported."""
    return standard_layers_of(state.profile)
