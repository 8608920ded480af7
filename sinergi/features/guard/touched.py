"""Which plans of guards rest on stations whose delivered data changed."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from sinergi.access.models import User
from sinergi.features.data.public import Touched
from sinergi.features.guard import rules
from sinergi.features.guard.models import Plan

# The newest plans; older ones were replaced by them.
MOST = 20


def plans_on(stations: Collection[str], user: User) -> list[Touched]:
    """The plans that this person may read and that guard any of these stations, newest first."""
    if not user.can("guard.read"):
        return []
    wanted, found = set(stations), []
    for plan in Plan.objects.exclude(files=None).order_by("-made_at", "-seq")[:MOST]:
        hit = wanted & {row["code"] for row in rules.rows(plan.files or {}, "stations.csv")}
        if hit:
            found.append(Touched(title=plan.name or "", url=reverse("guard:plan", args=[plan.key]), stations=len(hit)))
    return found
