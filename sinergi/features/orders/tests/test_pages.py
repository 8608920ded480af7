"""Orders on screen: signed at the act with a second factor or one's own key; cards for two people alone."""

from __future__ import annotations

import io
import zipfile

import pytest

from sinergi.access import passkeys
from sinergi.access.models import Passkey, ReadAudit
from sinergi.documents.tests.samples import pdf_pages
from sinergi.features.orders import actions, drawing
from sinergi.features.orders.models import DrawnFile, Duty, DutyOrder, OrderDraft
from sinergi.features.orders.tests.conftest import CHIEF, LEADERS, SECRET
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON
from tests.permissions.devices import Device

HERE = {"HTTP_HOST": "localhost", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def undrawn(monkeypatch):
    """Nobody draws letters beside these pages."""
    monkeypatch.setattr(drawing, "start", lambda order, papers, *, finished: None)


def typed(draft: OrderDraft) -> dict[str, str]:
    words = {name: getattr(draft, name) for name in actions.WORDS} | {"phone": "0634-000000"}
    return words | {f"padal-{code}": number for code, number in LEADERS.items()}


def signing_fields(page: str) -> dict[str, str]:
    digest = page.split('name="digest" value="')[1][:64]
    return {"id": new_event_id(NOON), "digest": digest}


@pytest.mark.slow
def test_from_a_plan_to_a_signed_order(office, person, undrawn, client):
    staff = person("operations_staff")
    begun = staff.post("/perintah/baru/", {"plan": office.plan, "replaces": ""})
    draft = OrderDraft.objects.get()
    assert begun.url == f"/perintah/konsep/{draft.id}/" and draft.commanders  # proposed
    page = staff.get(begun.url).content.decode()
    assert "telepon posko" in page and "Lampiran intelijen" not in page  # not for staff
    refused = staff.post(begun.url, typed(draft) | {"phone": "110", "padal-120301": "1", "ajukan": "1"})
    assert refused.status_code == 422 and "Pilih padal Kecamatan" in refused.content.decode()
    assert staff.post(begun.url, typed(draft) | {"ajukan": "1"}).url == "/perintah/"
    assert "KONSEP" in pdf_pages(staff.get(f"{begun.url}sprin.pdf").content)[0]
    signing = f"/perintah/konsep/{draft.id}/tanda-tangan/"
    password = person("resort_chief", proven="password")
    assert "menunggu tanda tangan" in password.get("/kotak/").content.decode()
    fields = signing_fields(password.get(signing).content.decode())
    led = password.post(f"/perintah/konsep/{draft.id}/tanda-tangani/", fields)
    assert led.status_code == 302 and "for=act" in led.url and not DutyOrder.objects.exists()
    chief = person("resort_chief")
    assert staff.post(f"/perintah/konsep/{draft.id}/tanda-tangani/", fields).status_code == 403
    signed = chief.post(f"/perintah/konsep/{draft.id}/tanda-tangani/", fields)
    order = DutyOrder.objects.get()
    assert signed.url == f"/perintah/{order.key}/" and not order.is_own_key
    shown = chief.get(signed.url).content.decode()
    assert order.sprin_written in shown and "bukti lebih lemah" in shown and "Petugas 1" in shown
    duty = Duty.objects.get(officer="00920001")
    letter = pdf_pages(staff.get(f"/perintah/{order.key}/surat/{duty.letter}.pdf").content)
    assert len(letter) == 1 and "Sgas/1/II/OPS.1.3./2024" in letter[0] and "dengan faktor kedua" in letter[0]
    names = pdf_pages(chief.get(f"/perintah/{order.key}/sprin.pdf").content)
    assert "Petugas 6" in names[1] and "DAFTAR NAMA PERSONEL" in names[1]
    for end in ("sprin.docx", "renpam.pdf", "renpam.docx", "personel.xlsx", f"surat/{duty.letter}.docx"):
        assert staff.get(f"/perintah/{order.key}/{end}").status_code == 200
    assert client.get(f"/cek/{duty.letter}/").status_code == 200
    assert person("auditor").get(signed.url).status_code == 403


def test_the_kapolres_signs_with_his_own_key_over_what_was_read(office, person, undrawn):
    draft, device, chief = office.draft(), Device(), person("resort_chief")
    request = chief.get("/perintah/", HTTP_HOST="localhost").wsgi_request
    passkeys.enrol(
        request, chief.user, device.create(passkeys.to_enrol(request, chief.user, at=NOON)), label="HP", at=NOON
    )
    page = chief.get(f"/perintah/konsep/{draft.id}/tanda-tangan/", HTTP_HOST="localhost").content.decode()
    fields, base = signing_fields(page), f"/perintah/konsep/{draft.id}"
    options = chief.post(f"{base}/pertanyaan/", fields, **HERE).content.decode()
    answer = device.get(options)
    other = chief.post(
        f"{base}/tanda-tangani/", fields | {"digest": "0" * 64, "credential": answer}, HTTP_HOST="localhost"
    )
    assert other.status_code == 422 and not DutyOrder.objects.exists()
    signed = chief.post(f"{base}/tanda-tangani/", fields | {"credential": answer}, HTTP_HOST="localhost")
    order = DutyOrder.objects.get()
    assert signed.url == f"/perintah/{order.key}/" and order.is_own_key and Passkey.objects.count() == 1
    assert "dengan kunci sandi sendiri" in chief.get(signed.url, HTTP_HOST="localhost").content.decode()


def test_a_card_is_for_its_officer_and_their_commander_alone(office, person):
    order = office.issue()
    duty = Duty.objects.get(officer="00920001")
    card = f"/tugas/{duty.letter}/"
    officer = person("duty_officer", service_number="00920001")
    shown = officer.get(card).content.decode()
    for words in (duty.post_place, "tel:0812-0000-0091", "0634-000000", "Bripka Petugas 91"):
        assert words in shown
    assert duty.letter in officer.get("/tugas/").content.decode()
    assert "Tugas pengamanan saya" in officer.get("/").content.decode()
    assert officer.get(f"{card}surat.pdf").status_code == 200
    assert person("police_sector", service_number="00920091").get(card).status_code == 200
    others = [
        ("duty_officer", "00920002"),
        ("police_sector", "00920092"),
        ("operations_head", ""),
        ("resort_chief", "1"),
    ]
    for role, number in others:
        assert person(role, service_number=number).get(card).status_code == 404
    assert person("secretary", service_number="00920001").get(card).status_code == 403
    assert ReadAudit.objects.filter(permission="orders.card").count() == 1
    actions.revoke_order(id=new_event_id(NOON), by=CHIEF, at=NOON, order=order.key, words="Ditunda")
    assert "tidak berlaku lagi" in officer.get(card).content.decode()
    assert "Belum ada tugas" in officer.get("/tugas/").content.decode()


def test_the_annex_opens_for_those_who_command_and_leaves_a_trace(office, person):
    order = office.issue(intelligence=SECRET)
    head = person("operations_head")
    assert SECRET in pdf_pages(head.get(f"/perintah/{order.key}/lampiran-intelijen.pdf").content)[0]
    assert ReadAudit.objects.filter(permission="orders.intelligence", record__contains="intelligence").count() == 1
    staff = person("operations_staff")
    assert staff.get(f"/perintah/{order.key}/lampiran-intelijen.pdf").status_code == 403
    assert "lampiran-intelijen" not in staff.get(f"/perintah/{order.key}/").content.decode()
    for end in ("renpam.pdf", "sprin.pdf"):
        assert all(SECRET not in page for page in pdf_pages(staff.get(f"/perintah/{order.key}/{end}").content))


@pytest.mark.slow
def test_letters_are_drawn_beside_the_pages_and_noted(office, person, monkeypatch):
    order = office.issue()
    head = person("operations_head")
    # Another thread does not see what this test's transaction holds: the end is noted here.
    monkeypatch.setattr(actions, "_finished", lambda order, by: None)
    assert "Berkas belum dibuat" in head.get(f"/perintah/{order.key}/").content.decode()
    head.post(f"/perintah/{order.key}/buat-surat/")
    assert drawing.wait(order.key, seconds=60) == 0
    actions.note_drawn(id=new_event_id(NOON), by=CHIEF, at=NOON, order=order.key)
    assert "Semua 8 berkas sudah dibuat" in head.get(f"/perintah/{order.key}/").content.decode()
    assert DutyOrder.objects.get(key=order.key).drawn_files == 8 == len(drawing.hashes(order.key))
    assert DrawnFile.objects.count() == 7  # nobody checks a security plan
    duty = Duty.objects.get(officer="00920001")
    lies = drawing.path_of(order.key, duty.letter)
    assert lies is not None and lies.read_bytes() == head.get(f"/perintah/{order.key}/surat/{duty.letter}.pdf").content
    bundle = zipfile.ZipFile(io.BytesIO(b"".join(head.get(f"/perintah/{order.key}/surat.zip?satuan=Polsek Contoh"))))
    assert len(bundle.namelist()) == 6 and bundle.namelist()[0] == "Sgas-1-II-OPS.1.3.-2024 Petugas 1.pdf"
    with lies.open("rb") as file:
        said = head.post(f"/cek/{duty.letter}/", {"berkas": file}).content.decode()
    assert "sama persis" in said
    assert Entry.objects.filter(kind="orders.letters_drawn").count() == 1
