"""What parties say about obligations."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from sinergi.kernel.obligation import Item
from sinergi.ledger.events import Event, RecordKey, Text

Meeting = Literal["coordination", "evaluation"]
Statement = Literal["done", "release", "dispute"]
# What is told of the time before: kept, released from, missed; or an addendum that was signed.
Told = Literal["kept", "released", "missed", "addendum"]


class ListText(Text):
    """What the obligations are called, by code, and a remark."""

    titles: dict[str, str]
    remark: str = ""


class Words(Text):
    """What was done and where the paper lies; or why."""

    words: str


class ObligationsProposed(Event, kind="obligations.proposed"):
    """A list of obligations, counted from a day on. It holds once every other party has agreed.

    `replaces` is the list it was made from; a list made from one that no longer holds cannot be agreed to.
    """

    items: list[Item]
    counts_from: date
    replaces: RecordKey | None = None
    text: ListText | None = None


class ObligationStated(Event, kind="obligations.stated"):
    """About one due (`mark` of `due.Occurrence`) of the list that holds: it was done, release is asked, or disputed."""

    of_list: RecordKey
    statement: Statement
    code: str
    mark: str
    text: Words | None = None


class ObligationAnswered(Event, kind="obligations.answered"):
    """Agrees or not: to a proposed list, to a statement of another party; or takes one's own dispute back."""

    about: RecordKey
    agrees: bool
    text: Words | None = None


class MinutesText(Text):
    """What was said at a meeting, and what the decisions are called, by code."""

    words: str
    titles: dict[str, str] = {}


class MinutesStated(Event, kind="obligations.minutes_stated"):
    """The minutes (notula) of a rakor or anev. Their decisions oblige once every other party has signed them too."""

    held_on: date
    meeting: Meeting
    decisions: list[Item] = []
    text: MinutesText | None = None


class MinutesAnswered(Event, kind="obligations.minutes_answered"):
    """Another party signs the minutes, or sends them back."""

    minutes: RecordKey
    agrees: bool
    text: Words | None = None


class MinutesSigned(Event, kind="obligations.minutes_signed"):
    """An official named by the author signs the minutes with their own key; of another party it agrees to them too.

    `digest` is the leaf hash of the minutes' record in hex, so every word of them is covered. `signer` names the
    official's `negotiation.signer_named`. The device's answer is base64url as in `agreement.signed`;
    docs/protocol/signature.md says what it is made over and how to verify it.
    """

    minutes: RecordKey
    signer: RecordKey
    digest: str
    authenticator: str
    client: str
    signature: str


class Past(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that happened before Sinergi: a due of the obligation `code` whose last day was `on`, or an addendum.

    `done_on`: the day it was kept or the release agreed; none where it was missed. An addendum was signed `on`, and
    `amends` is the place in the same list of an earlier one that it changes; absent: the agreement itself. `document`
    is the SHA-256, in hex, of the paper that shows it, empty where there is none.
    """

    told: Told
    on: date
    code: str = ""
    done_on: date | None = None
    amends: int | None = None
    document: str = ""


class HistoryText(Text):
    """The paper's number and a remark for each place in the list, by the place written as a number."""

    numbers: dict[str, str] = {}
    remarks: dict[str, str] = {}


class HistoryStated(Event, kind="obligations.history_stated"):
    """What happened under an agreement signed on paper before its obligations were counted here, by one party's word.

    It counts once every other party has agreed, and only for days before the list that holds begins to count.
    """

    of_list: RecordKey
    entries: list[Past]
    text: HistoryText | None = None


class HistoryAnswered(Event, kind="obligations.history_answered"):
    """Another party confirms a history as a whole, or sends it back."""

    history: RecordKey
    agrees: bool
    text: Words | None = None


class EvaluationText(Text):
    """The report itself, both forms in base64, so that both sides hold the same file."""

    pdf: str
    docx: str


class EvaluationIssued(Event, kind="obligations.evaluation_issued"):
    """A party issued its evaluation report over a year or a stage: its number in its series, the hashes of its files.

    `period` is `tahun-` and a year, or `tahap-` and the code of a stage; `whole`: every due of it stands behind.
    """

    period: str
    whole: bool
    number: int
    year: int
    written: str
    pdf_hash: str
    docx_hash: str
    text: EvaluationText | None = None
