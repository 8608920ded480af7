"""Journey 14: an office looks after its own people, and an observer sees whether all are treated alike."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import today
from tests.journeys.stage import PHONE, enter_password, looked_at, main_text

pytestmark = pytest.mark.slow

CHOSEN = "jembatan-tua-batang-gadis"


def test_somebody_new_comes_acts_for_another_loses_the_way_and_leaves(seats, tapsel):
    admin = seats.sit(tapsel, "admin")
    admin.goto("/kelola/pengguna/baru/")
    admin.get_by_label("Nama lengkap").fill("Rahma Siregar")
    admin.get_by_label("Nama pengguna").fill("rahma")
    admin.get_by_role("button", name="Tambah pengguna").click()
    expect(admin.get_by_text("Belum ada penugasan")).to_be_visible()
    person = admin.url
    admin.get_by_role("button", name="Buat kata sandi baru").click()
    first = admin.get_by_label("Untuk Rahma Siregar").input_value()
    assert looked_at(admin, "a password shown once") == []
    admin.get_by_role("link", name="Sudah disalin").click()
    admin.get_by_label("Jabatan").select_option(label="Ketua KPU")
    chair = admin.get_by_label("Plh untuk")
    chair.select_option(chair.locator("option", has_text="Marlina Pohan").get_attribute("value"))
    admin.get_by_label("Sampai dengan").fill(today().isoformat())
    admin.get_by_role("button", name="Beri penugasan").click()
    expect(admin.get_by_text("Plh Ketua KPU")).to_be_visible()
    admin.set_viewport_size(PHONE)
    assert looked_at(admin, "a person on a phone") == []

    page = seats.sit(tapsel)
    enter_password(page, "rahma", first)
    page.wait_for_url("**/akun/kata-sandi/**")
    page.get_by_label("Kata sandi sekarang").fill(first)
    page.get_by_label("Kata sandi baru", exact=True).fill(CHOSEN)
    page.get_by_role("button", name="Ganti kata sandi").click()
    page.goto("/")
    assert "Plh" in page.locator("body").inner_text()
    assert page.goto("/kelola/pengguna/").status == 403

    admin.goto(person)
    admin.get_by_role("button", name="Buat kata sandi baru").click()
    second = admin.get_by_label("Untuk Rahma Siregar").input_value()
    assert second != first
    # Whoever sat at the old password sits no longer.
    page.goto("/")
    page.wait_for_url("**/masuk/**")
    enter_password(page, "rahma", CHOSEN)
    expect(page.get_by_role("alert")).to_be_visible()
    enter_password(page, "rahma", second)
    page.wait_for_url("**/akun/kata-sandi/**")

    admin.goto(person)
    admin.get_by_role("button", name="Tangguhkan").click()
    admin.get_by_role("dialog").get_by_role("button", name="Tangguhkan").click()
    expect(admin.get_by_text("ditangguhkan").first).to_be_visible()
    page.goto("/")
    page.wait_for_url("**/masuk/**")


def test_an_observer_sees_figures_and_reading_never_words(seats, tapsel):
    observer = seats.sit(tapsel, "bawaslu")
    observer.goto("/pengawasan/")
    text = main_text(observer)
    assert "Per peserta" in text and "Diminta" in text
    assert looked_at(observer, "oversight") == []
    observer.get_by_role("link", name=re.compile("Siapa membaca apa")).click()
    assert looked_at(observer, "who read what") == []
    observer.goto("/pengawasan/")
    observer.get_by_role("link", name="Yang tidak pernah disimpan").click()
    assert "NIK" in main_text(observer)
    for closed in ("/pengamanan/", "/kelola/pengguna/", "/kerawanan/"):
        assert observer.goto(closed).status == 403, closed
