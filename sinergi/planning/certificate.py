"""What a plan leaves behind: two tables, a summary, and a certificate that a stranger checks without our code."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import msgspec
import numpy as np

from sinergi.kernel.places import EARTH_RADIUS_M
from sinergi.planning.model import Grouping, Limits, OfficerPlan, Officers, PostPlan, Sites, Stations, UnitPlan, Units
from sinergi.planning.officers import PIN_MM, WOMAN_MM
from sinergi.planning.reaction import CoverPlan
from sinergi.planning.units import EXTRA_MM, LENT_MM, MISSING_MM, Posts, over_hubs

FORMAT = "sinergi-plan/1"


def posts_of(stations: Stations, plan: PostPlan) -> Posts:
    """The posts as the flow of officers sees them: each stands at its anchor station."""
    villages: list[set[str]] = [set() for _ in plan.anchor]
    for post, village in zip(plan.post_of, stations.village, strict=True):
        villages[post].add(village)
    return Posts(
        lat=stations.lat[plan.anchor],
        lon=stations.lon[plan.anchor],
        regency=[stations.regency[i] for i in plan.anchor],
        pattern=plan.pattern,
        villages=list(map(frozenset, villages)),
    )


def village_middles(stations: Stations) -> dict[str, tuple[float, float]]:
    """The mean of each village's stations, in degrees."""
    names = sorted(set(stations.village))
    place = {name: i for i, name in enumerate(names)}
    at = np.array([place[name] for name in stations.village], np.int64)
    count = np.bincount(at, minlength=len(names))
    lat, lon = (np.bincount(at, degrees, minlength=len(names)) / count for degrees in (stations.lat, stations.lon))
    return dict(zip(names, zip(lat.tolist(), lon.tolist(), strict=True), strict=True))


def certify(
    stations: Stations,
    units: Units,
    posts: PostPlan,
    sent: UnitPlan,
    *,
    grouping: Grouping,
    limits: Limits,
    inputs: Mapping[str, bytes],
    names: tuple[Officers, OfficerPlan] | None = None,
    reaction: tuple[Sites, CoverPlan, float] | None = None,
) -> dict[str, bytes]:
    """The files of a plan by name: posts.csv, assignments.csv, certificate.json. One more is `summary` with seconds.

    With `names` (then `sent` is its plan by units) also officers.csv; with `reaction` (sites, plan, metres of reach)
    reaction.csv.

    `inputs` are the bytes of the tables by the name of their option; the certificate carries their SHA-256.
    """
    tables = {
        "posts.csv": _posts_csv(stations, posts),
        "assignments.csv": _assignments_csv(stations, units, posts, sent),
    }
    if names:
        tables["officers.csv"] = _officers_csv(stations, posts, *names)
    if reaction:
        chosen, cover, reach_m = reaction
        tables["reaction.csv"] = _csv(("site",), sorted((chosen.code[i],) for i in cover.sites))
    certificate: dict[str, Any] = {
        "format": FORMAT,
        "versions": {name: version(name) for name in ("sinergi", "numpy", "numba", "highspy")}
        | {"python": platform.python_version()},
        "inputs": {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in inputs.items()},
        "outputs": {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in tables.items()},
        "parameters": {
            "grouping": grouping,
            "seed": limits.seed,
            "rounds": posts.rounds,
            "cut_short": posts.cut_short,
            "moves": limits.moves,
            "distance": f"great circle on a sphere of {EARTH_RADIUS_M} m",
            "missing_mm": MISSING_MM,
            "lent_mm": LENT_MM,
            "extra_mm": EXTRA_MM,
        },
        "summary": summary(posts, sent, names[1] if names else None),
        "filled": {
            stations.code[i]: [float(stations.lat[i]), float(stations.lon[i])] for i in np.flatnonzero(stations.filled)
        },
        "groups": [
            {
                "area": group.area,
                "class": group.risk,
                "posts": group.posts,
                "posts_bound": group.posts_bound,
                "travel_m": round(group.travel_m, 3),
                "travel_bound_m": down(group.travel_bound_m),
                "proof": group.proof,
                **group.witness,
            }
            for group in posts.groups
        ],
        "officers": {
            "worth_mm": dict(zip(units.code, sent.worth.tolist(), strict=True)),
            "over_middles": over_hubs(units, posts_of(stations, posts)),
            "cost_mm": sent.cost_mm,
            "bound_mm": sent.bound_mm,
            "lent": sent.lent,
            "lent_bound": sent.lent_bound,
        },
    }
    if reaction:
        certificate["reaction"] = {
            "teams": len(cover.sites),
            "reach_m": reach_m,
            "weight": cover.weight,
            "bound": cover.bound,
            "prices": {stations.code[i]: int(cover.prices[i]) for i in np.flatnonzero(cover.prices)},
        }
    if names:
        certificate["names"] = _by_name(*names)
    return tables | {"certificate.json": msgspec.json.encode(certificate) + b"\n"}


