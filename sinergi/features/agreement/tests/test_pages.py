"""The pages of agreements: who opens what, what a form does with anything at all, and what it leaves behind."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from sinergi.access.models import ReadAudit
from sinergi.features.agreement import scans
from sinergi.features.agreement.actions import enter_agreement
from sinergi.features.agreement.events import AgreementEntered
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.tests.papers import filled_in, pdf, upload
from sinergi.features.agreement.views import listing
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import rebuild
from sinergi.ledger.events import founding_id
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import terms
from tests.nodes.simulator import NOON


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def offered(node, police) -> str:
    """An agreement the police entered and this office has not confirmed; its paper is `pdf()`."""
    paper = pdf()
    changed = {**terms(), "scan": scans.fingerprint(paper), "scan_size": len(paper)}
    event = AgreementEntered(parties=[police.id, node.id], nonce="0" * 32, **changed)
    police.state(founding_id(event), event)
    return founding_id(event)


def address(name: str, agreement: str) -> str:
    return reverse(f"agreement:{name}", args=[agreement])


def enter(client, **changes):
    return client.post(reverse("agreement:new"), filled_in(**changes))


def test_secretary_enters_an_agreement_and_reads_it_back(node, police, person):
    client = person("secretary")
    answer = enter(client)
    row = Agreement.objects.get()
    assert answer.headers["Location"] == address("agreement", row.agreement)
    page = client.get(answer.headers["Location"]).content.decode()
    assert row.article_texts == {"1": "(1) Para Pihak.\n(2) Istilah."}
    assert [article["title"] for article in row.articles] == ["Pengertian", "Bantuan pengamanan"]
    for words in (
        "Tirta Lesmana",
        "05/PR.07-PKS/1203/2023",
        "B/11/III/2023",
        "menunggu penegasan pihak lain",
        "Sipirok",
    ):
        assert words in page
    assert scans.read(row.scan) == pdf()
    assert rebuild.check() == []


@pytest.mark.slow
def test_same_submission_twice_is_one_agreement(node, police, person):
    client, id = person("secretary"), new_event_id(NOON)
    first, again = enter(client, id=id), enter(client, id=id)
    assert first.headers["Location"] == again.headers["Location"]
    assert Agreement.objects.count() == 1


def test_exercise_is_marked_on_every_page(node, police, person):
    client = person("secretary")
    page = client.get(enter(client, exercise="on").headers["Location"]).content.decode()
    assert "LATIHAN" in page
    assert "L-05/PR.07-PKS/1203/2023" in page
    assert "LATIHAN" in client.get(reverse("agreement:agreements")).content.decode()


BAD = [
    ({"partner": ""}, "Pihak lain"),
    ({"partner": "f" * 64}, "Pihak lain"),
    ({"signed_on": "31-02-2024"}, "Tanggal tanda tangan"),
    ({"signed_on": "2999-01-01"}, "belum tiba"),
    ({"ends_on": "2020-01-01"}, "berakhir setelah mulai"),
    ({"ends_on": "99999-01-01"}, "Berlaku sampai"),
    ({"scopes": ["votes"]}, "Ruang lingkup"),
    ({"scopes": []}, "Ruang lingkup"),
    ({"title": "x" * 5000}, "Judul"),
    ({"own_number": ""}, "Nomor kantor ini"),
    ({"id": "1"}, "tidak sah"),
    ({"pasal-TOTAL_FORMS": "x"}, "pasal"),
    ({"pasal-TOTAL_FORMS": "100000"}, "pasal"),
    ({"pasal-0-title": "x" * 500}, "Judul pasal"),
    ({"pasal-0-title": "", "pasal-2-title": ""}, "pasal"),
    ({"pasal-2-scope": "votes"}, "Menjalankan"),
    ({"scan": ""}, "Pindaian naskah"),
    ({"scan": upload(b"MZ\x90", "naskah.pdf")}, "PDF atau JPG"),
    ({"scan": upload(b"", "kosong.pdf")}, "Pindaian naskah"),
]


@pytest.mark.slow
def test_bad_input_gets_a_sentence_and_leaves_nothing(node, police, person, tmp_path, subtests):
    client = person("secretary")
    for changes, words in BAD:
        with subtests.test(str(changes)[:80]):
            answer = enter(client, **changes)
            assert answer.status_code == 422
            assert words in answer.content.decode()
            assert Agreement.objects.count() == 0
            assert not list((tmp_path / "blobs").rglob("*.*"))
            assert not Entry.objects.filter(kind="agreement.entered").exists()


def test_markup_and_formulas_stay_words(node, police, person):
    client = person("secretary")
    place = enter(client, title="<script>alert(1)</script>", place='=HYPERLINK("http://x")').headers["Location"]
    page = client.get(place).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    sheet = load_workbook(io.BytesIO(client.get(reverse("agreement:sheet")).content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.slow
def test_the_other_party_confirms_with_the_same_file(offered, person):
    client = person("chair")
    page = client.get(address("agreement", offered)).content.decode()
    assert "Tegaskan perjanjian" in page
    form = {"id": new_event_id(NOON), "compared": "on"}
    refused = client.post(address("confirmation", offered), {**form, "scan": upload(pdf("lain"))})
    assert refused.status_code == 422
    assert "Pindaian Anda berbeda" in refused.content.decode()
    assert Agreement.objects.get().state == "waiting"
    client.post(address("confirmation", offered), {**form, "scan": upload(pdf())})
    row = Agreement.objects.get()
    assert row.state == "in_force"
    assert scans.read(row.scan) == pdf()
    assert "menegaskan isinya sama" in client.get(address("agreement", offered)).content.decode()
    assert rebuild.check() == []


@pytest.mark.slow
def test_confirming_needs_the_comparison_and_is_done_once(offered, person):
    client = person("chair")
    without = client.post(address("confirmation", offered), {"id": new_event_id(NOON), "scan": upload(pdf())})
    assert without.status_code == 422
    for expected in (302, 422):
        form = {"id": new_event_id(NOON), "compared": "on", "scan": upload(pdf())}
        assert client.post(address("confirmation", offered), form).status_code == expected


def test_ending_is_a_fact_and_stops_the_agreement(agreement, person):
    client = person("secretary")
    alone = {"id": new_event_id(NOON), "reason": "ended_by_consent"}
    assert client.post(address("ending", agreement), alone).status_code == 422
    form = {"id": new_event_id(NOON), "reason": "void_law"}
    assert client.post(address("ending", agreement), {**form, "reason": "bosan"}).status_code == 422
    assert client.post(address("ending", agreement), form).status_code == 302
    page = client.get(address("agreement", agreement)).content.decode()
    assert "mengakhiri perjanjian: Ketentuan hukumnya tidak berlaku lagi" in page
    assert rebuild.check() == []


def test_a_waiting_agreement_is_withdrawn_on_its_page_by_the_office_that_entered_it(node, police, person):
    client = person("secretary")
    receipt = enter_agreement(
        id=new_event_id(NOON), by=Actor(id="5" * 16, office="secretary"), at=NOON, partners=[police.id], **terms()
    )
    waiting = Entry.objects.get(key=receipt.key).log.agreement
    page = client.get(address("agreement", waiting)).content.decode()
    assert "Tarik perjanjian" in page and "Akhiri tanpa usul…" not in page
    assert client.post(address("ending", waiting), {}).status_code == 422
    assert client.post(address("ending", waiting), {"id": new_event_id(NOON)}).status_code == 302
    page = client.get(address("agreement", waiting)).content.decode()
    assert "menarik perjanjian sebelum semua pihak menegaskannya" in page and "Tarik perjanjian" not in page
    assert client.post(address("ending", waiting), {"id": new_event_id(NOON)}).status_code == 422


def test_whoever_has_not_confirmed_is_offered_no_withdrawal(offered, person):
    client = person("secretary")
    assert "Tarik perjanjian" not in client.get(address("agreement", offered)).content.decode()
    assert client.post(address("ending", offered), {"id": new_event_id(NOON)}).status_code == 422


def test_anyone_can_ask_whether_a_file_is_the_paper_and_it_is_not_kept(offered, person, tmp_path):
    client = person("police_sector")
    same = client.post(address("comparison", offered), {"scan": upload(pdf())}).content.decode()
    other = client.post(address("comparison", offered), {"scan": upload(pdf("lain"), "lain.pdf")}).content.decode()
    assert "naskah.pdf sama persis" in same
    assert "lain.pdf berbeda" in other
    assert not (tmp_path / "blobs").exists()


def test_reading_the_scan_leaves_a_trace_and_it_comes_as_a_download(node, police, person):
    client = person("secretary")
    enter(client)
    row = Agreement.objects.get()
    answer = client.get(address("scan", row.agreement))
    assert answer.content == pdf()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ReadAudit.objects.filter(permission="agreement.read").count() == 1


def test_scan_that_is_not_here_is_not_there(offered, person):
    assert person("secretary").get(address("scan", offered)).status_code == 404


def test_evidence_is_exported_with_and_without_texts(agreement, person):
    client = person("secretary")
    whole = b"".join(client.get(address("evidence", agreement)).streaming_content)
    bare = b"".join(client.get(address("evidence", agreement), {"isi": "tanpa"}).streaming_content)
    assert len(bare) < len(whole)
    assert b"Tirta" not in bare
    assert ReadAudit.objects.filter(permission="evidence.export").count() == 2


@pytest.mark.parametrize("name", ["agreement", "scan", "evidence"])
def test_strangers_find_nothing_of_an_agreement(agreement, person, name):
    assert person("secretary", agreements=["e" * 64]).get(address(name, agreement)).status_code == 404
    assert person("secretary").get(address(name, "e" * 64)).status_code == 404
    assert person().get(address(name, agreement)).status_code == 403


@pytest.mark.parametrize("name", ["comparison", "confirmation", "ending"])
def test_strangers_change_nothing_of_an_agreement(agreement, person, name):
    assert person("secretary", agreements=["e" * 64]).post(address(name, agreement), {}).status_code == 404
    assert person().post(address(name, agreement), {}).status_code == 403
    assert Agreement.objects.get().state == "in_force"


@pytest.mark.parametrize("role", ["kpu_staff", "police_sector", "auditor", "village_committee"])
def test_only_offices_that_keep_the_papers_enter_confirm_and_end(offered, person, role):
    client = person(role)
    assert client.get(reverse("agreement:new")).status_code == 403
    for name in ("confirmation", "ending"):
        assert client.post(address(name, offered), {}).status_code == 403
    assert "Tegaskan perjanjian" not in client.get(address("agreement", offered)).content.decode()


def test_duty_for_certain_agreements_enters_no_new_one(node, police, person):
    assert person("secretary", agreements=["e" * 64]).get(reverse("agreement:new")).status_code == 403


def test_search_finds_by_partner_and_number_only_what_one_may_open(agreement, person):
    assert [hit.title for hit in listing.found(person("secretary").user, "polres 05/pr")] == [terms()["title"]]
    assert listing.found(person("secretary", agreements=["e" * 64]).user, "polres") == []
    assert listing.found(person().user, "polres") == []


def test_inbox_asks_the_one_who_confirms_and_nobody_else(offered, person):
    assert len(listing.waiting_for(person("chair").user, now())) == 1
    assert listing.waiting_for(person("kpu_staff").user, now()) == []
    assert listing.waiting_for(person("chair", agreements=["e" * 64]).user, now()) == []


def test_list_says_what_to_do_while_it_is_empty(node, person):
    page = person("secretary").get(reverse("agreement:agreements")).content.decode()
    assert "Belum ada kantor lain yang dikenal" in page


def test_list_is_filtered_by_state(agreement, person):
    client, url = person("secretary"), reverse("agreement:agreements")
    shown = {choice: client.get(url, {"tampil": choice}).content.decode() for choice in ("berakhir", "menunggu", "x")}
    assert "05/PR.07-PKS/1203/2023" in shown["berakhir"]
    assert "05/PR.07-PKS/1203/2023" not in shown["menunggu"]
    assert "05/PR.07-PKS/1203/2023" in shown["x"]


def test_nobody_is_led_to_obligations_that_their_office_does_not_open(agreement, person):
    board = reverse("obligations:board", args=[agreement])
    assert board in person("secretary").get(address("agreement", agreement)).content.decode()
    assert person("administrator").get(board).status_code == 403
    assert board not in person("administrator").get(address("agreement", agreement)).content.decode()
