"""Chair and Kapolres sign one agreement in their browsers, each at the own node, with the browser's own passkeys.

Chromium's virtual authenticator stands for the finger and the phone; everything else is the product over two processes.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.stage import looked_at
from tests.nodes.fixtures import KPU_TAPSEL, POLRES
from tests.sync.nodes import PATIENCE, Node, meet, same_logs, until

pytestmark = pytest.mark.slow

PASSWORD = "kopi-jendela-sungai-7"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
VERIFIERS = [Path(__file__).parents[2] / "docs" / "protocol" / name for name in ("verify.py", "verify_signature.py")]


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    folder = tmp_path_factory.mktemp("signing")
    kpu, police = (Node(folder / who["code"], who, settings="sinergi.node.settings") for who in (KPU_TAPSEL, POLRES))
    try:
        for node, username, role in ((kpu, "ketua", "chair"), (police, "kapolres", "resort_chief")):
            node.plug_in()
            node.found()
            node.do("person", username=username, role=role, password=PASSWORD)
        meet(kpu, police)
        yield kpu, police
    finally:
        for node in (kpu, police):
            node.unplug()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


def sit(browser: Browser, node: Node) -> Page:
    """A browser with a device of its own, at the name under which passkeys work on this machine."""
    context = browser.new_context(
        base_url=f"http://localhost:{node.port}",
        locale="id-ID",
        viewport={"width": 320, "height": 740},
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(40_000)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def sign_in(page: Page, username: str, *, then: str = "") -> None:
    """With the password; `then` is where that leads who has a second factor."""
    page.goto("/masuk/")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_url(lambda url: url.endswith(then) if then else "/masuk/" not in url)


def test_enrol_sign_in_and_sign_on_two_nodes_until_it_is_in_force_on_both(offices, browser, tmp_path):
    kpu, police = offices
    opened = kpu.do("open", partners=[police.id])
    agreement = opened["agreement"]
    until(lambda: police.do("state", agreement=agreement) == "draft", PATIENCE, "the draft arrived")
    for node in offices:
        node.do("make_ready", revision=opened["revision"])
    until(lambda: same_logs(agreement, offices), PATIENCE, "everybody is ready")

    signing, wrong = f"/perjanjian/{agreement}/tanda-tangan/", []
    for node, username in ((kpu, "ketua"), (police, "kapolres")):
        page = sit(browser, node)
        sign_in(page, username)
        # Without a passkey the page leads to one, and back.
        page.goto(signing)
        page.get_by_role("link", name="Daftarkan kunci sandi").click()
        wrong += looked_at(page, "factors")
        page.get_by_role("button", name="Daftarkan kunci sandi perangkat ini").click()
        expect(page.locator("main li")).to_have_count(10)
        wrong += looked_at(page, "recovery codes")
        page.goto("/akun/faktor/")
        page.get_by_role("button", name="Pasang aplikasi kode").click()
        wrong += looked_at(page, "code app")
        # The passkey opens the door alone.
        page.context.clear_cookies()
        sign_in(page, username, then="/masuk/kode/")
        wrong += looked_at(page, "second step")
        page.goto("/masuk/")
        page.get_by_role("button", name="Masuk dengan kunci sandi").click()
        page.wait_for_url(lambda url: "/masuk/" not in url)
        page.goto("/masuk/pastikan/")
        wrong += looked_at(page, "prove")
        page.goto(signing)
        page.get_by_role("button", name="Nyatakan kunci saya").click()
        expect(page.locator("main")).to_contain_text("tidak dapat ditarik")
        wrong += looked_at(page, "before signing")
        page.get_by_role("button", name="Tandatangani naskah ini").click()
        expect(page.locator("main")).to_contain_text("ditandatangani")
        expect(page.get_by_role("button", name="Tandatangani naskah ini")).to_have_count(0)
        wrong += looked_at(page, "after signing")
    assert wrong == [], "\n".join(wrong)

    for node in offices:
        until(lambda node=node: node.do("state", agreement=agreement) == "in_force", PATIENCE, "in force on both")
    page.reload()
    expect(page.locator("main")).not_to_contain_text("belum menandatangani")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Naskah (PDF)").click()
    waiting.value.save_as(tmp_path / "naskah.pdf")
    assert (tmp_path / "naskah.pdf").read_bytes().startswith(b"%PDF")

    # A stranger checks the file that the Kapolres takes out: records and persons.
    page.goto(f"/perjanjian/{agreement}/")
    with page.expect_download() as waiting:
        page.evaluate("address => { location.href = address }", f"/perjanjian/{agreement}/bukti/")
    file = tmp_path / "bukti.sinergi"
    waiting.value.save_as(file)
    for program in VERIFIERS:
        verdict = subprocess.run([sys.executable, program, file], capture_output=True, text=True, check=False)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert sorted(re.findall(r"(\w+) Sipirok .*: signed revision", verdict.stdout)) == ["chair", "resort_chief"]
