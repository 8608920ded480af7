"""The planner beside the node: given tables, looked at, stopped. Its files lie in the node's folder for a week."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.conf import settings

from sinergi.features.guard.rules import ALSO, INPUTS, RESULT, RESULT_ALSO
from sinergi.kernel.errors import Refused

State = Literal["running", "refining", "done", "failed"]

# A first answer after one round, a better one after more: the same seed and rounds, the same plan.
FIRST, MORE = 1, 3
STEPS = ("langkah-1", "langkah-2")
_SERVE = "from sinergi.features.guard.working import serve; serve()"
_KEPT_OF_ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH", "NUMBA_CACHE_DIR", "TMPDIR", "SINERGI_PLAIN_LOOPS")
_one_at_a_time = threading.Lock()
_process: subprocess.Popen[bytes] | None = None
_plans: set[str] = set()
_asked: dict[str, subprocess.Popen[bytes]] = {}


def folder(id: str) -> Path:
    """Where the files of a calculation lie."""
    return Path(settings.DATA) / "plans" / id


def start(id: str, tables: Mapping[str, bytes], *, grouping: str, anew: bool = False) -> None:
    """Write the tables and start the planner on them. Raises Refused while another plan is at work."""
    # By name alone: what the planner says of a table is read by people.
    given = [word for name in INPUTS for word in (f"--{name.removesuffix('.csv')}", name)]
    if "people.csv" in tables:
        given += ["--officers", "people.csv", *_duty(tables["duty.json"])]
    if "closed.csv" in tables:
        given += ["--closed", "closed.csv"]
    rest = ["--grouping", grouping, "--threads", "1"]
    argvs = [
        [*given, *rest, "--out", step, "--rounds", str(rounds)]
        for step, rounds in zip(STEPS, (FIRST, MORE), strict=True)
    ]
    task = {"anew": True} if anew else {"argvs": argvs}
    with _one_at_a_time:
        if any(_is_at_work(other) for other in _plans):
            raise Refused("Rencana lain sedang dihitung. Tunggu sebentar atau hentikan dahulu.", code="JAG-04")
        _plans.clear()
        _plans.add(id)
        _begin(id, dict(tables) | {"task.json": msgspec.json.encode(task)})


def ask(key: str, tables: Mapping[str, bytes], question: list[str], *, seconds: float = 20.0) -> bytes:
    """The planner's answer to a question about the plan `key`, kept for the next who asks the same.

    Empty where it did not come in time.
    """
    digest = hashlib.sha256(msgspec.json.encode([key, question])).hexdigest()[:32]
    known = folder("jawaban") / f"{digest}.json"
    if known.is_file():
        return known.read_bytes()
    id = f"tanya-{uuid.uuid4()}"
    with _one_at_a_time:
        _begin(id, dict(tables) | {"task.json": msgspec.json.encode({"question": question})})
    deadline = time.monotonic() + seconds
    try:
        while _is_at_work(id) and time.monotonic() < deadline:
            time.sleep(0.01)
        found = folder(id) / "answer.json"
        if not found.is_file() or _is_at_work(id):
            return b""
        known.parent.mkdir(mode=0o700, exist_ok=True)
        return found.replace(known).read_bytes()
    finally:
        discard(id)


def _begin(id: str, files: Mapping[str, bytes]) -> None:
    here = folder(id)
    here.mkdir(mode=0o700, parents=True)
    for name, content in files.items():
        (here / name).write_bytes(content)
    _asked[id] = _served(f"start {here}\n")


def _served(line: str) -> subprocess.Popen[bytes]:
    """Tell the planner's process a line; it is started where there is none (any more)."""
    global _process
    for _ in range(2):
        if _process is None or _process.poll() is not None:
            environment = {name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ}
            # One thread: a library that starts its own at import could not be forked.
            environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            _process = subprocess.Popen(  # noqa: S603 - our own interpreter and code; people give none of the words
                [sys.executable, "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        try:
            assert _process.stdin is not None
            _process.stdin.write(line.encode())
            _process.stdin.flush()
            return _process
        except BrokenPipeError:
            # It had just ended for want of work.
            _process.wait()
    raise Refused("Perencana tidak dapat dimulai. Coba sekali lagi.", code="JAG-07")


def _duty(duty: bytes) -> list[str]:
    said = msgspec.json.decode(duty)
    names = {"hours": "duty-hours", "most_hours": "most-hours", "rest_hours": "rest-hours", "oldest": "oldest"}
    return [word for name, option in names.items() if name in said for word in (f"--{option}", str(said[name]))]


def _is_at_work(id: str) -> bool:
    """Whether its process lives and has not noted its end."""
    process = _asked.get(id)
    return process is not None and process.poll() is None and not (folder(id) / "ended").exists()


def state(id: str) -> State:
    """How it stands; one whose process is not known any more (a restart) failed unless it has a whole result."""
    at_work, here = _is_at_work(id), folder(id)
    if (here / "choices.json").is_file() and not at_work:
        return "done"
    if _step(id):
        return "refining" if at_work else "done"
    return "running" if at_work else "failed"


def _step(id: str) -> str:
    """The folder of the best result so far; the summary is written last, so with it all is there."""
    return next((step for step in reversed(STEPS) if (folder(id) / step / "summary.json").is_file()), "")


def stop(id: str) -> None:
    """Ask it to end with the best it has; asked a second time it ends with nothing."""
    if _is_at_work(id):
        _served(f"stop {folder(id)}\n")


def said(id: str) -> str:
    """What the planner said when it could not plan: its last sentence; empty where it broke off without one."""
    try:
        lines = (folder(id) / "said").read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "" if not lines or any(line.startswith("Traceback") for line in lines) else lines[-1][:500]


def files(id: str, choice: int = 0) -> dict[str, str]:
    """The tables and the result by name, as far as they exist; `choice`: of a plan made anew, from 1."""
    here = folder(id)
    result = here / (f"pilihan-{choice}" if choice else _step(id) or "-")
    named = {name: here / name for name in (*INPUTS, *ALSO)} | {name: result / name for name in (*RESULT, *RESULT_ALSO)}
    return {name: path.read_text() for name, path in named.items() if path.is_file()}


def choices(id: str) -> list[dict[str, Any]]:
    """The ways to plan anew, from fewest changes to fewest metres."""
    found = folder(id) / "choices.json"
    return msgspec.json.decode(found.read_bytes()) if found.is_file() else []


def discard(id: str) -> None:
    """Stop it and drop its files."""
    for _ in range(2):
        stop(id)
    with _one_at_a_time:
        _asked.pop(id, None)
    shutil.rmtree(folder(id), ignore_errors=True)


def forget(*, older_than: float) -> None:
    """Drop answers given before that moment (seconds since 1970)."""
    for answer in folder("jawaban").glob("*.json"):
        if answer.stat().st_mtime < older_than:
            answer.unlink(missing_ok=True)
