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
    office = Office(old, tmp_path / "new" / "node")
    try:
        reached = []
        for kill in range(KILLS):
            # At once, then later and later in what one transaction changes, or in the folding after it.
            office.port = free_port()
            office.pid = office.starter.serve(office.port)
            wait_until(lambda: is_written(office.data))
            time.sleep(kill * chance.uniform(0, 0.4))
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
        assert reached[0] == migrated < migrations(office.data), "no kill fell into the changes of tables"
        assert set(reached) <= {migrated, migrations(office.data)}, "half of the changes were kept"
    finally:
        office.close()
    assert took <= 30
    print_figure(
        "P24",
        f"0 of {len(before)} old and {len(office.told.receipts)} new facts lost in {KILLS} kills",
        f"a kept store of an earlier release: killed with {reached} of {migrations(office.data)} changes of tables "
        f"kept, had {migrated}; away {took:.1f} s but for waiting for a processor ({wall:.0f} s by the clock); "
        f"rebuild --check clean; seed {number}",
    )


DIES = """
import os, sys
from pathlib import Path
from django.db.migrations.executor import MigrationExecutor
from sinergi.node import opening
note = MigrationExecutor.record_migration
noted = []
def dies(self, migration):
    noted.append(migration)
    # By itself Django notes a change after its commit: then it is too late.
    if not self.connection.in_atomic_block or len(noted) == 20:
        os._exit(9)
    note(self, migration)
if sys.argv[2] == "killed":
    MigrationExecutor.record_migration = dies
opening.open_node(Path(sys.argv[1]), migrate=True)
"""


def test_a_kill_before_a_change_of_tables_is_noted_takes_the_change_back(tmp_path):
    ends = []
    for how in ("killed", "whole"):
        done = subprocess.run(
            [sys.executable, "-c", DIES, str(tmp_path), how], check=False, capture_output=True, text=True
        )
        ends.append((done.returncode, done.stderr[-300:]))
    assert ends == [(9, ""), (0, "")]


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


def is_written(data: Path) -> bool:
    """Whether somebody holds the store for writing."""
    with closing(sqlite3.connect(data / "node.sqlite3", timeout=0, isolation_level=None)) as store:
        try:
            store.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        store.execute("ROLLBACK")
        return False


def migrations(data: Path) -> int:
    return int(rows(data, "SELECT count(*) FROM django_migrations")[0][0])


def wait_until(holds) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)
