"""P5: two two_clocks whose clocks are two days apart, and one whose clock is set back while it runs."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import to_text
from sinergi.node.handover import hand_over
from sinergi.node.story import stage
from sinergi.node.supervise import Place
from tests.promises.figures import print_figure
from tests.promises.running import REQUESTS, ready, really_start
from tests.server.conftest import free_port

pytestmark = pytest.mark.slow

DAY_S, HOUR_S = 86_400, 3_600


class Clocked:
    """A demo office whose node lives by a clock of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.place = Place(name=name, data=folder / name / "node", port=free_port())
        self._clock = folder / f"{name}.clock"
        self.set_clock(0)
        self.place.data.parent.mkdir()
        stage.make(self.place)
        self.process: subprocess.Popen[bytes] | None = None
        self.tokens: dict[str, str] = {}

    def start(self) -> None:
        # `faketime` itself takes a fixed offset only; its library reads ours again each time.
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        self.process = really_start(
            self.place.data,
            self.place.port,
            LD_PRELOAD=str(library),
            FAKETIME_TIMESTAMP_FILE=str(self._clock),
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
        )

    def until_ready(self) -> None:
        assert self.process is not None
        ready(self.place.url, self.process.pid)
        said = self.verb("rehearse", stage.TOKENS, to_text(self.now()))
        self.tokens = dict(line.split(" ", 1) for line in said.splitlines())

    def set_clock(self, offset: int) -> None:
        """Let the clock differ from the true one by that many seconds, from now on."""
        self._offset = offset
        draft = self._clock.with_suffix(".new")
        draft.write_text(f"{offset:+d}\n")
        draft.replace(self._clock)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def verb(self, *argv: str) -> str:
        """What the running node says to a verb that does what was asked."""
        deadline = time.monotonic() + 30
        while True:
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = hand_over(self.place.data, argv[0], list(argv[1:]))
            # libfaketime now and then refuses a thread's sleep (EINVAL) while a child is waited for, several times in a
            # row. What the verbs do here carries fixed ids, so doing it again counts once.
            if "Invalid argument" not in err.getvalue() or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        assert code == 0, err.getvalue()
        return out.getvalue()

    def ask(self, method: str, path: str, who: str, **given: Any) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": new_event_id(self.now())}
        return urllib3.request(method, self.place.url + path, headers=headers, retries=False, timeout=60, **given)

    def state(self, key: str) -> str:
        """Where a request stands here, "" while it is not here."""
        answer = self.ask("GET", f"{REQUESTS}/{key}", "kapolres" if "kapolres" in self.tokens else "sekretaris")
        return str(answer.json()["state"]) if answer.status == 200 else ""

    def order(self) -> list[tuple[str, str]]:
        """The facts of the agreement in the order in which they build on each other."""
        with contextlib.closing(sqlite3.connect(self.place.data / "node.sqlite3")) as database:
            return database.execute(
                "select e.key, e.state from ledger_entry e join ledger_log l on l.id = e.log_id "
                "where l.agreement <> '' order by e.lam, e.key"
            ).fetchall()

    def times(self) -> dict[str, datetime]:
        """When each fact of the agreement was stated, by its author's clock."""
        with contextlib.closing(sqlite3.connect(self.place.data / "node.sqlite3")) as database:
            found = database.execute(
                "select e.key, e.data from ledger_entry e join ledger_log l on l.id = e.log_id where l.agreement <> ''"
            ).fetchall()
        headers = {key: json.JSONDecoder().raw_decode(data.decode())[0] for key, data in found}
        return {key: datetime.fromisoformat(header["t"]) for key, header in headers.items()}

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def two_clocks(tmp_path: Path) -> Iterator[tuple[Clocked, Clocked]]:
    """A commission and the police, introduced, with an agreement in force; their clocks are right."""
    commission, police = Clocked(tmp_path, "kpu-tapsel"), Clocked(tmp_path, "polres-tapsel")
    try:
        for office in (commission, police):
            office.start()
        for office in (commission, police):
            office.until_ready()
        stage._introduce(commission.place, police.place)
        at = to_text(commission.now())
        enter, confirm = stage.ORDER.index("kpu-tapsel"), stage.ORDER.index("polres-tapsel")
        commission.verb("rehearse", str(enter), at)
        police.verb("sync", "once")
        police.verb("rehearse", str(confirm), to_text(police.now()))
        commission.verb("sync", "once")
        yield commission, police
    finally:
        commission.close()
        police.close()


