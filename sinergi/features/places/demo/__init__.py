"""The places of the demo: our own small tables of facts, areas drawn from them, stations made from the counts."""

from __future__ import annotations

import csv
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sinergi.features.places.actions import publish_stations
from sinergi.features.places.events import StationRow
from sinergi.features.places.models import Region
from sinergi.features.places.regions import ABOVE, take_in
from sinergi.kernel.actors import Actor
from sinergi.kernel.places import level
from sinergi.ledger.writer import Receipt

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
    return take_in(rows)


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


def _region(row: dict[str, str]) -> Region:
    code = row["code"]
    here: dict[str, Any] = {"lat": float(row["lat"]), "lon": float(row["lon"])} if "lat" in row else {}
    return Region(
        code=code,
        name=row["name"],
        level=level(code),
        parent=code[: ABOVE.get(len(code), 0)],
        source=row["source"],
        **here,
    )


@cache
def _table(name: str) -> list[dict[str, str]]:
    with open(HERE / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
