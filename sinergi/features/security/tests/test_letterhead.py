"""The letterhead of an office: where the menu leads, who sets it, and what says so where it is missing."""

from __future__ import annotations

from sinergi.features.security.models import Letter, Stationery
from sinergi.features.security.tests.conftest import asked_here, asked_of_police
from sinergi.features.security.tests.test_letters import KOP

PAGE = "/pengamanan/kop-surat/"


def test_a_request_without_a_letterhead_leads_to_its_page(kpu):
    key, secretary = asked_here(kpu), kpu.person("secretary")
    page = secretary.get(f"/pengamanan/{key}/").content.decode()
    assert "Belum ada kop surat" in page and PAGE in page
    assert kpu.post("secretary", f"/pengamanan/{key}/surat/").status_code == 422
    assert not Letter.objects.exists()
    assert kpu.person("administrator").post(PAGE, KOP).status_code == 302
    assert "Belum ada kop surat" not in secretary.get(f"/pengamanan/{key}/").content.decode()
    assert kpu.post("secretary", f"/pengamanan/{key}/surat/").status_code == 302


def test_an_office_of_several_regencies_numbers_its_letters_without_one(polres):
    refused = polres.person("operations_head").post(PAGE, KOP)
    assert refused.status_code == 422 and "beberapa kabupaten" in refused.content.decode()
    assert polres.person("operations_head").post(PAGE, KOP | {"pattern": "B/{number}/{year}"}).status_code == 302
    paper = Stationery.objects.get()
    assert (paper.answer_pattern, paper.request_pattern) == ("B/{number}/{year}", Stationery().request_pattern)


def test_who_reads_requests_only_does_not_set_the_letterhead(polres):
    asked_of_police(polres)
    assert polres.person("operations_staff").get(PAGE).status_code == 403
    assert polres.person("police_sector").post(PAGE, KOP).status_code == 403
    assert not Stationery.objects.exists()


def test_the_menu_leads_each_to_the_pages_they_may_set(kpu):
    administrator = kpu.person("administrator").get(PAGE).content.decode()
    secretary = kpu.person("secretary").get(PAGE).content.decode()
    assert "Kantor" in administrator and "/kelola/kalender/" in administrator
    assert "Kantor" in secretary and "/kelola/kalender/" not in secretary
