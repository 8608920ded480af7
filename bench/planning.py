"""Plans of the real village table: two regencies by the command, judged by the checker, and the whole country's posts.

All stations of a village share one point in the table, so they are spread by a seeded Gaussian of 0.004 degrees
(synthetic), and classes are drawn by a seed (91.4, 7.7, 0.75 and 0.15 %). Units are synthetic: one in each district and
one per regency. `python -m bench.planning 3 village` measures three rounds of the two regencies and of the country at
village level; `... 1 village district` also at district level. Without the table beside the checkout nothing is done.
"""

from __future__ import annotations

import csv
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import probes

ROOT = Path(__file__).resolve().parents[1]
VILLAGES = ROOT.parent / "shared" / "data" / "villages.csv.gz"
TWO = ("1203", "1220")
SPREAD = 0.004
STATIONS = "code,village_code,district_code,regency_code,lat,lon,voters,class"
UNITS = "code,name,level,regency_code,lat,lon,officers,reserve"
PATTERNS = (
    "class,police_min,police_max,stations,linmas,radius_m\n"
    "low,2,2,8,16,\nmedium,2,4,4,8,\nhigh,2,2,1,2,\nspecial,2,4,2,2,\n"
)
# What the country may take at most (PL-P2, PL-P3).
SECONDS = {"village": 60.0, "district": 150.0}
MEMORY_MB = 2048.0


def main() -> None:
    """Measure, print, write bench/results/planning.json."""
    if sys.argv[1:2] == ["--country"]:
        print(json.dumps(country(Path(sys.argv[2]), sys.argv[3])))
        return
    if not VILLAGES.exists():
        print(f"{VILLAGES.name} is not here; nothing is measured")
        return
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    levels = sys.argv[2:] or ["village"]
    with tempfile.TemporaryDirectory() as name:
        two, all_ = Path(name) / "two", Path(name) / "all"
        write(two, TWO)
        write(all_, ())
        # Compiled once and kept; only the first plan after an installation waits for that.
        regencies(two, "village")
        rounds, machines = [], []
        for number in range(many):
            machines.append(probes.machine())
            found: dict[str, float] = {}
            for level in ("village", "district"):
                found |= {f"regencies_{level}_{key}": value for key, value in regencies(two, level).items()}
            for level in levels:
                command = [sys.executable, "-m", "bench.planning", "--country", str(all_), level]
                # HiGHS writes its name before the answer.
                told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
                found |= {f"country_{level}_{key}": value for key, value in json.loads(told.splitlines()[-1]).items()}
                found |= {f"bar_{level}_s": SECONDS[level], "bar_mb": MEMORY_MB}
            rounds.append(found | {"bar_regency_s": 2.0})
            print(f"round {number + 1} of {many}: {found}", flush=True)
        machines.append(probes.machine())
    ratios = [
        ("PL-P14 2 s / full plan of two regencies, villages", "bar_regency_s", "regencies_village_wall_s"),
        ("PL-P14 2 s / full plan of two regencies, districts", "bar_regency_s", "regencies_district_wall_s"),
    ]
    for level in levels:
        ratios += [
            (f"PL-P2/3 bar / country with bound, {level}, wall", f"bar_{level}_s", f"country_{level}_wall_s"),
            (f"PL-P2/3 bar / country with bound, {level}, one core's time", f"bar_{level}_s", f"country_{level}_cpu_s"),
            (f"PL-P2/3 2 GB / country, {level}, memory", "bar_mb", f"country_{level}_mb"),
        ]
    probes.tell("planning", rounds, ratios, machines=machines)


