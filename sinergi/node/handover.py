"""A writing verb beside a running node is done by that node: one process writes, whoever asks.

The node listens on a socket in its folder that only its own user may open. A request is one line of JSON
{"verb", "argv", "directory"}; the answer is lines {"out": text}, {"err": text} and at last {"exit": number}.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from sinergi.kernel.caller import directory
from sinergi.kernel.errors import Refused

LONGEST_REQUEST = 256 * 1024
NAME = "handover.sock"

log = logging.getLogger("sinergi.node")


def hand_over(data: Path, verb: str, argv: list[str]) -> int | None:
    """Let the node that serves `data` run the verb; its exit code, or None when no node listens."""
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        try:
            line.connect(stack.enter_context(_address(data)))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        request = json.dumps({"verb": verb, "argv": argv, "directory": os.getcwd()}).encode() + b"\n"
        if len(request) > LONGEST_REQUEST:
            raise Refused("Baris perintah ini terlalu panjang untuk diserahkan ke simpul yang berjalan.", code="N-03")
        line.sendall(request)
        for answer in stack.enter_context(line.makefile("rb")):
            said = json.loads(answer)
            if "exit" in said:
                return int(said["exit"])
            sys.stdout.write(said.get("out", ""))
            sys.stdout.flush()
            sys.stderr.write(said.get("err", ""))
    raise Refused("Simpul berhenti sebelum menjawab; periksa apakah perintahnya sudah berlaku.", code="N-04")


class Desk:
    """The listening side, inside the serving node. Verbs run one after the other."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._door: socket.socket | None = None
        self._thread = threading.Thread(target=self._work, name="handover", daemon=True)

    def start(self) -> None:
        """Listen. The caller holds the node's lock, so a socket file that is still there is left over."""
        (self._data / NAME).unlink(missing_ok=True)
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _address(self._data) as address:
            before = os.umask(0o177)
            try:
                self._door.bind(address)
            finally:
                os.umask(before)
        self._door.listen(4)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; a verb that runs is given ten seconds to end."""
        if self._door is not None:
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            (self._data / NAME).unlink(missing_ok=True)
            self._thread.join(10)

    def _work(self) -> None:
        assert self._door is not None  # start() opened it
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with line:
                line.settimeout(30)
                try:
                    self._serve(line)
                except Exception:
                    log.exception("handover failed", extra={"event": "handover.failed"})

    def _serve(self, line: socket.socket) -> None:
        from sinergi.node import command

        raw = line.makefile("rb").readline(LONGEST_REQUEST)
        if not raw.endswith(b"\n"):
            return
        asked = json.loads(raw)
        out, err = _Teller(line, "out"), _Teller(line, "err")
        token = directory.set(Path(asked["directory"]))
        try:
            with _spoken_to(out, err):
                code = command.perform(asked["verb"], list(asked["argv"]), self._data)
        finally:
            directory.reset(token)
            _close_connections()
        line.sendall(json.dumps({"exit": code}).encode() + b"\n")


class _Teller(io.TextIOBase):
    """Text written here arrives at the person's terminal; if they have gone the verb still finishes."""

    def __init__(self, line: socket.socket, kind: str) -> None:
        self._line = line
        self._kind = kind

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            with contextlib.suppress(OSError):
                self._line.sendall(json.dumps({self._kind: text}).encode() + b"\n")
        return len(text)


class _PerThread(io.TextIOBase):
    """Standard output of the process, except in the thread that runs a verb for somebody."""

    def __init__(self, usual: TextIO) -> None:
        self._usual = usual
        self.own = threading.local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        target: Any = getattr(self.own, "target", None) or self._usual
        return int(target.write(text))

    def flush(self) -> None:
        if getattr(self.own, "target", None) is None:
            self._usual.flush()


@contextlib.contextmanager
def _spoken_to(out: _Teller, err: _Teller) -> Iterator[None]:
    usual = sys.stdout, sys.stderr
    stdout, stderr = _PerThread(sys.stdout), _PerThread(sys.stderr)
    stdout.own.target, stderr.own.target = out, err
    sys.stdout, sys.stderr = stdout, stderr
    try:
        yield
    finally:
        sys.stdout, sys.stderr = usual


@contextlib.contextmanager
def _address(data: Path) -> Iterator[str]:
    """The socket's name by way of its open folder: a socket's own name may have 107 letters at most."""
    try:
        folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    except NotADirectoryError as error:
        raise FileNotFoundError(str(data)) from error
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
