"""The list of requests and its Excel file: filters, what each may see, leading zeros, formulas, traces of reading."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from sinergi.access.models import ReadAudit
from sinergi.features.security import public
from sinergi.features.security.models import Request
from sinergi.features.security.tests.conftest import (
    Side,
    answered,
    asked_here,
    asked_of_police,
    request_text,
)
from tests.nodes.simulator import NOON
from tests.permissions.fixtures import sign_in_somebody

ALL = "/pengamanan/"
SHEET = "/pengamanan/unduh.xlsx"


def rows(browser: Client, **asked: str) -> list[list[Any]]:
    """The cells of the Excel file below its head."""
    answer = browser.get(SHEET, asked)
    assert answer.status_code == 200
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(BytesIO(answer.content)).active]
    head = next(place for place, row in enumerate(cells) if row[0] == "Nomor")
    return cells[head + 1 :]


def said(browser: Client, **asked: str) -> list[str]:
    """The activities that the file shows; the page shows the same."""
    page = browser.get(ALL, asked).content.decode()
    found = [str(row[3]) for row in rows(browser, **asked)]
    assert all(words in page for words in found)
    return found


@pytest.fixture
def some(kpu: Side) -> Side:
    """Three requests of this commission: one waits, one is agreed to, one is over tomorrow."""
    asked_here(kpu, text=request_text(activity="Satu"))
    agreed = asked_here(kpu, text=request_text(activity="Dua", place="Aula"), service="event")
    kpu.state(answered(agreed))
    soon = {"starts_at": NOON + timedelta(hours=1), "ends_at": NOON + timedelta(hours=3)}
    asked_here(kpu, text=request_text(activity="Tiga"), **soon)
    return kpu


FILTERS = [
    ({}, ["Tiga", "Satu", "Dua"]),
    ({"state": "requested"}, ["Tiga", "Satu"]),
    ({"state": "open"}, ["Tiga", "Satu", "Dua"]),
    ({"state": "running"}, ["Dua"]),
    ({"state": "proposed"}, []),
    ({"state": "confirmed"}, []),
    ({"service": "event"}, ["Dua"]),
    ({"since": "2024-02-06"}, ["Satu", "Dua"]),
    ({"until": "2024-02-05"}, ["Tiga"]),
    ({"since": "2024-02-05", "until": "2024-02-05"}, ["Tiga"]),
    ({"q": "aula"}, ["Dua"]),
    ({"q": "PAM-0001"}, ["Satu"]),
    ({"q": "pam-0002 dua"}, ["Dua"]),
    ({"q": "%"}, []),
    ({"q": "٣"}, []),
    ({"q": "9" * 60}, []),
]


@pytest.mark.slow
def test_the_list_is_filtered_and_the_file_is_the_same(some, subtests):
    for asked, found in FILTERS:
        with subtests.test(str(asked)[:80]):
            assert sorted(said(some.person("secretary"), **asked)) == sorted(found)


@pytest.mark.parametrize("asked", [{"state": "gone"}, {"since": "kemarin"}, {"q": "\x00"}, {"agency": "f" * 64}])
def test_a_filter_nobody_can_read_shows_nothing_and_says_so(some, asked):
    page = some.person("secretary").get(ALL, asked)
    assert page.status_code == 200 and "Saringan tidak terbaca" in page.content.decode()
    assert "Satu" not in page.content.decode()
    assert some.person("secretary").get(SHEET, asked).status_code == 422


@pytest.mark.slow
def test_a_page_far_behind_the_last_is_the_last(some):
    for number in ("99", "0", "-1", "x", "\x00"):
        assert some.person("secretary").get(ALL, {"page": number}).status_code == 200


@pytest.mark.slow
def test_each_commission_stands_apart_and_can_be_taken_alone(polres):
    other: Side = polres.more["other"]
    asked_of_police(polres, text=request_text(activity="Tapsel"))
    asked_of_police(other, text=request_text(activity="Paluta"))
    head = polres.person("operations_head", agreements=["*"])
    page = head.get(ALL).content.decode()
    assert page.index("KPU Paluta") < page.index("Paluta</a>") < page.index("Tapsel</a>")
    assert said(head, agency=other.partner.id) == ["Paluta"]
    start = head.get("/").content.decode()
    assert "KPU Tapsel menunggu jawaban" in start and "KPU Paluta menunggu jawaban" in start


def test_codes_stay_text_and_formulas_stay_words(kpu):
    asked_here(kpu, text=request_text(activity="=HYPERLINK(1)", place="+62 811", contact_phone="0811"))
    key = asked_here(kpu, text=request_text(activity="@SUM(A1)", place="-1"))
    answer = kpu.person("secretary").get(SHEET)
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    cells = {cell.value: cell for row in sheet for cell in row if cell.value is not None}
    assert "PAM-0001" in cells and cells["PAM-0001"].data_type == "s"
    assert all(cell.data_type != "f" for cell in cells.values())
    assert any("HYPERLINK(1)" in str(value) for value in cells) and key


def test_the_sprin_keeps_its_zeros(polres):
    key = asked_of_police(polres)
    polres.post("resort_chief", f"/pengamanan/{key}/jawaban/", decision="agreed")
    force = {"unit": "Samapta", "sprin_number": "007", "officers": "8"}
    polres.post("operations_head", f"/pengamanan/{key}/penugasan/", **force)
    assert rows(polres.person("operations_head"))[0][10] == "007"


@pytest.mark.slow
def test_the_protection_of_a_person_does_not_exist_for_who_may_not_read_it(kpu):
    open_one = asked_here(kpu, text=request_text(activity="Terbuka"))
    guarded = asked_here(kpu, text=request_text(activity="Menginap di hotel"), service="candidate")
    village = kpu.person("village_committee")
    assert said(village) == ["Terbuka"]
    assert village.get(f"/pengamanan/{open_one}/").status_code == 200
    assert village.get(f"/pengamanan/{guarded}/").status_code == 404
    assert village.get(f"/api/security/requests/{guarded}").status_code == 404
    assert [row["key"] for row in village.get("/api/security/requests").json()["requests"]] == [open_one]
    for address in ("/", "/kotak/", f"/pengamanan/{open_one}/"):
        assert "Menginap" not in village.get(address).content.decode(), address
    assert guarded not in village.get("/cari/", {"q": "Menginap"}).content.decode()
    assert guarded in kpu.person("secretary").get("/cari/", {"q": "Menginap"}).content.decode()
    assert not ReadAudit.objects.exists()


def test_a_board_of_obligations_names_a_protected_request_by_its_number_alone(kpu):
    asked_here(kpu, text=request_text(activity="Terbuka"))
    key = asked_here(kpu, text=request_text(activity="Menginap di hotel"), service="candidate")
    titles = [one.title for one in public.happenings(Request.objects.get(key=key).agreement)]
    assert sorted(titles) == ["PAM-0001 Terbuka", "PAM-0002"]


def test_reading_it_in_any_way_leaves_a_trace(kpu):
    key = asked_here(kpu, service="person")
    secretary = kpu.person("secretary")
    for address in (f"/pengamanan/{key}/", SHEET, "/api/security/requests", f"/api/security/requests/{key}"):
        before = ReadAudit.objects.count()
        assert secretary.get(address).status_code == 200
        assert ReadAudit.objects.count() == before + 1, address
        assert ReadAudit.objects.order_by("-pk")[0].record == f"security.request:{key}"


def test_strangers_get_an_empty_list_and_file(some):
    stranger = sign_in_somebody("secretary", agreements=["f" * 64])
    far = some.person("district_committee", regions=["120302"])
    for browser in (stranger, far):
        assert rows(browser) == []
        assert "Belum ada permohonan pengamanan." in browser.get(ALL).content.decode()
    over = some.person("secretary", starts_at=NOON - timedelta(days=2), ends_at=NOON - timedelta(hours=1))
    assert over.get(ALL).status_code == over.get(SHEET).status_code == 403
    assert Client().get(SHEET).status_code == 302


@pytest.mark.slow
def test_the_start_page_counts_what_its_links_list(polres):
    today = {"starts_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(hours=2)}
    running, later = asked_of_police(polres, **today), asked_of_police(polres, number=2)
    asked_of_police(polres, number=3)
    for key in (running, later):
        polres.post("resort_chief", f"/pengamanan/{key}/jawaban/", decision="agreed")
    head = polres.person("operations_head")
    page = head.get("/").content.decode()
    figures = page.split('class="figure"')[1:]
    assert 0 < len(figures) <= 7
    for figure in figures:
        address = figure.split('href="')[1].split('"')[0].replace("&amp;", "&")
        value = int(figure.split('class="value')[1].split(">")[1].split("<")[0])
        listed = head.get(address.replace(ALL, SHEET))
        cells = list(openpyxl.load_workbook(BytesIO(listed.content)).active.values)
        head_row = next(place for place, row in enumerate(cells) if row[0] == "Nomor")
        assert value == len(cells) - head_row - 1, figure[:200]
