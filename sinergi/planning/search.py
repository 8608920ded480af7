"""The search over many groups: one compiled loop that other threads can run beside, one state per group."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sinergi.planning.clusters import (
    BEYOND,
    MASK,
    NEIGHBOURS,
    anneal,
    best_pair,
    cost_of,
    metres_between,
    nearest_first,
    raise_bound,
)
from sinergi.planning.compiled import compiled
from sinergi.planning.model import Floats, Integers

# How a group is solved.
SINGLE, PAIR, MANY = 0, 1, 2


@compiled
def search_groups(
    at: Floats,
    start: Integers,
    posts: Integers,
    most: Integers,
    radius_m: Floats,
    seeds: Integers,
    of: Integers,
    prices: Floats,
    reach: Floats,
    cost: Floats,
    bound: Floats,
    first: int,
    last: int,
    turn: int,
    moves: int,
    steps: int,
) -> None:
    """One round (number `turn`, from 1) for groups `first` to `last` − 1; all arrays but `at` are changed in place.

    Stations of group g stand at positions start[g] to start[g + 1] − 1; `of` is each one's cluster within its group,
    `prices` its multiplier of the bound, `reach` how far the next subgradient step goes. A group whose cost meets its
    bound is left alone.
    """
    for g in range(first, last):
        n = start[g + 1] - start[g]
        here = slice(start[g], start[g + 1])
        if cost[g] <= bound[g] + 1e-6:
            continue
        metres = metres_between(at[here], radius_m[g])
        if turn == 1:
            cost[g] = cost_of(metres, of[here], posts[g])[0].sum()
        if cost[g] <= 1e-6 or posts[g] >= n:
            bound[g] = cost[g] if posts[g] == 1 else 0.0
            continue
        if posts[g] == 1:
            bound[g] = cost[g]
            continue
        if posts[g] == 2:
            trial = np.zeros(n, np.int64)
            found = best_pair(metres, most[g], trial)
            of[here] = trial
            cost[g] = cost_of(metres, trial, 2)[0].sum()
            bound[g] = min(found, cost[g])
            continue
        count = min(NEIGHBOURS, n - 1)
        nearest = nearest_first(metres, count)
        typical = 0.0
        for i in range(n):
            far = metres[i, nearest[i, min(3, count - 1)]]
            if far < BEYOND:
                typical += far / n
        if typical <= 0.0:
            typical = cost[g] / n
        # Every round melts everything anew, and only what is better is kept: warming up less found nothing more.
        hot = 2.0 * typical
        seed = (seeds[g] + turn * 40503) & MASK
        trial = anneal(metres, nearest, of[here], posts[g], most[g], moves * n, hot, hot / 100.0, max(1, seed))
        found = cost_of(metres, trial, posts[g])[0].sum()
        if found < cost[g] - 1e-6:
            cost[g] = found
            of[here] = trial
        if turn == 1:
            for i in range(n):
                far = metres[i, nearest[i, min(most[g] // 2, count - 1)]]
                prices[start[g] + i] = far if far < BEYOND else typical
        better, reach[g] = raise_bound(metres, prices[here], posts[g], most[g], cost[g], steps, reach[g])
        bound[g] = max(bound[g], better)


@compiled
def stand(
    at: Floats,
    start: Integers,
    posts: Integers,
    radius_m: Floats,
    of: Integers,
    anchor: Integers,
    metres: Floats,
    first_post: Integers,
) -> None:
    """The anchor (a position) and the metres of every post of every group, into `anchor` and `metres`."""
    for g in range(len(start) - 1):
        n = start[g + 1] - start[g]
        if posts[g] >= n:
            for i in range(n):
                anchor[first_post[g] + of[start[g] + i]] = start[g] + i
            continue
        by_post = np.argsort(of[start[g] : start[g + 1]], kind="mergesort")
        a = 0
        while a < n:
            c = of[start[g] + by_post[a]]
            b = a
            while b < n and of[start[g] + by_post[b]] == c:
                b += 1
            inside = metres_between(at[start[g] + by_post[a:b]], radius_m[g])
            cost, place = cost_of(inside, np.zeros(b - a, np.int64), 1)
            anchor[first_post[g] + c] = start[g] + by_post[a + place[0]]
            metres[first_post[g] + c] = cost[0]
            a = b


def along_a_curve(lat: Floats, lon: Floats) -> npt.NDArray[np.uint64]:
    """A number for each point by which neighbours mostly follow each other (Hilbert's curve, cells of a few metres)."""
    side = np.uint64(1 << 24)
    x: Any = ((lon + 180.0) / 360.0 * float(side - np.uint64(1))).astype(np.uint64)
    y: Any = ((lat + 180.0) / 360.0 * float(side - np.uint64(1))).astype(np.uint64)
    found = np.zeros(len(x), np.uint64)
    s = side >> np.uint64(1)
    while s > 0:
        right, up = (x & s) > 0, (y & s) > 0
        found += s * s * ((np.uint64(3) * right.astype(np.uint64)) ^ up.astype(np.uint64))
        flip = ~up & right
        x, y = (
            np.where(flip, s - np.uint64(1) - (x & (s - np.uint64(1))), x),
            np.where(flip, s - np.uint64(1) - (y & (s - np.uint64(1))), y),
        )
        x, y = np.where(~up, y, x), np.where(~up, x, y)
        s >>= np.uint64(1)
    return found
