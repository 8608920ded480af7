"""P8: whatever is delivered a thousand times has one effect and gets the same answer every time."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import urllib3
from nacl.signing import SigningKey

from sinergi.kernel.ids import new_event_id
from sinergi.sync import signing
from tests.promises.figures import print_figure
from tests.promises.furnish import LINES
from tests.promises.running import REQUESTS, Office, seed

pytestmark = pytest.mark.slow

TIMES = 1_000


def test_the_same_delivery_a_thousand_times_has_one_effect_and_one_answer(office: Office) -> None:
    number = seed()
    chance = random.Random(number)
    office.start()
    key, body = new_event_id(datetime.now(UTC)), office.request(chance)
    office.told.sent[key] = body
    answers: Counter[tuple[int, bytes]] = Counter()

    def deliver() -> None:
        for _ in range(TIMES // 4):
            answer = office.ask("POST", REQUESTS, json=body, headers={"Idempotency-Key": key})
            answers[answer.status, answer.data] += 1

    programs = [threading.Thread(target=deliver) for _ in range(4)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    [((status, said), count)] = answers.items()
    assert (status, count) == (201, TIMES)
    office.told.receipts[key] = json.loads(said)
    assert office.stored() == [] and rows(office, "security_request") == 1
    # A step on it, as often.
    step = f"{REQUESTS}/{office.told.receipts[key]['key']}/withdrawals"
    again = {"Idempotency-Key": new_event_id(datetime.now(UTC))}
    before = rows(office, "ledger_entry")
    steps = Counter(
        office.ask("POST", step, json={"reason": "cancelled"}, headers=again).data for _ in range(TIMES // 10)
    )
    assert len(steps) == 1 and rows(office, "ledger_entry") == before + 1
    assert office.stop() == 0
    office.whole()
    print_figure("P8", f"{TIMES} deliveries, 1 effect", f"the same receipt each time, four at once; seed {number}")


class Partner:
    """The partner's node as far as it is needed: it gives the same bundle again and again."""

    def __init__(self, note: dict[str, Any]) -> None:
        answers = {"state": note["state"].encode(), "entries": note["bundle"].encode(), "hint": b""}
        self.given: Counter[str] = Counter()
        partner = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                what = next((name for name in answers if name in self.path.split("?")[0]), "")
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200 if what else 404)
                self.send_header("Content-Length", str(len(answers.get(what, b""))))
                self.end_headers()
                self.wfile.write(answers.get(what, b""))
                partner.given[what] += 1

            do_POST = do_GET

            def log_message(self, *said: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def partner(office: Office) -> Iterator[Partner]:
    """The partner, answering, with the office's line to it open."""
    answering = Partner(office.note["partner"])
    with contextlib.closing(sqlite3.connect(office.data / "node.sqlite3")) as database, database:
        address = f"http://127.0.0.1:{answering.server.server_port}"
        database.execute("update sync_peer set url = ?, paused = 0", [address])
    yield answering
    answering.server.shutdown()
    answering.server.server_close()


def test_the_same_bundle_of_a_partner_a_thousand_times_has_one_effect(office: Office, partner: Partner) -> None:
    before = rows(office, "ledger_entry")
    office.start()
    line = urllib3.PoolManager(retries=False)
    challenge = ""
    states = set()
    for count in range(LINES, TIMES + 1, LINES):
        # The bell rings, the node asks, and gets the bundle it has, as often as it asks.
        status, challenge, _ = signed(office, line, "POST", "/sync/v1/hint", challenge)
        assert status == 204
        waited = time.monotonic()
        while partner.given["entries"] < count:
            assert time.monotonic() - waited < 60, f"asked {partner.given['entries']} of {count} times"
            time.sleep(0.001)
        _, challenge, state = signed(office, line, "GET", "/sync/v1/state", challenge)
        states.add(state)
    assert len(states) == 1, "the node told the partner different things"
    assert rows(office, "ledger_entry") == before + 1
    assert rows(office, "ledger_cosignature") == 2
    assert office.stop() == 0
    office.whole()
    print_figure("P8", f"{TIMES} bundles, 1 effect", "the same bundle of a partner over HTTP: one fact, one cosigning")


def signed(office: Office, line: urllib3.PoolManager, method: str, path: str, challenge: str) -> tuple[int, str, bytes]:
    """One signed request of the partner; status, next challenge, answer. A lapsed challenge is answered once more."""
    body = b"{}" if method == "POST" else b""
    for _ in range(2):
        wire = signing.Wire(method=method, path=path, query="", body=body, audience=office.note["own"])
        key = SigningKey(bytes.fromhex(office.note["partner"]["transport_secret"]))
        headers = signing.sign(wire, key, nonce=challenge, created=int(time.time())) if challenge else {}
        headers["Content-Type"] = "application/json"
        answer = line.request(method, office.url + path, body=body, headers=headers, timeout=60)
        challenge = answer.headers["Sinergi-Challenge"]
        if answer.status == 429:
            time.sleep(int(answer.headers["Retry-After"]))
        elif answer.status != 401:
            break
    return answer.status, challenge, answer.data


def rows(office: Office, table: str) -> int:
    with contextlib.closing(sqlite3.connect(office.data / "node.sqlite3")) as database:
        return int(database.execute(f"select count(*) from {table}").fetchone()[0])
