"""A closer bound for posts of three and more: no few posts serve a set of stations that takes more of them.

Where posts are nearly full, prices of stations alone prove little: they let a post be counted by halves. Here sets of
stations that lie inside one another are counted too: ⌈│S│ ÷ Y⌉ posts, at least, serve somebody in S. Rounding a
capacity up like this is how odd sets bound a pairing (Edmonds, 1965) and customers bound vehicles (Laporte and Nobert,
1983). What any prices and rewards prove is evaluated exactly, since nested sets make a tree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sinergi.planning.clusters import metres_between
from sinergi.planning.compiled import compiled
from sinergi.planning.model import Floats, Integers

# A hundred stations take about a second of one core; a nation's groups are left to their prices.
MOST_STATIONS = 150
STEPS = 600


@dataclass
class Nested:
    """Where the bound of one group stands: `one` and `two` are the parts of set number k, whose own number is n + k.

    Sets are numbered from the smallest; numbers below n are stations. The last set is the whole group.
    """

    metres: Floats
    one: Integers
    two: Integers
    prices: Floats
    rewards: Floats
    reach: float = 0.7
    bound: float = -math.inf

    @staticmethod
    def begun(at: Floats, radius_m: float, prices: Floats) -> Nested:
        """From the prices of stations that were found without sets."""
        metres = metres_between(at, radius_m)
        one, two = nearest_joined(metres)
        return Nested(metres, one, two, prices.copy(), np.zeros(len(one)))

    def prove(self, posts: int, most: int, above: float) -> None:
        """STEPS more of a search for better prices and rewards, towards the known cost `above`."""
        self.bound, self.reach = raise_nested(
            self.metres, self.one, self.two, posts, most, self.prices, self.rewards, above, STEPS, self.reach
        )

    def proven(self, posts: int, most: int) -> float:
        """What the prices and rewards as they are now prove."""
        n = len(self.metres)
        counts, served = np.zeros(n, np.int64), np.zeros(n - 1, np.int64)
        return nested_bound(self.metres, self.one, self.two, posts, most, self.prices, self.rewards, counts, served)

    def sets(self) -> list[tuple[list[int], float]]:
        """The sets with a reward, each with its stations."""
        n = len(self.metres)
        members = [[i] for i in range(n)]
        for one, two in zip(self.one, self.two, strict=True):
            members.append(sorted(members[one] + members[two]))
        return [(some, float(reward)) for some, reward in zip(members[n:], self.rewards, strict=True) if reward > 0]

    def rounded(self) -> Nested:
        """With whole millimetres, as a certificate carries them."""
        return Nested(self.metres, self.one, self.two, np.round(self.prices, 3), np.round(self.rewards, 3))


def nearest_joined(metres: Floats) -> tuple[Integers, Integers]:
    """Nested sets: again and again the two sets whose nearest stations are closest become one (single linkage)."""
    n = len(metres)
    first, second = np.triu_indices(n, 1)
    number = np.arange(n)
    one, two = np.zeros(max(0, n - 1), np.int64), np.zeros(max(0, n - 1), np.int64)
    made = 0
    for edge in np.argsort(metres[first, second], kind="stable"):
        a, b = number[first[edge]], number[second[edge]]
        if a != b:
            one[made], two[made] = a, b
            number[(number == a) | (number == b)] = n + made
            made += 1
    return one, two


@compiled
def nested_bound(
    metres: Floats,
    one: Integers,
    two: Integers,
    posts: int,
    most: int,
    prices: Floats,
    rewards: Floats,
    counts: Integers,
    served: Integers,
) -> float:
    """What these prices of stations (any) and rewards of sets (none below zero) prove; no plan costs less.

    How many of the cheapest `posts` take each station goes into `counts`, how many serve each set into `served`.
    """
    n = metres.shape[0]
    worth = np.empty(n)
    best = np.empty((2 * n - 1, most + 1))
    share = np.zeros((2 * n - 1, most + 1), np.int64)
    for j in range(n):
        worth[j] = -_most_earned(metres, one, two, most, prices, rewards, j, best, share).max()
    order = np.argsort(worth, kind="mergesort")
    total = 0.0
    for i in range(n):
        total += prices[i]
        counts[i] = 0
    size = np.ones(2 * n - 1, np.int64)
    for k in range(n - 1):
        size[n + k] = size[one[k]] + size[two[k]]
        total += rewards[k] * ((size[n + k] + most - 1) // most)
        served[k] = 0
    taken = np.zeros(2 * n - 1, np.int64)
    for place in range(posts):
        j = order[place]
        total += worth[j]
        taken[2 * n - 2] = _most_earned(metres, one, two, most, prices, rewards, j, best, share).argmax()
        for k in range(n - 2, -1, -1):
            if taken[n + k] > 0:
                served[k] += 1
            taken[one[k]] = share[n + k, taken[n + k]]
            taken[two[k]] = taken[n + k] - taken[one[k]]
        for i in range(n):
            counts[i] += taken[i]
    return total


@compiled
def _most_earned(
    metres: Floats,
    one: Integers,
    two: Integers,
    most: int,
    prices: Floats,
    rewards: Floats,
    j: int,
    best: Floats,
    share: Integers,
) -> Floats:
    """The most that a post at j earns with so many stations, itself among them (0 … most), over all choices.

    `best` says it of every set, `share` how many of them are in the set's first part.
    """
    n = metres.shape[0]
    size = np.ones(2 * n - 1, np.int64)
    for i in range(n):
        best[i, 0] = -math.inf if i == j else 0.0
        best[i, 1] = prices[i] - metres[i, j]
    for k in range(n - 1):
        a, b, s = one[k], two[k], n + k
        size[s] = size[a] + size[b]
        for many in range(min(most, size[s]) + 1):
            found, first = -math.inf, max(0, many - size[b])
            for x in range(first, min(many, size[a]) + 1):
                if best[a, x] + best[b, many - x] > found:
                    found = best[a, x] + best[b, many - x]
                    first = x
            best[s, many] = found + (rewards[k] if many > 0 else 0.0)
            share[s, many] = first
    return best[2 * n - 2, : min(most, n) + 1]


@compiled
def raise_nested(
    metres: Floats,
    one: Integers,
    two: Integers,
    posts: int,
    most: int,
    prices: Floats,
    rewards: Floats,
    above: float,
    steps: int,
    reach: float,
) -> tuple[float, float]:
    """Better prices and rewards in place, by subgradient steps towards the known cost `above`: bound and last reach."""
    n = metres.shape[0]
    counts, served = np.zeros(n, np.int64), np.zeros(n - 1, np.int64)
    needed, size = np.zeros(n - 1), np.ones(2 * n - 1, np.int64)
    for k in range(n - 1):
        size[n + k] = size[one[k]] + size[two[k]]
        needed[k] = (size[n + k] + most - 1) // most
    trial, earned = prices.copy(), rewards.copy()
    along, across = np.zeros(n), np.zeros(n - 1)
    best, since = -math.inf, 0
    for _ in range(steps):
        found = nested_bound(metres, one, two, posts, most, trial, earned, counts, served)
        if best == -math.inf or found > best + 1e-7 * abs(best):
            best, since = found, 0
            prices[:] = trial
            rewards[:] = earned
        else:
            since += 1
        if above - best <= 1e-6:
            break
        if since >= 20:
            # Back to the best, with shorter steps and nothing of the old direction.
            reach, since = 0.75 * reach, 0
            trial[:] = prices
            earned[:] = rewards
            along[:] = 0.0
            across[:] = 0.0
            continue
        length = 0.0
        for i in range(n):
            along[i] = 0.6 * along[i] + 0.4 * (1.0 - counts[i])
            length += along[i] * along[i]
        # The whole group is the last set; that all posts serve it is no news.
        for k in range(n - 2):
            lacking = needed[k] - served[k]
            across[k] = 0.6 * across[k] + 0.4 * (0.0 if earned[k] <= 0.0 and lacking < 0.0 else lacking)
            length += across[k] * across[k]
        if length < 1e-12:
            break
        step = reach * max(0.002 * above, above - found) / length
        for i in range(n):
            trial[i] += step * along[i]
        for k in range(n - 2):
            earned[k] = max(0.0, earned[k] + step * across[k])
    return best, reach
