"""Journey 7: two nodes that never met compare fingerprints, connect, and make an agreement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sinergi.documents import letter_pdf
from sinergi.documents.tests.samples import LETTER
from tests.journeys.acts import fetch, path_of, today
from tests.journeys.stage import Office, eventually, look_again, main_text, until
from tests.server.conftest import Served, free_port, start

pytestmark = pytest.mark.slow

NAME = "KPU Kabupaten Padang Lawas"


@pytest.fixture
def fresh(tmp_path) -> Iterator[tuple[Office, str]]:
    """A node that was just made, and its administrator's first password."""
    port = free_port()
    office = Office("kpu-palas", tmp_path / "palas", Served(tmp_path / "palas", port, None))  # type: ignore[arg-type]
    made = office.sinergi("init", "--code", "kpu-palas", "--name", NAME, "--kind", "kpu", "--region", "1221",
                          "--url", f"http://127.0.0.1:{port}", "--administrator", "pengelola")  # fmt: skip
    assert made.returncode == 0, made.stderr
    office.served = start(office.data, port)
    yield office, made.stdout
    office.served.stop()


def test_an_invitation_and_two_fingerprints_connect_strangers_and_an_agreement_joins_them(
    seats, polres, fresh, tmp_path
):
    office, said = fresh
    first = said.rsplit(" ", 1)[1].strip()
    invited = seats.sit(office, "pengelola", password=first)
    invited.goto("/kelola/instansi/")
    _choose_own_password(invited, first)
    invited.goto("/kelola/instansi/")
    own_fingerprint = _fingerprint(main_text(invited))

    inviting = seats.sit(polres, "admin")
    inviting.goto("/kelola/instansi/")
    form = inviting.locator("#undangan form")
    form.locator("[name=recipient]").fill(NAME)
    form.locator("[name=inside]").check()
    form.get_by_role("button", name="Buat undangan").click()
    expect(inviting.get_by_role("button", name="Unduh berkas undangan")).to_be_visible()
    their_fingerprint = _fingerprint(main_text(inviting))
    letter = fetch(inviting, inviting.get_by_role("button", name="Unduh berkas undangan"), tmp_path)

    invited.locator("#terima [name=file]").set_input_files(letter)
    invited.get_by_role("button", name="Baca undangan").click()
    expect(invited.get_by_role("button", name="Hubungkan")).to_be_visible()
    compared = main_text(invited)
    assert their_fingerprint in compared and own_fingerprint in compared
    invited.get_by_role("button", name="Hubungkan").click()
    expect(invited.locator(".field.wrong, :invalid").first).to_be_attached()
    invited.locator("[name=compared]").check()
    if invited.locator("[name=inside]").count():
        invited.locator("[name=inside]").check()
    invited.get_by_role("button", name="Hubungkan").click()
    expect(invited.get_by_text("Polres Tapanuli Selatan sekarang mitra kantor ini.")).to_be_visible()

    added = office.sinergi("user", "add", "sekretaris", "--name", "Sekretaris Palas", "--role", "secretary")
    assert added.returncode == 0, added.stderr
    first = added.stdout.strip().splitlines()[-1]
    secretary = seats.sit(office, "sekretaris", password=first)
    secretary.goto("/")
    _choose_own_password(secretary, first)
    secretary.goto("/perjanjian/baru/")
    scan = tmp_path / "naskah.pdf"
    scan.write_bytes(letter_pdf(LETTER))
    form = secretary.locator("#perjanjian-baru")
    form.locator("[name=partner]").select_option(label="Polres Tapanuli Selatan")
    day = today().isoformat()
    for name, words in {
        "title": "Perjanjian Kerja Sama Pengamanan", "own_number": "L-1/PKS/1221/2026", "partner_number": "L-B/1/2026",
        "place": "Sibuhuan", "signed_on": day, "starts_on": day, "ends_on": (today() + timedelta(days=90)).isoformat(),
        "own_signer": "Nama Ketua", "own_office": "Ketua", "partner_signer": "Bagas Wirawan",
        "partner_office": "Kapolres",
    }.items():  # fmt: skip
        form.locator(f"[name={name}]").fill(words)
    form.locator("[name=scan]").set_input_files(scan)
    form.locator("[name=exercise]").check()
    form.get_by_role("button", name="Kirim ke pihak lain").click()
    secretary.wait_for_url(re.compile(r"/perjanjian/[0-9a-f]{64}/"))

    chief = seats.sit(polres, "kapolres")
    chief.goto(path_of(secretary))
    until(chief, "Menunggu penegasan kantor Anda")
    confirm = chief.locator("#tegaskan")
    confirm.locator("[name=compared]").check()
    confirm.locator("[name=scan]").set_input_files(scan)
    confirm.get_by_role("button", name="Tegaskan perjanjian").click()
    expect(chief.locator(".lead .state")).to_have_text("berlaku")
    until(secretary, "disaksikan 1/1")
    # The confirmation comes after the cosignature, and may be a moment behind it.
    state = secretary.locator(".lead .state")
    eventually(lambda: state.inner_text() == "berlaku", lambda: look_again(secretary), "the confirmation never arrived")


def _choose_own_password(page, first: str) -> None:
    """Whoever signs in with a password that somebody else made chooses their own before anything else."""
    assert "Ganti kata sandi" in main_text(page)
    page.locator("[name=old]").fill(first)
    page.locator("[name=new]").fill("kancil menyeberang empat sungai")
    page.get_by_role("button", name="Ganti kata sandi").click()
    page.wait_for_url(lambda url: "kata-sandi" not in url)


def _fingerprint(words: str) -> str:
    found = re.search(r"\b(?:[0-9a-f]{4} ){15}[0-9a-f]{4}\b", words)
    assert found, words
    return found[0]
