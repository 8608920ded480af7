"""What people can do with plans of guards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sinergi.features.guard import rules, running
from sinergi.features.guard.models import Calculation
from sinergi.kernel.actors import Actor
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command, run

LIFE = timedelta(days=7)


def calculate(
    *,
    by: Actor,
    at: datetime,
    tables: Mapping[str, bytes],
    grouping: str,
    extra: int = 0,
    is_raised: bool = False,
    beside: str = "",
) -> Calculation:
    """Start the planner on these tables. Raises Refused while another is at work on this node."""
    id = uuid.uuid4()

    def task() -> Calculation:
        for old in Calculation.objects.filter(started_at__lt=at - LIFE):
            running.discard(str(old.id))
            old.delete()
        return Calculation.objects.create(
            id=id,
            owner=by.id,
            started_at=at,
            grouping=grouping,
            extra=extra,
            is_raised=is_raised,
            beside=beside,
        )

    running.start(str(id), tables, grouping=grouping)
    try:
        return run(task)
    except BaseException:
        running.discard(str(id))
        raise


@command
def keep_plan(log: Writing, *, name: str, grouping: str, files: Mapping[str, str]) -> Receipt:
    """Keep a plan with all its files in the internal log."""
    decision = rules.keep(name=name, grouping=grouping, files=files, author_kind=own_agency().kind)
    return log.append("", decision, cls="rahasia")
