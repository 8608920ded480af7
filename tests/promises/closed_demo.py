"""The whole demo behind a closed door: three nodes in a network namespace that knows no other host, and counts tries.

Every packet to another address than loopback is counted and refused, so "no outside world" is a figure. The demo is
started once for all the promises that ask it something; its temporary files have a folder of their own.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FIRST_PORT = 8001
READY_S = 600
_NEW_NETWORK = 0x40000000
_RULES = """
table inet outside {
  set hosts4 { type ipv4_addr; flags dynamic; }
  set hosts6 { type ipv6_addr; flags dynamic; }
  counter tries { }
  chain leaving {
    type filter hook output priority 0; policy accept;
    ip daddr { 0.0.0.0, 127.0.0.0/8 } accept
    ip6 daddr ::1 accept
    update @hosts4 { ip daddr }
    update @hosts6 { ip6 daddr }
    counter name tries
    meta l4proto tcp reject with tcp reset
    reject
  }
}
"""


@dataclass
class ClosedDemo:
    """The running demo. `nodes` is what `demo.json` says; `temporary` its only folder for temporary files."""

    name: str
    folder: Path
    temporary: Path
    output: Path
    seconds: float = 0.0
    nodes: list[dict[str, Any]] = field(default_factory=list)

    def node(self, agency: str) -> dict[str, Any]:
        """The node of one agency, as `demo.json` describes it."""
        return next(node for node in self.nodes if node["agency"] == agency)

    def run(self, *command: str, **given: Any) -> subprocess.CompletedProcess[str]:
        """Run a command inside, with the demo's folder for temporary files."""
        environment = {**os.environ, "TMPDIR": str(self.temporary)}
        inside = ["ip", "netns", "exec", self.name, *command]
        return subprocess.run(inside, env=environment, capture_output=True, text=True, timeout=120, **given)

    def sinergi(self, agency: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """One command line of one node."""
        return self.run(str(ROOT / ".venv/bin/sinergi"), "--data", self.node(agency)["data"], *argv)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This thread, and what it starts, opens its connections inside."""
        _ = threading.current_thread()
        with open("/proc/thread-self/ns/net") as before:
            with open(f"/run/netns/{self.name}") as inside:
                _move_to(inside.fileno())
            try:
                yield
            finally:
                _move_to(before.fileno())

    def tries(self) -> tuple[int, list[str]]:
        """How many packets were sent to other hosts, and to which."""
        listed = json.loads(self.run("nft", "-j", "list", "ruleset", check=True).stdout)["nftables"]
        packets = next(thing["counter"]["packets"] for thing in listed if "counter" in thing)
        hosts = [str(host) for thing in listed if "set" in thing for host in thing["set"].get("elem", [])]
        return packets, hosts

    def forget_tries(self) -> None:
        """Count from nothing again."""
        self.run("nft", "flush ruleset", check=True)
        self.run("nft", "-f", "-", input=_RULES, check=True)

    def processes(self) -> list[int]:
        """Every process inside."""
        found = self.run("ip", "netns", "pids", self.name, check=True).stdout
        return [int(number) for number in found.split()]

    def server_of(self, agency: str) -> int:
        """The process that serves the node of one agency."""
        return next(number for number in self.processes() if f"/{agency}\0serve\0" in command_line(number))


def command_line(process: int) -> str:
    """A process's arguments, each ended by NUL; empty when it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture(scope="session")
def closed_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedDemo]:
    """The demo of `script/server`, started from a checkout that is set up, where no other host can be reached."""
    place = tmp_path_factory.mktemp("closed")
    demo = ClosedDemo(f"sinergi-{os.getpid()}", place / "demo", place / "temporary", place / "output")
    demo.temporary.mkdir()
    # Names are asked for at an address outside, so that a question for a name is counted as well.
    resolver = Path("/etc/netns") / demo.name
    resolver.mkdir(parents=True)
    (resolver / "resolv.conf").write_text("nameserver 192.0.2.53\n")
    started: subprocess.Popen[bytes] | None = None
    try:
        subprocess.run(["ip", "netns", "add", demo.name], check=True)
        for words in ("link set lo up", "route add default dev lo", "-6 route add default dev lo"):
            demo.run("ip", *words.split(), check=True)
        demo.forget_tries()
        started = _start(demo)
        yield demo
    finally:
        if started is not None and started.poll() is None:
            started.send_signal(signal.SIGTERM)
            started.wait(60)
        subprocess.run(["ip", "netns", "del", demo.name], check=False)
        (resolver / "resolv.conf").unlink()
        resolver.rmdir()


def _start(demo: ClosedDemo) -> subprocess.Popen[bytes]:
    command = ["script/server", "--data", str(demo.folder), "--port", str(FIRST_PORT)]
    began = time.monotonic()
    with open(demo.output, "wb") as output:
        started = subprocess.Popen(
            ["ip", "netns", "exec", demo.name, *command],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(demo.temporary)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    while "Ctrl-C" not in demo.output.read_text():
        assert started.poll() is None, demo.output.read_text()
        assert time.monotonic() - began < READY_S, demo.output.read_text()
        time.sleep(0.2)
    demo.seconds = time.monotonic() - began
    demo.nodes = json.loads((demo.folder / "demo.json").read_text())["nodes"]
    return started


def _move_to(network: int) -> None:
    """setns(2) for this thread only (os.setns came with Python 3.12)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(network, _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")
