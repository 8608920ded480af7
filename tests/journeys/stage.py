"""Offices whose nodes run in processes of their own, and people who sit at them with a browser."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from sinergi.node.story.people import PASSWORD
from tests.server.conftest import SINERGI, Served, start

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
PATIENCE_S = 40.0
expect.set_options(timeout=PATIENCE_S * 1000)

# Stands for the finger on the reader of a phone or laptop: Chromium keeps the passkey, the product does all the rest.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

# Counts what a thumb does, over every page of a visit.
COUNT_TAPS = """
addEventListener("click", (event) => {
  if (event.isTrusted && event.detail > 0) sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true);
"""
AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
# Only violations are gathered in full. Style sheets are not fetched once more: no rule that runs by itself reads them.
RUN = """rules => axe.run(document, {
  resultTypes: ["violations"],
  preload: {assets: ["media"]},
  ...(rules ? {runOnly: rules} : {}),
}).then(found => found.violations)"""

# Asking the node for its page costs a tenth of showing it. What came before the first answer here is found by the end.
OTHER_WORDS = """async () => {
  const words = async () => {
    const answer = await (await fetch(location.href)).text();
    return new DOMParser().parseFromString(answer, "text/html").querySelector("main")?.textContent;
  };
  const before = await words();
  for (let turn = 0; turn < 15 && await words() === before; turn++) await new Promise(go => setTimeout(go, 150));
}"""


@dataclass
class Office:
    """One agency: its node's folder and address, and the process, which a journey may unplug and plug in again."""

    code: str
    data: Path
    served: Served
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def named_url(self) -> str:
        """The address under which passkeys work on this machine: they belong to a name, never to a number."""
        return f"http://localhost:{self.served.port}"

    def unplug(self) -> None:
        """Stop the node; its address answers nothing until `plug_in`."""
        assert self.served.stop(signal.SIGTERM) == 0

    def plug_in(self) -> None:
        """Start the node again on its data and its port."""
        self.served = start(self.data, self.served.port)

    def sinergi(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a verb on this node's folder, as an administrator at the machine would."""
        command = [SINERGI, "--data", str(self.data), *argv]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def asked(self, path: str, username: str = "auditor") -> Any:
        """What the JSON API answers to this person's token."""
        answer = self.served.get(path, headers={"Authorization": f"Bearer {self.tokens[username]}"})
        assert answer.status == 200, answer.data[:300]
        return json.loads(answer.data)

    def logs(self) -> dict[tuple[str, str], tuple[int, str]]:
        """Size and root of every log this node holds."""
        return {
            (row["agreement"], row["agency"]): (row["size"], row["root"]) for row in self.asked("/api/logs")["logs"]
        }


@dataclass
class Seats:
    """People at their screens. Every page is watched: what it asks of other hosts, and what its scripts complain of."""

    browser: Browser
    doors: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _enrolled: list[tuple[Office, str]] = field(default_factory=list)

    def sit(
        self,
        office: Office,
        username: str = "",
        *,
        phone: bool = False,
        passkeys: bool = False,
        password: str = PASSWORD,
    ) -> Page:
        """A page of this person's own, signed in; nobody in particular without a name.

        With `passkeys` the person's device can make and keep them.
        """
        url = office.named_url if passkeys else office.url
        context = self.browser.new_context(
            viewport=PHONE if phone else DESK,
            is_mobile=phone,
            has_touch=phone,
            base_url=url,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            accept_downloads=True,
        )
        self._contexts.append(context)
        context.add_init_script(COUNT_TAPS)
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        self._watch(page, url)
        if passkeys:
            device = context.new_cdp_session(page)
            device.send("WebAuthn.enable")
            device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
            self._enrolled.append((office, username))
        if username:
            self._sign_in(page, url, username, password)
        return page

    def rise(self) -> None:
        """Close every page. Whose device is gone with it signs in with the password alone again, as before."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        for office, username in self._enrolled:
            done = office.sinergi("user", "factors", username)
            assert done.returncode == 0, done.stderr
            self.doors.pop((office.url, username), None)
            self.doors.pop((office.named_url, username), None)
        self._enrolled.clear()

    def _sign_in(self, page: Page, url: str, username: str, password: str) -> None:
        door = (url, username)
        if door not in self.doors:
            enter_password(page, username, password)
            page.wait_for_url(lambda url: "/masuk/" not in url)
            self.doors[door] = page.context.cookies()
        page.context.add_cookies(self.doors[door])

    def _watch(self, page: Page, url: str) -> None:
        own = urlsplit(url).netloc

        def requested(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
                self.outside.append(f"{page.url} → {request.url}")

        def complained(message: Any) -> None:
            # A refusal (422) or a missing page is said by the browser too; that is not the page's fault.
            if message.type == "error" and not message.text.startswith("Failed to load resource"):
                self.faults.append(f"{page.url}: {message.text}")

        page.on("request", requested)
        page.on("console", complained)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))


def enter_password(page: Page, username: str, password: str = PASSWORD) -> None:
    """Give name and password at the door; where that leads depends on the person."""
    page.goto("/masuk/")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi", exact=True).fill(password)
    page.get_by_role("button", name="Masuk", exact=True).click()


def until(page: Page, words: str) -> None:
    """Reload until the page says `words`: what another office stated arrives by itself, a moment later."""
    eventually(lambda: words in main_text(page), lambda: look_again(page), f"{page.url} never said “{words}”")


def look_again(page: Page) -> None:
    """Reload when the node would show other words than before, or anyway after a while."""
    page.evaluate(OTHER_WORDS)
    page.reload()


def eventually(holds: Callable[[], bool], again: Callable[[], Any], otherwise: str) -> None:
    """Try `again` until `holds`."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)
        again()


def main_text(page: Page) -> str:
    """The words of the page between frame and foot, on one line."""
    return " ".join(page.locator("main").inner_text().split())


def stays_within(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways. Not `innerWidth`: on a phone it grows with what sticks out."""
    assert page.viewport_size is not None
    return int(page.evaluate("document.documentElement.scrollWidth")) <= page.viewport_size["width"]


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with the open page, in light and in dark."""
    wrong = [] if stays_within(page) else [f"{name}: scrolls sideways"]
    page.evaluate(AXE)
    for theme, rules in (("light", None), ("dark", ["color-contrast"])):
        page.emulate_media(color_scheme=theme)
        for violation in page.evaluate(RUN, rules):
            nodes = [node["html"][:140] for node in violation["nodes"][:3]]
            wrong.append(f"{name} ({theme}): {violation['id']} {nodes}")
    page.emulate_media(color_scheme="light")
    return wrong
