"""The capacitated p-median beside the best values known in the literature.

`script/bench median FOLDER [SECONDS [SEEDS [NAMES]]]`: FOLDER holds `best_known.csv` (instance, p, distance_rule,
best_known, reference) and `instances/NAME.csv` (x, y, capacity, demand); the instances belong to their authors and are
not in this repository. NAMES are separated by commas; without them SJC1 to SJC4b, whose best values are proven optimal.
Each answer is checked here with plain arithmetic: distances, loads, number of medians. Distances are Euclidean, as in
the source; instances that round them are left out. bench/README.md says what came out, losses too.
"""

from __future__ import annotations

import csv
import math
import sys
import time
from pathlib import Path

from bench import probes
from sinergi.planning.median import Medians, capacitated_p_median

SJC = "SJC1,SJC2,SJC3a,SJC3b,SJC4a,SJC4b"


def main() -> None:
    """Measure, print, write bench/results/median.json."""
    if len(sys.argv) < 2:
        print("median: needs a folder with best_known.csv and instances/; see bench/median.py. Nothing measured.")
        return
    folder = Path(sys.argv[1])
    seconds, seeds, names = (*sys.argv[2:], *("60", "3", SJC)[len(sys.argv) - 2 :])
    with open(folder / "best_known.csv", newline="") as file:
        known = {row["instance"]: row for row in csv.DictReader(file) if row["distance_rule"] == "euclid_real"}
    capacitated_p_median([[0, 0], [1, 0]], [1, 1], 2, 1, seconds=0.0)  # what is compiled once is no part of it
    machines, rounds = [], []
    for seed in range(int(seeds)):
        machines.append(probes.machine())
        figures: dict[str, float] = {}
        for name in names.split(","):
            figures |= one(folder / "instances" / f"{name}.csv", name, known[name], float(seconds), seed)
        gaps = [value for figure, value in figures.items() if figure.endswith("above_known_percent")]
        figures |= {"mean_above_known_percent": sum(gaps) / len(gaps), "most_above_known_percent": max(gaps)}
        rounds.append(figures)
    machines.append(probes.machine())
    sources = {name: known[name]["reference"] for name in names.split(",")}
    probes.tell("median", rounds, [], machines=machines, seconds_allowed=float(seconds), sources=sources)


def one(path: Path, name: str, known: dict[str, str], seconds: float, seed: int) -> dict[str, float]:
    """Solve one instance and judge the answer; the figures of it."""
    with open(path, newline="") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    at, p = [(row["x"], row["y"]) for row in rows], int(known["p"])
    demand, capacity = [row["demand"] for row in rows], [row["capacity"] for row in rows]
    wall, processor = time.perf_counter(), time.process_time()
    found = capacitated_p_median(at, demand, capacity, p, seconds=seconds, seed=seed)
    took, worked = time.perf_counter() - wall, time.process_time() - processor
    judge(found, at, demand, capacity, p)
    best = float(known["best_known"])
    above, below = 100 * (found.cost / best - 1), 100 * (1 - found.lower_bound / best)
    print(
        f"{name:<11} seed {seed}: {found.cost:,.2f}, {above:+.3f} % of the best known {best:,.2f}, "
        f"bound {below:.3f} % below it, {took:.1f} s ({worked:.1f} s of a core)",
        flush=True,
    )
    return {
        f"{name}_above_known_percent": above,
        f"{name}_bound_below_known_percent": below,
        f"{name}_seconds": took,
        f"{name}_core_seconds": worked,
    }


def judge(
    found: Medians, at: list[tuple[float, float]], demand: list[float], capacity: list[float], medians: int
) -> None:
    """Everything the answer claims, once more and without its code. Raises AssertionError."""
    load: dict[int, float] = dict.fromkeys(found.medians.tolist(), 0.0)
    assert len(load) == medians and len(found.assignment) == len(at)
    cost = 0.0
    for i, j in enumerate(found.assignment.tolist()):
        load[j] += demand[i]
        cost += math.dist(at[i], at[j])
    assert all(carried <= capacity[j] for j, carried in load.items()), "a capacity is exceeded"
    assert math.isclose(cost, found.cost, rel_tol=1e-12), (cost, found.cost)
    assert found.lower_bound <= found.cost


if __name__ == "__main__":
    main()
