"""Erasing what a record says, for good: body and salt go, the entry and every proof over it stay.

The normative page is docs/protocol/erasure.md.

Who may ask for it and who decides is the feature's (sinergi/features/rights). Here is what no holder may get wrong: the
body is refused when somebody offers it again, whatever was filled from it becomes empty, and the bytes leave the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import connection

from sinergi.ledger.fold import fill_text
from sinergi.ledger.models import Body, Entry, Erased

logger = logging.getLogger("sinergi.ledger")
_beside: list[Callable[[list[str]], None]] = []


def register(function: Callable[[list[str]], None]) -> Callable[[list[str]], None]:
    """Have `function(keys)` empty what a feature keeps about these records in ordinary rows, within the transaction."""
    if function not in _beside:
        _beside.append(function)
    return function


def erase(keys: Iterable[str]) -> int:
    """Delete body and salt of these records on this node, and never take them again; how many were here.

    Inside the writer. What a projection filled from them is emptied. Twice changes nothing. `scrub` frees the bytes.
    """
    named, gone = list(keys), 0
    for entry in Entry.objects.filter(key__in=named, has_body=True):
        Erased.objects.get_or_create(entry=entry)
        if Body.objects.filter(entry=entry).delete()[0]:
            fill_text(entry, None)
            gone += 1
    for function in _beside:
        function(named)
    return gone


_owed = False


def is_owed() -> bool:
    """Whether erased bytes are still in the file of recent writes, since somebody read while it should be emptied."""
    return _owed


def scrub() -> bool:
    """Free the bytes of what was erased also in the file of recent writes; whether that was possible just now.

    Where it was not, it `is_owed`. Outside any transaction. SQLite overwrites freed pages itself (secure_delete); until
    the write-ahead log is emptied it still holds them as they were.
    """
    global _owed
    if connection.vendor != "sqlite":
        return _vacuum()
    _owed = True
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy = bool(cursor.fetchone()[0])
    _owed = is_busy
    if is_busy:
        logger.warning("erased bytes are still in the write-ahead log", extra={"event": "ledger.unscrubbed"})
    return not is_busy


def _vacuum() -> bool:
    """PostgreSQL keeps deleted rows until they are swept; its own write-ahead log ages out (docs/operations)."""
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    return True
