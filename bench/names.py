"""Officers by name, planning anew and reaction forces in one real regency, in processor time.

Stations and units are those of `bench.planning`; names are drawn by a seed for every unit twice over, so that somebody
is left. `python -m bench.names 3` measures three rounds. Without the table of villages nothing is done.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

# One core is measured: a second thread of the linear algebra would only be counted while it waits.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from bench import planning, probes

REGENCY = "1203"
T = TypeVar("T")


def main() -> None:
    """Measure, print, write bench/results/names.json."""
    if not planning.VILLAGES.exists():
        print(f"{planning.VILLAGES.name} is not here; nothing is measured")
        return
    rounds, machines = [], []
    measured(0)
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        machines.append(probes.machine())
        rounds.append(measured(number) | {"bar_ms": 50.0})
        print(rounds[-1], flush=True)
    machines.append(probes.machine())
    ratios = [
        ("PL-P16 50 ms / five drop-outs, one regency, processor", "bar_ms", "five_out_ms"),
        ("PL-P17 50 ms / reaction forces, first answer, processor", "bar_ms", "reaction_first_ms"),
    ]
    probes.tell("names", rounds, ratios, machines=machines)


def measured(seed: int) -> dict[str, float]:
    """Figures of one round; five others drop out in each."""
    from sinergi.planning.certificate import posts_of, village_middles
    from sinergi.planning.model import Duty, Limits
    from sinergi.planning.officers import Kept, assign_officers, solved
    from sinergi.planning.posts import group_posts
    from sinergi.planning.reaction import refine, weights_of, within_reach
    from sinergi.planning.replanning import replan
    from sinergi.planning.tables import read_officers, read_patterns, read_stations, read_units

    with tempfile.TemporaryDirectory() as name:
        planning.write(Path(name) / "one", (REGENCY,))
        tables = {file.stem: file.read_bytes() for file in (Path(name) / "one").glob("*.csv")}
    stations, units = read_stations(tables["stations"], "stations"), read_units(tables["units"], "units")
    posts = group_posts(stations, read_patterns(tables["patterns"], "patterns"), "village", Limits(rounds=1))
    chance = random.Random(1)
    villages = sorted(set(stations.village))
    rows = ["code,unit_code,home_village_code,sex,age,fit,hours_worked"]
    for unit, count in zip(units.code, units.officers.tolist(), strict=True):
        for k in range(2 * count):
            rows.append(
                f"{unit}-{k},{unit},{chance.choice(villages)},{chance.choice('LLP')},{chance.randint(20, 55)},ya,0"
            )
    officers, _ = read_officers("\n".join(rows).encode(), "officers")
    there, homes, duty = posts_of(stations, posts), village_middles(stations), Duty()
    first, first_ms = timed(lambda: assign_officers(there, units, officers, duty, homes))
    out = set(random.Random(seed).sample(first.officer, 5))
    before = {officers.code[i]: post for i, post in zip(first.officer, first.post, strict=True)}
    officers.fit[list(out)] = False
    old = np.array([before.get(code, -1) for code in officers.code])
    _, five_ms = timed(lambda: solved(there, units, officers, duty, homes, kept=Kept(old, 5_000_000_000)))
    choices, all_ms = timed(lambda: replan(there, units, officers, duty, homes, before))
    sites = np.random.default_rng(seed).choice(len(stations), 200, replace=False)
    within = within_reach(stations.lat, stations.lon, stations.lat[sites], stations.lon[sites], 8000.0)
    weights = weights_of(stations)
    instant, reaction_ms = timed(lambda: next(refine(within, weights, 10)))
    proven, proof_ms = timed(lambda: list(refine(within, weights, 10))[-1])
    return {
        "names_ms": first_ms,
        "names_gap_mm": float(first.cost_mm - first.bound_mm),
        "five_out_ms": five_ms,
        "five_out_changes": choices[0].changes,
        "five_out_more_km": (choices[0].metres - choices[-1].metres) / 1000,
        "all_choices_ms": all_ms,
        "reaction_first_ms": reaction_ms,
        "reaction_first_of_best": instant.weight / proven.weight,
        "reaction_proof_ms": proof_ms,
        "reaction_best_of_bound": proven.weight / proven.bound,
    }


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and milliseconds of the processor."""
    before = time.process_time()
    found = work()
    return found, 1000 * (time.process_time() - before)


if __name__ == "__main__":
    main()
