"""Clusters of at most Y stations around one of them: the loops over one group, on a matrix of metres.

A cluster costs the sum of the metres from its members to its best anchor, which is one of them. The matrix holds
BEYOND where a station is farther from an anchor than the radius allows; a cluster that costs BEYOND or more is not
allowed, and a search that starts with such clusters rids itself of them first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sinergi.kernel.places import EARTH_RADIUS_M
from sinergi.planning.compiled import compiled
from sinergi.planning.model import Floats, Integers

# More than what any allowed cluster costs, and small enough that sums with it still tell hundredths of a millimetre.
BEYOND = 1e10
NEIGHBOURS = 16
# Metres lost to rounding, at most, of each distance and of each sum: a station so little beyond the radius is within
# it, and bounds that are published are lowered by it.
ROUNDING_M = 1e-6
MASK = 0xFFFFFFFF


@compiled
def metres_between(at: Floats, radius_m: float) -> Floats:
    """Great-circle metres between all points `at` (n × 3, on the unit sphere); BEYOND where more than `radius_m`
    and a micrometre.

    Row: station, column: anchor. Symmetric, zero on the diagonal and between identical points.
    """
    n = at.shape[0]
    metres = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            x, y, z = at[i, 0] - at[j, 0], at[i, 1] - at[j, 1], at[i, 2] - at[j, 2]
            half = math.sqrt(x * x + y * y + z * z) / 2.0
            far = 2.0 * EARTH_RADIUS_M * math.asin(min(1.0, half))
            if far > radius_m + ROUNDING_M:
                far = BEYOND
            metres[i, j] = far
            metres[j, i] = far
    return metres


@compiled
def nearest_first(metres: Floats, count: int) -> Integers:
    """The `count` nearest others of every station, nearest first, ties by position (n × count)."""
    n = metres.shape[0]
    nearest = np.empty((n, count), np.int64)
    best = np.empty(count)
    for i in range(n):
        held = 0
        for j in range(n):
            if j == i:
                continue
            far = metres[i, j]
            if held == count and far >= best[held - 1]:
                continue
            if held < count:
                held += 1
            k = held - 1
            while k > 0 and best[k - 1] > far:
                best[k] = best[k - 1]
                nearest[i, k] = nearest[i, k - 1]
                k -= 1
            best[k] = far
            nearest[i, k] = j
    return nearest


@compiled
def shuffled(state: int) -> int:
    """The next state of a generator of 32 bits (xorshift); never zero when `state` is not."""
    state ^= (state << 13) & MASK
    state ^= state >> 17
    state ^= (state << 5) & MASK
    return state


@compiled
def cost_of(metres: Floats, of: Integers, clusters: int) -> tuple[Floats, Integers]:
    """Cost and anchor of each cluster, added up in the order of stations; anchor −1 where a cluster is empty."""
    n = metres.shape[0]
    cost = np.zeros(clusters)
    anchor = np.full(clusters, -1, np.int64)
    start = np.zeros(clusters + 1, np.int64)
    for i in range(n):
        start[of[i] + 1] += 1
    for c in range(clusters):
        start[c + 1] += start[c]
    member = np.empty(n, np.int64)
    fill = start[:-1].copy()
    for i in range(n):
        member[fill[of[i]]] = i
        fill[of[i]] += 1
    for c in range(clusters):
        for a in range(start[c], start[c + 1]):
            total = 0.0
            for b in range(start[c], start[c + 1]):
                total += metres[member[b], member[a]]
            if anchor[c] < 0 or total < cost[c]:
                cost[c] = total
                anchor[c] = member[a]
    return cost, anchor


@compiled
def anneal(
    metres: Floats,
    nearest: Integers,
    of: Integers,
    clusters: int,
    most: int,
    moves: int,
    hot: float,
    cold: float,
    seed: int,
) -> Integers:
    """A clustering no worse than `of`, after `moves` random shifts and swaps between neighbours and then a descent.

    Every move is judged by the exact cost of both clusters with their best anchors, kept up to date through the sums of
    metres from each station to its cluster. `hot` and `cold` are the first and last temperature in metres.
    """
    n = metres.shape[0]
    count = nearest.shape[1]
    of = of.copy()
    member, size, sums, cost = _begun(metres, of, clusters, most)
    total = cost.sum()
    best, best_of = total, of.copy()
    fresh = np.zeros(2 * most + 2)
    cooling = (cold / hot) ** (1.0 / max(1, moves))
    heat = hot
    state = seed
    for _ in range(moves):
        heat *= cooling
        state = shuffled(state)
        i = state % n
        state = shuffled(state)
        j = nearest[i, state % count]
        a, b = of[i], of[j]
        if a == b:
            continue
        state = shuffled(state)
        # A full cluster only swaps; one with room takes the station alone as often as each swap.
        if size[b] < most and size[a] > 1:
            k = state % (size[b] + 1)
        elif size[b] > 0:
            k = state % size[b]
        other = member[b, k] if k < size[b] else -1
        cost_a, cost_b = _judged(metres, member, size, sums, a, b, i, other, fresh)
        more = cost_a + cost_b - cost[a] - cost[b]
        if more > 0.0:
            state = shuffled(state)
            if more > 40.0 * heat or state / 4294967296.0 >= math.exp(-more / heat):
                continue
        _carry_out(metres, member, size, sums, of, a, b, i, other)
        cost[a], cost[b] = cost_a, cost_b
        total += more
        if total < best - 1e-7:
            best = total
            best_of[:] = of
    return descended(metres, nearest, best_of, clusters, most)


@compiled
def descended(metres: Floats, nearest: Integers, of: Integers, clusters: int, most: int) -> Integers:
    """`of` after every shift and swap between neighbours that shortens it, until there is none."""
    n = metres.shape[0]
    count = nearest.shape[1]
    of = of.copy()
    member, size, sums, cost = _begun(metres, of, clusters, most)
    fresh = np.zeros(2 * most + 2)
    improved, passes = True, 0
    while improved and passes < 50:
        improved = False
        passes += 1
        for i in range(n):
            for close in range(count):
                a, b = of[i], of[nearest[i, close]]
                if a == b:
                    continue
                best_more, best_other = -1e-5, -2
                first = -1 if size[b] < most and size[a] > 1 else 0
                for k in range(first, size[b]):
                    other = member[b, k] if k >= 0 else -1
                    cost_a, cost_b = _judged(metres, member, size, sums, a, b, i, other, fresh)
                    more = cost_a + cost_b - cost[a] - cost[b]
                    if more < best_more:
                        best_more, best_other = more, other
                if best_other >= -1:
                    _carry_out(metres, member, size, sums, of, a, b, i, best_other)
                    cost[a] = _sums(metres, member, size, a, sums)
                    cost[b] = _sums(metres, member, size, b, sums)
                    improved = True
    return of


@compiled
def _begun(metres: Floats, of: Integers, clusters: int, most: int) -> tuple[Integers, Integers, Floats, Floats]:
    """Members and size of each cluster, the metres from each station to its cluster, and what each cluster costs."""
    member = np.full((clusters, most), -1, np.int64)
    size = np.zeros(clusters, np.int64)
    for i in range(metres.shape[0]):
        member[of[i], size[of[i]]] = i
        size[of[i]] += 1
    sums = np.zeros(metres.shape[0])
    cost = np.zeros(clusters)
    for c in range(clusters):
        cost[c] = _sums(metres, member, size, c, sums)
    return member, size, sums, cost


@compiled
def _sums(metres: Floats, member: Integers, size: Integers, c: int, sums: Floats) -> float:
    """Add up the metres from each member to all of its cluster, into `sums`; the least of them."""
    least = math.inf
    for x in range(size[c]):
        total = 0.0
        for y in range(size[c]):
            total += metres[member[c, y], member[c, x]]
        sums[member[c, x]] = total
        least = min(least, total)
    return least


@compiled
def _judged(
    metres: Floats,
    member: Integers,
    size: Integers,
    sums: Floats,
    a: int,
    b: int,
    i: int,
    other: int,
    fresh: Floats,
) -> tuple[float, float]:
    """Costs of clusters a and b once station i went from a to b, and `other` (−1: nobody) from b to a."""
    return (
        _changed(metres, member, size, sums, a, i, other, fresh),
        _changed(metres, member, size, sums, b, other, i, fresh),
    )


@compiled
def _changed(
    metres: Floats, member: Integers, size: Integers, sums: Floats, c: int, out: int, into: int, fresh: Floats
) -> float:
    """The cost of cluster c without `out` and with `into` (−1: nobody)."""
    least = math.inf
    new = 0.0
    for x in range(size[c]):
        m = member[c, x]
        if m == out:
            continue
        total = sums[m]
        if out >= 0:
            total -= metres[out, m]
        if into >= 0:
            far = metres[into, m]
            total += far
            new += far
        if total < least:
            least = total
    if into >= 0 and new < least:
        least = new
    return least


@compiled
def _carry_out(
    metres: Floats, member: Integers, size: Integers, sums: Floats, of: Integers, a: int, b: int, i: int, other: int
) -> None:
    """Move station i from a to b, and `other` (−1: nobody) from b to a."""
    _replace(metres, member, size, sums, a, i, other)
    _replace(metres, member, size, sums, b, other, i)
    of[i] = b
    if other >= 0:
        of[other] = a


@compiled
def _replace(metres: Floats, member: Integers, size: Integers, sums: Floats, c: int, out: int, into: int) -> None:
    place = size[c]
    for x in range(size[c]):
        m = member[c, x]
        if m == out:
            place = x
            continue
        if out >= 0:
            sums[m] -= metres[out, m]
        if into >= 0:
            sums[m] += metres[into, m]
    if into >= 0:
        new = 0.0
        for x in range(size[c]):
            if member[c, x] != out:
                new += metres[member[c, x], into]
        sums[into] = new
        member[c, place] = into
        if out < 0:
            size[c] += 1
    elif out >= 0:
        size[c] -= 1
        member[c, place] = member[c, size[c]]
        member[c, size[c]] = -1


@compiled
def best_pair(metres: Floats, most: int, of: Integers) -> float:
    """The cheapest two clusters of at most `most` stations, over all pairs of anchors, into `of`; its cost.

    Given two anchors, who goes where is sorting: the stations that gain most by the second anchor go there. Exact.
    """
    n = metres.shape[0]
    best = math.inf
    gain = np.empty(n)
    for a in range(n):
        for b in range(a + 1, n):
            low = 0.0
            for i in range(n):
                low += min(metres[i, a], metres[i, b])
            if low >= best:
                continue
            for i in range(n):
                gain[i] = metres[i, b] - metres[i, a]
            gain[a], gain[b] = math.inf, -math.inf
            order = np.argsort(gain, kind="mergesort")
            cut = 0
            while cut < n and gain[order[cut]] < 0.0:
                cut += 1
            cut = min(max(cut, n - most, 1), most, n - 1)
            total = 0.0
            for place in range(n):
                total += metres[order[place], b if place < cut else a]
            if total < best:
                best = total
                for place in range(n):
                    of[order[place]] = 1 if place < cut else 0
    return best


@compiled
def bound_at(metres: Floats, prices: Floats, clusters: int, most: int, counts: Integers) -> float:
    """The Lagrangian bound at these prices of the stations (metres); how often each is taken, into `counts`.

    Each anchor takes itself and at most `most` − 1 others whose price exceeds their metres, the most rewarding ones;
    the `clusters` cheapest anchors are taken. Whatever the prices, no clustering costs less than the sum.
    """
    n = metres.shape[0]
    worth = np.empty(n)
    held = np.empty(most)
    for j in range(n):
        worth[j] = _worth(metres, prices, j, most, held)
    order = np.argsort(worth, kind="mergesort")
    total = 0.0
    for i in range(n):
        total += prices[i]
        counts[i] = 0
    for place in range(clusters):
        j = order[place]
        total += worth[j]
        counts[j] += 1
        if most > 1:
            _worth(metres, prices, j, most, held)
            last = held[most - 2]
            taken = 0
            for i in range(n):
                if i != j and metres[i, j] - prices[i] < last:
                    counts[i] += 1
                    taken += 1
            for i in range(n):
                if taken < most - 1 and i != j and metres[i, j] - prices[i] == last and last < 0.0:
                    counts[i] += 1
                    taken += 1
    return total


@compiled
def _worth(metres: Floats, prices: Floats, j: int, most: int, held: Floats) -> float:
    """What anchor j takes, as a cost below zero; the `most` − 1 least terms sorted into `held`, zeros behind them."""
    for k in range(most):
        held[k] = 0.0
    for i in range(metres.shape[0]):
        term = metres[i, j] - prices[i]
        if i == j or most == 1 or term >= held[most - 2]:
            continue
        k = most - 2
        while k > 0 and held[k - 1] > term:
            held[k] = held[k - 1]
            k -= 1
        held[k] = term
    total: float = -prices[j]
    for k in range(most - 1):
        total += held[k]
    return total


@compiled
def raise_bound(
    metres: Floats, prices: Floats, clusters: int, most: int, above: float, steps: int, reach: float
) -> tuple[float, float]:
    """Better prices in place by subgradient steps towards the known cost `above`: best bound, and the last reach."""
    n = metres.shape[0]
    counts = np.zeros(n, np.int64)
    trial = prices.copy()
    before = np.zeros(n)
    best = -math.inf
    since = 0
    for _ in range(steps):
        found = bound_at(metres, trial, clusters, most, counts)
        if best == -math.inf or found > best + 1e-9 * abs(best):
            best = found
            prices[:] = trial
            since = 0
        else:
            since += 1
            if since >= 8:
                reach *= 0.7
                since = 0
        if above - best <= 1e-6:
            break
        length = 0.0
        for i in range(n):
            before[i] = 0.3 * before[i] + (1.0 - counts[i])
            length += before[i] * before[i]
        if length < 1e-12:
            break
        step = reach * (1.02 * above - found) / length
        for i in range(n):
            trial[i] += step * before[i]
    return best, reach


def on_sphere(lat: Floats, lon: Floats) -> Floats:
    """Points on the unit sphere (n × 3) for degrees."""
    phi, theta = np.radians(lat), np.radians(lon)
    near: Any = np.cos(phi)
    return np.ascontiguousarray(np.stack([near * np.cos(theta), near * np.sin(theta), np.sin(phi)], axis=1))
