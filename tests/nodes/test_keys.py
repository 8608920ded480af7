"""Keys change hands over time: what a new key signs counts, what a revoked one signed too late does not, everywhere."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from nacl.signing import SigningKey

from sinergi.features.agreement.events import AgreementLeft
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import bundle as bundles
from sinergi.ledger import envelope, forks, fsck, histories, keys, rebuild, rotation, store
from sinergi.ledger.envelope import BadEnvelope
from sinergi.ledger.evidence import check as evidence
from sinergi.ledger.evidence import export_agreement
from sinergi.ledger.identity import founding_entry, named
from sinergi.ledger.identity.events import USES, KeyAdded, KeyRevoked, PublicKey
from sinergi.ledger.keys import KeyRing
from sinergi.ledger.models import Entry, FoldedTable, Key, Log
from sinergi.ledger.writer import run
from sinergi.sync import api, signing
from sinergi.sync.models import Peer as Line
from tests.nodes.fixtures import KPU_PALUTA, POLRES
from tests.nodes.simulator import NOON, Peer
from tests.nodes.test_waking import ask_for

NOW = now()
VERIFIER = Path(__file__).parents[2] / "docs" / "protocol" / "verify.py"


def public_key(key: SigningKey, use: str = "event") -> PublicKey:
    return PublicKey(use=use, alg="ed25519", public=bytes(key.verify_key).hex())


def kid(key: SigningKey) -> str:
    return envelope.key_id(bytes(key.verify_key))


def rotate(peer: Peer, use: str = "event", **how: Any) -> SigningKey:
    """The peer names a new key and signs with it from now on; the old key."""
    old, new = peer.ring[use], SigningKey.generate()
    peer.declare(KeyAdded(key=public_key(new, use)), new if use == "event" else peer.ring["event"],
              peer.ring["root"], *([new] if use != "event" else []), **how)  # fmt: skip
    peer.ring = KeyRing({**peer.ring.by_use, use: new})
    return old


def revoke(peer: Peer, key: SigningKey, last: dict[str, int], reason: str = "stolen", **how: Any) -> None:
    peer.declare(KeyRevoked(key=kid(key), reason=reason, last=last), **how)  # type: ignore[arg-type]


def leave(peer: Peer, agreement: str, **how: Any) -> str:
    return peer.state(agreement, AgreementLeft(reason="term_over"), **how)


def verdict(key: str) -> tuple[str, str]:
    entry = Entry.objects.get(key=key)
    return entry.state, entry.verdict


REVOKED = "its key was revoked for this place of its log"


def test_a_new_key_counts_beside_the_old_one_until_that_is_revoked(agreement, police):
    origin, size = police.log(agreement).origin, len(police.log(agreement).entries)
    old = rotate(police)
    assert verdict(leave(police, agreement)) == ("folded", "")
    revoke(police, old, {origin: size - 1}, "replaced")
    # What the old key signed before stays, and what the new one signs counts.
    assert set(Entry.objects.filter(log__origin=origin).values_list("state", flat=True)) == {"folded"}
    assert fsck.check() == [] and rebuild.check() == []


def test_what_a_thief_signs_after_the_last_trusted_place_does_not_count_whatever_is_learned_first(
    agreement, police, subtests
):
    from django.db import transaction

    origin, size = police.log(agreement).origin, len(police.log(agreement).entries)
    old = rotate(police, deliver=False)
    honest = KeyRing(police.ring.by_use)
    police.ring = KeyRing({**honest.by_use, "event": old})
    key = leave(police, agreement, deliver=False)
    police.ring = honest
    revoke(police, old, {origin: size - 1}, deliver=False)

    def facts_first() -> None:
        police.deliver(police.log(agreement))
        assert verdict(key) == ("folded", ""), "nobody could know yet"
        police.deliver(police.identity)

    def keys_first() -> None:
        police.deliver(police.identity)
        police.deliver(police.log(agreement))

    tables = []
    for order in (facts_first, keys_first):
        with subtests.test(order.__name__):
            point = transaction.savepoint()
            order()
            assert verdict(key) == ("invalid", REVOKED)
            assert fsck.check() == [] and rebuild.check() == []
            tables.append({table._meta.label: table.content() for table in FoldedTable.tables()})
            tables[-1]["verdicts"] = sorted(Entry.objects.values_list("key", "state", "verdict"))
            transaction.savepoint_rollback(point)
    assert tables[0] == tables[1]


def test_two_revocations_leave_what_both_trust():
    assert named.trusted(None, {"a": 5}) == {"a": 5}
    assert named.trusted({"a": 5, "b": 2}, {"a": 3, "c": 9}) == {"a": 3}


def test_an_agency_cannot_make_its_partners_fold_everything_again_without_end():
    """Each revocation may cost a minute: also of one key again and again, each time a place less."""
    peer = Peer(**POLRES)
    old, transport = rotate(peer, deliver=False), rotate(peer, "transport", deliver=False)
    revoke(peer, transport, {}, deliver=False)
    for place in range(named.MOST_REVOCATIONS):
        revoke(peer, old, {"a": 1000 - place}, deliver=False)
    assert named.proven(peer.identity.entries).revocations == named.MOST_REVOCATIONS
    revoke(peer, transport, {}, deliver=False)
    named.proven(peer.identity.entries)
    revoke(peer, old, {}, deliver=False)
    with pytest.raises(BadEnvelope, match="more often"):
        named.proven(peer.identity.entries)


BAD = {
    "without a root": lambda peer, new: (KeyAdded(key=public_key(new)), [new]),
    "by a strange root": lambda peer, new: (KeyAdded(key=public_key(new)), [new, SigningKey.generate()]),
    "that the new key did not sign": lambda peer, new: (
        KeyAdded(key=public_key(new)),
        [peer.ring["event"], peer.ring["root"]],
    ),
    "by a key of another use": lambda peer, new: (
        KeyAdded(key=public_key(new, "transport")),
        [peer.ring["transport"], peer.ring["root"], new],
    ),
    "of an unknown use": lambda peer, new: (
        KeyAdded(key=public_key(new, "root")),
        [peer.ring["event"], peer.ring["root"], new],
    ),
    "named before": lambda peer, new: (
        KeyAdded(key=public_key(peer.ring["event"])),
        [peer.ring["event"], peer.ring["root"]],
    ),
    "revoked and never named": lambda peer, new: (
        KeyRevoked(key=kid(new), reason="lost", last={}),
        [peer.ring["event"], peer.ring["root"]],
    ),
    "of a thief with the event key alone": lambda peer, new: (
        KeyRevoked(key=kid(peer.ring["event"]), reason="lost", last={}),
        [peer.ring["event"]],
    ),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_a_key_is_not_taken(police, make):
    event, signers = make(police, SigningKey.generate())
    before = list(Key.objects.order_by("pk").values())
    police.declare(event, *signers, deliver=False)
    with pytest.raises((BadEnvelope, bundles.BadBundle), match="step 6"):
        police.deliver(police.identity)
    assert list(Key.objects.order_by("pk").values()) == before
    assert Log.objects.get(origin=police.identity.origin).size == 1
    with pytest.raises(BadEnvelope, match="step 6"):
        named.proven(police.identity.entries)


def test_a_revoked_event_key_names_nothing_more(police):
    old = rotate(police)
    revoke(police, old, {})
    police.declare(KeyAdded(key=public_key(SigningKey.generate())), old, police.ring["root"], deliver=False)
    with pytest.raises(BadEnvelope, match="step 6"):
        police.deliver(police.identity)


def test_a_new_checkpoint_key_signs_also_the_log_that_names_it(agreement, police):
    rotate(police, "checkpoint", deliver=False)
    police.deliver(police.identity)
    assert Log.objects.get(origin=police.identity.origin).size == 2
    leave(police, agreement)
    assert fsck.check() == []
    held = histories.named(police.id)
    assert held is not None and len(held.of("checkpoint")) == 2


def evidence_of(agreement: str, folder: Path) -> tuple[dict[str, str], str]:
    """Verdicts by key of our checker, and what the stand-alone one prints."""
    file, found = folder / "evidence", {}
    file.write_bytes(b"".join(export_agreement(agreement)))
    with file.open("rb") as opened:
        evidence.check(opened, tell=lambda record: found.update({record.key: record.verdict}))
    done = subprocess.run([sys.executable, VERIFIER, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return found, done.stdout


def test_evidence_carries_the_identity_log_and_both_checkers_honour_it(agreement, police, tmp_path):
    origin, size = police.log(agreement).origin, len(police.log(agreement).entries)
    old = rotate(police)
    rotate(police, "checkpoint")
    honest = KeyRing(police.ring.by_use)
    police.ring = KeyRing({**honest.by_use, "event": old})
    stolen = leave(police, agreement)
    police.ring = honest
    revoke(police, old, {origin: size - 1})
    good = leave(police, agreement)
    told, printed = evidence_of(agreement, tmp_path)
    assert (told[stolen], told[good]) == (REVOKED, "")
    lines = {line.split()[3]: line for line in printed.splitlines() if len(line.split()) > 8}
    assert f"NOT VALID: {REVOKED}" in lines[stolen] and "NOT VALID" not in lines[good]
    assert verdict(stolen) == ("invalid", REVOKED) and verdict(good) == ("folded", "")


def test_two_histories_of_keys_stay_proof_after_the_key_of_one_half_is_revoked(agreement, police, tmp_path):
    """An entry at a place is judged by the keys that the log below that place names, by both checkers."""
    honest = list(police.identity.entries)
    other = SigningKey.generate()
    police.declare(
        KeyAdded(key=public_key(other, "transport")), police.ring["event"], police.ring["root"], other, deliver=False
    )
    half = police.identity.entries[-1]
    police.identity.entries = honest
    old = rotate(police)
    revoke(police, old, {}, "replaced")
    log = Log.objects.get(origin=police.identity.origin)
    fork = forks.Fork(bytes(Entry.objects.get(log=log, seq=1).data), half)
    run(lambda: histories.accuse(log, fork))
    _, printed = evidence_of(agreement, tmp_path)
    assert f"TWO HISTORIES of log {log.origin[:8]}" in printed


def test_our_own_key_is_refused_in_words_once_it_is_revoked(agreement, node, secretary):
    from sinergi.features.agreement.actions import leave_agreement
    from tests.nodes.simulator import NOON

    own = Log.objects.get(agreement=agreement, is_own=True)
    key = Key.objects.get(agency=node, use="event")
    key.last = {own.origin: own.size - 1}
    key.save()
    with pytest.raises(Refused, match="Kunci catatan"):
        leave_agreement(id=new_event_id(NOON), by=secretary, at=NOON, agreement=agreement, reason="term_over")
    assert Log.objects.get(pk=own.pk).size == own.size
    run(lambda: store.sign_checkpoint(Log.objects.get(pk=own.pk)))


@pytest.fixture
def ours(agreement, node, tmp_path, settings) -> Path:
    """The folder of this node's keys, as the running process uses it."""
    settings.DATA = tmp_path
    keys.use(None)
    return tmp_path / "keys"


