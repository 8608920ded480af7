"""`sinergi import boundaries FILE`: real areas from GeoJSON, in place of drawn ones.

The file is judged in the reading child of `sheets`: GeoJSON polygons in WGS 84, rings closed and not crossing
themselves, every feature with the Interior Ministry's code in `code`. All or nothing; the same file again changes
nothing.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
from shapely import is_valid_reason
from shapely.geometry import shape

from sinergi.features.places.areas import as_geojson
from sinergi.kernel.errors import Refused
from sinergi.kernel.places import level
from sinergi.sheets.reading import Unreadable
from sinergi.sheets.sandbox import run_apart

LARGEST_FILE = 64 * 1024 * 1024
MOST_CORNERS = 3_000_000
CROOKED = "!"  # begins the answer for a polygon that crosses itself; GeoJSON begins with {


def import_boundaries(path: Path) -> str:
    """Import the areas of one file; a sentence that says what changed. Raises Refused."""
    from sinergi.features.places.actions import keep_areas
    from sinergi.features.places.models import Region
    from sinergi.ledger.writer import run as write

    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError:
        raise Refused("Berkas %(path)s tidak dapat dibaca.", code="WIL-10", words={"path": str(path)}) from None
    if not data:
        raise Refused("Berkas ini kosong atau lebih besar dari 64 MB.", code="WIL-11")
    answer = run_apart("sinergi.features.places.boundaries:polygons_of", data, numeric=True)
    found = msgspec.json.decode(answer, type=dict[str, str])
    asked = {code[:length] for code in found for length in (4, 6, 10)} | set(found)
    known = set(Region.objects.filter(code__in=asked).values_list("code", flat=True))
    unknown = sorted(found.keys() - known)
    # A province's file may hold regencies that are none of this office's business; a wrong code inside is an error.
    wrong = [code for code in unknown if code[:4] in known]
    if wrong or len(unknown) == len(found):
        raise Refused(
            "Wilayah %(region)s tidak dikenal di kantor ini.", code="WIL-12", words={"region": (wrong or unknown)[0]}
        )
    mine = {code: area for code, area in found.items() if code in known}
    crooked = sorted(code for code, area in mine.items() if area.startswith(CROOKED))
    if crooked:
        why = mine[crooked[0]].removeprefix(CROOKED)
        raise Refused(
            "Batas wilayah %(region)s memotong dirinya: %(why)s.",
            code="WIL-13",
            words={"region": crooked[0], "why": why},
        )
    changed = write(lambda: keep_areas(mine, Region.Area.IMPORTED, source=f"Batas dari {path.name}"[:200]))
    outside = f" {len(unknown)} wilayah di luar kantor ini dilewati." if unknown else ""
    if not changed:
        return f"Tidak ada yang berubah: {len(mine)} batas sudah sama.{outside}"
    return f"{changed} dari {len(mine)} batas diganti.{outside}"


def polygons_of(data: bytes) -> dict[str, str]:
    """Area by code, as normal GeoJSON text, or CROOKED and why. Runs in the reading child. Raises Unreadable."""
    try:
        read = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("json", "Berkas ini bukan GeoJSON yang utuh.") from None
    if not isinstance(read, dict) or read.get("type") != "FeatureCollection":
        raise Unreadable("collection", "Berkas ini bukan kumpulan wilayah GeoJSON (FeatureCollection).")
    if "crs" in read and "CRS84" not in json.dumps(read["crs"]) and "4326" not in json.dumps(read["crs"]):
        raise Unreadable("crs", "Koordinat berkas ini bukan WGS 84.")
    features = read.get("features")
    if not isinstance(features, list) or not features:
        raise Unreadable("features", "Berkas ini tidak berisi wilayah.")
    found: dict[str, str] = {}
    corners = 0
    for number, feature in enumerate(features, start=1):
        code, geometry = _feature(feature, number)
        if code in found:
            raise Unreadable("twice", "Wilayah %(code)s tertulis dua kali.", code=code)
        corners += _check_rings(geometry, code)
        if corners > MOST_CORNERS:
            raise Unreadable("corners", "Berkas ini punya terlalu banyak titik sudut.")
        area = shape(geometry)
        # Told apart by the caller: a crooked neighbour of another office is none of this node's business.
        found[code] = as_geojson(area, decimals=5) if area.is_valid else f"{CROOKED}{is_valid_reason(area)}"
    return found


def _feature(feature: Any, number: int) -> tuple[str, dict[str, Any]]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    try:
        if not isinstance(code, str) or level(code) == "station":
            raise ValueError
    except ValueError:
        raise Unreadable("code", "Wilayah ke-%(number)s tidak punya kode wilayah yang sah.", number=number) from None
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise Unreadable("geometry", "Wilayah %(code)s bukan poligon.", code=code)
    return code, geometry


def _check_rings(geometry: dict[str, Any], code: str) -> int:
    """The number of corners; refuses open rings and anything that is not longitude and latitude in Indonesia."""
    polygons = geometry.get("coordinates")
    polygons = [polygons] if geometry["type"] == "Polygon" else polygons
    corners = 0
    try:
        rings = [ring for polygon in polygons for ring in polygon]  # type: ignore[union-attr]
        if not rings:
            raise ValueError
        for ring in rings:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise Unreadable("ring", "Batas wilayah %(code)s tidak tertutup.", code=code)
            for corner in ring:
                # RFC 7946 allows a height as the third number, but not for one corner only.
                if len(corner) not in (2, 3) or len(corner) != len(rings[0][0]):
                    raise ValueError
                lon, lat = corner[0], corner[1]
                if not (all(map(_is_number, corner)) and 90 <= lon <= 145 and -15 <= lat <= 10):
                    raise Unreadable(
                        "place", "Titik wilayah %(code)s bukan bujur dan lintang WGS 84 di Indonesia.", code=code
                    )
            corners += len(ring)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise Unreadable("geometry", "Wilayah %(code)s bukan poligon.", code=code) from None
    return corners


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
