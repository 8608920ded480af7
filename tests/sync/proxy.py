"""A wire with an ear: passes HTTP between two nodes, keeps every byte both ways, and may tamper with answers."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable

Tamper = Callable[[bytes, bytes, bytes], bytes | None]
"""(request, answer's head, answer's body) → what to send instead; None to pass it on."""


class Proxy:
    """Listens on a port of its own in front of `port`. `asked` and `answered` are the exchanges so far, in pairs."""

    def __init__(self, port: int) -> None:
        self.asked: list[bytes] = []
        self.answered: list[bytes] = []
        self.tamper: Tamper | None = None
        self.tampered = 0
        self._target = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with (
            line,
            contextlib.suppress(OSError, EOFError),
            socket.create_connection(("127.0.0.1", self._target)) as behind,
        ):
            while True:
                head, body = _message(line)
                # Readable bytes: the same number of letters, and it is no part of what is signed.
                request = head.replace(b"Accept-Encoding: gzip", b"Accept-Encoding: none") + body
                behind.sendall(request)
                head, body = _message(behind)
                self.asked.append(request)
                self.answered.append(head + body)
                instead = self.tamper(request, head, body) if self.tamper else None
                if instead is not None:
                    self.tampered += 1
                line.sendall(head + body if instead is None else instead)
                if instead is not None and len(instead) < len(head + body):
                    return


def _message(line: socket.socket) -> tuple[bytes, bytes]:
    """One HTTP message: head with its empty line, and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(line)
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower(), "the wire reads messages of a stated length only"
    stated = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    length = int(stated[1]) if stated else 0
    while len(body) < length:
        body += _some(line)
    return head + b"\r\n\r\n", body


def _some(line: socket.socket) -> bytes:
    data = line.recv(65536)
    if not data:
        raise EOFError
    return data
