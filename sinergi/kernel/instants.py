"""Instants and days, said the Indonesian way in the zone of the place."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONES = {"WIB": ZoneInfo("Asia/Jakarta"), "WITA": ZoneInfo("Asia/Makassar"), "WIT": ZoneInfo("Asia/Jayapura")}

# Provinces by Kemendagri code, in the zones of Keputusan Presiden 41/1987; younger provinces as those they came from
# (93 to 96: those that UU 14, 15, 16 and 29/2022 made of Papua and Papua Barat).
_WITA = frozenset(["51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"])
_WIT = frozenset(["81", "82", "91", "92", "93", "94", "95", "96"])

DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": tuple("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()),  # noqa: SIM905  twelve words read better on one line
    "en": tuple("January February March April May June July August September October November December".split()),  # noqa: SIM905
}


def now() -> datetime:
    """The clock of this machine, read at the edge only and passed in everywhere else."""
    return datetime.now(UTC)


def to_text(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the form that is signed: 2024-02-14T00:15:00.000Z."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The instant that `to_text` wrote. Raises ValueError for any other spelling."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or to_text(at) != text:
        raise ValueError(f"not an instant in the signed form: {text}")
    return at


def zone_of(region: str) -> str:
    """The zone on the wall of a place: its Kemendagri code decides; WIB where none is known."""
    province = region[:2]
    return "WIT" if province in _WIT else "WITA" if province in _WITA else "WIB"


def name_of(key: str) -> str:
    """WIB, WITA or WIT for the zone's name in the tz database; that name itself for any other."""
    return next((name for name, zone in ZONES.items() if zone.key == key), key)


def zone_of_first(regions: Iterable[str]) -> str:
    """The zone of the first region that names a province; WIB where none does, as with national offices alone."""
    return next((zone_of(region) for region in regions if region[:2].isdecimal()), "WIB")


def day_of(at: datetime, zone: str = "WIB") -> date:
    """The day on which `at` lies in `zone`. Total: at the ends of the calendar, where a zone's clock has no day left,
    the day that `at` itself names."""
    try:
        return at.astimezone(ZONES[zone]).date()
    except OverflowError:
        return at.date()


def say_day(day: date, language: str = "id") -> str:
    """Rabu, 14 Februari 2024."""
    return f"{DAYS[language][day.weekday()]}, {say_date(day, language)}"


def say_date(day: date, language: str = "id") -> str:
    """14 Februari 2024."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def say_instant(at: datetime, zone: str = "WIB", language: str = "id") -> str:
    """Rabu, 14 Februari 2024 pukul 07.15 WIB."""
    local = at.astimezone(ZONES[zone])
    between = {"id": " pukul ", "en": " at "}[language]
    return f"{say_day(local.date(), language)}{between}{say_time(at, zone, language)} {zone}"


def say_limit(at: datetime, zone: str = "WIB", language: str = "id") -> str:
    """The last instant that is on time: Rabu, 7 Februari 2024, 24.00 WIB for midnight at the end of that day."""
    local = at.astimezone(ZONES[zone])
    if (local.hour, local.minute, local.second, local.microsecond) != (0, 0, 0, 0):
        return say_instant(at, zone, language)
    day = say_day(local.date() - timedelta(days=1), language)
    return f"{day}, 24{'.' if language == 'id' else ':'}00 {zone}"


def say_time(at: datetime, zone: str = "WIB", language: str = "id") -> str:
    """07.15."""
    local = at.astimezone(ZONES[zone])
    return f"{local:%H.%M}" if language == "id" else f"{local:%H:%M}"


# The dues of hundreds of agreements end on the same few thousand days.
@lru_cache(maxsize=8192)
def end_of_day(day: date, zone: str = "WIB") -> datetime:
    """The instant at which `day` ends in `zone`: the next midnight."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=ZONES[zone]).astimezone(UTC)


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Monday to Friday and no holiday or collective leave day."""
    return day.weekday() < 5 and day not in holidays


def working_days_after(start: date, count: int, holidays: Container[date]) -> date:
    """The `count`-th working day after `start` (the day of `start` itself does not count)."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day, holidays):
            count -= 1
    return day


def working_days_before(end: date, count: int, holidays: Container[date]) -> date:
    """The `count`-th working day before `end` (the day of `end` itself does not count)."""
    day = end
    while count > 0:
        day -= timedelta(days=1)
        if is_working_day(day, holidays):
            count -= 1
    return day
