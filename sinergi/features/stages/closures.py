"""Which days offices are closed under one agreement: the holidays of this program and those that were announced. Pure.

National holidays and joint leave (cuti bersama) of a year stand in a joint decree of three ministers (SKB 3 Menteri).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import msgspec

from sinergi.features.stages.events import HolidayDay, HolidaysAnnounced
from sinergi.features.stages.rules import Holiday, HolidayKind
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of
from sinergi.kernel.words import line

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_DAYS = 60
LONGEST_NAME, LONGEST_LAW = 120, 200
KINDS: Mapping[str, HolidayKind] = {
    "nasional": "national",
    "cuti bersama": "collective_leave",
    "pemungutan suara": "polling",
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The holidays of a whole year as a commission announced them at an instant."""

    year: int
    law: str
    decided_on: date
    announced_at: datetime
    days: tuple[Holiday, ...]
    seq: int = 0
    key: str = ""
    zone: str = "WIB"  # of the agreement under which it is announced

    @property
    def announced_on(self) -> date:
        """The day of the announcement, as days under the agreement begin."""
        return day_of(self.announced_at, self.zone)


class Closures(msgspec.Struct, frozen=True, kw_only=True):
    """The holidays that count under one agreement, from what this program knows and what was announced.

    A day counts by what had been announced before it, so no announcement changes a day that has come; of several the
    one decided last, then announced last. Every node finds the same, whatever arrived first (ADR 12).
    """

    known: tuple[Holiday, ...]
    told: tuple[Told, ...] = ()

    def holidays(self, *, by: datetime | None = None) -> tuple[Holiday, ...]:
        """Every holiday in order of days; `by`: as far as it had been announced by then."""
        if not self.told:
            return self.known
        told = sorted((one for one in self.told if by is None or one.announced_at <= by), key=_decided_order)
        days = {one.day for one in self.known} | {one.day for each in told for one in each.days}
        return tuple(one for day in sorted(days) if (one := self._on(day, told)) is not None)

    def days(self, *, by: datetime | None = None) -> frozenset[date]:
        """The days alone."""
        return frozenset(one.day for one in self.holidays(by=by))

    def spans(self) -> list[tuple[date, frozenset[date]]]:
        """From which day on dues are counted by which days; the first from the beginning."""
        changes = sorted(self.told, key=lambda one: (one.announced_at, one.seq, one.key))
        spans = [(date.min, Closures(known=self.known).days())]
        spans += [(one.announced_on + timedelta(days=1), self.days(by=one.announced_at)) for one in changes]
        return spans

    def _on(self, day: date, told: Iterable[Told]) -> Holiday | None:
        """What that day is by the last of `told` (in the order of decision) that was announced before it."""
        counting = [each for each in told if each.year == day.year and each.announced_on < day]
        listed = counting[-1].days if counting else self.known
        return next((one for one in listed if one.day == day), None)


def typed(text: str) -> tuple[tuple[Holiday, ...], list[Refused]]:
    """The days of a list that was typed or pasted, one a line: day, kind, name, apart by tab or semicolon.

    Every line that cannot be read is refused by its number; the days have no decree yet.
    """
    days: list[Holiday] = []
    wrong: list[Refused] = []
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        words: dict[str, str | int] = {"row": number}
        parts = [line(part) for part in row.replace("\t", ";").split(";", 2)]
        if len(parts) != 3 or not all(parts):
            wrong.append(
                Refused("Baris %(row)s: tulis tanggal; jenis; nama.", code="LBR-11", field="days", words=words)
            )
            continue
        day, kind = _day(parts[0]), KINDS.get(parts[1].lower())
        if day is None:
            words["day"] = parts[0][:40]
            wrong.append(Refused("Baris %(row)s: %(day)s bukan tanggal.", code="LBR-12", field="days", words=words))
        elif kind is None:
            words["kind"] = parts[1][:40]
            wrong.append(
                Refused(
                    "Baris %(row)s: jenis %(kind)s tidak dikenal; tulis nasional, cuti bersama, atau pemungutan suara.",
                    code="LBR-13",
                    field="days",
                    words=words,
                )
            )
        else:
            days.append(Holiday(day=day, kind=kind, name=parts[2], source=""))
    return tuple(sorted(days, key=lambda one: one.day)), wrong