def test_our_own_keys_change_and_the_old_ones_are_revoked(agreement, ours):
    from sinergi.features.agreement.actions import leave_agreement

    own = Log.objects.get(agreement=agreement, is_own=True)
    old = {row.use: row.kid for row in rotation.listed(NOW)}
    secret = (ours / "encryption.key").read_text()
    for use in USES:
        rotation.rotate(use, root=None, at=NOW)
    assert {row.use for row in rotation.listed(NOW) if row.state == "spare"} == set(USES)
    assert [bytes(key).hex() for key in keys.own().encryption][1] == secret.strip(), "old objects still open"
    leave_agreement(id=new_event_id(NOW), by=None, at=NOW, agreement=agreement, reason="term_over")
    for kid in old.values():
        rotation.revoke(kid, "stolen", root=None, at=NOW)
    assert Entry.objects.get(log=own, seq=own.size).verdict == ""
    run(lambda: store.sign_checkpoint(Log.objects.get(pk=own.pk)))
    assert fsck.check() == [] and rebuild.check() == []


def test_our_facts_after_the_moment_a_key_was_stolen_fall(agreement, ours):
    kid = Key.objects.get(agency=store.own_agency(), use="event").kid
    own = Log.objects.get(agreement=agreement, is_own=True)
    rotation.rotate("event", root=None, at=NOW)
    assert rotation.revoke(kid, "stolen", root=None, at=NOW, since=NOW.replace(year=2000)) == {}
    assert Entry.objects.get(log=own, seq=0).verdict == REVOKED


