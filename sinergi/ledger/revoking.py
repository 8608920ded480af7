"""What a revocation changes here: facts that a revoked key signed beyond the last trusted place do not count.

Whoever had folded such facts before it learned of the revocation folds everything again, so that all nodes agree
whatever they learned first. That is rare, and the price is a minute.
"""

from __future__ import annotations

import logging

from sinergi.ledger import envelope
from sinergi.ledger.models import Entry, Key, Log

logger = logging.getLogger("sinergi.ledger")


def fold_again_where_needed(agency: str) -> None:
    """Fold all tables again if a fact of this agency counts here that a revocation takes back. Inside the writer."""
    from sinergi.ledger import rebuild

    keys = Key.objects.filter(agency=agency, use="event", last__isnull=False)
    revoked: dict[str, dict[str, int]] = {key.kid: key.last or {} for key in keys}
    if revoked and any(_counts_too_much(log, revoked) for log in _logs(agency)):
        logger.warning("a key was revoked: folding again", extra={"event": "ledger.revoked", "agency": agency[:8]})
        rebuild.rebuild()


def _logs(agency: str) -> list[Log]:
    return list(Log.objects.filter(agency=agency).exclude(agreement="").order_by("origin"))


def _counts_too_much(log: Log, revoked: dict[str, dict[str, int]]) -> bool:
    first = min(last.get(log.origin, -1) for last in revoked.values())
    rows = Entry.objects.filter(log=log, seq__gt=first, seq__lt=log.folded, state=Entry.State.FOLDED).order_by("seq")
    for data in rows.values_list("data", flat=True).iterator(256):
        header = envelope.header_of(bytes(data))
        if header.kid in revoked and header.seq > revoked[header.kid].get(log.origin, -1):
            return True
    return False
