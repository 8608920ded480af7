"""What no assignment can go below: a Lagrangian bound of the capacitated p-median.

Every point may be served or not, at a price `worth[i]` for leaving it out; then each place decides alone which points
would pay for it as a median (a knapsack), and the p best places are taken. For any prices the result is a bound; good
prices are found by following subgradients. Only places near a point are looked at: a point's worth is held below the
distance of the last of them, so no other place could gain by it and the bound holds for all places.

`bound` is in float64, each operation as written (no fast-math), less a margin far above what rounding can add up to.
"""

from __future__ import annotations

import math

import numpy as np

from sinergi.planning.compiled import compiled
from sinergi.planning.median_search import Flags, distance, two_nearest
from sinergi.planning.model import Floats, Integers

# A knapsack that is not decided after so many branches counts as its relaxation, which is also a bound.
BRANCHES = 3000
# Relative margin: the rounding of some ten thousand additions stays below 3e-12 of their magnitudes.
MARGIN = 1e-11


@compiled
def nearest(at: Floats, count: int) -> tuple[Integers, Integers, Floats, Floats]:
    """For every point its `count` nearest places (itself among them), seen from the places.

    Returns `start` (n + 1), `whom` and `far`: place j may serve `whom[start[j]:start[j + 1]]`, at those distances; and
    `ceiling` (n), the distance of each point to the last place it is listed at (infinite where all are listed).
    """
    n = at.shape[0]
    listed = np.empty((n, count), np.int64)
    ceiling = np.full(n, math.inf)
    row = np.empty(n)
    start = np.zeros(n + 1, np.int64)
    for i in range(n):
        for j in range(n):
            row[j] = distance(at, i, j)
        if count < n:
            edge = np.partition(row, count - 1)[count - 1]
            ceiling[i] = edge
            k = 0
            for j in range(n):
                if row[j] < edge:
                    listed[i, k] = j
                    k += 1
            for j in range(n):
                if row[j] == edge and k < count:
                    listed[i, k] = j
                    k += 1
        else:
            for j in range(n):
                listed[i, j] = j
        for k in range(count):
            start[listed[i, k] + 1] += 1
    for j in range(n):
        start[j + 1] += start[j]
    whom, far = np.empty(n * count, np.int64), np.empty(n * count)
    next_free = start[:n].copy()
    for i in range(n):
        for k in range(count):
            j = listed[i, k]
            whom[next_free[j]] = i
            far[next_free[j]] = distance(at, i, j)
            next_free[j] += 1
    return start, whom, far, ceiling


@compiled
def relaxed(
    j: int,
    start: Integers,
    whom: Integers,
    far: Floats,
    demand: Floats,
    room: float,
    worth: Floats,
    item: Integers,
    gain: Floats,
    weight: Floats,
) -> tuple[float, int, int, float]:
    """The most that place `j` gains when points may be split; those that gain, densest first, into `item` and so on.

    Returns the gain, how many points gain, how many of them are served whole, and the share of the next one.
    """
    k = 0
    total = all_gain = 0.0
    for x in range(start[j], start[j + 1]):
        i = whom[x]
        if worth[i] > far[x]:
            item[k] = i
            gain[k] = worth[i] - far[x]
            weight[k] = demand[i]
            total += demand[i]
            all_gain += gain[k]
            k += 1
    if total <= room:
        return all_gain, k, k, 0.0
    dense = np.empty(k)
    for x in range(k):
        dense[x] = -gain[x] / weight[x] if weight[x] > 0.0 else -math.inf
    order = np.argsort(dense)
    item[:k], gain[:k], weight[:k] = item[:k][order], gain[:k][order], weight[:k][order]
    left, value = room, 0.0
    for x in range(k):
        if weight[x] > left:
            return value + gain[x] * (left / weight[x]), k, x, left / weight[x]
        value += gain[x]
        left -= weight[x]
    return value, k, k, 0.0


@compiled
def whole(gain: Floats, weight: Floats, k: int, room: float, inside: Flags, best_inside: Flags) -> tuple[float, bool]:
    """The most that the `k` points (densest first) bring when each is served whole or not at all.

    Depth first with the relaxation as bound. Returns the value and whether it was decided; writes `best_inside`.
    """
    best, value, left = -1.0, 0.0, room
    j = 0
    branches = 0
    while True:
        reach, spare = value, left
        for x in range(j, k):
            if weight[x] > spare:
                reach += gain[x] * (spare / weight[x])
                break
            reach += gain[x]
            spare -= weight[x]
        if reach > best:
            while j < k and weight[j] <= left:
                inside[j] = True
                value += gain[j]
                left -= weight[j]
                j += 1
            if j < k:
                inside[j] = False
                j += 1
                continue
            if value > best:
                best = value
                best_inside[:k] = inside[:k]
        branches += 1
        if branches > BRANCHES:
            return best, False
        x = j - 1
        while x >= 0 and not inside[x]:
            x -= 1
        if x < 0:
            return best, True
        inside[x] = False
        value -= gain[x]
        left += weight[x]
        j = x + 1


