"""What a calendar says of a day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

HolidayKind = Literal["national", "collective_leave", "polling"]


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage (tahapan). `ends_on` is its last day; `starts_on` is None where the law names only the end.

    `law` is the calendar's law. A reserve stage happens only if a second round is needed. `note` says what was not yet
    compared with the text of the law.
    """

    code: str
    name: str
    name_en: str
    starts_on: date | None
    ends_on: date
    is_reserve: bool = False
    note: str = ""
    law: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether `day` lies in this stage."""
        return (self.starts_on is None or self.starts_on <= day) and day <= self.ends_on


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The stages of one election, in the order of the law, around its polling day."""

    code: str
    version: int
    name: str
    name_en: str
    law: str
    polling_day: date
    stages: tuple[Stage, ...]

    def moved_to(self, polling_day: date) -> Calendar:
        """The same calendar with every stage as far from `polling_day` as it was from its own: for exercises."""
        days = polling_day - self.polling_day
        stages = tuple(
            msgspec.structs.replace(
                stage,
                starts_on=None if stage.starts_on is None else stage.starts_on + days,
                ends_on=stage.ends_on + days,
                law=self.law,
            )
            for stage in self.stages
        )
        return msgspec.structs.replace(self, polling_day=polling_day, stages=stages)


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which government offices are closed: what it is, and the decree that says so."""

    day: date
    kind: HolidayKind
    name: str
    source: str


def label(day: date, polling_day: date) -> str:
    """H-9 nine days before polling day, Hari H on it, H+2 two days after."""
    days = (day - polling_day) // timedelta(days=1)
    return "Hari H" if days == 0 else f"H{days:+d}"


def current(stages: Sequence[Stage], day: date) -> Stage | None:
    """The most particular stage that runs on `day`: the one that ends first, and of those the one begun last.

    Stages overlap: on a campaign day the regulations are still being written; the campaign is what people mean.
    """
    running = [stage for stage in stages if stage.holds_on(day) and not stage.is_reserve]
    return min(running, key=lambda stage: (stage.ends_on, -(stage.starts_on or date.min).toordinal()), default=None)
