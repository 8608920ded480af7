"""What people can do with an agreement as a whole."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone

from sinergi.features.agreement import readiness, rules
from sinergi.features.agreement.events import PaperBound, SignerText
from sinergi.features.agreement.models import Agreement, NamedSigner, Paper, Revision, Signature
from sinergi.features.agreement.rules import signing
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line
from sinergi.ledger import store
from sinergi.ledger.events import RecordKey
from sinergi.ledger.writer import Receipt, Writing, command


@command
def enter_agreement(log: Writing, /, *, partners: list[str], exercise: str = "", **terms: Any) -> Receipt:
    """Enter an agreement that was signed on paper. `exercise` names the exercise it belongs to, if it is one.

    Numbers of an exercise begin with L-, so that no letter of it can be taken for a real one.
    """
    if exercise:
        terms["numbers"] = [number if number.startswith("L-") else f"L-{number}" for number in terms["numbers"]]
    # The day is the one on the wall of the office: at 06.30 WIB it is still yesterday in UTC.
    today = timezone.localdate(log.at)
    decision = rules.enter(parties=[log.agency, *partners], nonce=secrets.token_hex(16), today=today, **terms)
    _refuse_twice(decision.scan, {log.agency, *partners}, exercise=bool(exercise))
    role = f"exercise/{exercise}" if exercise else "facts"
    return store.found_agreement(decision, id=log.id, by=log.by, at=log.at, role=role)


@command
def confirm_agreement(log: Writing, *, agreement: str, scan: str) -> Receipt:
    """Confirm, for this agency, the terms another party entered."""
    return log.append(agreement, rules.confirm(_known(agreement), agency=log.agency, scan=scan))


@command
def leave_agreement(log: Writing, *, agreement: str, reason: rules.Reason) -> Receipt:
    """End the agreement for this agency: nothing can be stated under it afterwards."""
    return log.append(agreement, rules.leave(_known(agreement), agency=log.agency, reason=reason))


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
    readiness.require(found, agency=log.agency)
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
        raise Refused("Naskah ini belum sampai di kantor ini.", code="PKS-36")
    return found


def signer_with(key: str) -> NamedSigner:
    """The named official with this key. Raises Refused."""
    found = next(iter(NamedSigner.every(key=key)), None)
    if found is None:
        raise Refused("Kunci tanda tangan ini tidak dikenal.", code="TTD-07")
    return found


def _known(agreement: str) -> Agreement:
    found = Agreement.objects.filter(agreement=agreement).first()
    if found is None:
        raise Refused("Perjanjian ini belum dikenal di kantor ini.", code="PKS-31")
    return found


def _refuse_twice(scan: str, parties: set[str], *, exercise: bool) -> None:
    same = Agreement.objects.filter(scan=scan, exercise=exercise).order_by("key")
    if any(set(other.party_ids) == parties and other.state != "ended" for other in same):
        raise Refused("Naskah ini sudah dimasukkan. Buka perjanjian itu dari daftar.", code="PKS-09", field="scan")
