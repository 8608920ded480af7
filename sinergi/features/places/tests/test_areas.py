"""Drawn areas cover each village's point once and add up."""

from __future__ import annotations

import json

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.features.places import areas
from sinergi.features.places.demo import _table


def points():
    return {row["code"]: (float(row["lat"]), float(row["lon"])) for row in _table("villages")}


def test_every_village_has_an_area_with_its_point_and_districts_are_their_sum():
    villages = points()
    drawn = areas.draw(villages)
    assert sum(len(code) == 10 for code in drawn) == 636
    assert sum(len(code) == 6 for code in drawn) == 27
    assert sum(len(code) == 4 for code in drawn) == 2
    for code, (lat, lon) in villages.items():
        assert drawn[code].distance(shapely.Point(lon, lat)) < 0.003
        assert drawn[code].is_valid
    whole = sum(area.area for code, area in drawn.items() if len(code) == 10)
    assert abs(whole - drawn["1203"].area - drawn["1220"].area) < 1e-6


def test_geojson_is_small_closed_and_counter_clockwise():
    text = areas.as_geojson(areas.draw(points())["1203"])
    read = json.loads(text)
    ring = read["coordinates"][0] if read["type"] == "Polygon" else read["coordinates"][0][0]
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw
    assert len(text) < 40_000


def test_points_far_outside_are_found():
    area = areas.as_geojson(areas.draw(points())["1203"])
    assert areas.outside(area, [(1_420_000, 99_150_000), (2_900_000, 99_150_000), (None, None)]) == {
        (2_900_000, 99_150_000)
    }


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12))
def test_any_handful_of_points_can_be_drawn(grid):
    villages = {f"12030110{n:02d}": (1 + lat / 100, 99 + lon / 100) for n, (lat, lon) in enumerate(grid)}
    drawn = areas.draw(villages)
    assert set(villages) <= set(drawn)
    assert all(not area.is_empty for area in drawn.values())
