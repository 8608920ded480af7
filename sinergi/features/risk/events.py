"""What institutions say about the vulnerability of places."""

from __future__ import annotations

from typing import Literal

import msgspec

from sinergi.ledger.events import Event, Text

Level = Literal["low", "medium", "high", "special"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high", "special")


class ScoreRow(msgspec.Struct, frozen=True, array_like=True):
    """The values of one place, in the order of the instrument's indicators: hundredths (0 to 10,000), None: unknown."""

    place: str
    values: list[int | None]


class ScoresText(Text):
    """The scored places in order of their codes."""

    rows: list[ScoreRow]


class PlacesScored(Event, kind="risk.places_scored"):
    """An institution scored places by one version of one instrument; a later score of a place replaces this one.

    `instrument` is its code and version (`tps-rawan@2024-pemilu`), `indicators` how many values each row has. `digest`:
    SHA-256, in hex, of the canonical rows.
    """

    instrument: str
    places: int
    indicators: int
    digest: str
    text: ScoresText | None = None


class ClassRow(msgspec.Struct, frozen=True, array_like=True):
    """The class of one station and why it has it."""

    code: str
    level: Level
    reason: str


class ClassesText(Text):
    """The classes in order of station codes, and the name of the official who set them."""

    set_by: str
    rows: list[ClassRow]


class ClassesSet(Event, kind="risk.classes_set"):
    """The police set the class of stations (D-05); a later class of a station replaces this one.

    How many stations got which class stands in the header; `digest` is the SHA-256, in hex, of the canonical rows.
    """

    low: int
    medium: int
    high: int
    special: int
    digest: str
    text: ClassesText | None = None
