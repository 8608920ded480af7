"""One office, served by `sinergi serve`, to which programs post requests for security: EX-1, 2, 14, 15."""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import pages, rivals
from sinergi.kernel.ids import new_event_id
from tests.promises.running import REQUESTS, ROOT, Office, Posting, ready, really_start


class Served:
    """The office of the promises' tests in a folder of its own, served by a real process."""

    def __init__(self, folder: Path) -> None:
        made = folder / "made" / "node"
        made.parent.mkdir()
        subprocess.run([sys.executable, "-m", "tests.promises.furnish", str(made)], cwd=ROOT, check=True)
        (folder / "office").mkdir()
        self.office = Office(made, folder / "office" / "node")
        self._chance = random.Random(26)

    def one_round(self, single: int, clients: int, each: int) -> dict[str, float]:
        """Figures of a node that was just started on the folder as it was made."""
        self.office.put_back()
        process = really_start(self.office.data, self.office.port)
        try:
            ready(self.office.url, process.pid)
            idle = rivals.proportional(process.pid)
            _, took = self._post(1, single)
            cut = statistics.quantiles(took, n=100)
            many, _ = self._post(clients, each)
            return {
                "http_1": single / (sum(took) / 1000),
                "http_1_p50_ms": cut[49],
                "http_1_p99_ms": cut[98],
                "http_64": many,
                "node_idle_mb": idle,
                "node_after_writing_mb": rivals.proportional(process.pid),
            }
        finally:
            process.terminate()
            process.wait(40)

    def kills(self, count: int) -> dict[str, Any]:
        """kill -9 while programs post, so many times: what was acknowledged, what contradicts it, the slowest start."""
        office, acknowledged, wrong, slowest = self.office, 0, [], 0.0
        for number in range(count):
            if number % 20 == 0:
                acknowledged += len(office.told.receipts)
                office.put_back()
            slowest = max(slowest, office.start())
            posting = Posting(office, self._chance)
            posting.wait_for(self._chance.randint(1, 12))
            time.sleep(self._chance.random() * 0.05)
            office.kill()
            posting.stop()
            wrong += office.stored()
        office.whole()
        acknowledged += len(office.told.receipts)
        return {"kills": count, "acknowledged": acknowledged, "contradictions": wrong, "slowest_start_s": slowest}

    def close(self) -> None:
        self.office.close()

    def _post(self, clients: int, each: int) -> tuple[float, list[float]]:
        took: list[float] = []
        begin = threading.Barrier(clients + 1)
        token = self.office.note["tokens"]["secretary"]

        def client() -> None:
            mine = pages.Client(self.office.port, {"Authorization": f"Bearer {token}"})
            chance = random.Random(threading.get_ident())
            bodies = []
            for _ in range(each):
                new = self.office.request(chance) | {"id": new_event_id(datetime.now(UTC))}
                bodies.append(json.dumps(new).encode())
            begin.wait()
            took.extend(mine.ask(REQUESTS, body) for body in bodies)

        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        begin.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join()
        return clients * each / (time.perf_counter() - started), took


def sqlite_kills(count: int) -> dict[str, Any]:
    """The control of EX-15: plain SQLite with synchronous=FULL, killed as often."""
    lost = acknowledged = 0
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        for _ in range(count):
            child = subprocess.Popen([sys.executable, "-c", _WRITER, store], stdout=subprocess.PIPE, text=True)
            time.sleep(0.3)
            child.kill()
            said = child.communicate()[0]
            told = [int(line) for line in said.split("\n")[:-1]]
            with sqlite3.connect(store) as found:
                held = {row for (row,) in found.execute("SELECT id FROM t")} if told else set()
            acknowledged += len(told)
            lost += len(set(told) - held)
    return {"kills": count, "acknowledged": acknowledged, "lost": lost}


_WRITER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                    "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, a BLOB)")
while True:
    print(store.execute("INSERT INTO t (a) VALUES (?)", (b"x" * 800,)).lastrowid, flush=True)
"""
