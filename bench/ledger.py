"""Durable signed facts per second beside the limits of this machine, probed in the same run: fsync, Ed25519, SQLite.

Runs on a throw-away node. Prints ratios; writes bench/results/ledger.json. Figures differ between machines and minutes;
the ratios are what to compare.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 3
FACTS = 300
CLIENTS = 64


def rate(count: int, work: Callable[[], None]) -> float:
    """How many per second, where `work` does `count` of them."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def fsyncs(folder: Path) -> float:
    with open(folder / "probe", "wb", buffering=0) as file:

        def work() -> None:
            for _ in range(FACTS):
                file.write(b"x" * 512)
                os.fdatasync(file.fileno())

        return rate(FACTS, work)


def verifications() -> float:
    from nacl.signing import SigningKey

    key = SigningKey.generate()
    signed = key.sign(b"x" * 600)

    def work() -> None:
        for _ in range(1000):
            key.verify_key.verify(signed)

    return rate(1000, work)


def inserts(folder: Path) -> float:
    store = sqlite3.connect(folder / "probe.sqlite3", isolation_level=None)
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (a BLOB);")

    def work() -> None:
        for _ in range(FACTS):
            store.execute("INSERT INTO t VALUES (?)", (b"x" * 800,))

    return rate(FACTS, work)


def appends(clients: int) -> float:
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.ledger.identity.events import AgencyFounded
    from sinergi.ledger.writer import Writing, command

    @command
    def note(log: Writing) -> object:
        # Any kind will do in the internal log; this one has no table that grows.
        return log.append(
            "", AgencyFounded(roots=[], threshold=1, code="b", name="b", agency_kind="kpu", region="", keys=[])
        )

    each = FACTS // clients

    def client() -> None:
        for _ in range(each):
            note(id=new_event_id(now()), by=None, at=now())

    def work() -> None:
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return rate(each * clients, work)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SINERGI_DATA"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "sinergi.node.settings"
        import django

        django.setup()
        from django.core.management import call_command

        from sinergi.kernel.instants import now
        from sinergi.ledger import founding, writer

        call_command("migrate", verbosity=0)
        founding.found_agency(folder / "keys", code="b", name="Bench", kind="kpu", region="1203", at=now())
        _open_internal_log()
        writer.start()
        runs = [
            {
                "fsync": fsyncs(folder),
                "verify": verifications(),
                "raw_insert": inserts(folder),
                "append_1": appends(1),
                "append_64": appends(CLIENTS),
            }
            for _ in range(ROUNDS)
        ]
        writer.stop()
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    for name, value in median.items():
        spread = f"{min(run[name] for run in runs):.0f}–{max(run[name] for run in runs):.0f}"
        print(f"{name:<12} {value:8.0f}/s  ({spread})")
    print(f"append with 64 clients / durable raw insert: {median['append_64'] / median['raw_insert']:.2f}")
    print(f"append with 64 clients / fsync:              {median['append_64'] / median['fsync']:.2f}")
    target = Path(__file__).parent / "results" / "ledger.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"rounds": runs, "median": median}, indent=1) + "\n")


def _open_internal_log() -> None:
    from sinergi.ledger import catalog
    from sinergi.ledger.identity.events import AgencyFounded

    # The bench states a kind whose projection refuses it outside identity logs; here it may pass.
    catalog._projections[AgencyFounded] = lambda event, envelope: None


if __name__ == "__main__":
    main()
