"""When a list may be published and what it changes; no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.features.places import rules
from sinergi.features.places.events import StationRow
from sinergi.kernel.errors import Refused

A, B, C = (
    StationRow(code=f"120301100100{n}", voters=100 * n, voters_male=50 * n, voters_female=50 * n) for n in (1, 2, 3)
)


def publish(*rows, kind="kpu", region="1203", regency="1203", current=None):
    return rules.publish(regency=regency, rows=rows, author_kind=kind, author_region=region, current_digest=current)


def test_a_list_counts_what_it_holds():
    event = publish(C, A, B)
    assert (event.stations, event.voters, event.voters_male, event.special_stations) == (3, 600, 300, 0)
    assert [row.code for row in event.text.rows] == [A.code, B.code, C.code]


def test_totals_are_absent_where_a_number_is_unknown():
    assert publish(A, StationRow(code="1203011001009")).voters is None


@pytest.mark.parametrize(
    ("told", "published"),
    [((3, 1, 2), (None, None, None)), ((104, 100, 4), (104, None, None)), ((104, 0, 104), (104, 0, 104))],
)
def test_counts_of_so_few_that_they_could_be_recognised_are_not_published(told, published):
    names = ("voters", "voters_male", "voters_female")
    event = publish(StationRow(code=A.code, **dict(zip(names, told, strict=True))), B)
    assert tuple(getattr(event.text.rows[0], name) for name in names) == published
    assert (event.voters_female is None) == (published[2] is None), "nor can they be worked out from the whole"


@pytest.mark.parametrize(
    ("given_rows", "words", "code"),
    [
        ((A,), {"kind": "police"}, "TPS-01"),
        ((A,), {"region": "1220"}, "TPS-02"),
        ((), {}, "TPS-03"),
        ((A, A), {}, "TPS-05"),
        ((A, StationRow(code="1220011001001")), {}, "TPS-06"),
        ((A, StationRow(code="120301100100X")), {}, "TPS-06"),
    ],
)
def test_what_may_not_be_published_is_refused(given_rows, words, code):
    with pytest.raises(Refused) as caught:
        publish(*given_rows, **words)
    assert caught.value.code == code


def test_the_same_list_again_is_refused_whatever_its_order():
    with pytest.raises(Refused) as caught:
        publish(B, A, current=rules.digest_of([A, B]))
    assert caught.value.code == "TPS-07"


def test_changes_name_stations_and_fields():
    moved = StationRow(code=B.code, voters=B.voters, voters_male=B.voters_male, voters_female=B.voters_female, lat_e6=1)
    changes = rules.changes([A, B], [moved, C])
    assert (changes.added, changes.removed) == ((C.code,), (A.code,))
    assert [(c.code, c.fields) for c in changes.changed] == [(B.code, ("lat_e6",))]
    assert not rules.changes([A, B], [B, A]).any


rows = st.lists(
    st.builds(
        StationRow,
        code=st.integers(1203000000000, 1203999999999).map(str),
        address=st.text(alphabet="abc é", max_size=5).map(lambda t: t.strip()),
        lat_e6=st.none() | st.integers(-12_000_000, 7_000_000),
        voters=st.none() | st.integers(0, 2000),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row.code,
)


@pytest.mark.slow
@given(rows, st.randoms())
def test_the_digest_knows_no_order_and_agrees_with_the_header(stations, random):
    event = publish(*stations)
    stations = [rules.without_few(row) for row in stations]
    shuffled = list(stations)
    random.shuffle(shuffled)
    assert rules.digest_of(shuffled) == event.digest
    assert rules.agrees(shuffled, regency="1203", stations=len(stations), digest=event.digest)
    assert not rules.agrees(stations[1:], regency="1203", stations=len(stations), digest=event.digest)


@pytest.mark.slow
@given(rows, rows)
def test_changes_turn_one_list_into_the_other(before, after):
    changes = rules.changes(before, after)
    old, new = {r.code for r in before}, {r.code for r in after}
    assert (old | set(changes.added)) - set(changes.removed) == new
    assert changes.any == (sorted(before, key=lambda r: r.code) != sorted(after, key=lambda r: r.code))
