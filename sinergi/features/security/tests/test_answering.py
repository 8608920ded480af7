"""The police's steps on screen: proposal, disposisi, spoken order, force, report; who may, what is stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from sinergi.features.security import actions, events
from sinergi.features.security.models import Answer, Proposal, Request
from sinergi.features.security.tests.conftest import END, Side, asked_of_police, new_id, request_text, state_of
from sinergi.kernel.actors import Actor
from sinergi.ledger import rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody

HEAD = Actor(id="4ead4ead4ead4ead", office="operations_head")


def at(key: str, step: str = "") -> str:
    return f"/pengamanan/{key}/{step}"


def seen(key: str) -> str:
    return Request.objects.get(key=key).standing


def lay(key: str, decision: str = "agreed", **content: Any) -> Proposal:
    """The operations head lays an answer before the Kapolres."""
    given = {"sentence": "Siap melaksanakan.", "officers": 12, "vehicles": 3}
    return actions.propose_answer(by=HEAD, at=NOON, request=key, decision=decision, **(given | content))


def decide(side: Side, key: str, role: str = "resort_chief", **data: Any) -> Any:
    return side.post(role, at(key, "disposisi/"), **({"choice": "approve"} | data))


def is_refused(answer: Any, words: str) -> bool:
    """Whether the request's own page came back with this sentence, and with the status of a refusal."""
    return answer.status_code == 422 and words in answer.content.decode() and "Jejak" in answer.content.decode()


@pytest.mark.slow
def test_a_proposal_becomes_binding_by_the_disposisi_of_the_kapolres(polres):
    key = asked_of_police(polres)
    head = polres.person("operations_head")
    assert "Usul jawaban" in head.get(at(key)).content.decode()
    polres.post("operations_head", at(key, "usul/"), decision="agreed", sentence="Siap.", seen=seen(key))
    laid = Proposal.objects.get()
    assert state_of(key) == "requested" and not Answer.objects.exists()
    assert "Usul jawaban untuk disposisi Anda" in polres.person("resort_chief").get(at(key)).content.decode()
    assert decide(polres, key, proposal=laid.pk, seen=seen(key)).status_code == 302
    found = Answer.objects.get()
    assert (state_of(key), found.officers, found.office, found.acting) == ("agreed", 12, "resort_chief", False)
    assert rebuild.check() == []


def test_a_plh_decides_within_the_days_of_the_duty(polres):
    key = asked_of_police(polres)
    lay(key)
    days = {"starts_at": NOON - timedelta(days=1), "ends_at": NOON + timedelta(hours=1)}
    plh = polres.person("resort_chief", is_acting=True, **days)
    with time_machine.travel(NOON + timedelta(hours=1, seconds=1)):
        assert plh.post(at(key, "disposisi/"), {"id": new_id(), "choice": "approve"}).status_code == 403
    assert state_of(key) == "requested"
    assert plh.post(at(key, "disposisi/"), {"id": new_id(), "choice": "approve"}).status_code == 302
    assert (state_of(key), Answer.objects.get().acting) == ("agreed", True)
    assert "(Plh)" in polres.person("operations_head").get(at(key)).content.decode()


@pytest.mark.parametrize(
    "role", ["operations_head", "deputy_chief", "operations_staff", "police_sector", "auditor", "administrator"]
)
def test_nobody_else_decides(polres, role):
    key = asked_of_police(polres)
    lay(key)
    assert decide(polres, key, role).status_code == 403
    assert polres.post(role, at(key, "jawaban/"), decision="agreed").status_code == 403
    assert state_of(key) == "requested"


def test_a_kapolres_of_another_agreement_finds_nothing(polres):
    key = asked_of_police(polres)
    lay(key)
    stranger = sign_in_somebody("resort_chief", agreements=[polres.more["other"].agreement])
    assert stranger.get(at(key)).status_code == 404
    assert stranger.post(at(key, "disposisi/"), {"id": new_id(), "choice": "approve"}).status_code == 404
    assert "Kawal logistik" not in stranger.get("/").content.decode()
    assert state_of(key) == "requested"


def test_a_proposal_that_was_replaced_is_not_approved_unread(polres):
    key = asked_of_police(polres)
    read = lay(key, decision="agreed")
    lay(key, decision="refused", sentence="Pasukan habis.")
    answer = decide(polres, key, proposal=read.pk, seen=seen(key))
    assert is_refused(answer, "Usul jawaban diganti sejak halaman dibuka.")
    # The page that comes back shows the new one.
    assert "Pasukan habis." in answer.content.decode() and not Answer.objects.exists()
    assert decide(polres, key, proposal=Proposal.objects.get().pk, seen=seen(key)).status_code == 302
    assert state_of(key) == "refused"


