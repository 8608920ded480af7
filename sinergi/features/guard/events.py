"""What a police office notes about its plans, for itself."""

from __future__ import annotations

from typing import Literal

from sinergi.ledger.events import Event, RecordKey, Text


class PlanText(Text):
    """What the office calls it, and its files by name: the tables it was made from, the result, the certificate."""

    name: str
    files: dict[str, str]


class PlanMade(Event, kind="guard.plan_made"):
    """An official kept a plan. Metres and officers with their proven bounds; `certificate`: SHA-256 of that file.

    `named`: officers who stand in it by name; `pins` of them were placed by hand. `replaces`: the plan it takes the
    place of.
    """

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
    named: int = 0
    pins: int = 0
    replaces: RecordKey | None = None
    text: PlanText | None = None


class OrderText(Text):
    """Who is ordered where (codes of officer and post), why, and the name of the commander who answers for it."""

    officer: str
    post: str
    reason: str
    ordered_by: str


class OfficerOrdered(Event, kind="guard.officer_ordered"):
    """A commander sends an officer to a post that lacks people, against the rule that keeps the planner from it."""

    plan: RecordKey
    rule: Literal["hours", "rest", "age", "home", "closed"]
    text: OrderText | None = None
