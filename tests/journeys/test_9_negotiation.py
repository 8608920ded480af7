"""Journey 9: an agreement is drafted and negotiated over two nodes, one of them unplugged in the middle of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.journeys.acts import path_of, today
from tests.journeys.stage import PHONE, eventually, looked_at, main_text, until

pytestmark = pytest.mark.slow

TITLE = "Perjanjian Kerja Sama Pemilihan Gubernur"


def test_two_texts_proposed_while_the_nodes_were_apart_stand_side_by_side_until_one_names_both(seats, paluta, polres):
    secretary = seats.sit(paluta, "sekretaris")
    path = draft(secretary)
    negotiation = f"{path}perundingan/"
    assert "Polres Tapsel menyetujui naskah ini atau mengusulkan perubahan" in main_text(secretary)

    liaison = seats.sit(polres, "kabagops")
    eventually(
        lambda: liaison.goto(negotiation).status == 200,
        lambda: liaison.wait_for_timeout(500),
        "the draft never arrived",
    )
    article = liaison.locator("#pasal-5")
    article.locator("summary").first.click()
    article.get_by_text("Tanggapi", exact=True).click()
    article.locator("textarea").fill("Mohon <b>dua</b> hari kerja.")
    article.get_by_role("button", name="Kirim tanggapan").click()
    until(secretary, "Mohon <b>dua</b> hari kerja.")

    polres.unplug()
    propose(secretary, negotiation, "Usul KPU: dua hari kerja.", "Gunung Tua")
    assert "Naskah 2" in main_text(secretary)
    paluta.unplug()
    polres.plug_in()
    propose(liaison, negotiation, "Usul Polres: tempatnya Sipirok.", "Sipirok")
    assert "Naskah 2" in main_text(liaison)
    paluta.plug_in()

    for page in (secretary, liaison):
        page.goto(negotiation)
        until(page, "Dua naskah diusulkan bersamaan")
        beside = page.locator("#bersamaan").inner_text()
        assert "Gunung Tua" in beside and "Sipirok" in beside
        assert page.get_by_role("button", name="Setujui isi naskah").count() == 0
        assert looked_at(page, "negotiation") == []
    secretary.set_viewport_size(PHONE)
    assert looked_at(secretary, "negotiation on a phone") == []

    secretary.get_by_role("link", name="Usulkan naskah bersama").click()
    assert "Ada lebih dari satu naskah" in main_text(secretary)
    secretary.locator("[name=remark]").fill("Dua hari kerja, ditandatangani di Sipirok.")
    secretary.locator("[name=place]").fill("Sipirok")
    secretary.get_by_role("button", name="Kirim ke pihak lain").click()
    secretary.wait_for_url(f"**{negotiation}")
    until(liaison, "Polres Tapsel menyetujui naskah ini")
    liaison.get_by_role("button", name="Setujui isi naskah").click()
    until(secretary, "KPU Paluta menyelesaikan: Berita acara pleno")
    eventually(
        lambda: paluta.logs() == {key: value for key, value in polres.logs().items() if key in paluta.logs()},
        lambda: secretary.wait_for_timeout(300),
        "the two nodes hold different logs",
    )


def draft(secretary) -> str:
    """The secretary drafts from the template; the address of the agreement."""
    secretary.goto("/perjanjian/")
    secretary.get_by_role("link", name="Rancang perjanjian").click()
    form = secretary.locator("#rancangan")
    for name, words in {
        "title": TITLE,
        "place": "Padang Sidempuan",
        "signed_on": today().isoformat(),
        "starts_on": today().isoformat(),
        "ends_on": (today() + timedelta(days=300)).isoformat(),
        "pihak-0-number": "9/PR.07-PKS/1220/2026",
        "pihak-0-signer": "Zulfikar Rambe",
        "pihak-0-office": "Ketua",
    }.items():
        form.locator(f"[name={name}]").fill(words)
    police = form.locator("fieldset").filter(has_text="Polres Tapanuli Selatan")
    if not police.get_by_role("checkbox").is_checked():
        police.get_by_role("checkbox").check()
    for label, words in {
        "Nomor dokumen": "B/9/2026",
        "Nama penanda tangan": "Bagas Wirawan",
        "Jabatannya": "Kapolres",
    }.items():
        police.get_by_label(label).fill(words)
    form.locator("[name=exercise]").check()
    form.locator("#pasal-4-text, [name=pasal-4-text]").evaluate("field => { field.value = '(1) satu\\n(3) tiga' }")
    form.get_by_role("button", name="Kirim ke pihak lain").click()
    form.get_by_text("Ayat dalam Pasal 5 harus urut mulai dari (1).").wait_for()
    form.locator("[name=pasal-4-text]").fill(
        "(1) KPU mengajukan permohonan.\n(2) Polres menjawab dalam satu hari kerja."
    )
    form.get_by_role("button", name="Kirim ke pihak lain").click()
    secretary.wait_for_url(re.compile(r"/perjanjian/[0-9a-f]{64}/perundingan/"))
    return path_of(secretary).removesuffix("perundingan/")


def propose(page, negotiation: str, remark: str, place: str) -> None:
    """Propose another text with another place of signing."""
    page.goto(negotiation)
    page.get_by_role("link", name="Usulkan perubahan").click()
    page.locator("[name=remark]").fill(remark)
    page.locator("[name=place]").fill(place)
    page.get_by_role("button", name="Kirim ke pihak lain").click()
    page.wait_for_url(f"**{negotiation}")
