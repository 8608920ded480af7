"""Posts for two stations each: the cheapest pairing, exactly, by linear programming with odd sets (Edmonds).

What proves it are the prices of the stations and of some odd sets; checking them needs no solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sinergi.planning.clusters import BEYOND
from sinergi.planning.model import Floats, Integers

MOST_STATIONS = 400
_CUTS = 60


@dataclass(frozen=True)
class Pairing:
    """`of`: each station's post, or None where the programme stopped short of whole pairs.

    `prices` in metres (with an odd number of stations the last is the price of standing alone), `odd_sets` with theirs.
    """

    of: Integers | None
    prices: list[float]
    odd_sets: list[tuple[list[int], float]]


def cheapest_pairing(metres: Floats) -> Pairing:
    """The cheapest way to pair all stations, one of an odd number alone; `metres` may hold BEYOND."""
    import highspy

    stations = len(metres)
    n = stations + stations % 2
    full = np.zeros((n, n))
    full[:stations, :stations] = metres
    one, two = np.triu_indices(n, 1)
    allowed = full[one, two] < BEYOND
    one, two = one[allowed], two[allowed]
    highs: Any = highspy
    solver = highs.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.addVars(len(one), np.zeros(len(one)), np.full(len(one), highspy.kHighsInf))
    for column, cost in enumerate(full[one, two]):
        solver.changeColCost(column, float(cost))
    for i in range(n):
        columns = np.flatnonzero((one == i) | (two == i)).astype(np.int32)
        solver.addRow(1.0, 1.0, len(columns), columns, np.ones(len(columns)))
    odd_sets: list[list[int]] = []
    found = np.zeros(len(one))
    for _ in range(_CUTS):
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return Pairing(of=None, prices=[0.0] * n, odd_sets=[])
        found = np.array(solver.getSolution().col_value)
        new = [some for some in _odd_components(n, one, two, found) if some not in odd_sets]
        if not new:
            break
        for some in new:
            inside = np.isin(one, some) & np.isin(two, some)
            columns = np.flatnonzero(inside).astype(np.int32)
            solver.addRow(-highspy.kHighsInf, float(len(some) // 2), len(columns), columns, np.ones(len(columns)))
            odd_sets.append(some)
    duals = list(solver.getSolution().row_dual)
    of: Integers | None = None
    if (np.abs(found - np.round(found)) < 1e-6).all():
        of = np.zeros(n, np.int64)
        for post, edge in enumerate(np.flatnonzero(found > 0.5)):
            of[one[edge]] = of[two[edge]] = post
        of = of[:stations]
    weights = [max(0.0, -dual) for dual in duals[n:]]
    return Pairing(
        of=of,
        prices=[float(price) for price in duals[:n]],
        odd_sets=[(some, weight) for some, weight in zip(odd_sets, weights, strict=True) if weight > 0],
    )


def _odd_components(n: int, one: Integers, two: Integers, found: Floats) -> list[list[int]]:
    """Odd parts of the graph of edges in use, and of edges used by halves, whose constraints are broken."""
    sets: list[list[int]] = []
    for least, most in ((1e-6, 2.0), (1e-6, 1 - 1e-6)):
        parent = list(range(n))

        def root(i: int, parent: list[int] = parent) -> int:
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            return i

        for edge in np.flatnonzero((found > least) & (found < most)):
            parent[root(int(one[edge]))] = root(int(two[edge]))
        by_root: dict[int, list[int]] = {}
        for i in range(n):
            by_root.setdefault(root(i), []).append(i)
        for some in by_root.values():
            if 1 < len(some) < n and len(some) % 2 and some not in sets:
                inside = np.isin(one, some) & np.isin(two, some)
                if found[inside].sum() > len(some) // 2 + 1e-6:
                    sets.append(some)
    return sets


def pairing_bound(metres: Floats, prices: list[float], odd_sets: list[tuple[list[int], float]]) -> float:
    """What these prices prove: no pairing costs less. Any prices are valid; bad ones only prove little."""
    stations, n = len(metres), len(prices)
    full = np.zeros((n, n))
    full[:stations, :stations] = metres
    left = full - np.array(prices)[:, None] - np.array(prices)[None, :]
    total = float(sum(prices))
    for some, weight in odd_sets:
        left[np.ix_(some, some)] += weight
        total -= weight * (len(some) // 2)
    one, two = np.triu_indices(n, 1)
    return total + float(np.minimum(left[one, two], 0.0).sum())
