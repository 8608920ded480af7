"""While an agreement is suspended nothing is stated under it: by what the author knew, on every node, in any order."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from functools import partial

import pytest
import time_machine

from sinergi.features.agreement import actions
from sinergi.features.agreement.events import ChangeProposed, DisputeRaised, MatterAnswered, Words
from sinergi.features.agreement.rules import AgreedChange, is_suspended, suspended_since, suspensions
from sinergi.features.agreement.rules.lifecycle import GOES_ON as GOES_ON_KINDS
from sinergi.features.obligations.actions import state_minutes
from sinergi.features.obligations.events import MinutesStated, MinutesText
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import to_text
from sinergi.ledger import catalog, rebuild, store
from sinergi.ledger.models import Entry
from sinergi.ledger.writer import run
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.nodes.simulator import NOON, Peer
from tests.nodes.test_any_order import deliver_in_some_order, differences, following, in_force, seen, snapshot, undone

TODAY = NOON.date()
STOPS, GOES_ON = TODAY + timedelta(days=2), TODAY + timedelta(days=5)
REFUSED = "the agreement was suspended when this was stated"
HISTORIES, ORDERS, FACTS = 5, 3, 12


def change(what, days):
    return AgreedChange(key=what, change=what, from_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], [False, False, False]),
        ([change("suspension", 1)], [False, True, True]),
        ([change("suspension", 1), change("resumption", 2)], [False, True, False]),
        # Agreed to later, working from an earlier day: what was agreed to last counts.
        ([change("suspension", 2), change("resumption", 1)], [False, False, False]),
        ([change("suspension", 0), change("extension", 1)], [True, True, True]),
    ],
)
def test_the_last_suspension_or_resumption_that_has_begun_decides(changes, expected):
    days = [TODAY + timedelta(days=days) for days in range(3)]
    assert [is_suspended(changes, on=day) for day in days] == expected
    assert [any(first <= day < after for first, after in suspensions(changes)) for day in days] == expected


def test_suspended_since_the_first_day_of_the_unbroken_stretch():
    changes = [change("suspension", 1), change("resumption", 3), change("suspension", 5), change("extension", 7)]
    since = [suspended_since(changes, on=TODAY + timedelta(days=days)) for days in range(9)]
    first, second = TODAY + timedelta(days=1), TODAY + timedelta(days=5)
    assert since == [None, first, first, None, None, second, second, second, second]


@pytest.fixture
def suspended(agreement, police, secretary):
    """The agreement, suspended from STOPS on by the police and by this office."""
    key = police.state(agreement, ChangeProposed(change="suspension", from_on=STOPS))
    actions.answer_matter(id=new_event_id(NOON), by=secretary, at=NOON, matter=key, agrees=True)
    return agreement


def minutes():
    return MinutesStated(held_on=TODAY, meeting="coordination", text=MinutesText(words="Rapat."))


def stated(peer, agreement, days, event=None):
    """The verdict on a fact of the partner, who has all that is here, so many days from now."""
    peer.clock = NOON + timedelta(days=days)
    entry = Entry.objects.get(key=peer.state(agreement, event or minutes()))
    return entry.state, entry.verdict


def test_a_partners_fact_is_refused_from_the_day_on_and_what_concerns_the_agreement_goes_on(suspended, police):
    assert stated(police, suspended, 1) == ("folded", "")
    assert stated(police, suspended, 2) == ("invalid", REFUSED)
    assert stated(police, suspended, 3, DisputeRaised(article=1, raised_on=STOPS))[0] == "folded"
    assert stated(police, suspended, 4) == ("invalid", REFUSED)
    assert rebuild.check() == []


def test_of_the_other_features_only_that_data_was_destroyed_or_erased_goes_on():
    own = {"agreement", "negotiation", "stages", "identity"}
    others = {kind for kind, _version in catalog.kinds() if kind.partition(".")[0] not in own}
    goes_on = {kind for kind in others if kind.startswith(GOES_ON_KINDS) and not kind.startswith("erasure.")}
    assert goes_on == {"data.destroyed", "data.grant_withdrawn"}


def test_a_fact_that_crosses_the_yes_is_good_since_its_author_did_not_know(agreement, police, secretary):
    key = police.state(agreement, ChangeProposed(change="suspension", from_on=STOPS))
    police.clock = NOON + timedelta(days=2)
    crossing = police.state(agreement, minutes(), deliver=False)
    actions.answer_matter(id=new_event_id(NOON), by=secretary, at=NOON, matter=key, agrees=True)
    police.deliver(police.log(agreement))
    assert Entry.objects.get(key=crossing).state == "folded"
    assert stated(police, agreement, 3) == ("invalid", REFUSED)


def test_the_day_begins_at_midnight_where_the_office_is(suspended, police):
    midnight = NOON.replace(hour=17, minute=0) + timedelta(days=1)  # 24.00 WIB
    for at, state in ((midnight - timedelta(minutes=2), "folded"), (midnight, "invalid")):
        police.clock = at
        assert Entry.objects.get(key=police.state(suspended, minutes())).state == state, at


def test_people_here_are_told_why_whatever_they_do(suspended, secretary):
    """The pages of no feature need to know: the ledger says it."""
    given = {"held_on": TODAY, "meeting": "coordination", "words": "Rapat.", "decisions": [], "on": STOPS}
    before = Entry.objects.count()
    with pytest.raises(Refused, match="sedang ditangguhkan") as refused:
        state_minutes(id=new_event_id(NOON), by=secretary, at=NOON + timedelta(days=2), agreement=suspended, **given)
    assert (refused.value.code, Entry.objects.count()) == ("PKS-37", before)
    state_minutes(id=new_event_id(NOON), by=secretary, at=NOON, agreement=suspended, **given)


def test_it_goes_on_once_all_agreed_to_that(suspended, police, secretary):
    after = Entry.objects.get(kind="agreement.change_proposed").key
    key = police.state(suspended, ChangeProposed(change="resumption", from_on=GOES_ON, after=after))
    assert stated(police, suspended, 5) == ("invalid", REFUSED)
    actions.answer_matter(id=new_event_id(NOON), by=secretary, at=NOON, matter=key, agrees=True)
    assert stated(police, suspended, 5, DisputeRaised(article=1, raised_on=GOES_ON))[0] == "folded"
    assert stated(police, suspended, 5) == ("folded", "")
    assert stated(police, suspended, 4) == ("invalid", REFUSED)


@pytest.mark.slow
def test_any_order_of_arrival_gives_the_same_verdict_as_what_the_author_knew(found_node, secretary):
    """Two partners say yes to a suspension and a resumption, and state minutes, each with what it has of the other's.

    What each fact is worth is worked out here a second time, from who knew which yes.
    """
    own = found_node(**KPU_PALUTA)
    police, commission = peers = (Peer(**POLRES), Peer(**KPU_TAPSEL))
    for peer in peers:
        peer.meet()
    told: Counter[str] = Counter()
    for number in range(HISTORIES):
        chance = random.Random(number)
        for peer in peers:
            peer.logs.clear()
        with undone():
            agreement = in_force(police, commission, own.id, secretary, chance)
            marks = following(police, agreement, seen(agreement, commission.log(agreement), 1))
            stop = police.state(agreement, ChangeProposed(change="suspension", from_on=STOPS), **marks)
            go = police.state(
                agreement,
                ChangeProposed(change="resumption", from_on=GOES_ON, after=stop),
                **following(police, agreement, marks),
            )
            for key in (stop, go):
                # Not as an action: nobody would be asked about the second before the first is agreed to.
                yes = MatterAnswered(about=key, agrees=True)
                run(partial(store.append, agreement, yes, id=new_event_id(NOON), by=secretary, at=NOON))
            expected = _written(chance, peers, agreement, [stop, go])
            outcomes = []
            for _ in range(ORDERS):
                with undone():
                    deliver_in_some_order(chance, peers, agreement)
                    outcomes.append(snapshot())
                    rows = Entry.objects.filter(key__in=expected).values_list("key", "verdict")
                    assert dict(rows) == expected
                    assert rebuild.check() == []
            for outcome in outcomes:
                assert differences(outcomes[0], outcome) == []
            told.update(expected.values())
    assert min(told[""], told[REFUSED]) >= FACTS, told


def _written(chance, peers, agreement, changes):
    """What the partners state, undelivered; the verdict that each of the minutes deserves, by its key."""
    police, commission = peers
    known = {peer.id: len(other.log(agreement).entries) for peer, other in (peers, peers[::-1])}
    answers, expected = {}, {}
    moments = sorted(chance.sample(range(FACTS), 2))
    for step in range(FACTS):
        answers_now = step in moments
        peer = commission if answers_now else chance.choice(peers)
        other = commission if peer is police else police
        if answers_now or chance.random() < 0.5:
            known[peer.id] = len(other.log(agreement).entries)
        on = chance.choice([TODAY, STOPS, STOPS + timedelta(days=1), GOES_ON, GOES_ON + timedelta(days=3)])
        event = (
            MatterAnswered(about=changes[moments.index(step)], agrees=True, text=Words(words="Ya."))
            if answers_now
            else minutes()
        )
        marks = following(peer, agreement, seen(agreement, other.log(agreement), known[peer.id]))
        key = peer.state(agreement, event, deliver=False, t=to_text(NOON + (on - TODAY)), **marks)
        if answers_now:
            answers[event.about] = len(peer.log(agreement).entries) - 1
            continue
        stop, go = (about in answers and (peer is commission or answers[about] < known[peer.id]) for about in changes)
        is_suspended = stop and on >= STOPS and not (go and on >= GOES_ON)
        expected[key] = REFUSED if is_suspended else ""
    return expected


def test_pages_say_since_when_and_offer_nothing_that_would_be_refused(suspended, person):
    board, form = f"/kewajiban/{suspended}/", f"/kewajiban/{suspended}/daftar/usul/"
    with time_machine.travel(NOON, tick=False):
        client = person("secretary", agreements=[suspended])
        assert form in client.get(board).content.decode()
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        page = person("secretary", agreements=[suspended]).get(board).content.decode()
        assert "ditangguhkan sejak 7 Februari 2024" in page and f'href="/perjanjian/{suspended}/"' in page
        assert form not in page
        # The form itself is closed too; what somebody had filled in before is refused in words and kept.
        client = person("secretary", agreements=[suspended])
        assert "<textarea" not in client.get(f"/kewajiban/{suspended}/notula/baru/").content.decode()
        kept = client.post(f"/kewajiban/{suspended}/notula/baru/", {"words": "Rapat kami"}).content.decode()
        assert "Rapat kami" in kept


def test_nothing_is_owed_from_the_day_on_which_an_agreement_ends_early(agreed, person):
    key = agreed.theirs(ChangeProposed(change="end", from_on=STOPS))
    later = NOON + timedelta(days=40)
    before = {line.occurrence.mark for line in agreed.board(later).lines if line.occurrence.last_day < STOPS}
    assert len(agreed.board(later).lines) > len(before) > 0
    agreed.do(actions.answer_matter, matter=key, agrees=True)
    assert {line.occurrence.mark for line in agreed.board(later).lines} == before
    assert agreed.board(later).counts().until == date.max
    page = person("secretary", agreements=[agreed.agreement]).get(f"/kewajiban/{agreed.agreement}/").content.decode()
    assert f"sampai {STOPS.day - 1} Februari 2024" in page and "sampai 31 Desember 2024" not in page


def test_pages_say_when_the_term_is_over_and_begin_nothing_new(agreement, person):
    board, form = f"/kewajiban/{agreement}/", f"/kewajiban/{agreement}/daftar/usul/"
    last = NOON + (date(2024, 12, 31) - TODAY)
    for at, is_over in ((last, False), (last + timedelta(days=1), True)):
        with time_machine.travel(at, tick=False):
            client = person("secretary", agreements=[agreement])
            page = client.get(board).content.decode()
            assert ("hari terakhirnya 31 Desember 2024" in page, form in page) == (is_over, not is_over)
            # A meeting that was held is still written down.
            assert "<textarea" in client.get(f"/kewajiban/{agreement}/notula/baru/").content.decode()
