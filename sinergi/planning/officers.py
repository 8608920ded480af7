"""Who stands where by name (part 3 of docs/planning.md): rest, age, health, home, at the least proven cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sinergi.kernel.errors import Broken, Refused
from sinergi.planning.clusters import on_sphere
from sinergi.planning.flow import cheapest_of_all
from sinergi.planning.model import LENT_LEVELS, Duty, Integers, OfficerPlan, Officers, Pattern, Pin, UnitPlan, Units
from sinergi.planning.units import LENT_MM, Posts, extras_mm, metres_mm, missing_mm

# A post without the women its pattern asks for: dearer than any way, cheaper than nobody. A pin not kept: dearest.
WOMAN_MM = 20_000_000_000
PIN_MM = 1_000_000_000_000
# What somebody who stays is worth to the old post: more than anybody who lacks elsewhere.
STAYS_MM = 500_000_000_000
# Above so many pairs of kinds of officers and posts a plan by name is refused: a regency has a tenth of it.
MOST_PAIRS = 4_000_000
# Pins whose price is told one by one; each asks for a plan of its own.
MOST_PRICED = 20
# So many arcs from kinds of officers to posts are tried first; the others when they would gain.
FEW = 60_000
_ALL = 1 << 40


def barred(officers: Officers, units: Units, duty: Duty) -> dict[int, str]:
    """Who may stand nowhere, by position, and the first rule that says so: `unit`, `fit`, `age`, `rest` or `hours`."""
    known = set(units.code)
    rules = (
        ("unit", np.array([code not in known for code in officers.unit], bool)),
        ("fit", ~officers.fit),
        ("age", officers.age > duty.oldest),
        ("rest", (officers.rested >= 0) & (officers.rested < duty.rest_hours)),
        ("hours", officers.worked + duty.shift_hours > duty.most_hours),
    )
    # Of several the first one counts.
    found = {i: rule for rule, broken in reversed(rules) for i in np.flatnonzero(broken).tolist()}
    return dict(sorted(found.items()))


def near_home(home: str, posts: Posts, homes: Mapping[str, tuple[float, float]], away_m: float) -> frozenset[int]:
    """The posts at which nobody of village `home` may stand: they guard it, or are within `away_m` of its middle."""
    own = posts.guarding.get(home, frozenset())
    if away_m > 0 and home in homes:
        lat, lon = homes[home]
        far = metres_mm(on_sphere(np.array([lat]), np.array([lon])), on_sphere(posts.lat, posts.lon))
        own |= frozenset(np.flatnonzero(far < 1000 * away_m).tolist())
    return own


def may_not_stand(
    officer: int,
    post: int,
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    closed: frozenset[tuple[int, int]],
    out: Mapping[int, str],
) -> str:
    """The rule by which an officer may not stand at a post, empty where none does; `out` is what `barred` said."""
    if officer in out:
        return out[officer]
    if officers.home[officer] and post in near_home(officers.home[officer], posts, homes, duty.away_m):
        return "home"
    return "closed" if (units.code.index(officers.unit[officer]), post) in closed else ""


def assign_officers(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    *,
    pins: tuple[Pin, ...] = (),
    closed: frozenset[tuple[int, int]] = frozenset(),
) -> OfficerPlan:
    """Officers by name for the posts, at the least cost under every rule, and the prices that prove it.

    As with units: first as few as possible are missing, dangerous classes served first; then the women that patterns
    ask for; then as few are lent as possible; then the fewest metres. Nobody stands longer than `duty.most_hours` and
    nobody in the own village; who is lacking then is counted in `missing`. `homes`: the middle of each village.
    `closed`: pairs of unit and post between which there is no way.
    Raises Refused, field `officers`, where pins break a rule or contradict each other, or there are too many pairs.
    """
    plan = solved(posts, units, officers, duty, homes, pins, closed)
    if not pins:
        return plan
    # What the pins cost: the plan without them, and without each.
    free = solved(posts, units, officers, duty, homes, (), closed)
    price = [
        plan.cost_mm - solved(posts, units, officers, duty, homes, pins[:k] + pins[k + 1 :], closed).cost_mm
        for k in range(len(pins) if len(pins) <= MOST_PRICED else 0)
    ]
    return replace(plan, pins_mm=plan.cost_mm - free.cost_mm, pin_mm=price or [None] * len(pins))


@dataclass(frozen=True)
class Kept:
    """What a new plan should keep of an older one: the `post` of each officer (−1: none), and what a change costs.

    A change is half a pair of officer and post that is new plus half of one that is gone; each half costs `half_mm`.
    Who `stays` (positions) moves for nothing but a rule, not even for a post that lacks people.
    """

    post: Integers
    half_mm: int
    stays: frozenset[int] = frozenset()


def solved(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    pins: tuple[Pin, ...] = (),
    closed: frozenset[tuple[int, int]] = frozenset(),
    kept: Kept | None = None,
) -> OfficerPlan:
    """As `assign_officers`, pins without their prices; with `kept` the cheapest with the price of changes.

    `cost_mm` is always without the price of changes; with it `bound_mm` bounds that cost only where `half_mm` is zero.
    """
    return _net(posts, units, officers, duty, homes, pins, closed, kept).plan()


def solved_again(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    pins: tuple[Pin, ...],
    closed: frozenset[tuple[int, int]],
    kept: Kept,
    halves_mm: Sequence[int],
) -> list[OfficerPlan]:
    """As `solved` for each of these prices of half a change, each from the last one's answer; those who stay, stay.

    The first one is free, nothing costs and nobody stays: its prices and its bound are those of all.
    """
    net = _net(posts, units, officers, duty, homes, pins, closed, replace(kept, half_mm=0))
    free = net.plan()
    found = [free]
    for half_mm in halves_mm:
        net.price_changes(half_mm)
        # Any prices prove a bound; those of the free one prove the best.
        found.append(net.plan(proven=free))
    return found


def told(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    rows: Sequence[tuple[int, int]],
    pins: tuple[Pin, ...] = (),
    closed: frozenset[tuple[int, int]] = frozenset(),
) -> OfficerPlan:
    """The plan that these rows of officer and post tell, with its cost and the prices that bound any plan."""
    return _net(posts, units, officers, duty, homes, pins, closed, None).plan(list(rows))


def _net(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    pins: tuple[Pin, ...],
    closed: frozenset[tuple[int, int]],
    kept: Kept | None,
) -> _Net:
    out = barred(officers, units, duty)
    kinds = _kinds(posts, units, officers, duty, homes, pins, out, closed)
    _check_pins(posts, units, officers, duty, homes, pins, out, closed)
    return _Net(posts, units, officers, duty, kinds, pins, kept, out)


@dataclass(frozen=True)
class _Kind:
    """Officers for whom everything is the same: unit, sex, and where they may not stand; one pinned is a kind alone."""

    unit: int
    woman: bool
    not_at: frozenset[int]
    pinned: int
    members: list[int]


def _kinds(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    pins: tuple[Pin, ...],
    out: Mapping[int, str],
    closed: frozenset[tuple[int, int]],
) -> list[_Kind]:
    place = {code: u for u, code in enumerate(units.code)}
    pinned = {pin.officer: pin.post for pin in pins}
    near: dict[tuple[str, int], frozenset[int]] = {}
    shut: dict[int, set[int]] = {}
    for unit, post in closed:
        shut.setdefault(unit, set()).add(post)
    found: dict[tuple[int, bool, frozenset[int], int, int], _Kind] = {}
    for i in range(len(officers)):
        if i in out:
            continue
        unit, to = place[officers.unit[i]], pinned.get(i, -1)
        at = (officers.home[i], unit)
        if at not in near:
            own = near_home(officers.home[i], posts, homes, duty.away_m) if officers.home[i] else frozenset()
            near[at] = own | shut.get(unit, set())
        key = (unit, bool(officers.woman[i]), near[at], to, i if to >= 0 else -1)
        found.setdefault(key, _Kind(key[0], key[1], key[2], to, [])).members.append(i)
    kinds = list(found.values())
    if len(kinds) * len(posts) > MOST_PAIRS:
        raise Refused(
            "Terlalu banyak personel dan posko sekaligus untuk rencana per nama; susun per kabupaten.",
            code="REN-12",
            field="officers",
        )
    for kind in kinds:
        # Who has worked least goes first; of equals the code decides.
        kind.members.sort(key=lambda i: (officers.worked[i], officers.code[i]))
    return kinds


def _check_pins(
    posts: Posts,
    units: Units,
    officers: Officers,
    duty: Duty,
    homes: Mapping[str, tuple[float, float]],
    pins: tuple[Pin, ...],
    out: Mapping[int, str],
    closed: frozenset[tuple[int, int]],
) -> None:
    """Raises Refused where a pin breaks a rule, or pins together ask for more than a post or a unit allows."""
    at: dict[int, int] = {}
    of: dict[str, int] = {}
    for pin in pins:
        name = officers.code[pin.officer]
        rule = may_not_stand(pin.officer, pin.post, posts, units, officers, duty, homes, closed, out)
        if rule:
            raise Refused(
                "Personel %(officer)s ditetapkan di TPS %(station)s, padahal tidak boleh berjaga di sana: %(rule)s.",
                code="REN-13",
                field="officers",
                words={"officer": name, "station": pin.station, "rule": RULES[rule]},
            )
        at[pin.post] = at.get(pin.post, 0) + 1
        of[officers.unit[pin.officer]] = of.get(officers.unit[pin.officer], 0) + 1
        if at[pin.post] > posts.pattern[pin.post].police_max * duty.shifts:
            raise Refused(
                "Terlalu banyak personel ditetapkan di posko TPS %(station)s: polanya paling banyak %(most)s.",
                code="REN-14",
                field="officers",
                words={"station": pin.station, "most": posts.pattern[pin.post].police_max * duty.shifts},
            )
    listed = _listed(units, officers)
    for code, count in of.items():
        free = int(listed[units.code.index(code)])
        if count > free:
            raise Refused(
                "Satuan %(unit)s: %(count)s personel ditetapkan, padahal hanya %(free)s boleh pergi selain cadangan.",
                code="REN-15",
                field="officers",
                words={"unit": code, "count": count, "free": free},
            )


# In words, why an officer may not stand somewhere.
RULES = {
    "unit": "satuannya tidak ada di tabel satuan",
    "fit": "tidak sehat untuk bertugas",
    "age": "melewati batas umur",
    "rest": "istirahatnya belum cukup",
    "hours": "jam tugasnya akan melewati batas",
    "home": "posko itu di desanya sendiri atau terlalu dekat dengannya",
    "closed": "jalan dari satuannya ke posko itu tertutup",
}


def _listed(units: Units, officers: Officers) -> Integers:
    """Officers of each unit by name, less its reserve."""
    count = {code: 0 for code in units.code}
    for code in officers.unit:
        if code in count:
            count[code] += 1
    left: Integers = np.maximum(0, np.array([count[code] for code in units.code], np.int64) - units.reserve)
    return left


class _Net:
    """Nodes: units, kinds of officers, posts, the women of a post, and home."""

    def __init__(
        self,
        posts: Posts,
        units: Units,
        officers: Officers,
        duty: Duty,
        kinds: list[_Kind],
        pins: tuple[Pin, ...],
        kept: Kept | None,
        out: Mapping[int, str],
    ) -> None:
        self.posts, self.units, self.officers, self.duty = posts, units, officers, duty
        self.kinds, self.pins, self.kept, self.out = kinds, pins, kept, out
        self.half_mm = kept.half_mm if kept else 0
        self.held = self._held()
        self._may = self._allowed()
        extras = {rule: self._extras_of(rule) for rule in set(posts.pattern)}
        self._extras = [extras[rule] for rule in posts.pattern]
        self.free = _listed(units, officers)
        self.home = [
            "" if level.lower() in LENT_LEVELS else regency
            for level, regency in zip(units.level, units.regency, strict=True)
        ]
        self.needed = np.array([rule.police_min * duty.shifts for rule in posts.pattern], np.int64)
        self.women = np.array([rule.women_min * duty.shifts for rule in posts.pattern], np.int64)
        self.way = np.stack(
            [metres_mm(at, on_sphere(posts.lat, posts.lon)) for at in on_sphere(units.lat, units.lon)]
        ).reshape(len(units), len(posts))
        regency = np.array(posts.regency)
        self.lent = np.stack([regency != home for home in self.home]).reshape(len(units), len(posts))
        self._unit = np.array([one.unit for one in kinds], np.int64)
        self._woman = np.array([one.woman for one in kinds], bool)
        pinned = np.array([one.pinned >= 0 for one in kinds], bool)
        # Of one officer of each kind at each post.
        self._rate = (self.way + LENT_MM * self.lent)[self._unit]
        self._rate[pinned] -= PIN_MM
        self._count = 0
        u, k, p = len(units), len(kinds), len(posts)
        self.root = u + k + 2 * p + len(self.held)
        self.tree = np.full(self.root + 1, -1, np.int64)
        most = int(self._may.sum()) + 4 * self.root + sum(map(len, self._extras))
        self._arcs = tuple(np.empty(most, np.int64) for _ in range(4))
        self._lay()
        self.tail, self.head, self.room, self.cost = (part[: self._count] for part in self._arcs)
        self.flow = np.zeros(self._count, np.int64)
        self.flow[self.tree[:u]] = self.free
        self.tried = self._tried()
        self._settle()

    def price_changes(self, half_mm: int) -> None:
        """Settle anew with this price of half a change, from the flow as it is; whoever stays is held from now on."""
        if not self.kept:
            raise Broken("nothing older to change")
        self.cost[self._first_way : self._last_way] += half_mm - self.half_mm
        if self.held:
            stays = np.array([STAYS_MM if stay else 0 for *_, stay in self.held], np.int64)
            self.cost[self._held_ways] += self.half_mm - half_mm - (stays if not self._is_held else 0)
        self.half_mm, self._is_held = half_mm, True
        self._settle()

    def _settle(self) -> None:
        self.price = cheapest_of_all(
            self.tail, self.head, self.room, self.cost, self.tree, self.flow, self.root, self.tried
        )

    _is_held = False

    def _held(self) -> list[tuple[int, int, list[int], bool]]:
        """Kind, post of the older plan where it may still stand, who stood there, and whether they stay."""
        found: dict[tuple[int, int, bool], list[int]] = {}
        if self.kept:
            for number, one in enumerate(self.kinds):
                for i in one.members:
                    post = int(self.kept.post[i])
                    if post >= 0 and post not in one.not_at and one.pinned in (-1, post):
                        found.setdefault((number, post, i in self.kept.stays), []).append(i)
        return [(kind, post, members, stays) for (kind, post, stays), members in found.items()]

    def _tried(self) -> npt.NDArray[np.bool_]:
        """Of the arcs from kinds to posts one in so many, in all about FEW; the rest when they would gain."""
        tried = np.ones(self._count, bool)
        every = 1 + (self._last_way - self._first_way) // FEW
        if every > 1:
            tried[self._first_way : self._last_way] = False
            tried[self._first_way : self._last_way : every] = True
        return tried

    def _add(self, tail: Integers, head: Integers | int, room: Integers | int, cost: Integers | int) -> Integers:
        for whole, part in zip(self._arcs, (tail, head, room, cost), strict=True):
            whole[self._count : self._count + len(tail)] = part
        numbers = np.arange(self._count, self._count + len(tail))
        self._count += len(tail)
        return numbers

    def _lay(self) -> None:
        u, k, p = len(self.units), len(self.kinds), len(self.posts)
        unit, kind, post, women = np.arange(u), u + np.arange(k), u + k + np.arange(p), u + k + p + np.arange(p)
        root, all_, none = self.root, _ALL, 0
        self.tree[:u] = self._add(unit, root, all_, none)
        self.tree[u : u + k] = self._add(kind, root, all_, none)
        price = np.array([-missing_mm(rule) for rule in self.posts.pattern], np.int64)
        self.tree[u + k : u + k + p] = self._add(post, root, self.needed, price)
        self.tree[women] = self._add(women, post, all_, none)
        asked = np.flatnonzero(self.women)
        self._add(women[asked], post[asked], self.women[asked], -WOMAN_MM)
        extra = [(i, worth) for i, rule in enumerate(self.posts.pattern) for worth in self._extras[i]]
        if extra:
            self._add(
                u + k + np.array([i for i, _ in extra], np.int64),
                root,
                1,
                -np.array([worth for _, worth in extra], np.int64),
            )
        of = self._unit
        room = np.array([len(one.members) for one in self.kinds], np.int64)
        half = self.half_mm
        if self.held:
            at, old, who, _ = (list(column) for column in zip(*self.held, strict=True))
            number, to = np.array(at, np.int64), np.array(old, np.int64)
            many = np.array([len(members) for members in who], np.int64)
            np.subtract.at(room, number, many)
            held = u + k + 2 * p + np.arange(len(self.held))
            # Who stood somewhere stays there for less, or goes where anybody of the kind may go.
            self.tree[held] = self._add(held, u + number, all_, none)
            self._add(of[number], held, many, none)
            woman = np.array([self.kinds[n].woman for n in at]) & (self.women[to] > 0)
            units = of[number]
            cost = self.way[units, to] + LENT_MM * self.lent[units, to]
            cost -= PIN_MM * np.array([self.kinds[n].pinned >= 0 for n in at])
            self._held_ways = self._add(held, np.where(woman, women[to], post[to]), many, cost - half)
        self._add(of, kind, room, none)
        self._first_way = self._count
        to = np.where(self._woman[:, None] & (self.women > 0), women, post)[self._may]
        self._add(np.repeat(kind, self._may.sum(axis=1)), to, all_, self._rate[self._may] + half)
        self._last_way = self._count

    def _extras_of(self, rule: Pattern) -> list[int]:
        return extras_mm(
            replace(
                rule,
                police_min=self.duty.shifts * rule.police_min,
                women_min=0,
                police_max=self.duty.shifts * rule.police_max,
            )
        )

    def _allowed(self) -> npt.NDArray[np.bool_]:
        """By kind and post: where it may stand; who is pinned only there."""
        may = np.ones((len(self.kinds), len(self.posts)), bool)
        for n, kind in enumerate(self.kinds):
            if kind.pinned >= 0:
                may[n] = False
                may[n, kind.pinned] = True
            else:
                may[n, list(kind.not_at)] = False
        return may

    def _rows(self) -> list[tuple[int, int]]:
        """Officer and post, as the flow says."""
        u, k, p = len(self.units), len(self.kinds), len(self.posts)
        ways = self._first_way + np.flatnonzero(self.flow[self._first_way : self._last_way])
        rows = []
        for n, (_, post, members, _) in enumerate(self.held):
            rows += [(i, post) for i in members[: self.flow[self._held_ways[n]]]]
        stay = {i for i, _ in rows}
        left = [[i for i in one.members if i not in stay] for one in self.kinds]
        for a in ways:
            number = int(self.tail[a]) - u
            post = (int(self.head[a]) - u - k) % p
            rows += [(i, post) for i in left[number][: self.flow[a]]]
            left[number] = left[number][self.flow[a] :]
        return rows

    def plan(self, rows: list[tuple[int, int]] | None = None, *, proven: OfficerPlan | None = None) -> OfficerPlan:
        """The plan of the flow, or of these rows, with what the prices prove, or what those of another plan proved."""
        p = len(self.posts)
        rows = self._rows() if rows is None else rows
        # Women of a post are spread over its shifts first, so that no shift is without one while another has two.
        rows.sort(key=lambda row: (row[1], not self.officers.woman[row[0]], self.officers.code[row[0]]))
        there = np.zeros(p, np.int64)
        women = np.zeros(p, np.int64)
        shift = []
        for i, post in rows:
            shift.append(int(there[post]) % self.duty.shifts + 1)
            there[post] += 1
            women[post] += bool(self.officers.woman[i])
        unit_of = {code: n for n, code in enumerate(self.units.code)}
        pairs: dict[tuple[int, int], int] = {}
        for i, post in rows:
            key = (unit_of[self.officers.unit[i]], post)
            pairs[key] = pairs.get(key, 0) + 1
        unit, at = (np.array([key[n] for key in sorted(pairs)], np.int64) for n in range(2))
        sent = np.array([pairs[key] for key in sorted(pairs)], np.int64)
        missing = np.maximum(0, self.needed - there)
        lacking = np.minimum(np.maximum(0, self.women - women), self.women)
        worth, own = (proven.units.worth, proven.worth) if proven else self._worth()
        cost = sum(
            int(n) * (int(self.way[a, b]) + (LENT_MM if self.lent[a, b] else 0))
            for a, b, n in zip(unit, at, sent, strict=True)
        )
        cost += sum(int(m) * missing_mm(rule) for m, rule in zip(missing, self.posts.pattern, strict=True))
        cost += WOMAN_MM * int(lacking.sum())
        cost -= sum(sum(self._extras[post][: max(0, int(there[post] - self.needed[post]))]) for post in range(p))
        kept = {(i, post) for i, post in rows}
        if any((pin.officer, pin.post) not in kept for pin in self.pins):
            raise Broken("a pin was not kept")
        bound = proven.units.bound_mm if proven else self._bound(worth, own)
        if bound > cost:
            raise Broken(f"bound {bound} above cost {cost}")
        able = np.minimum(self.free, self._able())
        unmet_bound = max(0, int(self.needed.sum() - able.sum()))
        return OfficerPlan(
            officer=[i for i, _ in rows],
            unit=[unit_of[self.officers.unit[i]] for i, _ in rows],
            post=[post for _, post in rows],
            shift=shift,
            units=UnitPlan(
                unit=unit,
                post=at,
                officers=sent,
                metres=self.way[unit, at] / 1000.0,
                missing=missing,
                worth=worth,
                lent=int(sent[self.lent[unit, at]].sum()) if len(sent) else 0,
                lent_bound=max(0, self._short_at_home(able) - unmet_bound),
                unmet_bound=unmet_bound,
                cost_mm=cost,
                bound_mm=bound,
            ),
            women_missing=lacking,
            worth=own,
            barred=self.out,
            pins=self.pins,
            duty=self.duty,
        )

    def _worth(self) -> tuple[Integers, Integers]:
        """The prices of one more officer of each unit, and beyond it of each officer."""
        u = len(self.units)
        worth = np.maximum(0, -self.price[:u])
        own = np.zeros(len(self.officers), np.int64)
        for number, one in enumerate(self.kinds):
            own[one.members] = max(0, -int(self.price[u + number]) - int(worth[one.unit]))
        return worth, own

    def _able(self) -> Integers:
        able = np.zeros(len(self.units), np.int64)
        for one in self.kinds:
            able[one.unit] += len(one.members)
        return able

    def _short_at_home(self, able: Integers) -> int:
        left: dict[str, int] = {}
        for code, officers in zip(self.posts.regency, self.needed.tolist(), strict=True):
            left[code] = left.get(code, 0) + officers
        for code, officers in zip(self.home, able.tolist(), strict=True):
            if code in left:
                left[code] -= officers
        return sum(max(0, officers) for officers in left.values())

    def _bound(self, worth: Integers, own: Integers) -> int:
        """What these prices prove: no plan under these rules and pins costs less, whatever the prices (whole mm)."""
        first_of = [one.members[0] for one in self.kinds]
        extra = own[first_of]
        far = np.iinfo(np.int64).max // 4
        paid = np.where(self._may, self._rate + (worth[self._unit] + extra)[:, None], far)
        any_ = paid.min(axis=0, initial=far)
        woman = paid[self._woman].min(axis=0, initial=far)
        total = -sum(map(int, worth * self.free)) + PIN_MM * len(self.pins)
        total -= sum(len(one.members) * int(price) for one, price in zip(self.kinds, extra, strict=True))
        for p, rule in enumerate(self.posts.pattern):
            least, needed, women = int(any_[p]), int(self.needed[p]), int(self.women[p])
            first = min(least, missing_mm(rule))
            total += min(women * (int(woman[p]) - first), women * WOMAN_MM) + needed * first
            total += sum(min(0, least - gain) for gain in self._extras[p])
        return total
