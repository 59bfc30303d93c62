"""A version as a file for Word, Excel and the desktop GIS."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from tuban.domain.version import LayerVersion
from tuban.service.schemas import DownloadFormat
from tuban.store.workspace import Workspace
from tuban.workflows import export

MEDIA_TYPES = {
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(workspace: Workspace, version: LayerVersion, format: DownloadFormat) -> FileResponse:
    """Write a version to a temporary file and stream it; the file is removed once it is sent."""
    folder = Path(tempfile.mkdtemp(prefix="tuban-download-", dir=workspace.cache_dir("downloads")))
    try:
        written = export.write(workspace, version, folder / export.file_name(version, format), format)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        written,
        media_type=MEDIA_TYPES[format],
        filename=written.name,
        headers={"Cache-Control": "no-cache"},
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )
