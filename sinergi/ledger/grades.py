"""How strong the evidence for a record is: signed, arrived, witnessed by k of n others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

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
    # Columns by name: the bytes of entries and cosignatures are large and not needed here.
    entries = Entry.objects.filter(key__in=list(keys)).order_by("-seq")
    found: dict[str, Grade] = {}
    marks: dict[int, list[_Mark]] = {}
    parties: dict[str, int] = {}
    for key, seq, log, agreement, author in entries.values_list(
        "key", "seq", "log_id", "log__agreement", "log__agency"
    ):
        if log not in marks:
            lines = Cosignature.objects.filter(log=log).exclude(agency=author).order_by("size")
            marks[log] = [_Mark(*line) for line in lines.values_list("agency", "use", "size", "signed_at")]
        if agreement not in parties:
            parties[agreement] = max(0, Party.objects.filter(agreement_id=agreement).count() - 1)
        covering = [mark for mark in marks[log] if mark.size > seq]
        mirrors = [mark for mark in covering if mark.use == "mirror"]
        found[key] = Grade(
            signed=True,
            arrived=len({mark.agency for mark in mirrors}),
            witnessed=len({mark.agency for mark in covering if mark.use == "witness"}),
            of=parties[agreement],
            arrived_at=min((mark.signed_at for mark in mirrors), default=None),
        )
    return found


class _Mark(NamedTuple):
    agency: str
    use: str
    size: int
    signed_at: datetime
