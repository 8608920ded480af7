"""What people can do about vulnerability. Each decides inside the writer, from rows read there."""

from __future__ import annotations

from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.risk import rules
from sinergi.features.risk.events import ClassRow, ScoreRow
from sinergi.features.risk.instruments import instrument as known_instrument
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command


@command
def score_places(log: Writing, *, agreement: str, instrument: str, rows: list[ScoreRow]) -> Receipt:
    """State scores by one instrument: under `agreement` for a commission, in the internal log for the police."""
    own = own_agency()
    decision = rules.score(
        instrument=known_instrument(instrument), rows=rows, author_kind=own.kind, author_region=own.region
    )
    if own.kind == "police":
        return log.append("", decision, cls="terbatas")
    agreements.require(agreement)
    return log.append(agreement, decision, cls="terbatas")


@command
def set_classes(log: Writing, *, agreement: str, set_by: str, rows: list[ClassRow]) -> Receipt:
    """Set the class of stations under `agreement` (D-05); `set_by` is the name of the official who answers for it."""
    agreements.require(agreement)
    own = own_agency()
    decision = rules.classify(
        rows=rows,
        author_kind=own.kind,
        author_region=own.region,
        set_by=set_by,
        known=places.station_codes(agreement),
    )
    return log.append(agreement, decision, obligation="D-05", cls="terbatas")
