"""How many statements a fact costs: a bound that a change must not cross unnoticed, whatever the machine's speed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sinergi.features.security import actions, events
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild, store, writer
from sinergi.ledger.envelope import Official
from sinergi.ledger.models import Entry, Log
from tests.nodes.simulator import NOON

START = NOON + timedelta(days=6)
SPOT = events.Spot(region="1203022001", lat_micro=1_418_000, lon_micro=99_145_000)
# Reading before the fact (agreement, standings, number), whether the agreement is suspended, the ledger's own work, the
# rows of request and obligation.
MOST_TO_STATE = 24
# Judging and folding one answer: verdict, savepoint, the rows of the answer.
MOST_TO_ADMIT_ONE_MORE = 13


def ask(secretary, agreement, id: str = "") -> str:
    return actions.request_assistance(
        id=id or new_event_id(NOON),
        by=secretary,
        at=NOON,
        agreement=agreement,
        service="escort",
        starts_at=START,
        ends_at=START + timedelta(hours=8),
        spot=SPOT,
        people=40,
        officers=12,
        vehicles=3,
        destination=None,
        risks=["road"],
        emergency=False,
        text=events.RequestText(activity="Kawal logistik", place="Gudang Pargarutan"),
    ).key


def statements(work) -> int:
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made.captured_queries)


def test_stating_a_fact_costs_a_bounded_number_of_statements_however_long_the_log(agreement, secretary):
    counts = {statements(lambda: ask(secretary, agreement)) for _ in range(20)}
    # Whether a leaf completes subtrees of the tree decides about one statement.
    assert max(counts) <= MOST_TO_STATE
    assert max(counts) - min(counts) <= 1


def test_sending_a_command_again_costs_two_look_ups(agreement, secretary):
    id = new_event_id(NOON)
    ask(secretary, agreement, id)
    # BEGIN or SAVEPOINT, origins, entry, RELEASE.
    assert statements(lambda: ask(secretary, agreement, id)) <= 4


@pytest.mark.parametrize("count", [2, 12])
def test_a_partners_bundle_costs_a_fixed_part_and_a_bounded_part_for_each_fact(agreement, secretary, police, count):
    asked = [ask(secretary, agreement) for _ in range(count)]
    chief = Official(id="c" * 16, office="resort_chief")
    for key in asked:
        answer = events.AssistanceAnswered(
            request=key, version=key, decision="agreed", officers=1, vehicles=1, starts_at=START, ends_at=START
        )
        police.state(agreement, answer, deliver=False, actor=chief)
    log = police.log(agreement)
    bundle = police.bundle(log, Log.objects.get(origin=log.origin).size)
    assert len(bundle.entries) == count
    made = statements(lambda: writer.run(lambda: store.admit_checked(bundle)))
    assert Entry.objects.filter(log__origin=log.origin, state="folded").count() == count + 1
    # Twenty-two: which checkpoint keys are not revoked is asked for the note that comes and for the note that is kept.
    assert made <= 22 + count * MOST_TO_ADMIT_ONE_MORE


def test_rebuilding_costs_a_bounded_number_of_statements_for_each_fact(agreement, secretary):
    ask(secretary, agreement)
    few = statements(rebuild.check)
    for _ in range(10):
        ask(secretary, agreement)
    assert (statements(rebuild.check) - few) / 10 <= MOST_TO_ADMIT_ONE_MORE
