"""Evidence that the parties want: agreed by all, judged alike everywhere, holding up only what they said it should."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from sinergi.features.agreement import actions, binding
from sinergi.features.agreement.events import EvidenceDemand, EvidenceProposed, MatterAnswered, Words
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.progress import open_evidence, wanted_evidence
from sinergi.features.agreement.rules import evidence
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import grade, rebuild
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON

ORDER = EvidenceDemand(act="orders", grade="arrived", hours=2, binds=True)
REQUEST = EvidenceDemand(act="requests", grade="witnessed", hours=24)


def test_the_verdict_is_the_same_whatever_came_first():
    """Every order and every doubling of the marks; at every hour, for every demand."""
    marks = [
        grade.Mark("them", "mirror", 6, NOON),
        grade.Mark("them", "witness", 6, NOON),
        grade.Mark("outside", "witness", 9, NOON),
        grade.Mark("authority", "stamp", 7, NOON),
        grade.Mark("them", "mirror", 5, NOON - timedelta(hours=1)),
    ]
    told: dict[tuple[Any, ...], set[evidence.Lag]] = {}
    for count in range(len(marks) + 1):
        for chosen in itertools.permutations(marks, count):
            found = grade.judge(5, "us", ["us", "them"], [*chosen, *chosen[:1]])
            for step, hours in itertools.product(evidence.STEP, (1, 30)):
                demand = EvidenceDemand(act="orders", grade=step, hours=3, binds=True)
                lag = evidence.judge(demand, found, stated_at=NOON, at=NOON + timedelta(hours=hours))
                told.setdefault((frozenset(chosen), step, hours), set()).add(lag)
    assert {len(verdicts) for verdicts in told.values()} == {1}
    states = {lag.state for verdicts in told.values() for lag in verdicts}
    assert states == {"met", "waiting", "late"}


def test_an_outside_witness_alone_meets_no_demand_and_the_hour_itself_is_not_late():
    outside = grade.judge(0, "us", ["us", "them"], [grade.Mark("outside", "witness", 1, NOON)])
    lag = evidence.judge(ORDER, outside, stated_at=NOON, at=NOON + timedelta(hours=2))
    assert (lag.state, lag.binds) == ("waiting", False)
    assert evidence.judge(ORDER, outside, stated_at=NOON, at=lag.until + timedelta(seconds=1)).state == "late"
    assert evidence.judge(REQUEST, outside, stated_at=NOON, at=NOON).binds


@pytest.fixture
def do(secretary):
    def call(action, **given):
        return action(id=new_event_id(NOON), by=secretary, at=NOON, **given)

    return call


def agreed(do, police, agreement, *demands, reason="Agar jelas") -> str:
    """We propose, the police agree; the proposal's key."""
    key = do(actions.propose_evidence, agreement=agreement, demands=demands, reason=reason).key
    police.state(agreement, MatterAnswered(about=key, agrees=True))
    return key


def wanted(agreement):
    return wanted_evidence(Agreement.objects.get(agreement=agreement))[1]


def test_it_holds_once_the_other_party_agreed_and_a_new_one_takes_its_place(agreement, police, do):
    row = Agreement.objects.get(agreement=agreement)
    first = do(actions.propose_evidence, agreement=agreement, demands=[REQUEST, ORDER], reason="Agar jelas").key
    assert wanted(agreement) == [] and [one.key for one in open_evidence(row)] == [first]
    with pytest.raises(Refused, match="belum dijawab"):
        do(actions.propose_evidence, agreement=agreement, demands=[], reason="a")
    police.state(agreement, MatterAnswered(about=first, agrees=True))
    assert wanted(agreement) == [REQUEST, ORDER] and open_evidence(row) == []
    with pytest.raises(Refused, match="sama"):
        do(actions.propose_evidence, agreement=agreement, demands=[ORDER, REQUEST], reason="a")
    # Theirs, refused by us, changes nothing; ours to want nothing any more does.
    theirs = police.state(agreement, EvidenceProposed(demands=[ORDER], after=first, text=Words(words="a")))
    do(actions.answer_matter, matter=theirs, agrees=False, words="Tidak perlu")
    assert wanted(agreement) == [REQUEST, ORDER] and open_evidence(row) == []
    agreed(do, police, agreement)
    assert wanted(agreement) == [] and rebuild.check() == []


FLAWS = {
    "twice": [ORDER, ORDER],
    "no time": [EvidenceDemand(act="orders", grade="arrived", hours=0)],
    "a year": [EvidenceDemand(act="orders", grade="arrived", hours=9000)],
}


@pytest.mark.parametrize("demands", FLAWS.values(), ids=FLAWS)
def test_what_nobody_can_mean_is_refused_here_and_ignored_from_there(agreement, police, do, demands):
    with pytest.raises(Refused, match="90 hari"):
        do(actions.propose_evidence, agreement=agreement, demands=demands, reason="a")
    key = police.state(agreement, EvidenceProposed(demands=demands))
    assert Entry.objects.get(key=key).state == "invalid"


def test_by_default_nothing_is_held_up_or_late(agreement, police):
    founding = Entry.objects.get(kind="agreement.entered").key
    binding.refuse_on_unbound(agreement, MatterAnswered(about=founding, agrees=True))
    assert binding.lagging([agreement], NOON + timedelta(days=900)) == []
