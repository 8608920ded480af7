"""Who has what: the matrix in words, one fact's page, and nothing of another partner."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sinergi.features.agreement.actions import leave_agreement
from sinergi.features.agreement.events import AgreementLeft
from sinergi.features.exchange import public
from sinergi.features.exchange.public import Partner, reach, standing
from sinergi.features.exchange.views import words
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import histories, rebuild
from sinergi.ledger.models import Agency, Agreement, Entry, Log
from sinergi.ledger.writer import run
from sinergi.sync import witnesses
from sinergi.sync.models import Carried
from sinergi.sync.models import Peer as Line
from sinergi.sync.tests.test_witnesses import BAWASLU, Outside
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES, enter_and_confirm, met
from tests.nodes.simulator import NOON, Peer

ADDRESSES = (
    "/siapa-punya-apa/",
    "/siapa-punya-apa/catatan/",
    "/siapa-punya-apa/unduh.xlsx",
    "/siapa-punya-apa/catatan/unduh.xlsx",
)


@pytest.fixture
def two_commissions(found_node: Callable[..., Agency], resort_chief: Actor) -> list[tuple[Peer, str]]:
    found_node(**POLRES)
    made = []
    for who in (KPU_TAPSEL, KPU_PALUTA):
        peer = Peer(**who)
        peer.meet()
        made.append((peer, enter_and_confirm(peer, resort_chief)))
    return made


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_and_sheet_opens(address: str, agreement: str, person: Callable[..., Any]):
    assert person("secretary").get(address).status_code == 200


def test_facts_a_partner_never_cosigned_are_counted_as_missing(agreement: str, person: Callable[..., Any]):
    user = person("secretary").user
    found = standing(reach(user, "exchange.read"), now())
    own = next(book for book in found.shelves[0].books if book.is_own)
    partner = found.partners[0]
    assert own.cells[partner.id].missing == own.size == found.waiting(partner.id) > 0
    assert rebuild.check() == []


def test_of_many_agreements_the_same_is_told_as_of_few(two_commissions, person, monkeypatch: pytest.MonkeyPatch):
    user, at = person("operations_head", agreements=[two_commissions[0][1]]).user, now()
    few = standing(reach(user, "exchange.read"), at)
    monkeypatch.setattr(public, "FEW", 0)
    assert standing(reach(user, "exchange.read"), at) == few and len(few.shelves) == 1


def test_a_duty_for_one_agreement_sees_nothing_of_the_other_commission(
    two_commissions: list[tuple[Peer, str]], person: Callable[..., Any]
):
    (_, first), (other, second) = two_commissions
    hidden = [
        second,
        other.id,
        other.name,
        "Paluta",
        *Log.objects.filter(agreement=second).values_list("origin", flat=True),
    ]
    browser = person("operations_head", agreements=[first])
    for address in ADDRESSES[:2]:
        page = browser.get(address).content.decode()
        assert "KPU Tapsel" in page
        assert [word for word in hidden if word in page] == []
    key = Entry.objects.filter(log__agreement=second).values_list("key", flat=True).first()
    assert browser.get(f"/siapa-punya-apa/{key}/").status_code == 404
    assert browser.get(f"/siapa-punya-apa/bukti/{second}.sinergi").status_code == 404


def test_a_fact_shows_its_fingerprint_and_that_its_signature_holds(agreement: str, person: Callable[..., Any]):
    entry = Entry.objects.filter(log__agreement=agreement).order_by("pk").first()
    assert entry is not None
    page = person("secretary").get(f"/siapa-punya-apa/{entry.key}/").content.decode()
    assert bytes(entry.leaf).hex()[:4] in page
    assert "tanda tangan dan sidik jari cocok" in page


def test_a_changed_byte_in_the_store_is_said_on_the_page(agreement: str, person: Callable[..., Any]):
    entry = Entry.objects.filter(log__agreement=agreement).order_by("pk").first()
    assert entry is not None
    Entry.objects.filter(pk=entry.pk).update(leaf=b"\0" * 32)
    page = person("secretary").get(f"/siapa-punya-apa/{entry.key}/").content.decode()
    assert "tidak cocok" in page


def test_the_evidence_bundle_of_an_agreement_comes_down_whole(agreement: str, person: Callable[..., Any]):
    answer = person("secretary").get(f"/siapa-punya-apa/bukti/{agreement}.sinergi")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).count(b"\n") > 3


def test_people_read_what_two_histories_mean_and_take_the_proof_with_them(
    two_commissions: list[tuple[Peer, str]], person: Callable[..., Any]
):
    (peer, first), (_, second) = two_commissions
    log = Log.objects.get(agreement=first, agency=peer.id)
    note = notes.sign(notes.Checkpoint(log.origin, log.size, b"x" * 32), peer.ring["checkpoint"])
    run(lambda: histories.compare(log, note))
    browser = person("operations_head", agreements=[first])
    page = browser.get("/siapa-punya-apa/").content.decode()
    for words_of_page in (
        "Buku catatan KPU Tapsel dibekukan.",
        "Dua riwayat dari KPU Tapsel",
        "menandatangani dua isi yang berbeda untuk buku catatan yang sama",
        "7878 7878 7878 7878",
        "Telepon pejabat penghubung pihak itu.",
    ):
        assert words_of_page in page
    address = f"/siapa-punya-apa/bukti/{first}/dua-riwayat/{log.origin}.sinergi"
    assert address in page
    assert b"/fork/2" in b"".join(browser.get(address).streaming_content)
    other = person("operations_head", agreements=[second])
    assert "Dua riwayat" not in other.get("/siapa-punya-apa/").content.decode()
    assert other.get(address).status_code == 404
    assert other.get(address.replace(first, second)).status_code == 404


def test_an_own_log_that_is_behind_is_not_called_two_histories(agreement: str, person: Callable[..., Any]):
    Log.objects.filter(agreement=agreement, is_own=True).update(frozen=histories.RESTORED)
    page = person("secretary").get("/siapa-punya-apa/").content.decode()
    assert "Buku kantor ini tertinggal" in page and "Dua riwayat" not in page


def test_a_node_without_agreements_says_what_to_do(node: Agency, person: Callable[..., Any]):
    assert not Agreement.objects.exists()
    assert "Belum ada catatan bersama." in person("secretary").get("/siapa-punya-apa/").content.decode()


def test_a_fact_lies_under_all_facts(agreement: str, person: Callable[..., Any]):
    key = Entry.objects.filter(log__agreement=agreement).order_by("pk")[0].key
    page = person("secretary").get(f"/siapa-punya-apa/{key}/").content.decode()
    assert '<a href="/siapa-punya-apa/catatan/" aria-current="page">Semua catatan</a>' in page
    assert '<a href="/siapa-punya-apa/">Keadaan</a>' in page


@pytest.mark.slow
def test_every_reason_for_passing_over_a_fact_is_a_sentence_people_can_read():
    """What projections raise as Ignored is shown to people; a new reason needs its sentence (web/records.py)."""
    package = Path(words.__file__).resolve().parents[3]
    sources = [path for path in package.rglob("*.py") if "tests" not in path.parts]
    calls = [
        node.args[0].value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Ignored"
        and isinstance(node.args[0], ast.Constant)
    ]
    import_module("sinergi.node.urls")  # registers what each feature says
    assert len(calls) > 20
    assert [said for said in calls if words.reason(said) == words.reason("something else")] == []


def test_a_partner_that_missed_a_try_is_not_called_online():
    partner = Partner(id="a", name="Polres", line="connected", last_contact=NOON, missed=True)
    assert words.line_words(partner, NOON)[:2] == ("warn", "tidak menjawab, dicoba lagi")


def test_what_went_by_stick_is_said_until_the_line_brings_news(
    agreement: str, police: Peer, person: Callable[..., Any]
):
    secretary = person("secretary")
    parcel = Carried.objects.create(id="1", agency=police.id, outgoing=True, at=now(), facts=1200)

    def page() -> str:
        return str(secretary.get("/siapa-punya-apa/").content.decode())

    assert "1.200 catatan. Tanda terimanya belum kembali." in page()
    Carried.objects.filter(pk=parcel.pk).update(answered_at=now())
    assert "Tanda terimanya kembali" in page()
    Carried.objects.create(id="2", agency=police.id, outgoing=False, at=now(), facts=3)
    assert "3 catatan baru." in page()
    Line.objects.create(agency=police.id, url="http://127.0.0.1:9", introduced_at=NOON, last_contact=now())
    assert "Dari berkas" not in page() and "Dibawa dengan berkas" not in page()


def test_outside_witnesses_are_told_with_how_far_they_have_signed(agreement, person):
    outside = Outside(met(BAWASLU))
    peer = Line.objects.create(agency=outside.who.id, url="https://b.example", introduced_at=NOON, witnesses=True)
    secretary = person("secretary")
    assert "belum ada tanda tangannya" in secretary.get("/siapa-punya-apa/").content.decode()
    witnesses.submit(peer, outside)
    page = secretary.get("/siapa-punya-apa/").content.decode()
    assert "2 dari 2 buku disaksikan sampai catatan terakhir" in page and "<b>Bawaslu" in page
    Line.objects.update(witnesses=False)
    assert "tidak diminta lagi" in secretary.get("/siapa-punya-apa/").content.decode()


def test_what_a_partner_lacks_after_a_day_is_told_with_what_follows(agreement, person):
    own = Log.objects.get(agreement=agreement, is_own=True)
    secretary, told = person("secretary"), "lebih dari 24 jam"
    Entry.objects.filter(log=own).update(stored_at=now() - timedelta(hours=23))
    assert told not in secretary.get("/siapa-punya-apa/").content.decode()
    Entry.objects.filter(log=own).update(stored_at=now() - timedelta(hours=25))
    page = secretary.get("/siapa-punya-apa/").content.decode()
    assert f"Satu catatan belum sampai di Polres Tapsel {told}" in page


def test_what_is_stated_after_a_partner_left_is_not_for_it_and_nags_nobody(agreement, police, secretary, person):
    police.state(agreement, AgreementLeft(reason="term_over"))
    leave_agreement(id=new_event_id(now()), by=secretary, at=now(), agreement=agreement, reason="term_over")
    Entry.objects.filter(log__agreement=agreement).update(stored_at=now() - timedelta(hours=25))
    page = person("secretary").get("/siapa-punya-apa/").content.decode()
    # What was stated before is still on its way.
    assert "Satu catatan belum sampai di Polres Tapsel lebih dari 24 jam" in page
