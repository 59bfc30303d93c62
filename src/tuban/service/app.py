"""The service, assembled: state, middleware, addresses, errors, pages. Nothing is computed here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

import tuban
from tuban.service.errors import add_error_handlers
from tuban.service.frontend import BUILT, add_pages
from tuban.service.headers import Guard, Tags
from tuban.service.routes import api
from tuban.service.state import open_state
from tuban.service.warming import Kernels
from tuban.settings import Settings, read_settings
from tuban.store.opening import open_workspace
from tuban.store.workspace import Workspace

THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]", "testserver"]


def create_app(
    workspace: Workspace | str | Path | None,
    settings: Settings | None = None,
    *,
    built: Path = BUILT,
    kernels: Kernels | None = None,
) -> FastAPI:
    """Give the service over a workspace (open, or its folder); None only to describe the API.

    A workspace that was opened here is closed here, when the service stops. `kernels` are those being made
    ready meanwhile, if they are.
    """
    settings = settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if workspace is None:
            yield
            return
        own = not isinstance(workspace, Workspace)
        opened = workspace
        if not isinstance(opened, Workspace):
            opened = open_workspace(Path(opened), database=settings.database or None)
        state = open_state(opened, settings, kernels)
        app.state.tuban = state
        if settings.prepare_layers:
            state.prepare()
        try:
            yield
        finally:
            state.close()
            if own:
                opened.close()

    app = FastAPI(
        title="Tuban",
        summary="国土空间规划“一张图” · the One Map of a territorial spatial plan",
        version=tuban.__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # both would fetch their scripts from outside
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    hosts = [host.strip() for host in settings.allowed_hosts.split(",") if host.strip()]
    # The last one added is the outermost.
    app.add_middleware(Tags)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*THIS_MACHINE, *hosts])
    add_error_handlers(app)
    app.include_router(api)
    add_pages(app, built)
    return app


def operation_id(route: APIRoute) -> str:
    """Name an operation by its function: `list_layers`, `read_tile`."""
    return route.name
