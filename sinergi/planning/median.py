"""The capacitated p-median: which p of n points should serve all, none above its capacity, at the least total distance.

A median need not serve itself (as in the usual integer programme: sum over j of x[i, j] = 1, sum over i of
demand[i] x[i, j] <= capacity[j] y[j], sum of y = p). Distances are plain Euclidean, never rounded, and not weighted by
demand. Search and bound: `median_search.py`, `median_bound.py`; how they were measured: `bench/median.py`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sinergi.kernel.errors import Broken, Refused
from sinergi.planning import median_bound, median_search
from sinergi.planning.median_input import SLACK, Instance, fits, pack, read, whole_number
from sinergi.planning.model import Floats, Integers

# Steps of the first round for each median; every round takes twice as many as the one before it.
STEPS = 1_000
# A search without `rounds` ends before its time once so many rounds in a row found nothing better.
IDLE_ROUNDS = 5
# A round cools between these multiples of the mean distance of a point to its median.
HOT, COLD = 0.7, 0.02
# Subgradient steps with split and with whole points, and the share of the time that each kind may take.
BOUND_STEPS = ((False, 1_000), (True, 400))
BOUND_SHARE = 0.15
# Branches after which packing points into capacities is given up undecided.
PACKING_BRANCHES = 2_000_000


class Medians(NamedTuple):
    """`medians` (p, rising) and `assignment` (n) are numbers of points: point i is served by `assignment[i]`.

    `cost` is the sum of the distances; no assignment whatsoever costs less than `lower_bound`.
    """

    medians: Integers
    assignment: Integers
    cost: float
    lower_bound: float


def capacitated_p_median(
    coordinates: npt.ArrayLike,
    demand: npt.ArrayLike,
    capacity: npt.ArrayLike,
    medians: int,
    *,
    seconds: float = 10.0,
    seed: int = 0,
    rounds: int | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Medians:
    """Choose `medians` of the points and assign every point to one of them.

    `coordinates` (n, 2) in any unit of length, `demand` (n) at least 0, `capacity` one number or one for each point:
    the demand that it takes in as a median. Ends after `seconds`, or earlier when nothing better can be expected. With
    `rounds` the clock is never read: the same input, seed and number of rounds give the same answer. `stopped` is asked
    now and then; once it says so, the best so far is returned. The very first call on a machine compiles for some
    seconds, which do not count.

    Raises Refused, field `coordinates`, `demand`, `capacity`, `medians`, `seconds` or `rounds`, for input without
    meaning; code `MED-INFEASIBLE` where it is proven that no assignment keeps every capacity, and `MED-NOT-FOUND` where
    none was found though there may be one. A capacity is never exceeded; where demands have so many digits that they
    have no common unit (random fractions, say), loads are added up in float64, to one part in 10**12.
    """
    if not (isinstance(seconds, int | float) and math.isfinite(seconds) and seconds >= 0):
        raise Refused("Lama pencarian harus bilangan detik, paling sedikit 0.", code="MED-8", field="seconds")
    if rounds is not None:
        rounds = whole_number(rounds, "rounds", least=0)
    search = _Search(read(coordinates, demand, capacity, medians), seed)
    if rounds is None and not _compiled:
        capacitated_p_median([[0, 0], [1, 0], [3, 0], [4, 1]], [2, 2, 2, 1], 4, 2, rounds=1)
        _compiled.append(True)
    deadline = math.inf if rounds is not None else time.monotonic() + seconds

    def over() -> bool:
        return (stopped is not None and stopped()) or (rounds is None and time.monotonic() >= deadline)

    search.start()
    done = idle = 0
    while done < rounds if rounds is not None else idle < IDLE_ROUNDS:
        before = search.best
        search.anneal(over, deadline)
        done += 1
        idle = idle + 1 if search.best == before else 0
        if done == 1:
            search.prove(over, None if rounds is not None else seconds * BOUND_SHARE)
        if over() or search.proven():
            break
    if done == 0:
        search.prove(over, None)
    return search.answer()


_compiled: list[bool] = []


class _Search:
    """The state of one call: positions in a unit near 1, the clusters now and the best ones without overload."""

    def __init__(self, asked: Instance, seed: int) -> None:
        self.asked = asked
        spread = float(np.ptp(asked.coordinates, axis=0).max())
        # A power of two changes no digit, and keeps squares of tiny or huge distances from vanishing or overflowing.
        self.scale = 2.0 ** math.frexp(spread)[1] if spread > 0 else 1.0
        self.at = asked.coordinates / self.scale
        sown = np.random.SeedSequence(whole_number(seed, "seed", least=-(2**63)) % 2**64).generate_state(2)
        self.draws = (sown % 2147483000 + 1).astype(np.int64)
        n, p = len(self.at), asked.medians
        self.cluster, self.median = np.zeros(n, np.int64), np.zeros(p, np.int64)
        self.best_cluster, self.best_median = self.cluster.copy(), self.median.copy()
        self.best, self.bound = math.inf, 0.0
        self.round = 0
        self.packing = -1

    def start(self) -> None:
        """Medians far from each other, all to the nearest with room; packed without regard to distance if need be."""
        at, need, room = self.at, self.asked.need, self.asked.room
        median_search.spread(at, self.median, self.draws)
        median_search.fill(at, need, room, self.median, self.cluster)
        self._keep()
        if self.best == math.inf:
            self._pack(branches=20_000)

    def _loads(self, cluster: Integers) -> Floats:
        return np.bincount(cluster, weights=self.asked.need, minlength=self.asked.medians).astype(np.float64)

    def _cost(self, cluster: Integers, median: Integers) -> float:
        return float(np.hypot(*(self.at - self.at[median[cluster]]).T).sum())

    def _keep(self) -> None:
        """Take the present clusters as the best, if nothing is overloaded and they are cheaper."""
        if (self._loads(self.cluster) <= self.asked.room[self.median]).all():
            cost = self._cost(self.cluster, self.median)
            if cost < self.best:
                self.best, self.best_cluster[:], self.best_median[:] = cost, self.cluster, self.median

    def _pack(self, branches: int) -> None:
        """Any assignment at all. Raises Refused where it is proven that there is none."""
        need, room, p = self.asked.need, self.asked.room, self.asked.medians
        # If any medians can take everybody in, then those with the most room can.
        places = np.argsort(-room, kind="stable")[:p]
        items = np.argsort(-need, kind="stable")
        bins = np.empty(len(need), np.int64)
        self.packing = int(pack(need[items], room[places], bins, branches))
        if self.packing == 1:
            cluster = np.empty_like(self.cluster)
            cluster[items] = bins
            self.best_cluster[:], self.best_median[:] = cluster, places
            self.best = self._cost(cluster, places)
        elif self.packing == 0 and self.asked.whole:
            raise Refused(
                "Tidak mungkin: kebutuhan tiap titik tidak dapat dibagi ke %(medians)d pusat tanpa melebihi kapasitas, "
                "walaupun jumlah seluruhnya cukup.",
                code="MED-INFEASIBLE",
                field="medians",
                words={"medians": p},
            )

    def anneal(self, over: Callable[[], bool], deadline: float) -> None:
        """One round of the search, from the best there is; shortened to fit before `deadline` (endless: never)."""
        asked, n, p = self.asked, len(self.at), self.asked.medians
        size = n / p
        steps = math.ceil(STEPS * p * min(1.0, (100 / size) ** 2) * 2 ** min(self.round, 20))
        # About fifty milliseconds between two looks at the clock.
        chunk = max(1, min(5_000, int(0.05 / (2.5e-6 * size**2 + 4e-9 * p))))
        if self.round > 0 and self.best < math.inf:
            self.cluster[:], self.median[:] = self.best_cluster, self.best_median
        self.round += 1
        mean = max(self._cost(self.cluster, self.median) / n, 1e-9)
        price = 4.0 * mean / max(float(asked.need.mean()), 1e-300)
        began, done = time.monotonic() if deadline < math.inf else 0.0, 0
        while done < steps and not over():
            last = min(done + chunk, steps)
            self.best, overload = median_search.search(
                self.at,
                asked.need,
                asked.room,
                self.cluster,
                self.median,
                self.best_cluster,
                self.best_median,
                self.best,
                self.draws,
                done,
                last,
                steps,
                HOT * mean,
                COLD * mean,
                price,
            )
            done = last
            if overload > 0:
                price = min(price * 1.5, 1e9)
            if deadline < math.inf:
                now = time.monotonic()
                fits = done + int(done * max(0.0, deadline - now) / max(now - began, 1e-3))
                steps = min(steps, max(fits, done))
        if self.best == math.inf and self.packing == -1:
            self._pack(PACKING_BRANCHES)

    def prove(self, over: Callable[[], bool], seconds: float | None) -> None:
        """Find a bound: with split points first, then with whole ones, `seconds` for each kind (None: all steps)."""
        if self.best == math.inf:
            return
        n, p = len(self.at), self.asked.medians
        listed = min(n, max(64, 10 * math.ceil(n / p)), max(1, 20_000_000 // n))
        start, whom, far, ceiling = median_bound.nearest(self.at, listed)
        room = self.asked.room if self.asked.whole else self.asked.room * (1.0 + SLACK)
        worth = median_bound.first_prices(self.at, self.best_median)
        best_worth = worth.copy()
        state = np.array([-math.inf, 1.5, 0.0])
        # Steps between two looks at the clock, fewer where each one is long.
        between = max(1, min(10, 2_000_000 // (n * listed)))
        for exact, steps in BOUND_STEPS:
            began = time.monotonic() if seconds is not None else 0.0
            worth[:], state[1:] = best_worth, (1.5 if not exact else 0.5, 0.0)
            for _ in range(0, steps, between):
                more = median_bound.climb(
                    start,
                    whom,
                    far,
                    ceiling,
                    self.asked.need,
                    room,
                    p,
                    worth,
                    best_worth,
                    state,
                    self.best,
                    exact,
                    between,
                )
                if not more or over() or (seconds is not None and time.monotonic() - began > seconds):
                    break
        self.bound = max(0.0, float(state[0]))

    def proven(self) -> bool:
        """Whether the bound leaves nothing to gain."""
        return self.best - self.bound <= 1e-9 * self.best

    def answer(self) -> Medians:
        """The best, measured again on what was asked. Raises Refused where nothing fits or was found."""
        if self.best == math.inf:
            raise Refused(
                "Belum ditemukan pembagian yang menjaga semua kapasitas; belum terbukti pula tidak ada. Beri waktu "
                "lebih lama, satu pusat lagi, atau kapasitas lebih besar.",
                code="MED-NOT-FOUND",
                field="capacity",
            )
        asked = self.asked
        assignment = self.best_median[self.best_cluster]
        medians = np.sort(self.best_median)
        for median in medians:
            load, capacity = asked.demand[assignment == median], float(asked.capacity[median])
            if not fits(load, capacity) and (asked.whole or math.fsum(load) > capacity * (1.0 + 1e-12)):
                raise Broken(f"median {median} carries more than its capacity")
        cost = math.fsum(np.hypot(*(asked.coordinates - asked.coordinates[assignment]).T))
        bound = self.bound * self.scale
        if bound > cost * (1.0 + 1e-9) or len(np.unique(medians)) != asked.medians:
            raise Broken(f"bound {bound} above cost {cost}, or a median taken twice")
        return Medians(medians, assignment, cost, min(bound, cost))
