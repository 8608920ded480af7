"""Guard posts: as few as can be, never a rule broken, and bounds that hold against every plan there is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sinergi.kernel.errors import Refused
from sinergi.kernel.places import Point, distance_m
from sinergi.planning import matching
from sinergi.planning.clusters import metres_between, on_sphere
from sinergi.planning.cover import posts_needed
from sinergi.planning.model import Limits
from sinergi.planning.posts import group_posts
from sinergi.planning.tests.instances import QUICK, after, best_by_hand, grouped, pattern, scattered, stations


def assert_sound(points, rule, plan):
    """Every rule of the plan, and that what it claims adds up."""
    sizes = np.bincount(plan.post_of)
    assert len(sizes) == len(plan.anchor) and sizes.max() <= rule.stations and sizes.min() >= 1
    total = 0.0
    for i, post in enumerate(plan.post_of):
        far = distance_m(Point(*points[i]), Point(*points[plan.anchor[post]]))
        assert far <= (rule.radius_m or math.inf) + 1e-6
        total += far
    assert all(plan.post_of[anchor] == post for post, anchor in enumerate(plan.anchor))
    assert plan.travel_m == pytest.approx(total, abs=1e-5)
    assert plan.lower_bound_travel_m <= plan.travel_m and plan.lower_bound_posts <= len(plan.anchor)


@settings(max_examples=8, deadline=None)
@given(some.integers(1, 9), some.integers(1, 4), some.integers(0, 10**6), some.sampled_from([0, 0, 2]))
def test_bounds_hold_against_every_plan_and_two_posts_are_exact(count, most, seed, lumps):
    points = scattered(count, seed, lumps=lumps)
    rule = pattern(most)
    plan = grouped(points, rule)
    assert_sound(points, rule, plan)
    posts, metres = best_by_hand(points, most)
    assert len(plan.anchor) == plan.lower_bound_posts == posts == -(-count // most)
    assert plan.lower_bound_travel_m <= metres + 1e-6 <= plan.travel_m + 2e-6
    if posts <= 2 or most == 2:
        assert plan.travel_m == pytest.approx(metres, abs=1e-5)
    if posts <= 2:
        assert plan.lower_bound_travel_m == pytest.approx(metres, abs=1e-4)


@settings(max_examples=8, deadline=None)
@given(some.integers(1, 8), some.integers(1, 4), some.integers(0, 10**6), some.sampled_from([800.0, 3000.0, 6000.0]))
def test_nobody_is_farther_than_the_radius_and_the_number_of_posts_is_bounded(count, most, seed, radius):
    points = scattered(count, seed)
    rule = pattern(most, radius_m=radius)
    plan = grouped(points, rule)
    assert_sound(points, rule, plan)
    posts, metres = best_by_hand(points, most, radius)
    assert plan.lower_bound_posts <= posts <= len(plan.anchor)
    if len(plan.anchor) == posts:
        assert plan.lower_bound_travel_m <= metres + 1e-6


def test_with_a_radius_as_few_posts_are_found_as_there_can_be():
    found = best = 0
    for seed in range(6):
        points = scattered(8, seed)
        found += len(grouped(points, pattern(3, radius_m=4000.0)).anchor)
        best += best_by_hand(points, 3, 4000.0)[0]
    assert found == best


def test_islands_beyond_the_radius_need_posts_of_their_own():
    points = [(1.6, 99.2), (1.6001, 99.2), (2.2, 99.2), (2.2001, 99.2), (2.8, 99.2)]
    plan = grouped(points, pattern(4, radius_m=2000.0))
    assert len(plan.anchor) == plan.lower_bound_posts == 3


def test_stations_apart_prove_more_posts_than_their_number():
    metres = metres_between(on_sphere(np.array([1.6, 1.62, 1.64]), np.array([99.2] * 3)), 1000.0)
    assert posts_needed(metres, 8) == (3, [[], [], []])
    line = np.array([1.6 + k * 0.008 for k in range(7)])
    least, apart = posts_needed(metres_between(on_sphere(line, np.full(7, 99.2)), 1000.0), 8)
    assert least == 3 and [len(part) for part in apart] == [3]


def test_identical_points_go_to_posts_in_the_order_of_their_codes():
    plan = grouped([(1.6, 99.2)] * 7, pattern(3))
    assert plan.post_of.tolist() == sorted(plan.post_of.tolist())
    assert (plan.travel_m, plan.lower_bound_travel_m, len(plan.anchor)) == (0.0, 0.0, 3)


@pytest.mark.parametrize("count", [5, 6, 9])
def test_posts_of_two_are_paired_exactly_and_the_prices_prove_it(count):
    points = scattered(count, count)
    metres = metres_between(on_sphere(*np.array(points).T), math.inf)
    pairing = matching.cheapest_pairing(metres)
    bound = matching.pairing_bound(metres, pairing.prices, pairing.odd_sets)
    assert bound == pytest.approx(best_by_hand(points, 2)[1], abs=1e-3)
    # Whatever prices somebody writes into a certificate, they prove no more than what is true.
    for worse in (10.0, -10.0, 1e7):
        assert (
            matching.pairing_bound(metres, [price + worse for price in pairing.prices], pairing.odd_sets)
            <= bound + 1e-3
        )


def test_two_triangles_need_an_odd_set_to_prove_their_pairing():
    points = [(1.6, 99.2), (1.6001, 99.2), (1.6, 99.2001), (1.7, 99.2), (1.7001, 99.2), (1.7, 99.2001)]
    plan = grouped(points, pattern(2))
    [group] = plan.groups
    assert group.proof == "pairing" and group.witness["odd_sets"]
    assert plan.lower_bound_travel_m == pytest.approx(plan.travel_m, abs=0.05)


def test_the_same_seed_and_rounds_give_the_same_plan_on_any_number_of_threads():
    points = scattered(13, 3)
    one, two, other = (
        grouped(points, pattern(4), Limits(rounds=2, threads=threads, moves=30, seed=seed))
        for threads, seed in ((1, 5), (3, 5), (1, 6))
    )
    assert one.post_of.tolist() == two.post_of.tolist() and one.travel_m == two.travel_m
    assert one.lower_bound_travel_m == two.lower_bound_travel_m
    assert other.travel_m > 0


def test_more_rounds_are_never_worse():
    points = scattered(13, 4)
    plans = [grouped(points, pattern(4), Limits(rounds=rounds, threads=1, moves=15)) for rounds in (0, 1, 3)]
    costs, bounds = [plan.travel_m for plan in plans], [plan.lower_bound_travel_m for plan in plans]
    assert costs[0] > costs[1] >= costs[2] and bounds[0] == 0.0 < bounds[1] <= bounds[2]


def test_time_that_is_over_or_ctrl_c_leave_a_sound_plan_without_a_bound():
    points, rule = scattered(13, 5), pattern(4)
    clock = iter(range(10**6))
    late = grouped(points, rule, Limits(seconds=0.5, threads=1))
    assert_sound(points, rule, late)
    stopped = group_posts(stations(points), [rule], "village", QUICK, stopped=lambda: True)
    out = group_posts(
        stations(points), [rule], "village", Limits(seconds=1, threads=1), clock=lambda: next(clock) * 2.0
    )
    for plan in (stopped, out):
        assert_sound(points, rule, plan)
    assert stopped.cut_short and stopped.rounds == 0 and stopped.lower_bound_travel_m == 0.0
    assert out.cut_short


def test_posts_of_two_are_paired_before_the_search_can_use_up_the_time():
    points = scattered(9, 7)
    plan = group_posts(stations(points), [pattern(2)], "village", QUICK, stopped=after(1))
    assert plan.cut_short and plan.rounds == 0
    assert [group.proof for group in plan.groups] == ["pairing"]
    assert plan.travel_m == pytest.approx(best_by_hand(points, 2)[1], abs=1e-5)


@pytest.mark.parametrize("rule", [pattern(2), pattern(3, radius_m=3000.0)])
def test_whatever_was_left_out_is_told_though_no_round_was_asked_for(rule):
    points = scattered(9, 7)
    for looks, short in ((0, True), (10**6, False)):
        plan = group_posts(stations(points), [rule], "village", Limits(rounds=0, moves=5), stopped=after(looks))
        assert_sound(points, rule, plan)
        assert plan.cut_short is short


def test_a_cover_that_is_stopped_is_still_one():
    points, rule = scattered(14, 2), pattern(3, radius_m=3000.0)
    for looks in range(6):
        plan = group_posts(stations(points), [rule], "village", QUICK, stopped=after(looks))
        assert_sound(points, rule, plan)
        assert plan.cut_short


def test_a_station_exactly_at_the_radius_is_within_it():
    points = [(1.6, 99.2), (1.61, 99.2)]
    exactly = metres_between(on_sphere(*np.array(points).T), math.inf)[0, 1]
    for less, posts in ((0.0, 1), (5e-7, 1), (1e-5, 2)):
        assert len(grouped(points, pattern(2, radius_m=exactly - less)).anchor) == posts


@pytest.mark.parametrize(
    "wrong",
    [
        {"most": 0},
        {"risk": "rawan"},
        {"least": 0},
        {"least": 3, "up_to": 2},
        {"radius_m": math.nan},
        {"radius_m": 0.0},
    ],
)
def test_a_pattern_that_guards_nobody_is_refused(wrong):
    with pytest.raises(Refused) as refusal:
        pattern(**({"most": 2} | wrong))
    assert refusal.value.field == "patterns"


def test_stations_nowhere_or_of_a_class_without_a_pattern_are_refused():
    with pytest.raises(Refused, match="203012001002 tidak punya titik"):
        stations([(1.6, 99.2), (math.nan, 99.2)])
    with pytest.raises(Refused, match="high tidak punya pola"):
        group_posts(stations([(1.6, 99.2)], risk="high"), [pattern(2)], "village", QUICK)
