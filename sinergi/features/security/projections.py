"""What each fact about security assistance changes. A fact its speaker does not own is ignored."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from sinergi.features.security import events
from sinergi.features.security.models import Answer, Letter, Proposal, Request, Step
from sinergi.ledger import erasing
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text
from sinergi.ledger.rows import agency_kind


@folds(events.AssistanceRequested)
def requested(event: events.AssistanceRequested, envelope: Envelope) -> None:
    """A new request, or new content for one of the author's own requests."""
    _by(envelope, "kpu")
    content = {
        "version": envelope.key,
        "asked_at": envelope.at,
        "service": event.service,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "region": event.spot.region,
        "lat_micro": event.spot.lat_micro,
        "lon_micro": event.spot.lon_micro,
        "to_region": event.destination.region if event.destination else "",
        "to_lat_micro": event.destination.lat_micro if event.destination else None,
        "to_lon_micro": event.destination.lon_micro if event.destination else None,
        "people": event.people,
        "officers": event.officers,
        "vehicles": event.vehicles,
        "risks": event.risks,
        "emergency": event.emergency,
        "contestant": event.contestant,
    }
    if event.corrects is None:
        Request.insert(
            key=envelope.key,
            agreement=envelope.agreement,
            agency=envelope.agency,
            exercise=envelope.exercise,
            number=event.number,
            year=event.year,
            requested_at=envelope.at,
            **content,
        )
        _step(envelope, envelope.key, event.service)
    else:
        asked = _own_request(event.corrects, envelope)
        # The words of the old content go with it: they belong to the fact that is corrected.
        words = dict.fromkeys(("activity", "place", "destination", "note", "contact_name", "contact_phone"))
        Request.change({"key": asked.key}, **content, **words)
        _step(envelope, asked.key, event.service, corrects=event.corrects)


@folds_text(events.AssistanceRequested)
def requested_text(text: events.RequestText | None, envelope: Envelope) -> None:
    """The words of the request, as far as this fact is the one that counts."""
    Request.change(
        {"version": envelope.key},
        activity=text and text.activity,
        place=text and text.place,
        destination=text and text.destination,
        note=text and text.note,
        contact_name=text and text.contact_name,
        contact_phone=text and text.contact_phone,
    )


@folds(events.AssistanceWithdrawn)
def withdrawn(event: events.AssistanceWithdrawn, envelope: Envelope) -> None:
    """The commission's own columns."""
    asked = _own_request(event.request, envelope)
    if asked.withdrawn_at is not None:
        raise Ignored("it was withdrawn before")
    Request.change({"key": asked.key}, withdrawn_at=envelope.at, withdrawal_reason=event.reason)
    _step(envelope, asked.key, event.reason)


@folds_text(events.AssistanceWithdrawn)
def withdrawn_text(text: events.WordsText | None, envelope: Envelope) -> None:
    """Why, in words."""
    _fill(envelope, withdrawal_words=text and text.words)


@folds(events.AssistanceAnswered)
def answered(event: events.AssistanceAnswered, envelope: Envelope) -> None:
    """One answer: by the police, to a request of the same agreement, bound by the Kapolres unless spoken."""
    asked = _request_for_police(event.request, envelope)
    if not event.spoken and envelope.office != "resort_chief":
        raise Ignored("an answer binds only after disposisi by the Kapolres or Plh")
    version = {"key": event.version, "request_id": asked.key, "kind": events.AssistanceRequested.kind}
    if Step.look("key", where=version) is None:
        raise Ignored("it answers no version of this request")
    # Only the police's own log decides which of their answers stand: one per version of the request, and a further
    # one only by naming the answer it replaces.
    last = Answer.look("key", where={"request_id": asked.key, "version": event.version}, order="-place")
    if event.corrects != (last[0] if last else None):
        raise Ignored("this version of the request was answered before")
    Answer.insert(
        key=envelope.key,
        request_id=asked.key,
        version=event.version,
        place=envelope.seq,
        decision=event.decision,
        officers=event.officers,
        vehicles=event.vehicles,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        spoken=event.spoken,
        office=envelope.office,
        acting=envelope.acting,
        answered_at=envelope.at,
    )
    _step(envelope, asked.key, event.decision, corrects=event.corrects or "")


