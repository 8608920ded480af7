"""What a commission and the police tell each other about security assistance."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import msgspec

from sinergi.ledger.events import Event, RecordKey, Text

Service = Literal["escort", "static_guard", "event", "office", "candidate", "box_opening", "person"]
Risk = Literal["crowd", "road", "no_signal", "dispute", "night", "weather", "threat"]
Decision = Literal["agreed", "adjusted", "partly", "refused"]
WithdrawalReason = Literal["cancelled", "rescheduled", "not_needed", "mistaken"]
Series = Literal["request", "answer"]

SERVICES: tuple[Service, ...] = get_args(Service)
RISKS: tuple[Risk, ...] = get_args(Risk)


class Spot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place as coded facts: region code and, where known, the point in millionths of a degree (WGS 84)."""

    region: str
    lat_micro: int | None = None
    lon_micro: int | None = None

    @classmethod
    def at(cls, region: str, lat: float | None, lon: float | None) -> Spot:
        """The place at these degrees; without a point unless both are given."""
        if lat is None or lon is None:
            return cls(region=region)
        return cls(region=region, lat_micro=round(lat * 1e6), lon_micro=round(lon * 1e6))


class RequestText(Text):
    """The words of a request: what is going on, where exactly, whom to call."""

    activity: str
    place: str
    destination: str = ""
    note: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    reason: str = ""


class AnswerText(Text):
    """The words of an answer: the sentence for the commission and, per adjusted field, the reason."""

    sentence: str = ""
    reasons: dict[str, str] = {}


class ForceText(Text):
    """Which unit comes and who leads it."""

    unit: str
    commander: str = ""
    commander_phone: str = ""


class WordsText(Text):
    """Free words beside a coded fact."""

    words: str


class LetterText(Text):
    """The letter itself, both forms in base64, so that both sides hold the same file."""

    pdf: str
    docx: str


class AssistanceRequested(Event, kind="security.assistance_requested"):
    """A commission asks for security. With `corrects` it replaces what the request said before.

    `number` counts the requests of `year` without gaps. `emergency`: asked by phone, written afterwards. `contestant`:
    whose activity it is, by the number on the ballot (1 to 99; 0 nobody's): what equal treatment is counted by.
    Obligation P-01.
    """

    number: int
    year: int
    service: Service
    starts_at: datetime
    ends_at: datetime
    spot: Spot
    people: int
    officers: int
    vehicles: int = 0
    destination: Spot | None = None
    risks: list[Risk] = []
    emergency: bool = False
    contestant: int = 0
    corrects: RecordKey | None = None
    text: RequestText | None = None


class AssistanceAnswered(Event, kind="security.assistance_answered"):
    """The police answer the request as it stood in `version` (the request or its last correction).

    `agreed` repeats what was asked; `adjusted` and `partly` are offers the commission accepts or declines; `refused`
    has a reason. `spoken` marks an emergency order by word of mouth that the Kapolres confirms within 24 hours.
    Obligation P-02.
    """

    request: RecordKey
    version: RecordKey
    decision: Decision
    officers: int = 0
    vehicles: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    spoken: bool = False
    corrects: RecordKey | None = None
    text: AnswerText | None = None


class SpokenOrderConfirmed(Event, kind="security.spoken_order_confirmed"):
    """The Kapolres (or Plh) confirms in writing the emergency order given by word of mouth."""

    request: RecordKey
    answer: RecordKey


class OfferAccepted(Event, kind="security.offer_accepted"):
    """The commission accepts the police's offer."""

    request: RecordKey
    answer: RecordKey


class OfferDeclined(Event, kind="security.offer_declined"):
    """The commission declines the police's offer; it may ask again."""

    request: RecordKey
    answer: RecordKey
    text: WordsText | None = None


class AssistanceWithdrawn(Event, kind="security.assistance_withdrawn"):
    """The commission no longer asks. It stands beside an answer that crossed it; both stay visible."""

    request: RecordKey
    reason: WithdrawalReason
    text: WordsText | None = None


class ForceAssigned(Event, kind="security.force_assigned"):
    """The police name the unit and the number of the duty order (Sprin)."""

    request: RecordKey
    answer: RecordKey
    sprin_number: str
    officers: int
    vehicles: int = 0
    corrects: RecordKey | None = None
    text: ForceText | None = None


class AssistanceCompleted(Event, kind="security.assistance_completed"):
    """The police report that it was carried out."""

    request: RecordKey
    started_at: datetime
    ended_at: datetime
    officers: int
    incidents: int = 0
    corrects: RecordKey | None = None
    text: WordsText | None = None


class CompletionConfirmed(Event, kind="security.completion_confirmed"):
    """The commission confirms the report, or with `as_reported` False says that it sees it differently."""

    request: RecordKey
    completion: RecordKey
    as_reported: bool
    text: WordsText | None = None


class LetterIssued(Event, kind="security.letter_issued"):
    """A formal letter was issued: its number without gaps in its series, the hashes of its files."""

    request: RecordKey
    about: RecordKey
    series: Series
    number: int
    year: int
    written: str
    pdf_hash: str
    docx_hash: str
    text: LetterText | None = None
