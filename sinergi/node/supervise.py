"""Several nodes of one machine as child processes: started together, watched, stopped together.

A child dies with its parent (PR_SET_PDEATHSIG), so not even a killed terminal leaves a node running.
"""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from sinergi.kernel.errors import Refused

# A node that lives is waited for: on a busy machine a first start, with all its tables to make, takes minutes.
READY_S = 300.0
QUIET_S = 20.0
STOPPING_S = 35.0

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one node runs: its folder and its port on loopback."""

    name: str
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Nodes:
    """The running children. Use as a context manager: leaving it stops them all, however it is left."""

    places: list[Place]
    _running: list[tuple[Place, subprocess.Popen[bytes]]] = field(default_factory=list)

    def __enter__(self) -> Nodes:
        try:
            for place in self.places:
                self._running.append((place, _start(place)))
            started = time.monotonic()
            for place, child in self._running:
                _wait_ready(place, child, started)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def wait(self) -> None:
        """Until one node ends by itself (Refused, naming it) or a signal ends the wait (KeyboardInterrupt)."""
        while True:
            for place, child in self._running:
                if child.poll() is not None:
                    raise Refused(
                        f"Simpul {place.name} berhenti sendiri; sebabnya ada di {place.data / 'log' / 'node.log'}.",
                        code="N-11",
                    )
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask all to stop at once, and end those that do not within STOPPING_S."""
        for _, child in self._running:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOPPING_S
        for _, child in self._running:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._running.clear()


def stop_like_ctrl_c() -> None:
    """Let SIGTERM and SIGHUP end this process the way Ctrl-C does, so that the children are stopped."""

    def leave(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def _start(place: Place) -> subprocess.Popen[bytes]:
    command = Path(sys.executable).with_name("sinergi")
    return subprocess.Popen(  # noqa: S603  our own program, arguments from our own table
        [str(command), "--data", str(place.data), "serve", "--port", str(place.port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Its own group: Ctrl-C at the terminal reaches the parent only, which then stops all in order.
        process_group=0,
        preexec_fn=_die_with_parent,
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_ready(place: Place, child: subprocess.Popen[bytes], started: float) -> None:
    """Until the node answers: as long as its process lives, READY_S after `started` at most.

    Says so once when it takes longer than QUIET_S. Refused when the process ends or the time is over.
    """
    told = False
    while True:
        if child.poll() is not None:
            raise Refused(
                f"Simpul {place.name} tidak mulai; lihat {place.data / 'log' / 'node.log'}.",
                code="N-09",
            )
        try:
            with urllib.request.urlopen(f"{place.url}/healthz", timeout=2) as answer:  # noqa: S310  loopback
                if json.load(answer)["status"] == "ok":
                    return
        except (urllib.error.URLError, OSError, ValueError):
            pass
        waited = time.monotonic() - started
        if waited > READY_S:
            raise Refused(f"Simpul {place.name} belum siap dalam {READY_S:.0f} detik.", code="N-10")
        if waited > QUIET_S and not told:
            print(f"Simpul {place.name} masih memulai; mesin ini sibuk. Ditunggu terus.", flush=True)
            told = True
        time.sleep(0.1)
