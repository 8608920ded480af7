"""The one door of a node: raw paths are answered on the event loop, everything else goes to Django's threads."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from typing import IO, Any

from sinergi.node import live
from sinergi.node.bodies import NotTaken, receive
from sinergi.node.bridge import Bridge, Busy

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SENDING_CHUNK = 64 * 1024
SENDING_S = 30.0

log = logging.getLogger("sinergi.node")

Raw = Callable[[Any, Any], Awaitable[None]]

BUSY = (
    "Sistem sedang sangat sibuk. Tunggu sebentar lalu coba lagi; tidak ada yang hilang.",
    "The system is very busy. Wait a moment and try again; nothing is lost.",
)
STOPPING = (
    "Sistem sedang dimulai ulang. Tunggu sebentar lalu coba lagi.",
    "The system is restarting. Wait a moment and try again.",
)
BROKEN = (
    "Ada yang salah di sistem ini dan sudah dicatat. Coba lagi; bila berulang, hubungi administrator.",
    "Something went wrong here and was noted. Try again; if it happens again, tell the administrator.",
)
NO_METHOD = ("Cara permintaan ini tidak dikenal.", "This kind of request is not known.")


class Front:
    """The RSGI application. `raw` maps an exact path to a coroutine that answers on the loop without Django."""

    def __init__(self, bridge: Bridge, *, health: dict[str, str], whose: Callable[[str], bool]) -> None:
        self._bridge = bridge
        self._health = json.dumps(health).encode()
        self._whose = whose
        self._doormen = ThreadPoolExecutor(1, thread_name_prefix="live")
        self.raw: dict[str, Raw] = {"/healthz": self._healthz, "/api/live": self._live}
        self.stopping = False
        self.active = 0

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.proto != "http":
            return
        if self.stopping and scope.path != "/healthz":
            refuse(scope, proto, 503, STOPPING)
            return
        self.active += 1
        try:
            raw = self.raw.get(scope.path)
            if raw is not None:
                await raw(scope, proto)
            else:
                await self._page(scope, proto)
        except NotTaken as no:
            refuse(scope, proto, no.status, no.sentences)
        except Busy:
            refuse(scope, proto, 503, BUSY)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("request failed", extra={"event": "request.failed"})
            with contextlib.suppress(Exception):  # an answer may already be on its way
                refuse(scope, proto, 500, BROKEN)
        finally:
            self.active -= 1

    async def _page(self, scope: Any, proto: Any) -> None:
        if scope.method not in METHODS:
            refuse(scope, proto, 405, NO_METHOD)
            return
        headers = scope.headers
        body: IO[bytes] | None = None
        if "transfer-encoding" in headers or headers.get("content-length") not in (None, "0"):
            body = await receive(headers, proto)
        status, given, content = await self._bridge.answer(scope, body)
        if scope.method == "HEAD" or status in (204, 304):
            if not isinstance(content, bytes):
                content.close()
            proto.response_empty(status, _lower(given))
        elif isinstance(content, bytes):
            proto.response_bytes(status, _lower(given), content)
        else:
            await _send(proto, status, _lower(given), content)

    async def _healthz(self, scope: Any, proto: Any) -> None:
        if scope.method not in ("GET", "HEAD"):
            refuse(scope, proto, 405, NO_METHOD)
            return
        headers = [("content-type", "application/json"), ("cache-control", "no-store")]
        if scope.method == "HEAD":
            proto.response_empty(503 if self.stopping else 200, headers)
        else:
            proto.response_bytes(503 if self.stopping else 200, headers, self._health)

    async def _live(self, scope: Any, proto: Any) -> None:
        """Server-sent events for whoever has a valid session."""
        if scope.method != "GET":
            refuse(scope, proto, 405, NO_METHOD)
            return
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._doormen, self._whose, scope.headers.get("cookie") or ""):
            refuse(scope, proto, 401, ("Masuk dahulu.", "Sign in first."))
            return
        events = live.stream()
        try:
            first = await anext(events)
        except live.Full:
            refuse(scope, proto, 503, BUSY)
            return
        headers = [
            ("content-type", "text/event-stream; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ]
        transport = proto.response_stream(200, headers)
        # A stream may stay open for hours; stopping does not wait for it, `live.close` ends it.
        self.active -= 1
        gone = asyncio.ensure_future(proto.client_disconnect())
        try:
            await asyncio.wait_for(transport.send_str(first), SENDING_S)
            while not gone.done():
                turn = asyncio.ensure_future(anext(events, None))
                await asyncio.wait({turn, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not turn.done():
                    turn.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await turn
                    break
                text = turn.result()
                if text is None:
                    break
                await asyncio.wait_for(transport.send_str(text), SENDING_S)
        except Exception:  # noqa: S110  the browser went away in the middle of a line
            pass
        finally:
            self.active += 1
            gone.cancel()
            await events.aclose()

    def close(self) -> None:
        """Give the helpers back."""
        self._doormen.shutdown(wait=False, cancel_futures=True)


def refuse(scope: Any, proto: Any, status: int, sentences: tuple[str, str]) -> None:
    """Answer with one sentence: a problem document (RFC 9457) for programs, plain text for people."""
    english = "en" in (scope.headers.get("accept-language") or "")[:2].lower()
    sentence = sentences[1] if english else sentences[0]
    headers = [("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    if status == 503:
        headers.append(("retry-after", "3"))
    if status in (408, 413):
        headers.append(("connection", "close"))
    if status == 405:
        headers.append(("allow", "GET, HEAD"))
    if scope.path.startswith("/api/") or "json" in (scope.headers.get("accept") or ""):
        headers.append(("content-type", "application/problem+json"))
        content = json.dumps({"type": "about:blank", "status": status, "title": sentence}, ensure_ascii=False)
    else:
        headers.append(("content-type", "text/plain; charset=utf-8"))
        content = sentence
    if scope.method == "HEAD":
        proto.response_empty(status, headers)
    else:
        proto.response_str(status, headers, content)


def cookie(header: str, name: str) -> str:
    """The value of one cookie, or nothing."""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _lower(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value.strip()) for name, value in headers]


async def _send(proto: Any, status: int, headers: list[tuple[str, str]], content: IO[bytes]) -> None:
    """Send a large answer from disk; a client that stops reading for SENDING_S is let go."""
    with content:
        transport = proto.response_stream(status, headers)
        while chunk := content.read(SENDING_CHUNK):
            try:
                await asyncio.wait_for(transport.send_bytes(chunk), SENDING_S)
            except Exception:
                return
