"""What a plan says district by district, and when it may be kept."""

from __future__ import annotations

import msgspec
import pytest

from sinergi.features.guard import rules
from sinergi.features.guard.patterns import shelf
from sinergi.kernel.errors import Refused

STATIONS = "code,village_code,district_code,regency_code,lat,lon,voters,class\n" + "\n".join(
    f"{code},{code[:10]},{code[:6]},1203,1.6,99.2,,{level}"
    for code, level in (("1203011001001", "low"), ("1203011001002", "low"), ("1203021001001", "high"))
)
SUMMARY = {
    "posts": 2, "lower_bound_posts": 2, "officers_needed": 4, "officers": 3, "unmet": 1, "lower_bound_unmet": 1,
    "lent": 0, "linmas": 6, "travel_m": 12.4, "lower_bound_travel_m": 12.4, "gap": 0.0,
}  # fmt: skip
FILES = {
    "stations.csv": STATIONS,
    "units.csv": "code,name,level,regency_code,lat,lon,officers,reserve\nTS-01,Polsek,polsek,1203,1.6,99.2,3,0\n",
    "patterns.csv": "class,police_min,police_max,stations,linmas,radius_m\n"
    "low,2,2,8,4,900\nmedium,2,2,2,4,900\nhigh,2,2,1,2,900\nspecial,2,2,1,2,900\n",
    "posts.csv": "post,station\n1203011001001,1203011001001\n1203011001001,1203011001002\n"
    "1203021001001,1203021001001\n",
    "assignments.csv": "unit,post,officers,metres\nTS-01,1203011001001,1,10.5\nTS-01,1203021001001,2,20\n",
    "summary.json": msgspec.json.encode(SUMMARY).decode(),
    "certificate.json": "{}",
}


def test_the_district_with_the_greatest_shortage_comes_first():
    first, second = rules.districts(FILES)
    assert (first.code, first.stations, first.posts, first.needed, first.sent, first.missing) == (
        "120301", 2, 1, 2, 1, 1,
    )  # fmt: skip
    assert (second.missing, first.shade, second.shade) == (0, 2, 0)


def test_a_post_says_whom_it_guards_and_who_comes():
    post = rules.posts(FILES)[0]
    assert post.stations == ("1203011001001", "1203011001002") and post.sent == (("TS-01", 1, 10.5),)


def test_a_plan_says_how_many_stations_have_another_class_now():
    levels = {"1203011001001": "medium", "1203021001001": "high"}
    assert rules.changed(FILES, levels) == 1


def assumed(stations, units=FILES["units.csv"]):
    header = "code,village_code,district_code,regency_code,lat,lon,voters,class,class_set\n"
    return {**FILES, "stations.csv": header + "\n".join(stations), "units.csv": units}


def test_a_plan_says_what_it_took_for_granted():
    tried = assumed(
        [
            "1203011001001,1203011001,120301,1203,1.6,99.2,,medium,",
            "1203011001002,1203011001,120301,1203,1.6,99.2,,high,medium",
        ],
        FILES["units.csv"] + "BKO-TAMBAHAN,BKO tambahan,polda,,1.6,99.2,50,0\n",
    )
    assert rules.assumed(tried) == rules.Assumed(unset=1, raised=2, extra=50)
    assert rules.assumed(FILES) == rules.Assumed(unset=0, raised=0, extra=0)  # a plan of before


def test_a_class_that_was_only_tried_higher_has_not_changed_since():
    tried = assumed(["1203011001001,1203011001,120301,1203,1.6,99.2,,high,medium"])
    assert rules.changed(tried, {"1203011001001": "medium"}) == 0
    assert rules.changed(tried, {"1203011001001": "high"}) == 1


def test_numbers_and_radius_of_a_plan_come_back():
    assert rules.patterns(FILES)[""][0].stations == 8 and rules.radius_m(FILES) == 900
    assert [rules.raised(level) for level in rules.LEVELS] == ["medium", "high", "high", "special"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"author_kind": "kpu"}, "JAG-01"),
        ({"name": " "}, "JAG-02"),
        ({"files": {name: FILES[name] for name in rules.INPUTS}}, "JAG-03"),
    ],
)
def test_a_plan_without_name_or_result_is_not_kept(given, code):
    with pytest.raises(Refused) as refusal:
        rules.keep(**{"name": "Rencana", "grouping": "village", "files": FILES, "author_kind": "police"} | given)
    assert refusal.value.code == code


def test_every_published_pattern_names_its_source_and_each_class_once():
    for one in shelf().sets:
        assert one.source and [pattern.level for pattern in one.patterns] == list(rules.LEVELS)
