"""What people can do with an agreement: enter, confirm and leave one signed on paper; draft, revise and change one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from django.utils import timezone

from sinergi.features.agreement import rules
from sinergi.features.agreement.events import ChangeKind, EvidenceDemand, Gate, PaperBound, SignerText
from sinergi.features.agreement.models import (
    Agreement,
    Change,
    Dispute,
    EvidenceProposal,
    GatePassage,
    NamedSigner,
    Paper,
    Revision,
    Settlement,
    Signature,
)
from sinergi.features.agreement.progress import (
    Disputes,
    Negotiation,
    open_changes,
    open_evidence,
    proposed,
    refuse_unready,
    wanted_evidence,
)
from sinergi.features.agreement.rules import evidence, lifecycle, negotiation, signing
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line
from sinergi.ledger import rows, store
from sinergi.ledger.events import RecordKey
from sinergi.ledger.writer import Receipt, Writing, command


@command
def enter_agreement(log: Writing, /, *, partners: list[str], exercise: str = "", **terms: Any) -> Receipt:
    """Enter an agreement that was signed on paper. `exercise` names the exercise it belongs to, if it is one."""
    terms["numbers"] = _marked(terms["numbers"], exercise)
    decision = rules.enter(parties=[log.agency, *partners], nonce=secrets.token_hex(16), today=_today(log), **terms)
    _refuse_twice(decision.scan, {log.agency, *partners}, exercise=bool(exercise))
    return log.found(decision, role=_role(exercise))


@command
def confirm_agreement(log: Writing, *, agreement: str, scan: str) -> Receipt:
    """Confirm, for this agency, the terms another party entered."""
    return log.append(agreement, rules.confirm(_known(agreement), agency=log.agency, scan=scan))


@command
def leave_agreement(log: Writing, *, agreement: str, reason: rules.Reason) -> Receipt:
    """End the agreement for this agency: nothing can be stated under it afterwards."""
    return log.append(agreement, rules.leave(_known(agreement), agency=log.agency, reason=reason))


@command
def open_agreement(log: Writing, *, partners: list[str], draft: negotiation.Draft, exercise: str = "") -> Receipt:
    """Open an agreement to be negotiated, with its first text. `exercise` names the exercise it belongs to."""
    decision = negotiation.open_agreement(
        _of_exercise(draft, exercise),
        parties=[log.agency, *partners],
        nonce=secrets.token_hex(16),
        salt=secrets.token_hex(16),
        today=_today(log),
    )
    return log.found(decision, role=_role(exercise))


@command
def propose_revision(
    log: Writing, *, agreement: str, draft: negotiation.Draft, made_from: list[str], addendum: bool = False
) -> Receipt:
    """Propose another text, made from `made_from`: every one that is open; with `addendum`, to what is in force."""
    row = _known(agreement)
    found = Negotiation(row, addendum=addendum)
    today = _today(log)
    decision = negotiation.propose(
        _of_exercise(draft, "demo" if row.exercise else ""),
        agreement=row,
        standing=row.standing_on(log.at),
        heads=found.heads,
        made_from=made_from,
        amends=found.amends,
        last_day=row.last_day,
        salt=secrets.token_hex(16),
        today=today,
        has_signed_list=bool(row.obligations),
    )
    return log.append(agreement, decision)


@command
def comment_on(log: Writing, *, revision: str, article: int, words: str) -> Receipt:
    """Say something about one article of an open text; 0 is the whole."""
    one, found = _open_revision(revision)
    decision = negotiation.comment(
        one,
        agreement=found.row,
        heads=found.heads,
        articles=len(one.terms["articles"]),
        article=article,
        words=words,
    )
    return log.append(one.agreement, decision)


@command
def answer_revision(log: Writing, *, revision: str, agrees: bool, words: str = "") -> Receipt:
    """Agree to the words of an open text, or send it back."""
    one, found = _open_revision(revision)
    decision = negotiation.answer(
        one,
        agreement=found.row,
        heads=found.heads,
        agency=log.agency,
        answered=[*found.agreed(one.key), *found.returned(one.key)],
        agrees=agrees,
        words=words,
    )
    return log.append(one.agreement, decision)


@command
def pass_gate(
    log: Writing, *, revision: str, gate: Gate, number: str, dated: date, document: str, document_size: int
) -> Receipt:
    """Note that this office took an open text through one step before signing, with the paper that shows it."""
    one, found = _open_revision(revision)
    decision = negotiation.pass_gate(
        one,
        agreement=found.row,
        heads=found.heads,
        kind=rows.agency_kind(log.agency),
        passed=[passage.gate for passage in found.passages(one.key) if passage.agency == log.agency],  # type: ignore[misc]
        gate=gate,
        number=number,
        dated=dated,
        document=document,
        document_size=document_size,
        today=_today(log),
    )
    return log.append(one.agreement, decision)


@command
def correct_gate(log: Writing, *, passage: str, number: str, dated: date, document: str, document_size: int) -> Receipt:
    """Put another paper in the place of a wrong one of this office; the wrong one stays listed as replaced."""
    found = GatePassage.objects.filter(key=passage).first()
    if found is None:
        raise Refused("Langkah itu belum dikenal di kantor ini.", code="PKS-103")
    decision = negotiation.correct_gate(
        found,
        agreement=_known(found.agreement),
        agency=log.agency,
        is_replaced=GatePassage.objects.filter(replaces=found.key).exists(),
        number=number,
        dated=dated,
        document=document,
        document_size=document_size,
        today=_today(log),
    )
    return log.append(found.agreement, decision)


@command
def propose_change(
    log: Writing, *, agreement: str, change: ChangeKind, from_on: date, ends_on: date | None = None, reason: str
) -> Receipt:
    """Propose to extend, suspend, resume or end the agreement."""
    row, today = _known(agreement), _today(log)
    decision = lifecycle.propose_change(
        change=change,
        from_on=from_on,
        ends_on=ends_on,
        reason=reason,
        standing=row.standing_on(log.at),
        last_day=row.last_day,
        held=row.agreed_changes,
        open_changes=len(open_changes(row)),
        today=today,
    )
    return log.append(agreement, decision)


@command
def answer_matter(log: Writing, *, matter: str, agrees: bool, words: str = "") -> Receipt:
    """Agree to a change, a settlement or wanted evidence that another party proposed, or refuse it."""
    change = Change.objects.filter(key=matter).first()
    settlement = Settlement.objects.filter(key=matter).first()
    wanted = EvidenceProposal.objects.filter(key=matter).first()
    found = change or settlement or wanted
    if found is None:
        raise Refused("Usul ini belum dikenal di kantor ini.", code="PKS-101")
    row = _known(found.agreement)
    is_open = (change is not None and change.key in {one.key for one in open_changes(row)}) or (
        settlement is not None and not Disputes(row).is_settled(settlement.dispute)
    )
    is_open = is_open or (wanted is not None and wanted.key in {one.key for one in open_evidence(row)})
    said = proposed(row, found)
    decision = lifecycle.answer(
        found,
        agency=log.agency,
        answered=[*said.agreed, *said.refused],
        is_open=is_open,
        agrees=agrees,
        words=words,
    )
    return log.append(row.agreement, decision)


@command
def propose_evidence(log: Writing, *, agreement: str, demands: Sequence[EvidenceDemand], reason: str) -> Receipt:
    """Propose which evidence facts under the agreement are to have from now on, whole."""
    row = _known(agreement)
    held, now = wanted_evidence(row)
    decision = evidence.propose(
        demands=demands,
        reason=reason,
        standing=row.standing_on(log.at),
        held=held,
        open_proposals=len(open_evidence(row)),
        now=now,
    )
    return log.append(agreement, decision)


@command
def raise_dispute(log: Writing, *, agreement: str, article: int, words: str) -> Receipt:
    """Bring a disagreement about an article before the working group."""
    row, today = _known(agreement), _today(log)
    decision = lifecycle.raise_dispute(
        article=article, articles=len(row.articles), words=words, standing=row.standing_on(log.at), today=today
    )
    return log.append(agreement, decision)


@command
def move_dispute(log: Writing, *, dispute: str) -> Receipt:
    """Take a dispute to the next step of article 16."""
    found = _dispute(dispute)
    disputes = Disputes(_known(found.agreement))
    at_step, step, since = disputes.reached(found)
    decision = lifecycle.move_dispute(
        at_step=at_step, step=step, since=since, is_settled=disputes.is_settled(found.key), today=_today(log)
    )
    return log.append(found.agreement, decision)


@command
def propose_settlement(log: Writing, *, dispute: str, words: str) -> Receipt:
    """Write down how a dispute ends."""
    found = _dispute(dispute)
    settled = Disputes(_known(found.agreement)).is_settled(found.key)
    decision = lifecycle.settle(dispute=found.key, words=words, is_settled=settled, today=_today(log))
    return log.append(found.agreement, decision)


@command
def name_signer(
    log: Writing, /, *, agreement: str, host: str, public: bytes, name: str, number: str, **term: Any
) -> Receipt:
    """State that whoever acts signs for this agency with this key; `term` is `from_at` and `until_at` of their duty."""
    _known(agreement)
    by = log.by
    assert by is not None  # only people sign
    named = signing.name(
        kind=store.own_agency().kind,
        official=by.id,
        office=by.office,
        acting=by.acting,
        host=host,
        public=public,
        others=NamedSigner.every(agreement=agreement, agency=log.agency),
        text=SignerText(name=line(name), identity_number=line(number)),
        **term,
    )
    return log.append(agreement, named)


@command
def revoke_signer(log: Writing, *, signer: str) -> Receipt:
    """Take an own official's key back for this agreement."""
    found = signer_with(signer)
    return log.append(found.agreement, signing.revoke(found, agency=log.agency))


