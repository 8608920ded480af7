"""Guard posts (part 1 of docs/planning.md): which stations share a post, and where it stands."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sinergi.kernel.errors import Refused
from sinergi.planning import cover, matching, nested
from sinergi.planning.clusters import BEYOND, ROUNDING_M, bound_at, cost_of, metres_between, on_sphere
from sinergi.planning.model import CLASSES, Floats, Group, Grouping, Integers, Limits, Pattern, PostPlan, Stations
from sinergi.planning.search import along_a_curve, search_groups, stand

# Larger groups are searched in neighbouring parts (a matrix of metres would not fit); they have no bound of metres.
LARGEST = 3000
# Stations searched between two looks at the clock and at Ctrl-C.
BATCH = 4000
STEPS = 150
# The round, after those that everybody gets, in which what is far from proven is proven closer, and how far that is.
PROVING, FAR = 4, 0.005


def group_posts(
    stations: Stations,
    patterns: Sequence[Pattern],
    grouping: Grouping,
    limits: Limits,
    *,
    clock: Callable[[], float] = time.monotonic,
    stopped: Callable[[], bool] = lambda: False,
) -> PostPlan:
    """The fewest posts in every area and class, then the fewest metres found, each with its proven lower bound.

    `stopped` is asked now and then; once it says so the best plan so far is returned. Raises Refused where a class of a
    station has no pattern.
    """
    began = clock()

    def over() -> bool:
        return stopped() or (limits.seconds is not None and clock() - began >= limits.seconds)

    work = _Work.begun(stations, patterns, grouping, limits, over)
    # What is exact comes first, so that the search never takes its time away.
    work.pair_up(over)
    rounds = 0
    wanted = limits.rounds if limits.rounds is not None else (3 if limits.seconds is None else 1_000)
    idle = 0
    while rounds < wanted and not work.cut_short:
        before = work.cost.sum()
        if not work.go_round(rounds + 1, limits, over):
            work.cut_short = True
            break
        rounds += 1
        if rounds == PROVING and not work.prove(limits, over):
            work.cut_short = True
            break
        # Without a number of rounds there is nothing to wait for once everything is proven or has stood still.
        idle = idle + 1 if rounds > 1 and work.cost.sum() > before - 1e-6 else 0
        if limits.rounds is None and (work.is_proven() or idle >= 8):
            break
    return work.plan(rounds)


@dataclass
class _Work:
    """The state of a search: stations in the order of their groups, and arrays by group."""

    stations: Stations
    areas: list[str]
    rules: list[Pattern]
    rank: Integers
    order: Integers
    start: Integers
    at: Floats
    posts: Integers
    most: Integers
    radius_m: Floats
    seeds: Integers
    of: Integers
    prices: Floats
    reach: Floats
    cost: Floats
    bound: Floats
    posts_bound: Integers
    apart: dict[int, list[list[int]]]
    pairings: dict[int, matching.Pairing]
    nested: dict[int, nested.Nested]
    # Groups of one group's stations are searched as parts when it is larger than LARGEST: the group of each part.
    whole: Integers
    # Whether anything was left out because time was over or somebody stopped it.
    cut_short: bool = False

    @staticmethod
    def begun(
        stations: Stations, patterns: Sequence[Pattern], grouping: Grouping, limits: Limits, over: Callable[[], bool]
    ) -> _Work:
        number, keys = _grouped(stations, patterns, grouping)
        curve = along_a_curve(stations.lat, stations.lon)
        rank = np.empty(len(stations), np.int64)
        rank[sorted(range(len(stations)), key=stations.code.__getitem__)] = np.arange(len(stations))
        order = np.lexsort((rank, curve, number))
        sizes = np.bincount(number, minlength=len(keys))
        starts, areas, rules, whole = [0], [], [], []
        for g, (area, rule) in enumerate(keys):
            # A part is a whole number of posts, so that no post is lost between parts.
            step = LARGEST // rule.stations * rule.stations
            for first in range(0, int(sizes[g]), step):
                starts.append(starts[-1] + min(step, int(sizes[g]) - first))
                areas.append(area)
                rules.append(rule)
                whole.append(g)
        parted = {w for w, after in pairwise(whole) if w == after}
        start = np.array(starts, np.int64)
        count = len(areas)
        most = np.array([rule.stations for rule in rules], np.int64)
        posts = -(-np.diff(start) // most)
        work = _Work(
            stations=stations,
            areas=areas,
            rules=rules,
            rank=rank,
            order=order,
            start=start,
            at=on_sphere(stations.lat[order], stations.lon[order]),
            posts=posts,
            most=most,
            radius_m=np.array([math.inf if rule.radius_m is None else rule.radius_m for rule in rules]),
            seeds=np.array(
                [
                    _seed(limits.seed, area, rule.risk, g - whole.index(w) if w in parted else 0)
                    for g, (area, rule, w) in enumerate(zip(areas, rules, whole, strict=True))
                ],
                np.int64,
            ),
            of=np.zeros(len(stations), np.int64),
            prices=np.zeros(len(stations)),
            reach=np.full(count, 1.5),
            cost=np.full(count, math.inf),
            bound=np.zeros(count),
            posts_bound=posts.copy(),
            apart={},
            pairings={},
            nested={},
            whole=np.array(whole, np.int64),
        )
        sizes = np.diff(start)
        place = np.arange(len(stations)) - np.repeat(start[:-1], sizes)
        work.of = place * np.repeat(posts, sizes) // np.repeat(np.maximum(sizes, 1), sizes)
        work._keep_radius(limits, over)
        return work

    def _keep_radius(self, limits: Limits, over: Callable[[], bool]) -> None:
        """Start within the radius where it binds, with as many posts as that takes; once `over`, with any cover."""
        for g in np.flatnonzero(np.isfinite(self.radius_m)):
            metres = metres_between(self._at(int(g)), self.radius_m[g])
            if metres.size == 0 or metres.max() < BEYOND:
                continue
            most = int(self.most[g])
            if not over():
                self.posts_bound[g], self.apart[int(g)] = cover.posts_needed(metres, most)
            of, self.posts[g] = cover.first_cover(
                metres, most, int(self.posts_bound[g]), seed=int(self.seeds[g]), moves=limits.moves, over=over
            )
            self.of[self.start[g] : self.start[g + 1]] = of
            self.cut_short = self.cut_short or over()

    def go_round(self, turn: int, limits: Limits, over: Callable[[], bool]) -> bool:
        """One round over all groups, on as many threads as asked; False where it was cut short."""
        pending: set[Future[None]] = set()
        complete = True
        with ThreadPoolExecutor(max(1, limits.threads)) as pool:
            for first, last in self._batches():
                if over():
                    complete = False
                    break
                while len(pending) > max(1, limits.threads):
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for one in done:
                        one.result()
                pending.add(pool.submit(self._search, first, last, turn, limits.moves))
            for one in pending:
                one.result()
        return complete

    def _search(self, first: int, last: int, turn: int, moves: int) -> None:
        steps = STEPS if turn == 1 else STEPS // 2
        search_groups(
            self.at,
            self.start,
            self.posts,
            self.most,
            self.radius_m,
            self.seeds,
            self.of,
            self.prices,
            self.reach,
            self.cost,
            self.bound,
            first,
            last,
            turn,
            moves,
            steps,
        )

    def _batches(self) -> list[tuple[int, int]]:
        """Runs of groups of about BATCH stations; one group is never divided."""
        marks = [0]
        for g in range(len(self.areas)):
            if self.start[g + 1] - self.start[marks[-1]] >= BATCH:
                marks.append(g + 1)
        return [(a, b) for a, b in zip(marks, [*marks[1:], len(self.areas)], strict=True) if a < b]

    def is_proven(self) -> bool:
        return bool((self.cost <= self.bound + 1e-6).all())

    def pair_up(self, over: Callable[[], bool]) -> None:
        """Where two stations share a post and nothing else is in the way, the cheapest pairing and its proof."""
        for g in np.flatnonzero((self.most == 2) & (self.posts > 2)):
            n, here = int(self.start[g + 1] - self.start[g]), slice(self.start[g], self.start[g + 1])
            if n > matching.MOST_STATIONS or self.posts[g] != -(-n // 2):
                continue
            metres = metres_between(self._at(int(g)), self.radius_m[g])
            if cost_of(metres, self.of[here], int(self.posts[g]))[0].sum() <= 1e-6:
                continue
            if over():
                self.cut_short = True
                return
            pairing = matching.cheapest_pairing(metres)
            self.pairings[int(g)] = pairing
            if pairing.of is not None and pairing.of.max() + 1 == self.posts[g]:
                self.of[here] = pairing.of
                # Nothing cheaper can be found, so the search leaves this group alone.
                self.cost[g] = self.bound[g] = cost_of(metres, pairing.of, int(self.posts[g]))[0].sum()

    def prove(self, limits: Limits, over: Callable[[], bool]) -> bool:
        """Closer bounds of metres, by nested sets, where prices leave more than FAR open; False where cut short."""
        sizes = np.diff(self.start)
        far = (self.cost > (1 + FAR) * self.bound) & (self.posts > 2) & (self.posts < sizes)
        groups = [int(g) for g in np.flatnonzero(far & (self.most > 2) & (sizes <= nested.MOST_STATIONS))]

        def one(g: int) -> bool:
            if over():
                return False
            here = slice(self.start[g], self.start[g + 1])
            found = nested.Nested.begun(self._at(g), float(self.radius_m[g]), self.prices[here])
            found.prove(int(self.posts[g]), int(self.most[g]), float(self.cost[g]))
            self.nested[g] = found
            self.bound[g] = max(self.bound[g], found.bound)
            return True

        with ThreadPoolExecutor(max(1, limits.threads)) as pool:
            return all(pool.map(one, groups))

    def plan(self, rounds: int) -> PostPlan:
        """What was found, with bounds evaluated anew and rounded to the safe side."""
        self._by_code()
        first_post = np.concatenate(([0], np.cumsum(self.posts)))
        anchor = np.zeros(first_post[-1], np.int64)
        metres = np.zeros(first_post[-1])
        stand(self.at, self.start, self.posts, self.radius_m, self.of, anchor, metres, first_post)
        post_of = np.empty(len(self.stations), np.int64)
        sizes = np.diff(self.start)
        post_of[self.order] = self.of + np.repeat(first_post[:-1], sizes)
        groups: list[Group] = []
        for g in range(len(self.areas)):
            travel = float(metres[first_post[g] : first_post[g + 1]].sum())
            if g and self.whole[g] == self.whole[g - 1]:
                groups[-1] = self._joined(groups[-1], g, travel)
            else:
                groups.append(self._group(g, travel))
        return PostPlan(
            anchor=self.order[anchor],
            post_of=post_of,
            metres=metres,
            pattern=[rule for g, rule in enumerate(self.rules) for _ in range(int(self.posts[g]))],
            groups=groups,
            rounds=rounds,
            cut_short=self.cut_short,
        )

    def _by_code(self) -> None:
        """Stations at one point go to their posts in the order of their codes: the metres stay, people find it."""
        if len(self.order) < 2:
            return
        same = (np.diff(self.at, axis=0) == 0).all(axis=1)
        borders = np.zeros(len(self.order), bool)
        borders[self.start[:-1][self.start[:-1] < len(borders)]] = True
        same &= ~borders[1:]
        # Along the curve, identical points follow each other in the order of their codes.
        for place in np.flatnonzero(same & ~np.concatenate(([False], same[:-1]))):
            end = int(place) + 1
            while end < len(same) and same[end]:
                end += 1
            here = slice(int(place), end + 1)
            self.of[here] = np.sort(self.of[here])

    def _joined(self, group: Group, g: int, travel: float) -> Group:
        """A group that was searched in parts: number of posts proven, metres not bounded."""
        members = np.concatenate((group.members, self.order[self.start[g] : self.start[g + 1]]))
        limited = group.pattern.radius_m is not None
        return Group(
            area=group.area,
            risk=group.risk,
            pattern=group.pattern,
            members=self._sorted(members),
            posts=group.posts + int(self.posts[g]),
            travel_m=group.travel_m + travel,
            # Parts are cut at will, so only the number of stations proves anything about the whole.
            posts_bound=-(-len(members) // group.pattern.stations)
            if limited
            else group.posts_bound + int(self.posts[g]),
            travel_bound_m=0.0,
            proof="none",
        )

    def _group(self, g: int, travel: float) -> Group:
        proof, bound, witness = self._proof(g, travel)
        if any(self.apart.get(g, [])):
            witness["apart"] = [
                [self.stations.code[self._member(g, i)] for i in part] for part in self.apart[g] if part
            ]
        return Group(
            area=self.areas[g],
            risk=self.rules[g].risk,
            pattern=self.rules[g],
            members=self._sorted(self.order[self.start[g] : self.start[g + 1]]),
            posts=int(self.posts[g]),
            travel_m=travel,
            posts_bound=int(self.posts_bound[g]),
            travel_bound_m=min(travel, max(0.0, bound)),
            proof=proof,
            witness=witness,
        )

    def _proof(self, g: int, travel: float) -> tuple[str, float, dict[str, object]]:
        """How low the metres of group g could be, by what, and the numbers that show it."""
        n, posts, most = int(self.start[g + 1] - self.start[g]), int(self.posts[g]), int(self.most[g])
        if travel <= 1e-6 or posts >= n:
            return "nothing", 0.0, {}
        if posts == 1:
            return "single", travel - n * ROUNDING_M, {}
        searched = math.isfinite(self.cost[g]) or g in self.pairings
        if posts == 2 and searched:
            return "pair", self.bound[g] - n * ROUNDING_M, {}
        if not searched:
            return "none", 0.0, {}
        metres = metres_between(self._at(g), self.radius_m[g])
        best = self._lagrangian(g, metres, n, posts, most)
        if g in self.nested:
            best = max(best, self._by_sets(g, n, posts, most), key=lambda proof: proof[1])
        if g in self.pairings:
            pairing = self.pairings[g]
            prices = [round(price, 3) for price in pairing.prices]
            odd = [(some, round(weight, 3)) for some, weight in pairing.odd_sets]
            bound = matching.pairing_bound(metres, prices, odd) - n * ROUNDING_M
            if bound > best[1]:
                alone = {"alone": prices[n]} if len(prices) > n else {}
                names = [self.stations.code[self._member(g, i)] for i in range(n)] + ["*"]
                best = (
                    "pairing",
                    bound,
                    {"prices": self._in_code_order(g, prices[:n]), **alone}
                    | {"odd_sets": [{"stations": [names[i] for i in some], "price": price} for some, price in odd]},
                )
        return best

    def _lagrangian(
        self, g: int, metres: Floats, n: int, posts: int, most: int
    ) -> tuple[str, float, dict[str, object]]:
        # Whole millimetres are what the certificate carries, so exactly those are evaluated.
        prices = np.round(self.prices[self.start[g] : self.start[g + 1]], 3)
        bound = bound_at(metres, prices, posts, most, np.zeros(n, np.int64))
        return "prices", bound - n * ROUNDING_M, {"prices": self._in_code_order(g, [float(one) for one in prices])}

    def _by_sets(self, g: int, n: int, posts: int, most: int) -> tuple[str, float, dict[str, object]]:
        found = self.nested[g].rounded()
        sets = [
            {"stations": [self.stations.code[self._member(g, i)] for i in some], "price": price}
            for some, price in found.sets()
        ]
        prices = self._in_code_order(g, [float(one) for one in found.prices])
        return "nested", found.proven(posts, most) - n * ROUNDING_M, {"prices": prices, "sets": sets}

    def _in_code_order(self, g: int, values: Sequence[float]) -> list[float]:
        members = self.order[self.start[g] : self.start[g + 1]]
        return [values[i] for i in np.argsort(self.rank[members])]

    def _sorted(self, members: Integers) -> Integers:
        found: Integers = members[np.argsort(self.rank[members])]
        return found

    def _member(self, g: int, place: int) -> int:
        return int(self.order[self.start[g] + place])

    def _at(self, g: int) -> Floats:
        return self.at[self.start[g] : self.start[g + 1]]


def _grouped(
    stations: Stations, patterns: Sequence[Pattern], grouping: Grouping
) -> tuple[Integers, list[tuple[str, Pattern]]]:
    """The group of each station, and area and pattern of each group, in the order of areas and classes."""
    rule_of: dict[tuple[str, int], Pattern] = {}
    by_name = {(pattern.regency, pattern.risk): pattern for pattern in patterns}
    groups: dict[tuple[str, int], int] = {}
    number = np.empty(len(stations), np.int64)
    areas = stations.area(grouping)
    for i, key in enumerate(zip(areas, stations.risk.tolist(), strict=True)):
        found = groups.get(key)
        if found is None:
            found = groups[key] = len(groups)
            name = CLASSES[key[1]]
            own = by_name.get((stations.regency[i], name)) or by_name.get(("", name))
            if own is None:
                raise Refused(
                    "Kelas %(risk)s tidak punya pola, padahal ada TPS di %(regency)s yang berkelas itu.",
                    code="REN-08",
                    field="patterns",
                    words={"risk": name, "regency": stations.regency[i]},
                )
            rule_of[key] = own
        number[i] = found
    keys = sorted(groups)
    rank = np.empty(len(keys), np.int64)
    for place, key in enumerate(keys):
        rank[groups[key]] = place
    return rank[number] if len(keys) else number, [(area, rule_of[area, risk]) for area, risk in keys]


def _seed(seed: int, area: str, risk: str, part: int) -> int:
    """A number of 31 bits for one group, the same on every machine and whichever thread works on it."""
    digest = hashlib.blake2b(f"{seed}|{area}|{risk}|{part}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") >> 1 or 1
