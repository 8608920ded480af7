"""The commission's steps on screen: the offer, the withdrawal, the confirmation; stale pages and facts that cross."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sinergi.features.security import events
from sinergi.features.security.models import Answer, Request
from sinergi.features.security.tests.conftest import END, START, Side, answered, asked_here, new_id, state_of
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON


def at(key: str, step: str = "") -> str:
    return f"/pengamanan/{key}/{step}"


def seen(key: str) -> str:
    return Request.objects.get(key=key).standing


def offered(side: Side, **changes: Any) -> str:
    key = asked_here(side)
    side.state(answered(key, **({"decision": "adjusted", "officers": 8} | changes)))
    return key


def react(side: Side, key: str, choice: str, role: str = "secretary", **data: Any) -> Any:
    return side.post(role, at(key, "tawaran/"), choice=choice, **data)


def completed(side: Side) -> str:
    key = asked_here(side)
    side.state(answered(key))
    side.state(events.AssistanceCompleted(request=key, started_at=START, ended_at=END, officers=10))
    return key


def test_an_offer_is_accepted_once(kpu):
    key = offered(kpu)
    page = kpu.person("secretary").get(at(key)).content.decode()
    assert "Diam berarti belum sepakat, bukan setuju." in page
    assert react(kpu, key, "accept", seen=seen(key)).status_code == 302
    again = react(kpu, key, "accept")
    assert again.status_code == 422 and "Tidak ada tawaran yang menunggu keputusan KPU." in again.content.decode()
    assert state_of(key) == "agreed" and rebuild.check() == []


def test_an_offer_is_declined_in_words(kpu):
    key = offered(kpu)
    assert react(kpu, key, "decline", words="Butuh sedikitnya 10").status_code == 302
    assert "Butuh sedikitnya 10" in kpu.person("chair").get(at(key)).content.decode()
    assert state_of(key) == "declined"


def test_an_offer_that_was_changed_meanwhile_is_not_accepted_unread(kpu):
    key = offered(kpu)
    before, first = seen(key), Answer.objects.get().key
    kpu.state(answered(key, decision="adjusted", officers=2, corrects=first))
    answer = react(kpu, key, "accept", seen=before)
    assert answer.status_code == 422 and "berubah sejak halaman dibuka" in answer.content.decode()
    assert state_of(key) == "offered"


def test_accepting_and_then_declining_on_the_same_page_says_so(kpu):
    key, id = offered(kpu), new_id()
    react(kpu, key, "accept", id=id)
    answer = react(kpu, key, "decline", id=id)
    assert answer.status_code == 422 and "K-102" in answer.content.decode()
    assert state_of(key) == "agreed"


@pytest.mark.parametrize("role", ["village_committee", "auditor", "administrator"])
def test_others_do_not_react(kpu, role):
    key = offered(kpu)
    assert react(kpu, key, "accept", role).status_code == 403
    assert state_of(key) == "offered"


@pytest.mark.slow
def test_a_withdrawal_needs_its_reason_and_stays_visible(kpu):
    key = asked_here(kpu)
    before = Entry.objects.count()
    for wrong in ({}, {"reason": "bored"}, {"reason": "cancelled", "words": "a" * 4001}):
        assert kpu.post("secretary", at(key, "penarikan/"), **wrong).status_code == 422
    assert Entry.objects.count() == before
    assert kpu.post("secretary", at(key, "penarikan/"), reason="cancelled", words="Batal").status_code == 302
    page = kpu.person("secretary").get(at(key)).content.decode()
    assert "Ditarik KPU" in page and "Batal" in page and "meminta pengamanan" in page
    again = kpu.post("secretary", at(key, "penarikan/"), reason="cancelled")
    assert again.status_code == 422 and "sudah ditarik" in again.content.decode()


@pytest.mark.parametrize("first", ["consent", "withdrawal"])
def test_withdrawal_and_consent_cross_in_either_order(kpu, first):
    key = asked_here(kpu)
    before = seen(key)
    kpu.state(answered(key), deliver=False)
    withdraw = {"reason": "rescheduled"}
    if first == "withdrawal":
        assert kpu.post("secretary", at(key, "penarikan/"), seen=before, **withdraw).status_code == 302
        kpu.partner.deliver(kpu.partner.log(kpu.agreement))
    else:
        kpu.partner.deliver(kpu.partner.log(kpu.agreement))
        # Who withdraws what was agreed to meanwhile is told of it first.
        told = kpu.post("secretary", at(key, "penarikan/"), seen=before, **withdraw)
        assert told.status_code == 422 and "berubah sejak halaman dibuka" in told.content.decode()
        assert kpu.post("secretary", at(key, "penarikan/"), seen=seen(key), **withdraw).status_code == 302
    found = Request.objects.get()
    assert (found.state, found.is_crossed) == ("withdrawn", True)
    page = kpu.person("secretary").get(at(key)).content.decode()
    assert "Penarikan dan jawaban bersilang di jalan." in page and "menjawab" in page and "menarik permohonan" in page
    assert rebuild.check() == []


def test_a_report_is_confirmed_or_contradicted_in_words(kpu):
    same, differs = completed(kpu), completed(kpu)
    assert kpu.post("secretary", at(same, "penegasan/"), as_reported="1").status_code == 302
    answer = kpu.post("secretary", at(differs, "penegasan/"), as_reported="0", words=" ")
    assert answer.status_code == 422 and 'id="confirmationform_words_error"' in answer.content.decode()
    assert kpu.post("secretary", at(differs, "penegasan/"), as_reported="0", words="Dua orang").status_code == 302
    assert (state_of(same), state_of(differs)) == ("confirmed", "confirmed")
    assert "KPU mencatat perbedaan." in kpu.person("secretary").get(at(differs)).content.decode()


def test_a_report_that_was_corrected_meanwhile_is_not_confirmed_unread(kpu):
    key = completed(kpu)
    before, first = seen(key), Request.objects.get().completion
    kpu.state(events.AssistanceCompleted(request=key, started_at=START, ended_at=END, officers=2, corrects=first))
    answer = kpu.post("secretary", at(key, "penegasan/"), as_reported="1", seen=before)
    assert answer.status_code == 422 and "berubah sejak halaman dibuka" in answer.content.decode()
    assert state_of(key) == "completed"


def test_each_form_of_a_page_counts_under_an_id_of_its_own(kpu):
    key = offered(kpu)
    page = kpu.person("secretary").get(at(key)).content.decode()
    ids = [part.split('"')[0] for part in page.split('name="id" value="')[1:]]
    assert len(ids) >= 3 and len(set(ids)) == len(ids)


def test_no_two_fields_of_a_page_share_an_id(kpu):
    page = kpu.person("secretary").get(at(offered(kpu))).content.decode()
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(set(ids)) == len(ids), sorted(id for id in ids if ids.count(id) > 1)


def test_after_the_duty_ended_the_page_is_closed(kpu):
    key = offered(kpu)
    over = kpu.person("secretary", starts_at=NOON - timedelta(days=5), ends_at=NOON - timedelta(hours=1))
    assert over.get(at(key)).status_code == 403
    assert over.post(at(key, "tawaran/"), {"id": new_id(), "choice": "accept"}).status_code == 403
    assert state_of(key) == "offered"