@command
def sign_revision(log: Writing, /, *, revision: str, signer: str, **told: Any) -> Receipt:
    """Sign a revision with the device's answer; `told` is place, signed_on, authenticator, client and signature."""
    by, found = log.by, revision_with(revision)
    assert by is not None  # only people sign
    refuse_unready(found, agency=log.agency, on=log.at)
    signed = signing.sign(
        found,
        signer_with(signer),
        agency=log.agency,
        actor=(by.id, by.office, by.acting),
        at=log.at,
        **told,
    )
    return log.append(found.agreement, signed)


@command
def bind_paper(log: Writing, *, revision: str, paper: Any, document: str, size: int) -> Receipt:
    """Bind the signed text this agency keeps to the revision it signed, by its hash."""
    found = revision_with(revision)
    if not any(one.agency == log.agency for one in Signature.every(revision=found.key)):
        raise Refused("Kantor ini belum menandatangani naskah itu.", code="TTD-21")
    if any(one.document == document for one in Paper.every(revision=found.key, agency=log.agency)):
        raise Refused("Berkas ini sudah dikaitkan.", code="TTD-22", field="scan")
    bound = PaperBound(revision=RecordKey(found.key), paper=paper, document=document, size=size)
    return log.append(found.agreement, bound)


def revision_with(key: str) -> Revision:
    """The revision with this key. Raises Refused."""
    found = next(iter(Revision.every(key=key)), None)
    if found is None:
        raise Refused("Naskah ini belum sampai di kantor ini.", code="PKS-60")
    return found


