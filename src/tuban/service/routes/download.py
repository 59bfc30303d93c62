"""A version as a file."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from tuban.service.deps import OpenStore, Version
from tuban.service.downloading import download
from tuban.service.schemas import DownloadFormat

router = APIRouter(tags=["download"])


@router.get(
    "/layers/{code}/download",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def download_version(store: OpenStore, version: Version, format: DownloadFormat = "gpkg") -> FileResponse:
    """Give a version as a file; the name says layer, version, and whether it is sample data."""
    return download(store, version, format)
