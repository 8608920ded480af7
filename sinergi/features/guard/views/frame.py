"""What several pages of plans share: opening one, its districts with their drawing, its posts with who stands there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.http import Http404
from django.utils.translation import gettext

from sinergi.access.doors import PersonRequest, open_record
from sinergi.features.agreement import public as agreements
from sinergi.features.guard import public, rules
from sinergi.features.guard.models import Plan
from sinergi.features.guard.rules import names
from sinergi.features.places import public as places

Files = Mapping[str, str]


class Drawing(msgspec.Struct, frozen=True):
    """Districts as a drawing: `box` and `shapes` for the template, and where a point lies in it."""

    box: str
    shapes: list[dict[str, Any]]
    west: float
    north: float
    scale: float

    def at(self, lat: float, lon: float) -> tuple[str, str]:
        """A point, as x and y."""
        return f"{(lon - self.west) * self.scale:.1f}", f"{(self.north - lat) * self.scale:.1f}"

    def line(self, points: Iterable[tuple[float, float]]) -> str:
        """A way through points, for a polyline."""
        return " ".join(",".join(self.at(lat, lon)) for lat, lon in points)


def drawn(codes: set[str], request: PersonRequest) -> Drawing | None:
    """These districts as a drawing; None where no area is known."""
    found = places.outline_of(codes, user=request.user)
    return Drawing(**found) if found else None


def opened(request: PersonRequest, key: str) -> tuple[Plan, dict[str, str]]:
    """The plan that this person may read, with its files; who reads is written down."""
    found = open_record(request, Plan.objects.all(), key, "guard.read", restricted=True)
    if found.files is None:
        raise Http404
    return found, found.files


def opened_by_name(request: PersonRequest, key: str) -> tuple[Plan, dict[str, str]]:
    """As `opened`, of a plan that names officers."""
    found, files = opened(request, key)
    if not found.named:
        raise Http404
    return found, files


def kept_files(key: str) -> tuple[Plan, dict[str, str]] | None:
    """A kept plan and its files; None for no key, another one, or an erased plan."""
    found = Plan.objects.filter(key=key).first() if key else None
    return (found, found.files) if found and found.files else None


def shown(request: PersonRequest, files: Files, orders: list[names.Ordered] | None = None) -> dict[str, Any]:
    """What both a calculation and a kept plan show: numbers, districts with their drawing, posts of one district."""
    orders = orders or []
    told, posts = rules.summary(files), rules.posts(files)
    found = rules.districts(files, posts)
    area = places.area_names({one.code for one in found} | {one.code[:4] for one in found})
    shades = {one.code: one for one in found}
    outline = places.outline_of({one.code for one in found}, user=request.user)
    region = request.GET.get("kecamatan", "")
    region = region if region in shades else found[0].code
    short = [one for one in found if one.missing]
    sent = sum(one.sent for one in found)
    ordered = len(orders)
    return {
        "told": told,
        "ordered": ordered,
        "lacking": max(0, told["unmet"] - ordered),
        "assumed": rules.assumed(files),
        "shared": told.get("stations_at_shared_points", 0),
        "travel_km": told["travel_m"] / 1000,
        "gap_percent": None if told["gap"] is None else told["gap"] * 100,
        "filled_percent": round(100 * sent / told["officers_needed"]) if told["officers_needed"] else 100,
        "short": [(one, area.get(one.code, one.code)) for one in short[:3]],
        "short_count": len(short),
        "districts": [(one, area.get(one.code, one.code), area.get(one.code[:4], "")) for one in found],
        "sums": {
            name: sum(getattr(one, name) for one in found)
            for name in ("stations", "posts", "needed", "sent", "missing")
        },
        "shapes": [(shape, shades[shape["code"]]) for shape in outline["shapes"]] if outline else [],
        "box": outline["box"] if outline else "",
        "levels": rules.LEVELS,
        "region": region,
        "region_name": area.get(region, region),
        "lines": post_lines(files, [one for one in posts if one.code.startswith(region)], orders),
    }


def post_lines(
    files: Files, posts: list[rules.Post] | None = None, orders: list[names.Ordered] | None = None
) -> list[dict[str, Any]]:
    """Posts with their place in words, who comes from where, and who stands there by name."""
    units = unit_names(files)
    found = rules.posts(files) if posts is None else posts
    area = places.area_names({post.code[:10] for post in found})
    standing: dict[str, list[names.Standing]] = defaultdict(list)
    for one in names.standing(files, orders or []):
        standing[one.post].append(one)
    return [
        {
            "post": post,
            "place": said_place(post.code, area),
            "sent": [(units.get(unit, unit), officers, metres / 1000) for unit, officers, metres in post.sent],
            "standing": standing[post.code],
            "missing": max(0, post.missing - sum(one.is_ordered for one in standing[post.code])),
        }
        for post in sorted(found, key=lambda post: (-post.missing, post.code))
    ]


def said_place(code: str, area: Mapping[str, str]) -> str:
    """A station in words: its village and number."""
    return f"{area.get(code[:10], code[:10])} {code[10:]}"


def place_names(codes: set[str]) -> dict[str, str]:
    """Stations in words, by code."""
    area = places.area_names({code[:10] for code in codes})
    return {code: said_place(code, area) for code in codes}


def unit_names(files: Files) -> dict[str, str]:
    """The names of the units of a plan, by code."""
    return {row["code"]: row["name"] for row in rules.rows(files, "units.csv")}


def versions(found: Plan) -> dict[str, Any]:
    """Which plan this one replaced, and which one took its place."""
    after = public.next_versions([found.key]).get(found.key)
    known = Plan.objects.in_bulk([key for key in (found.replaces, after) if key])
    return {"older": known.get(found.replaces or ""), "newer": known.get(after or "")}


def mark(request: PersonRequest) -> str:
    """LATIHAN where any agreement of this person is an exercise."""
    return "LATIHAN" if any(info.exercise for info in agreements.agreements_of(request.user, "guard.read")) else ""


def level_words() -> dict[str, str]:
    """The classes in words."""
    return {
        "low": gettext("kurang rawan"),
        "medium": gettext("rawan"),
        "high": gettext("sangat rawan"),
        "special": gettext("khusus"),
    }
