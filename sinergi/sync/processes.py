"""Which processes of each partner's agency asked here lately: two at once are a node and its clone.

The mark is chosen anew by every process and told in a header that nothing else depends on. It lives in this process's
memory only: after a restart nobody is known, and nobody is accused.
"""

from __future__ import annotations

import re
import secrets
import threading
import time

HEADER = "Sinergi-Process"
OWN = secrets.token_hex(8)
# More would only be somebody playing with marks.
_MOST = 8

_lock = threading.Lock()
_heard: dict[str, dict[str, float]] = {}


def heard(agency: str, process: str) -> None:
    """This process of that agency has just asked."""
    if not re.fullmatch("[0-9a-f]{16}", process):
        return
    with _lock:
        known = _heard.setdefault(agency, {})
        known.pop(process, None)
        known[process] = time.monotonic()
        while len(known) > _MOST:
            del known[next(iter(known))]


def elsewhere(agency: str, process: str) -> int:
    """Whole seconds since another process of that agency asked; -1 where none did."""
    with _lock:
        others = [at for mark, at in _heard.get(agency, {}).items() if mark != process]
    return int(time.monotonic() - max(others)) if others else -1
