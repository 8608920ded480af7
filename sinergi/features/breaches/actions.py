"""Noting a breach, a step against it, and telling a partner. Each decides inside the write lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sinergi.features.agreement import public as agreements
from sinergi.features.breaches import rules
from sinergi.features.breaches.models import Breach, BreachStep
from sinergi.kernel.errors import Refused
from sinergi.ledger.writer import Receipt, Writing, command


@command
def note(log: Writing, /, *, known_at: datetime, **told: Any) -> Receipt:
    """Note that data got out. Keywords are those of rules.note."""
    return log.append("", rules.note(known_at=known_at, at=log.at, **told), cls="terbatas")


@command
def take_step(log: Writing, /, *, breach: str, **told: Any) -> Receipt:
    """Note a step. Keywords are those of rules.step but what was taken before."""
    taken = steps_of(_known(breach).key)
    return log.append("", rules.step(breach, taken=taken, **told), cls="terbatas")


@command
def tell(log: Writing, /, *, breach: str, agreement: str, words: str) -> Receipt:
    """Tell the parties of an agreement whose data is concerned."""
    row = _known(breach)
    agreements.require(agreement, on=log.at)
    told = rules.tell(known_at=row.known_at, data=row.data_json, people=people_of(row), words=words)
    return log.append(agreement, told, cls="terbatas")


def steps_of(breach: str) -> set[str]:
    """The kinds of steps that were taken against it."""
    return set(BreachStep.objects.filter(breach=breach).values_list("step", flat=True))


def people_of(row: Breach) -> int:
    """How many it touches, as counted last."""
    counted = BreachStep.objects.filter(breach=row.key, people__isnull=False).order_by("taken_at", "key").last()
    return row.people if counted is None or counted.people is None else counted.people


def _known(key: str) -> Breach:
    row = Breach.objects.filter(key=key).first()
    if row is None:
        raise Refused("Kejadian ini tidak dikenal di kantor ini.", code="BCR-10")
    return row
