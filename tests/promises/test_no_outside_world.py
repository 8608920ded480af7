"""P31: the whole product works where no other host exists, and never tries to reach one."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.promises.closed_demo import ClosedDemo
from tests.promises.demo_calls import ask_for_security, logs_of
from tests.promises.figures import print_figure

pytestmark = pytest.mark.slow

# The browser's own calls home are silenced by its switches; what pages ask for is taken from its log of requests.
SWITCHES = [*ARGUMENTS, "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
PEOPLE = {"kpu-tapsel": "sekretaris", "kpu-paluta": "admin", "polres-tapsel": "kabagops"}
PAGES = ("/", "/kotak/", "/pengamanan/", "/tempat/", "/perjanjian/", "/siapa-punya-apa/", "/tahapan/", "/komponen/")
CONVERGED_S = 90


def test_everything_works_without_any_other_host(closed_demo: ClosedDemo, tmp_path: Path, capsys: Any) -> None:
    assert closed_demo.tries() == (0, []), "packets left while the demo was started and played"
    _check_that_tries_are_counted(closed_demo)

    ask_for_security(closed_demo, "kpu-tapsel", note="tanpa jaringan luar", id=str(uuid4()))
    seconds = _converged(closed_demo)
    done = closed_demo.sinergi("polres-tapsel", "sync", "once", "--json")
    assert done.returncode == 0, done.stderr

    asked, strangers, faults = _browsed(closed_demo, tmp_path)
    packets, hosts = closed_demo.tries()
    with capsys.disabled():
        print_figure(
            "P31",
            f"{packets} packets, {len(strangers)} requests to other hosts",
            f"three nodes started in {closed_demo.seconds:.0f} s and in step after {seconds:.1f} s, {asked} requests of"
            f" {len(PEOPLE) * len(PAGES)} pages in a browser, all to their own node",
        )
    assert strangers == []
    assert faults == []
    assert (packets, hosts) == (0, [])


def _check_that_tries_are_counted(demo: ClosedDemo) -> None:
    """The count itself can fail: one name is asked for and one connection tried, and both are seen."""
    with demo.entered():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, pytest.raises(PermissionError):
            line.sendto(b"?", ("192.0.2.53", 53))
        with pytest.raises(OSError):
            socket.create_connection(("192.0.2.80", 80), 2)
    packets, hosts = demo.tries()
    assert packets >= 2
    assert sorted(hosts) == ["192.0.2.53", "192.0.2.80"]
    demo.forget_tries()
    assert demo.tries() == (0, [])


def _converged(demo: ClosedDemo) -> float:
    """Until every party holds every log of the agreement alike; seconds it took."""
    began = time.monotonic()
    while True:
        rows = [logs_of(demo, agency) for agency in ("kpu-tapsel", "polres-tapsel")]
        shared = {row["agreement"] for row in rows[0]} & {row["agreement"] for row in rows[1]}
        views = [
            sorted(
                (row["agreement"], row["agency"], row["size"], row["root"]) for row in one if row["agreement"] in shared
            )
            for one in rows
        ]
        if shared and views[0] == views[1]:
            return time.monotonic() - began
        assert time.monotonic() - began < CONVERGED_S, views
        time.sleep(0.3)


def _browsed(demo: ClosedDemo, tmp_path: Path) -> tuple[int, list[str], list[str]]:
    """Requests of the pages of one person at each node; those to other origins; what the browser complained about."""
    chromium = tmp_path / "chromium"
    chromium.write_text(f'#!/bin/sh\nexec ip netns exec {demo.name} {CHROMIUM} "$@"\n')
    chromium.chmod(0o755)
    asked, strangers, faults = 0, list[str](), list[str]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=SWITCHES)
        for agency, username in PEOPLE.items():
            node = demo.node(agency)
            page = browser.new_context(base_url=node["url"]).new_page()
            requests: list[str] = []
            page.on("request", lambda request, requests=requests: requests.append(request.url))
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("requestfailed", lambda request: faults.append(f"{request.url}: {request.failure}"))
            _visit(page, next(user for user in node["users"] if user["username"] == username))
            asked += len(requests)
            strangers += [
                url for url in requests if not url.startswith(("data:", "blob:")) and _origin(url) != node["url"]
            ]
            page.context.close()
        browser.close()
    # A page that is left cuts its live line and what it was still loading.
    return asked, strangers, [fault for fault in faults if "net::ERR_ABORTED" not in fault]


def _visit(page: Page, user: dict[str, str]) -> None:
    page.goto("/masuk/")
    page.fill("input[name=username]", user["username"])
    page.fill("input[name=password]", user["password"])
    page.click("form:has(input[name=password]) button[type=submit]")
    page.wait_for_url(lambda url: "/masuk/" not in url, timeout=60_000)
    for path in PAGES:
        answer = page.goto(path, timeout=60_000)
        assert answer is not None and answer.status in (200, 403), f"{path}: {answer and answer.status}"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        page.wait_for_load_state("load")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
