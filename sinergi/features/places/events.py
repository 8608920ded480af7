"""What a commission says about its polling stations."""

from __future__ import annotations

import msgspec

from sinergi.ledger.events import Event, Text


class StationRow(msgspec.Struct, frozen=True, array_like=True):
    """One polling station. Points are whole millionths of a degree, so that every node reads the same number.

    `voters` counts people on the roll; male and female may be unknown. `no_signal`: no phone reaches a network there.
    """

    code: str
    address: str = ""
    lat_e6: int | None = None
    lon_e6: int | None = None
    voters: int | None = None
    voters_male: int | None = None
    voters_female: int | None = None
    is_special: bool = False
    no_signal: bool | None = None


class StationListText(Text):
    """The stations, sorted by code. An address may name a person's house, so the rows can be erased."""

    rows: list[StationRow]


class StationsPublished(Event, kind="places.stations_published"):
    """The polling stations of one regency, whole: it replaces what this author said before about that regency.

    `digest` is the SHA-256, in hex, of the canonical rows: two lists with the same digest say the same. Voter totals
    are absent where a station's number is not known.
    """

    regency: str
    stations: int
    special_stations: int
    digest: str
    voters: int | None = None
    voters_male: int | None = None
    voters_female: int | None = None
    text: StationListText | None = None
