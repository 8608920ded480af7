"""What each fact about obligations changes, and how the work of other features becomes evidence."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import date
from typing import Any

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import past, rules, signing
from sinergi.features.obligations.events import (
    EvaluationIssued,
    EvaluationText,
    HistoryAnswered,
    HistoryStated,
    HistoryText,
    ListText,
    MinutesAnswered,
    MinutesSigned,
    MinutesStated,
    MinutesText,
    ObligationAnswered,
    ObligationsProposed,
    ObligationStated,
    Words,
)
from sinergi.features.obligations.models import (
    Answer,
    EvaluationReport,
    History,
    HistoryAnswer,
    Minutes,
    MinutesAnswer,
    MinutesSignature,
    ObligationList,
    Statement,
    WorkRecord,
)
from sinergi.kernel import obligation
from sinergi.kernel.instants import day_of
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_obligation, folds_text

# What this feature states itself that is evidence as ordinary work is.
_WORK = frozenset({MinutesAnswered.kind, MinutesSigned.kind, EvaluationIssued.kind})


@folds(ObligationsProposed)
def proposed(event: ObligationsProposed, envelope: Envelope) -> None:
    """A list that others may agree to."""
    info = agreements.agreement(envelope.agreement)
    if rules.list_flaw(event, set(info.parties if info else ())):
        raise Ignored("it is no possible list of obligations")
    if event.replaces is not None and not _is_list_of(event.replaces, envelope.agreement):
        raise Ignored("it replaces something that is no list of this agreement")
    ObligationList.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        agency=envelope.agency,
        office=envelope.office,
        proposed_at=envelope.at,
        counts_from=event.counts_from,
        replaces=event.replaces or "",
        items_json=msgspec.to_builtins(event.items),
    )


@folds_text(ObligationsProposed)
def proposed_text(text: ListText | None, envelope: Envelope) -> None:
    """What the obligations are called."""
    titles, remark = None, None
    if text is not None:
        titles = {
            code: line(title)[: obligation.LONGEST_TITLE]
            for code, title in list(text.titles.items())[: obligation.MOST_ITEMS]
            if obligation.CODE.fullmatch(code)
        }
        remark = paragraphs(text.remark)[: rules.LONGEST_WORDS]
    ObligationList.change({"key": envelope.key}, titles=titles, remark=remark)


@folds(ObligationStated)
def stated(event: ObligationStated, envelope: Envelope) -> None:
    """A party's word about one due."""
    here = {"key": event.of_list, "agreement": envelope.agreement}
    held: list[ObligationList | Minutes] = [*ObligationList.every(**here), *Minutes.every(**here)]
    items = [item for row in held for item in row.items()] or agreements.obligations_in(
        event.of_list, envelope.agreement
    )
    item = next((item for item in items if item.code == event.code), None)
    if item is None or not rules.is_mark(event.mark):
        raise Ignored("it speaks of no obligation of that list")
    speakers = item.creditors if event.statement == "dispute" else item.debtors
    if envelope.agency not in speakers:
        raise Ignored("its author neither owes this nor may dispute it")
    Statement.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        list_key=event.of_list,
        code=event.code,
        mark=event.mark,
        statement=event.statement,
        agency=envelope.agency,
        office=envelope.office,
        stated_at=envelope.at,
    )


@folds_text(ObligationStated)
def stated_text(text: Words | None, envelope: Envelope) -> None:
    """Its words."""
    Statement.change({"key": envelope.key}, words=_words(text))


@folds(ObligationAnswered)
def answered(event: ObligationAnswered, envelope: Envelope) -> None:
    """A party's yes or no."""
    here = {"key": event.about, "agreement": envelope.agreement}
    about_list = ObligationList.look("agency", where=here)
    about_statement = Statement.look("agency", "statement", where=here)
    if about_list is None and about_statement is None:
        raise Ignored("it answers neither a list nor a statement")
    named = {"about_statement_id" if about_list is None else "about_list_id": event.about}
    author, *statement = about_list or about_statement or ()
    takes_back = statement == ["dispute"]
    if takes_back and (author != envelope.agency or event.agrees):
        raise Ignored("a dispute is taken back by the one who raised it")
    if not takes_back and author == envelope.agency:
        raise Ignored("nobody answers what they said themselves")
    where = named | {"agency": envelope.agency}
    if Answer.look("key", where=where) is not None:
        raise Ignored("its author had answered before")
    Answer.insert(**where, **_reply(event, envelope))


