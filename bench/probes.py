"""The limits of this machine at this moment, and how a run of rounds is told. Figures move; ratios in one run hold."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"

# From a figure of one round to what it is divided by: (name of the ratio, figure, probe).
Ratio = tuple[str, str, str]


def rate(count: int, work: Callable[[], None]) -> float:
    """How many per second, where `work` does `count` of them."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def fsyncs(folder: Path, count: int = 300) -> tuple[float, float]:
    """Appends of 512 bytes, each flushed to disk: per second, and the median in milliseconds."""
    took = []
    with open(folder / "probe", "wb", buffering=0) as file:
        for _ in range(count):
            started = time.perf_counter()
            file.write(b"x" * 512)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - started)
    return count / sum(took), statistics.median(took) * 1000


def inserts(folder: Path, count: int = 300) -> float:
    """Rows of 800 bytes per second, one durable SQLite transaction each (WAL, synchronous=FULL)."""
    store = sqlite3.connect(folder / "probe.sqlite3", isolation_level=None)
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (a BLOB);")

    def work() -> None:
        for _ in range(count):
            store.execute("INSERT INTO t VALUES (?)", (b"x" * 800,))

    try:
        return rate(count, work)
    finally:
        store.close()


def verifications(count: int = 1000) -> float:
    """Ed25519 signatures of 600 bytes that libsodium checks per second on one core."""
    from nacl.signing import SigningKey

    key = SigningKey.generate()
    signed = key.sign(b"x" * 600)

    def work() -> None:
        for _ in range(count):
            key.verify_key.verify(signed)

    return rate(count, work)


def signatures(count: int = 1000) -> float:
    """Ed25519 signatures over 600 bytes that libsodium makes per second on one core."""
    from nacl.signing import SigningKey

    key = SigningKey.generate()

    def work() -> None:
        for _ in range(count):
            key.sign(b"x" * 600)

    return rate(count, work)


def leaf_hashes(count: int = 100_000) -> float:
    """RFC 6962 leaf hashes over 600 bytes per second, called from Python."""
    data = b"\x00" + b"x" * 600
    sha256 = hashlib.sha256

    def work() -> None:
        for _ in range(count):
            sha256(data).digest()

    return rate(count, work)


def scans(rows: Sequence[bytes], folder: Path) -> float:
    """Entries per second that a plain SQLite scan with a JSON decoder reads (the line before the signatures)."""
    import msgspec

    store = sqlite3.connect(folder / "scan.sqlite3")
    store.execute("DROP TABLE IF EXISTS t")
    store.execute("CREATE TABLE t (a BLOB)")
    store.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows])
    store.commit()

    def work() -> None:
        for (row,) in store.execute("SELECT a FROM t"):
            msgspec.json.decode(row[: row.index(b"\n")])

    try:
        return rate(len(rows), work)
    finally:
        store.close()


def machine() -> dict[str, float]:
    """Load of the last minute and the share of time taken by other guests of the host (steal) since start."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return {"load": os.getloadavg()[0], "steal": round(fields[7] / max(1, sum(fields[:8])), 4)}


def tell(bench: str, rounds: list[dict[str, float]], ratios: list[Ratio], *, machines: list[Any], **more: Any) -> None:
    """Print medians, ranges and ratios of these rounds and write them to bench/results."""
    figures = {
        name: {
            "median": statistics.median(one[name] for one in rounds),
            "from": min(one[name] for one in rounds),
            "to": max(one[name] for one in rounds),
        }
        for name in rounds[0]
    }
    told = {name: statistics.median(one[figure] / one[probe] for one in rounds) for name, figure, probe in ratios}
    for name, figure in figures.items():
        print(f"{name:<28} {figure['median']:>12,.1f}   ({figure['from']:,.1f} to {figure['to']:,.1f})")
    for name, value in told.items():
        print(f"{name:<60} {value:>8.3f}")
    RESULTS.mkdir(exist_ok=True)
    content = {
        "bench": bench,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "machine": machines,
        "figures": figures,
        "ratios": told,
        "rounds": rounds,
        **more,
    }
    rounded = json.loads(json.dumps(content), parse_float=lambda text: float(f"{float(text):.5g}"))
    (RESULTS / f"{bench}.json").write_text(json.dumps(rounded, indent=1) + "\n")
