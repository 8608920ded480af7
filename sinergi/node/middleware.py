"""The outermost middleware: a number for each request, and one line about it in the journal."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sinergi.node import journal

log = logging.getLogger("sinergi.node")


class JournalMiddleware:
    """Writes who (pseudonym), which route, with what outcome and how long; nothing of what was said."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        number = secrets.token_hex(8)
        request.request_id = number  # type: ignore[attr-defined]
        response = self._answer(request)
        response.headers["X-Request-ID"] = number
        match = request.resolver_match
        log.info(
            "request",
            extra={
                "event": "request",
                "request": number,
                "route": (match.view_name or match.route) if match else "",
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "actor": getattr(getattr(request, "actor", None), "id", ""),
                "network": journal.network(request.META.get("REMOTE_ADDR", "")),
            },
        )
        return response
