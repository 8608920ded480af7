"""Journey 9: an agreement is drafted, negotiated and signed over two nodes, one of them unplugged in the middle of it.

Nobody touches anything but a browser; Chromium's virtual authenticator stands for the finger on the reader.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sinergi.documents import letter_pdf
from sinergi.documents.tests.samples import LETTER, changed
from tests.journeys.acts import VILLAGES, arrives, ask, enrol, path_of, today, verified
from tests.journeys.stage import PHONE, eventually, look_again, looked_at, main_text, until

pytestmark = pytest.mark.slow

TITLE = "Perjanjian Kerja Sama Pemilihan Gubernur"


def test_texts_that_crossed_while_the_nodes_were_apart_become_one_that_both_sign_with_passkeys(
    seats, paluta, polres, tmp_path
):
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
    # What is closed on the screen is on paper all the same.
    closed = article.get_by_text("Polres menjawab dalam satu hari kerja")
    eventually(lambda: closed.count() == 1, lambda: look_again(liaison), "the words of the draft never arrived")
    assert not closed.is_visible()
    liaison.emulate_media(media="print")
    assert closed.is_visible() and not article.get_by_text("Tanggapi", exact=True).is_visible()
    liaison.emulate_media(media="screen")
    article.locator("summary").first.click()
    article.get_by_text("Tanggapi", exact=True).click()
    article.locator("textarea").fill("Mohon <b>dua</b> hari kerja.")
    article.get_by_role("button", name="Kirim tanggapan").click()
    until(secretary, "Mohon <b>dua</b> hari kerja.")

    polres.unplug()
    propose(secretary, negotiation, "Usul KPU: dua hari kerja.", "Gunung Tua", days={"P-02": "2"})
    assert "Naskah 2" in main_text(secretary)
    paluta.unplug()
    polres.plug_in()
    propose(liaison, negotiation, "Usul Polres: tempatnya Sipirok.", "Sipirok")
    assert "Naskah 2" in main_text(liaison)
    paluta.plug_in()

    for page in (secretary, liaison):
        page.goto(negotiation)
        until(page, "Dua naskah diusulkan bersamaan")
        # Words travel apart from the fact they belong to.
        beside = page.locator("#bersamaan")
        for words in ("Gunung Tua", "Sipirok", "2 hari kerja setelah permohonan pengamanan"):
            eventually(lambda: words in beside.inner_text(), lambda: look_again(page), f"{words} never stood beside")  # noqa: B023
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

    for page in (secretary, liaison):
        pass_gates(page, negotiation, tmp_path)
    for page in (secretary, liaison):
        until(page, "Polres Tapsel menandatangani")

    # The Kapolres is away: the administrator gives the deputy the office as Plh, for this agreement and two days.
    agreement = path.removeprefix("/perjanjian/").rstrip("/")
    act_for(
        seats.sit(polres, "admin"),
        "wakapolres",
        office="Kapolres",
        instead_of="AKBP Bagas Wirawan",
        agreement=agreement,
    )
    signing = f"{path}tanda-tangan/"
    chair, acting = (
        seats.sit(paluta, "ketua", passkeys=True),
        seats.sit(polres, "wakapolres", phone=True, passkeys=True),
    )
    sign(chair, "ketua", signing)
    assert secretary.goto(path).status == 200
    expect(secretary.locator(".lead .state")).not_to_have_text("berlaku")
    sign(acting, "wakapolres", signing)
    eventually(
        lambda: secretary.locator(".lead .state").inner_text() == "berlaku",
        lambda: look_again(secretary),
        "it is never in force",
    )
    assert secretary.goto(path).status == 200 and "Penyelesaian perselisihan" in main_text(secretary)
    until(chair, "Plh")
    with chair.expect_download() as waiting:
        chair.get_by_role("link", name="Naskah (PDF)").click()
    waiting.value.save_as(tmp_path / "naskah.pdf")
    assert (tmp_path / "naskah.pdf").read_bytes().startswith(b"%PDF")
    verdict = verified(chair, path, tmp_path)
    assert sorted(re.findall(r"(\w+) Sipirok .*: signed revision", verdict)) == ["chair", "resort_chief"]

    # The paper that was signed with a pen is bound by its hash, then work begins under the agreement.
    paper = tmp_path / "basah.pdf"
    paper.write_bytes(letter_pdf(changed(number="basah")))
    secretary.goto(signing)
    secretary.locator("[name=scan]").set_input_files(paper)
    secretary.get_by_role("button", name="Kaitkan pindaian").click()
    arrives(liaison, signing, "Pindaian kertas, KPU Paluta")
    secretary.goto("/pengamanan/minta/")
    label = secretary.locator(f"select[name=agreement] option[value='{agreement}']").inner_text()
    asked = ask(secretary, "Kawal rapat perdana", village=VILLAGES["kpu-paluta"], agreement=label)
    arrives(liaison, asked, "Kawal rapat perdana")
    # What was signed holds without a list to propose.
    arrives(liaison, f"/kewajiban/{agreement}/daftar/", "2 hari kerja setelah permohonan pengamanan")
    assert "Ditandatangani semua pihak bersama naskahnya" in main_text(liaison)
    liaison.goto(f"/kewajiban/{agreement}/")
    assert "P-04 Pengawalan setiap pergerakan logistik" in main_text(liaison)
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
    # Six clauses, since the obligations beneath name them.
    words = "(1) KPU mengajukan permohonan.\n(2) Polres menjawab dalam satu hari kerja."
    form.locator("[name=pasal-4-text]").fill(words)
    form.get_by_role("button", name="Kirim ke pihak lain").click()
    form.get_by_text("Kewajiban P-03 menunjuk pasal atau ayat yang tidak ada dalam naskah ini.").wait_for()
    words += "".join(f"\n({number}) Para Pihak bekerja sama." for number in range(3, 7))
    form.locator("[name=pasal-4-text]").fill(words)
    form.get_by_role("button", name="Kirim ke pihak lain").click()
    secretary.wait_for_url(re.compile(r"/perjanjian/[0-9a-f]{64}/perundingan/"))
    return path_of(secretary).removesuffix("perundingan/")


def propose(page, negotiation: str, remark: str, place: str, *, days: dict[str, str] | None = None) -> None:
    """Propose another text with another place of signing, and obligations due after other numbers of days."""
    page.goto(negotiation)
    page.get_by_role("link", name="Usulkan perubahan").click()
    page.locator("[name=remark]").fill(remark)
    page.locator("[name=place]").fill(place)
    for code, count in (days or {}).items():
        row = page.locator(".obliging details").filter(has_text=code)
        article = page.locator("[data-article] > details").filter(has=row)
        article.locator("summary").first.click()
        row.locator("summary").click()
        row.get_by_label("Hitungan").first.fill(count)
        assert looked_at(page, "obligations of a draft") == []
    page.get_by_role("button", name="Kirim ke pihak lain").click()
    page.wait_for_url(f"**{negotiation}")


def pass_gates(page: Page, negotiation: str, folder: Path) -> None:
    """Note every step that this office takes before signing, each with its paper."""
    page.goto(negotiation)
    steps = page.locator("#langkah details")
    for left in range(steps.count(), 0, -1):
        step = steps.first
        step.locator("summary").click()
        paper = folder / f"langkah-{left}.pdf"
        paper.write_bytes(letter_pdf(LETTER))
        step.locator("[name=number]").fill(f"{left}/BA/2026")
        step.locator("[name=dated]").fill(today().isoformat())
        step.locator("[name=scan]").set_input_files(paper)
        step.get_by_role("button", name="Catat langkah ini").click()
        expect(steps).to_have_count(left - 1)


def act_for(admin: Page, username: str, *, office: str, instead_of: str, agreement: str) -> None:
    """Give a person somebody else's office for two days, under one agreement."""
    admin.goto("/kelola/pengguna/")
    admin.get_by_role("row").filter(has_text=username).get_by_role("link").first.click()
    form = admin.locator("form").filter(has=admin.locator("[name=acting_for]"))
    form.locator("[name=role]").select_option(label=office)
    form.locator("[name=starts_on]").fill(today().isoformat())
    form.locator("[name=ends_on]").fill((today() + timedelta(days=1)).isoformat())
    form.locator("[name=acting_for]").select_option(label=instead_of)
    form.locator(f"[name=agreements][value='{agreement}']").check()
    form.get_by_role("button", name="Beri penugasan").click()
    expect(admin.locator("main")).to_contain_text(f"Plh {office}")


def sign(page: Page, username: str, signing: str) -> None:
    """Enrol this device's passkey, come in by it, name it as the one that signs, and sign."""
    enrol(page, username, signing)
    page.get_by_role("button", name="Nyatakan kunci saya").click()
    expect(page.locator("main")).to_contain_text("tidak dapat ditarik")
    wrong = looked_at(page, "before signing")
    page.get_by_role("button", name="Tandatangani naskah ini").click()
    expect(page.get_by_role("button", name="Tandatangani naskah ini")).to_have_count(0)
    wrong += looked_at(page, "after signing")
    assert wrong == [], "\n".join(wrong)
