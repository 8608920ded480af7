"""Drafted agreements over two agencies: any order of arrival, who may state what, which words are shown."""

from __future__ import annotations

import random
from datetime import date

import msgspec
import pytest

from sinergi.features.agreement import actions
from sinergi.features.agreement.events import (
    AgreementConfirmed,
    AgreementLeft,
    AgreementOpened,
    ChangeProposed,
    GateCorrected,
    GatePassed,
    RevisionAnswered,
    RevisionCommented,
    Words,
)
from sinergi.features.agreement.models import Agreement, Comment, Revision, RevisionAnswer, Signature
from sinergi.features.agreement.progress import Negotiation
from sinergi.features.agreement.projections import settle
from sinergi.features.agreement.rules import revisions
from sinergi.features.agreement.tests.drafts import obliged, revision, terms_for, text_for
from sinergi.features.agreement.tests.signing import CHAIR, by, named, signed
from sinergi.features.agreement.tests.test_signing_facts import make_ready, name_here, sign_here
from sinergi.kernel.actors import Actor
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild, rows
from sinergi.ledger.events import founding_id
from sinergi.ledger.models import Entry
from tests.nodes.simulator import NOON
from tests.permissions.devices import Device


@pytest.fixture
def parties(node, police):
    return [police.id, node.id]


@pytest.fixture
def draft(police, parties):
    """An agreement the police opened; its id and the key of its first revision."""
    text = text_for(parties)
    event = AgreementOpened(parties=parties, nonce="0" * 32, terms=terms_for(text), text=text)
    return founding_id(event), police.state(founding_id(event), event)


def verdict(key):
    entry = Entry.objects.get(key=key)
    return entry.state, entry.verdict


def test_a_draft_is_known_shown_and_not_in_force(draft, police):
    agreement, first = draft
    row = Agreement.objects.get()
    assert (row.state, row.drafted, row.revision, row.signed) == ("draft", True, first, False)
    assert row.article_texts["1"] == "(1) Para Pihak."
    stated = police.state(agreement, ChangeProposed(change="suspension", from_on=NOON.date()))
    assert verdict(stated) == ("invalid", "the agreement was not in force when this was stated")
    assert rebuild.check() == []


def test_a_draft_cannot_be_confirmed_like_a_paper(draft, police, node):
    agreement, first = draft
    assert verdict(police.state(agreement, AgreementConfirmed(entered=first, scan="")))[0] == "invalid"


def test_partners_revise_comment_answer_and_take_steps(draft, police, parties):
    agreement, first = draft
    second = police.state(agreement, revision(parties, [first], title="Judul lain"))
    said = police.state(agreement, RevisionCommented(revision=second, article=2, text=Words(words="<b>=1+1</b>")))
    step = GatePassed(
        revision=second, gate="legal_review", number="1", dated=NOON.date(), document="a" * 64, document_size=1
    )
    police.state(agreement, step)
    assert verdict(police.state(agreement, step))[1] == "its author had taken this step before"
    assert Agreement.objects.get().title == "Judul lain"
    assert Comment.objects.get(key=said).words == "<b>=1+1</b>"
    answered = police.state(agreement, RevisionAnswered(revision=second, agrees=True))
    assert verdict(answered)[1] == "nobody answers what they said themselves"
    beyond = police.state(agreement, RevisionCommented(revision=second, article=3))
    assert verdict(beyond)[1] == "it speaks of no article of that revision"


def test_a_paper_is_corrected_once_by_who_brought_it(draft, police, node, secretary):
    agreement, first = draft
    paper = {"number": "2", "dated": NOON.date(), "document": "b" * 64, "document_size": 1}
    step = police.state(agreement, GatePassed(revision=first, gate="report", **paper))
    second = police.state(agreement, GateCorrected(passage=step, **paper | {"number": "3"}))
    assert verdict(police.state(agreement, GateCorrected(passage=step, **paper)))[1] == (
        "its author had replaced that paper before"
    )
    third = police.state(agreement, GateCorrected(passage=second, **paper | {"document": "c" * 64}))
    for wrong in ({"number": ""}, {"document": "x"}, {"document_size": 0}, {"dated": date.max}):
        assert verdict(police.state(agreement, GateCorrected(passage=third, **paper | wrong)))[0] == "invalid"
    # Not another's step, and no second passage beside the corrected one.
    assert verdict(police.state(agreement, GateCorrected(passage=first, **paper)))[1] == (
        "it corrects no step of its author's"
    )
    ours = {"id": new_event_id(NOON), "by": secretary, "at": NOON}
    own = actions.pass_gate(revision=first, gate="plenary", **paper, **ours).key
    assert verdict(police.state(agreement, GateCorrected(passage=own, **paper)))[1] == (
        "it corrects no step of its author's"
    )
    assert verdict(police.state(agreement, GatePassed(revision=first, gate="report", **paper)))[0] == "invalid"
    found = Negotiation(Agreement.objects.get())
    [mine] = [one for one in found.passages(first) if one.agency == police.id]
    assert mine.key == third
    assert [one.key for one in found.replaced(mine)] == [second, step]
    assert rebuild.check() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"predecessors": []}, "it neither amends anything nor says what it was made from"),
        ({"amends": "first"}, "it was made from something else than revisions of the same text"),
        ({"numbers": ["1"]}, "its numbers cannot be the terms of an agreement"),
        ({"ends_on": NOON.date().replace(year=2023)}, "its ends_on cannot be the terms of an agreement"),
        ({"words": "x"}, "its words cannot be the terms of an agreement"),
        *(
            ({"obligations": [obliged(["a", "b"], **wrong)]}, "its obligations cannot be the terms of an agreement")
            for wrong in ({}, {"code": "d2"}, {"article": 3}, {"dues": []})
        ),
    ],
)
def test_revisions_that_cannot_be_are_kept_as_evidence_and_change_nothing(draft, police, parties, change, reason):
    agreement, first = draft
    predecessors = change.pop("predecessors", [first])
    if change.get("amends"):
        change["amends"] = first
    key = police.state(agreement, revision(parties, predecessors, **change))
    assert verdict(key) == ("invalid", reason)
    assert Revision.objects.count() == 1


