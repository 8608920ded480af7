"""Folding everything again from the log: to repair the tables, to show that they are what the log says, and once after
an upgrade that folds in another way than the tables were folded."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from sinergi.ledger import rows
from sinergi.ledger.fold import fold_ready
from sinergi.ledger.models import Agreement, Entry, FoldedBy, FoldedTable, Log, Party

logger = logging.getLogger("sinergi.ledger")

# What decides, in every feature, which rows its facts make; and what decides it for all of them.
_FOLDING = ("events", "rules", "models", "projections")
_FOR_ALL = ("sinergi.kernel", "sinergi.ledger.catalog", "sinergi.ledger.events", "sinergi.ledger.fold")


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


def outdated() -> list[str]:
    """The rooms whose way of folding is not the one by which the tables were folded; empty where all is up to date."""
    known = dict(FoldedBy.objects.values_list("room", "version"))
    now = versions()
    return sorted(room for room in {*known, *now} if known.get(room) != now.get(room))


def after_upgrade() -> int:
    """Fold everything again if the tables were folded in another way than this program folds: how many facts.

    One transaction: a kill in the middle leaves the old tables and their old versions, and the next start does it
    again. The caller holds the node's lock.
    """
    if not outdated():
        return 0
    with transaction.atomic():
        facts = Entry.objects.exclude(log__role="identity").count()
        if facts:
            # No journal is open yet: this reaches the terminal, where somebody wonders why the start takes long.
            logger.warning("sinergi: folding %s facts again, as this version does it", facts)
            _fold_again()
        _note_versions()
    return facts


@cache
def versions() -> dict[str, str]:
    """How each room folds, as a digest of the code that decides it.

    It is read from the code and not a number that people raise: a number that was forgotten would leave the tables
    of an upgraded node wrong without a word, and a rebuild too many costs a minute.
    """
    found = {"sinergi.ledger": _digest(_FOR_ALL)}
    for package in ["sinergi.ledger.identity", *settings.FEATURES]:
        found[package] = _digest(f"{package}.{name}" for name in _FOLDING)
    return found


def _digest(modules: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for module in modules:
        for file in _files(module):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(module: str) -> Iterator[Path]:
    """The files of a module or, without its tests, of a package; none where it does not exist."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return
    if spec.submodule_search_locations is None:
        yield Path(spec.origin)
        return
    folder = Path(spec.origin).parent
    yield from (file for file in sorted(folder.rglob("*.py")) if "tests" not in file.relative_to(folder).parts)


def _note_versions() -> None:
    run = (FoldedBy.objects.aggregate(last=Max("run"))["last"] or 0) + 1
    FoldedBy.objects.all().delete()
    FoldedBy.objects.bulk_create(FoldedBy(room=room, version=version, run=run) for room, version in versions().items())


def _fold_again() -> None:
    for table in FoldedTable.tables():
        table._default_manager.all().delete()
    Party.objects.all().delete()
    Agreement.objects.all().delete()
    Entry.objects.exclude(log__role="identity").update(state=Entry.State.WAITING, verdict="")
    Log.objects.exclude(role="identity").update(folded=0)
    for agreement in Log.objects.exclude(agreement="").values_list("agreement", flat=True).distinct():
        fold_ready(rows.logs_of(agreement))
    fold_ready(rows.logs_of(""))


def _rebuild() -> list[Difference]:
    tables = list(FoldedTable.tables())
    live = {table._meta.label: table.content() for table in tables}
    verdicts = list(Entry.objects.order_by("log_id", "seq").values_list("log_id", "seq", "state", "verdict"))
    _fold_again()
    _note_versions()
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
