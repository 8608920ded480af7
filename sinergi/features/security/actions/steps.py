"""What people can do about security assistance. Each decides inside the write lock, from rows read there."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime
from typing import Any, cast

from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.security import rules
from sinergi.features.security.events import AnswerText, Decision, ForceText, LetterIssued, LetterText, Series
from sinergi.features.security.models import RESTRICTED, Letter, Proposal, Request
from sinergi.features.security.public import LETTERS
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of, zone_of
from sinergi.ledger.events import RecordKey
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command, run


@command
def request_assistance(log: Writing, /, *, agreement: str, **asked: Any) -> Receipt:
    """A commission asks for security. Keywords are those of rules.request."""
    known = agreements.require(agreement, scope="security", on=log.at)
    own = own_agency()
    number = _next_request_number(own, log.at, exercise=known.exercise)
    decision = rules.request(number=number, at=log.at, area=own.region, **asked)
    return log.append(agreement, decision, obligation="P-01", cls=_class_of(asked["service"]))


@command
def correct_request(log: Writing, /, *, request: str, seen: str = "", **asked: Any) -> Receipt:
    """Replace what the request says; the old fact stays in the trail. Keywords are those of rules.request."""
    found = _request(request)
    decision = rules.request(
        number=found.number, at=log.at, area=own_agency().region, corrects=found, answer=found.answer, **asked
    )
    _unchanged(found, seen)
    return log.append(found.agreement, decision, obligation="P-01", cls=_class_of(asked["service"]))


@command
def withdraw_request(log: Writing, *, request: str, seen: str = "", reason: Any, words: str = "") -> Receipt:
    """Take the request back."""
    found = _request(request)
    event = rules.withdraw(found, found.answer, reason=reason, words=words)
    _unchanged(found, seen)
    return log.append(found.agreement, event)


def propose_answer(
    *, by: Actor, at: datetime, request: str, decision: Decision, seen: str = "", **content: Any
) -> Proposal:
    """Lay an answer before the Kapolres (internal). A newer proposal replaces an undecided one."""

    def task() -> Proposal:
        found = _request(request)
        # The Kapolres would sign exactly this: let the rule judge it as theirs, now, so that the sentence comes early.
        rules.answer(found, found.answer, by=_as_chief(by), decision=decision, spoken=False, **_answer(content))
        _unchanged(found, seen)
        Proposal.objects.filter(request=found.key, decided_at=None).delete()
        return Proposal.objects.create(
            request=found.key,
            version=found.version,
            decision=decision,
            proposed_by=by.id,
            proposed_at=at,
            **content,
        )

    return run(task)


def return_proposal(*, at: datetime, request: str, words: str, proposal: int | None = None) -> Proposal:
    """The Kapolres sends the proposal back with a remark (internal). `proposal`: the one that was read."""

    def task() -> Proposal:
        laid = _laid(_request(request), proposal)
        if not words.strip():
            raise Refused("Tulis apa yang perlu diperbaiki.", code="PAM-44", field="words")
        laid.returned_at, laid.returned_words = at, words.strip()
        laid.save()
        return laid

    return run(task)


@command
def approve_proposal(log: Writing, *, request: str, proposal: int | None = None, seen: str = "") -> Receipt:
    """Disposisi: the Kapolres or Plh makes the proposal that was read (`proposal`) the binding answer."""
    found = _request(request)
    assert log.by is not None, "an answer has a person behind it"
    laid = _laid(found, proposal)
    content = {
        name: getattr(laid, name) for name in ("officers", "vehicles", "starts_at", "ends_at", "sentence", "reasons")
    }
    event = rules.answer(
        found,
        found.answer,
        by=log.by,
        decision=cast(Decision, laid.decision),  # as propose_answer kept it
        spoken=False,
        **_answer(content),
    )
    _unchanged(found, seen)
    Proposal.objects.filter(request=found.key, decided_at=None).update(decided_at=log.at)
    return log.append(found.agreement, event, obligation="P-02")


@command
def answer_request(
    log: Writing,
    /,
    *,
    request: str,
    seen: str = "",
    decision: Decision,
    spoken: bool = False,
    correcting: bool = False,
    **content: Any,
) -> Receipt:
    """The binding answer: by the Kapolres or Plh, or an emergency order by word of mouth."""
    found = _request(request)
    assert log.by is not None, "an answer has a person behind it"
    event = rules.answer(
        found,
        found.answer,
        by=log.by,
        decision=decision,
        spoken=spoken,
        correcting=correcting,
        **_answer(content),
    )
    _unchanged(found, seen)
    Proposal.objects.filter(request=found.key, decided_at=None).update(decided_at=log.at)
    return log.append(found.agreement, event, obligation="P-02")


@command
def confirm_spoken_order(log: Writing, *, request: str, seen: str = "") -> Receipt:
    """The Kapolres or Plh confirms the spoken emergency order in writing."""
    found = _request(request)
    assert log.by is not None, "an order has a person behind it"
    event = rules.confirm_spoken(found, found.answer, by=log.by)
    _unchanged(found, seen)
    return log.append(found.agreement, event, obligation="P-02")


@command
def accept_offer(log: Writing, *, request: str, seen: str = "") -> Receipt:
    """The commission accepts the police's offer."""
    found = _request(request)
    event = rules.accept_offer(found, found.answer)
    _unchanged(found, seen)
    return log.append(found.agreement, event)


