"""What the planner's process works out beside a plan: why it is as it is, and how it could be made anew. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from sinergi.planning import tables
from sinergi.planning.certificate import certify, posts_of, summary, village_middles
from sinergi.planning.explain import Asked, WhyHere, WhyNot, WhyShort, explain
from sinergi.planning.model import CLASSES, Duty, Limits, OfficerPlan, Officers, Pattern, Pin, PostPlan, Stations, Units
from sinergi.planning.officers import told
from sinergi.planning.posts import group_posts
from sinergi.planning.reaction import place_reaction, weights_of, within_reach
from sinergi.planning.replanning import Replanned, replan
from sinergi.planning.routes import Fleet, Stops, route, shortest_m, wave_back
from sinergi.planning.units import Posts

# On roads of hills; said on the page.
ESCORT_METRES_PER_SECOND = 30 / 3.6
ESCORT_ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Given:
    """The tables of a plan by name."""

    stations: Stations
    units: Units
    patterns: list[Pattern]
    officers: Officers
    pinned: list[tuple[int, str, str]]
    duty: Duty

    def pins(self, post_of: list[int]) -> tuple[Pin, ...]:
        """What was placed by hand."""
        return tables.pins_at(self.pinned, self.officers, self.stations, post_of, "people.csv")

    def closed(self, here: Path, post_of: list[int]) -> frozenset[tuple[int, int]]:
        """Ways that are cut."""
        found = here / "closed.csv"
        if not found.is_file():
            return frozenset()
        return tables.read_closed(found.read_bytes(), found.name, self.units, self.stations, post_of)

    def before(self, here: Path, post_of: list[int]) -> dict[str, int]:
        """Where officers stood in the older plan."""
        found = here / "before.csv"
        return tables.read_before(found.read_bytes(), found.name, self.stations, post_of) if found.is_file() else {}


def answer(here: Path, question: list[str]) -> None:
    """Write answer.json: of `here`, `not`, `short` the reasons, of `reaction`, `escorts` where they stand or drive."""
    word, *rest = question
    said: Any
    if word == "reaction":
        said = _reaction(here, teams=int(rest[0]), reach_m=int(rest[1]))
    elif word == "escorts":
        said = _escorts(here, *map(float, rest))
    else:
        said = _reasons(here, word, rest)
    (here / "answer.json").write_bytes(msgspec.json.encode(said))


def _reasons(here: Path, word: str, rest: list[str]) -> list[dict[str, Any]]:
    """The reasons, weightiest first, as codes with words."""
    given = _read(here)
    place = {code: i for i, code in enumerate(given.stations.code)}
    anchors: list[int] = []
    post_of = [0] * len(place)
    number: dict[str, int] = {}
    for post, station in _rows(here / "posts.csv", "post", "station"):
        if post not in number:
            number[post] = len(anchors)
            anchors.append(place[post])
        post_of[place[station]] = number[post]
    posts = _posts(given, anchors, post_of)
    asked = Asked(
        _stored(here, given, posts, post_of, number),
        posts,
        given.units,
        given.officers,
        given.duty,
        village_middles(given.stations),
        given.closed(here, post_of),
    )
    who = given.officers.code.index(rest[0]) if rest else -1
    if word == "not":
        reasons = explain(asked, WhyNot(who, rest[1], post_of[place[rest[1]]]))
    else:
        reasons = explain(asked, WhyHere(who) if word == "here" else WhyShort())
    return [{"code": reason.code, "words": dict(reason.words)} for reason in reasons]


def _reaction(here: Path, *, teams: int, reach_m: int) -> dict[str, Any]:
    """The sites (codes of sites.csv) from which reaction forces reach most, with what no other sites can exceed."""
    stations = tables.read_stations((here / "stations.csv").read_bytes(), "stations.csv")
    sites = tables.read_sites((here / "sites.csv").read_bytes(), "sites.csv")
    within = within_reach(stations.lat, stations.lon, sites.lat, sites.lon, reach_m)
    weights = weights_of(stations)
    plan = place_reaction(within, weights, teams)
    own = [int(within[:, i].sum()) for i in plan.sites]
    high = stations.risk >= 2
    return {
        "sites": [[sites.code[i], count] for i, count in zip(plan.sites, own, strict=True)],
        "reached": int(plan.covered.sum()),
        "stations": len(stations),
        "high_reached": int((plan.covered & high).sum()),
        "high": int(high.sum()),
        "weight": plan.weight,
        "bound": plan.bound,
        "all": int(weights.sum()),
        "alone": plan.alone,
    }


def _escorts(
    here: Path, vehicles: float, load: float, boxes: float, out_from: float, back_from: float
) -> dict[str, Any]:
    """Both waves of ballot boxes: stops.csv (code, lat, lon, stations; the first row is the warehouse), by vehicle.

    `vehicles` of `load` boxes each, `boxes` per station; seconds of the day from which boxes go out and come back.
    """
    rows = _rows(here / "stops.csv", "code", "lat", "lon", "stations")
    lat, lon = (np.array([float(row[k]) for row in rows[1:]]) for k in (1, 2))
    held = np.array([round(boxes) * int(row[3]) for row in rows[1:]], np.int64)
    day = 24 * 3600
    fleet = Fleet(
        lat=float(rows[0][1]),
        lon=float(rows[0][2]),
        boxes=np.full(round(vehicles), round(load), np.int64),
        opens=round(out_from),
        closes=round(out_from) + day,
        most_duty=12 * 3600,
        metres_per_second=ESCORT_METRES_PER_SECOND,
    )
    whole = np.full(len(lat), round(out_from) + day, np.int64)
    # Ten minutes at a stop, for the signatures.
    out = Stops(lat, lon, held, np.full(len(lat), round(out_from), np.int64), whole, np.full(len(lat), 600, np.int64))
    back = wave_back(out, np.full(len(lat), round(back_from), np.int64), round(back_from) + day)
    home = replace(fleet, opens=round(back_from), closes=round(back_from) + day)
    codes = [row[0] for row in rows[1:]]
    bound = shortest_m(out, fleet)
    waves = []
    for stops, cars in ((out, fleet), (back, home)):
        plan = route(stops, cars, Limits(rounds=ESCORT_ROUNDS))
        waves.append(
            {
                "metres": plan.metres,
                "bound": bound if not plan.left else 0,
                "left": [codes[i] for i in plan.left],
                "routes": [
                    {
                        "departs": start,
                        "stops": [[codes[i], int(plan.arrival[i]), int(held[i])] for i in stops_],
                    }
                    for start, stops_ in zip(plan.departs, plan.routes, strict=True)
                    if stops_
                ],
            }
        )
    return {"waves": waves}


def make_anew(here: Path) -> None:
    """Write one folder for each choice, from fewest changes to fewest metres, and choices.json with what they say."""
    given = _read(here)
    wanted = msgspec.json.decode((here / "anew.json").read_bytes())
    limits = Limits(seed=wanted["seed"], rounds=wanted["rounds"], threads=1)
    plan = group_posts(given.stations, given.patterns, wanted["grouping"], limits)
    post_of = plan.post_of.tolist()
    posts, homes = posts_of(given.stations, plan), village_middles(given.stations)
    before = given.before(here, post_of)
    found = replan(
        posts,
        given.units,
        given.officers,
        given.duty,
        homes,
        before,
        pins=given.pins(post_of),
        closed=given.closed(here, post_of),
        stays=frozenset(before) if wanted["notified"] else frozenset(),
    )
    said = []
    for number, one in enumerate(found, 1):
        _write_choice(here, here / f"pilihan-{number}", given, plan, one, wanted["grouping"], limits)
        now = dict(zip(one.plan.officer, one.plan.post, strict=True))
        anchor = [given.stations.code[i] for i in plan.anchor]
        code = given.officers.code
        moved = [
            [code[i], anchor[before[code[i]]] if code[i] in before else "", anchor[now[i]] if i in now else ""]
            for i in one.moved
        ]
        said.append(
            {
                "number": number,
                "changes": one.changes,
                "metres": one.metres,
                "unmet": int(one.plan.units.missing.sum()),
                "lent": one.plan.units.lent,
                "moved": moved,
            }
        )
    (here / "choices.json").write_bytes(msgspec.json.encode(said))


def _write_choice(
    here: Path, out: Path, given: Given, plan: PostPlan, one: Replanned, grouping: Any, limits: Limits
) -> None:
    inputs = {
        option: (here / f"{name}.csv").read_bytes()
        for option, name in (
            ("stations", "stations"),
            ("units", "units"),
            ("patterns", "patterns"),
            ("officers", "people"),
            ("closed", "closed"),
        )
        if (here / f"{name}.csv").is_file()
    }
    named = (given.officers, one.plan)
    files = certify(
        given.stations,
        given.units,
        plan,
        one.plan.units,
        grouping=grouping,
        limits=limits,
        inputs=inputs,
        names=named,
    )
    summed = summary(plan, one.plan.units, one.plan) | {
        "stations_at_shared_points": given.stations.sharing_a_point(),
        "seconds": 0.0,
    }
    files |= {"summary.json": msgspec.json.format(msgspec.json.encode(summed), indent=2) + b"\n"}
    out.mkdir()
    for name, content in files.items():
        (out / name).write_bytes(content)


def _read(here: Path) -> Given:
    stations = tables.read_stations((here / "stations.csv").read_bytes(), "stations.csv")
    patterns = tables.read_patterns((here / "patterns.csv").read_bytes(), "patterns.csv")
    officers, pinned = tables.read_officers((here / "people.csv").read_bytes(), "people.csv")
    tables.check_together(stations, patterns, "patterns.csv")
    said = msgspec.json.decode((here / "duty.json").read_bytes())
    names = {"hours": "hours", "most_hours": "most_hours", "rest_hours": "rest_hours", "oldest": "oldest"}
    return Given(
        stations=stations,
        units=tables.read_units((here / "units.csv").read_bytes(), "units.csv"),
        patterns=patterns,
        officers=officers,
        pinned=pinned,
        duty=Duty(**{name: said[name] for name in names if name in said}, away_m=float(said.get("away_m", 0))),
    )


def _posts(given: Given, anchors: list[int], post_of: list[int]) -> Posts:
    stations = given.stations
    by_name = {(one.regency, one.risk): one for one in given.patterns}
    pattern = []
    for i in anchors:
        risk = CLASSES[int(stations.risk[i])]
        pattern.append(by_name.get((stations.regency[i], risk)) or by_name["", risk])
    villages: list[set[str]] = [set() for _ in anchors]
    for post, village in zip(post_of, stations.village, strict=True):
        villages[post].add(village)
    return Posts(
        lat=stations.lat[anchors],
        lon=stations.lon[anchors],
        regency=[stations.regency[i] for i in anchors],
        pattern=pattern,
        villages=list(map(frozenset, villages)),
    )


def _stored(here: Path, given: Given, posts: Posts, post_of: list[int], number: Mapping[str, int]) -> OfficerPlan:
    """The plan as it was kept, with prices that prove it."""
    place = {code: i for i, code in enumerate(given.officers.code)}
    rows = [(place[code], number[post]) for code, post in _rows(here / "officers.csv", "officer", "post")]
    homes, closed, pins = village_middles(given.stations), given.closed(here, post_of), given.pins(post_of)
    return told(posts, given.units, given.officers, given.duty, homes, rows, pins, closed)


def _rows(path: Path, *columns: str) -> list[tuple[str, ...]]:
    import csv

    with path.open(newline="") as lines:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(lines)]