@compiled
def bound(
    start: Integers,
    whom: Integers,
    far: Floats,
    ceiling: Floats,
    demand: Floats,
    room: Floats,
    p: int,
    worth: Floats,
    exact: bool,
    unserved: Floats,
    places: Integers,
) -> float:
    """The bound that the prices `worth` (n) prove, margin taken off; `exact` solves the knapsacks that matter whole.

    Holds `worth` below `ceiling`; writes `unserved` (1 less the times each point is served: the direction in which its
    price should move) and the p chosen `places`.
    """
    n = demand.shape[0]
    item, gain, weight = np.empty(n, np.int64), np.empty(n), np.empty(n)
    inside, best_inside = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    gains = np.empty(n)
    value = size = 0.0
    for i in range(n):
        worth[i] = min(worth[i], ceiling[i])
        value += worth[i]
        size += abs(worth[i])
    for j in range(n):
        gains[j] = relaxed(j, start, whom, far, demand, room[j], worth, item, gain, weight)[0]
    order = np.argsort(-gains)
    if exact:
        # By falling relaxed gain: once p whole gains are at least the next relaxed one, no later place matters.
        kept = np.full(p, -1.0)
        looked = 0
        for x in range(n):
            j = order[x]
            if gains[j] <= kept[p - 1]:
                break
            _, k, taken, _ = relaxed(j, start, whom, far, demand, room[j], worth, item, gain, weight)
            if taken < k:
                best, decided = whole(gain, weight, k, room[j], inside, best_inside)
                if decided:
                    gains[j] = min(gains[j], best)
            y = p - 1
            if gains[j] > kept[y]:
                while y > 0 and kept[y - 1] < gains[j]:
                    kept[y] = kept[y - 1]
                    y -= 1
                kept[y] = gains[j]
            looked = x + 1
        again = np.argsort(-gains[order[:looked]])
        order[:looked] = order[:looked][again]
    unserved[:] = 1.0
    for x in range(p):
        j = order[x]
        places[x] = j
        value -= gains[j]
        _, k, taken, share = relaxed(j, start, whom, far, demand, room[j], worth, item, gain, weight)
        decided = False
        if exact and taken < k:
            _, decided = whole(gain, weight, k, room[j], inside, best_inside)
        for y in range(k):
            size += gain[y]
            if decided:
                if best_inside[y]:
                    unserved[item[y]] -= 1.0
            elif y < taken:
                unserved[item[y]] -= 1.0
            elif y == taken:
                unserved[item[y]] -= share
    return float(value - size * (MARGIN + 8.0 * n * 2.3e-16))


@compiled
def first_prices(at: Floats, median: Integers) -> Floats:
    """Prices to begin with: the distance of each point to its second nearest median (the farthest, if there is one)."""
    n, p = at.shape[0], median.shape[0]
    worth = np.empty(n)
    for i in range(n):
        first, second = two_nearest(at, i, median)
        worth[i] = second if p > 1 else first
    return worth


@compiled
def climb(
    start: Integers,
    whom: Integers,
    far: Floats,
    ceiling: Floats,
    demand: Floats,
    room: Floats,
    p: int,
    worth: Floats,
    best_worth: Floats,
    state: Floats,
    goal: float,
    exact: bool,
    steps: int,
) -> bool:
    """Some subgradient steps on `worth` towards `goal`, a known cost; the best prices are kept in `best_worth`.

    `state`: best bound, length of a step, steps since the last gain; it goes on where an earlier call stopped. Returns
    whether further steps make sense.
    """
    n = demand.shape[0]
    unserved, direction = np.empty(n), np.zeros(n)
    places = np.empty(p, np.int64)
    for _ in range(steps):
        value = bound(start, whom, far, ceiling, demand, room, p, worth, exact, unserved, places)
        if value > state[0]:
            state[2] = 0.0 if value > state[0] + 1e-6 * abs(goal) else state[2] + 1.0
            state[0] = value
            best_worth[:] = worth
        else:
            state[2] += 1.0
        if state[2] >= 12.0:
            state[1] *= 0.7
            state[2] = 0.0
            worth[:] = best_worth
            direction[:] = 0.0
        direction[:] = unserved + 0.5 * direction
        length = (direction * direction).sum()
        if length < 1e-12 or state[1] < 1e-4 or state[0] >= goal * (1.0 - 1e-10):
            return False
        worth += state[1] * (goal - value) / length * direction
    return True
