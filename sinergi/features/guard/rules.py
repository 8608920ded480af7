"""The tables a plan is made from, and what its result says district by district. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from sinergi.features.guard.events import PlanMade, PlanText
from sinergi.features.guard.patterns import Published
from sinergi.kernel.errors import Refused

LEVELS = ("low", "medium", "high", "special")
INPUTS = ("stations.csv", "units.csv", "patterns.csv")
# The unit of officers who are tried out and promised by nobody.
EXTRA = "BKO-TAMBAHAN"
RESULT = ("posts.csv", "assignments.csv", "summary.json", "certificate.json")


class District(msgspec.Struct, frozen=True, kw_only=True):
    """One district of a plan: its stations by class, posts, officers needed, sent and missing."""

    code: str
    stations: int
    levels: dict[str, int]
    posts: int
    needed: int
    sent: int
    missing: int

    @property
    def shade(self) -> int:
        """0 where nobody is missing, 1 up to a quarter of those needed, 2 up to half, 3 above."""
        return (self.missing > 0) + (4 * self.missing > self.needed) + (2 * self.missing > self.needed)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One guard post: the station it stands at, those it guards, and who comes from where (unit, officers, metres)."""

    code: str
    level: str
    stations: tuple[str, ...]
    sent: tuple[tuple[str, int, float], ...]
    needed: int
    missing: int


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV as the planner reads it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def raised(level: str) -> str:
    """The class one above; special stays what it is, as it names a kind of place."""
    return {"low": "medium", "medium": "high"}.get(level, level)


def posts(files: Mapping[str, str]) -> list[Post]:
    """The posts of a plan by code."""
    level = {row["code"]: row["class"] for row in rows(files, "stations.csv")}
    police = {row["class"]: int(row["police_min"]) for row in rows(files, "patterns.csv")}
    guarded: dict[str, list[str]] = defaultdict(list)
    for row in rows(files, "posts.csv"):
        guarded[row["post"]].append(row["station"])
    sent: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
    for row in rows(files, "assignments.csv"):
        sent[row["post"]].append((row["unit"], int(row["officers"]), float(row["metres"])))
    return [
        Post(
            code=code,
            level=level[code],
            stations=tuple(sorted(stations)),
            sent=tuple(sent[code]),
            needed=police[level[code]],
            missing=max(0, police[level[code]] - sum(officers for _, officers, _ in sent[code])),
        )
        for code, stations in sorted(guarded.items())
    ]


def districts(files: Mapping[str, str]) -> list[District]:
    """The districts of a plan, those with the greatest shortage first. A post counts where it stands."""
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(files, "stations.csv"):
        levels[row["district_code"]][row["class"]] += 1
    here: dict[str, list[Post]] = defaultdict(list)
    for post in posts(files):
        here[post.code[:6]].append(post)
    found = [
        District(
            code=code,
            stations=counted.total(),
            levels=dict(counted),
            posts=len(here[code]),
            needed=sum(post.needed for post in here[code]),
            sent=sum(officers for post in here[code] for _, officers, _ in post.sent),
            missing=sum(post.missing for post in here[code]),
        )
        for code, counted in levels.items()
    ]
    return sorted(found, key=lambda one: (-one.missing, -one.stations, one.code))


def patterns(files: Mapping[str, str]) -> tuple[Published, ...]:
    """The three numbers of each class that a plan was made with."""
    return tuple(
        Published(
            level=row["class"],
            police=int(row["police_min"]),
            stations=int(row["stations"]),
            linmas=int(row["linmas"]),
        )
        for row in rows(files, "patterns.csv")
    )


def radius_m(files: Mapping[str, str]) -> int | None:
    """How far a station may be from its post in that plan; None: no limit."""
    said = rows(files, "patterns.csv")[0]["radius_m"]
    return int(said) if said else None


def changed(files: Mapping[str, str], levels: Mapping[str, str]) -> int:
    """How many stations of a plan have another class now than when it was made."""
    return sum(levels.get(row["code"], "low") != (_set(row) or "low") for row in rows(files, "stations.csv"))


class Assumed(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan rests on that is not so (yet): stations without a class, higher classes, officers not promised."""

    unset: int
    raised: int
    extra: int


def assumed(files: Mapping[str, str]) -> Assumed:
    """What that plan took for granted; its tables say so, and they are kept with it."""
    stations = rows(files, "stations.csv")
    return Assumed(
        unset=sum(not _set(row) for row in stations),
        raised=sum((_set(row) or "low") != row["class"] for row in stations),
        extra=sum(int(row["officers"]) for row in rows(files, "units.csv") if row["code"] == EXTRA),
    )


def _set(row: Mapping[str, str]) -> str:
    """The class an official had set, empty for none; tables of before this column held no other."""
    return row.get("class_set", row["class"])


def summary(files: Mapping[str, str]) -> dict[str, Any]:
    """The plan in numbers, as the planner wrote them."""
    return cast(dict[str, Any], msgspec.json.decode(files["summary.json"]))


def keep(*, name: str, grouping: str, files: Mapping[str, str], author_kind: str) -> PlanMade:
    """The plan as a fact, or Refused with what is missing."""
    if author_kind != "police":
        raise Refused("Rencana penjagaan hanya disimpan Polri.", code="JAG-01")
    if not name.strip() or len(name) > 100:
        raise Refused("Beri rencana ini nama, paling banyak 100 huruf.", code="JAG-02", field="name")
    if any(needed not in files for needed in (*INPUTS, *RESULT)):
        raise Refused("Perhitungan ini belum selesai.", code="JAG-03")
    told = summary(files)
    return PlanMade(
        grouping="district" if grouping == "district" else "village",
        stations=len(rows(files, "stations.csv")),
        posts=told["posts"],
        posts_bound=told["lower_bound_posts"],
        needed=told["officers_needed"],
        officers=told["officers"],
        unmet=told["unmet"],
        unmet_bound=told["lower_bound_unmet"],
        lent=told["lent"],
        linmas=told["linmas"],
        travel_m=round(told["travel_m"]),
        travel_bound_m=int(told["lower_bound_travel_m"]),
        certificate=hashlib.sha256(files["certificate.json"].encode()).hexdigest(),
        text=PlanText(name=name.strip(), files=dict(files)),
    )


def rows(files: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """The rows of one table of a plan."""
    return list(csv.DictReader(io.StringIO(files[name])))
