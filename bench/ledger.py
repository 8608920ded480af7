"""Signed facts beside this machine's own limits, probed in the same rounds: fsync, SQLite, Ed25519, SHA-256.

Runs on a throw-away node with the product's settings (WAL, synchronous=FULL) and its writer. Two kinds of fact: the
smallest there is, and a request for security with its words and rows. bench/README.md
explains the numbers EX-…
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import probes

ROUNDS = 5
SINGLE = 100
CLIENTS = 64
EACH = 4
PARTNER_FACTS = 100
LEAVES = 1_000_000

RATIOS: list[probes.Ratio] = [
    ("EX-1 one client, smallest fact / durable insert", "append_1", "raw_insert"),
    ("EX-1 one client, request for security / durable insert", "request_1", "raw_insert"),
    ("EX-2 64 clients, smallest fact / durable insert", "append_64", "raw_insert"),
    ("EX-2 64 clients, smallest fact / fsync", "append_64", "fsync"),
    ("EX-2 64 clients, request for security / durable insert", "request_64", "raw_insert"),
    ("EX-3 admitting a partner's facts / signature check", "admit", "verify"),
    ("EX-8 growing the tree / leaf hashes", "tree", "leaf_hash"),
    ("EX-8 one leaf at a million / one leaf at a thousand (time)", "leaf_us_at_1m", "leaf_us_at_1k"),
    ("EX-8 growing the tree / pymerkle in memory", "tree", "pymerkle"),
    ("EX-11 rebuilding every table / plain scan", "rebuild", "plain_scan"),
]


def main() -> None:
    """Measure, print, write bench/results/ledger.json."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SINERGI_DATA"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "sinergi.node.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        node = Node(folder)
        rounds, machines = [], []
        for number in range(ROUNDS):
            machines.append(probes.machine())
            rounds.append(one_round(node, folder))
            print(f"round {number + 1} of {ROUNDS}, load {machines[-1]['load']:.1f}", flush=True)
        machines.append(probes.machine())
    probes.tell("ledger", rounds, RATIOS, machines=machines)


def one_round(node: Node, folder: Path) -> dict[str, float]:
    """Every figure once, the probes among them, so that whatever else the machine does hits all alike."""
    from sinergi.ledger import writer
    from sinergi.ledger.models import Entry

    figures: dict[str, float] = {}
    figures["fsync"], figures["fsync_p50_ms"] = probes.fsyncs(folder)
    figures["raw_insert"] = probes.inserts(folder)
    figures["verify"], figures["sign"] = probes.verifications(), probes.signatures()
    writer.start()
    try:
        figures["append_1"], took = clients(node.smallest, 1, SINGLE)
        figures["append_1_p50_ms"], figures["append_1_p99_ms"] = percentiles(took)
        figures["append_64"], took = clients(node.smallest, CLIENTS, EACH)
        figures["append_64_p99_ms"] = percentiles(took)[1]
        figures["request_1"], took = clients(node.request, 1, SINGLE)
        figures["request_1_p50_ms"], figures["request_1_p99_ms"] = percentiles(took)
        figures["request_64"], took = clients(node.request, CLIENTS, EACH)
    finally:
        writer.stop()
    figures["admit"] = node.admit(PARTNER_FACTS)
    figures["rebuild"] = node.rebuild()
    figures["plain_scan"] = probes.scans([bytes(data) for data in Entry.objects.values_list("data", flat=True)], folder)
    figures["leaf_hash"] = probes.leaf_hashes()
    figures |= trees()
    return figures


