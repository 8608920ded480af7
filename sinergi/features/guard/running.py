"""The planner in a child process: started, looked at, stopped. Its files lie in the node's folder for a week."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from django.conf import settings

from sinergi.features.guard.rules import INPUTS, RESULT
from sinergi.kernel.errors import Refused

State = Literal["running", "done", "failed"]

ROUNDS = 3
# The child computes beside the pages; they go first. It ends with the node, which holds the other end of its input. At
# its limit of processor time it is asked for the best so far, once; past the second limit, or that of memory, it ends.
_CHILD = """
import os, resource, signal, sys, threading
from pathlib import Path
def last(number, frame):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGINT)
try:
    threading.Thread(target=lambda: (sys.stdin.buffer.raw.read(1), os._exit(1)), daemon=True).start()
    os.nice(5)
    signal.signal(signal.SIGXCPU, last)
    resource.setrlimit(resource.RLIMIT_CPU, (600, 900))
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))
    from sinergi.kernel.errors import Refused
    from sinergi.planning.verbs import plan
    try:
        sys.exit(plan(sys.argv[1:], Path(".")))
    except Refused as refused:
        sys.exit(refused.sentence)
except KeyboardInterrupt:
    sys.exit("Perhitungan dihentikan sebelum ada hasil.")
"""
_KEPT_OF_ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH", "NUMBA_CACHE_DIR", "TMPDIR")
_children: dict[str, subprocess.Popen[bytes]] = {}
_one_at_a_time = threading.Lock()


def folder(id: str) -> Path:
    """Where the files of a calculation lie."""
    return Path(settings.DATA) / "plans" / id


def start(id: str, tables: Mapping[str, bytes], *, grouping: str) -> None:
    """Write the tables and start the planner on them. Raises Refused while another is at work."""
    here = folder(id)
    # By name alone: what the planner says of a table is read by people.
    given = [word for name in INPUTS for word in (f"--{name.removesuffix('.csv')}", name)]
    rest = ["--out", ".", "--grouping", grouping, "--rounds", str(ROUNDS), "--threads", "1"]
    with _one_at_a_time:
        if any(child.poll() is None for child in _children.values()):
            raise Refused("Rencana lain sedang dihitung. Tunggu sebentar atau hentikan dahulu.", code="JAG-04")
        here.mkdir(mode=0o700, parents=True)
        for name, content in tables.items():
            (here / name).write_bytes(content)
        with open(here / "said", "wb") as said:
            _children[id] = subprocess.Popen(  # noqa: S603 - our own interpreter and code; people give none of the words
                [sys.executable, "-c", _CHILD, *given, *rest],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=here,
                env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )


def state(id: str) -> State:
    """How it stands; one whose process is not known any more (a restart) failed unless its result is whole."""
    child = _children.get(id)
    if child is not None and child.poll() is None:
        return "running"
    if child is not None and child.stdin is not None:
        child.stdin.close()
    # The summary is written last, so with it all is there.
    return "done" if (folder(id) / "summary.json").is_file() else "failed"


def stop(id: str) -> None:
    """Ask it to end with the best it has; asked a second time it ends with nothing."""
    child = _children.get(id)
    if child is not None and child.poll() is None:
        child.send_signal(signal.SIGINT)


def said(id: str) -> str:
    """What the planner said when it could not plan: its last sentence; empty where it broke off without one."""
    try:
        lines = (folder(id) / "said").read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "" if not lines or any(line.startswith("Traceback") for line in lines) else lines[-1][:500]


def files(id: str) -> dict[str, str]:
    """The tables and the result by name, as far as they exist."""
    here = folder(id)
    return {name: (here / name).read_text() for name in (*INPUTS, *RESULT) if (here / name).is_file()}


def discard(id: str) -> None:
    """Stop it and drop its files."""
    with _one_at_a_time:
        child = _children.pop(id, None)
    if child is not None:
        child.kill()
        child.wait()
        if child.stdin is not None:
            child.stdin.close()
    shutil.rmtree(folder(id), ignore_errors=True)
