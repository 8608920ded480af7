"""What programs send and get about security assistance. Names and codes are those of the facts (events.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sinergi.features.security import rules
from sinergi.features.security.events import Decision, Risk, Service, WithdrawalReason
from sinergi.web.api import MOST_PER_PAGE, Body

Instant = Annotated[datetime, Meta(tz=True)]
Short = Annotated[str, Meta(max_length=100)]
Line = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=rules.LONGEST_WORDS)]
People = Annotated[int, Meta(ge=0, le=rules.MOST_PEOPLE)]
Officers = Annotated[int, Meta(ge=0, le=rules.MOST_OFFICERS)]
Contestant = Annotated[int, Meta(ge=0, le=rules.MOST_CONTESTANTS)]
Mark = Annotated[str, Meta(max_length=64)]


class RequestContent(Body, frozen=True, kw_only=True):
    """What is asked for: `region` is a village code; `lat` and `lon` degrees, both or neither.

    Where an escort arrives: `destination` in words, `to_region`, `to_lat` and `to_lon` on the map; all may be left out.
    """

    service: Service
    activity: Line
    place: Line
    starts_at: Instant
    ends_at: Instant
    region: str
    people: People
    officers: Officers
    lat: float | None = None
    lon: float | None = None
    destination: Line = ""
    to_region: str = ""
    to_lat: float | None = None
    to_lon: float | None = None
    vehicles: Officers = 0
    risks: list[Risk] = []
    emergency: bool = False
    contestant: Contestant = 0
    note: Words = ""
    contact_name: Short = ""
    contact_phone: Annotated[str, Meta(max_length=30)] = ""


class NewRequest(RequestContent, frozen=True, kw_only=True):
    """A request under one agreement."""

    agreement: str


class Step(Body, frozen=True, kw_only=True):
    """A step about a request. `seen`: its `standing` as it was read; refused (PAM-13) if it has changed since then.

    Left out, the step counts whatever stands: the same as with the forms of pages, which always bring it.
    """

    seen: Mark = ""


class Correction(RequestContent, frozen=True, kw_only=True):
    """What is asked for from now on, and why it changed. `seen` as in every step."""

    reason: Words = ""
    seen: Mark = ""


class NewAnswer(Step, frozen=True, kw_only=True):
    """The police's answer. Times and numbers count where the decision adjusts; `correcting` replaces the last one."""

    decision: Decision
    officers: Officers = 0
    vehicles: Officers = 0
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    sentence: Words = ""
    reasons: dict[Literal["starts", "officers", "vehicles"], Line] = {}
    correcting: bool = False


class SpokenOrder(Step, frozen=True, kw_only=True):
    """An emergency order by word of mouth, by whoever received it; `agreed`, `adjusted` or `partly`."""

    decision: Decision = "agreed"
    officers: Officers = 0
    vehicles: Officers = 0
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    sentence: Words = ""


class Nothing(Body, frozen=True, kw_only=True):
    """The address says it all."""


class Remark(Step, frozen=True, kw_only=True):
    """A remark, or none."""

    words: Words = ""


class Withdrawal(Step, frozen=True, kw_only=True):
    """Why the commission no longer asks."""

    reason: WithdrawalReason
    words: Words = ""


class Assignment(Step, frozen=True, kw_only=True):
    """Unit and number of the duty order (Sprin)."""

    unit: Annotated[str, Meta(max_length=120)]
    sprin_number: Annotated[str, Meta(max_length=60)]
    officers: Officers
    vehicles: Officers = 0
    commander: Short = ""
    commander_phone: Annotated[str, Meta(max_length=30)] = ""


class Completion(Step, frozen=True, kw_only=True):
    """What was done."""

    started_at: Instant
    ended_at: Instant
    officers: Officers
    incidents: Annotated[int, Meta(ge=0, le=1_000)] = 0
    words: Words = ""


class Confirmation(Step, frozen=True, kw_only=True):
    """Whether it happened as the police report; if not, what differed."""

    as_reported: bool
    words: Words = ""


class RequestQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests to list. `after`: `next` of the page before."""

    agreement: str = ""
    state: rules.State | Literal["open", ""] = ""
    service: Service | Literal[""] = ""
    since: Instant | None = None
    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_PER_PAGE)] = 100


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """How strong the proof of the newest fact is: signed here, arrived at and witnessed by how many of `of` others."""

    signed: bool
    arrived: int
    witnessed: int
    of: int


class AnswerShown(msgspec.Struct, frozen=True, kw_only=True):
    """The police's current answer."""

    key: str
    version: str
    decision: str
    officers: int
    vehicles: int
    starts_at: datetime | None
    ends_at: datetime | None
    spoken: bool
    spoken_confirmed_at: datetime | None
    office: str
    acting: bool
    answered_at: datetime
    accepted_at: datetime | None
    declined_at: datetime | None


class RequestShown(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it stands. Texts are null once erased. `version` is the fact that says what is asked now.

    `standing` is the mark of all that stands; a step brings it back as `seen`, so that nobody decides unseen.
    """

    key: str
    code: str
    agreement: str
    agency: str
    exercise: bool
    version: str
    standing: str
    state: rules.State
    crossed: bool
    requested_at: datetime
    answer_due: datetime | None
    service: str
    starts_at: datetime
    ends_at: datetime
    region: str
    lat: float | None
    lon: float | None
    to_region: str
    to_lat: float | None
    to_lon: float | None
    people: int
    officers: int
    vehicles: int
    risks: list[str]
    emergency: bool
    contestant: int
    activity: str | None
    place: str | None
    sprin_number: str
    answer: AnswerShown | None
    evidence: Evidence


class LetterShown(msgspec.Struct, frozen=True, kw_only=True):
    """A formal letter: its number and the SHA-256 of its files; `pdf` and `docx` are addresses for a signed-in page."""

    key: str
    agency: str
    number: str
    issued_at: datetime
    pdf_hash: str
    docx_hash: str
    pdf: str
    docx: str


class RequestWhole(RequestShown, frozen=True, kw_only=True):
    """One request with its words and what followed. Telephone numbers that are not for the caller are "••••"."""

    destination: str | None
    note: str | None
    contact_name: str | None
    contact_phone: str | None
    answer_sentence: str | None
    answer_reasons: dict[str, str] | None
    decline_words: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str
    withdrawal_words: str | None
    assigned_at: datetime | None
    assigned_officers: int | None
    assigned_vehicles: int | None
    unit: str | None
    commander: str | None
    commander_phone: str | None
    completed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    present_officers: int | None
    incidents: int | None
    report: str | None
    confirmed_at: datetime | None
    as_reported: bool | None
    confirmation_words: str | None
    letters: list[LetterShown]


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """Requests, newest first; `next` continues after them and is empty on the last page."""

    requests: list[RequestShown]
    next: str
