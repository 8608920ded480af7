"""Where a request stands, from what both sides said. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

State = Literal[
    "requested", "offered", "declined", "agreed", "assigned", "completed", "confirmed", "refused", "withdrawn"
]

OPEN: tuple[State, ...] = ("requested", "offered", "declined", "agreed", "assigned", "completed")


class Answer(Protocol):
    """What a rule needs to know of the police's current answer."""

    key: str
    version: str
    decision: str
    spoken: bool
    answered_at: datetime
    spoken_confirmed_at: datetime | None
    accepted_at: datetime | None
    declined_at: datetime | None


class Request(Protocol):
    """What a rule needs to know of a request."""

    key: str
    version: str
    number: int
    year: int
    starts_at: datetime
    ends_at: datetime
    officers: int
    vehicles: int
    emergency: bool
    asked_at: datetime
    withdrawn_at: datetime | None
    assigned_at: datetime | None
    assignment: str
    completed_at: datetime | None
    completion: str
    confirmed_at: datetime | None


def state(request: Request, answer: Answer | None) -> State:
    """Where a request stands, from columns that one speaker each writes; the same on every node.

    Work that was done stays done, even if a withdrawal crossed it. Otherwise a withdrawal stands, whatever the police
    answered meanwhile. A correction after the answer opens the request again.
    """
    if request.completed_at is not None:
        return "confirmed" if request.confirmed_at is not None else "completed"
    if request.withdrawn_at is not None:
        return "withdrawn"
    if answer is None or answer.version != request.version:
        return "requested"
    if answer.decision == "refused":
        return "refused"
    if answer.decision in ("adjusted", "partly"):
        if answer.declined_at is not None:
            return "declined"
        if answer.accepted_at is None:
            return "offered"
    return "assigned" if request.assigned_at is not None else "agreed"


def crossed(request: Request, answer: Answer | None) -> bool:
    """Whether a withdrawal and a consent crossed on their way: both stand and both sides should talk."""
    return request.withdrawn_at is not None and answer is not None and answer.decision != "refused"
