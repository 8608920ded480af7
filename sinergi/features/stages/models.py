"""Which calendars this node knows, which it works by, and what commissions announced under an agreement."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import msgspec
from django.db import models

from sinergi.features.stages import closures, sources
from sinergi.features.stages.events import HolidayDay, HolidaysAnnounced
from sinergi.features.stages.rules import Calendar
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Folded


class CalendarVersion(models.Model):
    """A calendar that came in after this version of the program: imported, moved or taken over from an announcement."""

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    exercise = models.BooleanField(default=False)
    content = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="calendar_version_once")]

    def calendar(self) -> Calendar:
        """What it says."""
        return msgspec.convert(self.content, Calendar)


class CalendarChoice(models.Model):
    """The one row that names the calendar. `polling_day` differs from the law's only where an exercise shifts it."""

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    polling_day = models.DateField()

    def calendar(self) -> Calendar:
        """The calendar with every stage moved to this polling day."""
        return known(self.code, self.version).moved_to(self.polling_day)

    @property
    def is_shifted(self) -> bool:
        """Whether the days are not those of the law."""
        kept = CalendarVersion.objects.filter(code=self.code, version=self.version, exercise=True)
        return self.polling_day != known(self.code, self.version).polling_day or kept.exists()


class AnnouncedCalendar(Folded):
    """A calendar that a commission announced under one agreement."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    exercise = models.BooleanField()
    seq = models.BigIntegerField()
    decided_on = models.DateField()
    announced_at = models.DateTimeField()
    calendar_json = models.JSONField()
    was_json = models.JSONField(null=True)

    def calendar(self) -> Calendar:
        """What it says."""
        return msgspec.convert(self.calendar_json, Calendar)

    def was(self) -> Calendar | None:
        """What counted until then, as far as the commission told."""
        return None if self.was_json is None else msgspec.convert(self.was_json, Calendar)


class AnnouncedHolidays(Folded):
    """The holidays of a year that a commission announced under one agreement."""

    agreement = models.CharField(max_length=64, db_index=True)
    agency = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    announced_at = models.DateTimeField()
    year = models.PositiveSmallIntegerField()
    law = models.CharField(max_length=closures.LONGEST_LAW)
    decided_on = models.DateField()
    days_json = models.JSONField()

    def told(self, zone: str) -> closures.Told:
        """What it says, under an agreement whose days end in `zone`."""
        days = msgspec.convert(self.days_json, list[HolidayDay])
        event = HolidaysAnnounced(year=self.year, law=self.law, decided_on=self.decided_on, days=days)
        return closures.of_announcement(event, at=self.announced_at, zone=zone, seq=self.seq, key=self.key)


def known(code: str, version: int | None = None) -> Calendar:
    """A version of the calendar called `code`, the newest unless it is named. Raises Refused for another word."""
    rows = CalendarVersion.objects.filter(code=code).order_by("-version")
    row = rows.first() if version is None else rows.filter(version=version).first()
    return sources.calendar(code) if row is None else row.calendar()


def work_by(calendar: Calendar, polling_day: date | None = None) -> None:
    """Let this node work by a calendar, shifted to `polling_day` if that is given. Inside the writer."""
    day = polling_day or calendar.polling_day
    CalendarChoice.objects.update_or_create(
        pk=1, defaults={"code": calendar.code, "version": calendar.version, "polling_day": day}
    )


def known_calendars() -> list[Calendar]:
    """The newest version of every calendar: those of this program, then those that came in."""
    codes = dict.fromkeys(
        [*sources.calendars(), *CalendarVersion.objects.order_by("pk").values_list("code", flat=True)]
    )
    return [known(code) for code in codes]


def keep(calendar: Calendar, *, exercise: bool, at: datetime) -> None:
    """Keep a version of a calendar. The same again changes nothing; raises Refused for another one of that number."""
    row = CalendarVersion.objects.filter(code=calendar.code, version=calendar.version).first()
    shipped = sources.calendars().get(calendar.code)
    same = row is not None and row.calendar() == calendar
    if not same and (row is not None or (shipped is not None and shipped.version >= calendar.version)):
        raise Refused("Versi kalender ini sudah ada dengan isi lain. Muat ulang halaman.", code="TAH-08")
    if row is None:
        CalendarVersion.objects.create(
            code=calendar.code,
            version=calendar.version,
            exercise=exercise,
            content=msgspec.to_builtins(calendar),
            kept_at=at,
        )
