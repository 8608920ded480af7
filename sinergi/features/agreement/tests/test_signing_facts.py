"""Signatures under a revision, over two agencies: only what that official's key made over that very text counts."""

from __future__ import annotations

import random
from datetime import date, timedelta

import msgspec
import pytest

from sinergi.features.agreement import actions
from sinergi.features.agreement.events import (
    AgreementOpened,
    GatePassed,
    PaperBound,
    RevisionAnswered,
    SignerRevoked,
)
from sinergi.features.agreement.models import Agreement, GatePassage, NamedSigner, Paper, Revision, Signature
from sinergi.features.agreement.rules import signing
from sinergi.features.agreement.tests.drafts import obliged, revision, terms_for, text_for
from sinergi.features.agreement.tests.signing import CHAIR, CHIEF, TERMS, answer_of, by, named, signed, until
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import rebuild, rows, store
from sinergi.ledger.events import founding_id
from sinergi.ledger.models import Agreement as LedgerAgreement
from sinergi.ledger.models import Entry
from sinergi.ledger.writer import run
from tests.nodes.simulator import NOON
from tests.permissions.devices import Device

AT = NOON + timedelta(days=20)


@pytest.fixture
def parties(node, police):
    return [police.id, node.id]


@pytest.fixture
def draft(police, parties):
    text = text_for(parties, obligations={"D-02": "Daftar TPS"})
    terms = terms_for(text, obligations=[obliged(parties)])
    event = AgreementOpened(parties=parties, nonce="0" * 32, terms=terms, text=text)
    return founding_id(event), police.state(founding_id(event), event)


@pytest.fixture
def device():
    return Device()


@pytest.fixture
def signer(draft, police, device):
    return police.state(draft[0], named(device))


def verdict(key):
    entry = Entry.objects.get(key=key)
    return entry.state, entry.verdict


def sign_here(revision, chair, device, at=AT, **changes):
    """The chair of this node's commission signs with a passkey."""
    official = NamedSigner.objects.get(official=chair.id, revoked_at=None)
    over = signing.challenge(Revision.objects.get(key=revision), official, **TERMS)
    given = {"revision": revision, "signer": official.key, **TERMS, **answer_of(device, over), **changes}
    return actions.sign_revision(id=new_event_id(at), by=chair, at=at, **given)


def name_here(agreement, chair, device, at=AT, **term):
    given = {"from_at": NOON, "until_at": None, **term}
    return actions.name_signer(
        id=new_event_id(at),
        by=chair,
        at=at,
        agreement=agreement,
        host="localhost",
        public=signing.spki(device.key.public_key()),
        name="Rosma Harahap",
        number="",
        **given,
    ).key


def make_ready(agreement, revision, police, node, secretary):
    """All parties agreed and took their steps."""
    steps = {"number": "1", "dated": NOON.date(), "document": "a" * 64, "document_size": 1}
    for gate in ("legal_review", "report"):
        police.state(agreement, GatePassed(revision=revision, gate=gate, **steps))
    run(lambda: _state_own(agreement, RevisionAnswered(revision=revision, agrees=True), secretary))
    for gate in ("plenary", "legal_review", "report"):
        run(lambda gate=gate: _state_own(agreement, GatePassed(revision=revision, gate=gate, **steps), secretary))


def _state_own(agreement, event, by):
    return store.append(
        agreement, event, id=new_event_id(NOON), by=by, at=NOON, obligation="", cls="terbuka", expires="", corr=""
    )


def test_both_sign_the_same_revision_and_it_comes_into_force(draft, police, node, secretary, device, signer):
    agreement, first = draft
    make_ready(agreement, first, police, node, secretary)
    assert verdict(police.state(agreement, signed(device, signer, first), actor=by())) == ("folded", "")
    assert Agreement.objects.get().state == "draft"
    chair, own = Actor(id=CHAIR, office="chair"), Device()
    name_here(agreement, chair, own)
    sign_here(first, chair, own)
    assert Agreement.objects.get().state == "in_force"
    assert rows.in_force() == [LedgerAgreement.objects.get()]
    assert {one.office for one in Signature.objects.all()} == {"chair", "resort_chief"}
    bound = actions.bind_paper(
        id=new_event_id(AT), by=chair, at=AT, revision=first, paper="wet_scan", document="b" * 64, size=9
    )
    assert Paper.objects.get().key == bound.key
    assert rebuild.check() == []


@pytest.mark.parametrize("field", ["authenticator", "client", "signature"])
def test_one_changed_bit_refuses_the_fact_and_nobody_joined(draft, police, device, signer, field):
    agreement, first = draft
    honest = signed(device, signer, first)
    text = getattr(honest, field)
    place = len(text) // 2
    swapped = "A" if text[place] != "A" else "B"
    forged = msgspec.structs.replace(honest, **{field: text[:place] + swapped + text[place + 1 :]})
    key = police.state(agreement, forged, actor=by())
    assert verdict(key)[0] == "invalid"
    assert not Signature.objects.exists()
    # The same party may still sign honestly: the forged one joined nothing.
    assert verdict(police.state(agreement, honest, actor=by())) == ("folded", "")