def test_a_request_that_was_corrected_meanwhile_is_not_answered_unread(polres):
    key = asked_of_police(polres)
    before = seen(key)
    corrected = {"number": 1, "officers": 200, "corrects": key, "text": request_text(activity="Kawal semua")}
    asked_of_police(polres, **corrected)
    answer = polres.post("resort_chief", at(key, "jawaban/"), decision="agreed", seen=before)
    assert is_refused(answer, "berubah sejak halaman dibuka")
    assert "Kawal semua" in answer.content.decode() and not Answer.objects.exists()


def test_a_proposal_for_an_older_version_waits_for_nobody(polres):
    key = asked_of_police(polres)
    laid = lay(key)
    asked_of_police(polres, number=1, officers=20, corrects=key)
    assert is_refused(decide(polres, key, proposal=laid.pk, seen=seen(key)), "Minta usul baru.")
    assert "Menunggu keputusan Anda" not in polres.person("resort_chief").get("/").content.decode()
    assert "Permohonan menunggu usul jawaban" in polres.person("operations_head").get("/").content.decode()


@pytest.mark.slow
def test_the_second_of_two_decisions_is_told_that_it_came_second(polres):
    key = asked_of_police(polres)
    laid, before = lay(key), seen(key)
    assert decide(polres, key, proposal=laid.pk, seen=before).status_code == 302
    assert is_refused(decide(polres, key, proposal=laid.pk, seen=before), "Tidak ada usul jawaban yang menunggu")
    answer = polres.post("resort_chief", at(key, "jawaban/"), decision="refused", sentence="Tidak", seen=before)
    assert is_refused(answer, "Permohonan ini sudah dijawab.") and Answer.objects.count() == 1


def test_the_same_click_twice_is_one_answer(polres):
    key = asked_of_police(polres)
    laid, id = lay(key), new_id()
    data = {"id": id, "proposal": laid.pk, "seen": seen(key)}
    assert [decide(polres, key, **data).status_code for _ in range(2)] == [302, 302]
    assert Answer.objects.count() == 1


def test_a_form_without_its_button_decides_nothing(polres):
    key = asked_of_police(polres)
    lay(key)
    assert is_refused(decide(polres, key, choice=""), "Pilih salah satu tombol keputusan.")
    assert state_of(key) == "requested"


def test_a_proposal_goes_back_with_a_remark(polres):
    key = asked_of_police(polres)
    laid = lay(key)
    assert is_refused(decide(polres, key, choice="return", words=" ", proposal=laid.pk), "Tulis apa yang perlu")
    assert decide(polres, key, choice="return", words="Tambah dua orang", proposal=laid.pk).status_code == 302
    page = polres.person("operations_head").get(at(key)).content.decode()
    assert "Dikembalikan Kapolres:" in page and "Tambah dua orang" in page
    assert decide(polres, key).status_code == 422


WRONG = [
    ({"decision": "refused", "sentence": " "}, "sentence"),
    ({"decision": "maybe"}, "decision"),
    ({"decision": "adjusted", "officers": "0"}, "officers"),
    ({"decision": "adjusted", "officers": "-1"}, "officers"),
    ({"decision": "adjusted", "officers": "12", "vehicles": "3"}, "decision"),
    ({"decision": "partly", "officers": "8", "day": "2024-02-31", "starts": "05:00", "ends": "06:00"}, "day"),
    ({"decision": "partly", "officers": "8", "day": "2034-02-01", "starts": "05:00", "ends": "06:00"}, "day"),
    (
        {
            "decision": "partly",
            "officers": "8",
            "day": "2024-02-11",
            "starts": "05:00",
            "ends": "06:00",
            "until": "2024-02-01",
        },
        "ends",
    ),
    ({"decision": "agreed", "sentence": "a" * 4001}, "sentence"),
    ({"decision": "agreed", "sentence": "a\x00"}, "sentence"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "step"), [("operations_head", "usul/"), ("resort_chief", "jawaban/")])
def test_a_wrong_answer_is_said_beside_its_field(polres, role, step, subtests):
    key = asked_of_police(polres)
    before = Entry.objects.count()
    for typed, field in WRONG:
        with subtests.test(str(typed)[:80]):
            answer = polres.post(role, at(key, step), **typed)
            page = answer.content.decode()
            assert answer.status_code == 422 and f'id="answerform_{field}_error"' in page
            assert not Answer.objects.exists() and not Proposal.objects.exists() and Entry.objects.count() == before


@pytest.mark.slow
def test_a_spoken_order_is_written_down_and_confirmed(polres):
    key = asked_of_police(polres, emergency=True)
    for role in ("operations_staff", "police_sector"):
        assert polres.post(role, at(key, "perintah-lisan/"), decision="agreed").status_code == 403
    assert polres.post("operations_head", at(key, "perintah-lisan/"), decision="agreed").status_code == 302
    assert state_of(key) == "agreed"
    head = polres.person("operations_head").get(at(key)).content.decode()
    assert "Perintah lisan; penegasan tertulis dalam 24 jam." in head
    assert polres.post("operations_head", at(key, "penegasan-lisan/")).status_code == 403
    chief = polres.person("resort_chief")
    assert "Tegaskan perintah lisan" in chief.get(at(key)).content.decode()
    assert "Tegaskan" in chief.get("/").content.decode()
    assert polres.post("resort_chief", at(key, "penegasan-lisan/")).status_code == 302
    assert is_refused(polres.post("resort_chief", at(key, "penegasan-lisan/")), "Tidak ada perintah lisan")
    assert rebuild.check() == []


