"""One office under test: its folder, its node, programs that post to it, and what its store holds afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3

from sinergi.kernel.ids import new_event_id, record_key
from tests.promises.starter import Starter
from tests.server.conftest import SINERGI, free_port

ROOT = Path(__file__).parents[2]
# What the start-up guard keeps beside the store (sinergi.ledger.guard.NAME).
VOUCHED = "start"
REQUESTS = "/api/security/requests"
KIND = "security.assistance_requested"


def seed() -> int:
    """The seed of this run: SINERGI_SEED repeats one that a failing test printed."""
    found = int(os.environ.get("SINERGI_SEED") or secrets.randbits(32))
    print(f"SINERGI_SEED={found}")
    return found


@dataclass
class Answers:
    """What programs were told. `sent` by event id; `receipts` of those answered 201; `others` every other answer."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: list[tuple[int, str]] = field(default_factory=list)

    @property
    def unanswered(self) -> list[str]:
        """Sent, and no answer came."""
        return [id for id in self.sent if id not in self.receipts]


class Office:
    """A node of the made office, in a folder that stays the same while its content is put back or cut."""

    def __init__(self, made: Path, data: Path) -> None:
        self._made = made
        self.data = data
        self.note = json.loads((made.parent / "office.json").read_text())
        self.port = free_port()
        self.put_back()
        self.starter = Starter(data)
        self.pid = 0
        self.told = Answers()
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put_back(self) -> None:
        """The folder as it was made; nothing was ever told."""
        for old in self.data.iterdir() if self.data.is_dir() else []:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(self._made, self.data, dirs_exist_ok=True)
        self.told = Answers()

    def start(self, broken: str | None = None) -> float:
        """Fork a node; seconds until it answers."""
        # Lines to the node before this one are dead, and its port may be somebody else's by now.
        self.port = free_port()
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)
        self.pid = self.starter.serve(self.port, broken)
        return ready(self.url, self.pid)

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.ended()

    def ended(self) -> int:
        """Wait for the end of the node; its exit code or minus the signal."""
        status = self.starter.wait(self.pid)
        self.pid = 0
        return status

    def stop(self) -> int:
        """Stop as the administrator does; the exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return self.ended()

    def close(self) -> None:
        self.starter.close()

    def ask(self, method: str, path: str, role: str = "secretary", **given: Any) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Bearer {self.note['tokens'][role]}"} | given.pop("headers", {})
        return self._pool.request(method, self.url + path, headers=headers, timeout=given.pop("timeout", 30), **given)

    def request(self, chance: random.Random) -> dict[str, Any]:
        """A request for security as a program would send it."""
        starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=6)
        return {
            "agreement": self.note["agreement"],
            "service": "escort",
            "activity": f"Kawal logistik {chance.randbytes(8).hex()}",
            "place": "Gudang Pargarutan",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=8)).isoformat(),
            "region": "1203041001",
            "people": 40,
            "officers": chance.randint(1, 30),
            "note": "x" * chance.choice((0, 0, 400)),
        }

    def post(self, id: str, body: dict[str, Any], told: Answers | None = None) -> dict[str, Any] | None:
        """Send one delivery and note the answer; the receipt if it was acknowledged."""
        told = self.told if told is None else told
        told.sent[id] = body
        answer = self.ask("POST", REQUESTS, json=body, headers={"Idempotency-Key": id})
        if answer.status == 201:
            receipt: dict[str, Any] = answer.json()
            told.receipts[id] = receipt
            return receipt
        told.others.append((answer.status, answer.data.decode()))
        return None

    def stored(self) -> list[str]:
        """What contradicts "every acknowledged fact is there, once, whole": one sentence each."""
        return contradictions(self.data, self.note, self.told)

    def whole(self) -> None:
        """`fsck` and `rebuild --check`, while no node runs."""
        for verb in (["fsck"], ["rebuild", "--check"]):
            assert self.starter.verb(*verb)[0] == 0, self.starter.verb(*verb)


class Posting:
    """Programs that post until the node does not answer any more or `stop` is called."""

    def __init__(self, office: Office, chance: random.Random, programs: int = 4) -> None:
        self._office = office
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._go, args=(random.Random(chance.random()),), daemon=True)
            for _ in range(programs)
        ]
        self._before = len(office.told.receipts)
        for thread in self._threads:
            thread.start()

    def wait_for(self, answers: int = 1) -> None:
        """Until so many deliveries were acknowledged since the beginning."""
        deadline = time.monotonic() + 60
        while len(self._office.told.receipts) - self._before < answers and time.monotonic() < deadline:
            time.sleep(0.002)
            if not any(thread.is_alive() for thread in self._threads):
                return

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _go(self, chance: random.Random) -> None:
        while not self._stopping.is_set():
            try:
                self._office.post(new_event_id(datetime.now(UTC)), self._office.request(chance))
            except (urllib3.exceptions.HTTPError, OSError):
                return


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not waited for yet does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def ready(url: str, pid: int) -> float:
    """Seconds until the node answers; the time it had to wait for a processor that others used is not counted."""
    started = time.monotonic()
    while True:
        try:
            if urllib3.request("GET", url + "/healthz", retries=False, timeout=5).status == 200:
                break
        except urllib3.exceptions.HTTPError:
            pass
        assert is_alive(pid), "the node ended while starting"
        assert time.monotonic() - started < 180, "not ready within 180 s"
        time.sleep(0.01)
    waited = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return max(0.0, time.monotonic() - started - waited)


def really_start(data: Path, port: int, *before: str, **environment: str) -> subprocess.Popen[bytes]:
    """`sinergi serve` as an administrator starts it, behind the words `before` (strace, faketime)."""
    if not (data / VOUCHED).exists():
        subprocess.run([sys.executable, "-m", "tests.promises.starter", data, "vouch"], check=True, cwd=ROOT)
    with open(data.parent / "stderr", "ab") as errors:
        return subprocess.Popen(
            [*before, SINERGI, "--data", str(data), "serve", "--port", str(port)],
            env=os.environ | environment,
            stderr=errors,
        )


@contextlib.contextmanager
def traced(pid: int, calls: str, inject: str) -> Iterator[None]:
    """strace joins the node and interferes with these system calls, counted in each thread by itself."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", os.devnull, "-p", str(pid), "-e", f"trace={calls}", "-e", inject],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = tracer.stderr.readline()  # type: ignore[union-attr]
        assert "attached" in line, line
        deadline = time.monotonic() + 30
        while any("TracerPid:\t0\n" in status for status in _statuses(pid)):
            assert time.monotonic() < deadline, "strace did not join every thread"
            time.sleep(0.01)
        yield
    finally:
        tracer.kill()
        tracer.wait()
        tracer.stderr.close()  # type: ignore[union-attr]


