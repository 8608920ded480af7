"""The parts and the frame in a real browser: accessible, within the window, usable by keyboard, under the real CSP."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from sinergi.access.models import Duty, User, UserSession
from sinergi.kernel.instants import now
from sinergi.ledger.models import Agency, Agreement, Party
from sinergi.web import navigation
from tests.browser.chromium import ARGUMENTS, CHROMIUM

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django must still be allowed to prepare the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--disable-gpu"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def opened(live_server, browser: Browser, settings, monkeypatch) -> Iterator[Callable[..., Page]]:
    """Open an address as an administrator of a node with one exercise agreement."""
    user = User.objects.create(username="administrator", name="Tirta Lesmana")
    Duty.objects.create(user=user, role="administrator", starts_at=now())
    Duty.objects.create(user=user, role="operations_head", starts_at=now())
    Agency.objects.create(id="a" * 64, code="polres", name="Polres Tapanuli Selatan", kind="police", is_self=True)
    Agency.objects.create(id="b" * 64, code="kpu", name="KPU Kabupaten Tapanuli Selatan", kind="kpu")
    agreement = Agreement.objects.create(id="b" * 64, role="exercise/gladi", founder="b" * 64)
    for place, agency in enumerate("ba"):
        Party.objects.create(agreement=agreement, agency=agency * 64, place=place)
    monkeypatch.setattr(
        navigation, "_search", [lambda user, words: [navigation.Hit(title=f"TPS 00{n}", url="/cari/") for n in (1, 2)]]
    )
    visitor = Client()
    visitor.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    key = visitor.session.session_key
    UserSession.objects.create(user=user, key=key, started_at=now(), seen_at=now())
    contexts = []

    def go(path: str, *, width: int = 1440, theme: str = "light", bypass_csp: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            bypass_csp=bypass_csp,
            base_url=live_server.url,
        )
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.faults = []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
@pytest.mark.parametrize("path", ["/komponen/", "/cari/?q=tps", "/tidak-ada/"])
def test_pages_pass_axe_and_stay_within_the_window(opened, path, width, theme):
    page = opened(path, width=width, theme=theme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE)
    violations = page.evaluate("axe.run(document)")["violations"]
    assert [(found["id"], [node["html"][:160] for node in found["nodes"]]) for found in violations] == []


def test_axe_would_notice(opened):
    page = opened("/komponen/", bypass_csp=True)
    page.evaluate(AXE)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><button></button>')")
    found = {violation["id"] for violation in page.evaluate("axe.run(document)")["violations"]}
    assert {"image-alt", "button-name"} <= found


def test_no_script_or_style_is_blocked_by_the_policy(opened):
    page = opened("/komponen/")
    page.click("[data-menu][popovertarget=saya]")
    page.click("#tab-b")
    assert page.faults == []
    assert page.evaluate("htmx.config.allowEval") is False


def test_slash_searches_and_arrows_choose(opened):
    page = opened("/komponen/")
    page.keyboard.press("/")
    page.keyboard.type("tps")
    page.wait_for_selector("#hasil-cari [role=option]")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#cari", "aria-expanded") == "true"
    assert page.locator("#hasil-cari [aria-selected=true]").inner_text().startswith("TPS 001")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cari/**")
    assert page.faults == []


def test_an_answer_to_older_words_neither_fills_nor_closes_the_list(opened):
    page = opened("/komponen/")
    held = []
    page.route(re.compile(r"/cari/\?q=tp$"), lambda route: held.append(route))
    page.keyboard.press("/")
    page.keyboard.type("tp")
    page.wait_for_function("document.querySelector('#hasil-cari[aria-busy]')")
    page.wait_for_timeout(400)
    page.keyboard.type("s")
    page.wait_for_selector("#hasil-cari:not([aria-busy]) [role=option]")
    assert len(held) == 1
    with contextlib.suppress(Error):  # nobody waits for it any more
        held[0].fulfill(body="<a role=option>lama</a>")
    page.wait_for_timeout(200)
    assert page.locator("#hasil-cari [role=option]").first.inner_text().startswith("TPS 001")
    assert page.locator("#hasil-cari").is_visible()


def test_a_menu_opens_under_its_button_and_escape_gives_the_focus_back(opened):
    page = opened("/komponen/")
    button = page.locator("[data-menu][popovertarget=saya]")
    button.press("Enter")
    page.wait_for_function("document.activeElement.closest('#saya')")
    menu, under = page.locator("#saya").bounding_box(), button.bounding_box()
    assert menu["y"] >= under["y"] + under["height"]
    assert menu["x"] + menu["width"] <= 1440
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert not page.locator("#saya").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('popovertarget')") == "saya"


def test_the_theme_changes_at_once_and_is_remembered(opened):
    page = opened("/komponen/")
    page.click("[data-menu][popovertarget=saya]")
    with page.expect_response("**/tema/"):
        page.click("#saya [value=dark]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_dialog_opens_and_closes_by_keyboard(opened):
    page = opened("/komponen/")
    page.locator("[data-open=contoh-dialog]").first.press("Enter")
    assert page.locator("#contoh-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#contoh-dialog").is_visible()


def test_the_phone_keeps_its_places_under_the_thumb(opened):
    page = opened("/komponen/", width=360)
    assert page.locator(".tab-bar").is_visible()
    assert not page.locator(".side").is_visible()
    for box in (each.bounding_box() for each in page.locator(".tab-bar > *").all()):
        assert box["height"] >= 44


KEPT = """
<form class="form" method="post" action="/kirim/" data-keep>
  <div class="field"><label for="x">Mulai</label><input id="x" name="starts_at" value="05.00"></div>
  <button class="button primary">Kirim</button>
