"""What a police office can note about its strength. Each decides inside the writer."""

from __future__ import annotations

from sinergi.features.people import public, rules
from sinergi.features.people.events import OfficerRow, UnitRow
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command


@command
def list_units(log: Writing, *, rows: list[UnitRow]) -> Receipt:
    """Note the units of this office, whole."""
    return log.append("", rules.list_units(rows=rows, author_kind=own_agency().kind), cls="terbatas")


@command
def list_officers(log: Writing, *, rows: list[OfficerRow]) -> Receipt:
    """Note the officers of these units by name, whole."""
    codes = list(public.units().values_list("code", flat=True))
    return log.append("", rules.list_officers(rows=rows, author_kind=own_agency().kind, units=codes), cls="terbatas")
