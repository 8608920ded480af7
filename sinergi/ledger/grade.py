"""How strong the evidence for a record is: signed, arrived, witnessed by k of n others, stamped. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

# For a deadline the author's clock counts where another node cosigned within this time, else that node's clock.
TRUSTED_FOR = timedelta(hours=24)


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence for one record. `of` is the number of other parties and of outside witnesses that cosign its log;
    `arrived_at` the earliest clock of a party that stored it, `stamped_at` the earliest of a time authority."""

    signed: bool
    arrived: int
    witnessed: int
    of: int
    stamped: bool = False
    arrived_at: datetime | None = None
    stamped_at: datetime | None = None

    @property
    def steps(self) -> int:
        """How many of the four dots are full."""
        # An outside witness stores nothing: what it alone has seen is not at the other party yet. Nor does a time-stamp
        # say that anybody has it, unless there is nobody else.
        if self.stamped and ((self.arrived and self.witnessed) or not self.of):
            return 4
        if self.arrived and self.witnessed:
            return 3
        return 2 if self.arrived else int(self.signed)

    @property
    def word(self) -> str:
        """The grade's name: signed, arrived, witnessed or stamped."""
        return ("none", "signed", "arrived", "witnessed", "stamped")[self.steps]


class Mark(NamedTuple):
    """One cosignature or time-stamp under a log: who, as witness, mirror or stamp, at which size, by which clock."""

    agency: str
    use: str
    size: int
    signed_at: datetime | None


NOTHING = Grade(signed=False, arrived=0, witnessed=0, of=0)


def judge(seq: int, author: str, parties: Collection[str], marks: Iterable[Mark]) -> Grade:
    """The grade of the record at place `seq` of `author`'s log, whose cosignatures are `marks`. Pure.

    Nobody vouches for himself. Only a party can say that it arrived; an outside witness is one that cosigned this log
    at some time, so that one that fell behind is missing in k and not in n.
    """
    others = {party for party in parties if party != author}
    told = [mark for mark in marks if mark.agency != author]
    asked = others | {mark.agency for mark in told if mark.use == "witness"} if others else others
    covering = [mark for mark in told if mark.size > seq]
    mirrors = [mark for mark in covering if mark.use == "mirror" and mark.agency in others]
    clocks = [mark.signed_at for mark in mirrors if mark.signed_at is not None]
    stamps = [mark.signed_at for mark in covering if mark.use == "stamp"]
    return Grade(
        signed=True,
        arrived=len({mark.agency for mark in mirrors}),
        witnessed=len({mark.agency for mark in covering if mark.use == "witness" and mark.agency in asked}),
        of=len(asked),
        stamped=bool(stamps),
        arrived_at=min(clocks, default=None),
        stamped_at=min((at for at in stamps if at is not None), default=None),
    )
