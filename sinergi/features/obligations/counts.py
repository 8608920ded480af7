"""How many dues of one agreement were kept, answered for any instant without looking at the dues again. Pure.

How a due ends up depends on what was stated; the clock only decides whether its day has come. So days may pass, and
only another fact, another calendar or other holidays ask for counting anew.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.standing import Fulfilment, Tally, is_reminded

# `unkept`: missing from the share without being late: said to be done, or missed before the list began to count.
Outcome = Literal["on_time", "afterwards", "unkept", "missing"]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The dues of one agreement up to `until` (inclusive), as due instants by article, debtors and outcome.

    `articles`: those that oblige anybody, in order. Without a list that holds everything is empty.
    What waits for this office, earliest first: `owed`, its own dues that nobody has done or asked to be released from;
    `asked`, statements about dues that it has to answer; keys of `lists`, `histories` and `minutes` likewise. Nothing
    here has a title: words can be erased.
    """

    has_list: bool
    articles: tuple[int, ...]
    until: date
    due: dict[tuple[int, tuple[str, ...], Outcome], array[float]]
    owed: tuple[Occurrence, ...] = ()
    asked: tuple[Fulfilment, ...] = ()
    lists: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ()

    def tally(self, at: datetime, *, party: str = "", article: int | None = None) -> Tally:
        """How many of the dues whose day has come at `at` were kept, of one debtor or one article or of all."""
        instant = at.timestamp()
        found: dict[Outcome, int] = {"on_time": 0, "afterwards": 0, "unkept": 0, "missing": 0}
        for (number, debtors, outcome), dues in self.due.items():
            if (not party or party in debtors) and article in (None, number):
                found[outcome] += bisect_right(dues, instant)
        return Tally(
            due=sum(found.values()),
            on_time=found["on_time"],
            afterwards=found["afterwards"],
            missing=found["unkept"] + found["missing"],
        )

    def late(self, at: datetime, *, party: str = "") -> int:
        """How many are late at `at`, of one debtor or of all: a due is not late at its very instant."""
        instant = at.timestamp()
        return sum(
            bisect_left(dues, instant)
            for (_, debtors, outcome), dues in self.due.items()
            if outcome == "missing" and (not party or party in debtors)
        )


def counts(found: Iterable[Fulfilment], *, own: str, has_list: bool, articles: Iterable[int], until: date) -> Counts:
    """The counts of these dues for the office `own`, in any order; released and disputed ones are not counted."""
    due: dict[tuple[int, tuple[str, ...], Outcome], list[float]] = {}
    owed, asked = [], []
    for one in found:
        if own in one.waits_for and one.state != "disputed":
            asked.append(msgspec.structs.replace(one, occurrence=_untitled(one.occurrence)))
        elif own in one.item.debtors and is_reminded(one):
            owed.append(one.occurrence)
        outcome = _outcome(one)
        if outcome is not None:
            key = (one.item.article, tuple(one.item.debtors), outcome)
            due.setdefault(key, []).append(one.occurrence.due_at.timestamp())
    return Counts(
        has_list=has_list,
        articles=tuple(sorted(set(articles))),
        until=until,
        due={key: array("d", sorted(instants)) for key, instants in due.items()},
        owed=tuple(sorted(owed, key=_order)),
        asked=tuple(sorted(asked, key=lambda one: _order(one.occurrence))),
    )


def _order(one: Occurrence) -> tuple[datetime, str, str]:
    return one.due_at, one.code, one.mark


def _untitled(one: Occurrence) -> Occurrence:
    return msgspec.structs.replace(one, title="") if one.title else one


def _outcome(one: Fulfilment) -> Outcome | None:
    if one.state in ("released", "disputed"):
        return None
    if one.state == "met":
        return "on_time" if one.is_on_time else "afterwards"
    return "unkept" if one.state in ("awaiting_proof", "missed") else "missing"
