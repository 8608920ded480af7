"""The files of an order, drawn in a child process: started, looked at, stopped, taken up again.

One line of `work.jsonl` is one paper; `drawn` has one line for each file that lies whole in the folder, with its hash.
What it names is not drawn again, so a run that was cut off anywhere goes on where it was. The child reads one line at a
time: its memory does not grow with the number of letters.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import msgspec
from django.conf import settings

from sinergi.documents.batch import Work, drawn
from sinergi.kernel.errors import Refused

State = Literal["none", "running", "stopped", "done"]

_CHILD = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.raw.read(1), os._exit(1)), daemon=True).start()
os.nice(5)
from sinergi.documents.batch import draw
draw(".")
"""
_KEPT_OF_ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR")
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_children: dict[str, subprocess.Popen[bytes]] = {}
_one_at_a_time = threading.Lock()


def folder(order: str) -> Path:
    """Where the files of an order lie; readable by this node alone."""
    return Path(settings.DATA) / "orders" / order


def start(order: str, papers: Iterable[Work], *, finished: Callable[[], None]) -> None:
    """Draw these papers beside the pages; those that lie there whole are passed over. Raises Refused while one runs."""
    here = folder(order)
    with _one_at_a_time:
        if any(child.poll() is None for child in _children.values()):
            raise Refused("Surat lain sedang dibuat. Tunggu sebentar atau hentikan dahulu.", code="SPR-30")
        here.mkdir(mode=0o700, parents=True, exist_ok=True)
        total = 0
        with open(here / "work.new", "wb") as file:
            for work in papers:
                assert _NAME.fullmatch(work.name), "names of files are made here"
                file.write(msgspec.json.encode(work) + b"\n")
                total += 1
        (here / "total").write_text(str(total))
        (here / "work.new").replace(here / "work.jsonl")
        with open(here / "said", "wb") as said:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and code; people give none of the words
                [sys.executable, "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=here,
                env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )
        _children[order] = child
    threading.Thread(target=_wait, args=(child, finished), daemon=True).start()


def _wait(child: subprocess.Popen[bytes], finished: Callable[[], None]) -> None:
    if child.wait() == 0:
        finished()
    if child.stdin is not None:
        child.stdin.close()


def stop(order: str) -> None:
    """End after the letter it is at; what is drawn stays."""
    child = _children.get(order)
    if child is not None and child.poll() is None:
        child.send_signal(signal.SIGTERM)


def wait(order: str, *, seconds: float) -> int:
    """Wait until the run of an order ends; its exit code. Raises TimeoutExpired."""
    return _children[order].wait(seconds)


def progress(order: str) -> tuple[State, int, int]:
    """How it stands, how many files are there, and of how many."""
    here = folder(order)
    try:
        total = int((here / "total").read_text())
    except (OSError, ValueError):
        return "none", 0, 0
    done = len(hashes(order))
    child = _children.get(order)
    if child is not None and child.poll() is None:
        return "running", done, total
    return ("done" if done >= total else "stopped"), done, total


def hashes(order: str) -> dict[str, str]:
    """SHA-256 of each file that lies there whole, by its name."""
    return drawn(folder(order))


def path_of(order: str, name: str) -> Path | None:
    """The file, if it was drawn."""
    found = folder(order) / f"{name}.pdf"
    return found if _NAME.fullmatch(name) and found.is_file() else None