@folds_text(events.AssistanceAnswered)
def answered_text(text: events.AnswerText | None, envelope: Envelope) -> None:
    """The police's sentence and reasons."""
    Answer.change(
        {"key": envelope.key},
        sentence=None if text is None else text.sentence,
        reasons=None if text is None else text.reasons,
    )


@folds(events.SpokenOrderConfirmed)
def spoken_confirmed(event: events.SpokenOrderConfirmed, envelope: Envelope) -> None:
    """The police's own column on their own answer."""
    asked = _request_for_police(event.request, envelope)
    if envelope.office != "resort_chief":
        raise Ignored("only the Kapolres or Plh confirms a spoken order")
    updated = Answer.objects.filter(
        key=event.answer, request_id=asked.key, spoken=True, spoken_confirmed_at=None
    ).update(spoken_confirmed_at=envelope.at)
    if not updated:
        raise Ignored("no spoken order waits for this confirmation")
    _step(envelope, asked.key)


@folds(events.OfferAccepted)
def offer_accepted(event: events.OfferAccepted, envelope: Envelope) -> None:
    """The commission's column on the police's answer."""
    asked = _own_request(event.request, envelope)
    _react(event.answer, asked, accepted_at=envelope.at)
    _step(envelope, asked.key)


@folds(events.OfferDeclined)
def offer_declined(event: events.OfferDeclined, envelope: Envelope) -> None:
    """The commission's column on the police's answer."""
    asked = _own_request(event.request, envelope)
    _react(event.answer, asked, declined_at=envelope.at, decline=envelope.key)
    _step(envelope, asked.key)


@folds_text(events.OfferDeclined)
def offer_declined_text(text: events.WordsText | None, envelope: Envelope) -> None:
    """Why the offer does not do."""
    Answer.change({"decline": envelope.key}, decline_words=text and text.words)


@folds(events.ForceAssigned)
def assigned(event: events.ForceAssigned, envelope: Envelope) -> None:
    """The police's own columns."""
    asked = _request_for_police(event.request, envelope)
    Request.change(
        {"key": asked.key},
        assignment=envelope.key,
        assigned_at=envelope.at,
        sprin_number=event.sprin_number,
        assigned_officers=event.officers,
        assigned_vehicles=event.vehicles,
        unit=None,
        commander=None,
        commander_phone=None,
    )
    _step(envelope, asked.key, corrects=event.corrects or "")


@folds_text(events.ForceAssigned)
def assigned_text(text: events.ForceText | None, envelope: Envelope) -> None:
    """Unit and commander, as far as this fact is the one that counts."""
    Request.change(
        {"assignment": envelope.key},
        unit=text and text.unit,
        commander=text and text.commander,
        commander_phone=text and text.commander_phone,
    )


@folds(events.AssistanceCompleted)
def completed(event: events.AssistanceCompleted, envelope: Envelope) -> None:
    """The police's own columns."""
    asked = _request_for_police(event.request, envelope)
    Request.change(
        {"key": asked.key},
        completion=envelope.key,
        completed_at=envelope.at,
        started_at=event.started_at,
        ended_at=event.ended_at,
        present_officers=event.officers,
        incidents=event.incidents,
        report=None,
    )
    _step(envelope, asked.key, corrects=event.corrects or "")


@folds_text(events.AssistanceCompleted)
def completed_text(text: events.WordsText | None, envelope: Envelope) -> None:
    """The report in words, as far as this fact is the one that counts."""
    Request.change({"completion": envelope.key}, report=text and text.words)


