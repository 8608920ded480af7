"""What a police office notes about its plans, for itself."""

from __future__ import annotations

from typing import Literal

from sinergi.ledger.events import Event, Text


class PlanText(Text):
    """What the office calls it, and its files by name: the tables it was made from, the result, the certificate."""

    name: str
    files: dict[str, str]


class PlanMade(Event, kind="guard.plan_made"):
    """An official kept a plan. Metres and officers with their proven bounds; `certificate`: SHA-256 of that file."""

    grouping: Literal["village", "district"]
    stations: int
    posts: int
    posts_bound: int
    needed: int
    officers: int
    unmet: int
    unmet_bound: int
    lent: int
    linmas: int
    travel_m: int
    travel_bound_m: int
    certificate: str
    text: PlanText | None = None
