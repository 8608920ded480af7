"""Nested sets: whatever they say, no plan costs less; and they prove more than prices where posts are nearly full."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest

from sinergi.planning import nested
from sinergi.planning.clusters import bound_at, metres_between, on_sphere
from sinergi.planning.model import Limits
from sinergi.planning.nested import Nested, nearest_joined, nested_bound
from sinergi.planning.posts import group_posts
from sinergi.planning.tests.instances import after, best_by_hand, grouped, made, pattern, scattered, stations, verdict

# Three hamlets of four far apart, four stations a post but for one that has to be shared: no post is spared.
HAMLETS = [
    (1.6 + lat / 10 + i % 2 / 1000, 99.2 + i // 2 / 1000)
    for lat, many in ((0, 4), (1, 3), (2, 5), (3, 3))
    for i in range(many)
]


def by_hand(metres, sets, posts, most, prices):
    """The bound by trying every choice of every anchor; `sets` are pairs of stations and reward."""
    n = len(metres)
    worth = []
    for j in range(n):
        others = [i for i in range(n) if i != j]
        worth.append(
            min(
                sum(metres[i, j] - prices[i] for i in (j, *some))
                - sum(reward for members, reward in sets if {j, *some} & set(members))
                for size in range(most)
                for some in itertools.combinations(others, size)
            )
        )
    needed = sum(reward * math.ceil(len(members) / most) for members, reward in sets)
    return prices.sum() + needed + sum(sorted(worth)[:posts])


@pytest.mark.parametrize("seed", range(4))
def test_any_prices_and_rewards_prove_what_trying_all_proves_and_never_too_much(seed):
    points, most, chance = scattered(7, seed, spread=0.02), 3, np.random.default_rng(seed)
    metres = metres_between(on_sphere(*np.array(points).T), math.inf)
    one, two = nearest_joined(metres)
    prices, rewards = chance.uniform(-500, 4000, 7), chance.uniform(0, 3000, 6) * (chance.random(6) < 0.6)
    now = Nested(metres, one, two, prices, rewards)
    assert now.proven(3, most) == pytest.approx(by_hand(metres, now.sets(), 3, most, prices))
    assert now.proven(3, most) <= best_by_hand(points, most)[1] + 1e-6


def test_who_is_taken_and_what_is_served_add_up_to_the_bound():
    points, most = scattered(8, 9), 4
    metres = metres_between(on_sphere(*np.array(points).T), math.inf)
    one, two = nearest_joined(metres)
    prices, rewards = np.full(8, 5000.0), np.full(7, 300.0)
    counts, served = np.zeros(8, np.int64), np.zeros(7, np.int64)
    before = nested_bound(metres, one, two, 2, most, prices, rewards, counts, served)
    for change in (prices, rewards):
        change[0] += 1e-4
        slope = (nested_bound(metres, one, two, 2, most, prices, rewards, counts.copy(), served.copy()) - before) / 1e-4
        change[0] -= 1e-4
        # A bound grows by what is lacking: stations not taken, posts that do not serve a set of two.
        assert slope == pytest.approx(1 - (counts[0] if change is prices else served[0]), abs=1e-3)


def test_without_rewards_they_prove_what_prices_prove():
    points, most = scattered(9, 2), 4
    metres = metres_between(on_sphere(*np.array(points).T), math.inf)
    prices = np.random.default_rng(1).uniform(0, 6000, 9)
    alone = bound_at(metres, prices, 3, most, np.zeros(9, np.int64))
    assert Nested(metres, *nearest_joined(metres), prices, np.zeros(8)).proven(3, most) == pytest.approx(alone)


@pytest.fixture(scope="module", autouse=True)
def few_steps():
    """Loops are not compiled here, and so small a group needs no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nested, "STEPS", 60)
        yield


@pytest.fixture(scope="module")
def hamlets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hamlets")
    rows = [f"S{i:02},1203012001,120301,1203,{lat:.6f},{lon:.6f},,low" for i, (lat, lon) in enumerate(HAMLETS)]
    (folder / "stations.csv").write_text(
        "\n".join(["code,village_code,district_code,regency_code,lat,lon,voters,class", *rows, ""])
    )
    units = "code,name,level,regency_code,lat,lon,officers,reserve\nP,Polres,regency,1203,1.6,99.2,20,0\n"
    (folder / "units.csv").write_text(units)
    patterns = "class,police_min,police_max,stations,linmas,radius_m\nlow,2,2,4,2,\n"
    (folder / "patterns.csv").write_text(patterns)
    made(folder, "--rounds", "4")
    return folder


def test_nearly_full_posts_are_proven_closer_than_by_prices_and_a_stranger_agrees(hamlets):
    first = grouped(HAMLETS, pattern(4), Limits(rounds=3, threads=1))
    [group] = json.loads((hamlets / "plan" / "certificate.json").read_text())["groups"]
    assert group["proof"] == "nested" and group["posts"] == 4
    by_prices, by_sets = (
        group["travel_m"] / bound - 1 for bound in (first.lower_bound_travel_m, group["travel_bound_m"])
    )
    assert by_sets < by_prices / 2
    code, said = verdict(hamlets)
    assert code == 0, said


@pytest.mark.parametrize(
    "lie",
    [
        lambda group: group.update(travel_bound_m=group["travel_bound_m"] + 0.01),
        lambda group: group["prices"].__setitem__(0, group["prices"][0] + 50),
        lambda group: group["prices"].pop(),
        lambda group: group["sets"][0].update(price=-1.0),
        lambda group: group["sets"][-1].update(price=group["sets"][-1]["price"] + 1e5),
        lambda group: group["sets"].append({"stations": ["S00", "S05"], "price": 1.0}),
    ],
    ids=["bound", "price", "missing", "negative", "dearer set", "crossing sets"],
)
def test_the_checker_notices_a_lie_about_sets(lie, hamlets):
    file = hamlets / "plan" / "certificate.json"
    kept = file.read_text()
    said = json.loads(kept)
    lie(said["groups"][0])
    file.write_text(json.dumps(said))
    try:
        code, words = verdict(hamlets)
    finally:
        file.write_text(kept)
    assert code == 1 and "WRONG" in words


@pytest.mark.slow
def test_a_proof_that_is_stopped_leaves_that_of_prices():
    rule, limits = pattern(4), Limits(rounds=4, threads=1, moves=5)
    for looks in itertools.count():
        plan = group_posts(stations(HAMLETS), [rule], "village", limits, stopped=after(looks))
        if not plan.cut_short:
            break
        last = plan
    assert (last.rounds, last.groups[0].proof, plan.groups[0].proof) == (4, "prices", "nested")
    assert 0 < last.lower_bound_travel_m < plan.lower_bound_travel_m
