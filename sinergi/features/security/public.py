"""What other features may know of security assistance. Frozen structs out; nothing here writes."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils.timezone import localdate

from sinergi.features.obligations.public import Happening
from sinergi.features.security import rules
from sinergi.features.security.models import Request
from sinergi.features.stages import public as stages

__all__ = ["happenings", "staying"]


def happenings(agreement: str) -> list[Happening]:
    """Every request under the agreement: what sets P-01 and P-02 going. Withdrawn before an answer: void."""
    rows = Request.objects.with_answers().filter(agreement=agreement).order_by("requested_at", "key")
    return [
        Happening(
            kind="security.emergency" if row.emergency else "security.request",
            record=row.key,
            at=row.requested_at,
            about_at=row.starts_at,
            # Whoever reads the board need not be one who may read about a protected person.
            title=row.code if row.activity is None or row.is_restricted else f"{row.code} {row.activity}",
            is_void=row.withdrawn_at is not None and row.answer is None,
        )
        for row in rows
    ]


def staying(agreement: str, calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """Requests for days to come: nobody moves them, the commission has to look at each of them again."""
    rows = Request.objects.with_answers().filter(agreement=agreement, starts_at__gt=at).order_by("starts_at", "key")
    return [
        stages.Move(
            kind="stays",
            agreement=agreement,
            what=row.code if row.activity is None or row.is_restricted else f"{row.code} {row.activity}",
            before=localdate(row.starts_at),
            url=reverse("security:request", args=[row.key]),
        )
        for row in rows
        if row.state in rules.OPEN
    ]