</form>"""
REFUSAL = """<!doctype html><main><div data-refusal data-field="starts_at">Mulai terlalu dekat. [P-12]</div></main>"""


def test_a_refusal_lands_beside_its_field_and_nothing_typed_is_lost(opened):
    page = opened("/komponen/")
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)", KEPT)
    page.route("**/kirim/", lambda route: route.fulfill(status=422, content_type="text/html", body=REFUSAL))
    page.fill("#x", "06.30")
    page.click("text=Kirim >> nth=0")
    page.wait_for_selector(".field .error")
    assert "Mulai terlalu dekat." in page.inner_text(".field .error >> nth=0")
    assert page.input_value("#x") == "06.30"
    assert page.get_attribute("#x", "aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == "x"


AGAIN = """<!doctype html><main><h1>Judul</h1>
<form class="form" action="/lain/" data-keep><div class="field"><p class="error">lain</p></div></form>
<form class="form" action="/kirim/" data-keep><div role="alert">Satu isian perlu diperbaiki.</div>
<div class="field"><input id="x" name="starts_at" value="kosong"><p class="error">Isi jam.</p></div></form></main>"""


def test_errors_of_a_form_land_beside_their_fields_and_the_form_stays_as_it_was(opened):
    page = opened("/komponen/")
    kept = KEPT.replace("data-keep>", 'data-keep><input type="hidden" name="id" value="1"><b data-map></b>')
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)", kept)
    page.route("**/kirim/", lambda route: route.fulfill(status=422, content_type="text/html", body=AGAIN))
    page.evaluate("document.querySelector('[data-map]').textContent = 'peta'")
    page.fill("#x", "06.30")
    for _twice in range(2):
        page.click("text=Kirim >> nth=0")
        expect(page.locator(".form >> nth=0").locator(".error")).to_have_text(["Isi jam."])
    assert page.locator(".form >> nth=0").locator(".error").all_inner_texts() == ["Isi jam."]
    assert page.locator("[data-said][role=alert]").first.inner_text() == "Satu isian perlu diperbaiki."
    assert page.input_value("#x") == "06.30" and page.inner_text("[data-map]") == "peta"
    assert page.evaluate("document.activeElement.id") == "x"


def test_a_node_that_does_not_answer_is_told_and_nothing_typed_is_lost(opened):
    page = opened("/komponen/")
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)", KEPT)
    page.route("**/kirim/", lambda route: route.abort())
    page.fill("#x", "06.30")
    page.click("text=Kirim >> nth=0")
    page.wait_for_selector("[data-said]")
    assert "Isian Anda tetap di sini" in page.inner_text("[data-said]")
    assert page.input_value("#x") == "06.30"
