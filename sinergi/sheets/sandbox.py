"""Hostile bytes are parsed in a child process that can do nothing else.

The child is a fresh interpreter with an empty environment. Before it reads the first byte of the file it

1. takes limits on memory, processor time, written file size, open files and core dumps (`setrlimit`);
2. gives up new privileges (`PR_SET_NO_NEW_PRIVS`) and leaves the network: a new user and network namespace
   without any interface (`unshare`), where the kernel permits that to ordinary users;
3. installs an audit hook that refuses sockets, new processes and files opened for writing. Where step 2 was
   not permitted this is the only guard of the network, and it is a guard of Python code, not of the
   machine.

The answer comes back as JSON, never as pickle: a child taken over by its input may lie, but not run code
here.
"""

from __future__ import annotations

import base64
import ctypes
import importlib
import os
import resource
import subprocess
import sys
import threading
from typing import IO, Any

import msgspec

from sinergi.sheets.reading import Cells, Limits, Unreadable

MEMORY_BYTES = 1024**3
CPU_SECONDS = 60
WALL_SECONDS = 90
LARGEST_ANSWER = 256 * 1024 * 1024

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38


# Without numpy openpyxl starts twice as fast; jobs that need it say so.
_PLAIN = "import sys; sys.modules['numpy'] = None; "
_CHILD = "from sinergi.sheets.sandbox import child; child()"


class TooHeavy(Unreadable):
    """The child was ended at one of its limits, or died."""

    def __init__(self) -> None:
        super().__init__(
            "heavy",
            "Berkas ini terlalu berat untuk dibaca dengan aman. Pecah menjadi beberapa berkas.",
        )


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one child may use: bytes of memory, seconds of processor, seconds of waiting."""

    memory: int = MEMORY_BYTES
    cpu: int = CPU_SECONDS
    wall: int = WALL_SECONDS


class _Answer(msgspec.Struct, kw_only=True):
    result: msgspec.Raw = msgspec.Raw(b"null")
    code: str = ""
    pattern: str = ""
    words: dict[str, str | int] = {}
    network: str = ""


def read_cells(data: bytes, *, name: str = "", limits: Limits | None = None) -> Cells:
    """`reading.cells_of` in the child. Raises Unreadable; TooHeavy where the child met a limit."""
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise Unreadable(
            "bytes",
            "Berkas paling besar %(size)s MB. Pecah menjadi beberapa berkas.",
            size=limits.bytes // 1024**2,
        )
    raw = run_apart("sinergi.sheets.reading:cells_of", data, name=name[:200], limits=msgspec.to_builtins(limits))
    try:
        return msgspec.json.decode(raw, type=Cells)
    except msgspec.DecodeError:
        raise TooHeavy() from None


def run_apart(job: str, data: bytes, *, bounds: Bounds | None = None, numeric: bool = False, **words: Any) -> bytes:
    """Run `job` ("module:function", named by our code, never by a person) on `data` in the child; its
    answer as JSON.

    `words` are passed on as keywords and must be plain data. Raises Unreadable as the function did,
    TooHeavy at a limit.
        `numeric` jobs may use numpy and what stands on it.
    """
    bounds = bounds or Bounds()
    order = msgspec.json.encode({"job": job, "words": words, "bounds": msgspec.to_builtins(bounds)})
    with _held(base64.b64encode(order) + b"\n" + data) as held:
        child = subprocess.Popen(  # noqa: S603  our own interpreter and our own words
            [sys.executable, "-I", "-B", "-c", _CHILD if numeric else _PLAIN + _CHILD],
            stdin=held,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A library thread would keep the child from leaving the network.
            env={"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            cwd="/",
        )
        answered = _heard(child, bounds.wall)
    if child.returncode != 0 or len(answered) > LARGEST_ANSWER:
        raise TooHeavy()
    try:
        answer = msgspec.json.decode(answered, type=_Answer)
        if answer.code:
            raise Unreadable(answer.code, answer.pattern, **answer.words)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        raise TooHeavy() from None
    return bytes(answer.result)


def _held(data: bytes) -> IO[bytes]:
    """The bytes as a file in memory, from its start, that the child can read as its standard input."""
    held = os.fdopen(os.memfd_create("sinergi", os.MFD_CLOEXEC), "w+b")
    held.write(data)
    held.flush()
    held.seek(0)
    return held


def _heard(child: subprocess.Popen[bytes], wall: int) -> bytes:
    """What the child says until it ends, says too much, or its time is over."""
    alarm = threading.Timer(wall, child.kill)
    said = child.stdout
    assert said is not None  # it was asked for as a pipe
    alarm.start()
    try:
        return said.read(LARGEST_ANSWER + 1)
    finally:
        alarm.cancel()
        said.close()
        if child.poll() is None:
            try:
                child.wait(timeout=2)
            except subprocess.TimeoutExpired:
                child.kill()
        child.wait()


def child() -> None:
    """The child's whole life: lock itself in, read, answer, end."""
    order = msgspec.json.decode(base64.b64decode(sys.stdin.buffer.readline()))
    module, _, function = order["job"].partition(":")
    job = getattr(importlib.import_module(module), function)
    network = _lock_in(msgspec.convert(order["bounds"], Bounds))
    answer: dict[str, Any]
    try:
        answer = {"result": job(sys.stdin.buffer.read(), **order["words"]), "network": network}
    except Unreadable as refusal:
        answer = {"code": refusal.code, "pattern": refusal.pattern, "words": refusal.words}
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.buffer.flush()
    # No exit handlers: nothing of the interpreter is needed any more.
    os._exit(0)


def _lock_in(bounds: Bounds) -> str:
    """Take every limit; the name of the guard that keeps the network away: `namespace` or `hook`."""
    # Modules that reading loads late, fetched while files may still be opened.
    for name in (
        "encodings.cp1252",
        "encodings.utf_16",
        "encodings.utf_8_sig",
        "encodings.cp437",
        "stringprep",
    ):
        importlib.import_module(name)
    libc = ctypes.CDLL(None, use_errno=True)
    network = "namespace" if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0 else "hook"
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for limit, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (most, most))
    sys.addaudithook(_refuse)
    return network


_FORBIDDEN_EVENTS = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.kill",
    "os.truncate",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "shutil.",
    "ctypes.",
    "urllib.",
    "ftplib.",
    "smtplib.",
    "sqlite3.",
)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(f"{event} is not for the reading child")
    if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int) and arguments[2] & 0o1103:
        raise PermissionError("the reading child opens nothing for writing")
