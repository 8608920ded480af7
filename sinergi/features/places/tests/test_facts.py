"""Lists as facts: both nodes fold the same rows, in any order of arrival."""

from __future__ import annotations

import pytest

from sinergi.features.places import projections, rules
from sinergi.features.places.actions import current_list, publish_stations
from sinergi.features.places.demo import demo_stations, publish_demo_stations
from sinergi.features.places.events import StationRow, StationsPublished
from sinergi.features.places.models import Station, StationList
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger.catalog import Envelope, Ignored
from sinergi.ledger.models import Agency, Entry
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer

ROWS = [StationRow(code=f"120301100100{n}", voters=10 * n) for n in (1, 2, 3)]


def listing(rows, regency="1203"):
    return rules.publish(regency=regency, rows=rows, author_kind="kpu", author_region=regency, current_digest=None)


def test_the_demo_has_the_counts_kpu_published():
    assert len(demo_stations("1203")) == 1074
    assert len(demo_stations("1220")) == 874
    assert sum(row.is_special for row in demo_stations("1203") + demo_stations("1220")) == 2


def test_publishing_states_a_fact_and_fills_the_tables(published, agreement):
    listed = StationList.objects.get(key=published.key)
    assert (listed.stations, listed.special_stations, listed.is_readable) == (1074, 1, True)
    assert Station.objects.current().count() == 1074
    assert Entry.objects.get(key=published.key).has_body


def test_the_same_list_again_changes_nothing_and_says_so(published, agreement, secretary):
    with pytest.raises(Refused, match="sama dengan yang berlaku"):
        publish_demo_stations(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, regency="1203")
    assert StationList.objects.count() == 1


def test_a_newer_list_replaces_the_older_and_both_stay(published, agreement, secretary, node):
    rows = demo_stations("1203")[:-1]
    publish_stations(
        id=new_event_id(NOON),
        by=secretary,
        at=StationList.objects.get().published_at,
        agreement=agreement,
        regency="1203",
        rows=rows,
    )
    assert StationList.objects.count() == 2
    assert Station.objects.current().count() == 1073
    assert current_list(agreement=agreement, author=node.id, regency="1203").stations == 1073


def test_police_state_no_stations(agreement, police):
    police.state(agreement, listing(ROWS))
    assert StationList.objects.count() == 0
    assert Entry.objects.get(kind="places.stations_published").state == Entry.State.INVALID


@pytest.fixture
def commission(found_node):
    """This node is the police; the commission is the partner that publishes."""
    found_node(**POLRES)
    peer = Peer(**KPU_TAPSEL)
    peer.meet()
    return peer


def test_the_partner_node_folds_the_same_rows(commission, resort_chief):
    agreement = enter_and_confirm(commission, resort_chief)
    commission.state(agreement, listing(ROWS))
    assert [row.as_row() for row in Station.objects.current().order_by("code")] == ROWS


def test_a_commission_states_only_its_own_regency(commission, resort_chief):
    agreement = enter_and_confirm(commission, resort_chief)
    commission.state(agreement, listing([StationRow(code="1220011001001")], regency="1220"))
    assert StationList.objects.count() == 0


def test_rows_that_are_not_what_the_header_counts_are_not_shown(commission, resort_chief):
    agreement = enter_and_confirm(commission, resort_chief)
    honest = listing(ROWS)
    lying = StationsPublished(regency="1203", stations=3, special_stations=0, digest="0" * 64, text=honest.text)
    commission.state(agreement, lying)
    assert StationList.objects.get().is_readable is False
    assert Station.objects.count() == 0


@pytest.mark.parametrize("order", ["12", "21"])
@pytest.mark.parametrize("texts_first", [True, False])
def test_any_order_of_two_lists_gives_the_same_tables(node, order, texts_first):
    facts = {"1": (listing(ROWS[:2]), 5), "2": (listing(ROWS[1:]), 9)}
    events = [(name, *facts[name]) for name in order]

    def envelope(name, seq):
        return Envelope(
            key=name * 26,
            log="l",
            seq=seq,
            leaf="",
            agreement="a" * 64,
            agency=node.id,
            role="facts",
            kind=StationsPublished.kind,
            at=NOON,
            actor=None,
            obligation="D-02",
            exercise=False,
        )

    for name, event, seq in events:
        projections.published(event, envelope(name, seq))
        if texts_first:
            projections.published_rows(event.text, envelope(name, seq))
    if not texts_first:
        for name, event, seq in reversed(events):
            projections.published_rows(event.text, envelope(name, seq))
    assert StationList.objects.current().get().key == "2" * 26
    assert [row.code for row in Station.objects.current().order_by("code")] == [ROWS[1].code, ROWS[2].code]
    assert Station.content() == sorted(Station.content(), key=repr)
    assert len(Station.content()) == 4


def test_erased_rows_leave_the_list_and_its_counts(published, node):
    row = StationList.objects.get()
    entry = Envelope(
        key=row.key, log="l", seq=row.seq, leaf="", agreement=row.agreement, agency=node.id, role="facts",
        kind=StationsPublished.kind, at=NOON, actor=None, obligation="", exercise=False,
    )  # fmt: skip
    projections.published_rows(None, entry)
    row.refresh_from_db()
    assert (row.stations, row.is_readable, Station.objects.count()) == (1074, False, 0)


def test_an_unknown_author_is_ignored(node):
    Agency.objects.create(id="b" * 64, code="x", name="x", kind="supervisor", region="1203")
    entry = Envelope(
        key="k" * 26, log="l", seq=1, leaf="", agreement="a", agency="b" * 64, role="facts",
        kind=StationsPublished.kind, at=NOON, actor=None, obligation="", exercise=False,
    )  # fmt: skip
    with pytest.raises(Ignored):
        projections.published(listing(ROWS), entry)
