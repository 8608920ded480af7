"""The exchanges that most such agreements hold (D-01 to D-07), to start a catalogue from.

Fields and days kept have no public source; they are a proposal until an office takes them into its catalogue.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from sinergi.features.data import rules
from sinergi.features.data.events import Classification, DatasetListed, FieldClass, Refresh


class _Column(msgspec.Struct, frozen=True, array_like=True):
    label: str
    cls: FieldClass
    people: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data set of the template. Its code is that of the obligation its delivery fulfils."""

    code: str
    side: Literal["kpu", "police", "both"]
    title: str
    purpose: str
    legal_basis: str
    cls: Classification
    refresh: Refresh
    retention_days: int
    fields: tuple[_Column, ...]

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
            obligation=self.code,
            article=article,
        )


@cache
def drafts() -> tuple[Draft, ...]:
    """The template, in the order of the obligations."""
    return msgspec.json.decode((Path(__file__).parent / "template.json").read_bytes(), type=tuple[Draft, ...])


def drafts_of(kind: str) -> list[Draft]:
    """What an agency of this kind (kpu, police) owes."""
    return [draft for draft in drafts() if draft.side in (kind, "both")]
