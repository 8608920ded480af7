"""Which calendar this node works by."""

from __future__ import annotations

from django.db import models

from sinergi.features.stages import sources
from sinergi.features.stages.rules import Calendar


class CalendarChoice(models.Model):
    """The one row that names the calendar. `polling_day` differs from the law's only where an exercise shifts it."""

    code = models.CharField(max_length=40)
    polling_day = models.DateField()

    def calendar(self) -> Calendar:
        """The calendar with every stage moved to this polling day."""
        return sources.calendar(self.code).moved_to(self.polling_day)

    @property
    def is_shifted(self) -> bool:
        """Whether the days are not those of the law."""
        return self.polling_day != sources.calendar(self.code).polling_day
