"""Promises with figures, again and again with other seeds: `script/bench soak [P1 P3 …] [MINUTES]`.

Measures nothing. Each promise of FULL (all, if none is named) is played with its test of script/test until its count
is full or its minutes are over (no limit if none is said); the first run that breaks one prints its seed, which repeats
it. What was played goes to bench/results/soak.json, beside what was played before.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench import probes

ROOT = Path(__file__).parents[1]
RESULT = probes.RESULTS / "soak.json"


class Played(NamedTuple):
    """How a promise is played: `each` so many of `what` by one run of `test`, `full` in all."""

    test: str
    only: str
    what: str
    each: int
    full: int
    told: dict[str, str]


_INPUTS, _SECONDS = {"SINERGI_FUZZ_INPUTS": "20000"}, {"SINERGI_FUZZ_SECONDS": "60"}
FULL = {
    "P1": Played("tests/promises/test_crash.py", "kill_9_at_random", "kills", 60, 2_000, {}),
    "P2": Played("tests/promises/test_crash.py", "kill_at_each_flush", "points", 20, 400, {}),
    "P3": Played("tests/promises/test_power.py", "", "power cuts", 8, 300, {}),
    "P8": Played("tests/promises/test_duplicates.py", "", "deliveries", 2_000, 100_000, {}),
    "P9": Played("tests/nodes/test_any_order.py", "", "orders", 500, 100_000, {}),
    "P10": Played("tests/nodes/test_simulation.py", "no_history", "histories", 25, 10_000, {"SINERGI_HISTORIES": "25"}),
    "P13": Played("tests/sync/test_two_nodes.py", "restored", "restores", 1, 50, {}),
    "P15": Played("tests/promises/test_fuzzed_requests.py", "", "inputs", 20_000, 1_000_000, _INPUTS),
    "P16": Played("tests/promises/test_fuzzed_parsers.py", "", "seconds a parser", 60, 3_600, _SECONDS),
    "P24": Played("tests/upgrade", "killed", "kills", 3, 100, {}),
}  # fmt: skip


def main(argv: list[str]) -> int:
    """Play them in turn; 1 where one was broken."""
    names = [word for word in argv if word in FULL] or list(FULL)
    minutes = next((float(word) for word in argv if word not in FULL), 0.0)
    broken = 0
    for name in names:
        told = play(name, FULL[name], minutes)
        broken |= told["violations"]
        note(name, told)
    return broken


def play(name: str, promise: Played, minutes: float) -> dict[str, Any]:
    """One promise until it is broken, its count is full or its time is over."""
    played, started, load = 0, time.monotonic(), probes.machine()["load"]
    while played < promise.full and (not minutes or played == 0 or time.monotonic() - started < minutes * 60):
        seed = secrets.randbits(32)
        told = {"SINERGI_SEED": str(seed), "SINERGI_FUZZ_SEED": str(seed), **promise.told}
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-k", promise.only, promise.test]
        run = subprocess.run(command, cwd=ROOT, env=os.environ | told, capture_output=True, text=True)
        if run.returncode:
            said = " ".join(f"{key}={value}" for key, value in told.items())
            print(f"{run.stdout[-20_000:]}\n{name} is broken: {said} repeats it ({promise.test})", flush=True)
            break
        played += promise.each
        took = time.monotonic() - started
        print(f"{name}: {played} of {promise.full} {promise.what}, {took:.0f} s, seed {seed}: 0 violations", flush=True)
    return {
        "what": promise.what,
        "played": played,
        "full": promise.full,
        "violations": int(run.returncode != 0),
        "seconds": round(time.monotonic() - started),
        "load": [load, probes.machine()["load"]],
    }


def note(name: str, told: dict[str, Any]) -> None:
    """Keep what was played beside what other promises have."""
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.write_text(json.dumps({**kept, name: told}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
