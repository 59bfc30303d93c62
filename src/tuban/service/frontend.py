"""The built front end, and two plain pages that need nothing: how to build it, and the list of addresses."""

from __future__ import annotations

import html
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from tuban.service.errors import not_a_page, respond

BUILT = Path(__file__).resolve().parent.parent / "_web"
FOREVER = "public, max-age=31536000, immutable"

NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>图斑 Tuban</title>
<h1>前端尚未构建</h1>
<p>服务已经运行,接口可用(<a href="/api/docs">/api/docs</a>)。在项目目录运行
<code>uv run python hatch_build.py</code> 构建前端,然后刷新本页。</p>
<p lang="en">The service runs and its API answers (<a href="/api/docs">/api/docs</a>). Run
<code>uv run python hatch_build.py</code> in the project folder to build it, then reload.</p></html>"""


def add_pages(app: FastAPI, built: Path = BUILT) -> None:
    """Serve the front end at every path that is not the API's; its router knows the rest."""

    @app.get("/api/docs", include_in_schema=False)
    def list_addresses() -> HTMLResponse:
        return HTMLResponse(addresses(app))

    @app.get("/{path:path}", include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        if path == "api" or path.startswith("api/"):
            return respond(not_a_page(request.url.path), request)
        index = built / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=200 if path == "" else 404)
        asked = (built / path).resolve() if path and "\x00" not in path else index
        if asked.is_relative_to(built.resolve()) and asked.is_file() and not asked.name.startswith("."):
            hashed = path.startswith("assets/")
            return FileResponse(asked, headers={"Cache-Control": FOREVER if hashed else "no-cache"})
        if Path(path).suffix and not request.headers.get("accept", "").startswith("text/html"):
            return respond(not_a_page(request.url.path), request)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})


def addresses(app: FastAPI) -> str:
    """Write the list of addresses from the OpenAPI document, as plain HTML."""
    document = app.openapi()
    rows = [
        f"<tr><td>{method.upper()}</td><td><code>{html.escape(path)}</code></td>"
        f"<td>{html.escape(operation.get('description') or operation.get('summary', ''))}</td>"
        f"<td>{html.escape(', '.join(p['name'] for p in operation.get('parameters', [])))}</td></tr>"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Tuban API</title>'
        "<h1>Tuban API</h1><p>OpenAPI: <a href='/api/openapi.json'>/api/openapi.json</a></p>"
        f"<table><tr><th>method<th>path<th>what<th>parameters</tr>{''.join(rows)}</table></html>"
    )
