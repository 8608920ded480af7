"""A thief of the checkpoint key shows longer logs than there are; revoking the key mends what that stops."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sinergi.kernel.errors import Refused
from sinergi.ledger import bundle as bundles
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, fsck, guard, histories, keys, merkle, rotation, store
from sinergi.ledger.models import Cosignature, Equivocation, Key, Log, Unreached
from sinergi.ledger.writer import run
from tests.nodes.test_keys import NOW, leave, revoke, rotate


def ahead(log, key, size: int = 50) -> bytes:
    """A checkpoint of a tree that begins with the log's entries and goes on with junk, and the proof of that."""
    leaves = [*log.leaves(), *(bytes([number]) * 32 for number in range(size - len(log.entries)))]

    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return merkle.node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1))

    proof = merkle.consistency_proof(len(log.entries), size, subtree)
    return notes.sign(notes.Checkpoint(log.origin, size, merkle.root(size, subtree)), key), proof


def delivered(log, key) -> bundles.Bundle:
    """The bundle with which the thief closes a copy: no entry, its own checkpoint, a proof that holds."""
    note, proof = ahead(log, key)
    texts = [item.hex() for item in proof]
    return bundles.Bundle(log=log.origin, start=len(log.entries), checkpoint=note.decode(), entries=[], proof=texts)


def cosigned(log) -> int:
    run(lambda: cosigning.cosign(Log.objects.get(origin=log.origin)))
    rows = Cosignature.objects.filter(log__origin=log.origin, use="mirror")
    return max(rows.values_list("size", flat=True), default=0)


@pytest.mark.parametrize("way", ["shown", "delivered"])
def test_a_thief_s_checkpoints_of_a_partner_hold_nothing_up_once_the_key_is_revoked(agreement, police, way):
    log, thief = police.log(agreement), police.ring["checkpoint"]
    for one in (log, police.identity):
        if way == "shown":
            run(lambda one=one: histories.compare(Log.objects.get(origin=one.origin), ahead(one, thief)[0]))
        else:
            run(lambda one=one: store.admit_checked(delivered(one, thief)))
    assert Unreached.objects.count() == 2
    last = len(log.entries) - 1
    rotate(police, "checkpoint", deliver=False)
    revoke(police, thief, {log.origin: last}, deliver=False)
    police.deliver(police.identity)
    assert Unreached.objects.count() == 0 and Equivocation.objects.count() == 0
    leave(police, agreement)
    assert cosigned(log) == len(log.entries) and fsck.check() == []
    # Shown again it is no news and no proof; what the key signed up to the last trusted place stays good.
    with pytest.raises(notes.BadNote, match="took back"):
        run(lambda: histories.compare(Log.objects.get(origin=log.origin), ahead(log, thief)[0]))
    held = Log.objects.get(origin=log.origin)
    early = notes.sign(notes.Checkpoint(log.origin, last + 1, log.root(last + 1)), thief)
    assert histories.is_trusted(held, notes.parse(early)) and not held.frozen


def test_our_own_log_that_a_thief_closed_opens_again_once_we_revoke_the_key(agreement, node, tmp_path, settings):
    from sinergi.features.agreement.actions import leave_agreement
    from sinergi.kernel.ids import new_event_id

    settings.DATA = tmp_path
    keys.use(None)
    thief = keys.own()["checkpoint"]
    old = Key.objects.get(agency=node, use="checkpoint")
    own = Log.objects.get(agreement=agreement, is_own=True)
    run(lambda: store.sign_checkpoint(Log.objects.get(pk=own.pk)))
    for log in (own, Log.objects.get(role="identity", is_own=True)):
        note = notes.sign(notes.Checkpoint(log.origin, 99, b"x" * 32), thief)
        run(lambda log=log, note=note: histories.compare(log, note))
    assert set(Log.objects.filter(is_own=True).values_list("frozen", flat=True)) == {histories.RESTORED}
    with pytest.raises(Refused):
        rotation.rotate("checkpoint", root=None, at=NOW)
    rotation.rotate("checkpoint", root=None, at=NOW, sure=True)
    rotation.revoke(old.kid, "stolen", root=None, at=NOW, since=NOW - timedelta(days=9000), sure=True)
    assert set(Log.objects.filter(is_own=True).values_list("frozen", flat=True)) == {""}
    # The log's own newest checkpoint was by that key too; another took its place, and the log goes on.
    own.refresh_from_db()
    assert histories.is_trusted(own, notes.parse(bytes(own.checkpoint_note))) and own.checkpoint_size == own.size
    leave_agreement(id=new_event_id(NOW), by=None, at=NOW, agreement=agreement, reason="term_over")
    run(lambda: store.sign_checkpoint(Log.objects.get(pk=own.pk)))
    assert fsck.check() == []


def test_a_store_that_was_put_back_under_the_running_node_is_not_written_on(agreement, node, tmp_path, settings):
    """The file carries the token of this very start: only what this process wrote tells that it is an older one."""
    from sinergi.features.agreement.actions import leave_agreement
    from sinergi.kernel.ids import new_event_id

    settings.DATA = tmp_path
    keys.use(None)
    (tmp_path / guard.NAME).write_text("token boot")
    own = Log.objects.get(agreement=agreement, is_own=True)
    given = {"by": None, "at": NOW, "agreement": agreement, "reason": "term_over"}
    try:
        guard.remember([(own.origin, own.size, "agreement.left")])
        with pytest.raises(Refused, match="ditukar dengan salinan lama"):
            leave_agreement(id=new_event_id(NOW), **given)
        assert Log.objects.get(pk=own.pk).size == own.size and not (tmp_path / guard.NAME).exists()
        # The next start knows nothing of it, finds no file of the last one, and asks before it signs.
        guard.forget()
        assert not guard.is_unbroken(tmp_path)
        leave_agreement(id=new_event_id(NOW), **given)
    finally:
        guard.forget()
