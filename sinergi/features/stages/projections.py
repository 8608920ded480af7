"""What an announced calendar changes."""

from __future__ import annotations

import msgspec

from sinergi.features.stages import rules
from sinergi.features.stages.events import CalendarAnnounced
from sinergi.features.stages.models import AnnouncedCalendar
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
