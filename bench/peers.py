"""Guard posts beside others' ways of finding them: k-means-constrained, and the optimum by a mixed integer programme.

`script/bench peers [REGENCIES [SINGLE]]`: so many random regencies of the village table (20) by village and by
district, posts as `bench.planning` draws them, one round of ours beside three starts of k-means-constrained, with the
best anchor for each of its clusters (`pip install k-means-constrained` beside the project; never needed to run); then
so many single groups (30) of at most 40 stations beside HiGHS, which has two minutes. Costs are the same metres for
both, added up here; times are of the processor.
"""

from __future__ import annotations

import importlib
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import planning, probes
from sinergi.planning.clusters import metres_between, on_sphere
from sinergi.planning.model import Floats, Group, Limits, PostPlan, Stations
from sinergi.planning.posts import group_posts
from sinergi.planning.tables import read_patterns, read_stations

SECONDS = 120.0


def main() -> None:
    """Measure, print, write bench/results/peers.json."""
    if not planning.VILLAGES.exists():
        print(f"{planning.VILLAGES.name} is not here; nothing is measured")
        return
    try:
        peer = importlib.import_module("k_means_constrained").KMeansConstrained
    except ImportError:
        print("k-means-constrained is not installed; nothing is measured")
        return
    regencies, single = (*map(int, sys.argv[1:]), *(20, 30)[len(sys.argv) - 1 :])
    # Compiled once and kept.
    planned(chosen(1)[0], "district")
    machines = [probes.machine()]
    rounds = []
    for regency in chosen(regencies):
        found: dict[str, float] = {"bar_district": 0.95, "bar_village": 0.995, "bar_time": 0.5}
        for grouping in ("village", "district"):
            ours, theirs = beside(peer, regency, grouping)
            found |= {f"{grouping}_cost": float(ours[0] / theirs[0]), f"{grouping}_time": ours[1] / theirs[1]}
            found |= {f"{grouping}_km": ours[0] / 1000}
        rounds.append(found)
        print(regency, found, flush=True)
    machines.append(probes.machine())
    above = [ours / best for ours, best in optima(single)]
    print(f"{len(above)} groups proven by HiGHS; ours above: mean {np.mean(above):.5f}, most {max(above):.5f}")
    ratios = [
        ("PL-P6 0.95 / metres of ours to k-means-constrained, districts", "bar_district", "district_cost"),
        ("PL-P6 0.5 / time of ours to k-means-constrained, districts", "bar_time", "district_time"),
        ("PL-P7 0.995 / metres of ours to k-means-constrained, villages", "bar_village", "village_cost"),
    ]
    machines.append(probes.machine())
    single_groups = {"proven": len(above), "mean": float(np.mean(above)), "most": max(above), "bars": [1.002, 1.01]}
    probes.tell("peers", rounds, ratios, machines=machines, single_groups=single_groups)


def chosen(count: int) -> list[str]:
    """Codes of regencies, drawn by a seed."""
    return random.Random(7).sample(sorted({row["regency_code"] for row in planning.villages()}), count)


def planned(regency: str, grouping: Any) -> tuple[Stations, PostPlan, float]:
    """Our plan after one round, and the seconds of the processor that it took."""
    with tempfile.TemporaryDirectory() as name:
        planning.write(Path(name) / "one", (regency,))
        stations = read_stations((Path(name) / "one" / "stations.csv").read_bytes(), "stations.csv")
        patterns = read_patterns((Path(name) / "one" / "patterns.csv").read_bytes(), "patterns.csv")
    before = time.process_time()
    plan = group_posts(stations, patterns, grouping, Limits(rounds=1, threads=1))
    return stations, plan, time.process_time() - before


def metres_of(stations: Stations, group: Group) -> Floats:
    """Between all stations of a group."""
    found: Floats = metres_between(on_sphere(stations.lat[group.members], stations.lon[group.members]), np.inf)
    return found


def beside(peer: Any, regency: str, grouping: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Metres and seconds of all groups with something to decide: ours, and those of the peer."""
    stations, plan, took = planned(regency, grouping)
    ours = theirs = seconds = 0.0
    for group in plan.groups:
        n = len(group.members)
        if not 1 < group.posts < n:
            continue
        ours += group.travel_m
        lat, lon = np.radians(stations.lat[group.members]), np.radians(stations.lon[group.members])
        flat = 6_371_008.8 * np.column_stack((lat, lon * np.cos(lat.mean())))
        before = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            of = peer(group.posts, size_min=1, size_max=group.pattern.stations, n_init=3, random_state=1).fit_predict(
                flat
            )
        seconds += time.process_time() - before
        metres = metres_of(stations, group)
        theirs += sum(metres[np.ix_(of == c, of == c)].sum(axis=0).min() for c in range(group.posts))
    return (ours, took), (theirs, seconds)


def optima(count: int) -> Iterator[tuple[float, float]]:
    """Metres of ours and of HiGHS, for the first groups of district size up to 40 stations that it solves in time."""
    made = 0
    for regency in chosen(20):
        stations, plan, _ = planned(regency, "district")
        for group in plan.groups:
            if made == count:
                return
            if 20 <= len(group.members) <= 40 and group.pattern.stations > 2:
                best = optimum(metres_of(stations, group), group.posts, group.pattern.stations)
                if best is not None:
                    made += 1
                    yield group.travel_m, best


def optimum(metres: Floats, posts: int, most: int) -> float | None:
    """The fewest metres by HiGHS; None where it is not proven in time."""
    import highspy

    highs: Any = highspy
    n = len(metres)
    solver = highs.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", SECONDS)
    solver.setOptionValue("mip_rel_gap", 1e-6)
    solver.addVars(n * n, np.zeros(n * n), np.ones(n * n))
    for k, cost in enumerate(metres.ravel()):
        solver.changeColCost(k, float(cost))
    # Column i·n + j: station i belongs to the post at j; j·n + j: there is one.
    own = np.arange(n, dtype=np.int32) * (n + 1)
    for i in range(n):
        solver.addRow(1.0, 1.0, n, np.arange(i * n, (i + 1) * n, dtype=np.int32), np.ones(n))
    for j in range(n):
        all_ = (np.arange(n) * n + j).astype(np.int32)
        solver.addRow(-highspy.kHighsInf, 0.0, n, all_, np.where(np.arange(n) == j, 1.0 - most, 1.0))
        for i in range(n):
            if i != j:
                solver.addRow(
                    -highspy.kHighsInf, 0.0, 2, np.array([i * n + j, own[j]], np.int32), np.array([1.0, -1.0])
                )
    solver.addRow(float(posts), float(posts), n, own, np.ones(n))
    columns = np.arange(n * n, dtype=np.int32)
    solver.changeColsIntegrality(n * n, columns, np.array([highspy.HighsVarType.kInteger] * (n * n)))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(solver.getInfo().objective_function_value)


if __name__ == "__main__":
    main()
