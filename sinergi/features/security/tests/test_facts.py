"""Security facts over two agencies: any order of arrival, crossing facts, facts of the wrong speaker."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinergi.features.security import actions, events
from sinergi.features.security.models import Answer, Request, Step
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import founding, keys, rebuild, writer
from sinergi.ledger.envelope import Official
from sinergi.ledger.models import Entry, FoldedTable
from tests.nodes.fixtures import KPU_TAPSEL, POLRES, enter_and_confirm
from tests.nodes.simulator import NOON, Peer

START = NOON + timedelta(days=6)
END = START + timedelta(hours=8)
SPOT = events.Spot(region="1203022001", lat_micro=1_418_000, lon_micro=99_145_000)


def content(**changes: Any) -> dict[str, Any]:
    base = {
        "service": "escort",
        "starts_at": START,
        "ends_at": END,
        "spot": SPOT,
        "people": 40,
        "officers": 12,
        "vehicles": 3,
        "destination": None,
        "risks": ["road"],
        "emergency": False,
        "text": events.RequestText(activity="Kawal logistik", place="Gudang Pargarutan", contact_name="Sekretaris"),
    }
    return base | changes


def do(action: Callable[..., Any], by: Actor, **given: Any) -> Any:
    return action(id=new_event_id(NOON), by=by, at=NOON, **given)


def from_police(peer: Peer, agreement: str, event: Any, **changes: Any) -> str:
    return peer.state(agreement, event, actor=Official(id="c" * 16, office="resort_chief"), **changes)


def consent(key: str, version: str | None = None, **changes: Any) -> events.AssistanceAnswered:
    given = {"decision": "agreed", "officers": 12, "vehicles": 3, "starts_at": START, "ends_at": END} | changes
    return events.AssistanceAnswered(request=key, version=version or key, **given)


@pytest.fixture
def asked(agreement: str, secretary: Actor) -> str:
    return do(actions.request_assistance, secretary, agreement=agreement, **content()).key


def state(key: str) -> str:
    return Request.objects.get(key=key).state


def test_the_whole_journey_between_two_agencies(asked, agreement, police, secretary):
    assert (Request.objects.get().code, state(asked)) == ("PAM-0001", "requested")
    offer = from_police(police, agreement, consent(asked, decision="adjusted", officers=8))
    assert state(asked) == "offered"
    do(actions.accept_offer, secretary, request=asked)
    assert state(asked) == "agreed"
    force = events.ForceText(unit="Satuan Samapta Regu 12")
    from_police(
        police,
        agreement,
        events.ForceAssigned(request=asked, answer=offer, sprin_number="Sprin/74/II/2024", officers=8, text=force),
    )
    assert state(asked) == "assigned"
    from_police(
        police,
        agreement,
        events.AssistanceCompleted(request=asked, started_at=START, ended_at=END, officers=8),
    )
    assert state(asked) == "completed"
    do(actions.confirm_completion, secretary, request=asked, as_reported=True)
    assert state(asked) == "confirmed"
    assert Request.objects.get().unit == "Satuan Samapta Regu 12"
    assert rebuild.check() == []


def test_withdrawal_and_consent_that_cross_end_alike_on_both_nodes(asked, agreement, police, secretary):
    # The police have not seen the withdrawal when they answer.
    key = from_police(police, agreement, consent(asked), deliver=False)
    do(actions.withdraw_request, secretary, request=asked, reason="cancelled")
    police.deliver(police.log(agreement))
    request = Request.objects.get()
    assert (request.state, request.is_crossed, request.answer.key) == ("withdrawn", True, key)
    assert rebuild.check() == []


def test_correction_replaces_the_words_and_keeps_the_trail(asked, agreement, police, secretary):
    text = events.RequestText(activity="Kawal logistik tahap dua", place="Gudang Pargarutan")
    do(actions.correct_request, secretary, request=asked, **content(people=60, text=text))
    request = Request.objects.get()
    assert (request.people, request.activity, request.contact_name) == (60, "Kawal logistik tahap dua", "")
    assert request.steps.count() == 2 and request.number == 1


def test_answer_to_an_older_version_leaves_the_request_open(asked, agreement, police, secretary):
    from_police(police, agreement, consent(asked), deliver=False)
    do(actions.correct_request, secretary, request=asked, **content(people=60))
    police.deliver(police.log(agreement))
    assert state(asked) == "requested"


@pytest.mark.parametrize(
    "event",
    [
        lambda key: events.AssistanceWithdrawn(request=key, reason="cancelled"),
        lambda key: events.OfferAccepted(request=key, answer=key),
        lambda key: events.AssistanceRequested(
            number=1, year=2024, service="escort", starts_at=START, ends_at=END, spot=SPOT, people=1, officers=1
        ),
    ],
)
def test_police_cannot_state_the_commissions_facts(asked, agreement, police, event):
    key = from_police(police, agreement, event(asked))
    assert Entry.objects.get(key=key).state == "invalid"
    assert state(asked) == "requested"


def test_answer_without_disposisi_is_kept_but_does_not_bind(asked, agreement, police):
    key = police.state(agreement, consent(asked))
    assert Entry.objects.get(key=key).state == "invalid"
    assert state(asked) == "requested"


def test_an_office_longer_than_any_column_is_kept_as_far_as_it_fits(asked, agreement, police):
    """PostgreSQL refuses a longer word, and a refusal there would stop all that comes after it."""
    key = police.state(agreement, consent(asked, spoken=True), actor=Official(id="c" * 16, office="x" * 80))
    assert Entry.objects.get(key=key).state == "folded"
    assert {row.office for row in (Answer.objects.get(key=key), Step.objects.get(key=key))} == {"x" * 64}


def test_second_answer_is_ignored_unless_it_names_the_first(asked, agreement, police):
    first = from_police(police, agreement, consent(asked))
    second = from_police(police, agreement, consent(asked, decision="refused"))
    assert Entry.objects.get(key=second).state == "invalid" and state(asked) == "agreed"
    from_police(police, agreement, consent(asked, decision="refused", corrects=first))
    assert state(asked) == "refused"


def test_numbers_have_no_gaps_after_a_refusal(asked, agreement, secretary):
    with pytest.raises(Refused):
        do(actions.request_assistance, secretary, agreement=agreement, **content(people=-1))
    do(actions.request_assistance, secretary, agreement=agreement, **content())
    assert sorted(Request.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_hundred_parallel_acceptances_give_exactly_one(found_node):
    """Two people decide the same request at once, many times over, through the serving writer thread."""
    found_node(**POLRES)
    commission = Peer(**KPU_TAPSEL)
    commission.meet()
    chief = Actor(id="c" * 16, office="resort_chief")
    agreement = enter_and_confirm(commission, chief)
    key = commission.state(
        agreement,
        events.AssistanceRequested(
            number=1, year=2024, service="escort", starts_at=START, ends_at=END, spot=SPOT, people=1, officers=12
        ),
    )
    outcomes: list[str] = []

    def decide() -> None:
        try:
            do(actions.answer_request, chief, request=key, decision="agreed", sentence="Siap")
            outcomes.append("accepted")
        except Refused:
            outcomes.append("refused")

    writer.start()
    try:
        threads = [threading.Thread(target=decide) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        writer.stop()
    assert sorted(outcomes).count("accepted") == 1 and len(outcomes) == 200
    assert Answer.objects.count() == 1


def snapshot() -> dict[str, Any]:
    return {table._meta.label: table.content() for table in FoldedTable.tables()}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_delivery_gives_the_same_tables(found_node, tmp_path_factory, data):
    """The police's facts arrive in chunks between ours; at the end every order has the tables the rebuild has."""
    with transaction.atomic():
        deliver_in_some_order(tmp_path_factory, data)
        transaction.set_rollback(True)


def deliver_in_some_order(tmp_path_factory, data) -> None:
    founding.found_agency(tmp_path_factory.mktemp("k") / "keys", at=NOON, **KPU_TAPSEL)
    police = Peer(**POLRES)
    police.meet()
    secretary = Actor(id="5" * 16, office="secretary")
    agreement = enter_and_confirm(police, secretary)
    key = do(actions.request_assistance, secretary, agreement=agreement, **content()).key
    offer = from_police(police, agreement, consent(key, decision="adjusted", officers=8), deliver=False)
    own = [
        lambda: do(actions.correct_request, secretary, request=key, **content(people=61)),
        lambda: do(actions.accept_offer, secretary, request=key),
        lambda: do(actions.withdraw_request, secretary, request=key, reason="not_needed", words="Batal"),
    ]
    for act in data.draw(st.permutations(own)):
        if data.draw(st.booleans()):
            police.deliver(police.log(agreement))
        with contextlib.suppress(Refused):
            act()
    from_police(police, agreement, consent(key, decision="adjusted", officers=9, corrects=offer), deliver=False)
    police.deliver(police.log(agreement))
    live = snapshot()
    assert rebuild.check() == []
    assert snapshot() == live
    keys.use(None)