def test_a_revision_cannot_come_before_itself(draft, police, parties):
    agreement, _first = draft
    event = revision(parties, [])
    id = "018d7a3c-0000-7000-8000-000000000001"
    own = police.header(police.log(agreement), event, id=id)[0].key
    key = police.state(agreement, msgspec.structs.replace(event, predecessors=[own]), id=id)
    assert key == own
    assert verdict(key) == ("invalid", "it names a record its author had not seen")


def test_other_words_than_the_terms_name_are_never_shown(draft, police, parties):
    agreement, first = draft
    honest = revision(parties, [first])
    key = police.state(agreement, msgspec.structs.replace(honest, text=text_for(parties, salt="1" * 32)))
    found = Revision.objects.get(key=key)
    assert (found.is_whole, found.article_texts) == (False, None)


def test_signatures_over_one_revision_bring_it_into_force_and_later_drafts_do_not_touch_it(draft, police, parties):
    agreement, first = draft
    for place, party in enumerate(parties):
        Signature.insert(key=f"{place}" * 26, agreement=agreement, revision=first, agency=party, signed_at=NOON)
    settle(agreement)
    police.state(agreement, revision(parties, [first], title="Terlambat"))
    row = Agreement.objects.get()
    assert (row.state, row.title, row.revision) == ("in_force", "Perjanjian Kerja Sama", first)
    addendum = police.state(
        agreement, revision(parties, [], amends=first, scopes=["data", "security"], title="Adendum")
    )
    for place, party in enumerate(parties):
        Signature.insert(
            key=f"{place}" * 25 + "x", agreement=agreement, revision=addendum, agency=party, signed_at=NOON
        )
    settle(agreement)
    row = Agreement.objects.get()
    assert (row.title, row.scopes, row.revision) == ("Perjanjian Kerja Sama", ["data", "security"], addendum)


def test_two_parties_that_signed_two_texts_have_signed_nothing(draft, police, parties, node, secretary):
    """Neither the agreement's page nor the ledger, which judges the facts of every other feature, takes it for one."""
    agreement, first = draft
    device, own, chair = Device(), Device(), Actor(id=CHAIR, office="chair")
    signer = police.state(agreement, named(device))
    assert verdict(police.state(agreement, signed(device, signer, first), actor=by())) == ("folded", "")
    second = police.state(agreement, revision(parties, [first], title="Judul lain"))
    make_ready(agreement, second, police, node, secretary)
    name_here(agreement, chair, own)
    sign_here(second, chair, own)
    assert (Agreement.objects.get().state, rows.were_in_force()) == ("draft", set())
    stated = police.state(agreement, ChangeProposed(change="suspension", from_on=NOON.date()))
    assert verdict(stated) == ("invalid", "the agreement was not in force when this was stated")
    assert verdict(police.state(agreement, signed(device, signer, second), actor=by())) == ("folded", "")
    assert (Agreement.objects.get().state, rows.were_in_force()) == ("in_force", {agreement})
    stated = police.state(agreement, ChangeProposed(change="suspension", from_on=NOON.date()))
    assert verdict(stated) == ("folded", "")
    assert rebuild.check() == []


def test_who_leaves_before_signing_ends_the_negotiation(draft, police, parties):
    agreement, first = draft
    police.state(agreement, AgreementLeft(reason="withdrawn"))
    assert Agreement.objects.get().state == "ended"
    assert verdict(police.state(agreement, revision(parties, [first])))[1] == "its author had left the agreement"


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_arrival_of_facts_and_words_gives_the_same_tables(draft, police, parties, seed):
    """The words of a revision may come long after it, and in any order."""
    from sinergi.ledger import store
    from sinergi.ledger.writer import run

    agreement, first = draft
    log, chance = police.log(agreement), random.Random(seed)
    second = police.state(agreement, revision(parties, [first], title="Dua"), deliver=False)
    third = police.state(agreement, revision(parties, [first], title="Tiga"), deliver=False)
    police.state(agreement, RevisionCommented(revision=third, article=0, text=Words(words="a")), deliver=False)
    police.state(agreement, revision(parties, [second, third], title="Bersama"), deliver=False)
    run(lambda: store.admit_checked(police.bundle(log, 1)))
    places = [seq for seq in log.bodies if seq]
    for seq in chance.sample(places, len(places)):
        salt, body = log.bodies[seq]
        run(lambda seq=seq, salt=salt, body=body: store.admit_body(log.origin, seq, salt, body))
    assert Agreement.objects.get().title == "Bersama"
    assert revisions.open_heads(Revision.objects.all(), "") == [Revision.objects.get(terms__title="Bersama").key]
    assert RevisionAnswer.objects.count() == 0
    assert rebuild.check() == []
