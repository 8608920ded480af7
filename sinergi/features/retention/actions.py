"""The sweep, and holding something back from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sinergi.features.agreement import public as agreements
from sinergi.features.retention import kept, rules
from sinergi.features.retention.models import Hold, Sweep
from sinergi.kernel.errors import Refused
from sinergi.ledger import erasing
from sinergi.ledger.writer import run

# So many at once: people's writing waits for the writer no longer than that takes.
AT_ONCE = 500
SWEEPS_KEPT = timedelta(days=1826)


def held() -> set[str]:
    """What nothing may be taken from now: held back here, or under an agreement with a dispute that is not settled."""
    return set(Hold.objects.filter(lifted_at=None).values_list("agreement", flat=True)) | agreements.in_dispute()


def sweep(at: datetime) -> list[Sweep]:
    """Erase what the schedule lets go at `at`; one row for each of its rows. Twice erases nothing more."""
    told = []
    for term in rules.schedule().terms:
        due = [item for item in kept.items(term, before=at) if _may_go(term, item, at, set())]
        now_held = held()
        ready = [item for item in due if _may_go(term, item, at, now_held)]
        erased = 0
        for start in range(0, len(ready), AT_ONCE):
            erased += run(partial(_let_go, term, ready[start : start + AT_ONCE], at))
        told.append(Sweep(at=at, code=term.code, erased=erased, kept=len(due) - erased))
    run(lambda: _note(told, at))
    if any(row.erased for row in told):
        erasing.scrub()
    return told


def hold(agreement: str, *, reason: str, by: str, at: datetime) -> None:
    """Hold everything under an agreement back (all there is, where it is empty)."""

    def task() -> None:
        is_held = Hold.objects.filter(agreement=agreement, lifted_at=None).exists()
        Hold.objects.create(agreement=agreement, reason=rules.hold(reason=reason, is_held=is_held), by=by, since=at)

    run(task)


def lift(pk: int, *, by: str, at: datetime) -> None:
    """Let the schedule have what was held back."""
    if not run(lambda: Hold.objects.filter(pk=pk, lifted_at=None).update(lifted_at=at, lifted_by=by)):
        raise Refused("Penahanan ini sudah dicabut.", code="RET-03")


def _let_go(term: rules.Term, ready: list[kept.Item], at: datetime) -> int:
    # Somebody may have held it back a moment ago: that is read again where nobody else writes.
    now_held = held()
    names = [item.name for item in ready if _may_go(term, item, at, now_held)]
    if names:
        kept.erase(term, names)
    return len(names)


def _may_go(term: rules.Term, item: kept.Item, at: datetime, held_now: set[str]) -> bool:
    return rules.may_go(term, item.since, item.agreement, now=at, held=held_now)


def _note(told: list[Sweep], at: datetime) -> None:
    Sweep.objects.bulk_create(told)
    Sweep.objects.filter(at__lt=at - SWEEPS_KEPT).delete()
