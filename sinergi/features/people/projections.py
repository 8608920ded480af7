"""What a list of units or officers changes. Only the office's own internal log may hold one."""

from __future__ import annotations

import msgspec

from sinergi.features.people import rules
from sinergi.features.people.events import OfficersListed, OfficersText, UnitsListed, UnitsText
from sinergi.features.people.models import Officer, OfficerList, Unit, UnitList
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


@folds(UnitsListed)
def units_listed(event: UnitsListed, envelope: Envelope) -> None:
    """A list of units."""
    _only_inside(envelope)
    UnitList.insert(key=envelope.key, seq=envelope.seq, digest=event.digest, listed_at=envelope.at)


@folds_text(UnitsListed)
def unit_rows(text: UnitsText | None, envelope: Envelope) -> None:
    """Its units; gone once erased."""
    listed = UnitList.objects.get(key=envelope.key)
    listed.rows.all().delete()
    if text and rules.digest_of(text.rows) == listed.digest:
        Unit.objects.bulk_create([Unit(list=listed, **msgspec.structs.asdict(row)) for row in text.rows])


@folds(OfficersListed)
def officers_listed(event: OfficersListed, envelope: Envelope) -> None:
    """A list of officers."""
    _only_inside(envelope)
    OfficerList.insert(key=envelope.key, seq=envelope.seq, digest=event.digest, listed_at=envelope.at)


@folds_text(OfficersListed)
def officer_rows(text: OfficersText | None, envelope: Envelope) -> None:
    """Its officers; gone once erased."""
    listed = OfficerList.objects.get(key=envelope.key)
    listed.rows.all().delete()
    if text and rules.digest_of(text.rows) == listed.digest:
        made = [Officer(list=listed, **msgspec.structs.asdict(row)) for row in text.rows]
        Officer.objects.bulk_create(made, batch_size=500)


def _only_inside(envelope: Envelope) -> None:
    if envelope.agreement:
        raise Ignored("units and officers of the police stay in their internal log")
