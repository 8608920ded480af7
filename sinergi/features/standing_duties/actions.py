"""What people can do about standing duties. Each decides inside the write lock, from rows read there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.timezone import localdate

from sinergi.features.agreement import public as agreements
from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import Contact
from sinergi.features.standing_duties.models import ContactList, TrainingSession, VoterUpdate
from sinergi.kernel.errors import Refused
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command

UPDATE, TRAINING = "D-08", "H-01"
CONTACTS = {"kpu": "D-09", "police": "D-10"}


@command
def report_update(log: Writing, /, *, agreement: str, **told: Any) -> Receipt:
    """A commission reports a quarter's voter-data update. Keywords are those of rules.update."""
    agreements.require(agreement, scope="data", on=log.at)
    own = own_agency()
    if own.kind != "kpu":
        raise Refused("Pemutakhiran data pemilih dilaporkan KPU.", code="TGS-07")
    decision = rules.update(area=own.region, on=localdate(log.at), **told)
    return log.append(agreement, decision, obligation=UPDATE)


@command
def report_members(log: Writing, /, *, update: str, **told: Any) -> Receipt:
    """The police confirm an update and tell how many members changed status. Keywords are those of rules."""
    found = VoterUpdate.objects.filter(key=update).first()
    if found is None:
        raise Refused("Pemutakhiran ini tidak dikenal di kantor ini.", code="TGS-08")
    if own_agency().kind != "police":
        raise Refused("Perubahan status anggota dilaporkan Polri.", code="TGS-09")
    agreements.require(found.agreement, scope="data", on=log.at)
    return log.append(found.agreement, rules.member_changes(update, on=localdate(log.at), **told))


@command
def publish_contacts(log: Writing, *, agreement: str, rows: list[Contact], seen: str = "") -> Receipt:
    """Publish this office's contacts to the parties of the agreement; `seen`: the version it was made from."""
    agreements.require(agreement, on=log.at)
    own, current = own_agency(), current_contacts(agreement)
    if seen and (current is None or seen != current.key):
        raise Refused(
            "Daftar ini diperbarui orang lain sejak Anda membukanya. Muat ulang, lalu ubah yang baru.", code="TGS-30"
        )
    decision = rules.contacts(
        rows, area="" if own.region == "*" else own.region, current=None if current is None else current.rows()
    )
    return log.append(agreement, decision, obligation=CONTACTS.get(own.kind, ""))


def current_contacts(agreement: str) -> ContactList | None:
    """This office's contact list that counts under the agreement."""
    mine = ContactList.objects.filter(agreement=agreement, agency=own_agency().id)
    return mine.order_by("-seq", "key").first()


@command
def propose_session(log: Writing, /, *, agreement: str, **told: Any) -> Receipt:
    """Propose a joint training session. Keywords are those of rules.propose_session."""
    info = agreements.require(agreement, scope="capacity", on=log.at)
    return log.append(agreement, rules.propose_session(parties=info.parties, today=localdate(log.at), **told))


@command
def answer_session(log: Writing, *, session: str, agrees: bool) -> Receipt:
    """Take another party's session into the plan or not; or take the own one back."""
    found = _session(session)
    return log.append(found.agreement, rules.answer_session(found, agency=log.agency, agrees=agrees))


@command
def move_session(log: Writing, *, session: str, on: date) -> Receipt:
    """Propose another day for a session."""
    found = _session(session)
    return log.append(found.agreement, rules.move_session(found, on=on, today=localdate(log.at)))


@command
def answer_move(log: Writing, *, session: str, move: str, agrees: bool) -> Receipt:
    """Agree to another party's day or not; or take the own one back."""
    found = _session(session)
    return log.append(found.agreement, rules.answer_move(found, move, agency=log.agency, agrees=agrees))


@command
def report_session(log: Writing, /, *, session: str, **told: Any) -> Receipt:
    """Report that a planned session was held. Keywords are those of rules.report_session."""
    found = _session(session)
    decision = rules.report_session(found, today=localdate(log.at), **told)
    return log.append(found.agreement, decision, obligation=TRAINING)


def _session(key: str) -> TrainingSession:
    found = TrainingSession.objects.prefetch_related("answers", "reports", "moves__answers").filter(key=key).first()
    if found is None:
        raise Refused("Latihan ini tidak dikenal di kantor ini.", code="TGS-29")
    agreements.require(found.agreement, scope="capacity")
    return found
