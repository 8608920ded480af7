"""What other features may ask about plans of guards. Nothing here writes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from sinergi.features.guard.models import Plan
from sinergi.features.stages import public as stages
from sinergi.web import navigation


def staying(agreement_ids: list[str], calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """The newest plan, where it was made for another voting day: nobody moves it. Only the police's node has one."""
    plan, moved = _newest(), None
    if plan is not None and agreement_ids:
        moved = stages.moved_since(plan.made_at)
    if plan is None or moved is None:
        return []
    return [
        stages.Move(
            kind="stays",
            agreement=agreement_ids[0],
            what=gettext("Rencana penjagaan %(name)s") % {"name": plan.name or ""},
            before=moved[0],
            url=reverse("guard:plan", args=[plan.key]),
        )
    ]


def inbox(user: Any, at: datetime) -> list[navigation.Waiting]:
    """The newest plan, where voting day was moved since it was made."""
    plan = _newest() if user.can("guard.plan") else None
    moved = stages.moved_since(plan.made_at) if plan is not None else None
    if plan is None or moved is None:
        return []
    return [
        navigation.Waiting(
            title=gettext("Susun ulang rencana penjagaan: hari pemungutan suara pindah"),
            url=reverse("guard:plan", args=[plan.key]),
            sub=gettext("%(name)s, dibuat untuk %(was)s; sekarang %(now)s")
            % {
                "name": plan.name or "",
                "was": date_format(moved[0], "j F Y"),
                "now": date_format(moved[1], "j F Y"),
            },
            urgency=2,
            key=plan.key,
            icon="shield",
        )
    ]


def _newest() -> Plan | None:
    return Plan.objects.exclude(files=None).defer("files").order_by("-made_at", "-seq").first()
