"""The page of number series: what holds, what comes next, who changed it; letters issued while a pattern changes."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from sinergi.features.letters import actions as office
from sinergi.features.letters import public
from sinergi.features.letters.actions import change_pattern
from sinergi.features.letters.models import PatternChange
from sinergi.features.security import urls  # noqa: F401  registers the series, as every server does
from sinergi.features.security.actions import letters
from sinergi.features.security.actions.letters import send_letter
from sinergi.features.security.models import Letter, Request
from sinergi.features.security.public import LETTERS
from sinergi.features.security.tests.conftest import asked_here, asked_of_police, new_id
from sinergi.features.security.tests.test_letters import CHECK, SECRETARY, send
from sinergi.kernel.errors import Refused
from sinergi.ledger import writer
from tests.nodes.simulator import NOON

PAGE = "/kelola/nomor-surat/"
KPU_STYLE = "{nomor}/HM.02-SD/{wilayah}/{tahun}"
POLICE_STYLE = "B/{nomor}/{bulan}/HUK.8.1./{tahun}/Res Tapsel"


def change(side, pattern, role="administrator", series="request", first="", seen=None):
    given = {
        "series": series,
        "pattern": pattern,
        "first": first,
        "seen": office.last_change(series) if seen is None else seen,
    }
    return side.person(role).post(PAGE, given)


def held(series="request"):
    return public.numbering(LETTERS[series]).pattern


def test_a_commission_numbers_its_next_letter_by_the_new_pattern_and_no_letter_changes(kpu, paper):
    before = send(asked_here(kpu))
    assert change(kpu, KPU_STYLE).status_code == 302
    after = send(asked_here(kpu))
    assert [before.written, after.written] == ["001/PP.08-SD/1203/2024", "2/HM.02-SD/1203/2024"]
    before.refresh_from_db()
    assert before.written == "001/PP.08-SD/1203/2024"
    page = kpu.person("secretary").get(PAGE).content.decode()
    assert "3/HM.02-SD/1203/2024" in page and "terakhir nomor 2 tahun 2024" in page


def test_the_police_write_their_own_way(polres, paper):
    key = asked_of_police(polres)
    assert change(polres, POLICE_STYLE, role="operations_head", series="answer").status_code == 302
    assert public.next_number(LETTERS["answer"], at=NOON, exercise=False).written == "B/1/II/HUK.8.1./2024/Res Tapsel"
    # A series of the other kind of agency is not theirs to number.
    assert change(polres, KPU_STYLE, series="request").status_code == 422
    refused = change(polres, "B/{nomor}/{wilayah}/{tahun}", series="answer")
    assert refused.status_code == 422 and "beberapa kabupaten" in refused.content.decode()
    assert key and PatternChange.objects.count() == 1


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "{nomor}",
        "{tahun}",
        "<script>alert(1)</script>{nomor}/{tahun}",
        "=1+1/{nomor}/{tahun}",
        "x" * 300,
        "\x00{nomor}/{tahun}",
    ],
)
def test_a_pattern_that_cannot_be_is_refused_beside_its_field_and_stays_typed(kpu, pattern):
    answer = change(kpu, pattern)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="request_pattern_error"' in page
    assert "<script>alert(1)" not in page and (not pattern.startswith("<") or "&lt;script&gt;alert(1)" in page)
    assert not PatternChange.objects.exists()


@pytest.mark.parametrize("first", ["0", "-1", "x", "1.5", "1e3", "9999999", "=1", "1" * 400])
def test_a_first_number_that_cannot_be_is_refused(kpu, first):
    answer = change(kpu, KPU_STYLE, first=first)
    assert answer.status_code == 422 and 'id="request_first_error"' in answer.content.decode()
    assert not PatternChange.objects.exists()


@pytest.mark.parametrize(("series", "seen"), [("", 0), ("x" * 99, 0), ("answer", 0), ("request", "x"), ("request", "")])
def test_a_form_that_names_no_series_changes_nothing(kpu, series, seen):
    assert change(kpu, KPU_STYLE, series=series, seen=seen).status_code == 422
    assert not PatternChange.objects.exists()


def test_a_register_on_paper_is_continued(kpu, paper):
    assert change(kpu, held(), first="124").status_code == 302
    assert [send(asked_here(kpu)).number for _ in range(2)] == [124, 125]
    page = change(kpu, held(), first="125").content.decode()
    assert "harus dari 126" in page
    assert change(kpu, KPU_STYLE).status_code == 302
    assert send(asked_here(kpu)).number == 126


def test_nobody_undoes_what_somebody_else_changed_meanwhile(kpu):
    assert change(kpu, KPU_STYLE).status_code == 302
    stale = change(kpu, "{nomor}/HK/{tahun}", role="secretary", seen=0)
    assert (
        stale.status_code == 422
        and "diubah orang lain" in stale.content.decode()
        and "{nomor}/HK/{tahun}" in stale.content.decode()
    )
    assert held() == KPU_STYLE


def test_a_pattern_that_an_older_version_left_is_named_where_it_could_repeat_a_number(kpu):
    secretary = kpu.person("secretary")
    assert "Pola ini dapat memberi" not in secretary.get(PAGE).content.decode()
    given = {"series": "request", "year": 2024, "changed_at": NOON}
    PatternChange.objects.create(pattern="{nomor}/PR.07-SD/1203/{tahun}", **given)
    page = secretary.get(PAGE).content.decode()
    assert page.count("Pola ini dapat memberi nomor yang sama") == 2 and "versi sebelumnya" in page
    PatternChange.objects.create(pattern="№{nomor}/{tahun}", **given)
    assert "tanda №" in secretary.get(PAGE).content.decode()


def test_the_page_tells_who_changed_which_pattern_when(kpu):
    secretary = kpu.person("secretary", name="Rosma Harahap")
    assert "Pola belum pernah diubah" in secretary.get(PAGE).content.decode()
    given = {"series": "request", "pattern": KPU_STYLE, "first": "12", "seen": 0}
    assert secretary.post(PAGE, given).status_code == 302
    page = secretary.get(PAGE).content.decode()
    assert "Rosma Harahap" in page and "Sekretaris KPU" in page and "(2024)" in page
    row = PatternChange.objects.get()
    assert (row.pattern, row.first, row.year, row.office) == (KPU_STYLE, 12, 2024, "secretary")
    assert row.changed_at - NOON < timedelta(minutes=1)


@pytest.mark.parametrize("role", ["kpu_staff", "chair", "district_committee", "auditor", "observer"])
def test_only_who_keeps_the_papers_numbers_them(kpu, role):
    assert kpu.person(role).get(PAGE).status_code == 403
    assert change(kpu, KPU_STYLE, role=role).status_code == 403
    assert kpu.person(role).get(f"{PAGE}contoh/").status_code == 403
    assert not PatternChange.objects.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pattern": KPU_STYLE}, "1/HM.02-SD/1203/2024"),
        ({"pattern": KPU_STYLE}, "1/HM.02-SD/1203/2025"),
        ({"pattern": KPU_STYLE, "first": "8"}, "Nomor 1 sampai 7 tidak dipakai di sini"),
        ({"pattern": "{nomor}/PR"}, "tanpa {tahun}"),
        ({"pattern": "<b>{nomor}</b>{tahun}"}, "tanda &lt;"),
        ({"pattern": KPU_STYLE, "first": "x"}, "note bad"),
    ],
)
def test_the_numbers_to_come_are_shown_while_somebody_types(kpu, given, words):
    shown = kpu.person("secretary").get(f"{PAGE}contoh/", {"series": "request", "seen": "0", "first": "", **given})
    assert shown.status_code == 200 and words in shown.content.decode()
    assert not PatternChange.objects.exists()


@pytest.mark.parametrize("given", [{}, {"series": "x"}, {"series": "answer", "pattern": KPU_STYLE}, {"series": "\x00"}])
def test_an_example_of_nothing_is_empty(kpu, given):
    shown = kpu.person("secretary").get(f"{PAGE}contoh/", given)
    assert shown.status_code == 200 and shown.content.decode().strip() == ""


def test_a_letter_drawn_before_the_pattern_changed_is_drawn_again(kpu, paper, monkeypatch):
    key = asked_here(kpu)

    def slow(letter):
        if not PatternChange.objects.exists():
            change(kpu, KPU_STYLE)
        return b"PK"

    monkeypatch.setattr(letters, "letter_docx", slow)
    monkeypatch.setattr(letters, "letter_pdf", lambda letter: letter.number.encode())
    found = Request.objects.get(key=key)
    send_letter(id=new_id(), by=SECRETARY, at=NOON, found=found, series="request", check_page=CHECK)
    letter = Letter.objects.get()
    assert letter.written == bytes(letter.pdf).decode() == "1/HM.02-SD/1203/2024"


def test_a_number_that_a_letter_bears_is_not_issued_again_whatever_the_pattern_says(kpu, paper):
    send(asked_here(kpu))
    # As an older version might have left it: nobody judged this pattern.
    row = {"series": "request", "year": 2024, "changed_at": NOON}
    PatternChange.objects.create(pattern="001/PP.08-SD/1203/{tahun}", **row)
    with pytest.raises(Refused):
        send(asked_here(kpu))
    PatternChange.objects.create(pattern="00{nomor}/PP.08-SD/1203/{tahun}", **row)
    Letter.objects.update(written="002/PP.08-SD/1203/2024")
    with pytest.raises(Refused, match="sudah dipakai surat lain"):
        send(asked_here(kpu))
    assert Letter.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_while_letters_are_issued_and_the_pattern_changes(kpu, paper, monkeypatch):
    known = Request.objects.in_bulk([asked_here(kpu) for _ in range(12)])
    monkeypatch.setattr(letters, "letter_pdf", lambda letter: letter.number.encode())
    monkeypatch.setattr(letters, "letter_docx", lambda letter: b"PK")
    monkeypatch.setattr(public, "ATTEMPTS", 60)

    def until_done(act):
        done = False
        while not done:
            # The tests' database lies in memory, where a writer locks readers out of a table; a file does not.
            with contextlib.suppress(OperationalError, writer.NotStored):
                act()
                done = True
        connection.close()

    def issue(found):
        id = new_id()
        return lambda: send_letter(id=id, by=SECRETARY, at=NOON, found=found, series="request", check_page=CHECK)

    def changed():
        for code in ("A", "B", "C"):
            given = {"series": "request", "pattern": f"{{nomor}}/{code}/{{tahun}}", "first": 0}
            with contextlib.suppress(OperationalError, writer.NotStored):
                change_pattern(by=SECRETARY, at=NOON, seen=office.last_change("request"), **given)

    writer.start()
    try:
        acts = [changed, *(issue(found) for found in known.values())]
        threads = [threading.Thread(target=until_done, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        writer.stop()
    issued = list(Letter.objects.order_by("number"))
    assert [letter.number for letter in issued] == list(range(1, 13))
    assert len({letter.written for letter in issued}) == 12
    assert all(bytes(letter.pdf).decode() == letter.written for letter in issued)
    assert PatternChange.objects.exists()
    assert public.next_number(LETTERS["request"], at=NOON, exercise=False).number == 13
