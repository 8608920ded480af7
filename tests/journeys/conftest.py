"""The demo, started once for all journeys; then each of its nodes on its own, so that one can be unplugged."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import CHROMIUM, WITH_MAPS
from tests.journeys.stage import Office, Seats
from tests.server.conftest import SINERGI, free_port, start

NODES = 3


@pytest.fixture(scope="package")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Office]]:
    """The demo's agencies by code, each served by a process of its own."""
    folder = tmp_path_factory.mktemp("journeys") / "demo"
    described = _made(folder, _ports_in_a_row())
    with ThreadPoolExecutor() as together:
        running = {office.code: office for office in together.map(_opened, described)}
    yield running
    for office in running.values():
        if office.served.process.poll() is None:
            office.served.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=WITH_MAPS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def doors() -> dict:
    """Who has signed in where: once is enough."""
    return {}


@pytest.fixture
def seats(browser: Browser, doors: dict) -> Iterator[Seats]:
    """Places to sit; whatever a journey did, no page asked another host and no script failed."""
    taken = Seats(browser, doors)
    yield taken
    taken.rise()
    assert taken.outside == []
    assert taken.faults == []


@pytest.fixture
def tapsel(offices: dict[str, Office]) -> Office:
    return offices["kpu-tapsel"]


@pytest.fixture
def paluta(offices: dict[str, Office]) -> Office:
    return offices["kpu-paluta"]


@pytest.fixture
def polres(offices: dict[str, Office]) -> Office:
    return offices["polres-tapsel"]


def _opened(node: dict) -> Office:
    served = start(Path(node["data"]), int(node["url"].rsplit(":", 1)[1]))
    return Office(
        node["agency"], Path(node["data"]), served, {user["username"]: user["token"] for user in node["users"]}
    )


def _made(folder: Path, port: int) -> list[dict]:
    """Let `sinergi demo` make the nodes and act its story; then it is stopped like by Ctrl-C."""
    with open(folder.parent / "demo.log", "wb") as said:
        demo = subprocess.Popen(
            [SINERGI, "demo", "--data", str(folder), "--port", str(port)], stdout=said, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + 400
    try:
        while not (folder / "demo.json").exists():
            assert demo.poll() is None, (folder.parent / "demo.log").read_text()
            assert time.monotonic() < deadline, "the demo is not ready within 400 s"
            time.sleep(0.1)
        return json.loads((folder / "demo.json").read_text())["nodes"]
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)


def _ports_in_a_row() -> int:
    """The first of three free ports that follow each other."""
    while True:
        first = free_port()
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", first + 1))
                two.bind(("127.0.0.1", first + NODES - 1))
            except OSError:
                continue
        return first
