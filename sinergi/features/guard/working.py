"""The planner's own process: it waits with its loops loaded and works on one folder after another, each in a fork.

Reads lines from its input: `start FOLDER` and `stop FOLDER`. Each folder holds `task.json`; when its work is over it
gets a file `ended`. The process ends with the node, which holds the other end of the input, or after a while without
work.
No Django here: what this process loads is what each fork shares.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import msgspec

# Loaded loops hold about 150 MB; who plans again within this time does not wait for them.
IDLE_SECONDS = 600
# At the first limit of processor time a search is asked for the best so far, once; past the second, or that of memory,
# it ends.
CPU_SECONDS, MEMORY = (600, 900), 3 << 30


class Task(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked: a plan in steps (`argvs`: words of `sinergi plan`), one made anew, or a question."""

    argvs: list[list[str]] = []
    anew: bool = False
    question: list[str] = []


def serve() -> None:
    """Work until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    _load()
    life, held = os.pipe()
    at_work: dict[int, str] = {}
    rest = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.01 if at_work else IDLE_SECONDS)
        for pid in list(at_work):
            if os.waitpid(pid, os.WNOHANG)[0]:
                _note_end(at_work.pop(pid))
        if not ready:
            if at_work:
                continue
            return
        given = os.read(0, 65536)
        if not given:
            # The write end of `life` closes with us: whoever is still at work ends.
            return
        *lines, rest = (rest + given).split(b"\n")
        for line in lines:
            word, _, folder = line.decode().partition(" ")
            if word == "start":
                pid = os.fork()
                if pid == 0:
                    os.close(held)
                    _work(folder, life)
                at_work[pid] = folder
            for pid in [pid for pid, one in at_work.items() if word == "stop" and one == folder]:
                os.kill(pid, signal.SIGINT)


def _load() -> None:
    """Import what every task needs and make the compiled loops ready."""
    from importlib import import_module

    for name in ("verbs", "certificate", "officers", "posts", "reaction", "replanning", "routes", "spoken", "explain"):
        import_module(f"sinergi.planning.{name}")


def _note_end(folder: str) -> None:
    here = Path(folder)
    if here.is_dir():
        (here / "ended").touch()


def _work(folder: str, life: int) -> None:
    """In the fork: do the task of this folder and end."""

    def last(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        os.kill(os.getpid(), signal.SIGINT)

    code = 1
    try:
        threading.Thread(target=lambda: (os.read(life, 1), os._exit(1)), daemon=True).start()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGXCPU, last)
        resource.setrlimit(resource.RLIMIT_CPU, CPU_SECONDS)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        os.chdir(folder)
        for number, name in ((1, os.devnull), (2, "said")):
            target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(target, number)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        code = _done()
    except KeyboardInterrupt:
        print("Perhitungan dihentikan sebelum ada hasil.", file=sys.stderr)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _done() -> int:
    from sinergi.kernel.errors import Refused

    task = msgspec.json.decode(Path("task.json").read_bytes(), type=Task)
    try:
        if task.question:
            from sinergi.features.guard.answering import answer

            answer(Path("."), task.question)
        elif task.anew:
            from sinergi.features.guard.answering import make_anew

            make_anew(Path("."))
        else:
            from sinergi.planning.verbs import plan

            for argv in task.argvs:
                plan(argv, Path("."))
    except Refused as refused:
        print(refused.sentence, file=sys.stderr)
        return 1
    return 0