@folds_text(ObligationAnswered)
def answered_text(text: Words | None, envelope: Envelope) -> None:
    """Its words."""
    Answer.change({"key": envelope.key}, words=_words(text))


@folds(MinutesStated)
def minutes_stated(event: MinutesStated, envelope: Envelope) -> None:
    """Minutes that the others may sign."""
    info = agreements.agreement(envelope.agreement)
    if rules.minutes_flaw(event, set(info.parties if info else ())):
        raise Ignored("they are no possible minutes")
    Minutes.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        agency=envelope.agency,
        office=envelope.office,
        stated_at=envelope.at,
        held_on=event.held_on,
        meeting=event.meeting,
        leaf=envelope.leaf,
        items_json=msgspec.to_builtins(event.decisions),
    )


@folds_text(MinutesStated)
def minutes_text(text: MinutesText | None, envelope: Envelope) -> None:
    """Their words, and what the decisions are called."""
    words, titles = None, None
    if text is not None:
        words = paragraphs(text.words)[: rules.LONGEST_MINUTES]
        titles = {
            code: line(title)[: obligation.LONGEST_TITLE]
            for code, title in list(text.titles.items())[: rules.MOST_DECISIONS]
            if rules.DECISION.fullmatch(code)
        }
    Minutes.change({"key": envelope.key}, words=words, titles=titles)


@folds(MinutesAnswered)
def minutes_answered(event: MinutesAnswered, envelope: Envelope) -> None:
    """Another party's signature."""
    _by_another(Minutes, event.minutes, envelope, otherwise="it answers no minutes")
    where = {"minutes_id": event.minutes, "agency": envelope.agency}
    if MinutesAnswer.look("key", where=where) or MinutesSignature.look("key", where=where):
        raise Ignored("its author had answered before")
    MinutesAnswer.insert(**where, **_reply(event, envelope))


@folds_text(MinutesAnswered)
def minutes_answer_text(text: Words | None, envelope: Envelope) -> None:
    """Its words."""
    MinutesAnswer.change({"key": envelope.key}, words=_words(text))


@folds(MinutesSigned)
def minutes_signed(event: MinutesSigned, envelope: Envelope) -> None:
    """An official's own signature, if it is one."""
    found = Minutes.look("leaf", where={"key": event.minutes, "agreement": envelope.agreement})
    if found is None:
        raise Ignored("it answers no minutes")
    where = {"minutes_id": event.minutes, "agency": envelope.agency}
    if MinutesAnswer.look("key", where=where | {"agrees": False}) or MinutesSignature.look("key", where=where):
        raise Ignored("its author had answered before")
    signer = agreements.signer(event.signer, envelope.agreement)
    if signer is None:
        raise Ignored("it names no official of this agreement")
    if event.digest != found[0]:
        raise Ignored("it was signed over another text")
    actor = envelope.actor
    flaw = agreements.signature_flaw(
        signer,
        signing.challenge(signer, agreement=envelope.agreement, minutes=event.minutes, digest=event.digest),
        agency=envelope.agency,
        actor=("", "", False) if actor is None else (actor.id, actor.office, actor.acting),
        at=envelope.at,
        authenticator=event.authenticator,
        client=event.client,
        signature=event.signature,
    )
    if flaw:
        raise Ignored(flaw)
    MinutesSignature.insert(
        key=envelope.key,
        **where,
        office=envelope.office,
        acting=actor is not None and actor.acting,
        signer=event.signer,
        signed_at=envelope.at,
    )


@folds(HistoryStated)
def history_stated(event: HistoryStated, envelope: Envelope) -> None:
    """What one party tells of the time before."""
    found = ObligationList.every(key=event.of_list, agreement=envelope.agreement)
    items = found[0].items() if found else agreements.obligations_in(event.of_list, envelope.agreement)
    if not items:
        raise Ignored("it is about no list of this agreement")
    # From when a signed list counts depends on signatures that may still be under way; what is too late is not counted.
    counts_from = found[0].counts_from if found else date.max
    codes = [item.code for item in items]
    told_on = day_of(envelope.at)
    if past.history_flaw(event, codes, counts_from=counts_from, on=told_on):
        raise Ignored("it is no possible history")
    History.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        agency=envelope.agency,
        office=envelope.office,
        stated_at=envelope.at,
        list_key=event.of_list,
        entries_json=msgspec.to_builtins(event.entries),
    )


