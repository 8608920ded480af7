"""Few officers and posts by a seed, and what any way to place them costs by the words of docs/planning.md."""

from __future__ import annotations

import random

import numpy as np

from sinergi.planning.clusters import on_sphere
from sinergi.planning.model import CLASSES, Duty, Officers, Pattern, Units
from sinergi.planning.officers import WOMAN_MM, near_home
from sinergi.planning.units import LENT_MM, Posts, extras_mm, metres_mm, missing_mm


def small(seed: int, count: int = 4):
    """Two units, two or three posts, a handful of officers, one village per post."""
    chance = random.Random(seed)
    p = chance.choice((2, 3))
    rules = []
    for _ in range(p):
        least = chance.randint(1, 2)
        rules.append(
            Pattern(chance.choice(CLASSES), least, least + chance.randint(0, 1), 4, 2, women_min=chance.randint(0, 1))
        )
    posts = Posts(
        lat=np.array([1.6 + chance.uniform(-0.1, 0.1) for _ in range(p)]),
        lon=np.array([99.2 + chance.uniform(-0.1, 0.1) for _ in range(p)]),
        regency=[chance.choice(("1203", "1220")) for _ in range(p)],
        pattern=rules,
        villages=[frozenset({f"V{k}"}) for k in range(p)],
    )
    units = Units(
        code=["A", "B"],
        name=["", ""],
        level=["sector", "brimob"],
        regency=["1203", ""],
        lat=np.array([1.6, 1.7]),
        lon=np.array([99.2, 99.3]),
        officers=np.array([9, 9]),
        reserve=np.array([chance.randint(0, 1), 0]),
    )
    officers = Officers(
        code=[f"o{i}" for i in range(count)],
        name=[""] * count,
        unit=[chance.choice("AB") for _ in range(count)],
        home=[chance.choice(("V0", "V1", "")) for _ in range(count)],
        woman=np.array([chance.random() < 0.4 for _ in range(count)]),
        age=np.array([chance.choice((30, 60)) if chance.random() < 0.2 else 30 for _ in range(count)]),
        fit=np.array([chance.random() < 0.9 for _ in range(count)]),
        worked=np.array([0] * count),
        rested=np.array([-1] * count),
    )
    homes = {"V0": (float(posts.lat[0]), float(posts.lon[0]))}
    return posts, units, officers, Duty(away_m=chance.choice((0.0, 5000.0))), homes


def by_hand(posts, units, officers, duty, homes, out, choice) -> float:
    """Cost in millimetres of sending officer i to post choice[i] (−1: nowhere); infinite where a rule is broken."""
    there, women, gone, total = [0] * len(posts), [0] * len(posts), {"A": 0, "B": 0}, 0
    at, to = on_sphere(units.lat, units.lon), on_sphere(posts.lat, posts.lon)
    for i, post in enumerate(choice):
        if post < 0:
            continue
        if i in out or (officers.home[i] and post in near_home(officers.home[i], posts, homes, duty.away_m)):
            return float("inf")
        unit = units.code.index(officers.unit[i])
        own = units.level[unit] == "sector" and units.regency[unit] == posts.regency[post]
        total += int(metres_mm(at[unit], to[post])) + (0 if own else LENT_MM)
        there[post] += 1
        women[post] += bool(officers.woman[i])
        gone[officers.unit[i]] += 1
    for unit, code in enumerate(units.code):
        if gone[code] > max(0, officers.unit.count(code) - units.reserve[unit]):
            return float("inf")
    for post, rule in enumerate(posts.pattern):
        if there[post] > rule.police_max:
            return float("inf")
        total += max(0, rule.police_min - there[post]) * missing_mm(rule)
        total += max(0, rule.women_min - women[post]) * WOMAN_MM
        total -= sum(extras_mm(rule)[: max(0, there[post] - rule.police_min)])
    return total
