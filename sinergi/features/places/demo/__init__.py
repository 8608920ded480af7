"""The places of the demo: our own small tables of facts, areas drawn from them, stations made from the counts."""

from __future__ import annotations

import csv
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sinergi.features.places import areas
from sinergi.features.places.actions import keep_areas, keep_regions, publish_stations
from sinergi.features.places.events import StationRow
from sinergi.features.places.models import Region
from sinergi.kernel.actors import Actor
from sinergi.kernel.places import level
from sinergi.ledger.writer import Receipt, run

HERE = Path(__file__).parent


def load_demo_regions(regencies: list[str]) -> int:
    """Make the regions of these regencies known to this node and draw their areas; how many rows are new or changed.

    Codes of districts make only these districts known.
    """
    wanted = tuple(regencies)
    above = {code[:length] for code in wanted for length in (2, 4)}
    rows = [_region(row) for row in _table("regencies") if row["code"] in above]
    rows += [
        _region(row) for name in ("districts", "villages") for row in _table(name) if row["code"].startswith(wanted)
    ]
    inside: dict[str, list[tuple[float, float]]] = {}
    for village in _villages(wanted):
        for length in (2, 4, 6):
            inside.setdefault(village[0][:length], []).append(village[1:])
    drawn = _drawn(wanted)
    for row in rows:
        if row.lat is None and row.code in inside:
            points = inside[row.code]
            row.lat = round(sum(lat for lat, _ in points) / len(points), 3)
            row.lon = round(sum(lon for _, lon in points) / len(points), 3)
        if row.code in drawn:
            row.area, row.area_kind = drawn[row.code], Region.Area.DRAWN

    def task() -> int:
        changed = keep_regions(rows)
        # Real boundaries that were imported stay.
        imported = set(Region.objects.filter(area_kind=Region.Area.IMPORTED).values_list("code", flat=True))
        return changed + keep_areas(
            {code: area for code, area in drawn.items() if code not in imported}, Region.Area.DRAWN
        )

    return run(task)


def demo_stations(regency: str) -> list[StationRow]:
    """The stations of the demo: as many in each village as KPU published, all at the village's point."""
    rows = []
    for village in _table("villages"):
        if not village["code"].startswith(regency):
            continue
        lat_e6, lon_e6 = round(float(village["lat"]) * 1e6), round(float(village["lon"]) * 1e6)
        numbers = [*range(1, int(village["stations"]) + 1)]
        special = [*range(901, 901 + int(village["special_stations"]))]
        rows += [
            StationRow(
                code=f"{village['code']}{number:03d}", is_special=number in special, lat_e6=lat_e6, lon_e6=lon_e6
            )
            for number in numbers + special
        ]
    return rows


def publish_demo_stations(*, id: str, by: Actor, at: datetime, agreement: str, regency: str) -> Receipt:
    """Publish the demo's stations of `regency` under `agreement`, through the same action as a user."""
    return publish_stations(id=id, by=by, at=at, agreement=agreement, regency=regency, rows=demo_stations(regency))


def _villages(regencies: tuple[str, ...]) -> list[tuple[str, float, float]]:
    return [
        (row["code"], float(row["lat"]), float(row["lon"]))
        for row in _table("villages")
        if row["code"].startswith(regencies)
    ]


@cache
def _drawn(regencies: tuple[str, ...]) -> dict[str, str]:
    """The drawn areas by code. Kept, because drawing is what takes the time and the tables are part of the program."""
    drawn = areas.draw({code: (lat, lon) for code, lat, lon in _villages(regencies)})
    return {code: areas.as_geojson(area) for code, area in drawn.items()}


def _region(row: dict[str, str]) -> Region:
    code = row["code"]
    lengths = {10: 6, 6: 4, 4: 2}
    here: dict[str, Any] = {"lat": float(row["lat"]), "lon": float(row["lon"])} if "lat" in row else {}
    return Region(
        code=code,
        name=row["name"],
        level=level(code),
        parent=code[: lengths[len(code)]] if len(code) in lengths else "",
        source=row["source"],
        **here,
    )


@cache
def _table(name: str) -> list[dict[str, str]]:
    with open(HERE / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
