"""The observer's pages: figures for an account of its own, no words, no names, nothing of other agreements."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from sinergi.access.models import ReadAudit
from sinergi.features.oversight.never import NEVER
from sinergi.features.security.tests.conftest import asked_of_police, request_text
from sinergi.ledger.models import Entry, Witnessed, WitnessedFork
from tests.nodes.simulator import NOON


@pytest.fixture
def observer(polres):
    return polres.person("observer")


def test_contestants_and_districts_are_counted_and_no_word_is_shown(polres, observer):
    hidden = request_text(activity="Kampanye rahasia", contact_name="Rosma Harahap")
    asked_of_police(polres, contestant=2, text=hidden)
    asked_of_police(polres, number=2)
    asked_of_police(polres.more["other"], contestant=7, text=hidden)
    page = observer.get("/pengawasan/").content.decode()
    assert page.count('<th scope="row" class="first">2</th>') == 1
    # The other commission's agreement is outside this duty.
    assert '<th scope="row" class="first">7</th>' not in page
    for word in ("Kampanye rahasia", "Rosma Harahap", "Gudang Pargarutan"):
        assert word not in page


def test_an_observer_opens_nothing_else(polres, observer):
    key = asked_of_police(polres)
    for path in ("/pengamanan/", f"/pengamanan/{key}/", "/perjanjian/", f"/kewajiban/{polres.agreement}/", "/tempat/"):
        assert observer.get(path).status_code in (403, 404), path
    assert observer.get(f"/pengawasan/{polres.agreement}/kewajiban/").status_code == 200
    assert observer.get(f"/pengawasan/{polres.more['other'].agreement}/kewajiban/").status_code == 404
    for odd in ("x", "%00", "0" * 64):
        assert observer.get(f"/pengawasan/{odd}/kewajiban/").status_code == 404, odd


def test_the_start_page_has_figures_of_its_own(polres, observer):
    asked_of_police(polres)
    page = observer.get("/").content.decode()
    assert "Buka pengawasan" in page and "Permohonan pengamanan" in page


def test_readings_are_told_by_office_and_never_by_name(polres, observer):
    asked_of_police(polres, service="person")
    asked_of_police(polres.more["other"], service="person", number=1)
    for key in Entry.objects.filter(kind="security.assistance_requested").values_list("key", flat=True):
        ReadAudit.objects.create(
            at=NOON, actor="a" * 16, office="resort_chief", permission="security.read",
            record=f"security.request:{key}", source="s",
        )  # fmt: skip
    page = observer.get("/pengawasan/akses/").content.decode()
    assert page.count("Kapolres") == 1 and "PAM-0001" in page and "a" * 16 not in page


def test_anybody_reads_what_is_never_stored(client, db):
    page = client.get("/tidak-disimpan/").content.decode()
    assert all(str(one.what) in page for one in NEVER)


def test_an_observer_at_a_witness_sees_marks_and_counts_of_the_logs_and_what_was_found(node, police, person):
    observer = person("observer")
    assert "belum menyaksikan" in observer.get("/pengawasan/saksi/").content.decode()
    assert "belum punya perjanjian" in observer.get("/").content.decode()
    row = {"agency": police.id, "root": b"r" * 32, "note": b"note", "first_at": NOON, "seen_at": NOON}
    for letter, size in (("a", 12_345), ("b", 7)):
        Witnessed.objects.create(origin=letter * 64, size=size, **row)
    page = observer.get("/pengawasan/saksi/").content.decode()
    home = observer.get("/").content.decode()
    assert "Buku yang disaksikan" in home and "belum punya perjanjian" not in home
    assert "aaaa aaaa aaaa aaaa" in page and "12.345" in page and "Ada buku dengan" not in page
    WitnessedFork.objects.create(origin="b" * 64, first=b"1", second=b"2", found_at=NOON)
    page = observer.get("/pengawasan/saksi/").content.decode()
    assert "Ada buku dengan dua riwayat" in page
    # A log with two histories stands first: its author could fill the list with others that go on growing.
    assert page.index("bbbb bbbb") < page.index("aaaa aaaa")
    one = observer.get("/pengawasan/saksi/?standing=one").content.decode()
    assert "aaaa aaaa" in one and "bbbb bbbb" not in one and "Hapus saringan" in one
    for query, marks in (("", ["b", "a"]), ("?standing=two", ["b"])):
        sheet = observer.get(f"/pengawasan/saksi/unduh.xlsx{query}")
        rows = list(load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
        assert [row[1] for row in rows[-len(marks) :]] == [letter * 64 for letter in marks]
