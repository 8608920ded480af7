"""A real node in a process of its own, on a free port of loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

SINERGI = str(Path(sys.executable).with_name("sinergi"))


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


@dataclass
class Served:
    data: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, method: str = "GET", **given: object) -> urllib3.BaseHTTPResponse:
        return urllib3.request(method, self.url + path, retries=False, timeout=20, **given)  # type: ignore[arg-type]

    def journal(self) -> str:
        return (self.data / "log" / "node.log").read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def start(data: Path, port: int | None = None, **environment: str) -> Served:
    port = port or free_port()
    data.mkdir(exist_ok=True)
    # The planner's quick checks leave its loops uncompiled in this process; a node people would use compiles them.
    usual = {name: value for name, value in os.environ.items() if name != "SINERGI_PLAIN_LOOPS"}
    with open(data / "stderr", "ab") as errors:
        process = subprocess.Popen(
            [SINERGI, "--data", str(data), "serve", "--port", str(port)],
            env=usual | environment,
            stderr=errors,
        )
    node = Served(data, port, process)
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if node.get("/healthz").status == 200:
                return node
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"not ready within 120 s, exit code {process.wait()}: {(data / 'stderr').read_text()}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One node for the tests of a module that leave it as it was."""
    node = start(tmp_path_factory.mktemp("node"))
    yield node
    if node.process.poll() is None:
        node.stop()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start nodes that are stopped, or killed, by the test itself or at its end."""
    nodes: list[Served] = []

    def begin(name: str = "node", **given: object) -> Served:
        nodes.append(start(tmp_path / name, **given))  # type: ignore[arg-type]
        return nodes[-1]

    yield begin
    for node in nodes:
        if node.process.poll() is None:
            node.process.kill()
            node.process.wait()