def test_a_clock_set_back_after_the_theft_saves_no_fact_of_the_thief(agreement, ours):
    own = Log.objects.get(agreement=agreement, is_own=True)
    old = Key.objects.get(agency=store.own_agency(), use="event").kid
    for number in (1, 2, 3):
        ask_for(agreement, number)
    # Stored an hour before, after and again before the moment of the theft: the last by the thief, who set the clock.
    for seq, hours in ((0, -1), (1, -1), (2, 1), (3, -1)):
        Entry.objects.filter(log=own, seq=seq).update(stored_at=NOW + timedelta(hours=hours))
    rotation.rotate("event", root=None, at=NOW)
    assert rotation.revoke(old, "stolen", root=None, at=NOW, since=NOW)[own.origin] == 1


def test_keys_are_refused_in_words_and_nothing_is_half_done(agreement, ours, tmp_path):
    before = {file.name: file.read_text() for file in ours.iterdir()}
    kid = Key.objects.get(agency=store.own_agency(), use="event").kid
    strange = SigningKey.generate()
    (tmp_path / "words").write_text("bukan kunci")
    for wrong, words in (
        (lambda: rotation.rotate("event", root=strange, at=NOW), "bukan milik kantor ini"),
        (lambda: rotation.revoke(kid, "lost", root=None, at=NOW), "Ganti dahulu"),
        (lambda: rotation.revoke("0" * 32, "lost", root=None, at=NOW), "tidak pernah dinyatakan"),
        (lambda: rotation.root_in(tmp_path / "words"), "bukan kunci induk"),
    ):
        with pytest.raises(Refused, match=words):
            wrong()
    (ours / "root.key").unlink()
    with pytest.raises(Refused, match="--root"):
        rotation.rotate("event", root=None, at=NOW)
    assert {file.name: file.read_text() for file in ours.iterdir()} == {
        name: text for name, text in before.items() if name != "root.key"
    }


