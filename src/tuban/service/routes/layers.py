"""The layer tree and the versions of a layer."""

from fastapi import APIRouter

from tuban.service import present
from tuban.service.deps import At, LayerCode, OpenState, OpenStore
from tuban.service.overview import layers_of
from tuban.service.schemas import LayersOut, VersionOut

router = APIRouter(tags=["layers"])


@router.get("/layers")
def list_layers(state: OpenState, at: At) -> LayersOut:
    """List every layer with the version in force on the day."""
    return layers_of(state, at)


@router.get("/layers/{code}/versions")
def list_versions(code: LayerCode, store: OpenStore) -> list[VersionOut]:
    """List every version of a layer, oldest first."""
    store.version(code, number=1)  # an unknown layer says so
    return [present.version(version) for version in store.versions(code)]
