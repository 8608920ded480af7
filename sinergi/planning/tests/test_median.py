"""Medians beside an independent search through every possibility, and whatever else can be asked."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from sinergi.kernel.errors import Refused
from sinergi.planning import median, median_bound
from sinergi.planning.median import capacitated_p_median

SQUARE = [[0, 0], [1, 0], [0, 1], [1, 1]]


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """As plain Python the loops are some hundred times slower."""
    monkeypatch.setattr(median, "STEPS", 20)
    monkeypatch.setattr(median, "BOUND_STEPS", ((False, 10), (True, 10)))


def least(at: list[list[float]], demand: list[int], capacity: list[int], medians: int) -> float:
    """The least cost over every choice of medians and every assignment; infinite where none fits."""
    n, best = len(at), math.inf

    def serve(i: int, left: dict[int, int], cost: float) -> None:
        nonlocal best
        if cost >= best:
            return
        if i == n:
            best = cost
            return
        for j in left:
            if demand[i] <= left[j]:
                serve(i + 1, left | {j: left[j] - demand[i]}, cost + math.dist(at[i], at[j]))

    for places in itertools.combinations(range(n), medians):
        serve(0, {j: capacity[j] for j in places}, 0.0)
    return best


def instances(count: int, seed: int) -> Iterator[tuple[list[list[float]], list[int], list[int], int]]:
    """Tiny ones: twins, tight and unequal capacities, demands of nothing."""
    dice = np.random.default_rng(seed)
    for _ in range(count):
        n = int(dice.integers(1, 7))
        medians = int(dice.integers(1, min(n, 3) + 1))
        at = dice.integers(0, dice.choice([2, 5, 100]), (n, 2)).astype(float)
        demand = dice.integers(0, 6, n)
        fair = demand.sum() / medians
        tight = np.full(n, int(fair * dice.uniform(0.95, 1.5)) + 1)
        capacity = dice.integers(0, max(2, int(2.2 * fair) + 1), n) if dice.random() < 0.5 else tight
        yield at.tolist(), demand.tolist(), capacity.tolist(), medians


def judged(at: list[list[float]], demand: list[int], capacity: list[int], medians: int, rounds: int = 1) -> float:
    """Solve and check everything that holds whatever the search did; how far above the optimum the cost is."""
    optimum = least(at, demand, capacity, medians)
    try:
        found = capacitated_p_median(at, demand, capacity, medians, rounds=rounds)
    except Refused as refusal:
        assert refusal.code == "MED-INFEASIBLE" and optimum == math.inf, (refusal.sentence, optimum)
        return 0.0
    assert len(set(found.medians.tolist())) == medians
    assert set(found.assignment.tolist()) <= set(found.medians.tolist())
    for j in found.medians.tolist():
        assert sum(q for q, a in zip(demand, found.assignment.tolist(), strict=True) if a == j) <= capacity[j]
    cost = sum(math.dist(at[i], at[j]) for i, j in enumerate(found.assignment.tolist()))
    assert found.cost == pytest.approx(cost, rel=1e-12)
    assert found.lower_bound <= optimum * (1 + 1e-12), "a bound above the optimum"
    assert found.cost >= optimum * (1 - 1e-12)
    return found.cost - optimum


def test_the_optimum_of_every_tiny_case_is_found_and_the_bound_stays_below_it():
    for case in instances(24, seed=3):
        assert judged(*case) <= 1e-9, case


@pytest.mark.parametrize(
    ("at", "demand", "capacity", "medians", "optimum"),
    [
        ([[3, 4]], [1], 1, 1, 0.0),
        ([[5, 5]] * 6, [1] * 6, 2, 3, 0.0),
        (SQUARE, [1] * 4, 1, 4, 0.0),
        (SQUARE, [0] * 4, 0, 2, 2.0),
        (SQUARE, [1e300] * 4, 2e300, 2, 2.0),
        (SQUARE, [1] * 4, 1e300, 2, 2.0),
        (SQUARE, [1e-310] * 4, 2, 2, 2.0),
        (SQUARE, [1e-310] * 4, 2e-310, 2, 2.0),
        # Three tenths fit into 0.3, though not in binary; three thirds fit into 1.
        ([[i, 0] for i in range(6)], [0.1] * 6, 0.3, 2, 4.0),
        ([[i, 0] for i in range(6)], [1 / 3] * 6, 1.0, 2, 4.0),
        # A median may serve others only: the sole place with room for anybody is itself served nowhere else.
        ([[0, 0], [3, 0], [0, 4]], [2, 2, 2], [6, 0, 0], 1, 7.0),
        # Far from the origin, and across it.
        ([[1e9 + i, 1e9] for i in range(10)], [1] * 10, 4, 3, 8.0),
        ([[1e140, 0], [-1e140, 0], [0, 0]], [1, 1, 1], 2, 2, 1e140),
        ([[1e-200, 0], [-1e-200, 0], [0, 0]], [1, 1, 1], 2, 2, 1e-200),
    ],
)
def test_odd_but_lawful_input(at, demand, capacity, medians, optimum):
    found = capacitated_p_median(at, demand, capacity, medians, rounds=1)
    assert found.cost == pytest.approx(optimum, rel=1e-9, abs=0)
    assert found.lower_bound <= found.cost


@pytest.mark.parametrize(
    ("at", "demand", "capacity", "medians", "field", "code"),
    [
        ([], [], 1, 1, "coordinates", "MED-1"),
        ([[0, 0], [math.nan, 1]], [1, 1], 2, 1, "coordinates", "MED-4"),
        ([[0, 0], [math.inf, 1]], [1, 1], 2, 1, "coordinates", "MED-4"),
        ([[0, 0], [1e200, 1]], [1, 1], 2, 1, "coordinates", "MED-2"),
        ([[0, 0, 0]], [1], 2, 1, "coordinates", "MED-2"),
        ([[0, 0], [1]], [1, 1], 2, 1, "coordinates", "MED-4"),
        ([[1j, 0]], [1], 2, 1, "coordinates", "MED-4"),
        ("kosong", [1], 2, 1, "coordinates", "MED-4"),
        (SQUARE, [1, 1], 4, 2, "demand", "MED-5"),
        (SQUARE, [1, -1, 1, 1], 4, 2, "demand", "MED-6"),
        (SQUARE, [1e308] * 4, 1e308, 2, "demand", "MED-6"),
        (SQUARE, [1] * 4, 1e308, 2, "capacity", "MED-6"),
        (SQUARE, [1, None, 1, 1], 4, 2, "demand", "MED-4"),
        (SQUARE, [1] * 4, [4, 4], 2, "capacity", "MED-5"),
        (SQUARE, [1] * 4, -1, 2, "capacity", "MED-6"),
        (SQUARE, [1] * 4, math.nan, 2, "capacity", "MED-4"),
        (SQUARE, [1] * 4, 4, 0, "medians", "MED-7"),
        (SQUARE, [1] * 4, 4, 5, "medians", "MED-7"),
        (SQUARE, [1] * 4, 4, 2.5, "medians", "MED-7"),
        (SQUARE, [9, 1, 1, 1], 4, 2, "demand", "MED-INFEASIBLE"),
        (SQUARE, [3] * 4, 4, 2, "medians", "MED-INFEASIBLE"),
        # Enough in all, but two do not fit into one; a capacity between two multiples of the demand is not rounded up.
        ([[0, 0]] * 5, [6, 6, 6, 7, 6], 11, 4, "medians", "MED-INFEASIBLE"),
        ([[i, 0] for i in range(6)], [0.1] * 6, 0.2999999999, 2, "medians", "MED-INFEASIBLE"),
    ],
)
def test_what_has_no_meaning_or_no_answer_is_refused_with_its_field(at, demand, capacity, medians, field, code):
    with pytest.raises(Refused) as refusal:
        capacitated_p_median(at, demand, capacity, medians, rounds=1)
    assert (refusal.value.field, refusal.value.code) == (field, code)


@pytest.mark.parametrize("seconds", [math.nan, -1, math.inf, "1"])
def test_a_time_that_is_none_is_refused(seconds):
    with pytest.raises(Refused) as refusal:
        capacitated_p_median(SQUARE, [1] * 4, 4, 2, seconds=seconds)
    assert refusal.value.field == "seconds"


def test_what_was_not_found_is_not_called_impossible(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(median, "PACKING_BRANCHES", 50)
    demand = list(range(334, 375))  # never three in 1000, so 41 do not fit into 20: true, but not shown so quickly
    at = [[i % 7, i // 7] for i in range(41)]
    with pytest.raises(Refused) as refusal:
        capacitated_p_median(at, demand, 1000, 20, rounds=0)
    assert refusal.value.code == "MED-NOT-FOUND"


def test_same_seed_and_rounds_same_answer_and_more_rounds_are_never_worse():
    dice = np.random.default_rng(5)
    at, demand = dice.random((8, 2)), dice.integers(1, 9, 8)
    once, again = (capacitated_p_median(at, demand, 30, 3, seed=7, rounds=1) for _ in range(2))
    assert once.medians.tolist() == again.medians.tolist() and once.assignment.tolist() == again.assignment.tolist()
    assert (once.cost, once.lower_bound) == (again.cost, again.lower_bound)
    assert capacitated_p_median(at, demand, 30, 3, seed=7, rounds=0).cost >= once.cost
    assert capacitated_p_median(at, demand, 30, 3, seed=7, rounds=2).cost <= once.cost


def test_an_answer_stands_when_there_is_no_time_or_somebody_stops_it():
    dice = np.random.default_rng(6)
    at, demand = dice.random((25, 2)), dice.integers(1, 9, 25)
    for options in ({"seconds": 0.0}, {"rounds": 9, "stopped": lambda: True}):
        found = capacitated_p_median(at, demand, 40, 4, **options)
        loads = [demand[found.assignment == j].sum() for j in found.medians]
        assert max(loads) <= 40 and found.lower_bound <= found.cost


def test_whoever_stops_it_does_not_wait_for_the_bound(monkeypatch: pytest.MonkeyPatch):
    climbs = []
    climb = median_bound.climb
    monkeypatch.setattr(median, "BOUND_STEPS", ((False, 1_000), (True, 1_000)))
    monkeypatch.setattr(median_bound, "climb", lambda *given: climbs.append(1) or climb(*given))
    dice = np.random.default_rng(6)
    capacitated_p_median(dice.random((12, 2)), dice.integers(1, 9, 12), 40, 3, rounds=9, stopped=lambda: True)
    assert len(climbs) == 2


def test_the_bound_of_any_prices_is_that_of_every_place_deciding_alone():
    for at, demand, capacity, medians in instances(25, seed=8):
        n, dice = len(at), np.random.default_rng(len(at))
        where, wants, room = np.array(at), np.array(demand, float), np.array(capacity, float)
        prices = dice.uniform(0, 1.5 * where.max() + 1, n)
        gains = sorted(
            max(
                sum(prices[i] - math.dist(at[i], at[j]) for i in served)
                for size in range(n + 1)
                for served in itertools.combinations(range(n), size)
                if sum(demand[i] for i in served) <= capacity[j]
            )
            for j in range(n)
        )
        exactly = prices.sum() - sum(gains[n - medians :])
        listed = median_bound.nearest(where, n)
        found = median_bound.bound(
            *listed, wants, room, medians, prices.copy(), True, np.empty(n), np.empty(medians, np.int64)
        )
        assert found == pytest.approx(exactly, rel=1e-8, abs=1e-7) and found <= exactly
        split = median_bound.bound(
            *listed, wants, room, medians, prices.copy(), False, np.empty(n), np.empty(medians, np.int64)
        )
        assert split <= exactly
        # With few places listed the prices are held down, and what they prove stays below the optimum.
        fewer = median_bound.nearest(where, max(1, n // 2))
        held = median_bound.bound(
            *fewer, wants, room, medians, prices.copy(), True, np.empty(n), np.empty(medians, np.int64)
        )
        assert held <= least(at, demand, capacity, medians)