def regencies(folder: Path, level: str) -> dict[str, float]:
    """The command from start to files, then the checker's verdict, which must be good."""
    tables = [word for name in ("stations", "units", "patterns") for word in (f"--{name}", str(folder / f"{name}.csv"))]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [
        str(ROOT / ".venv" / "bin" / "sinergi"),
        "plan",
        *tables,
        "--grouping",
        level,
        "--out",
        str(folder / level),
    ]
    subprocess.run(command, check=True, capture_output=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    checker = [sys.executable, str(ROOT / "docs" / "planning" / "check.py"), *tables, str(folder / level)]
    subprocess.run(checker, check=True, capture_output=True)
    said = json.loads((folder / level / "summary.json").read_text())
    return {
        "wall_s": wall,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "gap_percent": 100 * said["gap"],
        "posts_over_bound": said["posts"] / said["lower_bound_posts"],
        "officers_needed": said["officers_needed"],
    }


def country(folder: Path, level: str) -> dict[str, float]:
    """Posts, officers and bounds of the whole country in this process, one round; reading tables is counted apart."""
    from sinergi.planning.certificate import posts_of
    from sinergi.planning.model import GROUPINGS, Limits
    from sinergi.planning.posts import group_posts
    from sinergi.planning.tables import read_patterns, read_stations, read_units
    from sinergi.planning.units import assign_units

    started = time.perf_counter()
    stations = read_stations((folder / "stations.csv").read_bytes(), "stations.csv")
    patterns = read_patterns((folder / "patterns.csv").read_bytes(), "patterns.csv")
    units = read_units((folder / "units.csv").read_bytes(), "units.csv")
    read, started, before = time.perf_counter() - started, time.perf_counter(), time.process_time()
    grouping = next(one for one in GROUPINGS if one == level)
    plan = group_posts(stations, patterns, grouping, Limits(rounds=1))
    posts_s, posts_cpu_s = time.perf_counter() - started, time.process_time() - before
    sent = assign_units(posts_of(stations, plan), units)
    pairs = [group for group in plan.groups if group.pattern.stations == 2]
    return {
        "read_s": read,
        "wall_s": time.perf_counter() - started,
        "cpu_s": time.process_time() - before,
        "posts_s": posts_s,
        "posts_cpu_s": posts_cpu_s,
        "officers_gap_mm": sent.cost_mm - sent.bound_mm,
        "officers_lent": sent.lent,
        "officers_missing": int(sent.missing.sum()),
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "posts": len(plan.anchor),
        "posts_over_bound": len(plan.anchor) / plan.lower_bound_posts,
        "officers_needed": sum(pattern.police_min for pattern in plan.pattern),
        "travel_km": plan.travel_m / 1000,
        "gap_percent": 100 * (plan.travel_m / plan.lower_bound_travel_m - 1),
        # With two stations per post the pairing is exact (PL-P5).
        "gap_percent_of_pairs": 100
        * (sum(g.travel_m for g in pairs) / max(1e-9, sum(g.travel_bound_m for g in pairs)) - 1),
    }


def villages() -> Iterator[dict[str, str]]:
    """The rows of the village table."""
    with gzip.open(VILLAGES, "rt") as file:
        yield from csv.DictReader(file)


def write(folder: Path, regencies: tuple[str, ...]) -> None:
    """The three tables of these regencies (none: of all) in `folder`."""
    folder.mkdir()
    chance = np.random.default_rng(1)
    at: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with open(folder / "stations.csv", "w") as file:
        file.write(STATIONS + "\n")
        for row in villages():
            if regencies and row["regency_code"] not in regencies:
                continue
            count = int(row["tps_count"])
            spread, drawn = chance.normal(0, SPREAD, (count, 2)), chance.random(count)
            for k in range(count):
                lat, lon = float(row["lat"]) + spread[k, 0], float(row["lon"]) + spread[k, 1]
                risk = ("low", "medium", "high", "special")[int(np.searchsorted((0.914, 0.991, 0.9985), drawn[k]))]
                areas = f"{row['code']},{row['district_code']},{row['regency_code']}"
                file.write(f"{row['code']}{k + 1:03d},{areas},{lat:.6f},{lon:.6f},,{risk}\n")
                at[row["regency_code"], row["district_code"]].append((lat, lon))
    with open(folder / "units.csv", "w") as file:
        file.write(UNITS + "\n")
        whole: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for (regency, district), points in at.items():
            lat, lon = np.mean(points, axis=0)
            officers = int(len(points) * chance.uniform(0.3, 0.9)) + 2
            file.write(f"S{district},Polsek {district},sector,{regency},{lat:.6f},{lon:.6f},{officers},1\n")
            whole[regency] += points
        for regency, points in whole.items():
            lat, lon = np.mean(points, axis=0)
            file.write(f"R{regency},Polres {regency},regency,{regency},{lat:.6f},{lon:.6f},{len(points) // 10},0\n")
    (folder / "patterns.csv").write_text(PATTERNS)


if __name__ == "__main__":
    main()
