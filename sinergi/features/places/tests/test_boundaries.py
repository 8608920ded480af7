"""Real boundaries come in whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sinergi.features.places.boundaries import import_boundaries, polygons_of
from sinergi.features.places.demo import load_demo_regions
from sinergi.features.places.models import Region
from sinergi.kernel.errors import Refused
from sinergi.sheets import Unreadable

SQUARE = [[99.1, 1.4], [99.2, 1.4], [99.2, 1.5], [99.1, 1.5], [99.1, 1.4]]


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def feature(code="120301", ring=None, **changes):
    made = {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring or SQUARE]},
    }
    return made | changes


@pytest.mark.slow
@pytest.mark.parametrize(("digits", "count"), [(4, 2), (6, 27), (10, 636)])
def test_a_whole_level_replaces_drawn_areas_and_changes_nothing_twice(regions, tmp_path, digits, count):
    drawn = {region.code: region.area for region in Region.objects.all() if len(region.code) == digits}
    foreign = feature({4: "1271", 6: "127101", 10: "1271011001"}[digits])
    file = tmp_path / "batas.geojson"
    file.write_bytes(collection(foreign, *(feature(code, geometry=json.loads(area)) for code, area in drawn.items())))
    assert f"{count} dari {count} batas diganti. 1 wilayah di luar" in import_boundaries(file)
    assert "Tidak ada yang berubah" in import_boundaries(file)
    # Loading the demo again leaves imported areas alone.
    load_demo_regions(["1203", "1220"])
    assert Region.objects.filter(area_kind="imported").count() == count


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json"),
        (b"[" * 100_000, "json"),
        (b"\xff\xff", "json"),
        (b"[]", "collection"),
        (b'{"type":"FeatureCollection","features":[]}', "features"),
        (b'{"type":"FeatureCollection","features":[1]}', "code"),
        (collection(feature(code="12")) .replace(b'"12"', b"12"), "code"),
        (collection(feature(code="1203011001001")), "code"),
        (collection(feature(geometry={"type": "Point", "coordinates": [99, 1]})), "geometry"),
        (collection(feature(geometry={"type": "Polygon", "coordinates": 5})), "geometry"),
        (collection(feature(ring=SQUARE[:-1])), "ring"),
        (collection(feature(ring=[[x * 111_000, y] for x, y in SQUARE])), "place"),
        (collection(feature(ring=[[y, x] for x, y in SQUARE])), "place"),
        (collection(feature()).replace(b"99.1", b"NaN"), "place"),
        (collection(feature(ring=[*SQUARE[:2], [99, 1, 0], *SQUARE[3:]])), "geometry"),
        (collection(feature()).replace(b"99.1", b"9" * 400), "geometry"),
        (collection(feature(), feature()), "twice"),
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_refused(data, code):
    with pytest.raises(Unreadable) as caught:
        polygons_of(data)
    assert caught.value.code == code


def test_a_boundary_that_crosses_itself_stops_everything(regions, tmp_path):
    file = tmp_path / "a.geojson"
    crossed = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    file.write_bytes(collection(feature("120302"), feature("120301", ring=crossed)))
    with pytest.raises(Refused, match="120301 memotong dirinya"):
        import_boundaries(file)
    assert not Region.objects.filter(area_kind="imported").exists()


def test_a_wrong_code_inside_the_regency_stops_everything(regions, tmp_path):
    file = tmp_path / "a.geojson"
    file.write_bytes(collection(feature("120301"), feature("120399")))
    with pytest.raises(Refused, match="120399"):
        import_boundaries(file)
    assert not Region.objects.filter(area_kind="imported").exists()


def test_a_missing_file_is_one_sentence():
    with pytest.raises(Refused, match="tidak dapat dibaca"):
        import_boundaries(Path("/nowhere/a.geojson"))