def test_a_spoken_order_is_only_for_emergencies_and_never_a_refusal(polres):
    calm, urgent = asked_of_police(polres), asked_of_police(polres, number=2, emergency=True)
    assert is_refused(polres.post("operations_head", at(calm, "perintah-lisan/"), decision="agreed"), "darurat")
    refusal = {"decision": "refused", "sentence": "Tidak bisa"}
    assert is_refused(polres.post("operations_head", at(urgent, "perintah-lisan/"), **refusal), "darurat")
    assert not Answer.objects.exists()


@pytest.mark.slow
def test_force_and_report_follow_the_consent(polres):
    key = asked_of_police(polres)
    force = {"unit": "Satuan Samapta Regu 12", "sprin_number": "007/II/2024", "officers": "8", "commander": "Ucok"}
    assert is_refused(polres.post("operations_head", at(key, "penugasan/"), **force), "setelah permohonan disanggupi")
    decide(polres, key, proposal=lay(key).pk)
    assert polres.post("operations_head", at(key, "penugasan/"), **force).status_code == 302
    again = force | {"sprin_number": "008/II/2024"}
    assert polres.post("operations_head", at(key, "penugasan/"), **again).status_code == 302
    assert Request.objects.get().sprin_number == "008/II/2024"
    report = {"day": "2024-02-11", "starts": "05:00", "ends": "13:00", "officers": "8", "incidents": "0"}
    early = polres.post("operations_staff", at(key, "pelaksanaan/"), **report)
    assert is_refused(early, "belum selesai pada waktu itu") and 'id="reportform_ends_error"' in early.content.decode()
    with time_machine.travel(END + timedelta(hours=1)):
        staff = polres.person("operations_staff", starts_at=NOON)
        assert staff.post(at(key, "pelaksanaan/"), {"id": new_id(), **report}).status_code == 302
    assert state_of(key) == "completed"
    assert rebuild.check() == []


WRONG_FORCES = [
    ({"unit": " "}, "unit"),
    ({"unit": "a" * 121}, "unit"),
    ({"sprin_number": ""}, "sprin_number"),
    ({"sprin_number": "a" * 61}, "sprin_number"),
    ({"officers": "0"}, "officers"),
    ({"officers": "x"}, "officers"),
    ({"commander": "\x00"}, "commander"),
    ({"commander_phone": "0" * 31}, "commander_phone"),
]


@pytest.mark.slow
def test_a_wrong_force_is_said_beside_its_field(polres, subtests):
    key = asked_of_police(polres)
    decide(polres, key, proposal=lay(key).pk)
    for change, field in WRONG_FORCES:
        with subtests.test(str(change)[:80]):
            force = {"unit": "Regu 12", "sprin_number": "7", "officers": "8"} | change
            answer = polres.post("operations_head", at(key, "penugasan/"), **force)
            assert answer.status_code == 422 and f'id="forceform_{field}_error"' in answer.content.decode()
            assert state_of(key) == "agreed"


def test_what_the_commission_withdrew_is_not_answered(polres):
    key = asked_of_police(polres)
    laid, before = lay(key), seen(key)
    polres.state(events.AssistanceWithdrawn(request=key, reason="cancelled"))
    assert is_refused(decide(polres, key, proposal=laid.pk, seen=before), "sudah ditarik KPU")
    assert "Ditarik KPU" in polres.person("operations_head").get(at(key)).content.decode()


@pytest.mark.slow
def test_a_withdrawal_that_crossed_the_consent_is_told_on_both_pages(polres):
    key = asked_of_police(polres)
    polres.partner.state(polres.agreement, events.AssistanceWithdrawn(request=key, reason="cancelled"), deliver=False)
    decide(polres, key, proposal=lay(key).pk)
    assert state_of(key) == "agreed"
    polres.partner.deliver(polres.partner.log(polres.agreement))
    assert state_of(key) == "withdrawn"
    head = polres.person("operations_head")
    assert "Penarikan dan jawaban bersilang di jalan." in head.get(at(key)).content.decode()
    assert "bersilang dengan jawaban" in head.get("/pengamanan/").content.decode()
    assert rebuild.check() == []


def test_a_declined_offer_comes_back_to_the_operations_head(polres):
    key = asked_of_police(polres)
    decide(polres, key, proposal=lay(key, decision="adjusted", officers=8).pk)
    polres.state(events.OfferDeclined(request=key, answer=Answer.objects.get().key))
    assert state_of(key) == "declined"
    assert "Tawaran ditolak KPU; usulkan yang lain" in polres.person("operations_head").get("/").content.decode()
    decide(polres, key, proposal=lay(key, decision="adjusted", officers=10).pk)
    assert state_of(key) == "offered"
