"""Two nodes that exchange over HTTP with signed requests, in processes of their own: EX-3, 4, 5, 6, 9, 13.

What they state is a small kind with one folded row (tests/sync/chatter); everything else is the product.
"""

from __future__ import annotations

import base64
import sqlite3
import statistics
import time
from pathlib import Path

import urllib3

from bench.link import Bad, Link
from bench.rivals import proportional
from sinergi.ledger import witness
from tests.sync.nodes import Node, agree, meet, until

KPU = {"code": "kpu-tapsel", "name": "KPU Kabupaten Tapanuli Selatan", "kind": "kpu", "region": "1203"}
POLRES = {"code": "polres-tapsel", "name": "Polres Tapanuli Selatan", "kind": "police", "region": "*"}


class Pair:
    """A commission that states and a police force that fetches, each reached through a line that counts."""

    def __init__(self, folder: Path) -> None:
        self.author, self.copy = Node(folder / "author", KPU), Node(folder / "copy", POLRES)
        for node in (self.author, self.copy):
            node.plug_in()
            node.found()
        self.line = Link(self.author.port)
        self.author.do("settle", url=self.line.url)
        meet(self.author, self.copy)
        self.agreement = agree(self.author, self.copy)
        logs = self.author.do("logs", agreement=self.agreement)
        self._origin = max(logs, key=lambda origin: logs[origin][0])
        self._said = 0

    def one_round(self, events: int, fresh: int) -> dict[str, float]:
        """Catching up with so many facts; then so many fresh ones, ten a second; then nothing new."""
        figures = {"state_group": self._state(events)}
        before = self.line.count()
        took, size = self._catch_up(), _folded(self.copy.data, self._origin)
        figures["catch_up"] = events / took
        figures["catch_up_bytes"] = (self.line.count()[1] - before[1]) / events
        assert size == _folded(self.author.data, self._origin), "the copy is not whole"
        figures |= self._nothing_new()
        figures |= self._fresh(fresh)
        return figures

    def bad_link(self, events: int, bad: Bad) -> dict[str, float]:
        """The same facts over a bad line: seconds, bytes beside those over a good one, and what was sent again."""
        self._state(events)
        before = self.line.count()
        self._catch_up()
        good = self.line.count()[1] - before[1]
        self._state(events)
        self.line.become(bad)
        before, started, tries = self.line.count(), time.monotonic(), 0
        goal = _folded(self.author.data, self._origin)
        while _folded(self.copy.data, self._origin) < goal:
            tries += 1
            self.copy.do("round", agency=self.author.id)
        took, after = time.monotonic() - started, self.line.count()
        self.line.become(None)
        received = after[1] - before[1]
        return {
            "bad_link_events": events,
            "bad_link_s": took,
            "bad_link_ideal_s": good / bad.bytes_per_second,
            "bad_link_bytes_over_good": received / good,
            "bad_link_connections": after[2] - before[2],
            "bad_link_cuts": self.line.cuts,
            "bad_link_rounds": tries,
        }

    def bytes_stored(self) -> float:
        """Bytes of the copy's store per fact, all tables and indexes, after its free pages were given back."""
        with sqlite3.connect(self.copy.data / "node.sqlite3") as store:
            facts = store.execute("SELECT count(*) FROM ledger_entry").fetchone()[0]
            pages, size = (store.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
            free = store.execute("PRAGMA freelist_count").fetchone()[0]
        return (pages - free) * size / int(facts)

    def header_bytes(self) -> float:
        """Mean bytes of one fact as it is signed, signature and all."""
        with sqlite3.connect(self.copy.data / "node.sqlite3") as store:
            return float(
                store.execute("SELECT avg(length(data)) FROM ledger_entry WHERE kind = 'chatter.said'").fetchone()[0]
            )

    def memory(self) -> float:
        """Megabytes of the copy's node, which holds everything stated so far."""
        return proportional(self.copy._process.pid)  # type: ignore[union-attr]

    def close(self) -> None:
        for node in (self.author, self.copy):
            node.unplug()

    def _state(self, events: int) -> float:
        """State facts with the partner away, a hundred to a commit: per second."""
        self.copy.do("pause", agency=self.author.id, paused=True)
        until(lambda: not self._is_busy(), 60, "the copy rests")
        started = time.perf_counter()
        self.author.do("say", agreement=self.agreement, count=events, first=self._said)
        self._said += events
        return events / (time.perf_counter() - started)

    def _is_busy(self) -> bool:
        before = self.line.count()
        time.sleep(0.3)
        return self.line.count() != before

    def _catch_up(self) -> float:
        """One round with nothing else going on; seconds."""
        started = time.perf_counter()
        troubles = self.copy.do("round", agency=self.author.id)
        took = time.perf_counter() - started
        assert troubles == [], troubles
        return took

    def _nothing_new(self) -> dict[str, float]:
        self._catch_up()
        before, took = self.line.count(), [self._catch_up() * 1000 for _ in range(5)]
        after = self.line.count()
        return {
            "nothing_new_ms": statistics.median(took),
            "nothing_new_bytes": (after[0] + after[1] - before[0] - before[1]) / 5,
        }

    def _fresh(self, count: int) -> dict[str, float]:
        """From the acknowledgement on A to the committed fold on B, in milliseconds."""
        self.copy.do("pause", agency=self.author.id, paused=False)
        self.copy.do("wake", agency=self.author.id)
        time.sleep(1)
        store, took = sqlite3.connect(f"file:{self.copy.data}/node.sqlite3?mode=ro", uri=True), []
        for _ in range(count):
            began = time.monotonic()
            self.author.do("say", agreement=self.agreement, count=1, first=self._said)
            self._said += 1
            started, goal = time.monotonic(), _folded(self.author.data, self._origin)
            while _folded_in(store, self._origin) < goal:
                time.sleep(0.002)
            took.append((time.monotonic() - started) * 1000)
            time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
        store.close()
        cut = statistics.quantiles(took, n=100)
        return {"fresh_p50_ms": cut[49], "fresh_p99_ms": cut[98]}


def witnessing(folder: Path, count: int) -> dict[str, float]:
    """An outside witness over HTTP: growing checkpoints of one log, each kept durably before its cosignature (EX-9)."""
    data = folder / "witness"
    node = Node(data, {"code": "b", "name": "Bawaslu", "kind": "supervisor", "region": "1203"})
    node.plug_in()
    node.found()
    case = node.do("meet_author", size=count)
    pool, took = urllib3.PoolManager(retries=False), []
    try:
        for size in range(1, count + 1):
            proof = [base64.b64decode(item) for item in case["proofs"][size - 1]]
            body = witness.encode(size - 1, proof, case["notes"][size - 1].encode())
            started = time.perf_counter()
            answer = pool.request("POST", f"{node.url}/witness/v1/add-checkpoint", body=body)
            took.append(time.perf_counter() - started)
            assert answer.status == 200, answer.data
    finally:
        node.unplug()
    cut = statistics.quantiles(took, n=100)
    return {"witness": count / sum(took), "witness_p99_ms": cut[98] * 1000}


def _folded(data: Path, origin: str) -> int:
    store = sqlite3.connect(f"file:{data}/node.sqlite3?mode=ro", uri=True)
    try:
        return _folded_in(store, origin)
    finally:
        store.close()


def _folded_in(store: sqlite3.Connection, origin: str) -> int:
    found = store.execute("SELECT folded FROM ledger_log WHERE origin = ?", [origin]).fetchone()
    return int(found[0]) if found else 0
