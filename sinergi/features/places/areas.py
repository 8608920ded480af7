"""Areas drawn from points, for a map where no boundaries were imported. Pure.

Every village gets the land that is nearer to its point than to another's (Voronoi), as far as its neighbourhood
reaches; districts and regencies are the sums of their villages. It is a drawing, not a boundary, and says so.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

# Degrees; near the equator a hundredth is about 1.1 km.
REACH = 0.06
CLOSING = 0.06
# Villages whose rounded points fall together are set apart by about 70 m, so that each gets an area.
APART = 0.0006
DECIMALS = 4


def draw(villages: Mapping[str, tuple[float, float]]) -> dict[str, BaseGeometry]:
    """The area of each village by code, and of each district and regency they make up. Points are (lat, lon)."""
    points = _set_apart(villages)
    if not points:
        return {}
    land = shapely.unary_union([Point(lon, lat).buffer(REACH, 8) for lat, lon in points.values()])
    land = land.buffer(CLOSING, 4).buffer(-1.4 * CLOSING, 4)
    if len(points) == 1:
        cells = [land]
    else:
        cells = list(
            shapely.voronoi_polygons(MultiPoint([(lon, lat) for lat, lon in points.values()]), extend_to=land).geoms
        )
    tree = shapely.STRtree(cells)
    areas: dict[str, BaseGeometry] = {}
    for code, (lat, lon) in points.items():
        place = Point(lon, lat)
        cell = cells[int(tree.query(place, predicate="intersects")[0])]
        areas[code] = _with(cell.intersection(land), place)
    for length in (6, 4):
        groups: dict[str, list[BaseGeometry]] = {}
        for code in points:
            groups.setdefault(code[:length], []).append(areas[code])
        for code, parts in groups.items():
            areas[code] = shapely.unary_union(parts).buffer(0)
    return areas


def as_geojson(area: BaseGeometry, *, decimals: int = DECIMALS, simplified: float = 0.0) -> str:
    """A GeoJSON geometry with rounded corners of four decimals (about 11 m), as compact text."""
    shape = shapely.simplify(area, simplified) if simplified else area
    rounded = mapping(_polygons(shape))
    rounded["coordinates"] = _rounded(rounded["coordinates"], decimals)
    return json.dumps(rounded, separators=(",", ":"))


def contains(geojson: str, *, lat: float, lon: float, tolerance: float = 0.002) -> bool:
    """Whether the point lies in the area, or not farther from it than `tolerance` degrees (about 220 m)."""
    return bool(shapely.from_geojson(geojson).distance(Point(lon, lat)) <= tolerance)


def outside(
    geojson: str, points_e6: Iterable[tuple[int | None, int | None]], *, tolerance: float = 0.02
) -> set[tuple[int | None, int | None]]:
    """Those of the points (latitude, longitude in millionths) farther than `tolerance` degrees from the area.

    The tolerance of about 2 km leaves room for areas that are only drawn.
    """
    area = shapely.from_geojson(geojson).buffer(tolerance, 4)
    shapely.prepare(area)
    return {
        (lat, lon)
        for lat, lon in points_e6
        if lat is not None and lon is not None and not area.intersects(Point(lon / 1e6, lat / 1e6))
    }


def bounds(geojsons: Iterable[str]) -> tuple[float, float, float, float] | None:
    """West, south, east, north around all the areas, or None where there is none."""
    shapes = [shapely.from_geojson(text) for text in geojsons if text]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    return float(west), float(south), float(east), float(north)


def outline(regions: Iterable[tuple[str, str, str]], *, width: int = 640) -> dict[str, Any] | None:
    """The areas as paths of a drawing `width` wide: view box and per region code, name, path and middle.

    A point lies at (lon − west) × scale, (north − lat) × scale.
    """
    regions = list(regions)
    box = bounds(area for _, _, area in regions)
    if box is None:
        return None
    west, south, east, north = box
    scale = width / max(east - west, 1e-6)
    shapes = []
    for code, name, area in regions:
        shape = shapely.simplify(shapely.from_geojson(area), 0.4 / scale)
        path = ""
        for polygon in getattr(shape, "geoms", [shape]):
            for ring in (polygon.exterior, *polygon.interiors):
                corners = [f"{(lon - west) * scale:.1f} {(north - lat) * scale:.1f}" for lon, lat in ring.coords]
                path += f"M{'L'.join(corners)}Z"
        middle = shape.representative_point()
        shapes.append(
            {
                "code": code,
                "name": name,
                "path": path,
                "x": f"{(middle.x - west) * scale:.0f}",
                "y": f"{(north - middle.y) * scale:.0f}",
            }
        )
    box_ = f"-4 -4 {width + 8} {(north - south) * scale + 8:.0f}"
    return {"box": box_, "shapes": shapes, "west": west, "north": north, "scale": scale}


def _set_apart(villages: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    seen: Counter[tuple[float, float]] = Counter()
    points = {}
    for code in sorted(villages):
        lat, lon = villages[code]
        place = (round(lat, 4), round(lon, 4))
        points[code] = (lat, lon + APART * seen[place])
        seen[place] += 1
    return points


def _with(area: BaseGeometry, place: Point) -> BaseGeometry:
    """The part of `area` that holds `place`, so that no village has an exclave of a drawing."""
    parts = list(getattr(area, "geoms", [area]))
    return next((part for part in parts if part.intersects(place)), max(parts, key=lambda part: part.area))


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Only what has an area, outer rings counter-clockwise as RFC 7946 asks."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon)]
    turned = [shapely.geometry.polygon.orient(part) for part in parts]
    return turned[0] if len(turned) == 1 else MultiPolygon(turned)


def _rounded(value: object, decimals: int) -> object:
    if isinstance(value, float | int):
        return round(value, decimals)
    return [_rounded(item, decimals) for item in value]  # type: ignore[attr-defined]
