"""EX-1 to EX-15: records and their exchange through the real path, beside what else can be installed here.

`script/bench exchange [EVENTS] [ROUNDS]`; bench/README.md explains each figure. Probes of the machine (fsync, durable
insert, signature checks, load, steal) stand before and after each round, and rounds of ours and theirs alternate.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench import between, link, probes, rivals, serving, stored
from bench.ledger import trees

EVENTS, ROUNDS = 20_000, 5
SINGLE, CLIENTS, EACH = 100, 64, 6
FRESH, CHECKPOINTS, BAD_EVENTS, KILLS, MEBIBYTES = 50, 300, 2_500, 40, 1024

RATIOS: list[probes.Ratio] = [
    ("EX-1 request over HTTP, one client / durable insert", "http_1", "raw_insert"),
    ("EX-1 same / PostgreSQL, one client", "http_1", "pg_1"),
    ("EX-1 same / JetStream, one client (not flushed)", "http_1", "jetstream_1"),
    ("EX-2 request over HTTP, 64 clients / PostgreSQL, 64 clients", "http_64", "pg_64"),
    ("EX-2 same / JetStream, 64 in flight (not flushed)", "http_64", "jetstream_64"),
    ("EX-2 same / Hypercore, batches of 64 (not flushed)", "http_64", "hypercore_append"),
    ("EX-3 catch-up over HTTP / signature check", "catch_up", "verify"),
    ("EX-3 same / PostgreSQL logical replication", "catch_up", "pg_catch_up"),
    ("EX-3 same / Hypercore", "catch_up", "hypercore_replicate"),
    ("EX-3 same / PouchDB", "catch_up", "pouchdb_replicate"),
    ("EX-7 1 ms / inclusion proof at a million leaves", "one", "inclusion_ms"),
    ("EX-7 1 ms / consistency proof at a million leaves", "one", "consistency_ms"),
    ("EX-7 1 ms / inclusion proof, processor", "one", "inclusion_cpu_ms"),
    ("EX-7 0.1 ms / verifying an inclusion proof", "tenth", "verify_ms"),
    ("EX-8 growing the tree / 150,000 a second", "tree", "tree_bar"),
    ("EX-9 checkpoints witnessed over HTTP / 300 a second", "witness", "witness_bar"),
    ("EX-10 a million facts audited in 120 s, fsck", "fsck", "audit_bar"),
    ("EX-10 a million facts audited in 120 s, evidence verify", "verify_ours", "audit_bar"),
    ("EX-11 rebuilding / raw insert with the same indexes", "rebuild", "raw_folded_insert"),
    ("EX-12 sealing for three / age", "seal", "age_seal"),
    ("EX-12 opening / age", "unseal", "age_open"),
    ("EX-13 2.5 / bytes stored per byte of fact", "stored_bar", "stored_bytes"),
    ("EX-13 350 B / bytes sent per fact, compressed", "sent_bar", "catch_up_bytes"),
    ("EX-14 400 MB / node after catching up", "memory_bar", "copy_mb"),
    ("EX-4 50 ms / fresh fact on the partner's tables, p50", "fresh_p50_bar", "fresh_p50_ms"),
    ("EX-4 250 ms / same, p99", "fresh_p99_bar", "fresh_p99_ms"),
    ("EX-6 2 KiB / asking for nothing new", "nothing_bar", "nothing_new_bytes"),
]
BARS = {
    "one": 1.0,
    "tenth": 0.1,
    "tree_bar": 150_000.0,
    "witness_bar": 300.0,
    "audit_bar": 1_000_000 / 120,
    "stored_bar": 2.5,
    "sent_bar": 350.0,
    "memory_bar": 400.0,
    "fresh_p50_bar": 50.0,
    "fresh_p99_bar": 250.0,
    "nothing_bar": 2048.0,
}


def main(events: int, rounds_asked: int) -> None:
    """Measure, print, write bench/results/exchange.json."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.node.settings")
    rounds: list[dict[str, float]] = []
    machines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        served, postgres = serving.Served(folder), rivals.Postgres()
        pair = between.Pair(folder)
        try:
            for number in range(rounds_asked):
                machines.append(probes.machine())
                rounds.append(_one_round(folder, served, postgres, pair, events))
                print(f"round {number + 1} of {rounds_asked}, load {machines[-1]['load']:.1f}", flush=True)
            machines.append(probes.machine())
            once = pair.bad_link(BAD_EVENTS, link.Bad())
            print("bad link done", flush=True)
            size = pair.header_bytes()
            tail = {"copy_mb": pair.memory(), "fact_bytes": size, "stored_bytes": pair.bytes_stored() / size}
            once |= {"postgres_mb": postgres.memory()}
        finally:
            pair.close()
            postgres.close()
        tail |= stored.look(pair.copy.data, folder) | stored.sealing(folder, MEBIBYTES)
        print("store and seals done", flush=True)
        tail |= between.witnessing(folder, CHECKPOINTS)
        kills = {"sinergi": served.kills(KILLS), "sqlite": serving.sqlite_kills(KILLS)}
        served.close()
        machines.append(probes.machine())
    for one in rounds:
        one |= tail | BARS
    told = [ratio for ratio in RATIOS if all(figure in rounds[0] for figure in ratio[1:])]
    left_out = sorted({ratio[0] for ratio in RATIOS} - {ratio[0] for ratio in told})
    probes.tell(
        "exchange", rounds, told, machines=machines, events=events, bad_link=once, kills=kills, left_out=left_out
    )
    print(once, kills, f"left out: {left_out}", sep="\n")


def _one_round(
    folder: Path, served: serving.Served, postgres: rivals.Postgres, pair: between.Pair, events: int
) -> dict[str, float]:
    figures = _probes(folder, "")
    figures |= served.one_round(SINGLE, CLIENTS, EACH)
    figures |= {"pg_1": postgres.inserts(1, 300), "pg_64": postgres.inserts(64, 30)}
    figures |= rivals.jetstream(2000)
    figures |= pair.one_round(events, FRESH)
    figures |= rivals.logical_replication(events) | rivals.in_node("hypercore", events)
    figures |= rivals.in_node("pouchdb", events)
    grown = trees()
    figures |= {"tree": grown["tree"], "pymerkle": grown["pymerkle"]}
    return figures | _probes(folder, "_after")


def _probes(folder: Path, when: str) -> dict[str, float]:
    fsync, p50 = probes.fsyncs(folder)
    return {
        f"fsync{when}": fsync,
        f"fsync_p50_ms{when}": p50,
        f"raw_insert{when}": probes.inserts(folder),
        f"verify{when}": probes.verifications(),
    }


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else EVENTS, given[1] if len(given) > 1 else ROUNDS)
