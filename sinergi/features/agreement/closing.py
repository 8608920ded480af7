"""Agreements under which less can be stated on a day than while they are in force, and what pages offer no more."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
from django.db.models import Q
from django.utils.timezone import localdate

from sinergi.access.roles import CONCERNS_IT, NEEDS_FORCE, NEEDS_PARTIES, NEEDS_TERM
from sinergi.features.agreement import rules
from sinergi.features.agreement.models import Agreement, Change, Standing, with_said
from sinergi.kernel.once import once
from sinergi.ledger import rows

How = Literal["suspended", "not_started", "over", "ended", "left", "left_by_us", "withdrawn"]

CLOSES: dict[How, frozenset[str]] = {
    "suspended": NEEDS_FORCE,
    "not_started": NEEDS_TERM,
    "over": NEEDS_TERM,
    "ended": NEEDS_TERM,
    "left": NEEDS_PARTIES,
    "left_by_us": NEEDS_FORCE | CONCERNS_IT,
    "withdrawn": NEEDS_FORCE | CONCERNS_IT,
}


class Closed(msgspec.Struct, frozen=True):
    """How an agreement stands that is not in force: `day` is since when; of `not_started` and `over` its first or last.

    `by` is the agency that ended it for itself, empty otherwise.
    """

    how: How
    day: date
    by: str = ""

    @property
    def closes(self) -> frozenset[str]:
        """The permissions whose acts would be refused."""
        return CLOSES[self.how]


@once
def closed(on: date) -> dict[str, Closed]:
    """Why less can be stated on that day, by the agreement's id; nothing of those in force or not joined by all yet.

    `on` a moment: on the day that it is in each agreement's zone.
    """
    changed = Change.objects.filter(what__in=("suspension", "end")).values("agreement")
    left = Standing.objects.filter(left_at__isnull=False).values("agreement")
    # A moment may lie on another day there.
    about = timedelta(days=1 if isinstance(on, datetime) else 0)
    day = localdate(on) if isinstance(on, datetime) else on
    asked = Q(ends_on__lt=day + about) | Q(starts_on__gt=day - about) | Q(agreement__in=changed) | Q(agreement__in=left)
    found = Agreement.objects.filter(asked).defer("articles", "article_texts", "signers", "obligations")
    told = {row.agreement: _of(row, on) for row in with_said(found)}
    return {agreement: one for agreement, one in told.items() if one is not None}


def _of(row: Agreement, on: date) -> Closed | None:
    own = rows.own_agency()
    leaving = sorted((said.left_at, said.agency, said.reason) for said in row.said if said.left_at is not None)
    standing, changes = row.standing_on(on), row.agreed_changes
    for at, agency, reason in leaving:
        if reason == "withdrawn":
            return Closed("withdrawn", row.day_on(at), agency)
        if own is not None and agency == own.id:
            return Closed("left_by_us", row.day_on(at), agency)
    if leaving:
        return Closed("left", row.day_on(leaving[0][0]), leaving[0][1])
    if standing == "ended":
        return Closed("ended", min(change.from_on for change in changes if change.change == "end"))
    if standing == "over":
        return Closed("over", row.last_day)
    if standing == "not_started":
        return Closed("not_started", row.starts_on)
    since = rules.suspended_since(changes, on=row.day_on(on))
    return Closed("suspended", since) if standing == "suspended" and since else None