@folds(events.CompletionConfirmed)
def confirmed(event: events.CompletionConfirmed, envelope: Envelope) -> None:
    """The commission's own columns."""
    asked = _own_request(event.request, envelope)
    if asked.confirmed_at is not None:
        raise Ignored("it was confirmed before")
    Request.change({"key": asked.key}, confirmed_at=envelope.at, as_reported=event.as_reported)
    _step(envelope, asked.key, "as_reported" if event.as_reported else "differs")


@folds_text(events.CompletionConfirmed)
def confirmed_text(text: events.WordsText | None, envelope: Envelope) -> None:
    """What the commission adds."""
    _fill(envelope, confirmation_words=text and text.words)


@folds(events.LetterIssued)
def letter_issued(event: events.LetterIssued, envelope: Envelope) -> None:
    """A letter of either side; its number is the author's own."""
    if event.series == "request":
        asked = _own_request(event.request, envelope)
    else:
        asked = _request_for_police(event.request, envelope)
    Letter.insert(
        key=envelope.key,
        request_id=asked.key,
        agency=envelope.agency,
        about=event.about,
        series=event.series,
        number=event.number,
        year=event.year,
        written=event.written,
        pdf_hash=event.pdf_hash,
        docx_hash=event.docx_hash,
        issued_at=envelope.at,
    )
    _step(envelope, asked.key, event.series)


@folds_text(events.LetterIssued)
def letter_text(text: events.LetterText | None, envelope: Envelope) -> None:
    """The files, where they are the ones whose hashes were stated."""
    Letter.change(
        {"key": envelope.key},
        pdf=None if text is None else _file(text.pdf),
        docx=None if text is None else _file(text.docx),
    )


def _by(envelope: Envelope, kind: str) -> None:
    if agency_kind(envelope.agency) != kind:
        raise Ignored(f"only an agency of kind {kind} states this")


class _Asked(NamedTuple):
    """What judging needs of a request."""

    key: str
    agency: str
    withdrawn_at: datetime | None
    confirmed_at: datetime | None


def _request(key: str, envelope: Envelope) -> _Asked | None:
    found = Request.look(*_Asked._fields, where={"key": key, "agreement": envelope.agreement})
    return None if found is None else _Asked(*found)


def _own_request(key: str, envelope: Envelope) -> _Asked:
    asked = _request(key, envelope)
    if asked is None or asked.agency != envelope.agency:
        raise Ignored("the request is not the author's")
    return asked


def _request_for_police(key: str, envelope: Envelope) -> _Asked:
    _by(envelope, "police")
    asked = _request(key, envelope)
    if asked is None:
        raise Ignored("no such request under this agreement")
    return asked


def _react(answer: str, asked: _Asked, **columns: Any) -> None:
    where = {"key": answer, "request_id": asked.key}
    offer = Answer.look("decision", "accepted_at", "declined_at", where=where)
    if offer is None or offer[0] not in ("adjusted", "partly") or offer[1:] != (None, None):
        raise Ignored("no such offer waits for an answer")
    Answer.change(where, **columns)


def _step(envelope: Envelope, request: str, code: str = "", corrects: str = "") -> None:
    Step.insert(
        key=envelope.key,
        request_id=request,
        kind=envelope.kind,
        code=code,
        agency=envelope.agency,
        office=envelope.office,
        acting=envelope.acting,
        at=envelope.at,
        corrects=corrects,
    )


def _fill(envelope: Envelope, **columns: Any) -> None:
    step = Step.look("request_id", where={"key": envelope.key})
    if step is not None:
        Request.change({"key": step[0]}, **columns)


def _file(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


@erasing.register
def _erase_proposals(keys: list[str]) -> None:
    """What was proposed about a request may say again what was erased of it."""
    about = Q(version__in=keys) | Q(request__in=keys)
    Proposal.objects.filter(about).update(sentence="", reasons={}, returned_words="")
