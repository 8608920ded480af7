"""From the server's event loop to Django: a few threads with one database connection each, and a short queue.

Django runs as the WSGI application it is fastest as; persistent connections stay with their thread. The loop has
already received the body and sends the answer, so a slow client never holds a thread.
"""

from __future__ import annotations

import asyncio
import io
import os
import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from typing import IO, Any

THREADS = 4
LONGEST_QUEUE = 256
KEPT_IN_MEMORY = 1024 * 1024

Answer = tuple[int, list[tuple[str, str]], "bytes | IO[bytes]"]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Busy(Exception):
    """More requests wait than can be answered in a reasonable time."""


class Bridge:
    """A bounded pool of threads that run a WSGI application."""

    def __init__(self, application: Wsgi, *, threads: int = THREADS, longest_queue: int = LONGEST_QUEUE) -> None:
        self._application = application
        self._waiting: queue.SimpleQueue[tuple[Any, IO[bytes] | None, asyncio.Future[Answer]] | None] = (
            queue.SimpleQueue()
        )
        self._longest_queue = longest_queue
        self._threads = [
            threading.Thread(target=self._work, name=f"pages-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    async def answer(self, scope: Any, body: IO[bytes] | None) -> Answer:
        """Status, headers and body (bytes, or a file when it is large). Raises Busy when the queue is full."""
        if self._waiting.qsize() >= self._longest_queue:
            if body:
                body.close()
            raise Busy
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.put((scope, body, future))
        return await future

    def close(self) -> None:
        """Let the threads finish what they hold, and end them with their database connections."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(5)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            scope, body, future = item
            loop = future.get_loop()
            try:
                answer = self._run(scope, body)
            except BaseException as error:  # the page's fault must not cost the pool a thread
                loop.call_soon_threadsafe(_fail, future, error)
            else:
                loop.call_soon_threadsafe(_settle, future, answer)
            finally:
                if body:
                    body.close()
        from django.db import connections

        connections.close_all()

    def _run(self, scope: Any, body: IO[bytes] | None) -> Answer:
        environ = environment(scope, body)
        status, headers = 500, list[tuple[str, str]]()

        def start_response(line: str, given: list[tuple[str, str]], exc_info: Any = None) -> None:
            nonlocal status, headers
            status, headers = int(line[:3]), given

        result = self._application(environ, start_response)
        try:
            content = _gather(result)
        finally:
            close = getattr(result, "close", None)
            if close:
                close()
        return status, headers, content


def environment(scope: Any, body: IO[bytes] | None) -> dict[str, Any]:
    """The WSGI environment of an RSGI request.

    What a proxy would add (X-Forwarded-…) passes through and is believed by nobody: scheme and client come from here,
    and `access` takes its mere presence as a sign that the request did not begin on this machine.
    """
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # WSGI wants the octets of the path as Latin-1 letters (PEP 3333).
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if os.environ.get("SINERGI_HTTPS") else "http",
        "wsgi.input": body if body is not None else io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        # An underscore would let "x_csrftoken" pass for "x-csrftoken".
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            key = f"HTTP_{key}"
            environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in environ else value
    if body is not None:
        body.seek(0, os.SEEK_END)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
    return environ


def _gather(result: Iterable[bytes]) -> bytes | IO[bytes]:
    """The whole answer, kept on disk when it is large, so that the thread is free before the client has read it."""
    parts: list[bytes] = []
    size = 0
    chunks = iter(result)
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > KEPT_IN_MEMORY:
            file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the front when it is sent
            file.writelines(parts)
            file.writelines(chunks)
            file.seek(0)
            return file
    return b"".join(parts)


def _settle(future: asyncio.Future[Answer], answer: Answer) -> None:
    if not future.done():
        future.set_result(answer)


def _fail(future: asyncio.Future[Answer], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
