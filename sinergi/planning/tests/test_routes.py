"""Escorts: whatever the routes are, every window, load and duty is kept; more rounds are never worse."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from sinergi.kernel.errors import Refused
from sinergi.kernel.places import EARTH_RADIUS_M
from sinergi.planning import routes as planning
from sinergi.planning.model import Limits
from sinergi.planning.routes import Fleet, Stops, refine, route, shortest_m, wave_back

HOUR = 3600


def case(seed: int, count: int = 12, *, vehicles: int = 4, boxes: int = 20) -> tuple[Stops, Fleet]:
    """Stops around a warehouse: all day, morning, two hours, afternoon."""
    chance = np.random.default_rng(seed)
    kind = chance.integers(0, 4, count)
    return (
        Stops(
            lat=1.5 + chance.uniform(-0.2, 0.2, count),
            lon=99.3 + chance.uniform(-0.2, 0.2, count),
            boxes=chance.integers(1, 8, count),
            earliest=np.array([0, 0, 3 * HOUR, 6 * HOUR])[kind],
            latest=np.array([12 * HOUR, 6 * HOUR, 5 * HOUR, 12 * HOUR])[kind],
            service=np.full(count, 600),
        ),
        Fleet(1.5, 99.3, np.full(vehicles, boxes), 0, 14 * HOUR, 10 * HOUR, 10.0),
    )


def metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    y1, x1, y2, x2 = np.radians((*one, *two))
    half = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    return float(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half)))


def assert_kept(stops: Stops, fleet: Fleet, plan) -> None:
    """Every rule again, from the points alone."""
    served = sorted(itertools.chain(*plan.routes, plan.left))
    assert served == list(range(len(stops)))
    total = 0.0
    for k, line in enumerate(plan.routes):
        at, here = plan.departs[k], (fleet.lat, fleet.lon)
        assert at >= fleet.opens and sum(stops.boxes[i] for i in line) <= fleet.boxes[k]
        for i in line:
            there = (stops.lat[i], stops.lon[i])
            far = fleet.detour * metres(here, there)
            # Seconds of a way are rounded up by less than one.
            assert plan.arrival[i] >= at + far / fleet.metres_per_second - 0.01
            assert stops.earliest[i] <= plan.arrival[i] <= stops.latest[i]
            at, here, total = plan.arrival[i] + stops.service[i], there, total + far
        far = fleet.detour * metres(here, (fleet.lat, fleet.lon))
        back = at + far / fleet.metres_per_second
        assert back <= fleet.closes and back - plan.departs[k] <= fleet.most_duty
        total += far
    assert plan.metres == pytest.approx(total, abs=0.1)


@pytest.fixture(autouse=True)
def few_trials(monkeypatch):
    monkeypatch.setattr(planning, "BLOCK", 25)


@pytest.mark.parametrize("seed", range(6))
def test_every_window_load_and_duty_is_kept_in_both_waves(seed):
    stops, fleet = case(seed, vehicles=3 + seed % 2)
    back = wave_back(stops, np.arange(12) * 600, 13 * HOUR)
    for wave in (stops, back):
        plans = list(itertools.islice(refine(wave, fleet, seed), 3))
        for plan in plans:
            assert_kept(wave, fleet, plan)
        order = [(len(plan.left), plan.metres) for plan in plans]
        assert order == sorted(order, reverse=True)


def test_few_stops_are_driven_as_well_as_any_order():
    for seed in range(4):
        stops, fleet = case(seed, 5, vehicles=1, boxes=100)
        stops = replace(stops, earliest=np.zeros(5, np.int64), latest=np.full(5, 14 * HOUR))
        depot = (fleet.lat, fleet.lon)
        points = list(zip(stops.lat, stops.lon, strict=True))
        best = min(
            fleet.detour * sum(metres(a, b) for a, b in itertools.pairwise([depot, *(points[i] for i in line), depot]))
            for line in itertools.permutations(range(5))
        )
        assert route(stops, fleet, Limits(rounds=4, seed=seed)).metres == pytest.approx(best, abs=0.1)


def test_the_same_seed_and_rounds_are_the_same_routes_whatever_the_clock():
    stops, fleet = case(2)
    one, two = (route(stops, fleet, Limits(rounds=2), clock=iter(range(0, 10**6, k)).__next__) for k in (1, 7))
    assert one.routes == two.routes
    late = route(stops, fleet, Limits(seconds=0.0), clock=lambda: 0.0)
    assert late.rounds == 0
    assert_kept(stops, fleet, late)
    assert route(stops, fleet, Limits(rounds=9), stopped=lambda: True).rounds == 0


def test_what_nobody_can_reach_in_time_is_left_and_told():
    stops, fleet = case(1, 4)
    stops.latest[0] = stops.earliest[0] = 1
    stops.boxes[1] = 99
    plan = route(stops, fleet, Limits(rounds=1))
    assert plan.left == [0, 1] and plan.arrival[0] == plan.arrival[1] == -1
    assert_kept(stops, fleet, plan)


def test_stops_at_one_point_and_at_the_warehouse_are_no_way():
    stops, fleet = case(1, 4)
    stops = replace(stops, lat=np.full(4, fleet.lat), lon=np.full(4, fleet.lon))
    assert route(stops, fleet, Limits(rounds=1)).metres == 0.0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda stops, fleet: (replace(stops, lat=np.array([np.nan] * 4)), fleet), "stops"),
        (lambda stops, fleet: (replace(stops, boxes=np.array([1])), fleet), "stops"),
        (lambda stops, fleet: (replace(stops, service=np.array([-1] * 4)), fleet), "stops"),
        (lambda stops, fleet: (replace(stops, latest=np.array([-1] * 4)), fleet), "stops"),
        (lambda stops, fleet: (Stops(*[np.zeros(0)] * 6), fleet), "stops"),
        (lambda stops, fleet: (stops, replace(fleet, boxes=np.array([0]))), "fleet"),
        (lambda stops, fleet: (stops, replace(fleet, closes=0)), "fleet"),
        (lambda stops, fleet: (stops, replace(fleet, metres_per_second=0.0)), "fleet"),
        (lambda stops, fleet: (stops, replace(fleet, detour=0.5)), "fleet"),
    ],
)
def test_what_cannot_be_driven_is_refused(change, field):
    with pytest.raises(Refused) as refusal:
        route(*change(*case(1, 4)), Limits(rounds=0))
    assert refusal.value.field == field


def test_no_routes_are_shorter_than_the_proven_least():
    reached = []
    for seed in range(30):
        stops, fleet = case(seed, 6, vehicles=3, boxes=14)
        stops = replace(stops, earliest=np.zeros(6, np.int64), latest=np.full(6, 12 * HOUR))
        plan = route(stops, fleet, Limits(rounds=1))
        assert not plan.left and shortest_m(stops, fleet) <= plan.metres
        reached.append(shortest_m(stops, fleet) / plan.metres)
    assert max(reached) > 0.6
    # One stop, taken in as many ways as there are loads: nothing between bound and way.
    alone = Stops(*(np.array([value]) for value in (1.6, 99.3, 14, 0, 12 * HOUR, 0)))
    exact = route(alone, Fleet(1.5, 99.3, np.array([14]), 0, 14 * HOUR, 10 * HOUR, 10.0), Limits(rounds=0))
    assert exact.metres - shortest_m(alone, replace(fleet, boxes=np.array([14]))) < 1
