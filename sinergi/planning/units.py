"""Who guards which post (part 2 of docs/planning.md): officers flow from units to posts, at the least proven cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.places import EARTH_RADIUS_M
from sinergi.planning.clusters import on_sphere
from sinergi.planning.flow import cheapest_of_all
from sinergi.planning.model import CLASSES, LENT_LEVELS, Floats, Integers, Pattern, UnitPlan, Units

# In millimetres, so that every sum is a whole number. A missing officer costs more the higher the class, an officer
# lent by another regency more than any way inside one, an officer beyond the least number is worth a short way.
MISSING_MM = 100_000_000_000
LENT_MM = 2_000_000_000
EXTRA_MM = 5_000_000
# Above so many pairs of unit and post, lent officers travel over the middle of their and of the other regency.
MOST_PAIRS = 1_000_000
# Officers that nobody has, while lending is worked out: dearer than any way, cheaper than a missing one; then dearer
# than that, so that none is left.
_NOBODY_YET, _NOBODY = MISSING_MM * 9 // 10, 10 * MISSING_MM
# So many of the nearest units are tried for a post first; the others when they would gain.
NEAREST = 4
_ALL = 1 << 40


@dataclass(frozen=True)
class Posts:
    """What a flow must know of posts: where they stand, in which regency, and the pattern each is guarded by.

    `villages` are those whose stations each post guards; only officers by name ask for them.
    """

    lat: Floats
    lon: Floats
    regency: list[str]
    pattern: Sequence[Pattern]
    villages: Sequence[frozenset[str]] = ()

    def __len__(self) -> int:
        return len(self.pattern)

    @cached_property
    def guarding(self) -> dict[str, frozenset[int]]:
        """The posts that guard stations of each village."""
        found: dict[str, set[int]] = {}
        for post, villages in enumerate(self.villages):
            for village in villages:
                found.setdefault(village, set()).add(post)
        return {village: frozenset(posts) for village, posts in found.items()}


def missing_mm(pattern: Pattern) -> int:
    """What one officer below the least number costs at a post of this class."""
    return MISSING_MM * (1 + CLASSES.index(pattern.risk))


def extras_mm(pattern: Pattern) -> list[int]:
    """What each officer above the least number is worth, the first one most."""
    return [EXTRA_MM // k for k in range(1, pattern.police_max - pattern.police_min + 1)]


def over_hubs(units: Units, posts: Posts) -> bool:
    """Whether lent officers are counted over the middles of regencies, because there are too many pairs."""
    return len(units) * len(posts) > MOST_PAIRS


def assign_units(posts: Posts, units: Units) -> UnitPlan:
    """The cheapest way to fill the posts from the units, reserves kept, and the prices that prove it.

    First as few officers are missing as possible, dangerous classes served first; then as few are lent as possible;
    then the fewest metres. `cost_mm` equals `bound_mm` in every plan that this returns.
    Raises Refused, field `units`, where a unit keeps more officers as its reserve than it has, or stands nowhere.
    """
    sound = (units.reserve >= 0) & (units.officers >= units.reserve) & np.isfinite(units.lat) & np.isfinite(units.lon)
    if not sound.all():
        raise Refused(
            "Satuan %(code)s tidak dapat dipakai: cadangannya harus dari 0 sampai jumlah personelnya, dan titiknya "
            "harus diketahui.",
            code="REN-11",
            field="units",
            words={"code": units.code[int(sound.argmin())]},
        )
    net = _Network(posts, units)
    price = net.settle()
    worth = np.maximum(0, -price[: len(units)])
    sent = net.plan(worth)
    if sent.bound_mm > sent.cost_mm:
        raise Broken(f"bound {sent.bound_mm} above cost {sent.cost_mm}")
    return sent


class _Network:
    """Nodes: units, posts, for each regency the middle where its lent officers leave and arrive, and home."""

    def __init__(self, posts: Posts, units: Units) -> None:
        self.posts, self.units = posts, units
        self.unit_at, self.post_at = on_sphere(units.lat, units.lon), on_sphere(posts.lat, posts.lon)
        self.free = units.officers - units.reserve
        self.home = [
            "" if level.lower() in LENT_LEVELS else regency
            for level, regency in zip(units.level, units.regency, strict=True)
        ]
        self.hubs = over_hubs(units, posts)
        self.regencies = sorted(set(posts.regency) | set(filter(None, self.home))) if self.hubs else []
        u, p, r = len(units), len(posts), len(self.regencies)
        self.root = u + p + 2 * r
        self._parts: list[tuple[Integers, Integers, Integers, Integers]] = []
        self.tree = np.full(self.root + 1, -1, np.int64)
        self._count = 0
        self._home_arcs()
        self.middles = _middles(posts, self.regencies)
        if self.hubs:
            self._local_arcs()
            self._hub_arcs()
        else:
            self._all_arcs()
        self.tail, self.head, self.room, self.cost = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        self.flow = np.zeros(self._count, np.int64)
        self.flow[self.tree[:u]] = self.free
        self.tried = self._nearest()

    def _nearest(self) -> npt.NDArray[np.bool_]:
        """All arcs but those from units to posts that have NEAREST cheaper ones."""
        u, p = len(self.units), len(self.posts)
        direct = np.flatnonzero((self.tail < u) & (self.head >= u) & (self.head < u + p))
        by_post = direct[np.lexsort((self.cost[direct], self.head[direct]))]
        first = np.searchsorted(self.head[by_post], np.arange(u, u + p))
        place = np.arange(len(by_post)) - first[self.head[by_post] - u]
        tried = np.ones(self._count, bool)
        tried[by_post[place >= NEAREST]] = False
        return tried

    def _add(self, tail: Integers, head: Integers, room: Integers, cost: Integers) -> Integers:
        self._parts.append((tail, head, room, cost))
        numbers = np.arange(self._count, self._count + len(tail))
        self._count += len(tail)
        return numbers

    def _home_arcs(self) -> None:
        """Officers who stay at their unit, and at each post those that are needed, then those that may be added."""
        u, p = len(self.units), len(self.posts)
        units, posts = np.arange(u), u + np.arange(p)
        self.tree[:u] = self._add(units, np.full(u, self.root), np.full(u, _ALL), np.zeros(u, np.int64))
        needed = np.array([pattern.police_min for pattern in self.posts.pattern], np.int64)
        price = np.array([-missing_mm(pattern) for pattern in self.posts.pattern], np.int64)
        self.tree[u : u + p] = self._add(posts, np.full(p, self.root), needed, price)
        extra = [(i, worth) for i, pattern in enumerate(self.posts.pattern) for worth in extras_mm(pattern)]
        if extra:
            at = u + np.array([i for i, _ in extra])
            worths = -np.array([worth for _, worth in extra], np.int64)
            self._add(at, np.full(len(at), self.root), np.ones(len(at), np.int64), worths)

    def _all_arcs(self) -> None:
        """From every unit to every post, those of other regencies as lent."""
        regency = np.array(self.posts.regency)
        for i in range(len(self.units)):
            cost = metres_mm(self.unit_at[i], self.post_at) + np.where(regency == self.home[i], 0, LENT_MM)
            self._from_unit(i, np.arange(len(self.posts)), cost)

    def _local_arcs(self) -> None:
        """From every unit to the posts of its own regency."""
        regency = np.array(self.posts.regency)
        inside = {code: np.flatnonzero(regency == code) for code in self.regencies}
        for i, code in enumerate(self.home):
            if code:
                self._from_unit(i, inside[code], metres_mm(self.unit_at[i], self.post_at[inside[code]]))

    def _from_unit(self, unit: int, posts: Integers, cost: Integers) -> None:
        self._add(np.full(len(posts), unit), len(self.units) + posts, np.full(len(posts), _ALL), cost)

    def _hub_arcs(self) -> None:
        """Over the middle of the own regency and of the other one; complete, so that the proof leaves nothing out."""
        u, p, r = len(self.units), len(self.posts), len(self.regencies)
        leave, arrive = u + p + np.arange(r), u + p + r + np.arange(r)
        # Ways that nobody takes; they only hang the middles on the tree.
        never = np.full(2 * r, 10 * MISSING_MM)
        self.tree[u + p : self.root] = self._add(
            np.concatenate((leave, arrive)), np.full(2 * r, self.root), np.full(2 * r, _ALL), never
        )
        place = {code: k for k, code in enumerate(self.regencies)}
        own = np.array([place.get(code, -1) for code in self.home], np.int64)
        some = np.flatnonzero(own >= 0)
        self._out = self._add(
            some, leave[own[some]], np.full(len(some), _ALL), metres_mm(self.unit_at[some], self.middles[own[some]])
        )
        one, two = np.nonzero(~np.eye(r, dtype=bool))
        self._between = self._add(
            leave[one],
            arrive[two],
            np.full(len(one), _ALL),
            LENT_MM + metres_mm(self.middles[one], self.middles[two]),
        )
        lent = np.repeat(np.flatnonzero(own < 0), r)
        to = np.tile(np.arange(r), len(lent) // max(1, r))
        self._lent = self._add(
            lent, arrive[to], np.full(len(lent), _ALL), LENT_MM + metres_mm(self.unit_at[lent], self.middles[to])
        )
        at = np.array([place[code] for code in self.posts.regency], np.int64)
        self._nobody = self._add(np.full(r, self.root), arrive, np.full(r, _ALL), np.full(r, _NOBODY_YET))
        self._in = self._add(arrive[at], u + np.arange(p), np.full(p, _ALL), metres_mm(self.post_at, self.middles[at]))

    def settle(self) -> Integers:
        """Make the flow the cheapest; the price of every node.

        With middles in three steps, since a way through many regencies is long: every regency by itself, where officers
        that nobody has fill what its own units cannot; then lending, which takes the place of these; then the rest of
        them, where there is not enough, becomes missing.
        """
        if not self.hubs:
            return self._cheapest()
        self._settle_at_home()
        price = self._cheapest()
        if self.flow[self._nobody].any():
            self.cost[self._nobody] = _NOBODY
            price = self._cheapest()
        if self.flow[self._nobody].any():
            raise Broken("officers that nobody has are sent")
        return price

    def _cheapest(self) -> Integers:
        return cheapest_of_all(self.tail, self.head, self.room, self.cost, self.tree, self.flow, self.root, self.tried)

    def _settle_at_home(self) -> None:
        """A better start for the flow: every regency by itself, with its own units and posts only.

        Their trees, joined at the root, are a tree of the whole. The middles where officers leave hang where somebody
        lent is worth most (by any other place, every post would seem to call for somebody lent).
        """
        u, p, r = len(self.units), len(self.posts), len(self.regencies)
        place = {code: k for k, code in enumerate(self.regencies)}
        of_node = np.full(self.root + 1, -1)
        of_node[: u + p] = [place.get(code, -1) for code in (*self.home, *self.posts.regency)]
        of_node[u + p + r : self.root] = np.arange(r)
        of_arc = np.full(self._count, -1)
        # Arcs between two nodes of one regency or between one and the root.
        for one, other in ((self.tail, self.head), (self.head, self.tail)):
            inside = (of_node[one] == of_node[other]) | (other == self.root)
            of_arc[inside] = np.maximum(of_arc[inside], of_node[one[inside]])
        by_arc, by_node = np.argsort(of_arc, kind="stable"), np.argsort(of_node[: self.root], kind="stable")
        arcs = np.searchsorted(of_arc[by_arc], np.arange(r + 1))
        nodes = np.searchsorted(of_node[by_node], np.arange(r + 1))
        price = np.zeros(self.root + 1, np.int64)
        number, position = np.empty(self.root + 1, np.int64), np.empty(self._count, np.int64)
        for k in range(r):
            own, ways = by_node[nodes[k] : nodes[k + 1]], by_arc[arcs[k] : arcs[k + 1]]
            number[own], number[self.root] = np.arange(len(own)), len(own)
            position[ways] = np.arange(len(ways))
            flow, tree, tried = self.flow[ways], np.append(position[self.tree[own]], -1), self.tried[ways]
            tail, head = number[self.tail[ways]], number[self.head[ways]]
            price[own] = cheapest_of_all(tail, head, self.room[ways], self.cost[ways], tree, flow, len(own), tried)[:-1]
            self.flow[ways], self.tree[own], self.tried[ways] = flow, ways[tree[:-1]], tried
        worth = self.cost[self._between] + price[self.head[self._between]]
        best = np.lexsort((worth, self.tail[self._between]))
        middles, first = np.unique(self.tail[self._between[best]], return_index=True)
        self.tree[middles] = self._between[best[first]]

    def plan(self, worth: Integers) -> UnitPlan:
        """The flow as rows of unit and post, with cost and bound."""
        u, p = len(self.units), len(self.posts)
        sent = np.flatnonzero((self.flow > 0) & (self.tail < u) & (self.head >= u) & (self.head < u + p))
        rows = [(int(self.tail[a]), int(self.head[a]) - u, int(self.flow[a])) for a in sent]
        if self.hubs:
            rows += self._lent_rows()
        rows.sort()
        unit, post, officers = (np.array([row[k] for row in rows], np.int64) for k in range(3))
        metres = metres_mm(self.unit_at[unit], self.post_at[post]) / 1000.0
        needed = np.array([pattern.police_min for pattern in self.posts.pattern], np.int64)
        there = np.bincount(post, officers, minlength=p).astype(np.int64)
        foreign = np.array([self.home[a] != self.posts.regency[b] for a, b in zip(unit, post, strict=True)], bool)
        lent = int(officers[foreign].sum()) if len(rows) else 0
        unmet_bound = max(0, int(needed.sum() - self.free.sum()))
        used = np.flatnonzero(self.flow)
        constant = sum(missing_mm(pattern) * pattern.police_min for pattern in self.posts.pattern)
        return UnitPlan(
            unit=unit,
            post=post,
            officers=officers,
            metres=metres,
            missing=np.maximum(0, needed - there),
            worth=worth,
            lent=lent,
            lent_bound=max(0, self._short_at_home(needed) - unmet_bound),
            unmet_bound=unmet_bound,
            cost_mm=constant + sum(map(int, self.flow[used] * self.cost[used])),
            bound_mm=self._bound(worth),
        )

    def _short_at_home(self, needed: Integers) -> int:
        """Officers that regencies cannot give their own posts, added up: so many are lent or missing."""
        left: dict[str, int] = {}
        for code, officers in zip(self.posts.regency, needed.tolist(), strict=True):
            left[code] = left.get(code, 0) + officers
        for code, officers in zip(self.home, self.free.tolist(), strict=True):
            if code in left:
                left[code] -= officers
        return sum(max(0, officers) for officers in left.values())

    def _lent_rows(self) -> list[tuple[int, int, int]]:
        """Who travels over the middles, unit by unit in order; which of them goes to which post makes no difference."""
        u, p, r = len(self.units), len(self.posts), len(self.regencies)
        leaving: list[list[list[int]]] = [[] for _ in range(r)]
        for a in self._out:
            if self.flow[a]:
                leaving[self.head[a] - u - p].append([int(self.tail[a]), int(self.flow[a])])
        coming: list[list[list[int]]] = [[] for _ in range(r)]
        for a in self._lent:
            if self.flow[a]:
                coming[self.head[a] - u - p - r].append([int(self.tail[a]), int(self.flow[a])])
        for a in self._between:
            take = int(self.flow[a])
            if take:
                coming[self.head[a] - u - p - r] += _taken(leaving[self.tail[a] - u - p], take)
        rows = []
        for a in self._in:
            if self.flow[a]:
                to = self.tail[a] - u - p - r
                rows += [(unit, int(self.head[a]) - u, n) for unit, n in _taken(coming[to], int(self.flow[a]))]
        joined: dict[tuple[int, int], int] = {}
        for unit, post, officers in rows:
            joined[unit, post] = joined.get((unit, post), 0) + officers
        return [(unit, post, officers) for (unit, post), officers in joined.items()]

    def _bound(self, worth: Integers) -> int:
        """What the prices of officers prove: no plan costs less, whatever the prices (exact, in whole millimetres)."""
        nearest = np.full(len(self.posts), np.iinfo(np.int64).max // 4)
        u = len(self.units)
        sent = (self.tail < u) & (self.head >= u) & (self.head < self.root - 2 * len(self.regencies))
        np.minimum.at(nearest, self.head[sent] - u, self.cost[sent] + worth[self.tail[sent]])
        if self.hubs:
            p, r = len(self.posts), len(self.regencies)
            far = np.iinfo(np.int64).max // 4
            leave, arrive = np.full(r, far), np.full(r, far)
            np.minimum.at(leave, self.head[self._out] - u - p, self.cost[self._out] + worth[self.tail[self._out]])
            np.minimum.at(
                arrive, self.head[self._lent] - u - p - r, self.cost[self._lent] + worth[self.tail[self._lent]]
            )
            np.minimum.at(
                arrive,
                self.head[self._between] - u - p - r,
                self.cost[self._between] + leave[self.tail[self._between] - u - p],
            )
            at = self.tail[self._in] - u - p - r
            nearest = np.minimum(nearest, arrive[at] + self.cost[self._in])
        total = -sum(map(int, worth * self.free))
        for pattern, least in zip(self.posts.pattern, nearest.tolist(), strict=True):
            total += pattern.police_min * min(least, missing_mm(pattern))
            total += sum(min(0, least - gain) for gain in extras_mm(pattern))
        return total


def _taken(held: list[list[int]], wanted: int) -> list[list[int]]:
    """`wanted` officers from the front of a list of unit and number."""
    found = []
    while wanted:
        unit, officers = held[0]
        some = min(officers, wanted)
        found.append([unit, some])
        wanted -= some
        held[0][1] -= some
        if not held[0][1]:
            held.pop(0)
    return found


def metres_mm(one: Floats, two: Floats) -> Integers:
    """Great-circle millimetres between points on the unit sphere, to the nearest one."""
    half = np.sqrt(((one - two) ** 2).sum(-1)) / 2.0
    rounded: Integers = np.rint(2000.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, half))).astype(np.int64)
    return rounded


def _middles(posts: Posts, regencies: list[str]) -> Floats:
    """The middle of the posts of each regency, on the unit sphere; the middle of all where a regency has none."""
    at = on_sphere(posts.lat, posts.lon)
    middles = np.tile(at.mean(axis=0), (len(regencies), 1))
    by_code: dict[str, list[int]] = {}
    for i, code in enumerate(posts.regency):
        by_code.setdefault(code, []).append(i)
    for k, code in enumerate(regencies):
        if code in by_code:
            middles[k] = at[by_code[code]].mean(axis=0)
    found: Floats = middles / np.linalg.norm(middles, axis=1, keepdims=True)
    return found
