"""Where reaction forces stand (part 4 of docs/planning.md): most weight within reach of p sites, with a proven bound.

The maximal covering location problem (Church and ReVelle, 1974): greedy and interchange for the screen, then the prices
of its linear programme for the bound, then the whole programme (HiGHS) for the best sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sinergi.kernel.errors import Broken, Refused
from sinergi.planning.clusters import on_sphere
from sinergi.planning.model import Floats, Integers, Stations
from sinergi.planning.units import metres_mm

NODES = 500
PARTS = 1000
SHAKES, LOSS, BACK = 100, 0.02, 20
Within = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CoverPlan:
    """`sites` chosen (positions), the weight within their reach, and what no p sites can exceed.

    `prices` per station, in thousandths of a weight, prove the bound (any from nothing to the weight do).
    `alone`: stations that no site reaches.
    """

    sites: list[int]
    covered: Within
    weight: int
    bound: int
    prices: Integers
    alone: int


def weights_of(stations: Stations) -> Integers:
    """What each station counts: one to four by class, times its voters where all are known."""
    voters = stations.voters if (stations.voters >= 0).all() else np.ones(len(stations), np.int64)
    return (1 + stations.risk) * voters


def within_reach(lat: Floats, lon: Floats, site_lat: Floats, site_lon: Floats, reach_m: float) -> Within:
    """Station × site: whether the great circle between them is at most `reach_m`."""
    stations, sites = on_sphere(lat, lon), on_sphere(site_lat, site_lon)
    columns = [metres_mm(stations, at) <= 1000 * reach_m for at in sites]
    return np.stack(columns, axis=1) if columns else np.zeros((len(lat), 0), bool)


def place_reaction(within: Within, weights: Integers, teams: int, *, exact: bool = True) -> CoverPlan:
    """The best sites found for `teams`; with `exact` the best there are, or that HiGHS finds in NODES of its tree.

    Raises Refused, field `teams`, for less than one team or no site at all.
    """
    plans = refine(within, weights, teams)
    return list(plans)[-1] if exact else next(plans)


def refine(within: Within, weights: Integers, teams: int) -> Iterator[CoverPlan]:
    """Better and better plans: greedy with interchange, then its proof, then the best. Deterministic."""
    if teams < 1 or within.shape[1] < 1 or (weights < 0).any():
        raise Refused(
            "Pasukan reaksi cepat: paling sedikit satu tim dan satu calon tempat, dan bobot tidak kurang dari 0.",
            code="REN-18",
            field="teams",
        )
    teams = min(teams, within.shape[1])
    # Stations that the same sites reach are one.
    numbers: dict[bytes, int] = {}
    which = np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in np.packbits(within, axis=1)], np.int64)
    sets = within[np.unique(which, return_index=True)[1]]
    weight = np.bincount(which, weights, minlength=len(sets)).astype(np.int64)
    none = int((~within.any(axis=1)).sum())

    def told(sites: list[int], prices: Integers) -> CoverPlan:
        covered: Within = np.asarray(within[:, sites].any(axis=1))
        found = int(weights[covered].sum())
        bound = cover_bound(within, weights, prices, teams)
        if bound < found:
            raise Broken(f"bound {bound} below the weight covered {found}")
        return CoverPlan(sorted(sites), covered, found, bound, prices, none)

    # In floats, which hold these whole numbers exactly, products of tables are a hundred times faster.
    reach, worth = np.ascontiguousarray(sets.T.astype(float)), weight.astype(float)
    sites = _shaken(reach, worth, _interchanged(reach, worth, _greedy(reach, worth, teams, [])))
    # Whatever a site reaches at all is the first bound.
    plan = told(sites, np.where(within.any(axis=1), 0, PARTS * weights))
    yield plan
    if plan.bound == plan.weight:
        return
    shares, better = _programme(sets, weight, teams)
    # Each station bears its share of the price of the set it belongs to, in whole thousandths.
    prices = np.floor(PARTS * weights * shares[which]).astype(np.int64)
    priced = told(sites, prices)
    plan = priced if priced.bound < plan.bound else plan
    yield plan
    if better is not None and plan.bound > plan.weight:
        best = told(_interchanged(reach, worth, better), plan.prices)
        yield best if best.weight > plan.weight else replace(plan)


def cover_bound(within: Within, weights: Integers, prices: Integers, teams: int) -> int:
    """What no `teams` sites can exceed: stations keep what is above their price, sites earn the prices in reach."""
    if ((prices < 0) | (prices > PARTS * weights)).any():
        raise Broken("a price below zero or above its weight proves nothing")
    earned = np.sort(prices @ within.astype(np.int64))[::-1]
    kept = np.where(within.any(axis=1), PARTS * weights - prices, 0)
    return int(kept.sum() + earned[:teams].sum()) // PARTS


def _covered(reach: Floats, weight: Floats, sites: list[int]) -> float:
    return float(weight[reach[sites].any(axis=0)].sum())


def _greedy(reach: Floats, weight: Floats, teams: int, sites: list[int], shy: Floats | None = None) -> list[int]:
    """`sites` and the most useful others, one by one. `shy`: what the first choice thinks of each site, from 0 to 1."""
    sites = list(sites)
    left = weight * ~reach[sites].any(axis=0)
    while len(sites) < teams:
        gain = reach @ left
        if shy is not None:
            gain, shy = gain * shy, None
        gain[sites] = -1
        site = int(gain.argmax())
        sites.append(site)
        left = left * (reach[site] == 0)
    return sites


def _interchanged(reach: Floats, weight: Floats, sites: list[int]) -> list[int]:
    """Until no exchange of one site for another covers more (Teitz and Bart, 1968)."""
    sites = list(sites)
    while True:
        times = reach[sites].sum(axis=0)
        # What only this site covers is lost without it, but for what the other one covers too.
        own = reach[sites] * (weight * (times == 1))
        change = (reach @ (weight * (times == 0)))[None, :] + own @ reach.T - own.sum(axis=1)[:, None]
        change[:, sites] = -1
        k, other = divmod(int(change.argmax()), len(reach))
        if change[k, other] <= 0:
            return sites
        sites[k] = other


def _shaken(reach: Floats, weight: Floats, sites: list[int]) -> list[int]:
    """Better than any one exchange: up to half of the sites leave, others come, SHAKES times.

    A plan that covers a share of LOSS less is still gone on from, so that the search leaves what is best only nearby;
    after BACK of them without a better one it goes back to the best.
    """
    chance = np.random.default_rng(0)
    at, now = sites, _covered(reach, weight, sites)
    best, most, vain = at, now, 0
    for _ in range(SHAKES if 1 < len(sites) < len(reach) else 0):
        leaving = chance.choice(len(at), int(chance.integers(1, max(2, len(at) // 2 + 1))), replace=False)
        shy = np.ones(len(reach))
        shy[[at[k] for k in leaving]] = chance.random(len(leaving))
        staying = [site for k, site in enumerate(at) if k not in leaving]
        other = _greedy(reach, weight, len(at), staying, shy)
        covered = _covered(reach, weight, other)
        if covered >= (1 - LOSS) * now:
            at, now = other, covered
        vain += 1
        if covered > most:
            best, most, vain = other, covered, 0
        if vain > BACK:
            at, now, vain = best, most, 0
    return _interchanged(reach, weight, best)


def _programme(sets: Within, weight: Integers, teams: int) -> tuple[Floats, list[int] | None]:
    """The share of each set's weight that is its price in the relaxed programme, and the sites of the whole one."""
    import highspy

    highs: Any = highspy
    rows, sites = sets.shape
    solver = highs.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    # Not a time: the same answer on every machine.
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.addVars(sites + rows, np.zeros(sites + rows), np.ones(sites + rows))
    scale = max(1.0, float(weight.max(initial=0)))
    for i in range(rows):
        solver.changeColCost(sites + i, -float(weight[i]) / scale)
    for i in range(rows):
        columns = np.append(np.flatnonzero(sets[i]), sites + i).astype(np.int32)
        solver.addRow(0.0, highspy.kHighsInf, len(columns), columns, np.append(np.ones(len(columns) - 1), -1.0))
    solver.addRow(0.0, float(teams), sites, np.arange(sites, dtype=np.int32), np.ones(sites))
    solver.run()
    duals = np.array(solver.getSolution().row_dual)[:rows] * scale
    shares: Floats = np.clip(duals / np.maximum(1, weight), 0.0, 1.0)
    solver.changeColsIntegrality(
        sites, np.arange(sites, dtype=np.int32), np.array([highspy.HighsVarType.kInteger] * sites)
    )
    solver.run()
    found = np.array(solver.getSolution().col_value)[:sites]
    if len(found) < sites or found.sum() < 0.5:
        return shares, None
    chosen = np.argsort(-found, kind="stable")[:teams]
    return shares, chosen.tolist()
