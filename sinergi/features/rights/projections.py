"""What each fact about erasing changes. Folding this office's own attestation is what erases: so a node that was
restored from an older copy erases again, as soon as its own words come back to it."""

from __future__ import annotations

from collections.abc import Sequence

from sinergi.features.rights import rules
from sinergi.features.rights.events import ErasureDone, ErasureRefused, ErasureRequested, Words
from sinergi.features.rights.models import ErasureAnswer, ErasureRequest
from sinergi.kernel.words import line
from sinergi.ledger import erasing, rows
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text
from sinergi.ledger.models import Entry


@folds(ErasureRequested)
def erasure_requested(event: ErasureRequested, envelope: Envelope) -> None:
    """A request that names records which may be erased."""
    if not 0 < len(event.records) <= rules.MOST_RECORDS or len(set(event.records)) < len(event.records):
        raise Ignored("it names no records, too many, or one twice")
    if any(kind.startswith(rules.NEVER) for kind in kinds_of(event.records)):
        raise Ignored("what it names is never erased")
    ErasureRequest.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        office=envelope.office,
        exercise=envelope.exercise,
        asked_at=envelope.at,
        records_json=event.records,
        ground=event.ground,
        asked_by=event.asked_by,
    )


@folds_text(ErasureRequested)
def request_words(text: Words | None, envelope: Envelope) -> None:
    """By which letter."""
    ErasureRequest.change({"key": envelope.key}, words=_words(text))


@folds(ErasureDone)
def erasure_done(event: ErasureDone, envelope: Envelope) -> None:
    """A holder's attestation, once, by an official who may decide; where it is our own, what it says is done now."""
    asked = _asked(event.erasure, envelope)
    if rules.has_archive(kinds_of(asked.records_json)) and not event.schedule:
        raise Ignored("an archive goes only under its retention schedule")
    if len(event.schedule) > rules.LONGEST_SCHEDULE or event.schedule != line(event.schedule) or event.bodies < 0:
        raise Ignored("it is no possible attestation")
    if ErasureAnswer.look("key", where={"request": event.erasure, "agency": envelope.agency, "said": "done"}):
        raise Ignored("it was erased there before")
    _insert(event.erasure, envelope, said="done", bodies=event.bodies, schedule=event.schedule, ground="")
    own = rows.own_agency()
    if own is not None and envelope.agency == own.id:
        erasing.erase(asked.records_json)


@folds(ErasureRefused)
def erasure_refused(event: ErasureRefused, envelope: Envelope) -> None:
    """A holder's refusal, by an official who may decide, before it erased anything."""
    _asked(event.erasure, envelope)
    if ErasureAnswer.look("key", where={"request": event.erasure, "agency": envelope.agency}):
        raise Ignored("that holder answered before")
    _insert(event.erasure, envelope, said="refused", bodies=0, schedule="", ground=event.ground)


@folds_text(ErasureRefused)
def refusal_words(text: Words | None, envelope: Envelope) -> None:
    """Why."""
    ErasureAnswer.change({"key": envelope.key}, words=_words(text))


def kinds_of(records: Sequence[str]) -> list[str]:
    """The kinds of these records."""
    return list(Entry.objects.filter(key__in=records).order_by("kind").values_list("kind", flat=True).distinct())


def _asked(request: str, envelope: Envelope) -> ErasureRequest:
    found = next(iter(ErasureRequest.every(key=request, agreement=envelope.agreement)), None)
    if found is None:
        raise Ignored("it answers no request to erase")
    if envelope.office not in rules.DECIDERS.get(rows.agency_kind(envelope.agency), ()):
        raise Ignored("its author may not decide on erasing")
    return found


def _insert(request: str, envelope: Envelope, **said: object) -> None:
    ErasureAnswer.insert(
        key=envelope.key,
        request=request,
        agency=envelope.agency,
        office=envelope.office,
        acting=envelope.acting,
        answered_at=envelope.at,
        **said,
    )


def _words(text: Words | None) -> str | None:
    return None if text is None else line(text.words)[: rules.LONGEST]
