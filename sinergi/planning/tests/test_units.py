"""Officers to posts: shortage least, reserves kept, cheapest, and proven so."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from sinergi.kernel.errors import Refused
from sinergi.planning import units as flow
from sinergi.planning.model import CLASSES, Units
from sinergi.planning.tests.instances import pattern
from sinergi.planning.units import Posts, assign_units, extras_mm, metres_mm, missing_mm


def world(seed, *, units=3, posts=3, officers=3, extras=False):
    """Random units and posts in two regencies, and one unit that only lends."""
    chance = random.Random(seed)

    def points(count):
        return np.array([[1.6 + chance.uniform(-0.2, 0.2), 99.2 + chance.uniform(-0.2, 0.2)] for _ in range(count)])

    where, there = points(units), points(posts)
    free = np.array([chance.randint(0, officers) for _ in range(units)])
    return (
        Posts(
            lat=there[:, 0],
            lon=there[:, 1],
            regency=[chance.choice(("1203", "1220")) for _ in range(posts)],
            pattern=[
                pattern(4, risk=chance.choice(CLASSES), least=chance.randint(1, 2), up_to=3 if extras else 2)
                for _ in range(posts)
            ],
        ),
        Units(
            code=[f"U{i}" for i in range(units)],
            name=[""] * units,
            level=["sector"] * (units - 1) + ["brimob"],
            regency=[("1203", "1220")[i % 2] for i in range(units - 1)] + [""],
            lat=where[:, 0],
            lon=where[:, 1],
            officers=free + 1,
            reserve=np.ones(units, np.int64),
        ),
    )


def cost_of(posts, units, table):
    """What a table of officers (unit × post) costs in millimetres, by the words of docs/planning.md."""
    from sinergi.planning.clusters import on_sphere

    one, two = on_sphere(units.lat, units.lon), on_sphere(posts.lat, posts.lon)
    total = 0
    for u, row in enumerate(table):
        for p, officers in enumerate(row):
            own = units.regency[u] == posts.regency[p] and units.level[u] == "sector"
            total += officers * (int(metres_mm(one[u], two[p])) + (0 if own else flow.LENT_MM))
    for p, rule in enumerate(posts.pattern):
        there = sum(row[p] for row in table)
        total += max(0, rule.police_min - there) * missing_mm(rule)
        total -= sum(extras_mm(rule)[: max(0, there - rule.police_min)])
    return total


def test_no_other_plan_is_cheaper():
    for seed in range(6):
        posts, units = world(seed, units=2, posts=2, officers=2, extras=seed % 2 == 1)
        sent = assign_units(posts, units)
        free = (units.officers - units.reserve).tolist()
        best = min(
            cost_of(posts, units, table)
            for flat in itertools.product(range(3), repeat=4)
            for table in [(flat[:2], flat[2:])]
            if all(sum(row) <= most for row, most in zip(table, free, strict=True))
            and all(sum(row[p] for row in table) <= rule.police_max for p, rule in enumerate(posts.pattern))
        )
        assert sent.cost_mm == sent.bound_mm == best


@pytest.mark.parametrize("hubs", [False, True])
def test_shortage_is_least_reserves_stay_and_the_bound_is_met(hubs, monkeypatch):
    if hubs:
        monkeypatch.setattr(flow, "MOST_PAIRS", 0)
    for seed in range(20):
        posts, units = world(seed, units=5, posts=7, officers=6, extras=seed % 3 == 0)
        sent = assign_units(posts, units)
        free = units.officers - units.reserve
        assert sent.cost_mm == sent.bound_mm
        assert (np.bincount(sent.unit, sent.officers, minlength=5) <= free).all()
        needed = sum(rule.police_min for rule in posts.pattern)
        assert sent.missing.sum() == sent.unmet_bound == max(0, needed - free.sum())
        assert sent.lent >= sent.lent_bound


@pytest.mark.parametrize("hubs", [False, True])
def test_a_unit_that_is_not_tried_first_is_sent_when_it_gains(hubs, monkeypatch):
    for seed in range(12):
        posts, units = world(seed, units=6, posts=9, officers=4, extras=True)
        monkeypatch.setattr(flow, "MOST_PAIRS", 0 if hubs else 10**6)
        monkeypatch.setattr(flow, "NEAREST", 99)
        all_tried = assign_units(posts, units)
        monkeypatch.setattr(flow, "NEAREST", 1)
        one_tried = assign_units(posts, units)
        assert one_tried.cost_mm == one_tried.bound_mm == all_tried.cost_mm


def test_a_short_plan_leaves_the_least_dangerous_posts_short():
    posts, units = world(1, units=2, posts=4, officers=0)
    rules = [pattern(4, risk=risk) for risk in ("low", "special", "medium", "high")]
    units.officers[:] = [5, 1]
    sent = assign_units(Posts(lat=posts.lat, lon=posts.lon, regency=["1203"] * 4, pattern=rules), units)
    assert sent.missing.tolist() == [2, 0, 2, 0]


def test_nobody_to_send_means_everybody_is_missing():
    posts, units = world(2, units=2, posts=3)
    units.officers[:] = 1
    sent = assign_units(posts, units)
    assert len(sent.unit) == 0 and sent.missing.sum() == sent.unmet_bound == sum(r.police_min for r in posts.pattern)


@pytest.mark.parametrize(("column", "value"), [("reserve", 9), ("reserve", -1), ("lat", np.nan)])
def test_a_unit_that_keeps_more_than_it_has_proves_nothing(column, value):
    posts, units = world(3, units=2, posts=2)
    getattr(units, column)[1] = value
    with pytest.raises(Refused, match="Satuan U1"):
        assign_units(posts, units)


def test_an_officer_of_the_own_regency_goes_far_before_one_is_lent():
    rule = [pattern(4, least=1)]
    units = Units(
        code=["near", "own"],
        name=["", ""],
        level=["sector", "sector"],
        regency=["1220", "1203"],
        lat=np.array([1.6, 3.0]),
        lon=np.array([99.2, 99.2]),
        officers=np.array([5, 1]),
        reserve=np.array([0, 0]),
    )
    sent = assign_units(Posts(lat=np.array([1.6]), lon=np.array([99.2]), regency=["1203"], pattern=rule), units)
    assert sent.unit.tolist() == [1] and sent.lent == sent.lent_bound == 0
