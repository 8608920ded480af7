"""Folding everything again from the log, to repair the tables or to show that they are what the log says."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db import transaction

from sinergi.ledger import rows
from sinergi.ledger.fold import fold_ready
from sinergi.ledger.models import Agreement, Entry, FoldedTable, Log, Party


class Difference(msgspec.Struct, frozen=True):
    """One folded table that is not what the log says: rows only in the live table, rows only in the rebuilt one."""

    table: str
    live_only: int
    rebuilt_only: int


class _Undo(Exception):
    pass


def check() -> list[Difference]:
    """Rebuild every folded table, compare, and undo. Empty where every table is what the log says."""
    found: list[Difference] = []
    try:
        with transaction.atomic():
            found = _rebuild()
            raise _Undo
    except _Undo:
        return found


def rebuild() -> list[Difference]:
    """Rebuild every folded table for good; returns what differed."""
    with transaction.atomic():
        return _rebuild()


def _rebuild() -> list[Difference]:
    tables = list(FoldedTable.tables())
    live = {table._meta.label: table.content() for table in tables}
    verdicts = list(Entry.objects.order_by("log_id", "seq").values_list("log_id", "seq", "state", "verdict"))
    for table in tables:
        table._default_manager.all().delete()
    Party.objects.all().delete()
    Agreement.objects.all().delete()
    Entry.objects.exclude(log__role="identity").update(state=Entry.State.WAITING, verdict="")
    Log.objects.exclude(role="identity").update(folded=0)
    for agreement in Log.objects.exclude(agreement="").values_list("agreement", flat=True).distinct():
        fold_ready(rows.logs_of(agreement))
    fold_ready(rows.logs_of(""))
    found = []
    for table in tables:
        before, after = live[table._meta.label], table.content()
        if before != after:
            found.append(_difference(table._meta.label, before, after))
    again = list(Entry.objects.order_by("log_id", "seq").values_list("log_id", "seq", "state", "verdict"))
    if verdicts != again:
        found.append(_difference("verdicts", verdicts, again))
    return found


def _difference(table: str, live: Iterable[object], rebuilt: Iterable[object]) -> Difference:
    one, other = set(map(repr, live)), set(map(repr, rebuilt))
    return Difference(table, len(one - other), len(other - one))
