"""The letterhead of an office: where the menu leads, who sets it, and what says so where it is missing."""

from __future__ import annotations

import pytest

from sinergi.features.letters.models import Stationery
from sinergi.features.security.models import Letter
from sinergi.features.security.tests.conftest import asked_here, asked_of_police
from sinergi.features.security.tests.test_letters import drawn

PAGE = "/kelola/kop-surat/"
KOP = {
    "head": "KOMISI PEMILIHAN UMUM\nKABUPATEN TAPANULI SELATAN",
    "city": "Sipirok",
    "office": "Ketua",
    "signer": "Tirta Lesmana",
    "copies": "Ketua KPU Provinsi\n\nKetua Bawaslu",
}


def test_the_office_says_how_its_letters_look(kpu):
    secretary = kpu.person("secretary")
    assert "KPU KABUPATEN TAPANULI SELATAN" in secretary.get(PAGE).content.decode()
    assert [secretary.post(PAGE, KOP).status_code for _ in range(2)] == [302, 302]
    letter = drawn(asked_here(kpu))
    assert letter.letterhead.agency == ("KOMISI PEMILIHAN UMUM", "KABUPATEN TAPANULI SELATAN")
    assert letter.copies == ("Ketua KPU Provinsi", "Ketua Bawaslu")
    assert Stationery.objects.count() == 1


@pytest.mark.slow
def test_a_request_without_a_letterhead_leads_to_its_page(kpu):
    key, secretary = asked_here(kpu), kpu.person("secretary")
    page = secretary.get(f"/pengamanan/{key}/").content.decode()
    assert "Belum ada kop surat" in page and PAGE in page
    assert kpu.post("secretary", f"/pengamanan/{key}/surat/").status_code == 422
    assert not Letter.objects.exists()
    assert kpu.person("administrator").post(PAGE, KOP).status_code == 302
    assert "Belum ada kop surat" not in secretary.get(f"/pengamanan/{key}/").content.decode()
    assert kpu.post("secretary", f"/pengamanan/{key}/surat/").status_code == 302


def test_who_reads_requests_only_does_not_set_the_letterhead(polres):
    asked_of_police(polres)
    assert polres.person("operations_staff").get(PAGE).status_code == 403
    assert polres.person("police_sector").post(PAGE, KOP).status_code == 403
    assert not Stationery.objects.exists()


def test_the_menu_leads_each_to_the_pages_they_may_set(kpu):
    administrator = kpu.person("administrator").get(PAGE).content.decode()
    secretary = kpu.person("secretary").get(PAGE).content.decode()
    assert "Kantor" in administrator and "/kelola/kalender/" in administrator
    assert "Kantor" in secretary and "/kelola/nomor-surat/" in secretary and "/kelola/kalender/" not in secretary
