"""The start-up guard: a node that may be an old copy of itself signs nothing until partners say how much they hold.

A folder that was restored, copied or cloned looks whole. What tells it from the folder that signed last is a file whose
time of change no copying program can carry over, a token that file shares with the store, and the machine's boot. Only
where all three are as the last start left them may the node sign at once (docs/protocol/log.md, "Starting again").
Where only the boot is another one, the machine was switched off, or all of it was put back to an old image: partners
are asked, but one that cannot be reached stops nobody.

The state is that of this process. Whom to ask, and what their answers mean, is `sinergi.sync.waking`.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sinergi.kernel import files
from sinergi.ledger.models import Start

NAME = "start"
_BOOT = Path("/proc/sys/kernel/random/boot_id")

_held = False
_certain: set[str] = set()
_reached: dict[str, int] = {}


def is_held(agreement: str) -> bool:
    """Whether nothing may be signed under this agreement yet. Internal facts never leave the house and are free."""
    return _held and agreement != "" and agreement not in _certain


def is_holding() -> bool:
    """Whether the node holds any agreement's log."""
    return _held


def hold() -> None:
    """Sign nothing under any agreement until `certain` or `lift`."""
    global _held
    _held = True
    _certain.clear()


def doubt() -> None:
    """This folder proved to be an old copy after all: hold, also after a restart, until `lift`."""
    Start.objects.all().delete()
    hold()


def certain(agreement: str) -> None:
    """Our log of this agreement is complete, or is new: it may be written."""
    _certain.add(agreement)


def lift(data: Path) -> None:
    """All logs may be written, also after the next start of this very folder."""
    global _held
    note_start(data)
    _held = False
    _certain.clear()


def is_unbroken(data: Path, *, any_boot: bool = False) -> bool:
    """Whether folder, store and (unless `any_boot`) boot are those of the last start that was free to sign."""
    row = Start.objects.filter(pk=1).first()
    try:
        file = data / NAME
        token, boot = file.read_text().split()
        same = row is not None and (row.token, row.changed) == (token, os.stat(file).st_ctime_ns)
        return same and (any_boot or boot == _boot())
    except (OSError, ValueError):
        return False


def remember(fresh: list[tuple[str, int, str]]) -> None:
    """How far each log has been committed by this process: what (log, seq, kind) just reached the disk."""
    for log, seq, _kind in fresh:
        _reached[log] = max(_reached.get(log, 0), seq + 1)


def forget() -> None:
    """This process writes no more."""
    _reached.clear()


def went_back(log: str, size: int) -> bool:
    """Whether this log was longer before: somebody put an older store under the running node."""
    return size < _reached.get(log, 0)


def mistrust(data: Path) -> None:
    """Let the next start of this folder ask its partners, whatever its store says."""
    (data / NAME).unlink(missing_ok=True)


def note_start(data: Path) -> None:
    """Remember this folder, store and boot as the ones that may sign."""
    file, token = data / NAME, secrets.token_hex(16)
    # A kill in between leaves a folder that asks its partners at the next start.
    file.unlink(missing_ok=True)
    files.keep_new(file, f"{token} {_boot()}\n".encode())
    changed = os.stat(file).st_ctime_ns
    Start.objects.update_or_create(pk=1, defaults={"token": token, "changed": changed})


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return "unknown"
