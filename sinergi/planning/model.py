"""What a plan is made from and what it consists of. Struct of arrays: one row per station, unit or post."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from sinergi.kernel.errors import Refused

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CLASSES = ("low", "medium", "high", "special")
Grouping = Literal["village", "district"]
GROUPINGS: tuple[Grouping, ...] = ("village", "district")

# Units at these levels belong to no regency: whoever they send is lent (BKO).
LENT_LEVELS = frozenset({"province", "national", "polda", "mabes", "brimob", "mobile_brigade"})


@dataclass(frozen=True)
class Pattern:
    """How stations of one class are guarded: three named numbers, never a string whose order is disputed.

    `police_min` to `police_max` officers and `linmas` civil guards stand at one post for at most `stations` stations,
    none farther than `radius_m` metres from it (None: no limit). `regency`: where it holds; empty: everywhere else.
    `women_min` of the officers at a post are women, where officers are known by name.
    """

    risk: str
    police_min: int
    police_max: int
    stations: int
    linmas: int
    radius_m: float | None = None
    regency: str = ""
    women_min: int = 0

    def __post_init__(self) -> None:
        """Raises Refused, field `patterns`, where these numbers guard nobody."""
        if (
            self.risk not in CLASSES
            or not 1 <= self.police_min <= self.police_max
            or self.stations < 1
            or self.linmas < 0
            or not 0 <= self.women_min <= self.police_min
            or not (self.radius_m is None or 0 < self.radius_m < math.inf)
        ):
            raise Refused(
                "Pola kelas “%(risk)s” tidak dapat dipakai: kelasnya harus %(classes)s, TPS per posko dan personelnya "
                "paling sedikit 1, personel paling banyak tidak kurang dari paling sedikit, linmas tidak kurang dari "
                "0, polwan tidak lebih dari personel paling sedikit, dan radius kosong atau lebih dari 0.",
                code="REN-09",
                field="patterns",
                words={"risk": self.risk, "classes": ", ".join(CLASSES)},
            )


@dataclass(frozen=True)
class Stations:
    """Polling stations: codes, areas, degrees in WGS 84, voters (−1: unknown), class as a position in CLASSES.

    `filled` marks those without a point of their own, placed at the middle of their village's other stations.
    """

    code: list[str]
    village: list[str]
    district: list[str]
    regency: list[str]
    lat: Floats
    lon: Floats
    voters: Integers
    risk: Integers
    filled: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Raises Refused, field `stations`, for columns of unequal length, a point that is none, an unknown class."""
        columns = (self.village, self.district, self.regency, self.lat, self.lon, self.voters, self.risk, self.filled)
        if any(len(column) != len(self.code) for column in columns) or len(set(self.code)) != len(self.code):
            raise Refused(
                "Tiap TPS harus punya kode sendiri dan satu isi di tiap kolom.", code="REN-10", field="stations"
            )
        lat, lon, risk = (np.asarray(column) for column in (self.lat, self.lon, self.risk))
        # Not “outside”, so that what is not a number is caught as well.
        sound = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & (risk >= 0) & (risk < len(CLASSES))
        if not sound.all():
            raise Refused(
                "TPS %(code)s tidak punya titik di bumi, atau kelasnya tidak dikenal.",
                code="REN-10",
                field="stations",
                words={"code": self.code[int(sound.argmin())]},
            )

    def __len__(self) -> int:
        return len(self.code)

    def sharing_a_point(self) -> int:
        """How many stations stand exactly where another one stands: mostly the middle of a village, not their place."""
        _, counts = np.unique(self.lat + 1j * self.lon, return_counts=True)
        return int(counts[counts > 1].sum())

    def area(self, grouping: Grouping) -> list[str]:
        """The codes of the areas that no post may cross."""
        return self.village if grouping == "village" else self.district


