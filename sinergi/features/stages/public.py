"""What other features may ask about the calendar. Frozen structs out; nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

from sinergi.features.stages import rules, sources
from sinergi.features.stages.closures import Closures, Told, with_told
from sinergi.features.stages.models import AnnouncedCalendar, AnnouncedHolidays, CalendarChoice
from sinergi.features.stages.rules import Calendar, Holiday, Stage
from sinergi.kernel.once import once, once_each
from sinergi.ledger import rows as ledger_rows

__all__ = [
    "Calendar",
    "Closures",
    "Holiday",
    "Move",
    "Stage",
    "announcements",
    "ask_beforehand",
    "calendar",
    "calendar_of",
    "calendars_of",
    "closures",
    "current_stage",
    "holiday_moves",
    "holidays",
    "label",
    "moved_since",
    "moves",
    "polling_day",
    "register_dependents",
    "register_holiday_dependents",
    "stage_list",
]


@once
def calendar() -> Calendar | None:
    """The calendar this node works by, already shifted; None before one is chosen."""
    choice = CalendarChoice.objects.order_by("pk").first()
    return None if choice is None else choice.calendar()


class Move(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that another calendar changes.

    moves: from `before` to `after`. new, gone: only one of the two. stays: it keeps `before` and somebody has to look.
    `blocks` is the sentence that says why the calendar cannot be taken, or empty. `url` opens the thing.
    """

    kind: Literal["moves", "new", "gone", "stays"]
    agreement: str
    what: str
    before: date | None = None
    after: date | None = None
    url: str = ""
    blocks: str = ""


# `source(agreements, calendar, decided_on, at)`
Dependents = Callable[[list[str], Calendar, date, datetime], list[Move]]
_dependents: list[Dependents] = []


def register_dependents(source: Dependents) -> None:
    """Ask `source` what a calendar that is decided on a day changes under some agreements. Twice changes nothing."""
    if source not in _dependents:
        _dependents.append(source)


def moves(agreements: Iterable[str], calendar: Calendar, decided_on: date, at: datetime) -> dict[str, list[Move]]:
    """Everything under each agreement that depends on the calendar and would change, of every feature, by day."""
    found: dict[str, list[Move]] = {agreement: [] for agreement in agreements}
    for source in _dependents:
        for move in source([*found], calendar, decided_on, at):
            found[move.agreement].append(move)
    for listed in found.values():
        listed.sort(key=lambda move: (move.before or move.after or date.max, move.what))
    return found


def calendar_of(agreement: str) -> Calendar | None:
    """The calendar that counts under an agreement: the one its commission announced last, else this node's."""
    found = calendars_of(agreement)
    return found[-1][1] if found else None


@once
def calendars_of(agreement: str) -> list[tuple[date, Calendar]]:
    """Every calendar that counted under an agreement, each with the day from which on; the last one counts now.

    The first counts from the beginning: what the first announcement replaced, or this node's own. Empty without any.
    """
    rows = announcements(agreement)
    told = min(rows, key=rules.told_order, default=None)
    first = calendar() if told is None else told.was() or told.calendar()
    if first is None:
        return []
    return [(date.min, first), *((row.decided_on, row.calendar()) for row in rows)]


def moved_since(at: datetime) -> tuple[date, date] | None:
    """From which day to which voting day was moved by announcements after `at`, or None; under the first agreement.

    For what an office made for a voting day by itself, under no agreement.
    """
    for agreement in ledger_rows.in_force():
        rows = announcements(agreement.id)
        later = [row for row in rows if row.announced_at > at]
        if later:
            before = [row.calendar() for row in rows if row.announced_at <= at]
            was = before[-1] if before else later[0].was() or calendar()
            now = rows[-1].calendar()
            if was is not None and was.polling_day != now.polling_day:
                return was.polling_day, now.polling_day
    return None


def announcements(agreement: str) -> list[AnnouncedCalendar]:
    """What commissions announced under an agreement, in the order they decided it."""
    return _announced([agreement])[agreement]


def ask_beforehand(agreements: Iterable[str]) -> None:
    """Ask at once what was announced under each of these agreements, for a reading that goes through all of them."""
    wanted = list(agreements)
    _announced(wanted)
    _told_holidays(wanted)


@once_each
def _announced(agreements: list[str]) -> dict[str, list[AnnouncedCalendar]]:
    found = AnnouncedCalendar.under(agreements)
    return {agreement: sorted(told, key=rules.decided_order) for agreement, told in found.items()}


@once_each
def _told_holidays(agreements: list[str]) -> dict[str, list[AnnouncedHolidays]]:
    return AnnouncedHolidays.under(agreements)


def polling_day() -> date | None:
    """The day on which people vote; None before a calendar is chosen."""
    found = calendar()
    return None if found is None else found.polling_day


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


@once
def closures(agreement: str) -> Closures:
    """The days on which offices are closed under an agreement: national holidays, joint leave, polling days.

    The polling days are those of the law; a shifted exercise does not close any office. An empty `agreement` asks for
    what this program knows.
    """
    rows = _told_holidays([agreement])[agreement] if agreement else []
    return Closures(
        known=sources.holiday_list(), told=tuple(row.told(ledger_rows.zones().get(agreement, "WIB")) for row in rows)
    )


@once
def holidays(agreement: str) -> frozenset[date]:
    """Those days alone."""
    return closures(agreement).days()


# `source(agreement, closures as they would be, at)`
HolidayDependents = Callable[[str, Closures, datetime], list[Move]]
_holiday_dependents: list[HolidayDependents] = []


def register_holiday_dependents(source: HolidayDependents) -> None:
    """Ask `source` what other holidays change under an agreement. Twice changes nothing."""
    if source not in _holiday_dependents:
        _holiday_dependents.append(source)


def holiday_moves(agreement: str, told: Told) -> list[Move]:
    """Every due under this agreement that the announcement would move, of every feature, by day."""
    after = with_told(closures(agreement), told)
    found = [move for source in _holiday_dependents for move in source(agreement, after, told.announced_at)]
    return sorted(found, key=lambda move: (move.before or move.after or date.max, move.what))
