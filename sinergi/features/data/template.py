"""The exchanges that most such agreements hold, to start a catalogue from: D-01 to D-08 and those that come up besides.

Fields and days kept have no public source; they are a proposal until an office takes them into its catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from sinergi.features.data import rules
from sinergi.features.data.events import Classification, DatasetListed, FieldClass, Refresh
from sinergi.sheets.columns import Column, Kind, header_key

# What the cells of a column have to be, by the word of the template.
EXPECTED: dict[str, Column] = {
    "station": Column(
        name="",
        label="",
        kind=Kind.CODE,
        digits=13,
        pattern=r"[1-9][0-9]{12}",
        required=True,
        example="1203011001999",
        hint="Kode desa 10 angka diikuti nomor TPS 3 angka.",
    ),
    "date": Column(name="", label="", kind=Kind.DATE),
    "lat": Column(name="", label="", kind=Kind.DECIMAL, least=-12, most=7, hint="Derajat desimal WGS 84."),
    "lon": Column(name="", label="", kind=Kind.DECIMAL, least=94, most=142, hint="Derajat desimal WGS 84."),
    "count": Column(name="", label="", kind=Kind.INTEGER, least=0),
    "yes_no": Column(name="", label="", kind=Kind.BOOLEAN),
    "level": Column(name="", label="", required=True, choices=("kurang rawan", "rawan", "sangat rawan", "khusus")),
}


class _Column(msgspec.Struct, frozen=True, array_like=True):
    label: str
    cls: FieldClass
    people: bool = False
    kind: str = "text"


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data set of the template. `key`: the fields that tell its rows apart. `obligation`: its delivery fulfils it,
    by default the one of the same code."""

    code: str
    side: Literal["kpu", "police", "both"]
    title: str
    purpose: str
    legal_basis: str
    cls: Classification
    refresh: Refresh
    retention_days: int
    key: tuple[str, ...]
    fields: tuple[_Column, ...]
    obligation: str = ""

    def entry(self, *, article: int | None) -> DatasetListed:
        """What an office states when it takes this into its catalogue."""
        return rules.listing(
            code=self.code,
            title=self.title,
            purpose=self.purpose,
            legal_basis=self.legal_basis,
            cls=self.cls,
            refresh=self.refresh,
            retention_days=self.retention_days,
            fields=[rules.Typed(label=one.label, cls=one.cls, people=one.people) for one in self.fields],
            obligation=self.obligation or self.code,
            article=article,
        )


@cache
def drafts() -> tuple[Draft, ...]:
    """The template, in the order of the obligations."""
    return msgspec.json.decode((Path(__file__).parent / "template.json").read_bytes(), type=tuple[Draft, ...])


def drafts_of(kind: str) -> list[Draft]:
    """What an agency of this kind (kpu, police) owes."""
    return [draft for draft in drafts() if draft.side in (kind, "both")]


def expected(code: str) -> Mapping[str, Column]:
    """What the template expects in the cells of a data set, by field; nothing of a data set that is an office's own."""
    return {
        header_key(one.label): EXPECTED[one.kind]
        for draft in drafts()
        if draft.code == code
        for one in draft.fields
        if one.kind != "text"
    }


def key_of(code: str) -> tuple[str, ...]:
    """The fields that tell the rows of a data set apart; empty for one that is not of the template."""
    return next((draft.key for draft in drafts() if draft.code == code), ())
