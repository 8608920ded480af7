"""What a calendar says of a day, which calendars are possible, and what a moved voting day makes of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, Protocol

import msgspec

from sinergi.features.stages.events import CalendarAnnounced, CalendarDays, StageDays
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line

# Ten years: two elections of a kind are five years apart.
FURTHEST = timedelta(days=3660)
MOST_STAGES = 80
LONGEST_NAME = 120
CODE = re.compile(r"[a-z][a-z0-9_-]{1,39}")
# What follows what without a day between (UU 7/2017 article 278, UU 10/2016 article 67).
CHAIN = ("campaign", "quiet_period", "voting")

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


class Announced(Protocol):
    """What a rule needs to know of an announced calendar."""

    key: str
    seq: int
    decided_on: date
    announced_at: datetime


def flaw(calendar: Calendar) -> Refused | None:
    """Why this can be no election calendar, with the stage it concerns as `field`; None where it can."""
    if not CODE.fullmatch(calendar.code) or not 0 < calendar.version < 1000:
        return Refused(
            "Kode kalender memakai huruf kecil, angka, dan tanda hubung, misalnya pemilu-2029.", code="TAH-10"
        )
    for words, longest in ((calendar.name, LONGEST_NAME), (calendar.name_en, LONGEST_NAME), (calendar.law, 200)):
        if not 0 < len(words) <= longest or line(words) != words:
            return Refused("Isi nama kalender dan peraturan yang menetapkannya.", code="TAH-11")
    if not 0 < len(calendar.stages) <= MOST_STAGES:
        return Refused("Kalender berisi 1 sampai 80 tahapan.", code="TAH-12")
    seen: set[str] = set()
    for stage in calendar.stages:
        wrong = _stage_flaw(stage, calendar, seen)
        if wrong is not None:
            return wrong
        seen.add(stage.code)
    if "voting" not in seen:
        return Refused("Kalender harus memuat tahapan pemungutan suara (kode voting).", code="TAH-16")
    return _chain_flaw({stage.code: stage for stage in calendar.stages})


def postponed(calendar: Calendar, *, polling_day: date, decided_on: date, law: str) -> Calendar:
    """The next version of `calendar` with voting on another day, as decided on `decided_on` under `law`.

    What is over stays. What has not begun by that day moves as far as voting does. What runs keeps its beginning and
    ends that much later or earlier. Raises Refused where that gives no possible calendar.
    """
    days = polling_day - calendar.polling_day
    if not days:
        raise Refused("Hari pemungutan suara tidak berubah.", code="TAH-04", field="polling_day")
    if abs(days) > FURTHEST:
        raise Refused("Hari pemungutan suara itu terlalu jauh dari kalender ini.", code="TAH-02", field="polling_day")
    if polling_day <= decided_on:
        raise Refused("Hari pemungutan suara harus sesudah hari keputusan.", code="TAH-05", field="polling_day")
    if calendar.polling_day <= decided_on:
        raise Refused(
            "Hari pemungutan suara menurut kalender ini sudah tiba; ia tidak dapat dipindahkan lagi.",
            code="TAH-23",
            field="polling_day",
        )
    stages = []
    for stage in calendar.stages:
        starts_on, ends_on = stage.starts_on, stage.ends_on
        if ends_on >= decided_on:
            ends_on = max(ends_on + days, decided_on)
            if starts_on is not None and starts_on > decided_on:
                starts_on = starts_on + days
        stages.append(msgspec.structs.replace(stage, starts_on=starts_on, ends_on=ends_on, law=law))
    moved = msgspec.structs.replace(
        calendar, version=calendar.version + 1, law=law, polling_day=polling_day, stages=tuple(stages)
    )
    wrong = flaw(moved)
    if wrong is not None:
        raise Refused(wrong.pattern, code=wrong.code, field="polling_day", words=wrong.words)
    return moved


def announce(
    calendar: Calendar, *, kind: str, decided_on: date, on: date, was: Calendar | None = None
) -> CalendarAnnounced:
    """The announcement of an office of `kind`, made on `on`; `was` is what counted until then.

    Raises Refused. Only a commission sets election days.
    """
    if kind != "kpu":
        raise Refused("Jadwal tahapan ditetapkan KPU; kantor ini menerimanya.", code="TAH-06")
    if decided_on > on:
        raise Refused("Hari keputusan belum tiba.", code="TAH-07", field="decided_on")
    wrong = flaw(calendar)
    if wrong is not None:
        raise wrong
    return CalendarAnnounced(
        **{name: getattr(calendar, name) for name in ("code", "version", "name", "name_en", "law", "polling_day")},
        decided_on=decided_on,
        stages=_stage_days(calendar),
        was=None if was is None else CalendarDays(polling_day=was.polling_day, stages=_stage_days(was)),
    )


def of_announcement(event: CalendarAnnounced) -> Calendar:
    """The calendar that was announced, each stage with its law."""
    return Calendar(
        **{name: getattr(event, name) for name in ("code", "version", "name", "name_en", "law", "polling_day")},
        stages=_stages(event.stages, event.law),
    )


def before_announcement(event: CalendarAnnounced) -> Calendar | None:
    """The calendar that counted until then, as far as the announcement tells."""
    if event.was is None:
        return None
    calendar = of_announcement(event)
    return msgspec.structs.replace(
        calendar, polling_day=event.was.polling_day, stages=_stages(event.was.stages, event.law)
    )


def decided_order(one: Announced) -> tuple[date, datetime, int, str]:
    """Of several announced under one agreement the last in this order counts; every node orders them alike."""
    return one.decided_on, *told_order(one)


def told_order(one: Announced) -> tuple[datetime, int, str]:
    """The order in which they were announced."""
    return one.announced_at, one.seq, one.key


def _stage_days(calendar: Calendar) -> list[StageDays]:
    names = ("code", "name", "name_en", "starts_on", "ends_on", "is_reserve")
    return [StageDays(**{name: getattr(stage, name) for name in names}) for stage in calendar.stages]


def _stages(days: Sequence[StageDays], law: str) -> tuple[Stage, ...]:
    return tuple(Stage(**msgspec.structs.asdict(stage), law=law) for stage in days)


def _stage_flaw(stage: Stage, calendar: Calendar, seen: set[str]) -> Refused | None:
    words: dict[str, str | int] = {"stage": stage.name or stage.code}
    if not CODE.fullmatch(stage.code) or not 0 < len(stage.name) <= LONGEST_NAME or line(stage.name) != stage.name:
        return Refused("Setiap tahapan butuh kode dan nama.", code="TAH-13", field=stage.code)
    if stage.code in seen:
        return Refused("Tahapan %(stage)s disebut dua kali.", code="TAH-14", field=stage.code, words=words)
    if stage.starts_on is not None and stage.starts_on > stage.ends_on:
        return Refused("Tahapan %(stage)s berakhir sebelum mulai.", code="TAH-15", field=stage.code, words=words)
    if abs(stage.ends_on - calendar.polling_day) > FURTHEST:
        return Refused(
            "Tahapan %(stage)s terlalu jauh dari hari pemungutan suara.", code="TAH-17", field=stage.code, words=words
        )
    if stage.code == "voting" and not stage.starts_on == stage.ends_on == calendar.polling_day:
        return Refused(
            "Tahapan %(stage)s harus jatuh tepat pada hari pemungutan suara.",
            code="TAH-18",
            field=stage.code,
            words=words,
        )
    return None


def _chain_flaw(stages: dict[str, Stage]) -> Refused | None:
    """Overlap or gap where the law allows neither; other stages may overlap."""
    present = [stages[code] for code in CHAIN if code in stages]
    for before, after in pairwise(present):
        words: dict[str, str | int] = {"before": before.name, "after": after.name}
        if after.starts_on is None or before.ends_on >= after.starts_on:
            return Refused(
                "Tahapan %(before)s bertumpuk dengan %(after)s; yang satu berakhir sehari sebelum yang lain mulai.",
                code="TAH-19",
                field=before.code,
                words=words,
            )
        if after.starts_on - before.ends_on > timedelta(days=1):
            return Refused(
                "Ada hari kosong antara tahapan %(before)s dan %(after)s; keduanya bersambung.",
                code="TAH-20",
                field=before.code,
                words=words,
            )
    return None