def test_a_signature_over_another_revision_place_day_or_official_does_not_hold(draft, police, parties, device, signer):
    agreement, first = draft
    second = police.state(agreement, revision(parties, [first], title="Judul lain"))
    honest = signed(device, signer, first)
    other = Revision.objects.get(key=second)
    wrong = {
        "it was signed over another revision": msgspec.structs.replace(honest, revision=second),
        "it was signed over something else": msgspec.structs.replace(honest, revision=second, digest=other.digest),
    }
    for reason, event in wrong.items():
        assert verdict(police.state(agreement, event, actor=by())) == ("invalid", reason)
    for changes in ({"place": "Medan"}, {"signed_on": date(2024, 2, 4)}):
        key = police.state(agreement, msgspec.structs.replace(honest, **changes), actor=by())
        assert verdict(key) == ("invalid", "it was signed over something else")
    for actor in (by(official="d" * 16), by(office="operations_head"), by(acting=True), None):
        key = police.state(agreement, honest, actor=actor)
        assert verdict(key) == ("invalid", "it was signed by somebody else than the official named")
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"origin": "https://evil.example"}, "it was signed at another address"),
        ({"origin": "http://localhost.evil.example"}, "it was signed at another address"),
        ({"type": "webauthn.create"}, "it answers something else than a request to sign"),
        ({"crossOrigin": True}, "it was signed at another address"),
    ],
)
def test_what_was_signed_elsewhere_or_for_something_else_does_not_hold(draft, police, device, signer, told, reason):
    agreement, first = draft
    over = signing.challenge(Revision.objects.get(key=first), NamedSigner.objects.get(), **TERMS)
    event = signed(device, signer, first, **answer_of(device, over, **told))
    assert verdict(police.state(agreement, event, actor=by())) == ("invalid", reason)


def test_a_device_that_did_not_ask_for_the_person_or_of_another_host_signs_nothing(draft, police, device, signer):
    agreement, first = draft
    device.flags = 0x01
    key = police.state(agreement, signed(device, signer, first), actor=by())
    assert verdict(key)[1] == "the device did not ask for the person"
    device.flags, device.host = 0x05, "evil.example"
    key = police.state(agreement, signed(device, signer, first), actor=by())
    assert verdict(key)[1] == "it was made for another host"


def test_whose_term_is_over_or_not_begun_signs_nothing(draft, police, device):
    agreement, first = draft
    over = police.state(agreement, named(device, until_at=NOON))
    assert verdict(police.state(agreement, signed(device, over, first), actor=by()))[1].startswith("the term")
    coming = police.state(agreement, named(device, from_at=until(2025)))
    assert verdict(police.state(agreement, signed(device, coming, first), actor=by()))[1].startswith("the term")


def test_an_acting_chief_signs_within_the_days_of_the_duty(draft, police, device, signer):
    agreement, first = draft
    theirs = Device()
    acting = named(theirs, official="a" * 16, acting=True, until_at=NOON + timedelta(days=3))
    key = police.state(agreement, acting)
    event = signed(theirs, key, first)
    assert verdict(police.state(agreement, event, actor=by("a" * 16, acting=True))) == ("folded", "")
    assert Signature.objects.get().acting


def test_two_chiefs_at_once_are_not_named_and_a_successor_is(draft, police, device, signer):
    agreement, _first = draft
    second = police.state(agreement, named(Device(), official="b" * 16))
    assert verdict(second) == ("invalid", "its author named somebody else for that office at that time")
    police.state(agreement, SignerRevoked(signer=signer))
    assert verdict(police.state(agreement, named(Device(), official="b" * 16))) == ("folded", "")


def test_a_revoked_key_signs_nothing_after_and_keeps_what_it_signed_before(draft, police, parties, device, signer):
    agreement, first = draft
    before = police.state(agreement, signed(device, signer, first), actor=by())
    second = police.state(agreement, revision(parties, [first], title="Judul lain"))
    police.state(agreement, SignerRevoked(signer=signer))
    after = police.state(agreement, signed(device, signer, second), actor=by())
    assert (verdict(before), verdict(after)) == (("folded", ""), ("invalid", "the key was revoked before"))
    assert verdict(police.state(agreement, SignerRevoked(signer=signer)))[0] == "invalid"


