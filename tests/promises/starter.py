"""A process that has imported the product once and forks nodes from that state: a start without the imports.

Sixty kills need sixty starts, and most of a start is importing. What is forked has no thread, no connection and no
file open, so `serve` runs exactly as in `sinergi serve`. Some starts of each test are real ones nevertheless.

Commands are lines of JSON on standard input, answers are lines of JSON on standard output:
{"serve": PORT, "broken": NAME or null} → {"pid"}; {"verb": [...]} → {"exit", "said"}; {"wait": PID} → {"status"}.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONGEST_WAIT_S = 60.0

_PR_SET_PDEATHSIG = 1
_PR_SET_PTRACER, _ANY = 0x59616D61, ctypes.c_ulong(-1)


class Starter:
    """The test's side: one starter for one folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.promises.starter", str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self._read()

    def serve(self, port: int, broken: str | None = None) -> int:
        """Fork a node; its process id. It is ready some time later."""
        return int(self._ask({"serve": port, "broken": broken})["pid"])

    def verb(self, *argv: str) -> tuple[int, str]:
        """Exit code and words of `sinergi --data FOLDER ARGV`."""
        answer = self._ask({"verb": list(argv)})
        return answer["exit"], answer["said"]

    def wait(self, pid: int) -> int:
        """How that node ended: its exit code, or minus the signal."""
        status = self._ask({"wait": pid})["status"]
        assert status is not None, f"it still lives after {LONGEST_WAIT_S:.0f} s"
        return int(status)

    def close(self) -> None:
        """End the starter; its children die with it."""
        self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(command) + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        assert line, "the starter ended"
        found: dict[str, Any] = json.loads(line)
        return found


def main(data: Path) -> None:
    """Import, then fork on command until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from sinergi.node import opening

    opening.open_node(data)
    _import_everything()
    gc.collect()
    gc.freeze()
    answers.write('{"ready": true}\n')
    for line in sys.stdin:
        command = json.loads(line)
        if "serve" in command:
            pid = _fork(lambda command=command: _serve(data, command["serve"], command["broken"]), data)
            answers.write(json.dumps({"pid": pid}) + "\n")
        elif "wait" in command:
            answers.write(json.dumps({"status": _ended(command["wait"])}) + "\n")
        else:
            answers.write(json.dumps(_verb(command["verb"], data)) + "\n")


def _import_everything() -> None:
    from importlib import import_module
    from importlib.util import find_spec

    from django.core.management.commands import migrate
    from django.urls import get_resolver
    from granian.server import embed

    from sinergi.ledger import verbs
    from sinergi.node import handover, live, server, services

    _ = (migrate, embed, verbs, handover, live, server, get_resolver().url_patterns)
    for name in services.SERVICES:
        if find_spec(name) is not None:
            import_module(name)


def _serve(data: Path, port: int, broken: str | None) -> int:
    from sinergi.node import server

    # Lets strace join in where only a parent may trace (Yama).
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)
    if broken:
        from tests.promises import broken as guards

        getattr(guards, broken)()
    vouch(data)
    server.serve(data, port=port)
    return 0


def vouch(data: Path) -> None:
    """The folder was copied from the made office: the test stands for it that no other node has its keys."""
    from sinergi.ledger import guard
    from sinergi.node import lock, opening

    if not (data / guard.NAME).exists():
        with lock.held(data):
            opening.open_node(data, migrate=True)
            guard.lift(data)


def _verb(argv: list[str], data: Path) -> dict[str, Any]:
    from sinergi.node import command

    said = data.parent / "said"

    def perform() -> int:
        # The verb would start a process for its copy; here the transaction that is undone is enough.
        os.environ["SINERGI_COPY"] = "1"
        words = io.StringIO()
        with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
            code = command.perform(argv[0], argv[1:], data)
        said.write_text(words.getvalue())
        return code

    status = _ended(_fork(perform, data))
    return {"exit": status, "said": said.read_text() if said.exists() else ""}


def _fork(work: Callable[[], int], data: Path) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            null = os.open(os.devnull, os.O_RDWR)
            errors = os.open(data.parent / "stderr", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os.dup2(errors, 2)
            # The pipes to the test belong to the starter alone.
            os.closerange(3, 64)
            code = work()
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def _ended(pid: int) -> int | None:
    """How the child ended; None for one that still lives after LONGEST_WAIT_S."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        from sinergi.node import opening

        opening.open_node(Path(sys.argv[1]))
        vouch(Path(sys.argv[1]))
