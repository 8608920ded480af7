"""What an office notes about a breach for itself, and what it tells a partner."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sinergi.ledger.events import Event, RecordKey, Text

DataKind = Literal["name", "contact", "address", "account", "location", "document", "specific"]
StepKind = Literal["contained", "counted", "authority", "subjects", "public", "closed"]


class BreachText(Text):
    """What got out and how, as far as it is known; never whose it was."""

    what: str
    how: str


class BreachNoted(Event, kind="breaches.noted"):
    """Personal data this office answers for got out. Internal log only. The clock starts when it became known."""

    known_at: datetime
    data: list[DataKind]
    people: int
    text: BreachText | None = None


class StepText(Text):
    """What was done."""

    words: str


class BreachStepTaken(Event, kind="breaches.step_taken"):
    """A step against it. Internal log only. `people`: how many it touches, as counted by then; `letter`: its number."""

    breach: RecordKey
    step: StepKind
    people: int | None = None
    letter: str = ""
    text: StepText | None = None


class BreachTold(Event, kind="breaches.told"):
    """A party tells the others that data under this agreement is concerned: since when it is known, what, how many."""

    known_at: datetime
    data: list[DataKind]
    people: int
    text: StepText | None = None
