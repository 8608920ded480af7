"""The tables a plan is made from, as this office has them now. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sinergi.access.models import User
from sinergi.features.guard import rules
from sinergi.features.guard.rules.names import DutyHours
from sinergi.features.people import public as people
from sinergi.features.places import public as places
from sinergi.features.risk import public as risk

STATION_HEADER = ("code", "village_code", "district_code", "regency_code", "lat", "lon", "voters", "class", "class_set")
UNIT_HEADER = ("code", "name", "level", "regency_code", "lat", "lon", "officers", "reserve")
PATTERN_HEADER = ("class", "police_min", "police_max", "stations", "linmas", "radius_m", "regency_code", "women_min")
PEOPLE_HEADER = (
    "code", "name", "rank", "unit_code", "home_village_code", "sex", "age", "fit", "hours_worked", "rested_hours",
    "pinned_station", "pin_reason",
)  # fmt: skip

# Officer's code: the station that is guarded, and why.
Pins = Mapping[str, tuple[str, str]]


def stations_table(user: User, *, is_raised: bool = False) -> bytes:
    """Stations in force with their classes; one that nobody classed counts as low, and says so."""
    classes = risk.classes_of(user)
    seen = {row.code: row for row in places.stations_in("", user=user)}
    given = {code: classes[code].level if code in classes else "" for code in seen}
    levels = {code: level or "low" for code, level in given.items()}
    if is_raised:
        levels = {code: rules.raised(level) for code, level in levels.items()}
    # A station that nobody measured stands in the middle of its village.
    middles = {
        area.code: (area.lat, area.lon)
        for regency in sorted({code[:4] for code in seen})
        for area in places.regions_in(regency, level="village")
    }
    rows = (
        (
            code,
            row.village,
            row.district,
            code[:4],
            *map(_or_empty, _point(row, middles)),
            _or_empty(row.voters),
            levels[code],
            given[code],
        )
        for code, row in sorted(seen.items())
    )
    return rules.table(STATION_HEADER, rows)


def units_table(extra: int) -> bytes:
    """The units in force, and `extra` officers whom nobody has promised."""
    units = list(people.units())
    sent: list[tuple[object, ...]] = [
        (u.code, u.name, u.level, u.regency, u.lat_e6 / 1e6, u.lon_e6 / 1e6, u.officers, u.reserve) for u in units
    ]
    if extra:
        # Who is not promised yet has no station house: where the office's own units are, in their middle.
        middle = [sum(getattr(u, name) for u in units) / len(units) / 1e6 for name in ("lat_e6", "lon_e6")]
        sent.append((rules.EXTRA, "BKO tambahan", "polda", "", *(f"{x:.6f}" for x in middle), extra, 0))
    return rules.table(UNIT_HEADER, sent)


def people_table(extra: int, pins: Pins, out: Iterable[str] = ()) -> bytes:
    """The officers in force without those who are `out`, with who is pinned where; `extra` have no names yet."""
    gone = set(out)
    rows: list[tuple[object, ...]] = [
        (
            one.code,
            one.name,
            one.rank,
            one.unit,
            one.home,
            one.sex,
            one.age,
            "ya" if one.fit else "tidak",
            one.hours_worked,
            _or_empty(one.rested_hours),
            *pins.get(one.code, ("", "")),
        )
        for one in people.officers()
        if one.code not in gone
    ]
    rows += [
        (f"BKO-{n:03}", f"BKO tambahan {n}", "", rules.EXTRA, "", "L", 30, "ya", 0, "", "", "")
        for n in range(1, extra + 1)
    ]
    return rules.table(PEOPLE_HEADER, rows)


def duty_file(duty: DutyHours) -> bytes:
    """The hours of a plan by name."""
    return msgspec.json.encode(duty)


def _point(row: Any, middles: Mapping[str, tuple[object, object]]) -> tuple[object, object]:
    return middles.get(row.village, (None, None)) if row.lat is None or row.lon is None else (row.lat, row.lon)


def _or_empty(value: Any) -> Any:
    return "" if value is None else value
