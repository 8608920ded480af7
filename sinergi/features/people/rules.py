"""When a list of units or officers holds together. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from sinergi.features.people.events import (
    OfficerRow,
    OfficersListed,
    OfficersText,
    UnitRow,
    UnitsListed,
    UnitsText,
)
from sinergi.kernel import canonical
from sinergi.kernel.errors import Refused

MOST_UNITS = 500
MOST_OFFICERS = 10_000
# Policy of 2024 after the deaths of 2019: guards of stations are at most fifty and pass a health check.
OLDEST = 50


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


def list_units(*, rows: Sequence[UnitRow], author_kind: str) -> UnitsListed:
    """The units as a fact, or Refused with what is wrong."""
    _check(rows, author_kind, most=MOST_UNITS)
    if wrong := next((row for row in rows if not 0 <= row.reserve <= row.officers), None):
        raise Refused(
            "Cadangan %(name)s lebih banyak dari personelnya.", code="SDM-05", words={"name": wrong.name or wrong.code}
        )
    if wrong := next((row for row in rows if not row.regency and row.level in ("polsek", "polres")), None):
        raise Refused(
            "Isi kabupaten tempat %(name)s bertugas.", code="SDM-06", words={"name": wrong.name or wrong.code}
        )
    ordered = sorted(rows, key=lambda row: row.code)
    return UnitsListed(
        units=len(ordered),
        officers=sum(row.officers for row in ordered),
        digest=digest_of(ordered),
        text=UnitsText(rows=ordered),
    )


def list_officers(*, rows: Sequence[OfficerRow], author_kind: str, units: Sequence[str]) -> OfficersListed:
    """The officers as a fact; `units` are the codes of the units in force."""
    _check(rows, author_kind, most=MOST_OFFICERS)
    if strange := next((row for row in rows if row.unit not in units), None):
        raise Refused(
            "Satuan %(unit)s tidak ada dalam daftar satuan.", code="SDM-07", words={"unit": strange.unit or "?"}
        )
    ordered = sorted(rows, key=lambda row: row.code)
    return OfficersListed(officers=len(ordered), digest=digest_of(ordered), text=OfficersText(rows=ordered))


def digest_of(rows: Sequence[UnitRow] | Sequence[OfficerRow]) -> str:
    """SHA-256 in hex over the canonical rows, as they stand."""
    return hashlib.sha256(b"sinergi people\n" + canonical.encode(list(rows))).hexdigest()


def _check(rows: Sequence[_Coded], author_kind: str, *, most: int) -> None:
    if author_kind != "police":
        raise Refused("Kekuatan personel hanya dicatat Polri.", code="SDM-01")
    if not rows:
        raise Refused("Daftar ini masih kosong.", code="SDM-02")
    if len(rows) > most:
        raise Refused("Satu daftar memuat paling banyak %(most)d baris.", code="SDM-03", words={"most": most})
    if len({row.code for row in rows}) != len(rows):
        raise Refused("Ada kode yang tertulis dua kali.", code="SDM-04")