def agreement_of(office: Clocked) -> str:
    [found] = office.ask("GET", "/api/agreements", "sekretaris").json()["agreements"]
    assert found["state"] == "in_force", found
    return str(found["id"])


def request(commission: Clocked, agreement: str) -> str:
    """Ask for security; the key of the request."""
    starts = commission.now().replace(microsecond=0) + timedelta(days=6)
    body = {
        "agreement": agreement,
        "service": "escort",
        "activity": "Kawal logistik",
        "place": "Gudang Pargarutan",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=8)).isoformat(),
        "region": "1203041001",
        "people": 40,
        "officers": 12,
    }
    answer = commission.ask("POST", REQUESTS, "sekretaris", json=body)
    assert answer.status == 201, answer.data
    return str(answer.json()["key"])


def eventually(what: Callable[[], bool]) -> None:
    """The nodes sync by themselves; wait for what that brings."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def answered(commission: Clocked, police: Clocked, agreement: str) -> str:
    """A request, its answer, and what the commission sees of it: the key."""
    key = request(commission, agreement)
    eventually(lambda: police.state(key) == "requested")
    answer = police.ask("POST", f"{REQUESTS}/{key}/answers", "kapolres", json={"decision": "agreed"})
    assert answer.status == 201, answer.data
    eventually(lambda: commission.state(key) == "agreed")
    return key


def test_clocks_that_are_days_apart_or_set_back_change_nothing(two_clocks: tuple[Clocked, Clocked]) -> None:
    commission, police = two_clocks
    agreement = agreement_of(commission)
    # A day behind and a day ahead, from one moment to the next.
    commission.set_clock(-DAY_S)
    police.set_clock(DAY_S)
    first = answered(commission, police, agreement)
    # While they run, the commission's clock is set back an hour: tokens made before are still good.
    commission.set_clock(-DAY_S - HOUR_S)
    second = answered(commission, police, agreement)
    withdrawn = commission.ask("POST", f"{REQUESTS}/{second}/withdrawals", "sekretaris", json={"reason": "cancelled"})
    assert withdrawn.status == 201, withdrawn.data
    eventually(lambda: police.state(second) == "withdrawn")
    assert police.state(first) == commission.state(first) == "agreed"
    facts = police.order()
    assert facts == commission.order() and len(facts) >= 7
    assert {state for _, state in facts} == {"folded"}
    # The control: a node that trusted clocks would have told this story otherwise, and refused what comes from ahead.
    times, keys = commission.times(), [key for key, _ in facts]
    moved = sum(one != other for one, other in zip(keys, sorted(keys, key=times.__getitem__), strict=True))
    ahead = sum(at > commission.now() + timedelta(hours=1) for at in times.values())
    assert moved > 0 and ahead > 0
    hours = clock_sentence(police)
    assert hours == 49
    print_figure(
        "P5",
        f"0 of {len(facts)} facts refused or reordered",
        "two nodes' clocks set 48 h apart, then one back another hour, while they run; people read that the partner's "
        f"clock is {hours} h behind; by their clocks {moved} would stand elsewhere and {ahead} be refused as to come",
    )


def clock_sentence(office: Clocked) -> int:
    """By how many hours the partner's clock is behind, as a person of the office reads it."""
    page = urllib3.request("GET", office.place.url + "/masuk/", retries=False, timeout=60)
    form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.data.decode())
    assert form
    cookie = page.headers["set-cookie"].split(";")[0]
    signed_in = urllib3.request(
        "POST",
        office.place.url + "/masuk/",
        body=f"username=kapolres&password={stage.PASSWORD}&csrfmiddlewaretoken={form[1]}",
        headers={"cookie": cookie, "content-type": "application/x-www-form-urlencoded"},
        retries=False,
        timeout=60,
        redirect=False,
    )
    assert signed_in.status == 302, signed_in.data[:2000]
    cookies = "; ".join([cookie, *(line.split(";")[0] for line in signed_in.headers.getlist("set-cookie"))])
    told = urllib3.request(
        "GET", office.place.url + "/siapa-punya-apa/", headers={"cookie": cookies}, retries=False, timeout=60
    )
    found = re.search(r"lebih lambat (\d+) jam", told.data.decode())
    assert found, told.data.decode()[:3000]
    return int(found[1])
