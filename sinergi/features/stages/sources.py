"""Calendars and holidays as they lie in this folder: versioned data with its legal source."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import msgspec

from sinergi.features.stages.rules import Calendar, Holiday
from sinergi.kernel.errors import Refused

_HERE = Path(__file__).parent


@cache
def calendars() -> dict[str, Calendar]:
    """Every calendar by its code, each stage with the calendar's law."""
    read = [
        msgspec.json.decode(path.read_bytes(), type=Calendar) for path in sorted((_HERE / "calendars").glob("*.json"))
    ]
    return {calendar.code: calendar.moved_to(calendar.polling_day) for calendar in read}


def calendar(code: str) -> Calendar:
    """The calendar called `code`. Raises Refused for another word."""
    try:
        return calendars()[code]
    except KeyError:
        raise Refused(
            "Kalender ini tidak dikenal. Yang ada: %(known)s.",
            code="TAH-01",
            field="calendar",
            words={"known": ", ".join(calendars())},
        ) from None


@cache
def holiday_list() -> tuple[Holiday, ...]:
    """Every holiday of the table, in order of days."""
    with open(_HERE / "holidays.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(sorted(msgspec.convert(rows, list[Holiday], strict=False), key=lambda holiday: holiday.day))
