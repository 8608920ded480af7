"""What a commission tells its partners about the election calendar."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from sinergi.ledger.events import Event


class StageDays(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One stage (tahapan): its code, its name in both languages and its days; see rules.Stage."""

    code: str
    name: str
    name_en: str
    ends_on: date
    starts_on: date | None = None
    is_reserve: bool = False


class CalendarDays(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days of a calendar without its names and law."""

    polling_day: date
    stages: list[StageDays]


class CalendarAnnounced(Event, kind="stages.calendar_announced"):
    """The calendar that counts under this agreement from now on, with its law and the day it was decided (D-01).

    It is whole, so that a partner needs no file of its own and later versions of the program read it alike. `was` are
    the days that counted until then: what was due before the decision stays due as it was.
    """

    code: str
    version: int
    name: str
    name_en: str
    law: str
    decided_on: date
    polling_day: date
    stages: list[StageDays]
    was: CalendarDays | None = None


class HolidayDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One closed day of a year: national holiday, joint leave (cuti bersama) or polling day, and its name."""

    day: date
    kind: Literal["national", "collective_leave", "polling"]
    name: str


class HolidaysAnnounced(Event, kind="stages.holidays_announced"):
    """The holidays of a whole year by which dues under this agreement are counted, with their decree (`law`).

    `decided_on` is the day of the decree. Days up to that of the announcement keep what they were.
    """

    year: int
    law: str
    decided_on: date
    days: list[HolidayDay]
