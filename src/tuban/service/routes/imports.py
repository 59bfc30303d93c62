"""Taking a file in, in the background."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, UploadFile

from tuban.service.deps import LayerCode, OpenState
from tuban.service.schemas import TaskStartedOut
from tuban.service.uploading import Wishes, take_upload

router = APIRouter(tags=["imports"])
Choice = Annotated[str | None, Form(max_length=200)]


@router.post("/layers/{code}/imports", status_code=202)
def import_layer(
    state: OpenState,
    code: LayerCode,
    file: Annotated[UploadFile, File(description="one file, or a zip of a .gdb folder or a shapefile")],
    valid_from: Annotated[date | None, Form()] = None,
    layer: Choice = None,
    act: Choice = None,
    crs: Choice = None,
    convert_to: Choice = None,
    encoding: Choice = None,
    swap_axes: Annotated[bool, Form()] = False,
    on_invalid: Annotated[Literal["refuse", "keep"], Form()] = "refuse",
) -> TaskStartedOut:
    """Queue an import; follow it at /api/tasks."""
    how = Wishes(valid_from, act or "", layer or None, crs or None, convert_to or None, encoding or None)
    wishes = replace(how, swap_axes=swap_axes, on_invalid=on_invalid)
    return TaskStartedOut(task=take_upload(state, code, file, wishes).id)
