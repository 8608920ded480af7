"""One process owns a node's folder: an operating-system lock, gone with the process however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from sinergi.kernel.errors import Refused


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the lock of the node whose folder is `data`. Raises Refused while another process holds it.

    `flock` belongs to the open file, so a kill or a power cut can never leave a stale lock behind.
    """
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise Refused(f"Proses lain sedang melayani atau mengubah simpul di {data}.", code="N-01") from taken
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def is_held(data: Path) -> bool:
    """Whether some process holds the lock of the node in `data` at this moment."""
    try:
        descriptor = os.open(data / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
