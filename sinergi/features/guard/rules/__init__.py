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
from sinergi.ledger.events import RecordKey

LEVELS = ("low", "medium", "high", "special")
INPUTS = ("stations.csv", "units.csv", "patterns.csv")
# What a plan may rest on beside these: officers by name, cut ways, where officers stood before, hours of duty.
ALSO = ("people.csv", "closed.csv", "before.csv", "duty.json")
# The unit of officers who are tried out and promised by nobody.
EXTRA = "BKO-TAMBAHAN"
RESULT = ("posts.csv", "assignments.csv", "summary.json", "certificate.json")
RESULT_ALSO = ("officers.csv", "reaction.csv")


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
    level = {row["code"]: (row["regency_code"], row["class"]) for row in rows(files, "stations.csv")}
    police = {
        (row.get("regency_code") or "", row["class"]): int(row["police_min"]) for row in rows(files, "patterns.csv")
    }
    shifts = summary(files).get("shifts", 1)

    def needed(code: str) -> int:
        regency, risk = level[code]
        return cast(int, shifts * police.get((regency, risk), police.get(("", risk), 0)))

    guarded: dict[str, list[str]] = defaultdict(list)
    for row in rows(files, "posts.csv"):
        guarded[row["post"]].append(row["station"])
    sent: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
    for row in rows(files, "assignments.csv"):
        sent[row["post"]].append((row["unit"], int(row["officers"]), float(row["metres"])))
    return [
        Post(
            code=code,
            level=level[code][1],
            stations=tuple(sorted(stations)),
            sent=tuple(sent[code]),
            needed=needed(code),
            missing=max(0, needed(code) - sum(officers for _, officers, _ in sent[code])),
        )
        for code, stations in sorted(guarded.items())
    ]


def districts(files: Mapping[str, str], found: Sequence[Post] | None = None) -> list[District]:
    """The districts of a plan, those with the greatest shortage first. A post counts where it stands.

    `found`: its posts, where the caller has them already.
    """
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(files, "stations.csv"):
        levels[row["district_code"]][row["class"]] += 1
    here: dict[str, list[Post]] = defaultdict(list)
    for post in posts(files) if found is None else found:
        here[post.code[:6]].append(post)
    told = [
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
    return sorted(told, key=lambda one: (-one.missing, -one.stations, one.code))


def patterns(files: Mapping[str, str]) -> dict[str, tuple[Published, ...]]:
    """The three numbers of each class that a plan was made with, by regency; empty: everywhere else."""
    found: dict[str, list[Published]] = {}
    for row in rows(files, "patterns.csv"):
        found.setdefault(row.get("regency_code") or "", []).append(
            Published(
                level=row["class"],
                police=int(row["police_min"]),
                stations=int(row["stations"]),
                linmas=int(row["linmas"]),
            )
        )
    return {regency: tuple(some) for regency, some in found.items()}


def radius_m(files: Mapping[str, str]) -> int | None:
    """How far a station may be from its post in that plan; None: no limit."""
    said = rows(files, "patterns.csv")[0]["radius_m"]
    return int(said) if said else None


def women_min(files: Mapping[str, str]) -> int:
    """How many women the patterns of that plan ask for at a post, at most."""
    return max((int(row.get("women_min") or 0) for row in rows(files, "patterns.csv")), default=0)


def pins(files: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who was placed by hand: `officer`, `station`, `reason`, `price_mm` (None: not worked out)."""
    certificate = msgspec.json.decode(files["certificate.json"])
    return list(certificate.get("names", {}).get("pins", []))


def pins_of(files: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """By officer: the station placed by hand, and why."""
    return {one["officer"]: (one["station"], one["reason"]) for one in pins(files)}


def pinned(files: Mapping[str, str], officer: str, station: str, reason: str) -> bytes:
    """The table of officers with one more placed by hand."""
    found = rows(files, "people.csv")
    header = list(found[0])
    for row in found:
        if row["code"] == officer:
            row |= {"pinned_station": station, "pin_reason": reason.strip()}
    return table(header, ([row[name] for name in header] for row in found))


def closed(files: Mapping[str, str], cut: Iterable[tuple[str, str]]) -> bytes:
    """The table of cut ways (unit, station) of a plan with further ones; empty where there is none."""
    known = (
        {(row["unit_code"], row["station_code"]) for row in rows(files, "closed.csv")}
        if "closed.csv" in files
        else set()
    )
    found = sorted(known | set(cut))
    return table(("unit_code", "station_code"), found) if found else b""


def anew(files: Mapping[str, str], *, grouping: str, notified: bool) -> bytes:
    """How a plan is made anew: searched as it was, so that what is not touched stays; those told of it stay or not."""
    parameters = msgspec.json.decode(files["certificate.json"])["parameters"]
    said = {"grouping": grouping, "seed": parameters["seed"], "rounds": parameters["rounds"], "notified": notified}
    return msgspec.json.encode(said)


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


def keep(
    *, name: str, grouping: str, files: Mapping[str, str], author_kind: str, replaces: str = "", is_last: bool = True
) -> PlanMade:
    """The plan as a fact, or Refused with what is missing."""
    if author_kind != "police":
        raise Refused("Rencana penjagaan hanya disimpan Polri.", code="JAG-01")
    if not name.strip() or len(name) > 100:
        raise Refused("Beri rencana ini nama, paling banyak 100 huruf.", code="JAG-02", field="name")
    if any(needed not in files for needed in (*INPUTS, *RESULT)):
        raise Refused("Perhitungan ini belum selesai.", code="JAG-03")
    if replaces and not is_last:
        raise Refused(
            "Rencana itu sudah digantikan versi lain. Buka versi terbarunya, lalu ubah dari sana.", code="JAG-06"
        )
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
        named=len(rows(files, "officers.csv")) if "officers.csv" in files else 0,
        pins=told.get("pins", 0),
        replaces=RecordKey(replaces) if replaces else None,
        text=PlanText(name=name.strip(), files=dict(files)),
    )


def rows(files: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """The rows of one table of a plan."""
    return list(csv.DictReader(io.StringIO(files[name])))
