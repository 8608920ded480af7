"""P24: the store of an earlier release is brought to this one under load, killed on the way, and loses nothing.

`stores/` keeps what earlier releases' own code made (`tests/upgrade/make`); each is tried.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3
from django.db.migrations.loader import MigrationLoader

from sinergi.kernel.ids import new_event_id
from tests.promises.figures import print_figure
from tests.promises.running import Office, ready, seed
from tests.server.conftest import free_port

pytestmark = pytest.mark.slow

STORES = sorted((Path(__file__).parent / "stores").glob("*.tar.xz"))
KILLS = 3
ENTRIES = (
    "SELECT l.origin, e.seq, e.data, e.leaf FROM ledger_entry e JOIN ledger_log l ON l.id = e.log_id ORDER BY 1, 2"
)


@pytest.fixture(params=STORES, ids=lambda store: store.name.removesuffix(".tar.xz"))
def old(request, tmp_path) -> Path:
    """The folder of a node as that release left it; tokens of its programs are renewed."""
    with tarfile.open(request.param) as kept:
        kept.extractall(tmp_path / "old", filter="data")
    with closing(sqlite3.connect(tmp_path / "old/node/node.sqlite3")) as store, store:
        store.execute("UPDATE access_token SET expires_at = ?", [str(datetime.now(UTC) + timedelta(days=30))])
    return tmp_path / "old/node"


def test_an_older_store_is_upgraded_while_programs_post_and_the_node_is_killed(old, tmp_path):
    number = seed()
    chance = random.Random(number)
    before, migrated = rows(old, ENTRIES), migrations(old)
    # Few came since that release: a goal beyond the last would never be reached.
    fresh = len(MigrationLoader(None, ignore_no_migrations=True).disk_migrations) - migrated
    office = Office(old, tmp_path / "new" / "node")
    try:
        reached = []
        for _ in range(KILLS):
            # From the first migration to the last fold: killed wherever it has come to by then.
            office.port = free_port()
            office.pid = office.starter.serve(office.port)
            goal = migrated + 1 + len(reached) * chance.randint(1, fresh // KILLS)
            wait_until(lambda goal=goal: migrations(office.data) >= goal)
            office.kill()
            reached.append(migrations(office.data))
            assert rows(office.data, ENTRIES) == before
        started = time.monotonic()
        office.port = free_port()
        office.pid = office.starter.serve(office.port)
        programs = [threading.Thread(target=knock, args=(office, random.Random(n))) for n in range(2)]
        for program in programs:
            program.start()
        took = ready(office.url, office.pid)
        wall = time.monotonic() - started
        for program in programs:
            program.join()
        assert office.told.unanswered == [] and office.told.others == []
        office.kill()
        after = {(origin, seq): rest for origin, seq, *rest in rows(office.data, ENTRIES)}
        assert all(after[origin, seq] == rest for origin, seq, *rest in before)
        keys = {leaf.hex() for (leaf,) in rows(office.data, "SELECT leaf FROM ledger_entry")}
        assert {receipt["leaf"] for receipt in office.told.receipts.values()} <= keys
        office.whole()
        assert migrated < reached[0] < migrations(office.data), "no kill fell between two migrations"
    finally:
        office.close()
    assert took <= 30
    print_figure(
        "P24",
        f"0 of {len(before)} old and {len(office.told.receipts)} new facts lost in {KILLS} kills",
        f"a kept store of an earlier release: killed after migrations {reached} of {migrations(office.data)}, "
        f"had {migrated}; away {took:.1f} s but for waiting for a processor ({wall:.0f} s by the clock); "
        f"rebuild --check clean; seed {number}",
    )


def test_an_older_program_does_not_touch_a_store_of_a_newer_one(old):
    """The way back is a back-up: old code over new tables would write what the new one cannot read."""
    with closing(sqlite3.connect(old / "node.sqlite3")) as store, store:
        store.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_later', '2026-11-27')"
        )
    tables = "SELECT name, sql FROM sqlite_master ORDER BY 1"
    held = rows(old, tables), rows(old, ENTRIES)
    for verb in (["serve", "--port", "1"], ["user", "add", "a", "--name", "A", "--role", "chair"]):
        program = [str(Path(sys.executable).with_name("sinergi")), "--data", str(old), *verb]
        done = subprocess.run(program, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 1 and "[N-44]" in done.stderr and "ledger/9999_later" in done.stderr
    assert (rows(old, tables), rows(old, ENTRIES)) == held


def knock(office: Office, chance: random.Random, deliveries: int = 5) -> None:
    """A program that sends each delivery again until it is answered, from before the node listens."""
    for _ in range(deliveries):
        id, body, deadline = new_event_id(datetime.now(UTC)), office.request(chance), time.monotonic() + 170
        while id not in office.told.receipts and time.monotonic() < deadline:
            try:
                office.post(id, body)
            except (urllib3.exceptions.HTTPError, OSError):
                time.sleep(0.05)


def rows(data: Path, question: str) -> list[tuple]:
    with closing(sqlite3.connect(data / "node.sqlite3")) as store:
        return store.execute(question).fetchall()


def migrations(data: Path) -> int:
    return int(rows(data, "SELECT count(*) FROM django_migrations")[0][0])


def wait_until(holds) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)
