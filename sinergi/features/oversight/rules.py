"""Counting whether everybody is treated alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from statistics import median
from typing import Any, Protocol

import msgspec

# Below this many answers a share says more about chance than about anybody.
FEW = 5
# Percentage points.
FAR_BELOW = 20


class Treated(Protocol):
    """What counting needs to know of one request."""

    @property
    def outcome(self) -> str:
        """agreed, offered, refused, withdrawn or waiting."""

    @property
    def officers(self) -> int:
        """Asked for."""

    @property
    def given(self) -> int:
        """Promised."""

    @property
    def hours(self) -> float | None:
        """To the first answer."""

    @property
    def is_late(self) -> bool:
        """Whether the clock ran out before it."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How the requests of one group went; counts, officers asked and promised, and the median hours to an answer."""

    group: Any
    asked: int
    agreed: int
    offered: int
    refused: int
    withdrawn: int
    waiting: int
    late: int
    officers: int
    given: int
    hours: float | None

    @property
    def answered(self) -> int:
        """Requests that have an answer."""
        return self.agreed + self.offered + self.refused

    @property
    def percent(self) -> int | None:
        """Of the officers asked for in answered requests, the share promised; None with too few answers to say."""
        return self.given * 100 // self.officers if self.answered >= FEW and self.officers else None


def shares(treated: Iterable[Any], by: Callable[[Any], Hashable]) -> list[Share]:
    """One line per group of `by`, in the order of the groups."""
    groups: dict[Any, list[Treated]] = {}
    for one in treated:
        groups.setdefault(by(one), []).append(one)
    return [_share(group, groups[group]) for group in sorted(groups)]


def stands_out(found: Iterable[Share]) -> set[Any]:
    """Groups that were promised far less than the best treated one, of those with enough answers to say.

    A sign to look at, not a verdict: a request may have been too large.
    """
    told = [(share.percent, share.group) for share in found if share.percent is not None]
    best = max((percent for percent, _group in told), default=0)
    return {group for percent, group in told if best - percent > FAR_BELOW}


def _share(group: Any, rows: list[Treated]) -> Share:
    count = {name: 0 for name in ("agreed", "offered", "refused", "withdrawn", "waiting")}
    for row in rows:
        count[row.outcome] += 1
    answered = [row for row in rows if row.outcome in ("agreed", "offered", "refused")]
    hours = [row.hours for row in rows if row.hours is not None]
    return Share(
        group=group,
        asked=len(rows),
        late=sum(row.is_late for row in rows),
        officers=sum(row.officers for row in answered),
        given=sum(row.given for row in answered),
        hours=median(hours) if hours else None,
        **count,
    )
