"""Histories of three nodes under every fault, as many as one likes: `script/bench soak [COUNT]`, 10,000 if not said.

Each goes on with a seed of its own until one fails; that seed is printed and repeats it. The short set of the same
histories runs in script/test.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

FULL, AT_ONCE = 10_000, 25


def main() -> int:
    """Play the histories, a group of one seed after the other; 1 where one of them broke a promise."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else FULL
    played, started = 0, time.monotonic()
    while played < wanted:
        count, seed = min(AT_ONCE, wanted - played), secrets.randbits(32)
        told = {"SINERGI_SEED": str(seed), "SINERGI_HISTORIES": str(count)}
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis", "--tb=short", "-k", "no_history",
             "tests/nodes/test_simulation.py"],
            cwd=Path(__file__).parents[1], env=os.environ | told, capture_output=True, text=True,
        )  # fmt: skip
        if run.returncode:
            print(f"{run.stdout[-20_000:]}\nSINERGI_SEED={seed} SINERGI_HISTORIES={count} breaks a promise")
            return 1
        played += count
        print(
            f"{played} of {wanted} histories, {time.monotonic() - started:.0f} s, seed {seed}: 0 violations", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
