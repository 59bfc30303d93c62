"""The one table from error class to HTTP status, and the one shape of an error's body."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tuban import errors
from tuban.errors import Lang, Text, TubanError

log = logging.getLogger("tuban.service")

STATUS: dict[type[TubanError], int] = {
    errors.TubanError: 409,
    errors.WrongUse: 400,
    errors.NotFound: 404,
    errors.UnknownLayer: 404,
    errors.UnknownVersion: 404,
    errors.UnknownCode: 404,
    errors.WorkspaceNotFound: 404,
    errors.Unreadable: 422,
    errors.FormatNotAllowed: 422,
    errors.UnsafeFile: 422,
    errors.BrokenFile: 422,
    errors.UnknownEncoding: 422,
    errors.UnknownCRS: 422,
    errors.WrongCRS: 422,
    errors.ForeignCRS: 422,
    errors.EmptyLayer: 422,
    errors.AmbiguousLayer: 422,
    errors.MissingField: 422,
    errors.WrongType: 422,
    errors.InvalidGeometry: 422,
    errors.DuplicateId: 422,
    errors.StandardsFault: 409,
    errors.StoreFault: 409,
    errors.WorkspaceTooNew: 409,
    errors.WorkspaceBusy: 409,
    errors.Damaged: 409,
    errors.TrailBroken: 409,
    errors.DiskFull: 507,
    errors.Cancelled: 409,
}


def status_of(error: TubanError) -> int:
    """Give the HTTP status of an error: its own, else its nearest parent's."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def language_of(request: Request) -> Lang:
    """Read the language from `?lang=`, else from Accept-Language; Chinese unless English comes first."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    for tag in request.headers.get("accept-language", "").lower().split(","):
        name = tag.strip().split(";")[0]
        if name.startswith(("zh", "en")):
            return "en" if name.startswith("en") else "zh"
    return "zh"


def error_body(error: TubanError, lang: Lang) -> dict:
    """Write an error as the body that every error has."""
    return {
        "error": {
            "kind": type(error).__name__,
            "problem": error.problem.in_(lang),
            "fix": error.fix.in_(lang),
            "facts": plain(error.facts),
        }
    }


def plain(value: Any) -> Any:
    """Give facts as JSON can say them; what it cannot becomes text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    return plain(value.item()) if hasattr(value, "item") else str(value)


def respond(error: TubanError, request: Request, status: int | None = None) -> JSONResponse:
    """Answer a request with an error."""
    return JSONResponse(error_body(error, language_of(request)), status or status_of(error))


def not_a_page(path: str) -> TubanError:
    """Say that the address leads nowhere."""
    return errors.NotFound(
        Text(f"没有这个地址:{path}", f"Nothing is at {path}"),
        Text("接口清单见 /api/docs。", "The list of addresses is at /api/docs."),
    )


def add_error_handlers(app: FastAPI) -> None:
    """Let every error leave the service in the same shape."""

    @app.exception_handler(TubanError)
    def tuban_error(request: Request, error: TubanError) -> JSONResponse:
        return respond(error, request)

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        wrong = errors.WrongUse(
            Text(f"参数“{where}”的值无法使用。", f"The value of “{where}” cannot be used: {first['msg']}."),
            Text("写法见 /api/docs。", "See /api/docs for how it is written."),
            parameter=where,
            expected=first["msg"],
        )
        return respond(wrong, request)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return respond(not_a_page(request.url.path), request)
        wrong = errors.WrongUse(
            Text(f"请求无法处理:{error.detail}", f"The request cannot be handled: {error.detail}"),
            Text("接口清单见 /api/docs。", "The list of addresses is at /api/docs."),
        )
        return respond(wrong, request, error.status_code)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.exception("unexpected fault at %s", request.url.path, exc_info=error)
        fault = TubanError(
            Text("系统内部出错,操作没有完成。", "Something inside the system failed; nothing was done."),
            Text(
                "请把终端中的记录发给维护人员。", "Please send the terminal's record to whoever maintains it."
            ),
        )
        return respond(fault, request, 500)
