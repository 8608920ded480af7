"""What people can do about obligations. Each decides inside the write lock, from rows read there."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import date, datetime
from typing import Any

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.obligations import office_templates, past, reports, rules, signing
from sinergi.features.obligations.events import EvaluationIssued, EvaluationText, Meeting, MinutesSigned, Past
from sinergi.features.obligations.events import Statement as StatementKind
from sinergi.features.obligations.held import Held
from sinergi.features.obligations.models import (
    EvaluationReport,
    History,
    Minutes,
    ObligationList,
    OfficeTemplate,
    Statement,
)
from sinergi.features.obligations.public import Board
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger.events import RecordKey
from sinergi.ledger.writer import Receipt, Writing, command, run


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a meeting decided: who does it by which day; `debtors` are agency ids."""

    title: str
    debtors: list[str]
    due_on: date


@command
def propose_list(
    log: Writing, *, agreement: str, items: list[Item], titles: dict[str, str], counts_from: date, remark: str = ""
) -> Receipt:
    """Propose a list of obligations, made from the one that holds."""
    info = agreements.require(agreement, on=log.at)
    board = Board(agreement, at=log.at)
    decision = rules.propose(
        items=items,
        titles=titles,
        remark=remark,
        counts_from=counts_from,
        parties=info.parties,
        term=(info.starts_on, info.ends_on),
        replaces="" if board.held is None else board.held.key,
    )
    return log.append(agreement, decision)


def keep_template(row: int, content: office_templates.Content, *, seen: int, by: Actor, at: datetime) -> int:
    """Keep a template under the number `row`, or as a new one where that is 0; its number.

    `seen`: the version that the page showed. Raises Refused where somebody else changed it since, or it is not there.
    """

    def task() -> int:
        found = OfficeTemplate(version=0) if row == 0 else OfficeTemplate.objects.filter(pk=row).first()
        if found is None:
            raise Refused("Templat ini tidak ada di kantor ini.", code="TPL-11")
        refuse_stale(found.version, seen)
        found.name, found.scopes = content.name, content.scopes
        found.articles = msgspec.to_builtins(content.articles)
        found.items_json = msgspec.to_builtins(content.items)
        found.version, found.changed_at, found.office = seen + 1, at, by.office
        found.save()
        return int(found.pk)

    return run(task)


def refuse_stale(version: int, seen: int) -> None:
    """Raise Refused where a template is no longer at the version that the page showed."""
    if version != seen:
        raise Refused(
            "Templat ini diubah orang lain sejak halaman dibuka. Muat ulang; salin dahulu isian Anda.", code="TPL-12"
        )


def retire_template(row: int, *, at: datetime | None) -> None:
    """Offer a template no more from `at` on, or again where that is None. Drafts made from it stay as they are."""
    run(lambda: OfficeTemplate.objects.filter(pk=row).update(retired_at=at))


@command
def answer_list(log: Writing, *, list_key: str, agrees: bool, words: str = "") -> Receipt:
    """Agree to another party's list, or send it back with a reason."""
    found = ObligationList.objects.prefetch_related("answers").filter(key=list_key).first()
    if found is None:
        raise Refused("Usul ini tidak dikenal di kantor ini.", code="KWJ-14")
    held = Board(found.agreement, at=log.at).held
    decision = rules.answer_list(
        found, agency=log.agency, holding="" if held is None else held.key, agrees=agrees, words=words
    )
    return log.append(found.agreement, decision)


@command
def state_about(log: Writing, *, agreement: str, statement: StatementKind, code: str, mark: str, words: str) -> Receipt:
    """State that one due was done, ask to be released from it, or dispute it."""
    agreements.require(agreement)
    board = Board(agreement, at=log.at)
    line = board.line(code, mark)
    if line is not None:
        _refuse_needless(line, statement, log.agency)
    decision = rules.state(
        None if line is None else line.item,
        list_key="" if line is None else line.source,
        agency=log.agency,
        statement=statement,
        mark=mark,
        known_marks=[] if line is None else [line.occurrence.mark],
        words=words,
    )
    return log.append(agreement, decision, obligation=code)


@command
def answer_statement(log: Writing, *, statement: str, agrees: bool, words: str = "") -> Receipt:
    """Confirm or refuse what the debtor stated about one due; the one who disputes takes the dispute back."""
    found = Statement.objects.prefetch_related("answers").filter(key=statement).first()
    if found is None:
        raise Refused("Pernyataan ini tidak dikenal di kantor ini.", code="KWJ-35")
    line = Board(found.agreement, at=log.at).line(found.code, found.mark)
    decision = rules.answer_statement(
        found, None if line is None else line.item, agency=log.agency, agrees=agrees, words=words
    )
    return log.append(found.agreement, decision, obligation=found.code)


