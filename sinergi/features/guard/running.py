"""The planner in a child process: started, looked at, stopped. Its files lie in the node's folder for a week."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from django.conf import settings

from sinergi.features.guard.rules import INPUTS, RESULT

State = Literal["running", "done", "failed"]

ROUNDS = 3
# The child computes beside the pages; they go first.
_CHILD = """
import os, sys
from pathlib import Path
os.nice(5)
from sinergi.kernel.errors import Refused
from sinergi.planning.verbs import plan
try:
    sys.exit(plan(sys.argv[1:], Path(".")))
except Refused as refused:
    sys.exit(refused.sentence)
"""
_KEPT_OF_ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH", "NUMBA_CACHE_DIR", "TMPDIR")
_children: dict[str, subprocess.Popen[bytes]] = {}


def folder(id: str) -> Path:
    """Where the files of a calculation lie."""
    return Path(settings.DATA) / "plans" / id


def start(id: str, tables: Mapping[str, bytes], *, grouping: str) -> None:
    """Write the tables and start the planner on them."""
    here = folder(id)
    here.mkdir(mode=0o700, parents=True)
    for name, content in tables.items():
        (here / name).write_bytes(content)
    given = [word for name in INPUTS for word in (f"--{name.removesuffix('.csv')}", str(here / name))]
    rest = ["--out", str(here), "--grouping", grouping, "--rounds", str(ROUNDS), "--threads", "1"]
    with open(here / "said", "wb") as said:
        _children[id] = subprocess.Popen(  # noqa: S603 - our own interpreter and code; people give none of the words
            [sys.executable, "-c", _CHILD, *given, *rest],
            stdin=subprocess.DEVNULL,
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
    # The summary is written last, so with it all is there.
    return "done" if (folder(id) / "summary.json").is_file() else "failed"


def any_running() -> bool:
    """Whether a planner is at work on this node."""
    return any(child.poll() is None for child in _children.values())


def stop(id: str) -> None:
    """Ask it to end with the best it has; asked a second time it ends with nothing."""
    child = _children.get(id)
    if child is not None and child.poll() is None:
        child.send_signal(signal.SIGINT)


def said(id: str) -> str:
    """What the planner said when it could not plan: its last sentence."""
    try:
        lines = (folder(id) / "said").read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:500] if lines else ""


def files(id: str) -> dict[str, str]:
    """The tables and the result by name, as far as they exist."""
    here = folder(id)
    return {name: (here / name).read_text() for name in (*INPUTS, *RESULT) if (here / name).is_file()}


def discard(id: str) -> None:
    """Stop it and drop its files."""
    if (child := _children.pop(id, None)) is not None and child.poll() is None:
        child.kill()
        child.wait()
    shutil.rmtree(folder(id), ignore_errors=True)