@folds_text(HistoryStated)
def history_text(text: HistoryText | None, envelope: Envelope) -> None:
    """The papers' numbers, and remarks."""
    numbers, remarks = None, None
    if text is not None:
        numbers, remarks = _by_place(text.numbers, past.LONGEST_NUMBER), _by_place(text.remarks, past.LONGEST_REMARK)
    History.change({"key": envelope.key}, numbers=numbers, remarks=remarks)


@folds(HistoryAnswered)
def history_answered(event: HistoryAnswered, envelope: Envelope) -> None:
    """Another party's yes or no."""
    _by_another(History, event.history, envelope, otherwise="it answers no history")
    where = {"history_id": event.history, "agency": envelope.agency}
    if HistoryAnswer.look("key", where=where):
        raise Ignored("its author had answered before")
    HistoryAnswer.insert(**where, **_reply(event, envelope))


@folds_text(HistoryAnswered)
def history_answer_text(text: Words | None, envelope: Envelope) -> None:
    """Its words."""
    HistoryAnswer.change({"key": envelope.key}, words=_words(text))


@folds(EvaluationIssued)
def evaluation_issued(event: EvaluationIssued, envelope: Envelope) -> None:
    """A report of either side; its number is the author's own."""
    if rules.evaluation_flaw(event):
        raise Ignored("it is no possible evaluation report")
    EvaluationReport.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        agency=envelope.agency,
        office=envelope.office,
        actor="" if envelope.actor is None else envelope.actor.id[:32],
        acting=envelope.acting,
        issued_at=envelope.at,
        period=event.period,
        whole=event.whole,
        number=event.number,
        year=event.year,
        written=event.written,
        pdf_hash=event.pdf_hash,
        docx_hash=event.docx_hash,
    )


@folds_text(EvaluationIssued)
def evaluation_text(text: EvaluationText | None, envelope: Envelope) -> None:
    """The files, each where it is the one whose hash was stated."""
    hashes = EvaluationReport.look("pdf_hash", "docx_hash", where={"key": envelope.key})
    if hashes is not None:
        pdf, docx = (None, None) if text is None else (_file(text.pdf, hashes[0]), _file(text.docx, hashes[1]))
        EvaluationReport.change({"key": envelope.key}, pdf=pdf, docx=docx)


@folds_obligation
def worked(envelope: Envelope) -> None:
    """Any feature's fact that names an obligation is evidence for it."""
    # Signed minutes and an issued report are work of their own; what is said about a due is not.
    works = not envelope.kind.startswith("obligations.") or envelope.kind in _WORK
    if not works or not obligation.CODE.fullmatch(envelope.obligation):
        return
    WorkRecord.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        code=envelope.obligation,
        kind=envelope.kind,
        stated_at=envelope.at,
        about=sorted({envelope.key, *envelope.refs}),
    )


def _is_list_of(key: str, agreement: str) -> bool:
    listed = ObligationList.look("key", where={"key": key, "agreement": agreement})
    return listed is not None or bool(agreements.obligations_in(key, agreement))


def _by_another(table: type[Minutes] | type[History], key: str, envelope: Envelope, *, otherwise: str) -> None:
    found = table.look("agency", where={"key": key, "agreement": envelope.agreement})
    if found is None:
        raise Ignored(otherwise)
    if found[0] == envelope.agency:
        raise Ignored("nobody answers what they said themselves")


def _reply(event: ObligationAnswered | MinutesAnswered | HistoryAnswered, envelope: Envelope) -> dict[str, Any]:
    office = envelope.office
    return {"key": envelope.key, "office": office, "agrees": event.agrees, "answered_at": envelope.at}


def _by_place(words: dict[str, str], longest: int) -> dict[str, str]:
    places = {str(place) for place in range(past.MOST_ENTRIES)}
    return {place: line(word)[:longest] for place, word in words.items() if place in places}


def _words(text: Words | None) -> str | None:
    return None if text is None else paragraphs(text.words)[: rules.LONGEST_WORDS]


def _file(text: str, stated: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if hashlib.sha256(data).hexdigest() == stated else None