@command
def state_minutes(
    log: Writing, *, agreement: str, held_on: date, meeting: Meeting, words: str, decisions: list[Decision], on: date
) -> Receipt:
    """State the minutes of a meeting; each decision gets the next free code."""
    info = agreements.require(agreement)
    board = Board(agreement, at=log.at)
    used = {item.code for row in board.minutes for item in row.items()}
    free = (code for number in range(1, 100) if (code := f"T-{number:02d}") not in used)
    coded = {code: one for code, one in zip(free, decisions, strict=False)}
    if len(coded) < len(decisions):
        raise Refused("Nomor tindak lanjut perjanjian ini sudah habis.", code="KWJ-48")
    article = rules.MEETINGS[meeting][0]
    items = [
        Item(
            code=code,
            article=article,
            debtors=one.debtors,
            creditors=[party for party in info.parties if party not in one.debtors] or list(info.parties),
            dues=[Due(rule="once", on=one.due_on)],
            evidence="report",
        )
        for code, one in coded.items()
    ]
    stated = rules.state_minutes(
        held_on=held_on,
        meeting=meeting,
        decisions=items,
        titles={code: one.title for code, one in coded.items()},
        words=words,
        parties=info.parties,
        on=on,
    )
    return log.append(agreement, stated)


@command
def answer_minutes(log: Writing, *, minutes: str, agrees: bool, words: str = "") -> Receipt:
    """Sign another party's minutes (which shows M-01 or M-02), or send them back."""
    row = Minutes.objects.prefetch_related("answers", "signatures").filter(key=minutes).first()
    if row is None:
        raise Refused("Notula ini tidak dikenal di kantor ini.", code="KWJ-49")
    board = Board(row.agreement, at=log.at)
    decision = rules.answer_minutes(
        row.key,
        author=row.agency,
        answered=[*(answer.agency for answer in row.answers.all()), *row.sealed_ids],
        agency=log.agency,
        agrees=agrees,
        is_taken=any(board.source(item.code) for item in row.items()),
        words=words,
    )
    shown = rules.MEETINGS[row.meeting][1] if agrees else ""  # type: ignore[index]
    return log.append(row.agreement, decision, obligation=shown)


@command
def sign_minutes(
    log: Writing, *, minutes: str, signer: str, digest: str, authenticator: str, client: str, signature: str
) -> Receipt:
    """Sign minutes with the official's own key: the device's answer to `signing.challenge` over `digest`."""
    by, row = log.by, minutes_to_sign(minutes, agency=log.agency, at=log.at)
    assert by is not None  # only people sign
    refuse_other_text(row, digest)
    official = signer_of(row, signer, at=log.at)
    flaw = agreements.signature_flaw(
        official,
        signing.challenge(official, agreement=row.agreement, minutes=row.key, digest=digest),
        agency=log.agency,
        actor=(by.id, by.office, by.acting),
        at=log.at,
        authenticator=authenticator,
        client=client,
        signature=signature,
    )
    if flaw:
        raise Refused(
            "Tanda tangan perangkat tidak cocok dengan notula, pejabat, atau kuncinya. Ulangi dari awal.", code="KWJ-55"
        )
    signed = MinutesSigned(
        minutes=RecordKey(row.key),
        signer=RecordKey(official.key),
        digest=digest,
        authenticator=authenticator,
        client=client,
        signature=signature,
    )
    # Where it is this party's answer too, it shows that the meeting was held; once is enough.
    shown = "" if log.agency in row.signed_ids else rules.MEETINGS[row.meeting][1]  # type: ignore[index]
    return log.append(row.agreement, signed, obligation=shown)


def minutes_to_sign(key: str, *, agency: str, at: datetime) -> Minutes:
    """The minutes that an official of `agency` may sign now with their own key. Raises Refused."""
    row = Minutes.objects.prefetch_related("answers", "signatures").filter(key=key).first()
    if row is None:
        raise Refused("Notula ini tidak dikenal di kantor ini.", code="KWJ-49")
    board = Board(row.agreement, at=at)
    rules.may_sign_minutes(
        agency=agency,
        returned=row.returned_ids,
        sealed=row.sealed_ids,
        is_taken=any(board.source(item.code) not in ("", row.key) for item in row.items()),
        is_whole=row.words is not None,
    )
    return row


