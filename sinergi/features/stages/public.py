"""What other features may ask about the calendar. Frozen structs out; nothing here writes."""

from __future__ import annotations

from datetime import date
from functools import cache

from sinergi.features.stages import rules, sources
from sinergi.features.stages.models import CalendarChoice
from sinergi.features.stages.rules import Calendar, Holiday, Stage

__all__ = [
    "Calendar",
    "Holiday",
    "Stage",
    "calendar",
    "current_stage",
    "holiday_list",
    "holidays",
    "is_known_year",
    "label",
    "polling_day",
    "stage_list",
]

holiday_list = sources.holiday_list


def calendar() -> Calendar | None:
    """The calendar this node works by, already shifted; None before one is chosen."""
    choice = CalendarChoice.objects.order_by("pk").first()
    return None if choice is None else choice.calendar()


def polling_day() -> date | None:
    """The day on which people vote; None before a calendar is chosen."""
    return CalendarChoice.objects.order_by("pk").values_list("polling_day", flat=True).first()


def label(day: date) -> str:
    """How far `day` is from polling day: H-9, Hari H, H+2. Empty before a calendar is chosen."""
    voting = polling_day()
    return "" if voting is None else rules.label(day, voting)


def current_stage(day: date) -> Stage | None:
    """The most particular stage that runs on `day`."""
    return rules.current(stage_list(), day)


def stage_list() -> tuple[Stage, ...]:
    """Every stage of the calendar, in the order of the law; empty before a calendar is chosen."""
    chosen = calendar()
    return () if chosen is None else chosen.stages


@cache
def holidays() -> frozenset[date]:
    """Days on which offices are closed: national holidays, collective leave (cuti bersama) and polling days.

    The polling days are those of the law; a shifted exercise does not close any office.
    """
    return frozenset(holiday.day for holiday in holiday_list())


def is_known_year(year: int) -> bool:
    """Whether the table covers `year`; beyond it only Saturdays and Sundays are known to be free."""
    return any(holiday.day.year == year for holiday in holiday_list())
