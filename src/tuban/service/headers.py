"""What is around every answer: security headers, entity tags, size and origin of what comes in."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuban.errors import Text, WrongUse
from tuban.service.errors import respond
from tuban.service.uploading import too_large
from tuban.settings import Settings

LARGEST_TAGGED_BYTES = 16 * 1024**2
FORM_OVERHEAD_BYTES = 64 * 1024
LARGEST_JSON_BYTES = 4 * 1024**2
TIANDITU = "https://*.tianditu.gov.cn"


def content_policy(settings: Settings) -> str:
    """Write the content security policy: this service, and Tianditu only where a key is configured."""
    outside = f" {TIANDITU}" if settings.tianditu_key else ""
    return "; ".join([
        "default-src 'self'",
        "script-src 'self'",
        # The component library and the charts set styles on elements.
        "style-src 'self' 'unsafe-inline'",
        f"img-src 'self' data: blob:{outside}",
        f"connect-src 'self'{outside}",
        "font-src 'self' data:",
        # The map library runs its workers from blobs.
        "worker-src 'self' blob:",
        "child-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ])  # fmt: skip


class Guard:
    """Set the security headers; refuse bodies over the limit and writes that another site sends."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.policy = content_policy(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._most_bytes(scope["path"])

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
            await send(message)

        refused = self._refusal(scope, most)
        if refused is not None:
            await respond(refused, Request(scope))(scope, receive, guarded_send)
            return
        received = 0

        async def counted_receive() -> Message:
            # A body without a declared length is counted as it comes.
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise too_large(most)
            return message

        await self.app(scope, counted_receive, guarded_send)

    def _most_bytes(self, path: str) -> int:
        upload = path.endswith(("/imports", "/runs", "/compliance/sites"))
        return self.settings.max_upload_bytes + FORM_OVERHEAD_BYTES if upload else LARGEST_JSON_BYTES

    def _refusal(self, scope: Scope, most: int) -> WrongUse | None:
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > most:
            return too_large(most)
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return None
        origin = headers.get("origin")
        if headers.get("sec-fetch-site") == "cross-site" or (
            origin and urlsplit(origin).netloc != headers.get("host")
        ):
            return WrongUse(
                Text("请求来自别的网站,已拒绝。", "The request was sent by another site and is refused."),
                Text("请在“一张图”页面内操作。", "Work from the map's own page."),
                origin=origin or "",
            )
        return None

    def _add(self, headers: MutableHeaders) -> None:
        headers["Content-Security-Policy"] = self.policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self)"


class Tags:
    """Give every JSON answer to a GET an entity tag, and answer 304 to whoever has it already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, holding a JSON answer back until its tag is known."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        held = b""
        known = Headers(scope=scope).get("if-none-match", "")

        async def tagging_send(message: Message) -> None:
            nonlocal start, held
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                json = headers.get("content-type", "").startswith("application/json")
                if json and message["status"] == 200 and "etag" not in headers:
                    start = message
                    return
                await send(message)
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            held += message.get("body", b"")
            if message.get("more_body") and len(held) < LARGEST_TAGGED_BYTES:
                return
            await self._finish(start, held, bool(message.get("more_body")), known, send)
            start = None

        await self.app(scope, receive, tagging_send)

    async def _finish(self, start: Message, body: bytes, more: bool, known: str, send: Send) -> None:
        headers = MutableHeaders(raw=list(start["headers"]))
        if not more:
            tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
            headers["ETag"] = tag
            headers.setdefault("Cache-Control", "no-cache")
            if tag in [part.strip() for part in known.split(",")]:
                del headers["content-length"]
                await send({**start, "status": 304, "headers": headers.raw})
                await send({"type": "http.response.body", "body": b""})
                return
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body, "more_body": more})
