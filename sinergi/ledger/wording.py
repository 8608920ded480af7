"""What no fact of ours may say, whichever way the words came in: form, interface, command line, or a file of rows.

Asked where facts are signed, so no road in can forget. What partners say is theirs, and is kept as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from sinergi.kernel.errors import Refused
from sinergi.ledger.events import Event
from sinergi.sheets.forbidden import forbidden_words, intelligence_in

# Files and fingerprints inside a body: nothing that people typed.
_NO_WORDS = re.compile(r"[0-9a-f]{32,}|[A-Za-z0-9+/=_-]{64,}")
# The text of an agreement is the parties' own, and names what it governs.
MAY_NAME_INTELLIGENCE = ("agreement.", "negotiation.", "obligations.")


def refuse(event: Event, *, agreement: str) -> None:
    """Raise Refused, with the field, where the erasable part of a fact says what nobody may write."""
    if event.text is None:
        return
    guarded = bool(agreement) and not event.kind.startswith(MAY_NAME_INTELLIGENCE)
    for field, words in _words(msgspec.to_builtins(event.text), ""):
        if why := forbidden_words(words):
            raise Refused(
                "Tulisan ini memuat %(why)s. Itu tidak pernah dicatat di Sinergi; hapus lalu kirim lagi.",
                code="K-130",
                field=field,
                words={"why": why},
            )
        if guarded and intelligence_in(words):
            raise Refused(
                "Kirsus, Renops, kekuatan cadangan, dan bahan intelijen tidak masuk buku perjanjian, karena dibaca "
                "pihak lain. Tulis tanpa itu.",
                code="K-131",
                field=field,
            )


def _words(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """Every text somebody wrote, with the name of the field it stands in."""
    if isinstance(value, str):
        if value and not _NO_WORDS.fullmatch(value):
            yield field, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _words(part, field or str(name))
            if field:  # the names of the fields themselves are ours
                yield from _words(str(name), field)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part, field)
