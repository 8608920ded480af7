"""What other features may ask."""

from __future__ import annotations

import pytest

from sinergi.features.places import public
from sinergi.features.places.demo import load_demo_regions
from sinergi.features.places.models import Region
from sinergi.kernel.errors import Refused


def test_names_go_from_small_to_large(regions):
    assert public.area_name("1203041001") == "Pasar Sipirok, Sipirok, Tapanuli Selatan"
    assert public.area_name("1220") == "Padang Lawas Utara"
    assert public.area_name("9999") == "9999"


def test_loading_regions_twice_changes_nothing(regions):
    assert load_demo_regions(["1203", "1220"]) == 0
    assert Region.objects.filter(level="village").count() == 636


def test_a_commission_sees_its_own_regency(regions, sign_in):
    user = sign_in("secretary").user
    assert {row.code[:4] for row in public.visible_regions(user)} == {"12", "1203"}
    assert public.find_places("gunung tua", user=user) == []
    assert public.find_places("pasar sipirok", user=user)[0].code == "1203041001"


def test_stations_are_asked_by_area_and_code(published, sign_in):
    user = sign_in("secretary").user
    assert public.station_count("1203", user=user) == 1074
    special = public.station("1203041001901", user=user)
    assert (special.is_special, special.village_name, special.district_name) == (True, "Pasar Sipirok", "Sipirok")
    assert len(public.stations_in("1203041001", user=user)) == public.station_count("1203041001", user=user)
    assert public.station("1220041001901", user=user) is None


def test_a_point_is_in_its_area(regions):
    assert public.contains("1203", lat=1.605, lon=99.279) is True
    assert public.contains("1203", lat=-6.2, lon=106.8) is False
    assert public.contains("3171", lat=-6.2, lon=106.8) is None


def test_a_place_is_its_village_unless_a_point_was_marked(regions, sign_in):
    user = sign_in("secretary").user
    middle = public.place_of(village="1203041001", user=user)
    assert (middle.lat, middle.name) == (1.605, "Pasar Sipirok, Sipirok, Tapanuli Selatan")
    assert public.place_of(village="1203041001", lat="1.61", lon="99.28", user=user).lat == 1.61


@pytest.mark.parametrize(
    ("village", "lat", "lon", "code"),
    [
        ("", "", "", "WIL-01"),
        ("1220041001", "", "", "WIL-01"),
        ("1203041001", "x", "99", "WIL-02"),
        ("1203041001", "nan", "nan", "WIL-03"),
        ("1203041001", "51", "4", "WIL-03"),
        ("1203041001", "-6.2", "106.8", "WIL-04"),
    ],
)
def test_what_is_no_place_is_refused(regions, sign_in, village, lat, lon, code):
    with pytest.raises(Refused) as caught:
        public.place_of(village=village, lat=lat, lon=lon, user=sign_in("secretary").user)
    assert caught.value.code == code


def test_the_picker_lists_villages_by_district_and_keeps_the_choice(regions, sign_in):
    picker = public.picker(sign_in("secretary").user, village="1203041001")
    assert len(picker.groups) == 15
    assert sum(len(group.choices) for group in picker.groups) == 248
    assert [c.code for group in picker.groups for c in group.choices if c.is_chosen] == ["1203041001"]
