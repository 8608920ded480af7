"""A plan by name made anew after changes: from the fewest changes to the fewest metres, for a commander to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sinergi.planning.model import Duty, Integers, OfficerPlan, Officers, Pin, Units
from sinergi.planning.officers import Kept, solved_again
from sinergi.planning.units import Posts

# What one change may cost in metres of way, from “keep everybody who can be kept” to “as if nothing had been told”.
# The last is a tie-break: of plans that are equal otherwise, the one that moves fewer.
STAYS_M = (10_000_000.0, 30_000.0, 10_000.0, 2_000.0, 0.002)


@dataclass(frozen=True)
class Replanned:
    """One new plan: `moved` officers (positions) stand elsewhere, newly, or no longer than in the older plan.

    `changes` counts half of all pairs of officer and post that are new or gone, so one for one counts one. `stay_m`:
    the metres that one change was allowed to save at least.
    """

    plan: OfficerPlan
    changes: float
    moved: tuple[int, ...]
    metres: float
    stay_m: float


def replan(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    before: Mapping[str, int],
    *,
    pins: tuple[Pin, ...] = (),
    closed: frozenset[tuple[int, int]] = frozenset(),
    stays: frozenset[str] = frozenset(),
    stays_m: Sequence[float] = STAYS_M,
) -> list[Replanned]:
    """Plans after a change, the one with fewest changes first, each later one with more changes and fewer metres.

    Everything but `before` is as it is now: who dropped out is no longer in `officers` (or unfit), a post has its new
    pattern, `closed` names ways that are cut. `before`: the post of each officer's code in the older plan; a post that
    is no more is left out. Who `stays` (codes) leaves the old post for no reason but a rule. Beside them no plan lacks
    more people than it must: first as few as possible are missing, then the price of changes counts. Each plan's bound
    is that of the freest one, proven as in `assign_officers`.
    """
    old = np.array([before.get(code, -1) for code in officers.code], np.int64)
    gone = len(set(before) - set(officers.code))
    kept = Kept(old, 0, frozenset(i for i, code in enumerate(officers.code) if code in stays))
    # From the freest on: each answer starts from the one before.
    order = sorted(stays_m)
    halves = [round(stay_m * 500) for stay_m in order]
    _, *plans = solved_again(posts, units, officers, duty, homes, pins, closed, kept, halves)
    return _best([_compared(plan, old, gone, stay_m) for plan, stay_m in zip(plans, order, strict=True)])


def _compared(plan: OfficerPlan, old: Integers, gone: int, stay_m: float) -> Replanned:
    new = np.full(len(old), -1, np.int64)
    new[plan.officer] = plan.post
    moved = np.flatnonzero(new != old)
    halves = int((new[moved] >= 0).sum() + (old[moved] >= 0).sum()) + gone
    metres = float((plan.units.officers * plan.units.metres).sum())
    # What each pin costs is not worked out again.
    plan = replace(plan, pins_mm=None if plan.pins else 0, pin_mm=[None] * len(plan.pins))
    return Replanned(plan, halves / 2, tuple(moved.tolist()), metres, stay_m)


def _best(found: list[Replanned]) -> list[Replanned]:
    """Those that nothing beats in both changes and cost, fewest changes first."""
    kept: list[Replanned] = []
    for one in sorted(found, key=lambda one: (one.changes, one.plan.cost_mm)):
        if not kept or one.plan.cost_mm < kept[-1].plan.cost_mm:
            kept.append(one)
    return kept
