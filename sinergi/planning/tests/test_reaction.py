"""Reaction forces: never less than any other sites cover, and a bound that no sites exceed."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from sinergi.kernel.errors import Refused
from sinergi.planning.reaction import cover_bound, place_reaction, refine, weights_of, within_reach
from sinergi.planning.tests.instances import made, stations, verdict, write_tables


def case(seed: int, count: int = 30, sites: int = 9):
    chance = np.random.default_rng(seed)
    return chance.random((count, sites)) < 0.25, chance.integers(0, 50, count)


def best_by_hand(within, weights, teams):
    return max(
        int(weights[within[:, list(some)].any(axis=1)].sum())
        for some in itertools.combinations(range(within.shape[1]), teams)
    )


@pytest.mark.parametrize("teams", [1, 2, 3, 9])
def test_no_sites_cover_more_and_the_bound_says_so(teams):
    for seed in range(4):
        within, weights = case(seed)
        best = best_by_hand(within, weights, teams)
        plans = list(refine(within, weights, teams))
        assert plans[-1].weight == best
        assert [one.weight for one in plans] == sorted(one.weight for one in plans)
        assert [one.bound for one in plans] == sorted((one.bound for one in plans), reverse=True)
        for one in plans:
            assert best <= one.bound and len(one.sites) == teams
            assert one.weight == weights[within[:, one.sites].any(axis=1)].sum()


def test_any_prices_are_a_bound():
    chance = np.random.default_rng(5)
    for seed in range(20):
        within, weights = case(seed)
        prices = (1000 * weights * chance.random(len(weights))).astype(np.int64)
        assert cover_bound(within, weights, prices, 2) >= best_by_hand(within, weights, 2)


def test_the_same_answer_again_and_an_instant_one():
    within, weights = case(3, 60, 15)
    one, two = place_reaction(within, weights, 4), place_reaction(within, weights, 4)
    assert one.sites == two.sites and one.bound == two.bound
    first = place_reaction(within, weights, 4, exact=False)
    assert 0.9 * one.weight <= first.weight <= one.weight <= first.bound


def test_reach_is_the_great_circle_and_islands_stay_alone():
    some = stations([(1.6, 99.2), (1.6, 99.21), (3.0, 99.2)], risk="high")
    within = within_reach(some.lat, some.lon, np.array([1.6]), np.array([99.2]), 1200.0)
    assert within[:, 0].tolist() == [True, True, False]
    plan = place_reaction(within, weights_of(some), 3)
    assert plan.sites == [0] and plan.alone == 1 and plan.weight == plan.bound == 6


@pytest.mark.parametrize("wrong", [{"teams": 0}, {"within": np.zeros((3, 0), bool)}, {"weights": np.array([-1, 0, 0])}])
def test_nobody_to_place_is_refused(wrong):
    asked = {"within": np.ones((3, 2), bool), "weights": np.ones(3, np.int64), "teams": 1} | wrong
    with pytest.raises(Refused) as refusal:
        place_reaction(**asked)
    assert refusal.value.field == "teams"


def test_the_command_places_them_and_the_checker_notices_a_lie(tmp_path, capsys):
    write_tables(tmp_path, 4, villages=4)
    rows = (tmp_path / "stations.csv").read_text().splitlines()[1:]
    points = [row.split(",")[4:6] for row in rows if row.split(",")[4]]
    sites = [f"T{i},{lat},{lon}" for i, (lat, lon) in enumerate(points[::3])]
    (tmp_path / "sites.csv").write_text("\n".join(["code,lat,lon", *sites]) + "\n")
    out = made(tmp_path, "--rounds", "0", "--teams", "2", "--reach-metres", "2500")
    assert "Pasukan reaksi cepat di T" in capsys.readouterr().out
    code, said = verdict(tmp_path)
    assert code == 0, said
    kept = (out / "certificate.json").read_text()
    first = json.loads(kept)["reaction"]
    for lie in ({"weight": first["weight"] + 1}, {"bound": first["bound"] - 1}, {"teams": 1}, {"reach_m": 90_000.0}):
        said = json.loads(kept)
        said["reaction"] |= lie
        (out / "certificate.json").write_text(json.dumps(said))
        assert verdict(tmp_path)[0] == 1, lie
