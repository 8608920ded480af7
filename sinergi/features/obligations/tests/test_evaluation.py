"""The evaluation: shares by year and stage add up to the board, and the report prints itself on one page or whole."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from django.test import Client

from sinergi.documents import letter_docx, letter_pdf
from sinergi.documents.tests.samples import docx_words, pdf_pages
from sinergi.features.agreement import public as agreements
from sinergi.features.letters.models import Stationery
from sinergi.features.obligations import template
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.events import EvaluationIssued, EvaluationText
from sinergi.features.obligations.models import EvaluationReport
from sinergi.features.obligations.tests.conftest import ARTICLES, new_id
from sinergi.features.obligations.views import printing
from sinergi.ledger import rebuild
from tests.nodes.simulator import NOON

LATER = NOON + timedelta(days=40)
PAPER = {
    "head": ["KOMISI PEMILIHAN UMUM", "KABUPATEN TAPANULI SELATAN"],
    "address": "Jalan Merdeka 1",
    "city": "Sipirok",
    "office": "Ketua",
    "signer": "Tirta Lesmana",
    "rank": "NIP 19800101",
    "copies": ["Ketua KPU Provinsi"],
}


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER):
        yield


def letter(pact, code: str, is_long: bool = False):
    return drawn(pact, code, is_long)[0]


def drawn(pact, code: str, is_long: bool = False):
    board = pact.board(LATER)
    period = next(one for one in printing.periods(board) if one.code == code)
    return printing.drawn(board, agreements.agreement(pact.agreement), period, is_long=is_long)


def test_the_years_add_up_to_the_board(agreed):
    board = agreed.board(LATER)
    whole = board.tally()
    years = [one for one in printing.periods(board) if one.code.startswith("tahun-")]
    found = [printing._tally(board, one.of(board.lines)) for one in years]
    assert whole.due > 0 and sum(one.due for one in found) == whole.due
    assert sum(one.missing for one in found) == whole.missing


def test_the_months_add_up_too_and_each_figure_opens_its_list(agreed, person):
    client = person("auditor", agreements=[agreed.agreement])
    page = client.get(f"/kewajiban/{agreed.agreement}/anev/")
    months, board = page.context["months"], agreed.board(LATER)
    assert len(months) > 1 and [one["month"] for one in months] == sorted(one["month"] for one in months)
    for place, party in enumerate(board.parties):
        told = [one["parties"][place]["tally"] for one in months]
        assert sum(one.due for one in told) == board.tally(party=party).due
    link = f"bulan={months[0]['month']:%Y-%m}&amp;pihak={board.parties[0]}"
    assert link in page.content.decode()
    opened = client.get(f"/kewajiban/{agreed.agreement}/?{link.replace('&amp;', '&')}")
    lines = [row["line"] for group in opened.context["groups"] for row in group["rows"]]
    assert lines and {last_day(line.occurrence.due_at).replace(day=1) for line in lines} == {months[0]["month"]}


def test_stages_in_which_nothing_was_due_have_no_report(agreed):
    codes = {one.code for one in printing.periods(agreed.board(LATER))}
    assert {"tahun-2024", "tahap-campaign", "tahap-quiet_period"} <= codes and "tahap-oath_dpr" not in codes


@pytest.mark.parametrize("code", ["tahun-2024", "tahap-campaign"])
def test_the_short_report_is_one_page_and_both_forms_say_the_same(agreed, code):
    found = letter(agreed, code)
    [page] = pdf_pages(letter_pdf(found))
    said = " ".join(docx_words(letter_docx(found)))
    for words in ("Laporan analisa dan evaluasi", "tepat waktu", "Pasal 4", "Perlu tindak lanjut", "tenggat"):
        assert words in " ".join(page.split()) and words in said


def test_the_short_report_stays_on_one_page_with_the_longest_names(pact):
    items, titles = pact.items()
    long = {code: ("Nama kewajiban yang sangat panjang " * 5)[:160].strip() for code in titles}
    pact.agree(pact.propose(items=items, titles=long))
    Stationery.objects.create(**PAPER | {"head": ["KOMISI PEMILIHAN UMUM"] * 5, "address": "Jalan panjang " * 14})
    found, pdf = drawn(pact, "tahun-2024")
    assert len(pdf_pages(pdf)) == 1
    # It names what it has room for and says how many more there are.
    assert "Perlu tindak lanjut" in found.closing[0] and "lainnya" in found.closing[0]


@pytest.mark.slow
def test_the_long_report_lists_every_due_of_the_period(agreed):
    found = letter(agreed, "tahun-2024", is_long=True)
    board = agreed.board(LATER)
    period = next(one for one in printing.periods(board) if one.code == "tahun-2024")
    assert len(found.annexes[0].rows) == len(period.of(board.lines)) > 20
    assert len(pdf_pages(letter_pdf(found))) > 1
    assert letter_pdf(found) == letter_pdf(found)


@pytest.mark.slow
def test_words_of_people_print_as_they_are(pact):
    items, titles = pact.items()
    titles |= {"D-05": "<b>=1+1</b> #set text(red) $x$"}
    pact.agree(pact.propose(items=items, titles=titles))
    found = letter(pact, "tahun-2024", is_long=True)
    assert "#set text(red)" in " ".join(" ".join(pdf_pages(letter_pdf(found))).split())
    assert "=1+1" in " ".join(docx_words(letter_docx(found)))


@pytest.mark.slow
def test_the_page_offers_the_reports_and_a_stranger_gets_none(agreed, person):
    client = person("resort_chief", agreements=[agreed.agreement])
    base = f"/kewajiban/{agreed.agreement}/anev/"
    shown = client.get(base).content.decode()
    assert "konsep" in shown.lower() and "tahun-2024.pdf" in shown and "tahap-campaign.docx?panjang=1" in shown
    assert client.get(f"{base}tahun-2024.pdf").content[:5] == b"%PDF-"
    answer = client.get(f"{base}tahun-2024.docx?panjang=1")
    assert answer.content[:2] == b"PK" and "konsep-anev-tahun-2024-lengkap.docx" in answer["Content-Disposition"]
    for odd in ("tahun-1999.pdf", "tahap-gone.pdf", "%00.pdf", "x.docx"):
        assert client.get(base + odd).status_code == 404
    strange = person("resort_chief", agreements=["b" * 64])
    assert strange.get(base).status_code == strange.get(f"{base}tahun-2024.pdf").status_code == 404


def test_before_anything_was_due_the_page_says_so(pact, person):
    pact.agree(pact.propose(counts_from=LATER.date() + timedelta(days=3)))
    client = person("secretary", agreements=[pact.agreement])
    assert "Belum ada kewajiban yang jatuh tempo" in client.get(f"/kewajiban/{pact.agreement}/anev/").content.decode()


@pytest.fixture
def paper(db):
    return Stationery.objects.create(**PAPER)


def issue(client, pact, **data):
    given = {"id": new_id(), "period": "tahun-2024", "size": "short"} | data
    return client.post(f"/kewajiban/{pact.agreement}/anev/terbit/", given)


def test_a_draft_is_marked_and_bears_neither_number_nor_code(agreed, paper):
    found = letter(agreed, "tahun-2024")
    assert found.draft and found.check is None and found.number.strip(".") == ""
    page = " ".join(pdf_pages(letter_pdf(found))[0].split())
    assert "KONSEP, belum diterbitkan." in page and "KABUPATEN TAPANULI SELATAN" in page and "Tirta Lesmana" in page
    with ZipFile(BytesIO(letter_docx(found))) as parts:
        around = [parts.read(name).decode() for name in ("word/header1.xml", "word/footer1.xml")]
    assert 'string="KONSEP"' in around[0] and "KONSEP, belum diterbitkan." in around[1]


@pytest.mark.slow
def test_a_report_is_issued_with_letterhead_number_and_signer_and_reaches_both_sides(agreed, person, paper):
    client = person("secretary", agreements=[agreed.agreement], name="Rosma Harahap")
    id = new_id()
    assert [issue(client, agreed, id=id).status_code for _ in range(2)] == [302, 302]
    row = EvaluationReport.objects.get()
    assert (row.number, row.written, row.period, row.whole) == (1, "001/PR.07-SD/1203/2024", "tahun-2024", False)
    [pdf] = pdf_pages(bytes(row.pdf))
    for said in (" ".join(pdf.split()), " ".join(" ".join(docx_words(bytes(row.docx))).split())):
        for words in ("KABUPATEN TAPANULI SELATAN", "Jalan Merdeka 1", row.written, "Tirta Lesmana", row.key):
            assert words in said
        assert "KONSEP" not in said
    shown = client.get(f"/kewajiban/{agreed.agreement}/anev/").content.decode()
    assert row.written in shown and "Rosma Harahap" in shown and "Sekretaris KPU" in shown
    file = client.get(f"/kewajiban/laporan/{row.key}.pdf")
    assert file.content == bytes(row.pdf) and "001-PR.07-SD-1203-2024.pdf" in file["Content-Disposition"]
    check = Client().get(f"/cek/{row.key}/").content.decode()
    assert "Surat ini terbit dari Sinergi." in check and row.written in check and "tepat waktu" not in check
    assert rebuild.check() == []


@pytest.fixture
def evaluated(pact):
    """With the duty to evaluate, M-02, on the list."""
    articles = [*ARTICLES, {"number": 13, "title": "Pemantauan dan evaluasi"}]
    items, titles = template.items_for(articles, commission=pact.kpu, police=pact.police.id)
    pact.agree(pact.propose(items=items, titles=titles))
    return pact


def closed_by_reports(pact):
    lines = [line.found for line in pact.board(LATER).lines if line.item.code == "M-02"]
    return [found.proof for found in lines if found.state == "met"], len(lines)


@pytest.mark.slow
def test_a_report_closes_the_duty_to_evaluate_once_for_its_period_whoever_issues_it(evaluated, person, paper):
    client = person("secretary", agreements=[evaluated.agreement])
    assert closed_by_reports(evaluated)[0] == [] and closed_by_reports(evaluated)[1] > 1
    issue(client, evaluated)
    first = EvaluationReport.objects.get().key
    issue(client, evaluated, size="long")
    assert closed_by_reports(evaluated)[0] == [first], "the longer form of the same evaluation is no second one"
    due = next(line for line in evaluated.board(LATER).lines if line.found.proof == first)
    page = client.get(f"/kewajiban/{evaluated.agreement}/M-02/{due.occurrence.mark}/").content.decode()
    assert "laporan analisa dan evaluasi" in page and f"/kewajiban/{evaluated.agreement}/anev/#terbit" in page
    assert rebuild.check() == []


def test_the_partners_report_closes_it_too_and_an_impossible_one_does_not(evaluated):
    evaluated.theirs(stated(number=0), obligation="M-02")
    assert closed_by_reports(evaluated)[0] == []
    key = evaluated.theirs(stated(), obligation="M-02")
    assert closed_by_reports(evaluated)[0] == [key]


@pytest.mark.slow
def test_its_numbers_are_edited_like_those_of_every_letter(agreed, person, paper):
    keeper = person("secretary", agreements=[agreed.agreement])
    given = {"series": "evaluation", "pattern": "{nomor}/HK/{bulan}/{tahun}", "first": "8", "seen": 0}
    assert "Laporan analisa dan evaluasi" in keeper.get("/kelola/nomor-surat/").content.decode()
    assert keeper.post("/kelola/nomor-surat/", given).status_code == 302
    issue(keeper, agreed, period="tahap-campaign", size="long")
    row = EvaluationReport.objects.get()
    assert row.whole and len(pdf_pages(bytes(row.pdf))) > 1
    assert row.written == "8/HK/III/2024"


def test_who_holds_the_office_for_the_day_signs_by_name(agreed, person, paper):
    about = {"is_acting": True, "name": "Sari Ginting", "title": "", "service_number": "0078"}
    issue(person("chair", agreements=[agreed.agreement], **about), agreed)
    page = " ".join(pdf_pages(bytes(EvaluationReport.objects.get().pdf))[0].split())
    assert "Plh." in page and "Sari Ginting" in page and "Tirta Lesmana" not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        {"period": "tahun-1999"},
        {"period": "<script>"},
        {"period": ""},
        {"size": "huge"},
        {"id": ""},
        {"id": "x"},
        {"id": "\x00"},
        {"id": "9" * 400},
    ],
)
def test_what_names_no_period_issues_nothing(agreed, person, paper, data):
    answer = issue(person("secretary", agreements=[agreed.agreement]), agreed, **data)
    assert answer.status_code == 422 and "<script>" not in answer.content.decode().split("<main")[1]
    assert not EvaluationReport.objects.exists()


def test_without_a_signer_nothing_is_issued_and_the_page_says_where_to_name_one(agreed, person):
    client = person("secretary", agreements=[agreed.agreement])
    assert "Atur kop surat" in client.get(f"/kewajiban/{agreed.agreement}/anev/").content.decode()
    answer = issue(client, agreed)
    assert answer.status_code == 422 and "halaman Kop surat" in answer.content.decode()
    assert not EvaluationReport.objects.exists()


def test_who_only_reads_issues_nothing_and_a_stranger_fetches_nothing(agreed, person, paper):
    assert issue(person("kpu_staff", agreements=[agreed.agreement]), agreed).status_code == 403
    issue(person("secretary", agreements=[agreed.agreement]), agreed)
    row = EvaluationReport.objects.get()
    assert person("auditor", agreements=[agreed.agreement]).get(f"/kewajiban/laporan/{row.key}.docx").status_code == 200
    strange = person("secretary", agreements=["b" * 64])
    assert strange.get(f"/kewajiban/laporan/{row.key}.pdf").status_code == 404
    assert issue(strange, agreed).status_code == 404


def stated(**changes):
    pdf, docx = b"%PDF", b"PK"
    given = {
        "period": "tahun-2024",
        "whole": False,
        "number": 1,
        "year": 2024,
        "written": "B/1/III/HUK.8.1./2024",
        "pdf_hash": hashlib.sha256(pdf).hexdigest(),
        "docx_hash": hashlib.sha256(docx).hexdigest(),
        "text": EvaluationText(pdf=b64encode(pdf).decode(), docx=b64encode(docx).decode()),
    }
    return EvaluationIssued(**given | changes)


@pytest.mark.slow
def test_the_partners_report_is_shown_and_its_number_takes_none_of_ours(agreed, person, paper):
    key = agreed.theirs(stated(number=41, written="=B/41/<b>"))
    client = person("auditor", agreements=[agreed.agreement])
    page = client.get(f"/kewajiban/{agreed.agreement}/anev/").content.decode()
    assert "=B/41/&lt;b&gt;" in page
    assert client.get(f"/kewajiban/laporan/{key}.pdf")["Content-Disposition"].endswith('"-B-41-b-.pdf"')
    issue(person("secretary", agreements=[agreed.agreement]), agreed)
    assert EvaluationReport.objects.get(agency=agreed.kpu).number == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"period": "2024"},
        {"period": "tahap-" + "x" * 99},
        {"number": 0},
        {"number": 2**40},
        {"year": 1},
        {"written": ""},
        {"written": "x" * 200},
        {"written": "a\u202eb"},
        {"pdf_hash": "Z" * 64},
    ],
)
def test_what_can_be_no_report_changes_no_table(agreed, changes):
    key = agreed.theirs(stated(**changes))
    assert not EvaluationReport.objects.filter(key=key).exists()


@pytest.mark.parametrize("pdf", ["!!!", b64encode(b"another file").decode(), ""])
def test_a_file_that_is_not_the_one_stated_is_not_kept(agreed, person, pdf):
    key = agreed.theirs(stated(text=EvaluationText(pdf=pdf, docx=b64encode(b"PK").decode())))
    row = EvaluationReport.objects.get(key=key)
    assert row.pdf is None and bytes(row.docx) == b"PK"
    client = person("auditor", agreements=[agreed.agreement])
    assert client.get(f"/kewajiban/laporan/{key}.pdf").status_code == 404
    assert "berkas tidak ada" in client.get(f"/kewajiban/{agreed.agreement}/anev/").content.decode()
