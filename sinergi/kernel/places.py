"""Region codes of the Interior Ministry, polling-station codes of KPU, and points on the sphere."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

EARTH_RADIUS_M = 6_371_008.8

_LEVELS = {2: "province", 4: "regency", 6: "district", 10: "village", 13: "station"}
_CODE = re.compile(r"[1-9][0-9]+")


class Point(NamedTuple):
    """Degrees in WGS 84."""

    lat: float
    lon: float


def level(code: str) -> str:
    """province, regency, district, village or station by the length of `code`; ValueError for any other text."""
    if not _CODE.fullmatch(code) or len(code) not in _LEVELS:
        raise ValueError(f"{code!r} is not a region code")
    return _LEVELS[len(code)]


def lies_in(code: str, region: str) -> bool:
    """Whether `code` is `region` or lies inside it. Nothing lies in the empty region but everything in `*`."""
    return region == "*" or (bool(region) and code.startswith(region))


def distance_m(here: Point, there: Point) -> float:
    """Great-circle distance in metres on a sphere of EARTH_RADIUS_M (haversine)."""
    lat1, lon1, lat2, lon2 = map(math.radians, (here.lat, here.lon, there.lat, there.lon))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))