def _by_name(officers: Officers, plan: OfficerPlan) -> dict[str, Any]:
    duty = plan.duty
    return {
        "duty": {
            "hours": duty.hours,
            "most_hours": duty.most_hours,
            "rest_hours": duty.rest_hours,
            "oldest": duty.oldest,
            "away_m": duty.away_m,
        },
        "woman_mm": WOMAN_MM,
        "pin_mm": PIN_MM,
        "worth_mm": {officers.code[i]: int(plan.worth[i]) for i in np.flatnonzero(plan.worth)},
        "barred": {officers.code[i]: rule for i, rule in plan.barred.items()},
        "pins": [
            {"officer": officers.code[pin.officer], "station": pin.station, "reason": pin.reason, "price_mm": price}
            for pin, price in zip(plan.pins, plan.pin_mm, strict=True)
        ],
        "pins_price_mm": plan.pins_mm,
    }


def summary(posts: PostPlan, sent: UnitPlan, names: OfficerPlan | None = None) -> dict[str, Any]:
    """The plan in a few numbers; `gap` is travel over its bound less one, never rounded down.

    It is None where no bound above zero is known, as with stations of a post that all stand at one point: their ways
    are not known. Where every station has a post of its own there are none, and the gap is zero.
    """
    travel, bound = round(posts.travel_m, 3), down(posts.lower_bound_travel_m)
    gap = 0.0 if len(posts.anchor) == len(posts.post_of) else None
    if bound > 0:
        gap = max(0.0, math.ceil((travel / bound - 1) * 1e6) / 1e6)
    by_name = {}
    if names:
        by_name = {
            "officers_barred": len(names.barred),
            "women_unmet": int(names.women_missing.sum()),
            "shifts": names.duty.shifts,
            "pins": len(names.pins),
        }
    return by_name | {
        "posts": len(posts.anchor),
        "officers": int(sent.officers.sum()),
        "travel_m": travel,
        "lower_bound_posts": posts.lower_bound_posts,
        "lower_bound_travel_m": bound,
        "gap": gap,
        "unmet": int(sent.missing.sum()),
        "lower_bound_unmet": sent.unmet_bound,
        "officers_needed": (names.duty.shifts if names else 1) * sum(pattern.police_min for pattern in posts.pattern),
        "linmas": sum(pattern.linmas for pattern in posts.pattern),
        "lent": sent.lent,
        "lower_bound_lent": sent.lent_bound,
        "officers_travel_m": round(float((sent.officers * sent.metres).sum()), 3),
        "rounds": posts.rounds,
        "cut_short": posts.cut_short,
    }


def down(metres: float) -> float:
    """A bound in whole millimetres, never rounded up."""
    return int(np.floor(metres * 1000)) / 1000


def _posts_csv(stations: Stations, plan: PostPlan) -> bytes:
    """One row per station, by post and station; a post bears the code of the station it stands at."""
    rows = sorted(
        (stations.code[plan.anchor[post]], code) for post, code in zip(plan.post_of, stations.code, strict=True)
    )
    return _csv(("post", "station"), rows)


def _assignments_csv(stations: Stations, units: Units, plan: PostPlan, sent: UnitPlan) -> bytes:
    rows = sorted(
        (units.code[unit], stations.code[plan.anchor[post]], int(officers), f"{metres:.3f}")
        for unit, post, officers, metres in zip(sent.unit, sent.post, sent.officers, sent.metres, strict=True)
    )
    return _csv(("unit", "post", "officers", "metres"), rows)


def _officers_csv(stations: Stations, plan: PostPlan, officers: Officers, names: OfficerPlan) -> bytes:
    """One row per officer: the post, which shift, and the metres of the way there."""
    way = {
        (int(unit), int(post)): metres
        for unit, post, metres in zip(names.units.unit, names.units.post, names.units.metres, strict=True)
    }
    rows = sorted(
        (officers.code[i], officers.unit[i], stations.code[plan.anchor[post]], shift, f"{way[unit, post]:.3f}")
        for i, post, shift, unit in zip(names.officer, names.post, names.shift, names.unit, strict=True)
    )
    return _csv(("officer", "unit", "post", "shift", "metres"), rows)


def _csv(header: tuple[str, ...], rows: list[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
