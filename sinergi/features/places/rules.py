"""When a station list may be published, and what changes with it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from sinergi.features.places.events import StationListText, StationRow, StationsPublished
from sinergi.kernel import canonical, places
from sinergi.kernel.errors import Refused
from sinergi.sheets.forbidden import FEW

MOST_STATIONS = 20_000  # the largest regency had some 15,000 in 2024

Field = Literal["address", "lat_e6", "lon_e6", "voters", "voters_male", "voters_female", "is_special", "no_signal"]
FIELDS: tuple[Field, ...] = (
    "address",
    "lat_e6",
    "lon_e6",
    "voters",
    "voters_male",
    "voters_female",
    "is_special",
    "no_signal",
)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A station that is in both lists and says something else now."""

    code: str
    fields: tuple[Field, ...]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a new list adds, takes away and changes, by station code in order."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()

    @property
    def any(self) -> bool:
        """Whether the two lists differ at all."""
        return bool(self.added or self.removed or self.changed)


def publish(
    *, regency: str, rows: Sequence[StationRow], author_kind: str, author_region: str, current_digest: str | None
) -> StationsPublished:
    """The list as a fact. `current_digest` is that of the list in force under the same agreement, if there is one."""
    if author_kind != "kpu":
        raise Refused("Daftar TPS hanya diterbitkan oleh KPU.", code="TPS-01")
    if not regency or not places.lies_in(regency, author_region):
        raise Refused("Kabupaten ini bukan wilayah kantor Anda.", code="TPS-02")
    if not rows:
        raise Refused("Daftar ini belum berisi TPS.", code="TPS-03")
    if len(rows) > MOST_STATIONS:
        raise Refused("Satu daftar memuat paling banyak %(most)d TPS.", code="TPS-04", words={"most": MOST_STATIONS})
    ordered = sorted(map(without_few, rows), key=lambda row: row.code)
    codes = [row.code for row in ordered]
    if len(set(codes)) != len(codes):
        raise Refused("Ada kode TPS yang tertulis dua kali.", code="TPS-05")
    if not all(_is_station_of(code, regency) for code in codes):
        raise Refused("Ada TPS di luar kabupaten ini.", code="TPS-06")
    digest = digest_of(ordered)
    if digest == current_digest:
        raise Refused("Isi daftar ini sama dengan yang berlaku; tidak ada yang diubah.", code="TPS-07")
    return StationsPublished(
        regency=regency,
        stations=len(ordered),
        special_stations=sum(row.is_special for row in ordered),
        digest=digest,
        voters=_total(row.voters for row in ordered),
        voters_male=_total(row.voters_male for row in ordered),
        voters_female=_total(row.voters_female for row in ordered),
        text=StationListText(rows=list(ordered)),
    )


def without_few(row: StationRow) -> StationRow:
    """The station without counts of one to four voters, by which people could be recognised.

    Both sexes go, or the one that is left would tell the other; the whole stays where it is no such count itself.
    """
    if _is_few(row.voters):
        return msgspec.structs.replace(row, voters=None, voters_male=None, voters_female=None)
    if _is_few(row.voters_male) or _is_few(row.voters_female):
        return msgspec.structs.replace(row, voters_male=None, voters_female=None)
    return row


def _is_few(number: int | None) -> bool:
    return number is not None and 0 < number < FEW


def digest_of(rows: Iterable[StationRow]) -> str:
    """SHA-256 in hex over the canonical rows in order of code."""
    ordered = sorted(rows, key=lambda row: row.code)
    return hashlib.sha256(b"sinergi stations\n" + canonical.encode(ordered)).hexdigest()


def agrees(rows: Sequence[StationRow], *, regency: str, stations: int, digest: str) -> bool:
    """Whether the erasable rows are the ones the header counts."""
    return (
        0 < len(rows) == stations == len({row.code for row in rows})
        and all(_is_station_of(row.code, regency) for row in rows)
        and all(_is_count(number) for row in rows for number in (row.voters, row.voters_male, row.voters_female))
        and all(_is_angle(angle) for row in rows for angle in (row.lat_e6, row.lon_e6))
        and digest_of(rows) == digest
    )


def changes(before: Iterable[StationRow], after: Iterable[StationRow]) -> Changes:
    """What `after` says differently from `before`."""
    old = {row.code: row for row in before}
    new = {row.code: row for row in after}
    different = []
    for code in sorted(old.keys() & new.keys()):
        fields = tuple(name for name in FIELDS if getattr(old[code], name) != getattr(new[code], name))
        if fields:
            different.append(Change(code=code, fields=fields))
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(different),
    )


def _is_station_of(code: str, regency: str) -> bool:
    return len(code) == 13 and code.isascii() and code.isdigit() and code.startswith(regency)


def _is_count(number: int | None) -> bool:
    return number is None or 0 <= number <= 100_000


def _is_angle(angle_e6: int | None) -> bool:
    return angle_e6 is None or abs(angle_e6) <= 180_000_000


def _total(numbers: Iterable[int | None]) -> int | None:
    """The sum where every number is known; a sum over holes would be a wrong number with a precise look."""
    known = list(numbers)
    return sum(number for number in known if number is not None) if None not in known else None
