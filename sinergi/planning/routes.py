"""Ballot boxes under escort (docs/planning.md): routes of vehicles with time windows, out and back.

Vehicle routing with time windows, limited loads and limited duty. First an insertion where each stop lengthens the way
least (Solomon, 1987); then ruin and recreate (Schrimpf et al., 2000; Christiaens and Vanden Berghe, 2020): strings of
neighbouring stops are taken out and put back, kept by the rule of simulated annealing. No bound of any use is known for
these; what is claimed is that every window, load and duty is kept, and the metres.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sinergi.kernel.errors import Refused
from sinergi.planning.clusters import on_sphere, shuffled
from sinergi.planning.compiled import compiled
from sinergi.planning.model import Floats, Integers, Limits
from sinergi.planning.units import metres_mm

# Rounds of ruin and recreate between two looks at the clock; the rounds of `Limits` count these.
BLOCK = 2_000
# What an undelivered stop weighs against metres (mm): more than any way.
LEFT_MM = 10_000_000_000


@dataclass(frozen=True)
class Stops:
    """Where boxes go (or come from): degrees, boxes, and seconds: earliest and latest arrival, time at the stop."""

    lat: Floats
    lon: Floats
    boxes: Integers
    earliest: Integers
    latest: Integers
    service: Integers

    def __len__(self) -> int:
        return len(self.lat)


@dataclass(frozen=True)
class Fleet:
    """Vehicles of one depot: how many boxes each bears, and seconds: from when, until when back, and longest duty."""

    lat: float
    lon: float
    boxes: Integers
    opens: int
    closes: int
    most_duty: int
    metres_per_second: float
    detour: float = 1.35

    def __len__(self) -> int:
        return len(self.boxes)


@dataclass(frozen=True)
class RoutePlan:
    """`routes`: stops (positions) of each vehicle in order; `left`: stops that no vehicle can serve in time.

    `departs` per vehicle and `arrival` per stop (when it is served; −1: left) in seconds; `metres` are those driven,
    straight lines times the detour of the fleet.
    """

    routes: list[list[int]]
    departs: list[int]
    left: list[int]
    arrival: Integers
    metres: float
    rounds: int


def route(
    stops: Stops,
    fleet: Fleet,
    limits: Limits,
    *,
    clock: Callable[[], float] = time.monotonic,
    stopped: Callable[[], bool] = lambda: False,
) -> RoutePlan:
    """The best routes found within `limits`: as many stops served as found possible, then the fewest metres.

    The same seed and rounds give the same routes. Raises Refused, field `stops` or `fleet`, for what cannot be driven.
    """
    began = clock()
    plan = None
    wanted = limits.rounds if limits.rounds is not None else (10 if limits.seconds is None else 1_000_000)
    for plan in refine(stops, fleet, limits.seed):
        over = stopped() or (limits.seconds is not None and clock() - began >= limits.seconds)
        if plan.rounds >= wanted or over:
            break
    if plan is None:
        raise Refused("Tidak ada tujuan.", code="REN-19", field="stops")
    return plan


def wave_back(out: Stops, released: Integers, latest: int) -> Stops:
    """The second wave: the same stops, boxes fetched once they are `released` (seconds), all by `latest`."""
    return Stops(out.lat, out.lon, out.boxes, released, np.full(len(out), latest, np.int64), out.service)


def shortest_m(stops: Stops, fleet: Fleet) -> float:
    """Metres that no routes to all these stops go below, whatever their windows.

    The greater of two: the shortest tree that joins depot and stops (routes join them too); and, ways being metric,
    those out and back by shares of a load, 2 Σ boxes × way ÷ the largest load (Haimovich and Rinnooy Kan, 1985).
    """
    way, _ = driven(stops, fleet)
    far = way[0].copy()
    loose = np.ones(len(far), bool)
    loose[0] = False
    tree = 0
    while loose.any():
        one = int(np.where(loose, far, np.iinfo(np.int64).max).argmin())
        tree += int(far[one])
        loose[one] = False
        far = np.minimum(far, way[one])
    shares = 2 * int((stops.boxes * way[0, 1:]).sum()) // int(fleet.boxes.max())
    # Ways are rounded to the millimetre, each up to half of one.
    return max(0, max(tree, shares) - 2 * len(far)) / 1000.0


def driven(stops: Stops, fleet: Fleet) -> tuple[Integers, Integers]:
    """Millimetres and seconds (rounded up) between all places, the depot first."""
    points = np.concatenate((on_sphere(np.array([fleet.lat]), np.array([fleet.lon])), on_sphere(stops.lat, stops.lon)))
    way = np.rint(np.stack([metres_mm(points, at) for at in points]) * fleet.detour).astype(np.int64)
    return way, np.ceil(way / (1000.0 * fleet.metres_per_second)).astype(np.int64)


def refine(stops: Stops, fleet: Fleet, seed: int) -> Iterator[RoutePlan]:
    """Ever better plans: the first after a quarter of BLOCK trials, then one after each BLOCK. Without an end."""
    _check(stops, fleet)
    way, drive = driven(stops, fleet)
    n, v = len(stops), len(fleet)
    early, late = (
        np.concatenate(([t], times)) for t, times in ((fleet.opens, stops.earliest), (fleet.closes, stops.latest))
    )
    service, load = (np.concatenate(([0], part)).astype(np.int64) for part in (stops.service, stops.boxes))
    near = np.argsort(way[1:, 1:], axis=1, kind="stable").astype(np.int64)
    after, size = np.full((v, n + 1), 0, np.int64), np.zeros(v, np.int64)
    state = np.array([max(1, seed * 2_654_435_761 % 2_147_483_647)], np.int64)
    _recreate(
        after, size, np.arange(1, n + 1), way, drive, early, late, service, load, fleet.boxes, fleet.most_duty, state, 0
    )
    best, best_size = after.copy(), size.copy()
    rounds = 0
    typical = max(1.0, float(np.median(way[way > 0]))) if (way > 0).any() else 1.0
    # An insertion alone is twice as long as need be: the first answer has a quarter of a round behind it.
    trials = max(1, BLOCK // 4)
    while True:
        heat = typical * 0.3 * 0.9 ** min(rounds, 60)
        _ruin_and_recreate(
            after,
            size,
            best,
            best_size,
            near,
            way,
            drive,
            early,
            late,
            service,
            load,
            fleet.boxes,
            fleet.most_duty,
            state,
            trials,
            heat,
        )
        yield _told(best, best_size, way, drive, early, late, service, n, rounds)
        rounds, trials = rounds + 1, BLOCK


def _check(stops: Stops, fleet: Fleet) -> None:
    columns = (stops.lon, stops.boxes, stops.earliest, stops.latest, stops.service)
    sound = len(stops) > 0 and all(len(column) == len(stops) for column in columns)
    if (
        not sound
        or not (np.isfinite(stops.lat) & np.isfinite(stops.lon)).all()
        or min(stops.boxes.min(), stops.service.min()) < 0
    ):
        raise Refused(
            "Tiap tujuan harus punya titik, jumlah kotak, dan waktu di tempat yang tidak kurang dari 0.",
            code="REN-19",
            field="stops",
        )
    if (stops.earliest > stops.latest).any():
        raise Refused(
            "Tujuan nomor %(stop)s: waktu paling awal sesudah waktu paling akhir.",
            code="REN-20",
            field="stops",
            words={"stop": int((stops.earliest > stops.latest).argmax()) + 1},
        )
    if (
        len(fleet) < 1
        or fleet.boxes.min() < 1
        or fleet.closes <= fleet.opens
        or fleet.most_duty < 1
        or not 0 < fleet.metres_per_second < math.inf
        or not 1.0 <= fleet.detour < math.inf
    ):
        raise Refused(
            "Armada harus punya kendaraan yang memuat paling sedikit satu kotak, jam buka, dan kecepatan.",
            code="REN-21",
            field="fleet",
        )


def _told(
    best: Integers,
    size: Integers,
    way: Integers,
    drive: Integers,
    early: Integers,
    late: Integers,
    service: Integers,
    n: int,
    rounds: int,
) -> RoutePlan:
    routes = [[int(stop) - 1 for stop in best[k, : size[k]]] for k in range(len(size))]
    arrival = np.full(n, -1, np.int64)
    total = 0
    departs = []
    for stops in routes:
        # First as early as the depot allows; then as much later as no window minds, so that nobody waits for nothing.
        start = int(early[0])
        for again in (False, True):
            at, here, waited, slack = start, 0, 0, int(late[0] - early[0])
            for stop in (s + 1 for s in stops):
                at += int(drive[here, stop])
                slack = min(slack, int(late[stop]) - at + waited)
                waited += max(0, int(early[stop]) - at)
                at = max(at, int(early[stop]))
                arrival[stop - 1] = at
                at += int(service[stop])
                total += int(way[here, stop]) * again
                here = stop
            slack = min(slack, int(late[0] - drive[here, 0]) - at + waited)
            start += 0 if again else min(waited, slack)
        total += int(way[here, 0])
        departs.append(start)
    served = {stop for stops in routes for stop in stops}
    return RoutePlan(routes, departs, [i for i in range(n) if i not in served], arrival, total / 1000.0, rounds)


@compiled
def _is_sound(
    line: Integers, count: int, drive: Integers, early: Integers, late: Integers, service: Integers, most_duty: int
) -> bool:
    """Whether a vehicle can serve these stops in order: windows, back before the depot closes, duty not too long."""
    if count == 0:
        return True
    at = early[0]
    here = 0
    # How much later the start could be: the least slack between arrival and latest, waiting added.
    waited, slack = 0, late[0] - early[0]
    for k in range(count):
        stop = line[k]
        at += drive[here, stop]
        if at > late[stop]:
            return False
        slack = min(slack, late[stop] - at + waited)
        if at < early[stop]:
            waited += early[stop] - at
            at = early[stop]
        at += service[stop]
        here = stop
    at += drive[here, 0]
    if at > late[0]:
        return False
    slack = min(slack, late[0] - at + waited)
    # Starting later takes waiting away, as far as the windows allow.
    duty: bool = at - early[0] - min(waited, slack) <= most_duty
    return duty


@compiled
def _recreate(
    after: Integers,
    size: Integers,
    loose: Integers,
    way: Integers,
    drive: Integers,
    early: Integers,
    late: Integers,
    service: Integers,
    load: Integers,
    boxes: Integers,
    most_duty: int,
    state: Integers,
    blink: int,
) -> int:
    """Put loose stops back where each lengthens the way least; how many found no place.

    In an order by chance, by latest arrival, or by distance; a place is passed over once in `blink` (0: never).
    """
    n, v = len(loose), len(size)
    key = np.empty(n)
    state[0] = shuffled(state[0])
    rule = state[0] % 4
    for i in range(n):
        state[0] = shuffled(state[0])
        if rule == 0:
            key[i] = state[0]
        elif rule == 1:
            key[i] = late[loose[i]]
        elif rule == 2:
            key[i] = -way[0, loose[i]]
        else:
            key[i] = late[loose[i]] - early[loose[i]]
    order = np.argsort(key, kind="mergesort")
    trial = np.empty(after.shape[1], np.int64)
    held = np.zeros(v, np.int64)
    for k in range(v):
        for j in range(size[k]):
            held[k] += load[after[k, j]]
    left = 0
    for place in order:
        stop = loose[place]
        best, best_k, best_j = -1, -1, -1
        empty = False
        for k in range(v):
            if held[k] + load[stop] > boxes[k]:
                continue
            if size[k] == 0:
                # Of equal empty vehicles one is enough to try.
                if empty:
                    continue
                empty = k + 1 < v and boxes[k] == boxes[k + 1]
            for j in range(size[k] + 1):
                if blink > 0:
                    state[0] = shuffled(state[0])
                    if state[0] % blink == 0:
                        continue
                one = after[k, j - 1] if j > 0 else 0
                two = after[k, j] if j < size[k] else 0
                more = way[one, stop] + way[stop, two] - way[one, two]
                if best >= 0 and more >= best:
                    continue
                for m in range(j):
                    trial[m] = after[k, m]
                trial[j] = stop
                for m in range(j, size[k]):
                    trial[m + 1] = after[k, m]
                if _is_sound(trial, size[k] + 1, drive, early, late, service, most_duty):
                    best, best_k, best_j = more, k, j
        if best_k < 0:
            left += 1
            continue
        for m in range(size[best_k], best_j, -1):
            after[best_k, m] = after[best_k, m - 1]
        after[best_k, best_j] = stop
        size[best_k] += 1
        held[best_k] += load[stop]
    return left


@compiled
def _cost(after: Integers, size: Integers, way: Integers, n: int) -> int:
    total, served = 0, 0
    for k in range(len(size)):
        here = 0
        for j in range(size[k]):
            total += way[here, after[k, j]]
            here = after[k, j]
        total += way[here, 0]
        served += size[k]
    return total + (n - served) * LEFT_MM


@compiled
def _ruin_and_recreate(
    after: Integers,
    size: Integers,
    best: Integers,
    best_size: Integers,
    near: Integers,
    way: Integers,
    drive: Integers,
    early: Integers,
    late: Integers,
    service: Integers,
    load: Integers,
    boxes: Integers,
    most_duty: int,
    state: Integers,
    times: int,
    heat: float,
) -> None:
    """`times` trials from `after`, cooling to a hundredth of `heat` (mm); the best ever stays in `best`."""
    n, v = len(near), len(size)
    now, least = _cost(after, size, way, n), _cost(best, best_size, way, n)
    kept, kept_size = after.copy(), size.copy()
    of = np.full(n + 1, -1, np.int64)
    cooling = 0.01 ** (1.0 / times)
    loose = np.empty(n, np.int64)
    for _ in range(times):
        heat *= cooling
        of[:] = -1
        for k in range(v):
            for j in range(size[k]):
                of[after[k, j]] = k
        count = 0
        for i in range(1, n + 1):
            if of[i] < 0:
                loose[count] = i
                count += 1
        state[0] = shuffled(state[0])
        seed = state[0] % n
        state[0] = shuffled(state[0])
        strings = 1 + state[0] % 4
        # Around one stop, a string out of each of some neighbouring routes.
        for step in range(n):
            if strings == 0:
                break
            stop = near[seed, step] + 1
            k = of[stop]
            if k < 0:
                continue
            at = 0
            while after[k, at] != stop:
                at += 1
            state[0] = shuffled(state[0])
            long = 1 + state[0] % min(10, size[k])
            state[0] = shuffled(state[0])
            first = max(0, min(at - state[0] % long, size[k] - long))
            for j in range(first, first + long):
                loose[count] = after[k, j]
                count += 1
            for j in range(first + long, size[k]):
                after[k, j - long] = after[k, j]
            size[k] -= long
            for i in range(n + 1):
                # Each route gives one string only.
                if of[i] == k:
                    of[i] = -2
            strings -= 1
        _recreate(after, size, loose[:count], way, drive, early, late, service, load, boxes, most_duty, state, 100)
        cost = _cost(after, size, way, n)
        state[0] = shuffled(state[0])
        chance = max(1, state[0]) / 4294967296.0
        if cost < now - heat * math.log(chance):
            now = cost
            kept[:] = after
            kept_size[:] = size
            if cost < least:
                least = cost
                best[:] = after
                best_size[:] = size
        else:
            after[:] = kept
            size[:] = kept_size