@dataclass(frozen=True)
class Units:
    """Police units: how many officers each has, and how many of them stay behind as its reserve."""

    code: list[str]
    name: list[str]
    level: list[str]
    regency: list[str]
    lat: Floats
    lon: Floats
    officers: Integers
    reserve: Integers

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class Officers:
    """Officers by name: unit, home village (empty: unknown), sex, age in years, health, hours on duty already.

    `rested`: hours of rest before this duty, −1 where nobody says. `name` may be empty. Nothing else is known of them.
    """

    code: list[str]
    name: list[str]
    unit: list[str]
    home: list[str]
    woman: npt.NDArray[np.bool_]
    age: Integers
    fit: npt.NDArray[np.bool_]
    worked: Integers
    rested: Integers

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True)
class Duty:
    """How long posts are guarded and who may: limits that no plan goes beyond.

    A post is guarded for `hours`, in as many equal shifts as it takes for nobody to stand longer than `most_hours`;
    hours already worked count. `oldest`: the greatest age; `rest_hours` before the duty; nobody stands in the own
    village nor nearer than `away_m` metres to its middle.
    """

    hours: int = 12
    most_hours: int = 12
    rest_hours: int = 8
    oldest: int = 50
    away_m: float = 0.0

    def __post_init__(self) -> None:
        """Raises Refused, field `duty`, for limits that nobody can keep."""
        if min(self.hours, self.most_hours) < 1 or self.rest_hours < 0 or not 0 <= self.away_m < math.inf:
            raise Refused(
                "Lama jaga dan batas jam tugas paling sedikit 1 jam; istirahat dan jarak dari desa asal tidak kurang "
                "dari 0.",
                code="REN-16",
                field="duty",
            )

    @property
    def shifts(self) -> int:
        """How many follow each other at a post."""
        return -(-self.hours // self.most_hours)

    @property
    def shift_hours(self) -> float:
        """How long one stands there."""
        return self.hours / self.shifts


@dataclass(frozen=True)
class Sites:
    """Places where reaction forces could stand: codes, degrees."""

    code: list[str]
    lat: Floats
    lon: Floats


@dataclass(frozen=True)
class Pin:
    """A commander's word: this officer (a position) guards this station (a code), so stands at its `post`; and why."""

    officer: int
    station: str
    post: int
    reason: str


@dataclass(frozen=True)
class Limits:
    """How long to search. Same `seed` and `rounds`, same plan, whatever `threads` and the clock.

    `rounds`: complete passes over all groups (None: until `seconds` are over, or three where there is no time limit
    either). `moves`: trial moves per station and round.
    """

    seed: int = 0
    rounds: int | None = None
    seconds: float | None = None
    threads: int = 2
    moves: int = 600


@dataclass(frozen=True)
class Group:
    """Stations of one area and class: `members` are positions in Stations, in the order of their codes.

    `posts_bound` and `travel_bound_m`: no division of these stations by the rules has fewer posts, or, with as many
    posts, fewer metres. `proof` says how that is shown, `witness` with which numbers (see docs/planning.md).
    """

    area: str
    risk: str
    pattern: Pattern
    members: Integers
    posts: int
    travel_m: float
    posts_bound: int
    travel_bound_m: float
    proof: str
    witness: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class PostPlan:
    """Guard posts: `anchor` is the station each post stands at, `post_of` each station's post, `metres` its travel."""

    anchor: Integers
    post_of: Integers
    metres: Floats
    pattern: list[Pattern]
    groups: list[Group]
    rounds: int
    cut_short: bool

    @property
    def travel_m(self) -> float:
        """Metres from every station to its post's anchor, added up."""
        return float(sum(group.travel_m for group in self.groups))

    @property
    def lower_bound_travel_m(self) -> float:
        """No plan with as many posts in each group travels less."""
        return float(sum(group.travel_bound_m for group in self.groups))

    @property
    def lower_bound_posts(self) -> int:
        """No plan has fewer posts."""
        return sum(group.posts_bound for group in self.groups)


@dataclass(frozen=True)
class UnitPlan:
    """Officers sent: parallel rows `unit`, `post`, `officers`, `metres` (one way, of one officer); `missing` per post.

    `worth` are the prices in millimetres of one more officer of each unit, which prove that no other plan is better;
    `cost_mm` and `bound_mm` are what it minimises (docs/planning.md) and its proven lower bound.
    """

    unit: Integers
    post: Integers
    officers: Integers
    metres: Floats
    missing: Integers
    worth: Integers
    lent: int
    lent_bound: int
    unmet_bound: int
    cost_mm: int
    bound_mm: int


@dataclass(frozen=True)
class OfficerPlan:
    """Officers by name: parallel rows `officer`, `unit`, `post`, `shift` (from 1); `units`: the same by unit, proven.

    `worth` are prices in millimetres of each officer beyond that of the unit; `barred` says who may stand nowhere and
    by which rule; `women_missing` how many of those whom the pattern asks for a post lacks. `pins_mm`: what all pins
    together cost, `pin_mm` each of them (None: not worked out).
    """

    officer: list[int]
    unit: list[int]
    post: list[int]
    shift: list[int]
    units: UnitPlan
    women_missing: Integers
    worth: Integers
    barred: Mapping[int, str]
    pins: tuple[Pin, ...]
    duty: Duty
    pins_mm: int | None = 0
    pin_mm: Sequence[int | None] = ()

    @property
    def cost_mm(self) -> int:
        """What the plan minimises."""
        return self.units.cost_mm

    @property
    def bound_mm(self) -> int:
        """No plan under these rules and pins costs less."""
        return self.units.bound_mm
