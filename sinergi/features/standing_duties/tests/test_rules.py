"""Rules of standing duties: possible quarters, counts that fit and name nobody, contacts that can be called."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import msgspec
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


def column(event, name: str) -> list[int | None]:
    return [getattr(row, name) for row in event.districts]


def possible(total: int, hidden: int) -> list[set[int]]:
    """What each of `hidden` unknown counts, each at least one, can be where they make `total` together: tried out."""
    ways = [()] if total == hidden == 0 else []
    if 0 < hidden <= total:
        cuts = itertools.combinations(range(1, total), hidden - 1)
        ways = [tuple(b - a for a, b in itertools.pairwise((0, *cut, total))) for cut in cuts]
    return [{way[place] for way in ways} for place in range(hidden)]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_nobody_works_out_a_withheld_count(counts):
    shown = rules.withheld(counts)
    few = [count for count in counts if 0 < count < rules.FEW]
    if shown is None:
        assert few
        return
    assert all(told is None or told == count for told, count in zip(shown, counts, strict=True))
    assert not any(told is not None and 0 < told < rules.FEW for told in shown)
    hidden = shown.count(None)
    assert bool(hidden) == bool(few)
    rest = sum(counts) - sum(told for told in shown if told is not None)
    for could in possible(rest, hidden):
        assert 1 in could and max(could) >= rules.FEW


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([40, 30, 20], [40, 30, 20]),
        ([40, 0, 3], [None, 0, None]),
        ([40, 30, 2, 1], [40, None, None, None]),
        ([40, 1, 1, 1, 1, 1, 1, 1, 9], [40, *[None] * 8]),
        ([3], None),
        ([0, 3], None),
        ([1, 1, 0], None),
        ([0, 0], [0, 0]),
    ],
)
def test_as_little_as_possible_is_withheld(counts, shown):
    assert rules.withheld(counts) == shown


def test_the_totals_stay_and_the_districts_go_where_nothing_of_them_may_be_told():
    rows = [DistrictCounts("120304", 7, 6, 0), DistrictCounts("120303", 3, 0, 0)]
    event = rules.update(**told(districts=rows))
    assert [row.district for row in event.districts] == ["120303", "120304"]
    assert (column(event, "new"), column(event, "gone"), column(event, "changed")) == ([None] * 2, [0, 6], [0, 0])
    alone = rules.update(**told(districts=[DistrictCounts("120304", 3, 6, 0)], totals=(3, 6, 0)))
    assert (alone.new, alone.districts) == (3, [])
    assert not any(rules.update_flaw(one, "1203", TODAY) for one in (event, alone))


def test_nobody_states_a_quarter_before_it_begins():
    event = rules.update(**told())
    assert rules.update_flaw(event, "1203", date(2026, 6, 30)) and not rules.update_flaw(
        event, "1203", date(2026, 7, 1)
    )


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
    with pytest.raises(Refused) as refused:
        rules.contacts(old * 31, area="1203", current=None)
    assert refused.value.code == "TGS-11"


def test_a_successor_follows_and_a_contact_without_a_term_keeps_its_bytes():
    first = Contact(post="Piket", phone="110", until=TODAY)
    after = Contact(post="Piket", phone="112", since=TODAY + timedelta(days=1))
    assert rules.contacts([first, after], area="1203", current=None).count == 2
    assert [rules.is_over(first, TODAY + timedelta(days=n)) for n in (0, 1)] == [False, True]
    assert not rules.is_over(after, date.max)
    for wrong, code in (
        ([first, Contact(post="Piket", phone="112", since=TODAY)], "TGS-19"),
        ([Contact(post="Piket", phone="110", since=TODAY, until=TODAY - timedelta(days=1))], "TGS-34"),
    ):
        with pytest.raises(Refused) as refused:
            rules.contacts(wrong, area="1203", current=None)
        assert refused.value.code == code
    assert msgspec.json.encode(Contact(post="Piket", phone="110")) == b'{"post":"Piket","phone":"110"}'


def test_two_of_one_task_are_told_apart_by_their_area():
    here, there = (Contact(post="Piket", phone="110", region=code) for code in ("120304", "120303"))
    assert rules.contacts([here, there], area="1203", current=None).count == 2
    moved = Contact(post="Piket", phone="112", region="120303")
    assert rules.changes([here, there], [here, moved]) == rules.Changes(added=(), removed=(), changed=("Piket",))
    with pytest.raises(Refused) as refused:
        rules.contacts([here, here], area="1203", current=None)
    assert refused.value.code == "TGS-19"