def test_nobody_signs_twice_or_with_the_key_of_another_agency(draft, police, node, secretary, device, signer):
    agreement, first = draft
    police.state(agreement, signed(device, signer, first), actor=by())
    assert verdict(police.state(agreement, signed(device, signer, first), actor=by()))[0] == "invalid"
    make_ready(agreement, first, police, node, secretary)
    chair, own = Actor(id=CHAIR, office="chair"), Device()
    name_here(agreement, chair, own)
    with pytest.raises(Refused, match="tidak cocok"):
        sign_here(first, chair, own, signer=signer)
    sign_here(first, chair, own)
    with pytest.raises(Refused, match="sudah menandatangani"):
        sign_here(first, chair, own)
    theirs = NamedSigner.objects.get(official=CHAIR).key
    with pytest.raises(Refused, match="instansi lain"):
        actions.revoke_signer(id=new_event_id(AT), by=chair, at=AT, signer=signer)
    assert verdict(police.state(agreement, SignerRevoked(signer=theirs)))[0] == "invalid"


def test_refusals_here_say_what_to_do(draft, police, node, secretary, device):
    agreement, first = draft
    chair = Actor(id=CHAIR, office="chair")
    with pytest.raises(Refused, match="Ketua KPU dan Kapolres"):
        name_here(agreement, Actor(id=CHAIR, office="secretary"), device)
    with pytest.raises(Refused, match="Plh perlu"):
        name_here(agreement, Actor(id=CHAIR, office="chair", acting=True), device)
    name_here(agreement, chair, device, until_at=AT + timedelta(days=1))
    with pytest.raises(Refused, match="pejabat lain"):
        name_here(agreement, Actor(id="e" * 16, office="chair"), device)
    with pytest.raises(Refused, match="Belum semua pihak"):
        sign_here(first, chair, device)
    make_ready(agreement, first, police, node, secretary)
    with pytest.raises(Refused, match="Masa jabatan"):
        sign_here(first, chair, device, at=AT + timedelta(days=1))
    with pytest.raises(Refused, match="belum tiba"):
        sign_here(first, chair, device, signed_on=(AT + timedelta(days=1)).date())
    with pytest.raises(Refused, match="tempat"):
        sign_here(first, chair, device, place=" ")
    with pytest.raises(Refused, match="tidak cocok"):
        sign_here(first, chair, Device())
    with pytest.raises(Refused, match="belum menandatangani"):
        actions.bind_paper(
            id=new_event_id(AT), by=chair, at=AT, revision=first, paper="wet_scan", document="b" * 64, size=9
        )


@pytest.mark.parametrize(
    "changes",
    [{"official": "Rahman Siregar"}, {"host": "x y"}, {"public": "00"}, {"public": "zz"}, {"until_at": until(2020)}],
)
def test_an_official_that_cannot_be_is_not_named(draft, police, device, changes):
    assert verdict(police.state(draft[0], named(device, **changes)))[0] == "invalid"


def test_a_paper_is_bound_only_once_in_force_and_by_who_signed(draft, police, device, signer):
    agreement, first = draft
    bound = PaperBound(revision=first, paper="wet_scan", document="c" * 64, size=3)
    assert verdict(police.state(agreement, bound))[1] == "the agreement was not in force when this was stated"


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_arrival_gives_the_same_tables(draft, police, node, secretary, device, seed):
    """The police name, sign, revise and revoke while our chair signs; entries and words arrive in any pieces."""
    agreement, first = draft
    make_ready(agreement, first, police, node, secretary)
    log, chance = police.log(agreement), random.Random(seed)
    start = len(log.entries)
    chief = police.state(agreement, named(device), deliver=False)
    chair, own = Actor(id=CHAIR, office="chair"), Device()
    row = NamedSigner(
        key=chief, agency=police.id, official=CHIEF, office="resort_chief", host=device.host, acting=False
    )
    text = Revision.objects.get(key=first)
    over = signing.challenge(text, row, **TERMS)
    event = msgspec.structs.replace(signed_without_rows(first, chief, text.digest), **answer_of(device, over))
    police.state(agreement, event, deliver=False, actor=by())
    police.state(agreement, SignerRevoked(signer=chief), deliver=False)
    name_here(agreement, chair, own)
    steps = ["ours", *range(start + 1, len(log.entries) + 1)]
    at = chance.randrange(len(steps))
    steps.insert(at, steps.pop(0))
    for step in steps:
        if step == "ours":
            sign_here(first, chair, own)
        else:
            run(lambda step=step: store.admit_checked(police.bundle(log, step - 1, step)))
    police.deliver(log)
    assert Agreement.objects.get().state == "in_force"
    [listed] = Agreement.objects.get().obligations
    assert (listed["key"], listed["counts_from"], listed["titles"]) == (first, "2024-02-25", {"D-02": "Daftar TPS"})
    assert (Signature.objects.count(), NamedSigner.objects.exclude(revoked_at=None).count()) == (2, 1)
    assert GatePassage.objects.count() == 5
    assert rebuild.check() == []


def signed_without_rows(revision, signer, digest):
    from sinergi.features.agreement.events import AgreementSigned

    return AgreementSigned(
        revision=revision, signer=signer, digest=digest, **TERMS, authenticator="", client="", signature=""
    )
