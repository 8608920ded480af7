"""Why a plan by name is as it is: answers from rules, prices and a forced second plan, as codes with numbers.

Whoever shows them says them in words (`sinergi plan --why-…` in Indonesian). Nothing of a person is told but the rule
that fired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sinergi.kernel.errors import Refused
from sinergi.planning.clusters import on_sphere
from sinergi.planning.model import LENT_LEVELS, Duty, Integers, OfficerPlan, Officers, Pin, Units
from sinergi.planning.officers import may_not_stand, solved
from sinergi.planning.units import LENT_MM, Posts, metres_mm


@dataclass(frozen=True)
class Reason:
    """One reason: `code` is one of those named at the question, `words` the numbers and codes it speaks of."""

    code: str
    words: Mapping[str, str | int | float]


@dataclass(frozen=True)
class Asked:
    """A plan by name and everything it was made from."""

    plan: OfficerPlan
    posts: Posts
    units: Units
    officers: Officers
    duty: Duty
    homes: Mapping[str, tuple[float, float]]
    closed: frozenset[tuple[int, int]] = frozenset()

    def post(self, officer: int) -> int:
        """Where the officer stands, −1: nowhere."""
        return self.plan.post[self.plan.officer.index(officer)] if officer in self.plan.officer else -1


@dataclass(frozen=True)
class WhyHere:
    """Why does this officer stand where the plan says, or nowhere?"""

    officer: int


@dataclass(frozen=True)
class WhyNot:
    """Why does this officer not stand at the `post` that guards a station?"""

    officer: int
    station: str
    post: int


@dataclass(frozen=True)
class WhyShort:
    """Why are officers missing?"""


def explain(asked: Asked, question: WhyHere | WhyNot | WhyShort) -> list[Reason]:
    """The reasons, the weightiest first; their codes are named at `_why_here`, `_why_not` and `_why_short`."""
    match question:
        case WhyHere():
            return _why_here(asked, question.officer)
        case WhyNot():
            return _why_not(asked, question.officer, question.station, question.post)
        case WhyShort():
            return _why_short(asked)


def _why_here(asked: Asked, officer: int) -> list[Reason]:
    """Why this officer stands at that post, or nowhere.

    Codes: `barred` (rule), `idle` (not needed), `pinned` (reason), `lent` (needed, able: what the post's regency needs
    and has itself), `nearest` (metres), and for each nearer unit `reserve`, `rules` or `needed` (more_m: what the plan
    would lose by at least, if one of that unit stood here instead; zero: just as good).
    """
    plan, units = asked.plan, asked.units
    if officer in plan.barred:
        return [Reason("barred", {"rule": plan.barred[officer]})]
    post = asked.post(officer)
    if post < 0:
        return [Reason("idle", {"missing": int(plan.units.missing.sum())})]
    for pin in plan.pins:
        if pin.officer == officer:
            return [Reason("pinned", {"reason": pin.reason, "station": pin.station})]
    unit = units.code.index(asked.officers.unit[officer])
    way = _ways(asked, post)
    found = []
    if _is_lent(asked, unit, post):
        found.append(Reason("lent", _at_home(asked, post)))
    found.append(Reason("from", {"unit": units.code[unit], "metres": int(way[unit]) / 1000}))
    nearer = [u for u in np.argsort(way, kind="stable").tolist() if way[u] < way[unit] and not _is_lent(asked, u, post)]
    if not nearer:
        return [*found, Reason("nearest", {})]
    return [*found, *(_passed_over(asked, u, post, unit, officer, way) for u in nearer)]


def _passed_over(asked: Asked, unit: int, post: int, own: int, officer: int, way: Integers) -> Reason:
    """Why nobody more of a nearer unit stands here."""
    code = asked.units.code[unit]
    known: dict[str, str | int | float] = {"unit": code, "metres": int(way[unit]) / 1000}
    names = [i for i in range(len(asked.officers)) if asked.officers.unit[i] == code]
    able = [
        i
        for i in names
        if not may_not_stand(
            i, post, asked.posts, asked.units, asked.officers, asked.duty, asked.homes, asked.closed, asked.plan.barred
        )
    ]
    if not able:
        return Reason("rules", known | {"count": len(names)})
    standing = set(asked.plan.officer)
    reserve = int(asked.units.reserve[unit])
    gone = int(asked.plan.units.officers[asked.plan.units.unit == unit].sum())
    # Somebody able is left, and the unit keeps them: its reserve.
    if any(i not in standing for i in able) and gone >= max(0, len(names) - reserve):
        return Reason("reserve", known | {"reserve": reserve})
    worth = asked.plan.units.worth
    # Reduced cost: what standing here costs with the prices of both, less what is paid for whoever stands here now.
    now = int(way[own]) + LENT_MM * _is_lent(asked, own, post) + int(worth[own]) + int(asked.plan.worth[officer])
    more = min(int(way[unit]) + int(worth[unit]) + int(asked.plan.worth[i]) for i in able) - now
    return Reason("needed", known | {"more_m": max(0, more) / 1000})


def _why_not(asked: Asked, officer: int, station: str, post: int) -> list[Reason]:
    """Why this officer does not stand at the post that guards a station: answered by a plan that is made to.

    Codes: `here` (does), `barred` or `home` or `closed` (rule), `refused` (sentence: the post or unit allows no more),
    `equal` (just as good), `dearer` (missing, women, lent: how many more; metres: how much farther; moved: how many
    others would stand elsewhere).
    """
    if asked.post(officer) == post:
        return [Reason("here", {})]
    rule = may_not_stand(
        officer,
        post,
        asked.posts,
        asked.units,
        asked.officers,
        asked.duty,
        asked.homes,
        asked.closed,
        asked.plan.barred,
    )
    if rule:
        return [Reason("rule", {"rule": rule})]
    pins = (*(pin for pin in asked.plan.pins if pin.officer != officer), Pin(officer, station, post, "?"))
    try:
        forced = solved(asked.posts, asked.units, asked.officers, asked.duty, asked.homes, pins, asked.closed)
    except Refused as refused:
        return [Reason("refused", {"sentence": refused.sentence})]
    if forced.cost_mm <= asked.plan.cost_mm:
        return [Reason("equal", {})]
    now, then = ({i: p for i, p in zip(plan.officer, plan.post, strict=True)} for plan in (asked.plan, forced))
    moved = [i for i in set(now) | set(then) if i != officer and now.get(i) != then.get(i)]
    return [
        Reason(
            "dearer",
            {
                "missing": int(forced.units.missing.sum() - asked.plan.units.missing.sum()),
                "women": int(forced.women_missing.sum() - asked.plan.women_missing.sum()),
                "lent": forced.units.lent - asked.plan.units.lent,
                "metres": _metres(forced) - _metres(asked.plan),
                "moved": len(moved),
            },
        )
    ]


def _why_short(asked: Asked) -> list[Reason]:
    """Why officers are missing.

    Codes: `enough` (nobody is missing); else `need` (needed, listed, reserve, able: who may leave), one `barred` for
    each rule (count), `short` (missing, least), `home` (count: who could leave, yet may stand at no post that is
    short), and one `where` for each class (class, missing).
    """
    plan, posts, units, officers = asked.plan, asked.posts, asked.units, asked.officers
    missing = plan.units.missing
    if not missing.any():
        return [Reason("enough", {})]
    needed = asked.duty.shifts * sum(rule.police_min for rule in posts.pattern)
    least = plan.units.unmet_bound
    found = [
        Reason(
            "need",
            {
                "needed": needed,
                "listed": len(officers),
                "reserve": int(units.reserve.sum()),
                "able": needed - least,
            },
        )
    ]
    for rule in ("unit", "fit", "age", "rest", "hours"):
        count = sum(1 for broken in plan.barred.values() if broken == rule)
        if count:
            found.append(Reason("barred", {"rule": rule, "count": count}))
    found.append(Reason("short", {"missing": int(missing.sum()), "least": least}))
    if missing.sum() > least:
        found.append(Reason("home", {"count": int(missing.sum()) - least}))
    for risk in ("special", "high", "medium", "low"):
        lacking = sum(int(n) for n, rule in zip(missing, posts.pattern, strict=True) if rule.risk == risk)
        if lacking:
            found.append(Reason("where", {"class": risk, "missing": lacking}))
    return found


def _ways(asked: Asked, post: int) -> Integers:
    """Millimetres from every unit to a post."""
    there = on_sphere(asked.posts.lat[post : post + 1], asked.posts.lon[post : post + 1])
    return metres_mm(on_sphere(asked.units.lat, asked.units.lon), there)


def _is_lent(asked: Asked, unit: int, post: int) -> bool:
    """Whether the unit serves another regency than its own there."""
    units = asked.units
    return units.level[unit].lower() in LENT_LEVELS or units.regency[unit] != asked.posts.regency[post]


def _at_home(asked: Asked, post: int) -> dict[str, str | int | float]:
    """What the regency of a post needs, and how many of its own units may leave."""
    regency, units = asked.posts.regency[post], asked.units
    needed = sum(
        rule.police_min for rule, code in zip(asked.posts.pattern, asked.posts.regency, strict=True) if code == regency
    )
    own = {u for u in range(len(units)) if units.regency[u] == regency and units.level[u].lower() not in LENT_LEVELS}
    able = 0
    for u in own:
        names = [i for i, code in enumerate(asked.officers.unit) if code == units.code[u]]
        fit = sum(1 for i in names if i not in asked.plan.barred)
        able += min(fit, max(0, len(names) - int(units.reserve[u])))
    return {"regency": regency, "needed": asked.duty.shifts * needed, "able": able}


def _metres(plan: OfficerPlan) -> float:
    return float((plan.units.officers * plan.units.metres).sum())
