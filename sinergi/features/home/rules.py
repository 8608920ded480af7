"""How what waits is put in order and told. Pure: the moment comes in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar

Pressing = Literal["late", "day", "clock", "calm"]

# What falls due within a day is for today.
SOON = timedelta(hours=24)


class Waits(Protocol):
    """What the rules need to know of a waiting thing."""

    @property
    def due(self) -> datetime | None:
        """By when it must be done, if there is a clock."""

    @property
    def urgency(self) -> int:
        """From 0 (someday) to 3 (a person is in danger)."""

    @property
    def agreement(self) -> str:
        """Under which agreement it waits, or empty."""


Thing = TypeVar("Thing", bound=Waits)


def pressing(item: Waits, at: datetime) -> Pressing:
    """How pressing: past its clock, within a day, with a clock further off, or without one."""
    if item.due is None:
        return "calm"
    if item.due < at:
        return "late"
    return "day" if item.due <= at + SOON else "clock"


def late(items: Iterable[Waits], at: datetime) -> int:
    """How many are past their clock."""
    return sum(pressing(item, at) == "late" for item in items)


def by_agreement(items: Iterable[Thing], order: list[str]) -> list[tuple[str, list[Thing]]]:
    """The items of each agreement apart, agreements in `order`, what belongs to none last; their own order is kept."""
    found: dict[str, list[Thing]] = {agreement: [] for agreement in order}
    rest: list[Thing] = []
    for item in items:
        found.get(item.agreement, rest).append(item)
    groups = [(agreement, held) for agreement, held in found.items() if held]
    return [*groups, ("", rest)] if rest else groups
