"""What announced calendars and holidays change."""

from __future__ import annotations

import msgspec

from sinergi.features.stages import closures, rules
from sinergi.features.stages.events import CalendarAnnounced, HolidaysAnnounced
from sinergi.features.stages.models import AnnouncedCalendar, AnnouncedHolidays
from sinergi.ledger import rows
from sinergi.ledger.catalog import Envelope, Ignored, folds
from sinergi.ledger.rows import agency_kind


@folds(CalendarAnnounced)
def announced(event: CalendarAnnounced, envelope: Envelope) -> None:
    """A commission's calendar."""
    if agency_kind(envelope.agency) != "kpu":
        raise Ignored("only a commission announces election days")
    calendar = rules.of_announcement(event)
    was = rules.before_announcement(event)
    if not envelope.agreement or any(one is not None and rules.flaw(one) is not None for one in (calendar, was)):
        raise Ignored("it is no possible calendar")
    AnnouncedCalendar.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        exercise=envelope.exercise,
        seq=envelope.seq,
        decided_on=event.decided_on,
        announced_at=envelope.at,
        calendar_json=msgspec.to_builtins(calendar),
        was_json=None if was is None else msgspec.to_builtins(was),
    )


@folds(HolidaysAnnounced)
def holidays_announced(event: HolidaysAnnounced, envelope: Envelope) -> None:
    """A commission's holidays of a year."""
    if agency_kind(envelope.agency) != "kpu":
        raise Ignored("only a commission announces holidays")
    told = closures.of_announcement(event, at=envelope.at, zone=rows.zones().get(envelope.agreement, "WIB"))
    if not envelope.agreement or closures.flaw(told) is not None:
        raise Ignored("it is no possible list of holidays")
    AnnouncedHolidays.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        seq=envelope.seq,
        announced_at=envelope.at,
        year=event.year,
        law=event.law,
        decided_on=event.decided_on,
        days_json=msgspec.to_builtins(event.days),
    )
