"""Choosing the calendar of a node."""

from __future__ import annotations

from datetime import date, timedelta

from sinergi.features.stages import sources
from sinergi.features.stages.models import CalendarChoice
from sinergi.kernel.errors import Refused
from sinergi.ledger.models import Agreement
from sinergi.ledger.writer import run

FURTHEST = timedelta(days=3660)


def use_calendar(code: str, polling_day: date | None = None) -> None:
    """Work by the calendar `code`, shifted so that people vote on `polling_day` (an exercise) if that is given.

    Raises Refused for an unknown calendar, a day more than ten years away from the law's, and a shift on a node that
    has an agreement which is no exercise: its deadlines would be counted from a day that is not the law's.
    """
    chosen = sources.calendar(code)
    day = polling_day or chosen.polling_day
    if abs(day - chosen.polling_day) > FURTHEST:
        raise Refused("Hari pemungutan suara itu terlalu jauh dari kalender ini.", code="TAH-02", field="polling_day")

    def task() -> None:
        if day != chosen.polling_day and not all(agreement.exercise for agreement in Agreement.objects.all()):
            raise Refused(
                "Kantor ini punya perjanjian sungguhan; kalender hanya digeser untuk latihan.",
                code="TAH-03",
                field="polling_day",
            )
        CalendarChoice.objects.update_or_create(pk=1, defaults={"code": code, "polling_day": day})

    run(task)
