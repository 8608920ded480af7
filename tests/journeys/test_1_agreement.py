"""Journey 1: an agreement signed on paper comes into force, and only then can anything be stated under it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sinergi.documents import letter_pdf
from sinergi.documents.tests.samples import LETTER, changed
from tests.journeys.acts import VILLAGES, arrives, ask, path_of, today
from tests.journeys.stage import eventually, look_again, main_text, stays_within, until

pytestmark = pytest.mark.slow

TITLE = "Perjanjian Kerja Sama Pengamanan Pemilihan Serentak"


def test_a_paper_agreement_is_entered_compared_confirmed_with_the_same_file_and_then_used(
    seats, paluta, polres, tmp_path
):
    scan, other = tmp_path / "naskah.pdf", tmp_path / "naskah-lain.pdf"
    scan.write_bytes(letter_pdf(LETTER))
    other.write_bytes(letter_pdf(changed(number="lain")))

    secretary = seats.sit(paluta, "sekretaris")
    secretary.goto("/pengamanan/minta/")
    offered = secretary.locator("select[name=agreement] option").all_inner_texts()
    secretary.goto("/perjanjian/")
    secretary.get_by_role("link", name="Masukkan perjanjian").click()
    form = secretary.locator("#perjanjian-baru")
    form.locator("[name=partner]").select_option(label="Polres Tapanuli Selatan")
    day = today().isoformat()
    for name, words in {
        "title": TITLE,
        "own_number": "L-31/PR.07-PKS/1220/2026",
        "partner_number": "L-B/77/XI/2026",
        "place": "Gunung Tua",
        "signed_on": day,
        "starts_on": day,
        "ends_on": (today() + timedelta(days=200)).isoformat(),
        "own_signer": "Zulfikar Rambe",
        "own_office": "Ketua",
        "partner_signer": "Bagas Wirawan",
        "partner_office": "Kapolres",
    }.items():
        form.locator(f"[name={name}]").fill(words)
    form.locator("[name=scan]").set_input_files(scan)
    form.locator("[name=exercise]").check()
    form.get_by_role("button", name="Kirim ke pihak lain").click()
    secretary.wait_for_url(re.compile(r"/perjanjian/[0-9a-f]{64}/"))
    path = path_of(secretary)
    assert "Menunggu penegasan Polres Tapsel" in main_text(secretary)
    secretary.goto("/pengamanan/minta/")
    assert secretary.locator("select[name=agreement] option").all_inner_texts() == offered

    chief = seats.sit(polres, "kapolres", phone=True)
    arrives(chief, path, "Menunggu penegasan kantor Anda")
    until(chief, "Zulfikar Rambe")
    assert stays_within(chief)
    compare = chief.locator("form[data-comparison]")
    for file, verdict in ((other, "Berbeda dari pindaian"), (scan, "Sama persis dengan pindaian")):
        compare.locator("[name=scan]").set_input_files(file)
        compare.get_by_role("button", name="Periksa pindaian").tap()
        expect(compare.get_by_role("status")).to_contain_text(verdict)
    confirm = chief.locator("#tegaskan")
    confirm.locator("[name=compared]").check()

    def confirmed_with(file) -> int:
        confirm.locator("[name=scan]").set_input_files(file)
        with chief.expect_response(lambda answer: answer.url.endswith("/penegasan/")) as answered:
            confirm.get_by_role("button", name="Tegaskan perjanjian").tap()
        return answered.value.status

    assert confirmed_with(other) == 422
    expect(confirm.locator(".error, [data-said]").first).to_be_visible()
    assert "Menunggu penegasan kantor Anda" in main_text(chief)
    assert confirmed_with(scan) == 204
    expect(chief.locator(".lead .state")).to_have_text("berlaku")

    secretary.goto(path)
    # The entry is witnessed as soon as the police have it; the confirmation comes after it.
    until(secretary, "disaksikan 1/1")
    state = secretary.locator(".lead .state")
    eventually(lambda: state.inner_text() == "berlaku", lambda: look_again(secretary), "the confirmation never arrived")
    secretary.goto("/pengamanan/minta/")
    choices = secretary.locator("select[name=agreement] option").all_inner_texts()
    # Two agreements with one partner are told apart by their year.
    label = next(choice for choice in choices if str(today().year) in choice)
    asked = ask(secretary, "Kawal di bawah perjanjian baru", village=VILLAGES["kpu-paluta"], agreement=label)
    arrives(chief, asked, "Kawal di bawah perjanjian baru")