def refuse_other_text(row: Minutes, digest: str) -> None:
    """Refused where what was read, and is to be signed, is not these minutes."""
    if digest != row.leaf:
        raise Refused("Yang ditandatangani bukan isi notula ini. Muat ulang halaman dan baca lagi.", code="KWJ-54")


def signer_of(row: Minutes, key: str, *, at: datetime) -> agreements.NamedSigner:
    """The official named in that record under the same agreement, in office and with a good key. Raises Refused."""
    found = agreements.signer(key, row.agreement)
    if found is None:
        raise Refused("Kunci tanda tangan ini tidak dikenal.", code="TTD-07")
    agreements.refuse_unfit(found, at=at)
    return found


@command
def issue_evaluation(
    log: Writing, *, agreement: str, period: str, whole: bool, number: letters.Number, pdf: bytes, docx: bytes
) -> Receipt:
    """State an evaluation report that was drawn up with `number`. Refused where another took it (NUMBER-TAKEN).

    The first over a period shows M-02; its longer form or a second one is the same evaluation.
    """
    info = agreements.require(agreement)
    letters.require_next(reports.SERIES, number, at=log.at, exercise=info.exercise)
    event = EvaluationIssued(
        period=period,
        whole=whole,
        number=number.number,
        year=number.year,
        written=number.written,
        pdf_hash=hashlib.sha256(pdf).hexdigest(),
        docx_hash=hashlib.sha256(docx).hexdigest(),
        text=EvaluationText(pdf=b64encode(pdf).decode("ascii"), docx=b64encode(docx).decode("ascii")),
    )
    again = EvaluationReport.objects.filter(agreement=agreement, period=period).exists()
    return log.append(agreement, event, obligation="" if again else rules.MEETINGS["evaluation"][1])


@command
def state_history(
    log: Writing,
    *,
    agreement: str,
    list_key: str,
    entries: list[Past],
    numbers: list[str],
    remarks: list[str],
    on: date,
) -> Receipt:
    """State what happened before the list `list_key` counts; what stands already is not stated again."""
    agreements.require(agreement)
    board = Board(agreement, at=log.at)
    known: list[Held] = [*board.lists, *([] if board.held is None else [board.held])]
    about = next((row for row in known if row.key == list_key), None)
    if about is None:
        raise Refused("Daftar kewajiban ini tidak dikenal di kantor ini.", code="KWJ-66")
    stated = past.state(
        list_key=list_key,
        codes=[item.code for item in about.items()],
        counts_from=about.counts_from,
        entries=entries,
        numbers=numbers,
        remarks=remarks,
        on=on,
    )
    if any(history.entries() == entries and not history.returned_ids for history in board.histories):
        raise Refused("Riwayat yang sama sudah dinyatakan.", code="KWJ-62", field="file")
    return log.append(agreement, stated)


@command
def answer_history(log: Writing, *, history: str, agrees: bool, words: str = "") -> Receipt:
    """Confirm what another party told of the time before, or send it back."""
    row = History.objects.prefetch_related("answers").filter(key=history).first()
    if row is None:
        raise Refused("Riwayat ini tidak dikenal di kantor ini.", code="KWJ-67")
    answered = [answer.agency for answer in row.answers.all()]
    decision = past.answer(row.key, author=row.agency, answered=answered, agency=log.agency, agrees=agrees, words=words)
    return log.append(row.agreement, decision)


def _refuse_needless(line: Any, statement: StatementKind, agency: str) -> None:
    found = line.found
    if found.history:
        raise Refused("Ini riwayat yang sudah disepakati para pihak; tidak ada yang dinyatakan lagi.", code="KWJ-29")
    if statement != "dispute" and found.state in ("met", "released"):
        raise Refused("Kewajiban ini sudah selesai.", code="KWJ-26")
    if statement == "done" and found.state == "awaiting_proof":
        raise Refused("Pernyataan sebelumnya masih menunggu jawaban pihak lain.", code="KWJ-27")
    if statement == "release" and found.statement and found.waits_for:
        raise Refused("Pernyataan sebelumnya masih menunggu jawaban pihak lain.", code="KWJ-27")
    if statement == "dispute" and found.state == "disputed":
        raise Refused("Kewajiban ini sudah disengketakan.", code="KWJ-28")
