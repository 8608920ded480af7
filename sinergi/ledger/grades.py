"""How strong the evidence for a record is: signed, arrived, witnessed by k of n others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from sinergi.ledger import rows
from sinergi.ledger.models import Cosignature, Entry


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
    wanted = [key for key in keys if key]
    if not wanted:
        return {}
    entries = Entry.objects.filter(key__in=wanted).order_by("-seq")
    told = list(entries.values_list("key", "seq", "log_id", "log__agreement", "log__agency"))
    parties, found = rows.party_ids(), dict[str, Grade]()
    marks: dict[int, list[_Mark]] = {}
    lines = Cosignature.objects.filter(log__in={log for _key, _seq, log, *_whose in told}).order_by("size")
    for log, agency, use, size, at in lines.values_list("log_id", "agency", "use", "size", "signed_at"):
        marks.setdefault(log, []).append(_Mark(agency, use, size, at))
    for key, seq, log, agreement, author in told:
        covering = [mark for mark in marks.get(log, ()) if mark.size > seq and mark.agency != author]
        mirrors = [mark for mark in covering if mark.use == "mirror"]
        found[key] = Grade(
            signed=True,
            arrived=len({mark.agency for mark in mirrors}),
            witnessed=len({mark.agency for mark in covering if mark.use == "witness"}),
            of=max(0, len(parties.get(agreement, ())) - 1),
            arrived_at=min((mark.signed_at for mark in mirrors), default=None),
        )
    return found


class _Mark(NamedTuple):
    agency: str
    use: str
    size: int
    signed_at: datetime
