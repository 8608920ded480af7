"""What a police office notes about its strength, for itself."""

from __future__ import annotations

from typing import Literal

import msgspec

from sinergi.ledger.events import Event, Text

UnitLevel = Literal["polsek", "polres", "polda", "brimob", "mabes"]


class UnitRow(msgspec.Struct, frozen=True, array_like=True):
    """One unit. `regency`: where it serves, empty above a regency; points are whole millionths of a degree.

    `reserve` of its `officers` stay behind. A unit of another regency or above serves as BKO.
    """

    code: str
    name: str
    level: UnitLevel
    regency: str
    lat_e6: int
    lon_e6: int
    officers: int
    reserve: int = 0


class OfficerRow(msgspec.Struct, frozen=True, array_like=True):
    """One officer. `code`: service number (NRP); `home`: code of the village of residence, empty if unknown.

    `hours_worked`: duty hours already counted for the operation; `rested_hours` before it, None: not known.
    """

    code: str
    name: str
    rank: str
    unit: str
    sex: Literal["L", "P"]
    age: int
    fit: bool
    home: str = ""
    training: str = ""
    hours_worked: int = 0
    rested_hours: int | None = None
    phone: str = ""


class UnitsText(Text):
    """The units in order of their codes."""

    rows: list[UnitRow]


class OfficersText(Text):
    """The officers in order of their codes."""

    rows: list[OfficerRow]


class UnitsListed(Event, kind="people.units_listed"):
    """The units that an office can send, whole. `digest`: SHA-256, in hex, of the canonical rows."""

    units: int
    officers: int
    digest: str
    text: UnitsText | None = None


class OfficersListed(Event, kind="people.officers_listed"):
    """The officers of these units by name, whole. `digest`: SHA-256, in hex, of the canonical rows."""

    officers: int
    digest: str
    text: OfficersText | None = None
