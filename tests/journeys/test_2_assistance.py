"""Journey 2: security assistance from end to end, each step on its own node."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect

from tests.journeys.acts import (
    REQUEST,
    answer,
    approve,
    arrives,
    ask,
    assign,
    fetch,
    panel,
    path_of,
    propose,
    today,
)
from tests.journeys.stage import main_text, stays_within, until
from tests.promises.figures import print_figure

pytestmark = pytest.mark.slow

MOST_TAPS = 15


def test_a_secretary_asks_from_a_phone_with_few_taps_by_list_and_on_the_map(seats, tapsel, polres):
    page = seats.sit(tapsel, "sekretaris", phone=True)
    page.goto("/")

    def tapped(place) -> None:
        assert stays_within(page)
        place.tap()

    def typed(name: str, words: str) -> None:
        tapped(page.locator(f"form [name={name}]"))
        page.locator(f"form [name={name}]").fill(words)

    tapped(page.get_by_role("link", name="Minta pengamanan").first)
    page.wait_for_url("**/pengamanan/minta/")
    tapped(page.locator("label").filter(has_text=re.compile("^Pengawalan$")))
    typed("activity", "Kawal kotak dari telepon")
    typed("place", "Kantor Camat Sipirok")
    words = page.get_by_placeholder("Ketik nama desa untuk menyaring").first
    tapped(words)
    words.fill("sipirok")
    village = page.locator("select[name=village]")
    assert village.input_value().startswith("1203")
    village.select_option("1203041001")
    picker = page.locator("[data-picker]").first
    expect(picker.locator("[data-picker-said]")).to_contain_text("Titik: tengah desa")
    tapped(picker.locator("[data-picker-map][data-ready=true] canvas"))
    expect(picker.locator("[data-picker-said]")).to_contain_text("Titik ditandai:")
    marked = [page.locator(f"[name={name}]").input_value() for name in ("lat", "lon")]
    assert all(re.fullmatch(r"\d+\.\d{6}", degrees) for degrees in marked)
    typed("day", (today() + timedelta(days=5)).isoformat())
    typed("starts", "07:00")
    typed("ends", "11:00")
    typed("officers", "6")
    typed("people", "25")
    send = page.get_by_role("button", name="Kirim permohonan")
    assert send.bounding_box()["height"] >= 44
    tapped(send)
    page.wait_for_url(REQUEST)
    taps = int(page.evaluate("sessionStorage.taps"))
    # One more for choosing the village out of the phone's own list.
    assert taps + 1 <= MOST_TAPS
    print_figure("JALAN-2", f"{taps + 1} ketukan", f"a request for security from a 360 px phone, at most {MOST_TAPS}")
    assert "menunggu jawaban" in main_text(page) and stays_within(page)
    there = seats.sit(polres, "kabagops")
    arrives(there, path_of(page), "Kawal kotak dari telepon")
    assert "Kantor Camat Sipirok" in main_text(there)


def test_an_answer_binds_after_disposisi_and_the_work_is_confirmed_by_who_asked(seats, tapsel, polres):
    secretary, operations = seats.sit(tapsel, "sekretaris"), seats.sit(polres, "kabagops")
    chief = seats.sit(polres, "kapolres", phone=True)
    begun, over = today() - timedelta(days=1), today()
    path = ask(secretary, "Kawal logistik tahap tiga", day=begun, until_day=over, starts="08:00", ends="23:59")
    arrives(operations, path, "Kawal logistik tahap tiga")
    propose(operations, path, "Sanggupi", sentence="Siap melaksanakan.")
    # A proposal stays inside the police.
    secretary.reload()
    assert "Belum dijawab." in main_text(secretary) and "Siap melaksanakan." not in main_text(secretary)

    chief.goto("/")
    card = chief.locator("article.decision").filter(has_text="Kawal logistik tahap tiga")
    card.get_by_role("button", name="Setujui").tap()
    expect(chief.get_by_text("sudah diputuskan.")).to_be_visible()
    assert stays_within(chief)
    until(secretary, "Siap melaksanakan.")
    assert "disanggupi" in main_text(secretary)

    assign(operations, path, unit="Satuan Samapta Regu 7", sprin="L-Sprin/701/2026")
    until(secretary, "L-Sprin/701/2026")
    # Words travel apart from the fact they belong to.
    until(secretary, "Satuan Samapta Regu 7")

    operations.locator("[name=words]").last.fill("Berjalan aman dan lancar.")
    operations.get_by_role("button", name="Kirim laporan").click()
    expect(panel(operations, "Pelaksanaan")).to_contain_text("Berjalan aman dan lancar.")
    until(secretary, "Tegaskan pelaksanaan")
    secretary.get_by_role("button", name="Tegaskan", exact=True).click()
    expect(secretary.get_by_text("KPU menegaskan: sesuai laporan.")).to_be_visible()
    arrives(operations, path, "KPU menegaskan: sesuai laporan.")
    for page in (secretary, operations):
        until(page, "disaksikan 1/1")
        assert page.locator(".request-clock").inner_text().strip() == "selesai"


def test_who_acts_for_the_chief_decides_and_the_commission_accepts_the_counter_offer_on_a_phone(seats, tapsel, polres):
    administrator = seats.sit(polres, "admin")
    administrator.goto("/kelola/pengguna/")
    administrator.get_by_role("link", name="Dimas Prakoso").click()
    duty = administrator.locator("form").filter(has=administrator.locator("[name=acting_for]"))
    duty.locator("[name=role]").select_option("resort_chief")
    duty.locator("[name=starts_on]").fill(today().isoformat())
    duty.locator("[name=ends_on]").fill((today() + timedelta(days=1)).isoformat())
    chief = duty.locator("[name=acting_for] option").filter(has_text="Bagas Wirawan").get_attribute("value")
    duty.locator("[name=acting_for]").select_option(chief)
    duty.get_by_role("button", name="Beri penugasan").click()
    expect(administrator.get_by_role("cell", name=re.compile("Plh Kapolres"))).to_be_visible()

    secretary, operations = seats.sit(tapsel, "sekretaris", phone=True), seats.sit(polres, "kabagops")
    acting = seats.sit(polres, "wakapolres")
    path = ask(secretary, "Kawal mobil ke Aek Bilah", officers=10)
    arrives(operations, path, "Kawal mobil ke Aek Bilah")
    propose(operations, path, "Sesuaikan", officers=7, sentence="Kami tawarkan tujuh petugas.")
    approve(acting, path)
    until(secretary, "Kami tawarkan tujuh petugas.")
    told = main_text(secretary)
    assert "Kapolres (Plh)" in told and "pasukan terbagi ke kecamatan lain" in told
    assert "Diam berarti belum sepakat, bukan setuju." in told
    secretary.get_by_role("button", name="Terima tawaran").tap()
    expect(secretary.get_by_text("Tawaran diterima KPU")).to_be_visible()
    assert stays_within(secretary)
    arrives(operations, path, "Tawaran diterima KPU")
    assert operations.locator(".request-clock").inner_text().strip() == "disanggupi"


def test_an_offer_is_declined_a_part_is_offered_and_a_refusal_needs_its_reason(seats, paluta, polres):
    secretary, chief = seats.sit(paluta, "sekretaris"), seats.sit(polres, "kapolres")
    village = "1220041001"
    send = "Kirim jawaban ke KPU"

    declined = ask(secretary, "Kawal ke Batang Onang", village=village)
    arrives(chief, declined, "Kawal ke Batang Onang")
    answer(chief, declined, "Sesuaikan", officers=3, sentence="Hanya tiga petugas.", button=send)
    until(secretary, "Hanya tiga petugas.")
    secretary.get_by_role("button", name="Tolak tawaran…").click()
    dialog = secretary.get_by_role("dialog")
    dialog.locator("[name=words]").fill("Jalannya rawan longsor.")
    dialog.get_by_role("button", name="Tolak tawaran").click()
    expect(secretary.get_by_text("Tawaran ditolak KPU")).to_be_visible()
    until(chief, "Jalannya rawan longsor.")
    assert chief.locator(".request-clock").inner_text().strip() == "tawaran ditolak"

    partly = ask(secretary, "Jaga dua gudang", village=village, service="Penjagaan")
    arrives(chief, partly, "Jaga dua gudang")
    answer(chief, partly, "Sanggupi sebagian", officers=4, sentence="Satu gudang saja.", button=send)
    until(secretary, "Sanggupi sebagian.")
    assert secretary.locator(".request-clock").inner_text().strip() == "ditawarkan"

    refused = ask(secretary, "Jalan sehat di Portibi", village=village, service="Kegiatan")
    arrives(chief, refused, "Jalan sehat di Portibi")
    answer(chief, refused, "Tolak", button=send)
    wrong = chief.locator(".field.wrong").filter(has=chief.locator("[name=sentence]"))
    expect(wrong).to_contain_text("Penolakan wajib beralasan.")
    wrong.locator("[name=sentence]").fill("Bersamaan dengan apel pergeseran pasukan.")
    chief.get_by_role("button", name=send).click()
    until(secretary, "Bersamaan dengan apel pergeseran pasukan.")
    assert secretary.locator(".request-clock").inner_text().strip() == "ditolak"


def test_a_spoken_order_counts_at_once_and_is_confirmed_in_writing(seats, tapsel, polres):
    staff, operations = seats.sit(tapsel, "staf", phone=True), seats.sit(polres, "kabagops")
    chief = seats.sit(polres, "kapolres", phone=True)
    path = ask(staff, "Massa di depan gudang", service="Penjagaan", day=today(), starts="00:05", ends="23:55",
               emergency=True)  # fmt: skip
    arrives(operations, path, "Massa di depan gudang")
    answer(operations, path, "Sanggupi", sentence="Perintah lisan Kapolres.", button="Catat perintah lisan Kapolres")
    expect(operations.get_by_text("Perintah lisan; penegasan tertulis dalam 24 jam.")).to_be_visible()
    until(staff, "Perintah lisan; penegasan tertulis dalam 24 jam.")
    assert "batas penegasan" in main_text(staff)
    chief.goto(path)
    chief.get_by_role("button", name="Tegaskan perintah lisan").tap()
    expect(chief.get_by_text("Perintah lisan, ditegaskan tertulis")).to_be_visible()
    until(staff, "Perintah lisan, ditegaskan tertulis")


def test_a_letter_is_numbered_reads_alike_in_both_forms_and_anybody_can_check_it(seats, tapsel, tmp_path):
    secretary = seats.sit(tapsel, "sekretaris")
    ask(secretary, "Kawal surat suara pengganti", officers=9)
    secretary.get_by_role("button", name="Terbitkan surat permohonan").click()
    letters = panel(secretary, "Surat")
    number = letters.locator("li b").inner_text()
    assert re.fullmatch(r"L-\d{3}/PP\.08-SD/1203/20\d\d", number)
    pdf = fetch(secretary, letters.get_by_role("link", name="PDF"), tmp_path)
    docx = fetch(secretary, letters.get_by_role("link", name="DOCX"), tmp_path)

    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    with ZipFile(docx) as opened:
        parts = "".join(opened.read(name).decode() for name in opened.namelist() if name.endswith(".xml"))
    words = " ".join(re.findall(r"<w:t[^>]*>([^<]*)", parts))
    for told in (text, words):
        for part in (number, "Kawal surat suara pengganti", "9 (sembilan) petugas", "Marlina Pohan"):
            assert part in " ".join(told.split()), part

    assert "LATIHAN" in text and "LATIHAN" in parts

    page = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()
    address = zxingcpp.read_barcodes(page)[0].text
    assert address.startswith(f"{tapsel.url}/cek/")
    stranger = seats.sit(tapsel, phone=True)
    stranger.goto(address)
    assert "Surat ini terbit dari Sinergi." in main_text(stranger) and number in main_text(stranger)
    same, other = "Berkas Anda sama persis", "Berkas Anda bukan berkas yang diterbitkan."
    for file, verdict in ((pdf, same), (_touched(pdf), other), (docx, same)):
        stranger.set_input_files("#berkas", file)
        stranger.get_by_role("button", name="Bandingkan", exact=True).tap()
        expect(stranger.locator("main")).to_contain_text(verdict)
    stranger.goto(address[:-3] + "aa/")
    assert "Tidak ada surat dengan kode itu" in main_text(stranger)


def test_a_withdrawal_that_crosses_an_answer_ends_alike_on_both_nodes_with_both_facts_visible(seats, tapsel, polres):
    secretary, operations = seats.sit(tapsel, "sekretaris"), seats.sit(polres, "kabagops")
    chief = seats.sit(polres, "kapolres")
    path = ask(secretary, "Bimbingan teknis yang diundur")
    arrives(operations, path, "Bimbingan teknis yang diundur")
    propose(operations, path, "Sanggupi", sentence="Siap membantu bimbingan.")
    # Neither hears the other: the police agree while the commission is unplugged, and the other way round.
    tapsel.unplug()
    approve(chief, path)
    polres.unplug()
    tapsel.plug_in()
    secretary.goto(path)
    secretary.get_by_role("button", name="Tarik permohonan…").click()
    dialog = secretary.get_by_role("dialog")
    dialog.locator("label").filter(has_text="Jadwal berubah").click()
    dialog.get_by_role("button", name="Tarik permohonan").click()
    expect(panel(secretary, "Ditarik KPU")).to_be_visible()
    assert "Siap membantu bimbingan." not in main_text(secretary)
    polres.plug_in()
    for page in (secretary, chief):
        arrives(page, path, "Penarikan dan jawaban bersilang di jalan.")
        assert page.locator(".request-clock").inner_text().strip() == "ditarik"
        trail = panel(page, "Jejak").inner_text()
        assert "Sanggupi" in trail and "Jadwal berubah" in trail
        until(page, "Siap membantu bimbingan.")


def test_a_correction_is_a_new_fact_that_both_sides_see_beside_the_old_one(seats, tapsel, polres):
    secretary, chief = seats.sit(tapsel, "sekretaris"), seats.sit(polres, "kapolres")
    path = ask(secretary, "Kawal kotak dari Arse", officers=5)
    arrives(chief, path, "Kawal kotak dari Arse")
    answer(chief, path, "Sanggupi", sentence="Lima petugas siap.", button="Kirim jawaban ke KPU")
    until(secretary, "Lima petugas siap.")
    secretary.get_by_role("link", name="Koreksi").click()
    secretary.locator("[name=officers]").fill("12")
    secretary.locator("[name=reason]").fill("Jumlah truk bertambah.")
    secretary.get_by_role("button", name="Kirim koreksi").click()
    secretary.wait_for_url(REQUEST)
    until(chief, "12 petugas")
    for page in (secretary, chief):
        told = main_text(page)
        assert "Permohonan dikoreksi setelah dijawab." in told and "mengoreksi:" in told
        assert "Lima petugas siap." in told
        assert page.locator(".request-clock").inner_text().startswith("menunggu jawaban")


def _touched(file: Path) -> Path:
    """The same file with one byte changed."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    other = file.with_stem(file.stem + "-lain")
    other.write_bytes(data)
    return other
