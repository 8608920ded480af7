"""From asking to destroying. Pure: day and agency are passed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Literal, Protocol

from sinergi.features.data.events import (
    DataAnswered,
    DataDelivered,
    DataOccasionStated,
    DataRequested,
    RequestText,
    Words,
)
from sinergi.features.data.rules.catalogue import LONGEST, LONGEST_WORDS, words_of
from sinergi.kernel.errors import Refused
from sinergi.ledger.events import RecordKey

# Who decides for an office; of the police only the Kapolres, or who holds that office for the day.
DECIDERS = {"kpu": frozenset({"chair", "secretary"}), "police": frozenset({"resort_chief"})}
# After the last day of use a week to destroy and attest; a proposal, no regulation counts it.
GRACE = timedelta(days=7)
LONGEST_USE = timedelta(days=3_650)
LARGEST = 64 * 1024 * 1024
MOST_ROWS = 100_000
# A longest list of what one delivery answers.
MOST_OCCASIONS = 200
# Which obligations fall due by an occasion, and under which name (obligations: `trigger`).
OCCASIONS = {"D-03": "logistics.movement", "D-04": "contestants.decided"}
_HASH = re.compile(r"[0-9a-f]{64}")

State = Literal["sent", "kept", "over", "overdue", "destroyed"]


class Asked(Protocol):
    """What a rule needs to know of a request."""

    key: str
    fields_json: list[str]
    uses_until: date


def ask(
    dataset: str,
    *,
    offered: Sequence[str],
    fields: Collection[str],
    uses_from: date,
    uses_until: date,
    purpose: str,
    legal_basis: str,
    on: date,
) -> DataRequested:
    """The request, or Refused with the field that is wrong. `offered`: what the catalogue has."""
    text = RequestText(
        purpose=words_of(purpose, "purpose", LONGEST_WORDS),
        legal_basis=words_of(legal_basis, "legal_basis", LONGEST_WORDS),
    )
    chosen = [name for name in offered if name in fields]
    if not chosen:
        raise Refused("Pilih sedikitnya satu kolom.", code="DAT-20", field="fields")
    if uses_until < on:
        raise Refused("Masa pakai sudah lewat.", code="DAT-21", field="uses_until")
    event = DataRequested(
        dataset=RecordKey(dataset), fields=chosen, uses_from=uses_from, uses_until=uses_until, text=text
    )
    if request_flaw(event, offered):
        raise Refused("Masa pakai dari hari pertama sampai paling lama 10 tahun.", code="DAT-22", field="uses_until")
    return event


def request_flaw(event: DataRequested, offered: Sequence[str]) -> bool:
    """Whether this cannot be a request for a data set with these fields."""
    return not (
        0 < len(event.fields) == len(set(event.fields))
        and set(event.fields) <= set(offered)
        and timedelta(0) <= event.uses_until - event.uses_from <= LONGEST_USE
    )


def answer(
    request: Asked, *, agrees: bool, fields: Collection[str], uses_until: date | None, words: str, on: date
) -> DataAnswered:
    """The owner's decision, or Refused. A yes may narrow fields and time; a no says why."""
    if not agrees:
        text = Words(words=words_of(words, "words", LONGEST_WORDS))
        return DataAnswered(request=RecordKey(request.key), agrees=False, text=text)
    chosen = [name for name in request.fields_json if name in fields]
    if not chosen:
        raise Refused("Pilih sedikitnya satu kolom.", code="DAT-20", field="fields")
    event = DataAnswered(
        request=RecordKey(request.key),
        agrees=True,
        fields=chosen,
        uses_until=uses_until or request.uses_until,
        text=Words(words=words_of(words, "words", LONGEST_WORDS)) if words.strip() else None,
    )
    if event.uses_until is not None and event.uses_until < on:
        raise Refused("Masa pakai sudah lewat.", code="DAT-21", field="uses_until")
    if answer_flaw(event, request):
        raise Refused("Masa pakai tidak lebih lama daripada yang diminta.", code="DAT-23", field="uses_until")
    return event


def answer_flaw(event: DataAnswered, request: Asked) -> bool:
    """Whether this cannot be an answer to the request: more than was asked for, or a yes to nothing."""
    if not event.agrees:
        return bool(event.fields) or event.uses_until is not None
    return not (
        0 < len(event.fields) == len(set(event.fields))
        and set(event.fields) <= set(request.fields_json)
        and event.uses_until is not None
        and event.uses_until <= request.uses_until
    )


def kept_until(on: date, *, retention_days: int, granted_until: date | None) -> date:
    """The last day a delivery of the day `on` may be used: as long as granted, and never longer than it may be kept."""
    last = on + timedelta(days=retention_days)
    return last if granted_until is None else min(last, granted_until)


def delivery(
    dataset: str,
    *,
    recipient: str,
    answer: str,
    digest: str,
    size: int,
    rows: int,
    fields: list[str],
    uses_until: date,
    on: date,
    occasions: Sequence[str] = (),
) -> DataDelivered:
    """The delivery, or Refused."""
    if uses_until < on:
        raise Refused("Masa pakai yang disetujui sudah lewat.", code="DAT-24")
    event = DataDelivered(
        dataset=RecordKey(dataset),
        recipient=recipient,
        object=digest,
        size=size,
        rows=rows,
        fields=fields,
        uses_until=uses_until,
        answer=RecordKey(answer) if answer else None,
        occasions=[RecordKey(key) for key in occasions],
    )
    if delivery_flaw(event, fields):
        raise Refused("Penyerahan ini tidak mungkin. Ulangi.", code="DAT-25")
    return event


def delivery_flaw(event: DataDelivered, granted: Sequence[str]) -> bool:
    """Whether this cannot be a delivery of (some of) the granted fields."""
    return not (
        _HASH.fullmatch(event.object)
        and 0 < event.size <= LARGEST
        and 0 < event.rows <= MOST_ROWS
        and 0 < len(event.fields) == len(set(event.fields))
        and set(event.fields) <= set(granted)
        and len(event.occasions) == len(set(event.occasions)) <= MOST_OCCASIONS
    )


def occasion(dataset: str, *, obligation: str, happens_on: date, words: str, on: date) -> DataOccasionStated:
    """What makes a delivery due, or Refused. `on`: today."""
    if obligation not in OCCASIONS:
        raise Refused("Penyerahan data ini tidak menunggu suatu kejadian.", code="DAT-26")
    if abs(happens_on - on) > timedelta(days=366):
        raise Refused("Tanggalnya lebih dari setahun dari hari ini. Periksa lagi.", code="DAT-27", field="happens_on")
    text = Words(words=words_of(words, "words", LONGEST))
    return DataOccasionStated(dataset=RecordKey(dataset), on=happens_on, text=text)


def state(
    *,
    received: bool,
    destroyed: bool,
    uses_until: date,
    on: date,
    withdrawn_on: date | None = None,
    known_on: date | None = None,
) -> State:
    """Where a delivery stands on the day `on`; the same at both nodes once they hold the same facts.

    `withdrawn_on`: the day on which the yes or the request was taken back; the day before was the last day of use.
    `known_on`: the day from which others could know that; whoever dates it back takes nobody's week to destroy away.
    """
    if destroyed:
        return "destroyed"
    last = uses_until if withdrawn_on is None else min(uses_until, withdrawn_on - timedelta(days=1))
    if on > min(uses_until, max(last, known_on or last)) + GRACE:
        return "overdue"
    if on > last:
        return "over"
    return "kept" if received else "sent"
