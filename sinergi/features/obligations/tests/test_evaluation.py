"""The evaluation: shares by year and stage add up to the board, and the report prints itself on one page or whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from sinergi.documents import letter_docx, letter_pdf
from sinergi.documents.tests.samples import docx_words, pdf_pages
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.views import printing
from tests.nodes.simulator import NOON

LATER = NOON + timedelta(days=40)


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER):
        yield


def letter(pact, code: str, is_long: bool = False):
    board = pact.board(LATER)
    period = next(one for one in printing.periods(board) if one.code == code)
    info = agreements.agreement(pact.agreement)
    return printing.report(board, info, period, is_long=is_long, own=pact.kpu)


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
    assert len(pdf_pages(letter_pdf(letter(pact, "tahun-2024")))) == 1


def test_the_long_report_lists_every_due_of_the_period(agreed):
    found = letter(agreed, "tahun-2024", is_long=True)
    board = agreed.board(LATER)
    period = next(one for one in printing.periods(board) if one.code == "tahun-2024")
    assert len(found.annexes[0].rows) == len(period.of(board.lines)) > 20
    assert len(pdf_pages(letter_pdf(found))) > 1
    assert letter_pdf(found) == letter_pdf(found)


def test_words_of_people_print_as_they_are(pact):
    items, titles = pact.items()
    titles |= {"D-05": "<b>=1+1</b> #set text(red) $x$"}
    pact.agree(pact.propose(items=items, titles=titles))
    found = letter(pact, "tahun-2024", is_long=True)
    assert "#set text(red)" in " ".join(" ".join(pdf_pages(letter_pdf(found))).split())
    assert "=1+1" in " ".join(docx_words(letter_docx(found)))


def test_the_page_offers_the_reports_and_a_stranger_gets_none(agreed, person):
    client = person("resort_chief", agreements=[agreed.agreement])
    base = f"/kewajiban/{agreed.agreement}/anev/"
    shown = client.get(base).content.decode()
    assert "tahun-2024.pdf" in shown and "tahap-campaign.docx?panjang=1" in shown
    assert client.get(f"{base}tahun-2024.pdf").content[:5] == b"%PDF-"
    answer = client.get(f"{base}tahun-2024.docx?panjang=1")
    assert answer.content[:2] == b"PK" and "anev-tahun-2024-lengkap.docx" in answer["Content-Disposition"]
    for odd in ("tahun-1999.pdf", "tahap-gone.pdf", "%00.pdf", "x.docx"):
        assert client.get(base + odd).status_code == 404
    strange = person("resort_chief", agreements=["b" * 64])
    assert strange.get(base).status_code == strange.get(f"{base}tahun-2024.pdf").status_code == 404


def test_before_anything_was_due_the_page_says_so(pact, person):
    pact.agree(pact.propose(counts_from=LATER.date() + timedelta(days=3)))
    client = person("secretary", agreements=[pact.agreement])
    assert "Belum ada kewajiban yang jatuh tempo" in client.get(f"/kewajiban/{pact.agreement}/anev/").content.decode()