def _statuses(pid: int) -> Iterator[str]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end meanwhile.
        with contextlib.suppress(OSError):
            yield (task / "status").read_text()


def contradictions(data: Path, note: dict[str, Any], told: Answers) -> list[str]:
    """What the store in `data` has against what programs were told."""
    database = sqlite3.connect(data / "node.sqlite3")
    try:
        [(origin, size, folded, log)] = database.execute(
            "select origin, size, folded, id from ledger_log where is_own and agreement = ?", [note["agreement"]]
        )
        entries = {
            key: (seq, leaf.hex(), state)
            for key, seq, leaf, state in database.execute(
                "select key, seq, leaf, state from ledger_entry where log_id = ? and kind = ?", [log, KIND]
            )
        }
        [(places, last)] = database.execute("select count(*), max(seq) from ledger_entry where log_id = ?", [log])
        [(bodies,)] = database.execute(
            "select count(*) from ledger_body b join ledger_entry e on e.id = b.entry_id where e.log_id = ?", [log]
        )
        rows = dict(database.execute("select key, number from security_request"))
        deliveries = {id for (id,) in database.execute("select id from web_delivery")}
    finally:
        database.close()
    wrong = []
    for id, receipt in told.receipts.items():
        found = entries.get(receipt["key"])
        if found is None or found[:2] != (receipt["seq"], receipt["leaf"]) or receipt["log"] != origin:
            wrong.append(f"{id} was acknowledged as {receipt['seq']} and is {found}")
    of_ids = {record_key(origin, id): id for id in told.sent}
    if not size == folded == places == last + 1:
        wrong.append(f"the log says {size}, {folded} folded, and has {places} up to {last}")
    if not entries.keys() == rows.keys() == of_ids.keys() & entries.keys():
        wrong.append(f"{len(entries)} facts, {len(rows)} rows, {len(of_ids.keys() & entries.keys())} of them sent")
    if {of_ids.get(key) for key in entries} != deliveries:
        wrong.append(f"{len(entries)} facts and {len(deliveries)} deliveries")
    if sorted(rows.values()) != list(range(1, len(rows) + 1)):
        wrong.append("the numbers of requests have a gap")
    if bodies != places:
        wrong.append(f"{places} facts and {bodies} texts")
    return wrong
