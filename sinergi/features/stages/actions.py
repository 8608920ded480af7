"""Choosing the calendar of a node, taking new ones in, and announcing them to partners."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from sinergi.features.stages import closures, public, rules
from sinergi.features.stages.models import AnnouncedCalendar, CalendarChoice, keep, known, work_by
from sinergi.features.stages.rules import Calendar, Holiday
from sinergi.kernel.errors import Refused
from sinergi.kernel.once import reading
from sinergi.ledger import rows
from sinergi.ledger.models import Agency, Agreement
from sinergi.ledger.writer import Receipt, Writing, command, run


def use_calendar(code: str, polling_day: date | None = None) -> None:
    """Work by the calendar `code`, shifted so that people vote on `polling_day` (an exercise) if that is given.

    Raises Refused for an unknown calendar, a day more than ten years away from the law's, and a shift on a node that
    has an agreement which is no exercise: its deadlines would be counted from a day that is not the law's.
    """
    chosen = known(code)
    day = polling_day or chosen.polling_day
    if abs(day - chosen.polling_day) > rules.FURTHEST:
        raise Refused("Hari pemungutan suara itu terlalu jauh dari kalender ini.", code="TAH-02", field="polling_day")

    def task() -> None:
        if day != chosen.polling_day and not all(agreement.exercise for agreement in Agreement.objects.all()):
            raise Refused(
                "Kantor ini punya perjanjian sungguhan; kalender hanya digeser untuk latihan.",
                code="TAH-03",
                field="polling_day",
            )
        work_by(chosen, day)

    run(task)


def import_calendar(calendar: Calendar, *, at: datetime) -> None:
    """Keep a new calendar or a new version of one; nothing is counted with it before it is chosen or announced."""
    wrong = rules.flaw(calendar)
    if wrong is not None:
        raise wrong
    run(lambda: keep(calendar, exercise=False, at=at))


def concerned(exercise: bool) -> list[Agreement]:
    """The agreements in force that a calendar of this sort counts for: exercises have their own."""
    return [row for row in rows.in_force() if row.exercise == exercise]


@command
def announce_calendar(log: Writing, *, calendar: Calendar, decided_on: date, today: date) -> Receipt:
    """Work by this calendar from now on and announce it under every agreement in force (obligation D-01).

    Raises Refused, with nothing done, where it is no possible calendar or something hangs on a stage that it lacks.
    """
    own = Agency.objects.get(is_self=True)
    rules.announce(calendar, kind=own.kind, decided_on=decided_on, on=today)
    choice = CalendarChoice.objects.order_by("pk").first()
    exercise = choice is not None and choice.is_shifted
    agreements = concerned(exercise)
    if not agreements:
        raise Refused(
            "Belum ada perjanjian yang berlaku. Kalender kantor ini dipilih di Kelola, Kantor, Kalender.", code="TAH-09"
        )
    events = []
    # Until the first fact is written nothing changes, so what all agreements share is asked once.
    with reading():
        ids = [agreement.id for agreement in agreements]
        public.ask_beforehand(ids)
        for agreement in ids:
            was = public.calendar_of(agreement)
            events.append(rules.announce(calendar, kind=own.kind, decided_on=decided_on, on=today, was=was))
        for move in (one for found in public.moves(ids, calendar, decided_on, log.at).values() for one in found):
            if move.blocks:
                raise Refused(move.blocks, code="TAH-21", field="calendar")
    keep(calendar, exercise=exercise, at=log.at)
    work_by(calendar)
    receipts = [
        log.append(agreement.id, event, obligation="D-01") for agreement, event in zip(agreements, events, strict=True)
    ]
    return receipts[0]


@command
def announce_holidays(log: Writing, *, year: int, law: str, decided_on: date, days: tuple[Holiday, ...]) -> Receipt:
    """State the holidays of a year under every agreement in force where they change something.

    Raises Refused, with nothing done: see closures.announce.
    """
    own = Agency.objects.get(is_self=True)
    listed = tuple(msgspec.structs.replace(one, source=law) for one in days)
    # All in force: an exercise has the holidays of everybody.
    agreements = rows.in_force()
    if not agreements:
        raise Refused("Belum ada perjanjian yang berlaku; hari libur diumumkan kepada mitra.", code="LBR-14")
    events, same = [], None
    for agreement in agreements:
        told = closures.Told(
            year=year,
            law=law,
            decided_on=decided_on,
            announced_at=log.at,
            days=listed,
            zone=rows.zones().get(agreement.id, "WIB"),
        )
        try:
            events.append((agreement.id, closures.announce(told, public.closures(agreement.id), kind=own.kind)))
        except Refused as refusal:
            if refusal.code != "LBR-10":
                raise
            same = refusal
    if same is not None and not events:
        raise same
    receipts = [log.append(agreement, event) for agreement, event in events]
    return receipts[0]


def adopt(announced: AnnouncedCalendar, *, at: datetime) -> None:
    """Work by a calendar that a commission announced."""

    def task() -> None:
        if public.announcements(announced.agreement)[-1].key != announced.key:
            raise Refused("Sesudah itu sudah diumumkan kalender lain. Muat ulang halaman.", code="TAH-22")
        calendar = announced.calendar()
        keep(calendar, exercise=announced.exercise, at=at)
        work_by(calendar)

    run(task)
