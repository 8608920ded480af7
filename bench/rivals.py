"""What others do with the same work on the same machine, as far as it is installed: PostgreSQL, JetStream, Hypercore,
PouchDB, age. Whoever is missing is left out of the results by name.

None of them signs a fact. Only PostgreSQL has flushed what it acknowledges; JetStream and Hypercore did not flush once
in thousands of acknowledgements (`strace`), PouchDB seldom.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.server.conftest import free_port

ROW = 800
_HERE = Path(__file__).parent


class Postgres:
    """A server of its own with its defaults (every commit is flushed), reached by a socket; the client is pgbench."""

    def __init__(self, *, port: int = 5432) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self._bin = found[-1] if found else Path(shutil.which("pg_ctl") or "/nowhere").parent
        self.folder = Path(tempfile.mkdtemp(prefix="sinergi-pg."))
        self.port = port
        # PostgreSQL refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self.folder / "data", "-U", "sinergi", "--auth=trust", "--encoding=UTF8")
        asked = f"-k {self.folder} -p {port} -c listen_addresses='' -c wal_level=logical -c max_connections=100"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-s", "-l", self.folder / "log", "-o", asked, "start")
        self.ask("CREATE TABLE t (id bigserial PRIMARY KEY, a bytea)")
        (self.folder / "insert.sql").write_text(f"INSERT INTO t (a) VALUES (decode(repeat('78', {ROW}), 'hex'));\n")

    def inserts(self, clients: int, each: int) -> float:
        """Durable rows per second of so many clients, one commit each."""
        said = self._run(
            *("pgbench", "-n", "-M", "prepared", "-f", self.folder / "insert.sql", "-c", clients, "-j", 2, "-t", each),
            *("-h", self.folder, "-p", self.port, "-U", "sinergi", "postgres"),
        )
        found = re.search(r"tps = ([0-9.]+) \(without initial", said)
        assert found, said
        return float(found[1])

    def ask(self, statement: str) -> str:
        return self._run(
            *("psql", "-h", self.folder, "-p", self.port, "-U", "sinergi", "-Atqc", statement, "postgres")
        ).strip()

    def follow(self, other: Postgres) -> None:
        """Copy the other's table by logical replication from now on, what is there first."""
        self.ask(
            f"CREATE SUBSCRIPTION s CONNECTION 'host={other.folder} port={other.port} user=sinergi dbname=postgres'"
            " PUBLICATION p"
        )

    def memory(self) -> float:
        """Resident megabytes of all its processes, shared pages counted once."""
        pid = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        every = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        return sum(proportional(one) for one in (pid, *every))

    def close(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *argv: Any) -> str:
        command = [*self._as, str(self._bin / program), *map(str, argv)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise SystemExit(f"bench: {program}: {done.stderr}")
        return done.stdout


def proportional(pid: object) -> float:
    """Megabytes of memory of a process; what it shares is divided among those that share it."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(re.search(r"^Pss: +([0-9]+)", told, re.MULTILINE)[1]) / 1024  # type: ignore[index]


def logical_replication(rows: int) -> dict[str, float]:
    """Rows per second from one PostgreSQL to another that was not there while they were written; p50 and p99 in
    milliseconds of fresh rows, one commit each, ten a second."""
    one, two = Postgres(port=5432), Postgres(port=5433)
    try:
        one.ask("CREATE PUBLICATION p FOR TABLE t")
        two.follow(one)
        two.ask("ALTER SUBSCRIPTION s DISABLE")
        one.ask(f"INSERT INTO t (a) SELECT decode(repeat('78', {ROW}), 'hex') FROM generate_series(1, {rows})")
        started = time.perf_counter()
        two.ask("ALTER SUBSCRIPTION s ENABLE")
        while int(two.ask("SELECT count(*) FROM t")) < rows:
            time.sleep(0.02)
        return {"pg_catch_up": rows / (time.perf_counter() - started)}
    finally:
        two.close()
        one.close()


def jetstream(count: int) -> dict[str, float]:
    """Messages per second that JetStream (file storage) acknowledges to one client, one by one and 64 in flight."""
    if shutil.which("nats-server") is None:
        return {}
    try:
        import nats
    except ImportError:
        return {}
    port, folder = free_port(), tempfile.mkdtemp(prefix="sinergi-js.")
    command = ["nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", folder]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)

    async def work() -> dict[str, float]:
        client = await nats.connect(f"nats://127.0.0.1:{port}", max_reconnect_attempts=20)
        stream = client.jetstream()
        await stream.add_stream(name="s", subjects=["s"])
        idle, data = proportional(server.pid), b"x" * ROW
        started = time.perf_counter()
        for _ in range(count):
            await stream.publish("s", data)
        one = count / (time.perf_counter() - started)
        started = time.perf_counter()
        for _ in range(count // 64):
            await asyncio.gather(*(stream.publish("s", data) for _ in range(64)))
        many = count // 64 * 64 / (time.perf_counter() - started)
        await client.close()
        return {"jetstream_1": one, "jetstream_64": many, "jetstream_idle_mb": idle}

    try:
        time.sleep(0.5)
        return asyncio.run(work())
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def in_node(what: str, count: int) -> dict[str, float]:
    """Hypercore or PouchDB: appended and, by a line of its own, replicated blocks per second."""
    if not os.environ.get("SINERGI_PEERS"):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        command = ["node", str(_HERE / "peers.mjs"), what, str(count), str(ROW), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=600)
    if done.returncode:
        print(f"bench: {what} is left out: {done.stderr.strip()[-200:]}")
        return {}
    return {f"{what}_{name}": value for name, value in json.loads(done.stdout.splitlines()[-1]).items()}


def age(plain: Path, recipients: int) -> dict[str, float]:
    """MiB per second of the `age` command for so many recipients, and back for one."""
    if shutil.which("age") is None:
        return {}
    folder = plain.parent
    publics = []
    for number in range(recipients):
        key = folder / f"age{number}"
        key.unlink(missing_ok=True)
        said = subprocess.run(["age-keygen", "-o", str(key)], capture_output=True, text=True, check=True).stderr
        publics += ["-r", said.split()[-1]]
    size = plain.stat().st_size / 2**20
    sealed, opened = folder / "age.sealed", folder / "age.opened"
    started = time.perf_counter()
    subprocess.run(["age", *publics, "-o", str(sealed), str(plain)], check=True)
    sealing = size / (time.perf_counter() - started)
    started = time.perf_counter()
    subprocess.run(["age", "-d", "-i", str(folder / "age0"), "-o", str(opened), str(sealed)], check=True)
    opening = size / (time.perf_counter() - started)
    sealed.unlink()
    opened.unlink()
    return {"age_seal": sealing, "age_open": opening}