def signer_with(key: str) -> NamedSigner:
    """The named official with this key. Raises Refused."""
    found = next(iter(NamedSigner.every(key=key)), None)
    if found is None:
        raise Refused("Kunci tanda tangan ini tidak dikenal.", code="TTD-07")
    return found


def _today(log: Writing) -> date:
    """The day on the wall of the office: at 06.30 WIB it is still yesterday in UTC."""
    return timezone.localdate(log.at)


def _role(exercise: str) -> str:
    return f"exercise/{exercise}" if exercise else "facts"


def _marked(numbers: list[str], exercise: str) -> list[str]:
    """Numbers of an exercise begin with L-, so that no letter of it can be taken for a real one."""
    return [number if not exercise or number.startswith("L-") else f"L-{number}" for number in numbers]


def _of_exercise(draft: negotiation.Draft, exercise: str) -> negotiation.Draft:
    return msgspec.structs.replace(draft, numbers=_marked(list(draft.numbers), exercise))


def _known(agreement: str) -> Agreement:
    found = Agreement.objects.filter(agreement=agreement).first()
    if found is None:
        raise Refused("Perjanjian ini belum dikenal di kantor ini.", code="PKS-31")
    return found


def _open_revision(key: str) -> tuple[Revision, Negotiation]:
    one = revision_with(key)
    return one, Negotiation(_known(one.agreement), addendum=bool(one.amends))


def _dispute(key: str) -> Dispute:
    found = Dispute.objects.filter(key=key).first()
    if found is None:
        raise Refused("Perselisihan ini belum dikenal di kantor ini.", code="PKS-102")
    return found


def _refuse_twice(scan: str, parties: set[str], *, exercise: bool) -> None:
    same = Agreement.objects.filter(scan=scan, exercise=exercise).order_by("key")
    if any(set(other.party_ids) == parties and other.state != "ended" for other in same):
        raise Refused("Naskah ini sudah dimasukkan. Buka perjanjian itu dari daftar.", code="PKS-09", field="scan")
