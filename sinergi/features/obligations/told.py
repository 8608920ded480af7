"""What parties told of the obligations under an agreement, as rows; of many agreements asked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import prefetch_related_objects

from sinergi.features.obligations.models import History, Minutes, ObligationList, Statement, WorkRecord
from sinergi.kernel.once import once_each
from sinergi.ledger.grades import grades

Told = TypeVar("Told", ObligationList, Minutes, History, Statement, WorkRecord)


def _of(
    table: type[Told], *related: str, order: Callable[[Told], Any]
) -> Callable[[Iterable[str]], dict[str, list[Told]]]:
    """A question for the rows of each of some agreements, in an order and with what they are answered by."""

    @once_each
    def told(agreements: list[str]) -> dict[str, list[Told]]:
        found = table.under(agreements)
        prefetch_related_objects([row for rows in found.values() for row in rows], *related)
        return {agreement: sorted(rows, key=order) for agreement, rows in found.items()}

    return told


lists = _of(ObligationList, "answers", order=lambda row: (row.proposed_at, row.key))
minutes = _of(Minutes, "answers", "signatures", order=lambda row: (row.held_on, row.stated_at, row.key))
histories = _of(History, "answers", order=lambda row: (row.stated_at, row.key))
statements = _of(Statement, "answers", order=lambda row: (row.stated_at, row.key))
work = _of(WorkRecord, order=lambda row: (row.stated_at, row.key))


@once_each
def arrivals(agreements: list[str]) -> dict[str, dict[str, datetime | None]]:
    """When another node held each piece of work and each statement, by key; None: none does yet."""
    done, said = work(agreements), statements(agreements)
    keys = {agreement: [row.key for row in (*done[agreement], *said[agreement])] for agreement in agreements}
    found = grades(key for told in keys.values() for key in told)
    return {agreement: {key: found[key].arrived_at for key in told if key in found} for agreement, told in keys.items()}
