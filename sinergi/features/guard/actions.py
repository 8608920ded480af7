"""What people can do with plans of guards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sinergi.features.guard import public, rules, running
from sinergi.features.guard.models import Calculation, Plan
from sinergi.features.guard.rules import names
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
    replaces: str = "",
    is_anew: bool = False,
) -> Calculation:
    """Start the planner on these tables. Raises Refused while another is at work on this node."""
    id = uuid.uuid4()

    def task() -> Calculation:
        for old in Calculation.objects.filter(started_at__lt=at - LIFE):
            running.discard(str(old.id))
            old.delete()
        running.forget(older_than=(at - LIFE).timestamp())
        return Calculation.objects.create(
            id=id,
            owner=by.id,
            started_at=at,
            grouping=grouping,
            extra=extra,
            is_raised=is_raised,
            beside=beside,
            replaces=replaces,
            is_anew=is_anew,
        )

    running.start(str(id), tables, grouping=grouping, anew=is_anew)
    try:
        return run(task)
    except BaseException:
        running.discard(str(id))
        raise


@command
def keep_plan(log: Writing, *, name: str, grouping: str, files: Mapping[str, str], replaces: str = "") -> Receipt:
    """Keep a plan with all its files in the internal log; one that `replaces` another becomes its next version."""
    decision = rules.keep(
        name=name,
        grouping=grouping,
        files=files,
        author_kind=own_agency().kind,
        replaces=replaces,
        is_last=not replaces or not public.next_versions([replaces]),
    )
    return log.append("", decision, cls="rahasia")


@command
def order_officer(log: Writing, *, plan: str, officer: str, post: str, reason: str, ordered_by: str) -> Receipt:
    """Send an officer to a post that lacks people, against a rule: a commander's word, with its reason."""
    found = Plan.objects.filter(key=plan, files__isnull=False).first()
    decision = names.order(
        plan=plan,
        files=found.files if found and found.files else {},
        orders=public.orders_of(plan),
        officer=officer,
        post=post,
        reason=reason,
        ordered_by=ordered_by,
        author_kind=own_agency().kind,
        is_last=not public.next_versions([plan]),
    )
    return log.append("", decision, cls="rahasia")
