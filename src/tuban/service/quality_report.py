"""The report of an inspection as a file."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from tuban.errors import Lang
from tuban.service import schemas_quality as out
from tuban.service.quality_find import find_run
from tuban.service.state import State
from tuban.workflows.quality_report import MEDIA_TYPES, write_run_reports


def report(state: State, number: str, format: out.ReportFormat, lang: Lang) -> FileResponse:
    """Write a report to a temporary file and stream it; the file is removed once it is sent."""
    of = find_run(state, number)
    workspace = state.workspace
    folder = Path(tempfile.mkdtemp(prefix="tuban-report-", dir=workspace.cache_dir("downloads")))
    try:
        (written,) = write_run_reports(workspace, of.number, folder, [format], lang=lang)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        written,
        media_type=MEDIA_TYPES[format],
        # Opened in the page's own name a report could run nothing, but it is a file to keep.
        content_disposition_type="attachment",
        filename=written.name,
        headers={"Cache-Control": "no-cache"},
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )
