"""What a store holds, looked at while no node runs: EX-7, 10, 11; and files sealed for partners: EX-12.

`python -m bench.stored DATA FOLDER` works on the folder of a node of `bench.between` and prints figures as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import rivals

LEAVES = 1_000_000
PROOFS = 200


def look(data: Path, folder: Path) -> dict[str, float]:
    """The figures of this store, from a process of its own with the settings of its node."""
    settings = {"SINERGI_DATA": str(data), "SINERGI_DATABASE": "", "DJANGO_SETTINGS_MODULE": "tests.sync.settings"}
    command = [sys.executable, "-m", "bench.stored", str(data), str(folder)]
    done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(data: Path, folder: Path) -> dict[str, float]:
    import django

    django.setup()
    from sinergi.ledger import fsck, rebuild
    from sinergi.ledger.models import Entry

    facts = Entry.objects.count()
    figures = {"audited_facts": float(facts)}
    with _timed() as took:
        assert fsck.check() == []
    figures["fsck"] = facts / took()
    figures |= _evidence(data, folder)
    folded = Entry.objects.exclude(log__role="identity").count()
    with _timed() as took:
        assert rebuild.check() == []
    figures["rebuild"] = folded / took()
    figures["raw_folded_insert"] = _raw_insert(data, folder)
    return figures | _proofs()


def _evidence(data: Path, folder: Path) -> dict[str, float]:
    """An evidence file of the agreement and its verification as a stranger does it, by the verb and by verify.py."""
    from sinergi.ledger import verbs

    file = folder / "evidence.jsonl"
    file.unlink(missing_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        verbs.evidence(["export", str(file)], data)
        with _timed() as took:
            assert verbs.evidence(["verify", str(file)], data) == 0
    with open(file, "rb") as opened:
        count = sum(b"/entry/" in line[:400] for line in opened)
    ours = count / took()
    script = Path(__file__).parents[1] / "docs/protocol/verify.py"
    with _timed() as took:
        subprocess.run([sys.executable, str(script), str(file)], check=True, stdout=subprocess.DEVNULL)
    return {"evidence_entries": float(count), "verify_ours": ours, "verify_stand_alone": count / took()}


def _raw_insert(data: Path, folder: Path) -> float:
    """The same rows into a table with the same columns and indexes, one statement, one commit: rows per second."""
    source = sqlite3.connect(f"file:{data}/node.sqlite3?mode=ro", uri=True)
    made = [
        row[0]
        for row in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'chatter_saying' AND sql IS NOT NULL")
    ]
    rows = source.execute("SELECT * FROM chatter_saying").fetchall()
    source.close()
    store = folder / "raw.sqlite3"
    store.unlink(missing_ok=True)
    target = sqlite3.connect(store)
    target.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + ";".join(made))
    with _timed() as took:
        target.executemany(f"INSERT INTO chatter_saying VALUES ({', '.join('?' * len(rows[0]))})", rows)
        target.commit()
    target.close()
    return len(rows) / took()


def _proofs() -> dict[str, float]:
    """Proofs from the stored tree of a log of a million leaves; its entries are leaves only, as no proof reads more."""
    from django.db import connection
    from pymerkle import InmemoryTree

    from sinergi.kernel.instants import now
    from sinergi.ledger import merkle, tree
    from sinergi.ledger.models import Log

    log = Log.objects.create(origin="f" * 64, agreement="f" * 64, agency="f" * 64, role="facts")
    frontier, leaves, nodes, at = merkle.Frontier(), [], [], now()
    for place in range(LEAVES):
        leaf = place.to_bytes(32, "big")
        nodes += [(log.pk, level, index, value) for level, index, value in frontier.append(leaf)[1:]]
        leaves.append((log.pk, place, f"{place:026}", "x", 0, b"", leaf, False, "waiting", "", at))
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.executemany(
            "INSERT INTO ledger_entry (log_id, seq, key, kind, lam, data, leaf, has_body, state, verdict, stored_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", leaves,
        )  # fmt: skip
        cursor.executemany('INSERT INTO ledger_node (log_id, level, "index", hash) VALUES (%s, %s, %s, %s)', nodes)
        cursor.execute("COMMIT")
    chance, root = random.Random(26), frontier.root()

    def inclusion(place: int) -> list[bytes]:
        return tree.prove(log, lambda subtree: merkle.inclusion_proof(place, LEAVES, subtree))

    def consistency(size: int) -> list[bytes]:
        return tree.prove(log, lambda subtree: merkle.consistency_proof(size, LEAVES, subtree))

    theirs = InmemoryTree()
    for place in range(LEAVES // 20):
        theirs.append_entry(b"%d" % place)
    places = [chance.randrange(LEAVES) for _ in range(PROOFS)]
    proofs = [inclusion(place) for place in places]
    leaf_of = [place.to_bytes(32, "big") for place in places]
    assert all(
        merkle.verify_inclusion(leaf, place, LEAVES, proof, root)
        for leaf, place, proof in zip(leaf_of, places, proofs, strict=True)
    )
    figures = _each("inclusion", lambda n: inclusion(places[n]))
    figures |= _each("consistency", lambda n: consistency(places[n] + 1))
    figures |= _each("verify", lambda n: merkle.verify_inclusion(leaf_of[n], places[n], LEAVES, proofs[n], root))
    figures |= _each("pymerkle_inclusion", lambda n: theirs.prove_inclusion(places[n] // 20 or 1))
    log.entries.all()._raw_delete(log.entries.db)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_node WHERE log_id = %s", [log.pk])
        cursor.execute("DELETE FROM ledger_log WHERE id = %s", [log.pk])
    return figures


def sealing(folder: Path, mebibytes: int) -> dict[str, float]:
    """A file sealed for three partners and opened by one, beside `age`: MiB of the file per second."""
    plain = folder / "plain"
    with plain.open("wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(1 << 20))
    command = [sys.executable, "-c", _SEALING, str(plain)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    figures |= rivals.age(plain, 3)
    plain.unlink()
    return figures


_SEALING = """
import json, os, resource, sys, time
from nacl.signing import SigningKey
from sinergi.ledger import sealed
keys = [SigningKey.generate() for _ in range(3)]
file, size = sys.argv[1], os.path.getsize(sys.argv[1]) / 2**20
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
started = time.perf_counter()
for place, key in enumerate(keys):
    with open(file, "rb") as plain, open(f"{file}.{place}", "wb") as into:
        sealed.seal(plain, into, recipient=bytes(key.verify_key), terms={"purpose": "bench"})
sealing = size / (time.perf_counter() - started)
started = time.perf_counter()
with open(f"{file}.0", "rb") as opened, open(f"{file}.open", "wb") as into:
    for piece in sealed.unseal(opened, key=keys[0], terms={"purpose": "bench"}):
        into.write(piece)
opening = size / (time.perf_counter() - started)
for place in (0, 1, 2, "open"):
    os.unlink(f"{file}.{place}")
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seal": sealing, "unseal": opening, "sealing_mb": used, "sealing_grew_mb": used - before}))
"""


def _each(name: str, work: Callable[[int], Any]) -> dict[str, float]:
    """Milliseconds of one, the mean of PROOFS: by the clock, and of a processor where others use the machine too."""
    used = time.process_time()
    with _timed() as took:
        for number in range(PROOFS):
            work(number)
    spent = time.process_time() - used
    return {f"{name}_ms": took() * 1000 / PROOFS, f"{name}_cpu_ms": spent * 1000 / PROOFS}


@contextlib.contextmanager
def _timed() -> Any:
    started, ended = time.perf_counter(), []
    yield lambda: ended[0]
    ended.append(time.perf_counter() - started)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