class Node:
    """A node of a commission with a simulated police force as its partner."""

    def __init__(self, folder: Path) -> None:
        from sinergi.kernel.actors import Actor
        from sinergi.ledger import catalog, founding
        from sinergi.ledger.identity.events import AgencyFounded
        from sinergi.ledger.writer import Writing, command
        from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
        from tests.nodes.simulator import NOON, Peer

        founding.found_agency(folder / "keys", **KPU_TAPSEL, at=NOON)
        self.partner = Peer(**POLRES)
        self.partner.meet()
        self.secretary = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
        self.agreement = enter_and_confirm(self.partner, self.secretary)
        self.at = NOON
        # A kind that its projection refuses outside identity logs; here it may pass and has no table that grows.
        catalog._projections[AgencyFounded] = lambda event, envelope: None
        fact = AgencyFounded(roots=[], threshold=1, code="b", name="b", agency_kind="kpu", region="", keys=[])

        @command
        def note(log: Writing) -> object:
            return log.append("", fact)

        self._note = note

    def smallest(self) -> None:
        """State the smallest fact in the internal log."""
        from sinergi.kernel.ids import new_event_id

        self._note(id=new_event_id(self.at), by=None, at=self.at)

    def request(self) -> str:
        """Ask for security as a page would; the request's key."""
        from sinergi.features.security import actions, events
        from sinergi.kernel.ids import new_event_id

        return actions.request_assistance(  # type: ignore[no-any-return]
            id=new_event_id(self.at),
            by=self.secretary,
            at=self.at,
            agreement=self.agreement,
            service="escort",
            starts_at=self.at + timedelta(days=6),
            ends_at=self.at + timedelta(days=6, hours=8),
            spot=events.Spot(region="1203022001", lat_micro=1_418_000, lon_micro=99_145_000),
            people=40,
            officers=12,
            vehicles=3,
            destination=None,
            risks=["road"],
            emergency=False,
            text=events.RequestText(activity="Kawal logistik", place="Gudang", contact_name="Sekretaris"),
        ).key

    def admit(self, count: int) -> float:
        """Verify, store and fold `count` answers of the partner; facts per second."""
        from sinergi.features.security import events
        from sinergi.features.security.models import Request
        from sinergi.ledger import store, writer
        from sinergi.ledger.envelope import Official
        from sinergi.ledger.models import Log

        open_requests = Request.objects.filter(answers=None).order_by("key").values_list("key", flat=True)
        for key in list(open_requests[:count]):
            answer = events.AssistanceAnswered(
                request=key, version=key, decision="agreed", officers=1, vehicles=1, starts_at=self.at, ends_at=self.at
            )
            self.partner.state(
                self.agreement, answer, deliver=False, actor=Official(id="c" * 16, office="resort_chief")
            )
        log = self.partner.log(self.agreement)
        held = Log.objects.get(origin=log.origin).size
        sent = self.partner.bundle(log, held)
        assert len(sent.entries) == count
        return probes.rate(count, lambda: writer.run(lambda: store.admit_checked(sent)) and None)

    def rebuild(self) -> float:
        """Fold everything again and compare; facts per second."""
        from sinergi.ledger import rebuild
        from sinergi.ledger.models import Entry

        def work() -> None:
            assert rebuild.check() == []

        return probes.rate(Entry.objects.count(), work)


def clients(act: Callable[[], Any], count: int, each: int) -> tuple[float, list[float]]:
    """Facts per second of `count` clients at once, and how long each fact took until it was acknowledged."""
    took: list[float] = []
    begin = threading.Barrier(count + 1)

    def client() -> None:
        begin.wait()
        for _ in range(each):
            started = time.perf_counter()
            act()
            took.append(time.perf_counter() - started)

    threads = [threading.Thread(target=client) for _ in range(count)]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return count * each / (time.perf_counter() - started), took


def percentiles(took: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    cut = statistics.quantiles(took, n=100)
    return cut[49] * 1000, cut[98] * 1000


def trees() -> dict[str, float]:
    """The tree alone, in memory: a million leaves, one leaf at two sizes, and pymerkle at a tenth of that."""
    from pymerkle import InmemoryTree

    from sinergi.ledger.merkle import Frontier

    leaf, grown = b"\x07" * 32, Frontier()

    def grow() -> None:
        for _ in range(LEAVES):
            grown.append(leaf)

    def grow_theirs() -> None:
        tree = InmemoryTree()
        for number in range(LEAVES // 20):
            tree.append_entry(b"%d" % number)

    small = Frontier()
    for _ in range(1000):
        small.append(leaf)
    figures = {"tree": probes.rate(LEAVES, grow), "pymerkle": probes.rate(LEAVES // 20, grow_theirs)}
    for name, tree in (("leaf_us_at_1k", small), ("leaf_us_at_1m", grown)):

        def more(tree: Frontier = tree) -> None:
            for _ in range(20_000):
                tree.append(leaf)
                tree.root()

        figures[name] = 1e6 / probes.rate(20_000, more)
    return figures


if __name__ == "__main__":
    main()