@command
def decline_offer(log: Writing, *, request: str, seen: str = "", words: str = "") -> Receipt:
    """The commission declines the police's offer."""
    found = _request(request)
    event = rules.decline_offer(found, found.answer, words=words)
    _unchanged(found, seen)
    return log.append(found.agreement, event)


@command
def assign_force(
    log: Writing,
    *,
    request: str,
    seen: str = "",
    sprin_number: str,
    officers: int,
    vehicles: int,
    unit: str,
    commander: str = "",
    commander_phone: str = "",
) -> Receipt:
    """The police name the unit and the duty order."""
    found = _request(request)
    text = ForceText(unit=unit.strip(), commander=commander.strip(), commander_phone=commander_phone.strip())
    event = rules.assign(
        found, found.answer, sprin_number=sprin_number, officers=officers, vehicles=vehicles, text=text
    )
    _unchanged(found, seen)
    return log.append(found.agreement, event, obligation="P-02")


@command
def report_completion(log: Writing, /, *, request: str, seen: str = "", words: str = "", **done: Any) -> Receipt:
    """The police report that the assistance was carried out. Keywords are those of rules.complete."""
    found = _request(request)
    event = rules.complete(found, found.answer, at=log.at, words=words, **done)
    _unchanged(found, seen)
    return log.append(found.agreement, event, obligation=_guard_obligation(found.service))


@command
def confirm_completion(log: Writing, *, request: str, seen: str = "", as_reported: bool, words: str = "") -> Receipt:
    """The commission confirms the report or says what it saw differently."""
    found = _request(request)
    event = rules.confirm_completion(found, found.answer, as_reported=as_reported, words=words)
    _unchanged(found, seen)
    return log.append(found.agreement, event, obligation=_guard_obligation(found.service))


@command
def issue_letter(
    log: Writing,
    *,
    request: str,
    about: str,
    series: Series,
    number: letters.Number,
    pdf: bytes,
    docx: bytes,
) -> Receipt:
    """State a letter that was drawn up with `number`. Refused where another took it meanwhile (NUMBER-TAKEN)."""
    found = _request(request)
    letters.require_next(LETTERS[series], number, at=log.at, exercise=found.exercise)
    if Letter.objects.filter(about=about, series=series).exists():
        raise Refused("Surat untuk ini sudah terbit.", code="PAM-91")
    event = LetterIssued(
        request=RecordKey(found.key),
        about=RecordKey(about),
        series=series,
        number=number.number,
        year=number.year,
        written=number.written,
        pdf_hash=hashlib.sha256(pdf).hexdigest(),
        docx_hash=hashlib.sha256(docx).hexdigest(),
        text=LetterText(pdf=b64encode(pdf).decode("ascii"), docx=b64encode(docx).decode("ascii")),
    )
    return log.append(found.agreement, event, obligation="P-01" if series == "request" else "P-02")


def _next_request_number(own: Agency, at: datetime, *, exercise: bool) -> int:
    year = day_of(at, zone_of(own.region)).year
    used = {"agency": own.id, "year": year, "exercise": exercise}
    last = Request.look("number", where=used, order="-number")
    return (last[0] if last else 0) + 1


def _request(key: str) -> Request:
    found = Request.objects.filter(key=key).first()
    if found is None:
        raise Refused("Permohonan ini belum sampai di kantor ini.", code="PAM-99")
    return found


def _unchanged(found: Request, seen: str) -> None:
    """Refuse to decide on what nobody read: the page showed something else (`seen`; empty where no page was shown)."""
    if seen and seen != found.standing:
        raise Refused(
            "Permohonan ini berubah sejak halaman dibuka. Muat ulang, baca yang baru, lalu putuskan.", code="PAM-13"
        )


def _laid(found: Request, read: int | None) -> Proposal:
    """The proposal that waits for disposisi, if it is still the one that was `read` (None: whichever waits)."""
    laid = Proposal.objects.filter(request=found.key, decided_at=None, returned_at=None).first()
    if laid is None:
        raise Refused("Tidak ada usul jawaban yang menunggu disposisi.", code="PAM-43")
    if read is not None and laid.pk != read:
        raise Refused("Usul jawaban diganti sejak halaman dibuka. Muat ulang dan baca usul yang baru.", code="PAM-46")
    if laid.version != found.version:
        raise Refused("KPU mengoreksi permohonan setelah usul dibuat. Minta usul baru.", code="PAM-45")
    return laid


def _answer(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "officers": content.get("officers") or 0,
        "vehicles": content.get("vehicles") or 0,
        "starts_at": content.get("starts_at"),
        "ends_at": content.get("ends_at"),
        "text": AnswerText(sentence=content.get("sentence", ""), reasons=content.get("reasons") or {}),
    }


def _as_chief(by: Actor) -> Actor:
    return Actor(id=by.id, office="resort_chief")


def _class_of(service: str) -> str:
    return "terbatas" if service in RESTRICTED else "terbuka"


def _guard_obligation(service: str) -> str:
    return {"escort": "P-04", "static_guard": "P-03", "office": "P-03"}.get(service, "P-05")
