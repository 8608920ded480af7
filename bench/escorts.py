"""Routes of 200 stops beside PyVRP, where that is installed (`pip install pyvrp`; never needed to run).

`python -m bench.escorts 3` measures three rounds: the first answer, ten seconds, and PyVRP's result after sixty. Every
plan of ours is judged by the rules again, from the points alone; PyVRP's by the solver.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any

import numpy as np

from bench import probes
from sinergi.planning.model import Limits
from sinergi.planning.routes import Fleet, RoutePlan, Stops, driven, refine, route

STOPS, VEHICLES, HOUR = 200, 24, 3600
# First answer (PL-P20); ours at ten seconds over the peer's after sixty (PL-P19).
FIRST_S, RATIO = 1.0, 1.01


def main() -> None:
    """Measure, print, write bench/results/escorts.json."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    rounds, machines = [], []
    # Compiled once and kept.
    next(refine(*case(0), 0))
    route(*case(0), Limits(rounds=1))
    for number in range(many):
        machines.append(probes.machine())
        stops, fleet = case(number)
        started, before = time.perf_counter(), time.process_time()
        first = next(refine(stops, fleet, 0))
        found = {"first_s": time.perf_counter() - started, "first_cpu_s": time.process_time() - before}
        before = time.process_time()
        plan = route(stops, fleet, Limits(seconds=10.0, seed=number))
        found |= {"ten_cpu_s": time.process_time() - before, "ten_km": plan.metres / 1000, "bar_first_s": FIRST_S}
        found |= {"first_km": first.metres / 1000, "left": float(len(first.left) + len(plan.left))}
        for one in (first, plan):
            judge(stops, fleet, one)
        beside = peer(stops, fleet)
        if beside:
            found["bar_peer_km"] = RATIO * beside[0]
        rounds.append(found)
        print(f"round {number + 1} of {many}: {found}", flush=True)
    machines.append(probes.machine())
    ratios = [("PL-P20 1 s / first routes of 200 stops", "bar_first_s", "first_s")]
    if all("bar_peer_km" in found for found in rounds):
        ratios.append(("PL-P19 1.01 of PyVRP after 60 s / ours after 10 s (km)", "bar_peer_km", "ten_km"))
    probes.tell("escorts", rounds, ratios, machines=machines)


def case(seed: int) -> tuple[Stops, Fleet]:
    """Stops within some forty kilometres, four kinds of windows, three to seven boxes."""
    chance = np.random.default_rng(seed)
    kind = chance.integers(0, 4, STOPS)
    return (
        Stops(
            lat=1.5 + chance.uniform(-0.35, 0.35, STOPS),
            lon=99.3 + chance.uniform(-0.35, 0.35, STOPS),
            boxes=chance.integers(3, 8, STOPS),
            earliest=np.array([0, 0, 3 * HOUR, 6 * HOUR])[kind],
            latest=np.array([12 * HOUR, 6 * HOUR, 9 * HOUR, 12 * HOUR])[kind],
            service=np.full(STOPS, 600),
        ),
        Fleet(1.5, 99.3, np.full(VEHICLES, 75), 0, 14 * HOUR, 12 * HOUR, 40 / 3.6),
    )


def judge(stops: Stops, fleet: Fleet, plan: RoutePlan) -> None:
    """Raises where a window, a load or a duty is not kept."""
    _, drive = driven(stops, fleet)
    for k, line in enumerate(plan.routes):
        at, here = plan.departs[k], 0
        for i in line:
            at = max(at + int(drive[here, i + 1]), int(stops.earliest[i]))
            if at > stops.latest[i]:
                raise SystemExit(f"stop {i} is late")
            at, here = at + int(stops.service[i]), i + 1
        back = at + int(drive[here, 0])
        late = back > fleet.closes or back - plan.departs[k] > fleet.most_duty
        if late or sum(stops.boxes[i] for i in line) > fleet.boxes[k]:
            raise SystemExit(f"vehicle {k} carries or drives too much")


def peer(stops: Stops, fleet: Fleet) -> list[float]:
    """Kilometres of PyVRP after sixty seconds; nothing where it is not installed or finds no plan."""
    try:
        pyvrp: Any = importlib.import_module("pyvrp")
        stop: Any = importlib.import_module("pyvrp.stop")
    except ImportError:
        print("PyVRP is not installed; nothing stands beside ours")
        return []
    way, drive = driven(stops, fleet)
    model = pyvrp.Model()
    points = [model.add_location(float(x), float(y)) for x, y in [(fleet.lon, fleet.lat), *zip(stops.lon, stops.lat)]]  # noqa: B905
    depot = model.add_depot(points[0], tw_early=fleet.opens, tw_late=fleet.closes)
    model.add_vehicle_type(
        num_available=len(fleet),
        capacity=int(fleet.boxes[0]),
        start_depot=depot,
        end_depot=depot,
        shift_duration=fleet.most_duty,
    )
    for i in range(len(stops)):
        model.add_client(
            points[i + 1],
            delivery=int(stops.boxes[i]),
            service_duration=int(stops.service[i]),
            tw_early=int(stops.earliest[i]),
            tw_late=int(stops.latest[i]),
        )
    for a, one in enumerate(points):
        for b, two in enumerate(points):
            model.add_edge(one, two, distance=round(way[a, b] / 1000), duration=int(drive[a, b]))
    result = model.solve(stop.MaxRuntime(60), display=False)
    return [result.cost() / 1000] if result.is_feasible() else []


if __name__ == "__main__":
    main()