def written(days: Iterable[Holiday]) -> str:
    """The list as people edit it; `typed` reads it back."""
    words = {kind: word for word, kind in KINDS.items()}
    return "\n".join(f"{one.day:%d/%m/%Y}; {words[one.kind]}; {one.name}" for one in days)


def _day(text: str) -> date | None:
    """17/8/2027, 17-8-2027 or 2027-08-17; None for what is no day."""
    numbers = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text, re.ASCII)
    turned = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII)
    parts = numbers.groups()[::-1] if numbers else turned.groups() if turned else None
    try:
        return None if parts is None else date(*(int(part) for part in parts))
    except ValueError:
        return None


def flaw(told: Told) -> Refused | None:
    """Why this can be no list of a year's holidays; None where it can."""
    if not FIRST_YEAR <= told.year <= LAST_YEAR:
        return Refused("Tahun hari libur tidak mungkin.", code="LBR-01", field="year")
    if not 0 < len(told.law) <= LONGEST_LAW or line(told.law) != told.law:
        return Refused("Tulis keputusan yang menetapkan hari libur, dengan nomornya.", code="LBR-02", field="law")
    if told.decided_on > told.announced_on:
        return Refused("Hari keputusan belum tiba.", code="LBR-03", field="decided_on")
    if not 0 < len(told.days) <= MOST_DAYS:
        return Refused("Daftar berisi 1 sampai 60 hari.", code="LBR-04", field="days")
    seen: set[date] = set()
    for one in told.days:
        words: dict[str, str | int] = {"day": f"{one.day:%d/%m/%Y}", "year": told.year}
        if one.day.year != told.year:
            return Refused("%(day)s bukan hari dalam tahun %(year)s.", code="LBR-05", field="days", words=words)
        if one.day in seen:
            return Refused("%(day)s disebut dua kali.", code="LBR-06", field="days", words=words)
        if not 0 < len(one.name) <= LONGEST_NAME or line(one.name) != one.name:
            return Refused("%(day)s belum punya nama.", code="LBR-07", field="days", words=words)
        seen.add(one.day)
    return None


def announce(told: Told, closures: Closures, *, kind: str) -> HolidaysAnnounced:
    """The announcement of an office of `kind` under an agreement whose days are `closures`.

    Raises Refused: for a list that is not possible, one that takes away a day that has come, and one that changes
    nothing. Only a commission announces the days by which dues are counted (ADR 9, ADR 12).
    """
    if kind != "kpu":
        raise Refused("Hari libur diumumkan KPU bersama kalender; kantor ini menerimanya.", code="LBR-08")
    wrong = flaw(told)
    if wrong is not None:
        raise wrong
    listed = {one.day for one in told.days}
    counted = closures.days()
    gone = sorted(day for day in counted if day.year == told.year and day <= told.announced_on and day not in listed)
    if gone:
        raise Refused(
            "%(day)s sudah lewat dan sudah dihitung sebagai hari libur; ia tidak dapat dihapus lagi.",
            code="LBR-09",
            field="days",
            words={"day": f"{gone[0]:%d/%m/%Y}"},
        )
    if not changes(told, closures):
        raise Refused("Daftar ini sama dengan yang sudah berlaku.", code="LBR-10", field="days")
    return HolidaysAnnounced(
        year=told.year,
        law=told.law,
        decided_on=told.decided_on,
        days=[HolidayDay(day=one.day, kind=one.kind, name=one.name) for one in told.days],
    )


def changes(told: Told, closures: Closures) -> bool:
    """Whether the list says anything else of days to come than what counts: other days, kinds or names."""
    was, will = (
        [(one.day, one.kind, one.name) for one in each.holidays()] for each in (closures, with_told(closures, told))
    )
    return was != will


def with_told(closures: Closures, told: Told) -> Closures:
    """The same with one announcement more."""
    return Closures(known=closures.known, told=(*closures.told, told))


def of_announcement(event: HolidaysAnnounced, *, at: datetime, zone: str, seq: int = 0, key: str = "") -> Told:
    """What was announced under an agreement whose days end in `zone`, each day with its decree."""
    days = tuple(Holiday(day=one.day, kind=one.kind, name=one.name, source=event.law) for one in event.days)
    return Told(
        year=event.year,
        law=event.law,
        decided_on=event.decided_on,
        announced_at=at,
        days=days,
        seq=seq,
        key=key,
        zone=zone,
    )


def _decided_order(one: Told) -> tuple[date, datetime, int, str]:
    return one.decided_on, one.announced_at, one.seq, one.key
