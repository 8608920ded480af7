"""What orders need of a plan: its rows by name, and who usually commands. The one place that asks `guard`."""

from __future__ import annotations

from collections import Counter, defaultdict

from sinergi.features.guard import public as guard
from sinergi.features.orders.rules import Guarded
from sinergi.features.people import public as people

# Highest first; who leads a district is looked for from the left.
RANKS = ("akbp", "kompol", "akp", "iptu", "ipda", "aiptu", "aipda", "bripka", "brigpol", "brigadir", "briptu", "bripda")
# The rules by which a plan limits how long one serves (guard); what a commander orders against them has a reason.
OVER = ("hours", "rest")


def known() -> list[guard.PlanInfo]:
    """The plans of this office that name officers, newest first; not those that a next version replaced."""
    return [plan for plan in guard.plans_by_name() if not plan.replaced_by]


def info(plan: str) -> guard.PlanInfo | None:
    """That plan, if the office keeps it."""
    return guard.plan_info(plan)


def guarded(plan: str) -> list[Guarded]:
    """Who stands where and when by that plan, with why where a commander lets a duty last longer."""
    over = {(one.officer, one.post): one for one in guard.orders_of(plan) if one.rule in OVER}
    return [
        Guarded(
            officer=row.officer,
            post=row.post,
            stations=tuple(row.stations),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_over=bool(why),
            over=f"{why.reason} ({why.ordered_by})" if why else "",
        )
        for row in guard.postings(plan)
        for why in [over.get((row.officer, row.post)) if row.is_ordered else None]
    ]


def usual_commanders(plan: str) -> dict[str, str]:
    """Who could lead each district: the highest officer without a post of the unit that has most officers there."""
    rows = guarded(plan)
    on_duty = {row.officer for row in rows}
    officers = {one.code: one for one in people.officers()}
    free: dict[str, list[str]] = defaultdict(list)
    for one in sorted(officers.values(), key=lambda one: (_rank(one.rank), one.code)):
        if one.code not in on_duty and one.phone.strip():
            free[one.unit].append(one.code)
    here: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.officer in officers:
            here[row.post[:6]][officers[row.officer].unit] += 1
    found: dict[str, str] = {}
    for district, units in sorted(here.items()):
        for unit in [unit for unit, _ in units.most_common()] + sorted(free, key=lambda unit: -len(free[unit])):
            if free[unit]:
                found[district] = free[unit].pop(0)
                break
    return found


def _rank(words: str) -> int:
    first = words.lower().split(" ")[0] if words else ""
    return RANKS.index(first) if first in RANKS else len(RANKS)
