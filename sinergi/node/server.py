"""One process, one port: the server of one node.

Granian runs inside this process (ADR "One loop in front of four threads"): raw paths are answered on its event loop,
pages by Django over WSGI on a small pool of threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import time
from importlib.metadata import version
from pathlib import Path

from sinergi.kernel.errors import Refused
from sinergi.node import journal, lock, opening

STOPPING_S = 30.0

log = logging.getLogger("sinergi.node")


def serve(data: Path, *, host: str = "127.0.0.1", port: int = 8001) -> None:
    """Serve the node in `data` until SIGTERM or SIGINT; requests that have begun are finished within STOPPING_S.

    Raises Refused when another process owns the folder, the port is taken or the database is not ready.
    """
    with lock.held(data):
        _check_port(host, port)
        os.environ["SINERGI_PORT"] = str(port)
        folded_again = opening.open_node(data, migrate=True)
        journal.open_journal(data)
        if folded_again:
            log.warning("tables folded again", extra={"event": "ledger.folded_again", "count": folded_again})
        from sinergi.node import services

        load_pages()
        health = _health()
        services.start()
        try:
            asyncio.run(_serve(data, host, port, health))
        finally:
            services.stop()
            log.warning("stopped", extra={"event": "stopped"})


def _check_port(host: str, port: int) -> None:
    """Say it in one sentence before anything is started."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise Refused(f"Pintu {port} pada {host} tidak dapat dipakai: {error.strerror}.", code="N-02") from error


async def _serve(data: Path, host: str, port: int, health: dict[str, str]) -> None:
    from django.core.wsgi import get_wsgi_application
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    from sinergi.node import handover, live
    from sinergi.node.bridge import Bridge
    from sinergi.node.front import Front

    loop = asyncio.get_running_loop()
    bridge = Bridge(get_wsgi_application())
    front = Front(bridge, health=health, whose=has_session)
    server = Server(
        front,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        # Thirty seconds for the header of a request; afterwards the body has its own clock (bodies.py).
        http1_settings=HTTP1Settings(header_read_timeout=30_000, max_buffer_size=256 * 1024),
        websockets=False,
        backlog=1024,
        backpressure=1024,
        log_enabled=False,
    )
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    live.open_on(loop)
    _hear_the_ledger()
    desk = handover.Desk(data)
    desk.start()
    serving = asyncio.create_task(server.serve())
    stopped = asyncio.create_task(stopping.wait())
    log.warning("serving", extra={"event": "serving"})
    try:
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        front.stopping = True
        live.close()
        deadline = time.monotonic() + STOPPING_S
        while front.active and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        server.stop()  # type: ignore[no-untyped-call]  # granian says no types for it
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), max(1.0, deadline - time.monotonic()))
    finally:
        stopped.cancel()
        desk.stop()
        await asyncio.to_thread(bridge.close)
        front.close()


def load_pages() -> None:
    """Import every page now: a fault shows at the start, and the first visitor does not wait for it."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    # Nothing of the program is garbage while it runs. Looking through all of it made every tenth page 0.1 s slower.
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand objects, most of them gone with it: what outlives two rounds is looked at rarely.
    gc.set_threshold(5_000, 10, 20)


def _health() -> dict[str, str]:
    """What anyone may know: that the node answers, whose it is and which version."""
    from django.apps import apps

    try:
        own = apps.get_model("ledger", "Agency").objects.filter(is_self=True).order_by("id").first()
    except LookupError:
        own = None
    return {"status": "ok", "agency": getattr(own, "code", "") or "", "version": version("sinergi")}


def has_session(cookies: str) -> bool:
    """Whether the Cookie header carries the session of an active user. Reads the database; call it in a thread."""
    from django.conf import settings
    from django.contrib.auth import get_user
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from sinergi.node.front import cookie

    key = cookie(cookies, settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    request = HttpRequest()
    request.session = SessionStore(session_key=key)
    return bool(get_user(request).is_authenticated)


def _hear_the_ledger() -> None:
    """Tell live screens which feature's facts were committed: kind "security.requested" is topic "security"."""
    from sinergi.ledger import writer
    from sinergi.node import live

    def heard(facts: list[tuple[str, int, str]]) -> None:
        for topic in {kind.split(".", 1)[0] for _, _, kind in facts}:
            live.announce(topic)

    writer.on_commit(heard)
