"""The clocks of a request: until when to ask, to answer, to confirm, and whether that was kept. Pure."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, timedelta

from sinergi.features.security.rules.states import Answer, Request
from sinergi.kernel.instants import day_of, end_of_day, working_days_after, working_days_before
from sinergi.ledger.grade import TRUSTED_FOR

# Article 5, P-01 and P-02 of the template. The parties may fix others; until then these are proposals (usulan).
DAYS_BEFORE = 3
DAYS_TO_ANSWER = 1
HOURS_TO_ANSWER_EMERGENCY = 1
HOURS_TO_CONFIRM_SPOKEN = 24


def answer_due(request: Request, holidays: Container[date], *, zone: str = "WIB") -> datetime:
    """When the police's answer to this request is due; `zone`: of the agreement, here and below."""
    return due_after(request.asked_at, emergency=request.emergency, holidays=holidays, zone=zone)


def due_after(asked_at: datetime, *, emergency: bool, holidays: Container[date], zone: str = "WIB") -> datetime:
    """The end of the next working day, or an hour after an emergency call (article 5, P-02)."""
    if emergency:
        return asked_at + timedelta(hours=HOURS_TO_ANSWER_EMERGENCY)
    asked_on = day_of(asked_at, zone)
    return end_of_day(working_days_after(asked_on, DAYS_TO_ANSWER, holidays), zone)


def spoken_due(answered_at: datetime) -> datetime:
    """When a spoken emergency order must be confirmed in writing."""
    return answered_at + timedelta(hours=HOURS_TO_CONFIRM_SPOKEN)


def last_day_to_ask(starts_at: datetime, holidays: Container[date], *, zone: str = "WIB") -> date:
    """The last day on which a request for an activity starting then is in time (article 5, P-01)."""
    return working_days_before(day_of(starts_at, zone), DAYS_BEFORE, holidays)


def counts_from(stated_at: datetime, stored_at: datetime | None) -> datetime | None:
    """The instant that counts for a deadline: the author's clock if another node stored the fact within a day of it.

    Else the other node's clock (design: "on time" needs a witness), and None as long as no other node has the fact.
    """
    if stored_at is None:
        return None
    return stated_at if stored_at - stated_at <= TRUSTED_FOR else stored_at


def asked_in_time(
    request: Request, holidays: Container[date], *, asked: datetime | None, zone: str = "WIB"
) -> bool | None:
    """Whether it was asked early enough (P-01); `asked`: the instant that counts, or None. Emergencies always are."""
    if request.emergency:
        return True
    if asked is None:
        return None
    return day_of(asked, zone) <= last_day_to_ask(request.starts_at, holidays, zone=zone)


def answered_in_time(
    request: Request,
    holidays: Container[date],
    *,
    asked: datetime | None,
    answered: datetime | None,
    zone: str = "WIB",
) -> bool | None:
    """Whether the answer came within the clock (P-02), from the instants that count; None where one is not known."""
    if asked is None or answered is None:
        return None
    return answered <= due_after(asked, emergency=request.emergency, holidays=holidays, zone=zone)


def confirmed_in_time(answer: Answer, *, confirmed: datetime | None) -> bool | None:
    """Whether a spoken order was confirmed in writing within a day; None where the instant is not known yet."""
    return None if confirmed is None else confirmed <= spoken_due(answer.answered_at)
