"""An order hands out numbers without gaps, keeps what has not changed, and ends the rest visibly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sinergi.features.letters import public as letters
from sinergi.features.orders import actions, making, papers, projections
from sinergi.features.orders.events import IntelligenceAnnexed, IntelligenceText
from sinergi.features.orders.models import Duty, DutyLetter, DutyOrder, Intelligence, OrderDraft
from sinergi.features.orders.public import SERIES
from sinergi.features.orders.tests.conftest import CHIEF, LEADERS, SECRET
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import envelope, rebuild, store
from sinergi.ledger.catalog import Envelope
from sinergi.ledger.events import RecordKey
from sinergi.ledger.models import Body, Entry
from sinergi.ledger.writer import run
from tests.nodes.simulator import NOON


def numbers() -> list[int]:
    return list(DutyLetter.objects.order_by("number").values_list("number", flat=True))


def good() -> set[str]:
    return set(DutyLetter.objects.filter(ended_at=None).values_list("written", flat=True))


def test_every_officer_gets_a_numbered_letter_and_all_stays_inside(office):
    order = office.issue(intelligence=SECRET)
    assert (order.sprin_written, order.officers, order.posts, order.stations) == ("Sprin/1/II/OPS.1.3./2024", 6, 3, 4)
    assert numbers() == [1, 2, 3, 4, 5, 6] and Duty.objects.count() == 6
    assert {entry.log.role for entry in Entry.objects.filter(kind__startswith="orders.")} == {"internal"}
    assert Intelligence.objects.get().words == SECRET
    assert rebuild.check() == []


def test_a_later_order_keeps_letters_that_did_not_change_and_numbers_go_on_without_a_gap(office, client):
    first = office.issue()
    office.at = NOON + timedelta(hours=1)
    gone = office.rows.pop(5)
    office.change(0, ends_at=office.rows[0].ends_at - timedelta(hours=2))
    second = office.issue(replaces=first.key)
    assert second.letters == 1 and numbers() == [1, 2, 3, 4, 5, 6, 7]
    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "in_force")
    # The one who was dropped and the one whose hours changed: their old letters end.
    ended = DutyLetter.objects.exclude(ended_at=None)
    officers = Duty.objects.filter(order=first.key, letter__in=ended.values("code")).values_list("officer", flat=True)
    assert sorted(officers) == sorted([gone.officer, "00920001"])
    assert "Sgas/7/II/OPS.1.3./2024" in good() and len(good()) == 5
    said = client.get(f"/cek/{ended[0].code}/").content.decode()
    assert "Diganti oleh Sprin/2/II/OPS.1.3./2024 sejak Senin, 5 Februari 2024" in said and "tidak berlaku lagi" in said
    still = DutyLetter.objects.get(held_by=second.key, order=first.key, number=2)
    said = client.get(f"/cek/{still.code}/").content.decode()
    assert "Surat ini terbit dari Sinergi." in said and "tidak berlaku lagi" not in said and "Petugas" not in said
    assert "tidak berlaku lagi" in client.get(f"/cek/{first.key}/").content.decode()
    assert rebuild.check() == []


def test_a_revoked_order_ends_all_its_letters_those_that_went_on_too(office, client):
    first = office.issue()
    second = office.issue(replaces=first.key)
    assert second.letters == 0 and numbers() == [1, 2, 3, 4, 5, 6]
    with pytest.raises(Refused, match="alasan"):
        actions.revoke_order(id=new_event_id(NOON), by=CHIEF, at=NOON, order=second.key, words=" ")
    actions.revoke_order(id=new_event_id(NOON), by=CHIEF, at=NOON, order=second.key, words="Pemungutan ditunda")
    assert good() == set()
    code = DutyLetter.objects.get(number=3).code
    assert "Dicabut sejak" in client.get(f"/cek/{code}/").content.decode()
    with pytest.raises(Refused, match="sudah diganti atau dicabut"):
        actions.revoke_order(id=new_event_id(NOON), by=CHIEF, at=NOON, order=first.key, words="Lagi")
    assert rebuild.check() == []


def test_only_the_kapolres_or_a_plh_signs_what_was_read(office):
    draft = office.draft()
    digest = making.assemble(draft, at=NOON).digest

    def sign(by: Actor, said: str) -> None:
        actions.issue_order(id=new_event_id(NOON), by=by, at=NOON, draft=str(draft.id), digest=said)

    with pytest.raises(Refused, match="Kapolres atau Plh"):
        sign(Actor(id="ab" * 16, office="operations_head"), digest)
    office.change(0, ends_at=office.rows[0].ends_at - timedelta(hours=1))
    with pytest.raises(Refused, match="berubah sejak halaman dibuka"):
        sign(CHIEF, digest)
    assert not DutyOrder.objects.exists() and letters.last_number(SERIES["duty"], year=2024, exercise=False) == 0
    sign(Actor(id="ab" * 16, office="resort_chief", acting=True), making.assemble(draft, at=NOON).digest)
    assert DutyOrder.objects.get().acting
    with pytest.raises(Refused, match="sudah ditandatangani"):
        sign(CHIEF, digest)


def test_nobody_is_sent_to_two_places_by_two_orders(office):
    office.issue()
    draft = office.draft()
    with pytest.raises(Refused, match=r"Petugas 1 sudah ditugaskan pada waktu itu dengan Sprin/1"):
        making.assemble(draft, at=NOON)


def test_what_is_missing_is_said_when_it_is_laid_before_the_kapolres(office):
    draft = office.draft(phone=" ")
    with pytest.raises(Refused, match="telepon posko"):
        actions.lay_draft(at=NOON, draft=draft.id)
    actions.change_draft(at=NOON, draft=draft.id, words={"phone": "110"}, commanders=LEADERS | {"120302": ""})
    with pytest.raises(Refused, match="Pilih padal Kecamatan"):
        actions.lay_draft(at=NOON, draft=draft.id)
    actions.change_draft(at=NOON, draft=draft.id, words={}, commanders=LEADERS)
    actions.lay_draft(at=NOON, draft=draft.id)
    assert OrderDraft.objects.get(id=draft.id).laid_at == NOON


def test_a_commission_is_told_its_own_stations_with_the_least_and_never_the_annex(office):
    order = office.issue(intelligence=SECRET)
    for agreement in office.agreements:
        actions.tell_roster(id=new_event_id(NOON), by=CHIEF, at=NOON, order=order.key, agreement=agreement)
    told = Entry.objects.filter(kind="orders.roster_stated").order_by("pk")
    bodies = [bytes(Body.objects.get(entry=entry).data).decode() for entry in told]
    assert [body.count("Petugas ") for body in bodies] == [6, 2]  # two at each of three stations, two at one
    assert "1220" not in bodies[0] and "1203" not in bodies[1]
    for entry, body in zip(told, bodies, strict=True):
        header = envelope.parse(bytes(entry.data)).header
        assert (header.obligation, header.cls) == ("D-06", "terbatas")
        assert "00920001" not in body and "0092009" not in body and "Petugas 91" not in body
    # Whatever lies in a log that a partner gets: no word of the annex, no key of the order.
    shared = Entry.objects.exclude(log__agreement="")
    bodies_too = Body.objects.filter(entry__in=shared)
    for held in map(bytes, [*shared.values_list("data", flat=True), *bodies_too.values_list("data", flat=True)]):
        assert SECRET.encode() not in held and order.key.encode() not in held
    actions.revoke_order(id=new_event_id(NOON), by=CHIEF, at=NOON, order=order.key, words="Ditunda")
    assert Entry.objects.filter(kind="orders.roster_withdrawn").count() == 2
    assert rebuild.check() == []


def test_an_order_or_an_annex_under_an_agreement_changes_nothing(office):
    office.issue()
    agreement = office.agreements[0]
    # Of a record that lies under the agreement: an order never does, so that one cannot even be named there.
    shared = Entry.objects.filter(log__agreement=agreement, log__is_own=True)[0].key
    annex = IntelligenceAnnexed(order=RecordKey(shared), text=IntelligenceText(words=SECRET))
    with pytest.raises(Exception, match="stay in their internal log"):
        run(lambda: store.append(agreement, annex, id=new_event_id(NOON), by=CHIEF, at=NOON))
    assert not Entry.objects.filter(kind=annex.kind).exists() and not Intelligence.objects.exists()


def test_erased_words_leave_numbers_and_checks(office, client):
    order = office.issue()
    entry = Entry.objects.get(key=order.key)
    around = Envelope(
        key=order.key, log="", seq=1, leaf="", agreement="", agency=order.agency, role="internal",
        kind=entry.kind, at=NOON, actor=CHIEF, obligation="", exercise=False,
    )  # fmt: skip
    projections.issued_text(None, around)
    order.refresh_from_db()
    assert not order.is_readable and not Duty.objects.exists() and numbers() == [1, 2, 3, 4, 5, 6]
    assert client.get(f"/cek/{DutyLetter.objects.get(number=1).code}/").status_code == 200
    with pytest.raises(Refused, match="sudah dihapus"):
        making.duties_of(order)


def test_a_letter_says_where_when_who_commands_whom_to_call_and_why_longer(office):
    office.change(
        0,
        is_over=True,
        over="Pengganti sakit, keputusan Kabag Ops",
        ends_at=office.rows[0].ends_at + timedelta(hours=8),
    )
    order = office.issue()
    assert order.over == 1
    duty = Duty.objects.get(order=order.key, officer="00920001")
    said = papers.duty_letter(making.issue_of(order), duty, check=None)
    lines = " ".join(said.orders[1].lines)
    for words in ("TPS 001, 002", "Kamis, 8 Februari 2024", "Bripka Petugas 91", "0812-0000-0091", "0634-000000"):
        assert words in lines
    assert "Pengganti sakit" in lines and said.number == "Sgas/1/II/OPS.1.3./2024"
    plan = papers.security_plan(making.issue_of(order), making.duties_of(order))
    assert plan.classification == "Rahasia" and SECRET not in str(plan)
