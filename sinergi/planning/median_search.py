"""The search behind `median.py`: a few neighbouring clusters are torn up, built anew and kept if that pays.

One step takes two to eight clusters around a random point, disturbs them (a median elsewhere, medians moved within
their clusters, another order of filling, a few points thrown about), and descends: points shift and swap between
clusters, and each touched cluster takes the best of its points as median, exactly, until nothing helps. The result is
kept by the rule of simulated annealing. A step costs as much as those clusters are big, whatever the size of the whole.

Arrays: `at` positions (n, 2), `demand` (n), `limit` (n) what a point can take in as a median, `cluster` (n) number of
the cluster of each point, `median` (p) the point that is the median of each cluster, `draws` (2) the state of the dice.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sinergi.planning.compiled import compiled
from sinergi.planning.model import Floats, Integers

Flags = npt.NDArray[np.bool_]

# Fewest and most clusters in one step; a step stops gathering clusters once it holds this many points.
FEWEST, MOST, GATHERED = 3, 8, 200
# In a step with so few points, a cluster's median is looked for among all of them, not only its own.
FEW = 24
# An overloaded median is replaced at any price, so a descent might go in circles: it ends after this many passes.
PASSES = 100


@compiled
def draw(draws: Integers) -> float:
    """The next number in (0, 1): two small generators combined (L'Ecuyer 1988), alike in every language and machine."""
    draws[0] = draws[0] * 40014 % 2147483563
    draws[1] = draws[1] * 40692 % 2147483399
    return float((draws[0] - draws[1]) % 2147483562 + 1) / 2147483563.0


@compiled
def pick(draws: Integers, count: int) -> int:
    """A number below `count`."""
    return min(int(draw(draws) * count), count - 1)


@compiled
def excess(x: float) -> float:
    """What is above zero."""
    return x if x > 0.0 else 0.0


@compiled
def distance(at: Floats, i: int, j: int) -> float:
    """Euclidean distance of two points."""
    across = at[i, 0] - at[j, 0]
    up = at[i, 1] - at[j, 1]
    return math.sqrt(across * across + up * up)


@compiled
def two_nearest(at: Floats, i: int, median: Integers) -> tuple[float, float]:
    """How far point `i` is from its nearest and its second nearest median; infinite where there is no second."""
    first = second = math.inf
    for c in range(median.shape[0]):
        far = distance(at, i, median[c])
        if far < first:
            first, second = far, first
        elif far < second:
            second = far
    return first, second


@compiled
def spread(at: Floats, median: Integers, draws: Integers) -> None:
    """Medians far from each other: the first anywhere, each further one likelier the farther it is from them.

    Writes `median`.
    """
    n = at.shape[0]
    far = np.full(n, 1.0)
    for c in range(median.shape[0]):
        if c == 1:
            far[:] = math.inf
        if c > 0:
            for i in range(n):
                # A place taken has no chance; its twins have none either until only twins are left.
                far[i] = min(far[i], distance(at, i, median[c - 1]))
            far[median[c - 1]] = -1.0
        total = 0.0
        for i in range(n):
            total += excess(far[i])
        left = draw(draws) * total
        chosen = -1
        for i in range(n):
            if far[i] >= 0.0 and (chosen < 0 or left > 0.0):
                if far[i] > 0.0 or total == 0.0:
                    chosen = i
                left -= far[i]
        median[c] = chosen


@compiled
def fill(at: Floats, demand: Floats, limit: Floats, median: Integers, cluster: Integers) -> None:
    """First assignment: whoever loses most by a second choice goes first, to the nearest median with room.

    Who fits nowhere overloads the median that it overloads least. Writes `cluster`.
    """
    n, p = demand.shape[0], median.shape[0]
    regret = np.zeros(n)
    for i in range(n):
        first, second = two_nearest(at, i, median)
        if p > 1:
            regret[i] = first - second
    load = np.zeros(p)
    for i in np.argsort(regret):
        near = -1
        least = 0
        near_far = least_over = math.inf
        for c in range(p):
            over = load[c] + demand[i] - limit[median[c]]
            if over <= 0:
                far = distance(at, i, median[c])
                if far < near_far:
                    near, near_far = c, far
            elif over < least_over:
                least, least_over = c, over
        chosen = near if near >= 0 else least
        cluster[i] = chosen
        load[chosen] += demand[i]


@compiled
def refill(
    own: Floats,
    limits: Floats,
    far: Floats,
    member: Integers,
    load: Floats,
    m: int,
    r: int,
    draws: Integers,
    noise: float,
    key: Floats,
) -> None:
    """As `fill`, for the points of one step, in an order disturbed by `noise`."""
    for i in range(m):
        first = second = math.inf
        for c in range(r):
            if far[i, c] < first:
                first, second = far[i, c], first
            elif far[i, c] < second:
                second = far[i, c]
        key[i] = (first - second) * (1.0 + noise * (draw(draws) - 0.5)) if r > 1 else 0.0
    load[:r] = 0.0
    for i in np.argsort(key[:m]):
        near = -1
        least = 0
        near_far = least_over = math.inf
        for c in range(r):
            over = load[c] + own[i] - limits[c]
            if over <= 0:
                if far[i, c] < near_far:
                    near, near_far = c, far[i, c]
            elif over < least_over:
                least, least_over = c, over
        chosen = near if near >= 0 else least
        member[i] = chosen
        load[chosen] += own[i]


@compiled
def unlink(head: Integers, after: Integers, before: Integers, c: int, i: int) -> None:
    """Take point `i` out of the list of cluster `c`."""
    if before[i] >= 0:
        after[before[i]] = after[i]
    else:
        head[c] = after[i]
    if after[i] >= 0:
        before[after[i]] = before[i]


@compiled
def link(head: Integers, after: Integers, before: Integers, c: int, i: int) -> None:
    """Put point `i` first into the list of cluster `c`."""
    before[i] = -1
    after[i] = head[c]
    if head[c] >= 0:
        before[head[c]] = i
    head[c] = i


@compiled
def least_gains(far: Floats, least: Floats, head: Integers, after: Integers, c: int, r: int) -> None:
    """For every other cluster, what the member of `c` that likes it best loses (below 0: gains) by going there."""
    for e in range(r):
        least[c, e] = math.inf
    k = head[c]
    while k >= 0:
        for e in range(r):
            least[c, e] = min(least[c, e], far[k, e] - far[k, c])
        k = after[k]


@compiled
def settle_medians(
    at: Floats,
    point: Integers,
    limit: Floats,
    centre: Integers,
    limits: Floats,
    member: Integers,
    load: Floats,
    far: Floats,
    head: Integers,
    after: Integers,
    dirty: Flags,
    taken: Flags,
    m: int,
    r: int,
) -> bool:
    """Give every touched cluster the best median of its points (of all, where there are few); whether any changed."""
    changed = False
    for c in range(r):
        if not dirty[c]:
            continue
        dirty[c] = False
        best, kept = 0.0, centre[c]
        k = head[c]
        while k >= 0:
            best += far[k, c]
            k = after[k]
        best *= 1.0 - 1e-12
        if load[c] > limits[c]:
            best = math.inf  # the present median cannot hold them: any that can is better
        for j in range(m):
            if (member[j] == c or m <= FEW) and not taken[j] and load[c] <= limit[point[j]]:
                total = 0.0
                k = head[c]
                while k >= 0:
                    total += distance(at, point[k], point[j])
                    if total >= best:
                        break
                    k = after[k]
                if total < best:
                    best, kept = total, j
        if kept != centre[c]:
            taken[centre[c]] = False
            taken[kept] = True
            centre[c] = kept
            limits[c] = limit[point[kept]]
            for i in range(m):
                far[i, c] = distance(at, point[i], point[kept])
            changed = True
    return changed


@compiled
def move_points(
    own: Floats,
    limits: Floats,
    member: Integers,
    load: Floats,
    far: Floats,
    least: Floats,
    head: Integers,
    after: Integers,
    before: Integers,
    dirty: Flags,
    m: int,
    r: int,
    price: float,
) -> bool:
    """One pass of shifts and swaps, each the best for its point; an overload costs `price` for each unit of demand.

    Returns whether anything moved.
    """
    overloaded = moved = False
    for c in range(r):
        least_gains(far, least, head, after, c, r)
        overloaded = overloaded or load[c] > limits[c]
    for i in range(m):
        here = member[i]
        mine = own[i]
        over_here = load[here] - limits[here]
        best, there, other = -1e-12 * (1.0 + far[i, here]), -1, -1
        for c in range(r):
            if c == here:
                continue
            gain = far[i, c] - far[i, here]
            over = load[c] - limits[c]
            if gain < best or overloaded:
                worse = excess(over + mine) - excess(over) + excess(over_here - mine) - excess(over_here)
                if gain + price * worse < best:
                    best, there, other = gain + price * worse, c, -1
            if gain + least[c, here] < best or overloaded:
                k = head[c]
                while k >= 0:
                    change = gain + far[k, here] - far[k, c]
                    if change < best or overloaded:
                        more = mine - own[k]
                        worse = excess(over_here - more) - excess(over_here) + excess(over + more) - excess(over)
                        if change + price * worse < best:
                            best, there, other = change + price * worse, c, k
                    k = after[k]
        if there < 0:
            continue
        unlink(head, after, before, here, i)
        link(head, after, before, there, i)
        member[i] = there
        if other >= 0:
            unlink(head, after, before, there, other)
            link(head, after, before, here, other)
            member[other] = here
            mine -= own[other]
        load[here] -= mine
        load[there] += mine
        dirty[here] = dirty[there] = moved = True
        least_gains(far, least, head, after, here, r)
        least_gains(far, least, head, after, there, r)
        if overloaded:
            overloaded = False
            for c in range(r):
                overloaded = overloaded or load[c] > limits[c]
    return moved


@compiled
def gather(
    at: Floats,
    median: Integers,
    seed: int,
    seed_cluster: int,
    draws: Integers,
    wanted: int,
    chosen: Integers,
    key: Floats,
) -> None:
    """The clusters of one step: that of the seed, then those whose medians are near it, roughly. Writes `chosen`."""
    count = 0
    for c in range(median.shape[0]):
        far = -1.0
        if c != seed_cluster:
            far = distance(at, seed, median[c])
            if count == wanted and far * 0.8 >= key[count - 1]:
                continue
            far *= 0.8 + 0.4 * draw(draws)
        if count < wanted:
            count += 1
        elif far >= key[count - 1]:
            continue
        y = count - 1
        while y > 0 and key[y - 1] > far:
            key[y] = key[y - 1]
            chosen[y] = chosen[y - 1]
            y -= 1
        key[y] = far
        chosen[y] = c


@compiled
def search(
    at: Floats,
    demand: Floats,
    limit: Floats,
    cluster: Integers,
    median: Integers,
    best_cluster: Integers,
    best_median: Integers,
    best: float,
    draws: Integers,
    first: int,
    last: int,
    total: int,
    hot: float,
    cold: float,
    price: float,
) -> tuple[float, float]:
    """Steps `first` to `last` of a round of `total` steps, cooling from `hot` to `cold` (units of distance).

    Changes `cluster` and `median` (which may overload, never more than before) and, whenever a cheaper one without any
    overload is met, `best_cluster` and `best_median`. Returns the best cost and the overload that is left.
    """
    n, p = demand.shape[0], median.shape[0]
    fewest, most = min(FEWEST, p), min(MOST, p)
    point, member = np.empty(n, np.int64), np.empty(n, np.int64)
    own, key = np.empty(n), np.empty(n)
    after, before, place = np.empty(n, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    taken, dirty = np.zeros(n, np.bool_), np.zeros(most, np.bool_)
    centre, chosen, head = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    load, limits = np.empty(most), np.empty(most)
    far, least = np.empty((n, most)), np.empty((most, most))
    # The members of every cluster as lists, and what it carries.
    first_of, next_of, carried = np.full(p, -1, np.int64), np.full(n, -1, np.int64), np.zeros(p)
    cost = overload = 0.0
    nothing = 1e-9 * demand.sum()
    for i in range(n):
        c = cluster[i]
        next_of[i] = first_of[c]
        first_of[c] = i
        carried[c] += demand[i]
        cost += distance(at, i, median[c])
    for c in range(p):
        overload += excess(carried[c] - limit[median[c]])
    for step in range(first, last):
        heat = hot * (cold / hot) ** (step / total)
        r = fewest + pick(draws, most - fewest + 1)
        seed = pick(draws, n)
        gather(at, median, seed, cluster[seed], draws, r, chosen, key)
        m = 0
        for x in range(r):
            if x >= 2 and m > GATHERED:
                r = x
                break
            i = first_of[chosen[x]]
            while i >= 0:
                point[m], member[m], own[m], place[i], taken[m] = i, x, demand[i], m, False
                m += 1
                i = next_of[i]
        complete = True
        for x in range(r):
            # A median may serve nobody here, not even itself; without it the step would not know its cluster.
            centre[x] = place[median[chosen[x]]]
            complete = complete and centre[x] >= 0
        for y in range(m):
            place[point[y]] = -1
        if not complete:
            continue
        load[:r] = 0.0
        old_cost = old_over = 0.0
        for x in range(r):
            taken[centre[x]] = True
            limits[x] = limit[median[chosen[x]]]
        for y in range(m):
            for x in range(r):
                far[y, x] = distance(at, point[y], point[centre[x]])
            old_cost += far[y, member[y]]
            load[member[y]] += own[y]
        for x in range(r):
            old_over += excess(load[x] - limits[x])
        # Disturb. Now and then overloads cost so much that the descent rather takes a long way round than end in one.
        strictness = draw(draws)
        toll = price if strictness < 0.7 else price * 10.0 if strictness < 0.9 else price * 1000.0
        kind = draw(draws)
        if kind < 0.7:
            for x in range(r):
                # One median anywhere, or every other median within its cluster.
                if (x > 0) if kind < 0.5 else (draw(draws) < 0.5):
                    continue
                c = pick(draws, r) if kind < 0.5 else x
                for _ in range(20):
                    j = pick(draws, m)
                    if not taken[j] and (kind < 0.5 or member[j] == c):
                        taken[centre[c]] = False
                        taken[j] = True
                        centre[c] = j
                        limits[c] = limit[point[j]]
                        for y in range(m):
                            far[y, c] = distance(at, point[y], point[j])
                        break
        if kind < 0.85:
            refill(own, limits, far, member, load, m, r, draws, 0.5 if kind < 0.7 else 2.0, key)
        else:
            for _ in range(1 + pick(draws, 4)):
                y, x = pick(draws, m), pick(draws, r)
                load[member[y]] -= own[y]
                load[x] += own[y]
                member[y] = x
        # Descend.
        head[:r] = -1
        for y in range(m - 1, -1, -1):
            link(head, after, before, member[y], y)
        dirty[:r] = True
        settle_medians(at, point, limit, centre, limits, member, load, far, head, after, dirty, taken, m, r)
        for _ in range(PASSES):
            moved = move_points(own, limits, member, load, far, least, head, after, before, dirty, m, r, toll)
            if (
                not settle_medians(at, point, limit, centre, limits, member, load, far, head, after, dirty, taken, m, r)
                and not moved
            ):
                break
        new_cost = new_over = 0.0
        for y in range(m):
            new_cost += far[y, member[y]]
        for x in range(r):
            new_over += excess(load[x] - limits[x])
        worse = new_cost - old_cost + price * (new_over - old_over)
        if new_over > old_over or worse > -heat * math.log(draw(draws)):
            continue
        for x in range(r):
            first_of[chosen[x]] = -1
            median[chosen[x]] = point[centre[x]]
        for y in range(m):
            i, c = point[y], chosen[member[y]]
            cluster[i] = c
            next_of[i] = first_of[c]
            first_of[c] = i
        cost += new_cost - old_cost
        overload += new_over - old_over
        if cost < best * (1.0 - 1e-12) and overload <= nothing:
            # Nothing is believed that was summed up step by step.
            cost = overload = 0.0
            carried[:] = 0.0
            for i in range(n):
                cost += distance(at, i, median[cluster[i]])
                carried[cluster[i]] += demand[i]
            for c in range(p):
                overload += excess(carried[c] - limit[median[c]])
            if overload == 0.0 and cost < best:
                best = cost
                best_cluster[:] = cluster
                best_median[:] = median
    return best, overload
