"""What other features may ask about vulnerability. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import msgspec
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from sinergi.access.models import User
from sinergi.features.data.public import Known
from sinergi.features.risk.events import Level
from sinergi.features.risk.instruments import before, newest
from sinergi.features.risk.models import StationClass

__all__ = [
    "LEVEL_WORDS",
    "ClassInfo",
    "Resting",
    "classes_known",
    "classes_of",
    "register_resting",
    "renewed_since",
    "resting_before",
]

# What a level is called in tables.
LEVEL_WORDS: dict[str, Level] = {
    "kurang rawan": "low",
    "rawan": "medium",
    "sangat rawan": "high",
    "khusus": "special",
}


class ClassInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The class of a station in force: `level` (low, medium, high, special), why, by whom, when, and its decision."""

    code: str
    level: str
    reason: str
    set_by: str
    office: str
    set_at: datetime
    decision: str
    agreement: str


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was made from classes and still counts: what it is called, its page, when it was made."""

    name: str
    url: str
    made_at: datetime


_resting: list[Callable[[User], list[Resting]]] = []


def register_resting(source: Callable[[User], list[Resting]]) -> None:
    """Let a feature tell what of its own rests on classes, as far as the person may see it."""
    if source not in _resting:
        _resting.append(source)


def resting_before(user: User, day: date) -> list[Resting]:
    """What still rests on classes of before this day, newest first: a new version from that day on breaks it."""
    found = [one for source in _resting for one in source(user) if one.made_at.date() < day]
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def classes_of(user: User, *, scope: str = "", permission: str = "risk.read") -> dict[str, ClassInfo]:
    """The classes in force that this person may see, by station code; `scope`: under this agreement only."""
    found = StationClass.objects.visible_to(user, permission)
    return in_force(found.filter(decision__agreement=scope) if scope else found)


def classes_known(agreement: str, user: User) -> Known:
    """The classes in force under an agreement with their reasons, as they are exchanged (D-05); scores stay here."""
    words: dict[str, str] = {level: word for word, level in LEVEL_WORDS.items()}
    found = sorted(classes_of(user, scope=agreement).values(), key=lambda one: one.code)
    return Known(
        rows=[{"kode_tps": one.code, "kelas_kerawanan": words[one.level], "alasan": one.reason} for one in found],
        source=gettext("kelas kerawanan yang berlaku"),
        url=reverse("risk:stations"),
    )


def renewed_since(day: date) -> list[str]:
    """The titles of the instruments of which a newer version came after that day."""
    return [one.title for one in newest().values() if before(one) and date.fromisoformat(one.since) > day]


def in_force(rows: QuerySet[StationClass]) -> dict[str, ClassInfo]:
    """Of these classes the last one of each station."""
    ordered = rows.select_related("decision").order_by("decision__set_at", "decision__seq", "decision_id", "code")
    return {row.code: info(row) for row in ordered}


def info(row: StationClass) -> ClassInfo:
    """The row as others see it; needs its decision."""
    return ClassInfo(
        code=row.code,
        level=row.level,
        reason=row.reason,
        set_by=row.decision.set_by or "",
        office=row.decision.office,
        set_at=row.decision.set_at,
        decision=row.decision_id,
        agreement=row.decision.agreement,
    )
