"""Obligations signed with the agreement itself, over two agencies: they count at once and can be changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from sinergi.features.agreement.events import AgreementOpened
from sinergi.features.agreement.models import Agreement, Revision, Signature
from sinergi.features.agreement.projections import settle
from sinergi.features.agreement.tests.drafts import obliged, revision, terms_for, text_for
from sinergi.features.agreement.tests.signing import CHAIR, by, named, signed
from sinergi.features.agreement.tests.test_signing_facts import make_ready, name_here, sign_here
from sinergi.features.obligations import actions, events, public
from sinergi.features.obligations.models import Answer, History
from sinergi.features.obligations.tests.conftest import HEAD, Pact
from sinergi.features.stages.actions import use_calendar
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.ledger import rebuild
from sinergi.ledger.events import founding_id
from sinergi.ledger.grade import Grade
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON
from tests.permissions.devices import Device

ANY_DAY = NOON + timedelta(days=20)  # when `sign_here` signs
VOTING = date(2024, 3, 9)


@pytest.fixture
def pact(node, police, secretary):
    """Drafted by the police with one obligation of the commission, and signed by both."""
    use_calendar("pemilu-2024", polling_day=VOTING)
    parties = [police.id, node.id]
    text = text_for(parties, obligations={"D-02": "Daftar TPS"})
    terms = terms_for(text, obligations=[obliged(parties)], starts_on=NOON.date())
    event = AgreementOpened(parties=parties, nonce="0" * 32, terms=terms, text=text)
    agreement = founding_id(event)
    key = police.state(agreement, event)
    pact = Pact(agreement, node.id, police)
    assert pact.board().held is None
    make_ready(agreement, key, police, node, secretary)
    device, own, chair = Device(), Device(), Actor(id=CHAIR, office="chair")
    signer = police.state(agreement, named(device))
    name_here(agreement, chair, own)
    sign_here(key, chair, own)
    assert pact.board().held is None  # one party's signature obliges nobody
    police.state(agreement, signed(device, signer, key), actor=by())
    return pact


def verdict(key):
    entry = Entry.objects.get(key=key)
    return entry.state, entry.verdict


def test_signed_obligations_count_from_that_day_are_kept_and_can_be_changed_by_a_list(pact, person):
    board = pact.board(ANY_DAY)
    held = board.held
    assert (held.key, held.counts_from) == (Revision.objects.get().key, ANY_DAY.date())
    assert (board.titles, board.source("D-02"), pact.state("D-02", "H-7", ANY_DAY)) == (
        {"D-02": "Daftar TPS"},
        held.key,
        "open",
    )
    given = {"agreement": pact.agreement, "statement": "done", "code": "D-02", "mark": "H-7", "words": "Terkirim."}
    stated = pact.do(actions.state_about, ANY_DAY, **given)
    page = person("secretary", agreements=[pact.agreement]).get(reverse("agreement:agreement", args=[pact.agreement]))
    assert "<b>D-02</b> Daftar TPS" in page.content.decode()
    assert (verdict(stated), pact.state("D-02", "H-7", ANY_DAY)) == (("folded", ""), "awaiting_proof")
    unknown = events.ObligationStated(of_list=held.key, statement="done", code="D-09", mark="H-7")
    assert verdict(pact.theirs(unknown)) == ("invalid", "it speaks of no obligation of that list")

    items = [*held.items(), obliged([pact.police.id, pact.kpu], "D-03")]
    proposed = pact.propose(items=items, titles={"D-02": "Daftar", "D-03": "Rencana"}, counts_from=ANY_DAY.date())
    assert [row.replaces for row in pact.board(ANY_DAY).open_lists] == [held.key]
    pact.theirs(events.ObligationAnswered(about=proposed, agrees=True))
    assert pact.board(ANY_DAY).held.key == proposed
    # What was stated under the signed list stays said.
    assert pact.state("D-02", "H-7", ANY_DAY) == "awaiting_proof"
    assert rebuild.check() == []


def test_an_addendum_changes_the_list_and_no_later_answer_to_an_older_one_brings_it_back(pact):
    row = Agreement.objects.get()
    first, parties = row.revision, row.party_ids
    waiting = pact.theirs(
        events.ObligationsProposed(items=[obliged(parties)], counts_from=ANY_DAY.date(), replaces=first)
    )
    changed = [obliged(parties), obliged(parties, "D-03")]
    addendum = pact.theirs(revision(parties, [], amends=first, obligations=changed, starts_on=NOON.date()))
    later = ANY_DAY + timedelta(days=3)
    for place, party in enumerate(parties):
        given = {"agreement": pact.agreement, "revision": addendum, "agency": party, "signed_at": later}
        Signature.insert(key=f"{place}" * 26, **given)
    settle(pact.agreement)
    held = pact.board(later).held
    assert (held.key, held.since("D-02"), held.since("D-03")) == (addendum, ANY_DAY.date(), later.date())
    # The list that was made from the text before is no longer one to agree to.
    with pytest.raises(Refused, match="tidak berlaku lagi"):
        pact.do(actions.answer_list, later, list_key=waiting, agrees=True)
    # An addendum that says nothing of obligations leaves the list as it is.
    silent = pact.theirs(revision(parties, [], amends=addendum, starts_on=NOON.date()))
    for place, party in enumerate(parties):
        given = {"agreement": pact.agreement, "revision": silent, "agency": party, "signed_at": later}
        Signature.insert(key=f"{place}" * 25 + "z", **given)
    settle(pact.agreement)
    assert pact.board(later).held.key == addendum


@pytest.mark.parametrize(("arrived", "since"), [(NOON, NOON), (ANY_DAY + timedelta(days=9), ANY_DAY)])
def test_a_yes_that_is_dated_back_to_before_the_signatures_is_not_believed(pact, monkeypatch, arrived, since):
    parties = Agreement.objects.get().party_ids
    old = pact.theirs(events.ObligationsProposed(items=[obliged(parties)], counts_from=NOON.date()))
    said = {"about_list_id": old, "agency": pact.kpu, "agrees": True, "answered_at": NOON}
    Answer.insert(key="y" * 26, **said)
    grade = Grade(signed=True, arrived=1, witnessed=1, of=1, arrived_at=arrived)
    monkeypatch.setattr(public, "grades", lambda keys: dict.fromkeys(keys, grade))
    assert pact.board(ANY_DAY).held.since("D-02") == since.date()


def test_a_history_of_a_signed_list_is_judged_alike_before_and_after_its_signatures(pact):
    key = Revision.objects.get().key
    told = [events.Past(told="missed", code="D-02", on=day) for day in (date(2024, 1, 5), ANY_DAY.date())]
    said = pact.police.state(pact.agreement, events.HistoryStated(of_list=key, entries=told[:1]), actor=HEAD)
    assert (verdict(said), History.objects.get().list_key) == (("folded", ""), key)
    future = pact.police.state(pact.agreement, events.HistoryStated(of_list=key, entries=told[1:]), actor=HEAD)
    assert verdict(future)[0] == "invalid"  # a day that had not come when it was stated
