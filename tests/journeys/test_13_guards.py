"""Journey 13: from the class of a station to a plan by name, why it is so, the plan made anew, and the order signed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import arrives, panel, path_of
from tests.journeys.stage import Office, Seats, main_text

pytestmark = pytest.mark.slow

# The first plan on a machine compiles the planner's loops.
COMPILED_MS = 300_000
REASON = "Jalan ke TPS terputus bila sungai naik"
SECRET = "Rute evakuasi rahasia lewat Batang Toru"


def calculated(page: Page) -> None:
    """Wait for the end of the calculation."""
    page.wait_for_url(re.compile(r"/penjagaan/hitung/"))
    expect(page.get_by_role("button", name=re.compile("^(Simpan rencana|Pakai pilihan 1)$"))).to_be_visible(
        timeout=COMPILED_MS
    )


def signed(seats: Seats, polres: Office, page: Page) -> None:
    """The operations head drafts the order from the plan; the chief reads and signs it with a passkey of their own."""
    page.goto("/perintah/")
    page.get_by_role("button", name="Buat konsep").click()
    page.get_by_label("Telepon posko").fill("0634-21110")
    page.get_by_label("Lampiran intelijen").fill(SECRET)
    page.get_by_role("button", name="Ajukan ke Kapolres").click()

    chief = seats.sit(polres, "kapolres", passkeys=True)
    chief.goto("/perintah/")
    chief.get_by_role("link", name="Baca dan tanda tangani").click()
    chief.wait_for_url("**/tanda-tangan/")
    signing = path_of(chief)
    chief.get_by_role("button", name="Tandatangani dengan faktor kedua").click()
    chief.get_by_role("button", name="Daftarkan kunci sandi perangkat ini").click()
    expect(chief.locator("main li")).to_have_count(10)
    chief.goto(signing)
    chief.get_by_role("button", name="Tandatangani dengan kunci sandi").click()
    chief.wait_for_url(re.compile(r"/perintah/[a-z2-7]{26}/"))
    page.goto(path_of(chief))


def test_from_a_class_to_a_plan_by_name_its_reasons_and_the_next_version(seats, tapsel, polres):
    page = seats.sit(polres, "kabagops")
    page.goto("/kerawanan/")
    page.locator("tbody a").first.click()
    page.get_by_label("Sangat rawan").check()
    page.get_by_label("Alasan").fill(REASON)
    page.get_by_role("button", name="Tetapkan kelas").click()
    expect(page.get_by_text("Kelas TPS ditetapkan")).to_be_visible()

    page.goto("/penjagaan/baru/?batas=district")
    page.get_by_role("button", name="Hitung").click()
    calculated(page)
    page.get_by_label("Nama rencana").fill("Rencana Pam TPS")
    page.get_by_role("button", name="Simpan rencana").click()
    page.wait_for_url(re.compile(r"/penjagaan/[a-z2-7]{26}/"))
    plan = page.url
    assert re.search(r"Kurang \d+ personel|Semua posko terisi", main_text(page))

    page.get_by_role("link", name=re.compile("Mengapa (kurang|cukup)")).click()
    assert re.search(r"Diperlukan \d+ personel|Tidak ada kekurangan", main_text(page))
    page.goto(f"{plan}personel/?keadaan=bertugas")
    on_duty = page.locator("tbody .mono").all_inner_texts()[:2]
    page.locator("tbody a").first.click()
    assert re.search(r"Ia dari .*, [\d,]+ km dari posko", main_text(page))
    page.get_by_role("button", name="Tanyakan").click()
    assert re.search(r"Sama baiknya|Bisa, tetapi|tidak boleh berjaga|memang di sana|Terlalu banyak", main_text(page))

    page.goto(plan)
    page.get_by_role("link", name="Susun ulang").click()
    page.get_by_label("Yang berhalangan (NRP)").fill(" ".join(on_duty))
    page.get_by_role("button", name="Hitung pilihannya").click()
    calculated(page)
    page.get_by_role("button", name="Pakai pilihan 1").click()
    expect(page.get_by_role("heading", name="Rencana Pam TPS, versi 2")).to_be_visible()
    page.goto(f"{page.url}personel/?cari={on_duty[0]}")
    expect(page.get_by_text("Tidak ada yang cocok")).to_be_visible()
    page.goto(plan)
    expect(page.get_by_text("Rencana ini sudah digantikan.")).to_be_visible()

    signed(seats, polres, page)
    order = page.url
    assert SECRET not in page.content()
    on_order = page.locator("#personel .mono").all_inner_texts()
    assert on_order
    commission = seats.sit(tapsel, "sekretaris")
    panel(page, "Daftar petugas ke KPU (D-06)").locator("li", has_text="KPU Tapsel").get_by_role(
        "button", name="Kirim"
    ).click()
    arrives(commission, "/perintah/petugas-tps/", "Polres Tapsel")
    told = main_text(commission)
    assert re.search(r"TPS \d{3} .* pos di TPS \d{3}", told)
    numbers = [one for one in on_order if one.isdigit()]
    assert numbers
    assert [one for one in (*numbers, SECRET) if one in commission.content()] == []
    for address in (plan, order):
        assert commission.request.get(address.replace(polres.url, tapsel.url)).status in (403, 404)
    commission = seats.sit(tapsel, "staf")
    assert commission.request.get(plan.replace(polres.url, tapsel.url)).status in (403, 404)
