"""Vector tiles: immutable, since a version never changes."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from tuban.service.deps import LayerCode, Number, OpenState
from tuban.service.tileset import MEDIA_TYPE, tile_response

router = APIRouter(tags=["tiles"])
Zoom = Annotated[int, Path(ge=0, le=22)]
Column = Annotated[int, Path(ge=0, lt=2**22)]


@router.get(
    "/layers/{code}/tiles/{version}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
               204: {"description": "Nothing there"}, 304: {"description": "Not changed"}},
)  # fmt: skip
def read_tile(
    request: Request, state: OpenState, code: LayerCode, version: Number, z: Zoom, x: Column, y: Column
) -> Response:
    """Give one vector tile of one version: one layer named by its code."""
    found = state.workspace.version(code, number=version)
    return tile_response(state.tiles.tile(found, state.spec(code), z, x, y), found, request.headers)