def test_a_kill_between_naming_a_key_and_taking_it_up_leaves_no_name_without_its_key(agreement, ours, monkeypatch):
    def killed() -> None:
        if list(ours.glob("*.next")):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rotation, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate("event", root=None, at=NOW)
    named_last = Key.objects.filter(agency=store.own_agency(), use="event").order_by("seq").last()
    rotation.finish()
    assert kid(keys.own()["event"]) == named_last.kid  # type: ignore[union-attr]
    # One that was never named goes away.
    (ours / "event.next").write_text(bytes(SigningKey.generate()).hex())
    rotation.finish()
    assert not list(ours.glob("*.next")) and kid(keys.own()["event"]) == named_last.kid  # type: ignore[union-attr]


@pytest.mark.parametrize("liar_first", [True, False])
def test_who_names_the_transport_key_of_another_is_not_taken_for_it(node, liar_first):
    """A founding entry lists keys that do not sign it. The owner is told, names a new one, and nobody can copy that."""
    owner, liar = Peer(**POLRES), Peer(**KPU_PALUTA)
    liar.ring = KeyRing({**liar.ring.by_use, "transport": owner.ring["transport"]})
    liar.identity.entries = [founding_entry(liar.ring, **KPU_PALUTA, at=NOON)]
    for peer in (liar, owner) if liar_first else (owner, liar):
        peer.meet()
        Line.objects.create(agency=peer.id, url="http://127.0.0.1:9", introduced_at=NOON)
    status, told = ask_state(owner, node.id)
    assert status == 403 and "keys rotate transport" in told["detail"]
    rotate(owner, "transport")
    again = Peer(**KPU_PALUTA)
    again.ring = KeyRing({**again.ring.by_use, "transport": owner.ring["transport"]})
    again.identity.entries = [founding_entry(again.ring, **KPU_PALUTA, at=NOON)]
    again.meet()
    Line.objects.create(agency=again.id, url="http://127.0.0.1:9", introduced_at=NOON)
    with mock.patch.object(api.statement, "state_for", side_effect=api.statement.state_for) as answered:
        assert ask_state(owner, node.id)[0] == 200
    assert [call.args[0] for call in answered.call_args_list] == [owner.id]


def ask_state(peer: Peer, audience: str) -> tuple[int, dict[str, Any]]:
    """Ask this node for its state document as that partner: status and answer."""
    client = Client()
    challenge = client.get("/sync/v1/state")["Sinergi-Challenge"]
    wire = signing.Wire(method="GET", path="/sync/v1/state", query="", body=b"", audience=audience)
    headers = signing.sign(wire, peer.ring["transport"], nonce=challenge, created=0)
    answer = client.get("/sync/v1/state", headers=headers)
    return answer.status_code, answer.json()
