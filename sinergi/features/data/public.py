"""What other features may ask about exchanged data. Nothing here writes."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext

from sinergi.features.data.models import DataDelivery, DataDestruction, Dataset
from sinergi.features.stages import public as stages


def staying(agreement_ids: list[str], calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """Delivered data whose time of use would now end before people vote: a longer one needs a new delivery."""
    rows = DataDelivery.objects.filter(
        agreement__in=agreement_ids, uses_until__gte=localdate(at), uses_until__lt=calendar.polling_day
    ).exclude(key__in=DataDestruction.objects.values("delivery"))
    rows = rows.order_by("uses_until", "key")
    names = {one.key: f"{one.code} {one.title or ''}" for one in Dataset.objects.filter(key__in=rows.values("dataset"))}
    return [
        stages.Move(
            kind="stays",
            agreement=row.agreement,
            what=gettext("Masa pakai data %(name)s") % {"name": names.get(row.dataset, "")},
            before=row.uses_until,
            url=reverse("data:delivery", args=[row.key]),
        )
        for row in rows
    ]
