"""Rules of standing duties: possible quarters, counts that fit and name nobody, contacts that can be called."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.standing_duties import rules
from sinergi.features.standing_duties.events import Contact, DistrictCounts
from sinergi.kernel.errors import Refused

TODAY = date(2026, 11, 26)


def told(**changes: Any) -> dict[str, Any]:
    return {
        "year": 2026,
        "quarter": 3,
        "totals": (10, 6, 0),
        "districts": [],
        "letter_number": "12/PL.01/1203/2026",
        "letter_dated": date(2026, 10, 2),
        "letter": "a" * 64,
        "letter_size": 1000,
        "area": "1203",
        "on": TODAY,
    } | changes


def test_a_quarter_ends_its_months():
    assert [rules.quarter_of(date(2026, month, 1))[1] for month in range(1, 13)] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quarter": 4, "year": 2027}, "TGS-01"),
        ({"year": 2027, "quarter": 1}, "TGS-01"),
        ({"letter_dated": date(2026, 11, 27)}, "TGS-02"),
        ({"letter_number": " \x00 "}, "TGS-03"),
        ({"totals": (-1, 0, 0)}, "TGS-05"),
        ({"year": 1999}, "TGS-05"),
        ({"quarter": 0}, "TGS-05"),
        ({"letter": "A" * 64}, "TGS-05"),
        ({"letter_size": 0}, "TGS-05"),
        ({"districts": [DistrictCounts("120304", 9, 6, 0)]}, "TGS-04"),
        ({"districts": [DistrictCounts("122001", 10, 6, 0)]}, "TGS-05"),
        ({"districts": [DistrictCounts("120304", 10, 6, 0)] * 2, "totals": (20, 12, 0)}, "TGS-05"),
    ],
)
def test_what_cannot_be_is_refused(changes, code):
    with pytest.raises(Refused) as refused:
        rules.update(**told(**changes))
    assert refused.value.code == code


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=1, max_size=8))
def test_no_district_ever_tells_one_to_four_and_the_totals_stay(counts):
    rows = [DistrictCounts(f"12030{place}", *row) for place, row in enumerate(counts, start=1)]
    totals = tuple(sum(row[place] for row in counts) for place in range(3))
    event = rules.update(**told(districts=rows[::-1], totals=totals))
    assert (event.new, event.gone, event.changed) == totals
    shown = [n for row in event.districts for n in (row.new, row.gone, row.changed)]
    assert all(n is None or n == 0 or n >= rules.FEW for n in shown)
    assert not rules.update_flaw(event, "1203")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Contact(post=" "), "TGS-10"),
        (Contact(post="", name="Budi", phone="0811"), "TGS-12"),
        (Contact(post="Piket"), "TGS-13"),
        (Contact(post="Piket", phone="telepon saja"), "TGS-14"),
        (Contact(post="Piket", phone="0811<script>"), "TGS-14"),
        (Contact(post="Piket", email="tanpa-at"), "TGS-15"),
        (Contact(post="Piket", phone="110", region="122001"), "TGS-16"),
    ],
)
def test_a_contact_that_nobody_can_call_is_refused(row, code):
    with pytest.raises(Refused) as refused:
        rules.contacts([row], area="1203", current=None)
    assert refused.value.code == code


def test_a_list_says_what_changed_and_the_same_list_is_no_new_version():
    old = [Contact(post="Piket", phone="110"), Contact(post="Penghubung", phone="0811-1")]
    new = [Contact(post="Piket", phone="112"), Contact(post="Gudang", phone="0811-2")]
    assert rules.changes(old, new) == rules.Changes(added=("Gudang",), removed=("Penghubung",), changed=("Piket",))
    with pytest.raises(Refused) as refused:
        rules.contacts(old, area="1203", current=old)
    assert refused.value.code == "TGS-17"
    with pytest.raises(Refused):
        rules.contacts(old * 31, area="1203", current=None)
