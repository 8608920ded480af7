"""What other features may ask about strength. Nothing here writes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sinergi.access import masking
from sinergi.features.people.models import Officer, OfficerList, Unit, UnitList

__all__ = ["officers", "sees_health", "units"]


def units() -> QuerySet[Unit]:
    """The units of the list in force, by code; none where there is no list."""
    newest = UnitList.objects.order_by("-seq", "-key").values_list("key", flat=True)[:1]
    return Unit.objects.filter(list__in=list(newest)).order_by("code")


def officers() -> QuerySet[Officer]:
    """The officers of the list in force, by code; whoever shows them answers for who reads."""
    return Officer.objects.filter(list__in=[listed.key for listed in [officer_list()] if listed]).order_by("code")


def officer_list() -> OfficerList | None:
    """The list of officers in force."""
    return OfficerList.objects.order_by("-seq", "-key").first()


def sees_health(user: Any) -> bool:
    """Whether this person is told who is healthy by name, and where officers live: only who plans."""
    return masking.sees(user, Officer, "fit")
