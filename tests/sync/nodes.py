"""Starting, commanding, unplugging and killing real nodes from a test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sync.proxy import Proxy

# How long something that must happen may take on a machine that is busy with other things; a bell that is lost would
# cost a minute's rest, which `test_service` shows cannot happen, so waiting long here hides nothing.
PATIENCE = 150


class NodeError(Exception):
    """What the node answered instead of doing it."""


class Node:
    """One node: a folder, a port and, while plugged in, a process."""

    def __init__(self, data: Path, who: dict[str, str]) -> None:
        self.data, self.who = data, who
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.id = ""
        self._process: subprocess.Popen[str] | None = None

    def plug_in(self) -> None:
        """Start the process and wait until it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "stderr").open("a") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.sync.process", str(self.data), str(self.port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={
                    **os.environ,
                    "SINERGI_DATA": str(self.data),
                    "SINERGI_DATABASE": "",
                    "DJANGO_SETTINGS_MODULE": "tests.sync.settings",
                },
            )
        until(self.listens, PATIENCE, f"{self.who['code']} listens; see {self.data / 'stderr'}")
        self.do("ping")

    def found(self) -> None:
        self.id = self.do("found", url=self.url, **self.who)

    def overhear(self) -> Proxy:
        """Be reached, by those invited or introduced from now on, through a wire of their own that keeps every byte."""
        proxy = Proxy(self.port)
        self.do("settle", url=proxy.url)
        return proxy

    def do(self, what: str, **given: Any) -> Any:
        assert self._process is not None and self._process.stdin and self._process.stdout, "it is unplugged"
        self._process.stdin.write(json.dumps({"do": what, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise NodeError((self.data / "stderr").read_text()[-2000:])
        answer = json.loads(line)
        if "error" in answer:
            raise NodeError(answer["error"])
        return answer["answer"]

    def unplug(self) -> float:
        """Stop the process as its supervisor would; seconds it took."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as a power cut would, without a word."""
        self._end(signal.SIGKILL)

    def listens(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise NodeError((self.data / "stderr").read_text()[-4000:])
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True

    def _end(self, number: int) -> float:
        process, self._process = self._process, None
        if process is None:
            return 0.0
        started = time.monotonic()
        process.send_signal(number)
        process.wait(40)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        return time.monotonic() - started


def meet(inviter: Node, invited: Node) -> None:
    """Let two running nodes meet by an invitation."""
    invited.do("accept", letter=inviter.do("invite", recipient=invited.who["code"])["letter"])


def agree(founder: Node, *others: Node) -> str:
    """An agreement between these nodes, entered by the first and confirmed by all others; its id."""
    agreement = founder.do("enter", partners=[node.id for node in others])
    for node in others:
        until(lambda node=node: agreement in node.do("agreements"), PATIENCE, "the agreement arrived")
        node.do("confirm", agreement=agreement)
    everybody = (founder, *others)
    until(lambda: same_logs(agreement, everybody), PATIENCE, "everybody confirmed")
    return agreement


def same_logs(agreement: str, nodes: tuple[Node, ...]) -> bool:
    """Whether these nodes hold and have folded the same logs of an agreement, bodies too."""
    held = [{origin: row[:4] for origin, row in node.do("logs", agreement=agreement).items()} for node in nodes]
    return len(held[0]) == len(nodes) and all(one == held[0] for one in held)


def until(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until `holds()`; seconds it took. Fails the test after `seconds`."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - started


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])
