"""What other features may ask and tell about exchanged data: tables that Sinergi knows already, and plans that rest on
them. Nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

import msgspec
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext

from sinergi.access.models import User
from sinergi.features.data import rules
from sinergi.features.data.models import DataDelivery, DataDestruction, DataOccasion, Dataset
from sinergi.features.obligations.public import Happening
from sinergi.features.stages import public as stages
from sinergi.kernel.instants import end_of_day
from sinergi.sheets.columns import Value

__all__ = ["Known", "Touched", "happenings", "known", "register_known", "register_plans", "staying", "touched"]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A table that Sinergi knows: rows by field (`kode_tps`), where it stands, and sentences about what is left out."""

    rows: list[dict[str, Value]]
    source: str
    url: str = ""
    notes: tuple[str, ...] = ()


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that rests on stations whose data changed, and how many of them."""

    title: str
    url: str
    stations: int


# `source(agreement, user)`: what this office may deliver under that agreement, as far as this person sees it.
Source = Callable[[str, User], Known]
Plans = Callable[[Collection[str], User], list[Touched]]
_known: dict[str, Source] = {}
_plans: list[Plans] = []


def register_known(code: str, source: Source) -> None:
    """Let a data set (D-02) be delivered from what `source` knows, without an upload. Twice changes nothing."""
    _known[code] = source


def known(code: str, agreement: str, user: User) -> Known | None:
    """What Sinergi knows of a data set; None where it is only uploaded, or nothing is known yet."""
    source = _known.get(code)
    found = source(agreement, user) if source else None
    return found if found and found.rows else None


def register_plans(source: Plans) -> None:
    """Ask `source` which plans rest on some polling stations. Twice changes nothing."""
    if source not in _plans:
        _plans.append(source)


def touched(stations: Collection[str], user: User) -> list[Touched]:
    """The plans that this person may read and that rest on any of these stations."""
    return [one for source in _plans for one in source(stations, user)] if stations else []


def happenings(agreement: str) -> list[Happening]:
    """What makes deliveries due: plenaries that decided on contestants (D-04), movements of logistics (D-03)."""
    return [
        Happening(
            kind=rules.OCCASIONS[row.obligation],
            record=row.key,
            # Counted from the beginning of the day, on the wall of the office.
            at=end_of_day(row.on - timedelta(days=1)) if row.obligation == "D-04" else row.stated_at,
            about_at=end_of_day(row.on - timedelta(days=1)),
            title=row.words or "",
        )
        for row in DataOccasion.objects.filter(agreement=agreement).order_by("stated_at", "key")
    ]


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
