"""Formal letters: numbers without gaps, what they say in both forms, who may fetch them, and the check page."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sinergi.access.models import ReadAudit
from sinergi.documents.tests.samples import docx_words, pdf_pages
from sinergi.features.letters import public as office
from sinergi.features.security import actions, events
from sinergi.features.security.actions import letters
from sinergi.features.security.actions.letters import draw_up, send_letter
from sinergi.features.security.models import Letter, Request
from sinergi.features.security.public import LETTERS
from sinergi.features.security.tests.conftest import (
    SIPIROK,
    Side,
    answered,
    asked_here,
    asked_of_police,
    new_id,
    request_text,
)
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody

CHECK = "https://sinergi.contoh/cek/"
SECRETARY = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")


def issue(side: Side, key: str, role: str = "secretary", **data: Any) -> Any:
    return side.post(role, f"/pengamanan/{key}/surat/", **data)


def send(key: str) -> Letter:
    """State a letter without the slow drawing: the files are one byte each."""
    found = Request.objects.get(key=key)
    given = {"request": key, "about": found.version, "series": "request", "pdf": b"P", "docx": b"D"}
    number = office.next_number(LETTERS["request"], at=NOON, exercise=found.exercise)
    receipt = actions.issue_letter(id=new_id(), by=SECRETARY, at=NOON, number=number, **given)
    return Letter.objects.get(key=receipt.key)


def drawn(key: str, series: Any = "request") -> Any:
    found = Request.objects.with_answers().get(key=key)
    number = office.next_number(LETTERS[series], at=NOON, exercise=found.exercise)
    return draw_up(found, series=series, number=number, at=NOON, id=new_id(), check_page=CHECK)


@pytest.mark.slow
def test_a_letter_is_issued_once_and_fetched_in_both_forms(kpu, paper):
    key, id = asked_here(kpu), new_id()
    assert [issue(kpu, key, id=id).status_code for _ in range(2)] == [302, 302]
    letter = Letter.objects.get()
    assert (letter.number, letter.written) == (1, "001/PP.08-SD/1203/2024")
    for form, start in (("pdf", b"%PDF-"), ("docx", b"PK")):
        file = kpu.person("kpu_staff").get(f"/pengamanan/surat/{letter.key}.{form}")
        assert file.status_code == 200 and file.content.startswith(start)
        assert hashlib.sha256(file.content).hexdigest() == getattr(letter, f"{form}_hash")
        assert 'filename="001-PP.08-SD-1203-2024.' in file["Content-Disposition"]
        assert file["Content-Security-Policy"] == "sandbox"
    again = issue(kpu, key)
    assert again.status_code == 422 and "Surat untuk ini sudah terbit." in again.content.decode()
    assert rebuild.check() == []


def test_the_letter_says_what_was_asked(kpu, paper):
    spot = events.Spot(region=SIPIROK)
    text = request_text(destination="Kantor PPK Sipirok", contact_phone="0811-0000-0000")
    letter = drawn(asked_here(kpu, text=text, destination=spot))
    said = {item.label: item.value for item in letter.items}
    assert said["Kegiatan"] == "Kawal logistik"
    assert said["Hari, tanggal"] == "Minggu, 11 Februari 2024"
    assert said["Pukul"] == "12.00 sampai 20.00 WIB"
    assert said["Tempat"].startswith("Gudang Pargarutan, ") and "Sipirok" in said["Tempat"]
    assert said["Tujuan"].startswith("Kantor PPK Sipirok, Pasar Sipirok")
    assert said["Perkiraan orang"] == "40 (empat puluh) orang"
    assert said["Kekuatan yang dimohon"] == "12 (dua belas) petugas, 3 (tiga) kendaraan"
    assert said["Narahubung"] == "Rosma Harahap 0811-0000-0000"
    assert "Pasal 2 ayat (1)" in letter.opening[0] and "05/PR.07-PKS/1203/2023" in letter.opening[0]
    # The day before the midnight at which the clock ends.
    assert "paling lambat Selasa, 6 Februari 2024." in letter.closing[0]
    assert (letter.classification, letter.urgency, letter.signature.name) == ("Biasa", "", "Tirta Lesmana")


def test_both_forms_hold_the_same_words(kpu, paper):
    key = asked_here(kpu, text=request_text(destination="Kantor PPK Sipirok"))
    issue(kpu, key)
    letter = Letter.objects.get()
    pdf = " ".join("\n".join(pdf_pages(bytes(letter.pdf))).split())
    docx = " ".join(" ".join(docx_words(bytes(letter.docx))).split())
    for words in ("001/PP.08-SD/1203/2024", "Kawal logistik", "Kantor PPK Sipirok", "Tirta Lesmana", letter.key):
        assert words in pdf and words in docx, words


def test_an_answer_says_what_is_offered_and_a_plh_signs_by_name(polres, paper):
    key = asked_of_police(polres)
    plh = polres.person("resort_chief", is_acting=True, name="Sari Ginting", title="Kompol", service_number="0078")
    offer = {"decision": "adjusted", "officers": "8", "vehicles": "2", "sentence": "Kami tawarkan 8 petugas."}
    assert plh.post(f"/pengamanan/{key}/jawaban/", {"id": new_id(), **offer}).status_code == 302
    letter = drawn(key, "answer")
    said = {item.label: item.value for item in letter.items}
    assert said["Kekuatan"] == "8 (delapan) petugas, 2 (dua) kendaraan"
    assert "penyesuaian" in letter.opening[1] and "Kami tawarkan 8 petugas." in letter.closing
    signed = letter.signature
    assert (signed.acting, signed.name, signed.rank) == ("Plh.", "Sari Ginting", "Kompol 0078")
    assert letter.number == "B/1/II/OPS.1.3/2024"


def test_an_answer_letter_needs_an_answer(polres, paper):
    key = asked_of_police(polres)
    answer = issue(polres, key, "operations_head")
    assert answer.status_code == 422 and "setelah permohonan dijawab" in answer.content.decode()


def test_an_emergency_is_urgent_and_a_protected_person_restricted(kpu, paper):
    urgent = drawn(asked_here(kpu, emergency=True))
    assert urgent.urgency == "Segera" and "pukul 13.00 WIB" in urgent.closing[0]
    assert drawn(asked_here(kpu, service="person")).classification == "Terbatas"


@pytest.mark.parametrize("words", ["<b>", "=1+1", "\u202egnamanagnep", "a" * 200, "🚓"])
def test_hostile_words_print(kpu, paper, words):
    key = asked_here(kpu, text=request_text(activity=words, place=words))
    assert letters.letter_pdf(drawn(key)).startswith(b"%PDF-")


def test_without_a_signer_the_page_says_where_to_name_one(kpu):
    key = asked_here(kpu)
    answer = issue(kpu, key)
    assert answer.status_code == 422 and "halaman Kop surat" in answer.content.decode()
    assert not Letter.objects.exists()


def test_numbers_go_on_without_a_gap_after_a_letter_that_failed(kpu, paper, monkeypatch):
    first, second = asked_here(kpu), asked_here(kpu)
    send(first)

    def broken(letter: Any) -> bytes:
        raise Refused("Berkas lambang tidak dapat dibaca.", code="D-06")

    with monkeypatch.context() as patched:
        patched.setattr(letters, "letter_pdf", broken)
        assert issue(kpu, second).status_code == 422
    assert send(second).number == 2
    assert list(Letter.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_a_number_that_was_taken_meanwhile_is_drawn_again(kpu, paper, monkeypatch):
    first, second = asked_here(kpu), asked_here(kpu)
    real = letters.letter_docx

    def slow(letter: Any) -> bytes:
        if not Letter.objects.exists():
            send(first)
        return real(letter)

    monkeypatch.setattr(letters, "letter_docx", slow)
    monkeypatch.setattr(letters, "letter_pdf", lambda letter: letter.number.encode())
    found = Request.objects.get(key=second)
    send_letter(id=new_id(), by=SECRETARY, at=NOON, found=found, series="request", check_page=CHECK)
    letter = Letter.objects.get(request_id=second)
    # The file bears the number that is stated.
    assert (letter.number, bytes(letter.pdf)) == (2, b"002/PP.08-SD/1203/2024")


def test_each_year_and_each_series_counts_by_itself(kpu, paper):
    key = asked_here(kpu)
    send(key)
    at = ((NOON, "request", 2), (NOON, "answer", 1), (NOON + timedelta(days=366), "request", 1))
    for day, series, number in at:
        shape = LETTERS[series]
        if series == "answer":
            shape = msgspec.structs.replace(shape, default={"kpu": "B/{nomor}/{tahun}"})
        assert office.next_number(shape, at=day, exercise=False).number == number


@pytest.mark.parametrize("role", ["kpu_staff", "chair", "village_committee", "auditor"])
def test_only_who_keeps_the_papers_issues(kpu, paper, role):
    key = asked_here(kpu)
    assert issue(kpu, key, role).status_code == 403
    assert not Letter.objects.exists()


def test_a_stranger_fetches_no_letter(kpu):
    letter = send(asked_here(kpu))
    stranger = sign_in_somebody("secretary", agreements=["f" * 64])
    far = kpu.person("district_committee", regions=["120302"])
    over = kpu.person("secretary", starts_at=NOON - timedelta(days=5), ends_at=NOON - timedelta(hours=1))
    for browser, status in ((stranger, 404), (far, 404), (over, 403), (Client(), 302)):
        for form in ("pdf", "docx"):
            assert browser.get(f"/pengamanan/surat/{letter.key}.{form}").status_code == status
    assert issue(kpu, "x" * 26).status_code == 404


def test_fetching_a_restricted_letter_leaves_a_trace(kpu):
    key = asked_here(kpu, service="candidate")
    letter = send(key)
    kpu.person("secretary").get(f"/pengamanan/surat/{letter.key}.pdf")
    kpu.person("auditor").get(f"/pengamanan/{key}/bukti.sinergi")
    kpu.person("secretary").get(f"/pengamanan/{key}/")
    read = list(ReadAudit.objects.values_list("record", "permission"))
    assert read == [
        (f"security.request:{key}", "security.letter_file"),
        (f"security.request:{key}", "evidence.export"),
        (f"security.request:{key}", "security.read"),
    ]


def test_the_check_page_knows_a_genuine_letter(kpu):
    letter = send(asked_here(kpu))
    anybody = Client()
    page = anybody.get(f"/cek/{letter.key}/").content.decode()
    assert "Surat ini terbit dari Sinergi." in page and letter.written in page
    # Number, issuer and time: nothing of what the letter is about.
    assert "Kawal logistik" not in page and "Rosma" not in page
    assert anybody.get("/cek/", {"kode": letter.key.upper()}).status_code == 200


@pytest.mark.parametrize(("file", "words"), [(b"P", "sama persis"), (b"P2", "bukan berkas yang diterbitkan")])
def test_the_check_page_tells_the_file_from_a_changed_one(kpu, file, words):
    letter = send(asked_here(kpu))
    page = Client().post(f"/cek/{letter.key}/", {"berkas": SimpleUploadedFile("surat.pdf", file)})
    assert page.status_code == 200 and words in page.content.decode()


@pytest.mark.parametrize("code", ["a" * 26, "x", "\x00", "%", "' OR 1=1", "a" * 5000, "<script>alert(1)</script>"])
def test_the_check_page_does_not_know_other_codes(kpu, code):
    answer = Client().get("/cek/", {"kode": code})
    assert answer.status_code == 404 and "Tidak ada surat dengan kode itu" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_the_check_page_says_that_the_request_was_withdrawn(kpu):
    key = asked_here(kpu)
    letter = send(key)
    actions.withdraw_request(id=new_id(), by=SECRETARY, at=NOON, request=key, reason="cancelled")
    assert "kemudian ditarik" in Client().get(f"/cek/{letter.key}/").content.decode()


@pytest.mark.slow
def test_what_was_withdrawn_is_not_asked_for_in_a_letter(kpu, paper):
    key = asked_here(kpu)
    assert "Terbitkan surat permohonan" in kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
    actions.withdraw_request(id=new_id(), by=SECRETARY, at=NOON, request=key, reason="cancelled")
    assert "Terbitkan surat permohonan" not in kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
    answer = issue(kpu, key)
    assert answer.status_code == 422 and "sudah ditarik" in answer.content.decode()
    assert not Letter.objects.exists()


def test_a_corrected_request_gets_a_letter_of_its_own(kpu):
    key = asked_here(kpu)
    send(key)
    kpu.state(answered(key))
    given = {"service": "escort", "people": 60, "officers": 14, "vehicles": 3, "risks": [], "emergency": False}
    found = Request.objects.get()
    spans = {"starts_at": found.starts_at, "ends_at": found.ends_at, "spot": events.Spot(region=SIPIROK)}
    given |= {"destination": None, "text": request_text(), **spans}
    actions.correct_request(id=new_id(), by=SECRETARY, at=NOON, request=key, **given)
    assert "Terbitkan surat permohonan" in kpu.person("secretary").get(f"/pengamanan/{key}/").content.decode()
    assert send(key).number == 2
