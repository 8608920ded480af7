"""What people do at their screens again and again; each leaves them on the page where it brought them."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pyotp
from playwright.sync_api import Locator, Page, expect

from sinergi.kernel.instants import ZONES
from tests.journeys.stage import enter_password, looked_at, until

REQUEST = re.compile(r"/pengamanan/[a-z2-7]{26}/$")
VILLAGES = {"kpu-tapsel": "1203041001", "kpu-paluta": "1220041001"}
VERIFIERS = [Path(__file__).parents[2] / "docs" / "protocol" / name for name in ("verify.py", "verify_signature.py")]


def today() -> date:
    """Today where the offices are."""
    return datetime.now(ZONES["WIB"]).date()


def ask(
    page: Page,
    activity: str,
    *,
    village: str = VILLAGES["kpu-tapsel"],
    service: str = "Pengawalan",
    day: date | None = None,
    starts: str = "08:00",
    ends: str = "12:00",
    until_day: date | None = None,
    officers: int = 8,
    vehicles: int = 2,
    emergency: bool = False,
    agreement: str = "",
) -> str:
    """The commission asks for security; the address of the request's page, the same on every node."""
    page.goto("/pengamanan/minta/")
    if agreement:
        page.locator("select[name=agreement]").select_option(label=agreement)
    page.get_by_role("radio", name=service, exact=True).check(force=True)
    page.locator("[name=activity]").fill(activity)
    page.locator("[name=place]").fill("Gudang KPU")
    page.locator("select[name=village]").select_option(village)
    page.locator("[name=day]").fill((day or today() + timedelta(days=6)).isoformat())
    page.locator("[name=starts]").fill(starts)
    page.locator("[name=ends]").fill(ends)
    if until_day:
        page.locator("[name=until]").fill(until_day.isoformat())
    page.locator("[name=officers]").fill(str(officers))
    page.locator("[name=people]").fill("40")
    page.locator("[name=vehicles]").fill(str(vehicles))
    if emergency:
        page.locator("[name=emergency]").check()
    page.get_by_role("button", name="Kirim permohonan").click()
    page.wait_for_url(REQUEST)
    return path_of(page)


def path_of(page: Page) -> str:
    """The address of this page without the host."""
    return str(page.evaluate("location.pathname"))


def panel(page: Page, title: str) -> Locator:
    """The part of the page under this heading."""
    return page.locator("section.panel").filter(has=page.get_by_role("heading", name=title, exact=True))


def said(page: Page, activity: str) -> Locator:
    """The row or card that speaks of this activity."""
    return page.locator("article, li, tr").filter(has_text=activity)


def answer(page: Page, path: str, decision: str, *, officers: int = 0, sentence: str = "", button: str) -> None:
    """Fill in the police's answer and press `button`."""
    page.goto(path)
    form = page.locator("form").filter(has=page.locator("[name=decision]"))
    form.get_by_role("radio", name=decision, exact=True).check(force=True)
    if officers:
        form.locator("[name=officers]").fill(str(officers))
        form.locator("[name=why_officers]").fill("pasukan terbagi ke kecamatan lain")
    form.locator("[name=sentence]").fill(sentence)
    form.get_by_role("button", name=button).click()


def propose(page: Page, path: str, decision: str, *, officers: int = 0, sentence: str = "") -> None:
    """The head of operations lays an answer before the chief."""
    answer(page, path, decision, officers=officers, sentence=sentence, button="Ajukan ke Kapolres")
    expect(page.get_by_text("Usul sudah diajukan.")).to_be_visible()


def approve(page: Page, path: str) -> None:
    """The chief, or who acts for them, decides as proposed."""
    page.goto(path)
    page.get_by_role("button", name="Setujui dan kirim ke KPU").click()
    expect(panel(page, "Jawaban Polres")).to_be_visible()


def assign(page: Page, path: str, *, unit: str, sprin: str) -> None:
    """The police name unit and duty order."""
    page.goto(path)
    page.locator("[name=unit]").fill(unit)
    page.locator("[name=sprin_number]").fill(sprin)
    page.get_by_role("button", name="Simpan dan beri tahu KPU").click()
    expect(panel(page, "Petugas")).to_contain_text(sprin)


def arrives(page: Page, path: str, words: str) -> None:
    """Open a page and wait until what the other office stated has come."""
    page.goto(path)
    until(page, words)


def set_up_code_app(page: Page) -> None:
    """Taking evidence out asks for a second factor and leads here; the app of this person shows its first code."""
    page.wait_for_url(re.compile("/akun/faktor/"))
    expect(page.locator("main")).to_contain_text("memerlukan faktor kedua")
    page.get_by_role("button", name="Pasang aplikasi kode").click()
    secret = page.get_by_label("Huruf untuk diketik").input_value().replace(" ", "")
    page.get_by_label("Kode", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Pakai aplikasi ini").click()
    expect(page.locator("main li")).to_have_count(10)


def fetch(page: Page, link: Locator, folder: Path) -> Path:
    """Download what a link gives."""
    with page.expect_download() as waiting:
        link.click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def enrol(page: Page, username: str, then: str) -> None:
    """Enrol this device's passkey from the page `then`, which asks for one; come in by it and go back there."""
    wrong: list[str] = []
    page.goto(then)
    page.get_by_role("link", name="Daftarkan kunci sandi").click()
    wrong += looked_at(page, "factors")
    page.get_by_role("button", name="Daftarkan kunci sandi perangkat ini").click()
    expect(page.locator("main li")).to_have_count(10)
    wrong += looked_at(page, "recovery codes")
    page.goto("/akun/faktor/")
    page.get_by_role("button", name="Pasang aplikasi kode").click()
    wrong += looked_at(page, "code app")

    page.context.clear_cookies()
    enter_password(page, username)
    page.wait_for_url("**/masuk/kode/")
    wrong += looked_at(page, "second step")
    page.goto("/masuk/")
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    page.wait_for_url(lambda url: "/masuk/" not in url)
    page.goto("/masuk/pastikan/")
    wrong += looked_at(page, "prove")
    page.goto(then)
    assert wrong == [], "\n".join(wrong)


def verified(page: Page, path: str, folder: Path) -> str:
    """What a stranger's two programs say of the evidence that this person takes out."""
    with page.expect_download() as waiting:
        page.evaluate("address => { location.href = address }", f"{path}bukti/")
    file = folder / "bukti.sinergi"
    waiting.value.save_as(file)
    for program in VERIFIERS:
        verdict = subprocess.run([sys.executable, program, file], capture_output=True, text=True, check=False)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    return verdict.stdout
