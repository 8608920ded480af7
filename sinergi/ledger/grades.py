"""How strong the evidence for a record is: signed, arrived, witnessed by k of n others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from sinergi.ledger.models import Cosignature, Entry, Party


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence for one record. `of` is the number of other parties; `arrived_at` their earliest clock."""

    signed: bool
    arrived: int
    witnessed: int
    of: int
    stamped: bool = False
    arrived_at: datetime | None = None

    @property
    def steps(self) -> int:
        """How many of the four dots are full."""
        if self.stamped:
            return 4
        if self.of and self.witnessed:
            return 3
        return 2 if self.arrived else int(self.signed)

    @property
    def word(self) -> str:
        """The grade's name: signed, arrived, witnessed or stamped."""
        return ("none", "signed", "arrived", "witnessed", "stamped")[self.steps]


NOTHING = Grade(signed=False, arrived=0, witnessed=0, of=0)


def grade(key: str) -> Grade:
    """The grade of one record; NOTHING where this node does not hold it."""
    return grades([key]).get(key, NOTHING)


def grades(keys: Iterable[str]) -> dict[str, Grade]:
    """The grades of many records at once."""
    entries = Entry.objects.filter(key__in=list(keys)).select_related("log").order_by("-seq")
    found: dict[str, Grade] = {}
    marks: dict[int, list[Cosignature]] = {}
    parties: dict[str, int] = {}
    for entry in entries:
        log = entry.log
        if log.pk not in marks:
            marks[log.pk] = list(Cosignature.objects.filter(log=log).exclude(agency=log.agency).order_by("size"))
        if log.agreement not in parties:
            parties[log.agreement] = max(0, Party.objects.filter(agreement_id=log.agreement).count() - 1)
        covering = [mark for mark in marks[log.pk] if mark.size > entry.seq]
        mirrors = [mark for mark in covering if mark.use == "mirror"]
        found[entry.key] = Grade(
            signed=True,
            arrived=len({mark.agency for mark in mirrors}),
            witnessed=len({mark.agency for mark in covering if mark.use == "witness"}),
            of=parties[log.agreement],
            arrived_at=min((mark.signed_at for mark in mirrors), default=None),
        )
    return found
