"""Where things lie that the schedule speaks of, since when their term runs, and how they go.

What may prove something under an agreement goes by the ledger's own erasure: the words, never the fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet

from sinergi.access.models import ChangeAudit, KnownDevice, ReadAudit, Token, UserSession
from sinergi.features.agreement import public as agreements
from sinergi.features.retention.rules import Term
from sinergi.ledger import erasing
from sinergi.ledger.models import Entry

# The column of each ordinary table by which its term runs.
TABLES: dict[str, tuple[type[Model], str]] = {
    "sessions": (UserSession, "seen_at"),
    "devices": (KnownDevice, "last_used_at"),
    "tokens": (Token, "expires_at"),
    "readings": (ReadAudit, "at"),
    "changes": (ChangeAudit, "at"),
}


class Item(NamedTuple):
    """One thing that is kept: its name in its table or log, since when its term runs, and under which agreement."""

    name: Any
    since: datetime | None
    agreement: str | None


def items(term: Term, *, before: datetime) -> Iterator[Item]:
    """What is kept by this row and may have reached its end by `before`."""
    if term.code in TABLES:
        table, column = TABLES[term.code]
        if term.days is not None:
            until = before - timedelta(days=term.days)
            old = table._default_manager.filter(**{f"{column}__lte": until})
            for pk, since in old.values_list("pk", column).iterator():
                yield Item(pk, since, None)
    elif term.since == "over":
        yield from _under_agreements(term)
    elif term.since == "replaced":
        yield from _replaced(term)


def count(term: Term) -> int:
    """How much is kept by this row at all."""
    if term.code in TABLES:
        return int(TABLES[term.code][0]._default_manager.count())
    return _with_words(term).count()


def erase(term: Term, names: list[Any]) -> None:
    """Let these go, inside the writer."""
    if term.code in TABLES:
        if term.code == "sessions":
            keys = UserSession.objects.filter(pk__in=names).values_list("key", flat=True)
            Session.objects.filter(session_key__in=list(keys)).delete()
        TABLES[term.code][0]._default_manager.filter(pk__in=names).delete()
    else:
        erasing.erase(str(name) for name in names)


def _with_words(term: Term) -> QuerySet[Entry]:
    return Entry.objects.filter(kind__in=term.kinds, state=Entry.State.FOLDED, body__isnull=False)


def _under_agreements(term: Term) -> Iterator[Item]:
    ends = {
        agreement: over_since(agreement)
        for agreement in _with_words(term).values_list("log__agreement", flat=True).distinct()
    }
    for key, agreement in _with_words(term).values_list("key", "log__agreement").order_by("pk"):
        yield Item(key, ends[agreement], agreement)


def _replaced(term: Term) -> Iterator[Item]:
    """Lists of which only the newest counts: the others since the next one."""
    lists: dict[tuple[str, str], list[tuple[str, datetime]]] = defaultdict(list)
    found = _with_words(term).order_by("log_id", "seq")
    for key, log, kind, agreement, at in found.values_list("key", "log__origin", "kind", "log__agreement", "stored_at"):
        lists[log, kind].append((key, at))
        if len(lists[log, kind]) > 1:
            yield Item(lists[log, kind][-2][0], at, agreement or None)


def over_since(agreement: str) -> datetime | None:
    """Since when an agreement is over, whatever ended it; None while it is not, or where it is not known here."""
    day: date | None = agreements.over_on(agreement)
    return None if day is None else datetime.combine(day, time(), UTC)
