"""fsck finds a change in every class of stored bytes, and nothing in a store that is whole."""

from __future__ import annotations

import pytest

from sinergi.ledger import checkpoint as notes
from sinergi.ledger import forks, fsck, histories
from sinergi.ledger.models import Body, Cosignature, Entry, Equivocation, Joined, Log, Node, Party, Unreached
from sinergi.ledger.writer import run


def flip(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


@pytest.fixture
def store(past, police):
    from sinergi.features.agreement.events import AgreementLeft

    police.state(past, AgreementLeft(reason="void_law"))
    return past


@pytest.fixture
def forked(store, police):
    """The police signed another tree of the size it had confirmed at, and one that is still far ahead."""
    log = Log.objects.get(origin=police.log(store).origin)
    ahead, other = (
        notes.sign(notes.Checkpoint(log.origin, size, b"x" * 32), police.ring["checkpoint"]) for size in (99, 2)
    )
    run(lambda: histories.compare(log, ahead))
    run(lambda: histories.compare(log, other))
    return log


DAMAGES = {
    "entry bytes": lambda: _bytes(Entry, "data"),
    "bytes of a founding": lambda: Entry.objects.filter(kind="agreement.entered").update(data=b'{"cut": '),
    "leaf hash": lambda: _bytes(Entry, "leaf"),
    "tree hash": lambda: _bytes(Node, "hash"),
    "root": lambda: _bytes(Log.objects.exclude(role="identity"), "root"),
    "peaks": lambda: _bytes(Log.objects.exclude(role="identity"), "peaks"),
    "checkpoint": lambda: _bytes(Log.objects.exclude(checkpoint_note=b""), "checkpoint_note"),
    "cosignature line": lambda: _bytes(Cosignature, "line"),
    "cosigned note": lambda: _bytes(Cosignature, "note"),
    "body": lambda: _bytes(Body, "data"),
    "salt": lambda: _bytes(Body, "salt"),
    "head": lambda: Log.objects.exclude(role="identity").update(head="0" * 64),
    "size": lambda: Log.objects.exclude(role="identity").update(size=99),
    "kind": lambda: Entry.objects.filter(kind="agreement.left").update(kind="agreement.entered"),
    "state": lambda: Entry.objects.filter(kind="agreement.left").update(state="waiting"),
    "frozen without proof": lambda: Log.objects.exclude(role="identity").update(frozen=histories.FORKED),
    "left elsewhere": lambda: Party.objects.filter(left_seq__isnull=False).update(left_seq=0),
    "left forgotten": lambda: Party.objects.update(left_seq=None),
    "left by nobody": lambda: Party.objects.filter(left_seq=None).update(left_seq=0),
    "joined elsewhere": lambda: Joined.objects.update(seq=1),
    "missing entry": lambda: Entry.objects.filter(kind="agreement.left", seq=1).delete(),
}


FORK_DAMAGES = {
    "first half": lambda: _bytes(Equivocation, "first"),
    "second half": lambda: _bytes(Equivocation, "second"),
    "its proof": lambda: _bytes(Equivocation, "proof"),
    "an honest checkpoint in its place": lambda: Equivocation.objects.update(first=Equivocation.objects.get().second),
    "proof gone": lambda: Equivocation.objects.all().delete(),
    "not frozen": lambda: Log.objects.update(frozen=""),
    "checkpoint ahead": lambda: _bytes(Unreached, "note"),
    "its size": lambda: Unreached.objects.update(size=98),
    "its root": lambda: _bytes(Unreached, "root"),
}


def _bytes(table, column: str) -> None:
    rows = table if hasattr(table, "filter") else table.objects.all()
    row = next(row for row in rows.order_by("pk") if bytes(getattr(row, column)))
    type(row).objects.filter(pk=row.pk).update(**{column: flip(bytes(getattr(row, column)))})


def test_a_whole_store_has_no_finding(store):
    assert fsck.check() == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_class_of_damage_is_found(store, damage):
    damage()
    assert fsck.check() != []


def test_a_store_with_a_frozen_log_is_whole(forked):
    fork = Equivocation.objects.get()
    assert fork.proof and Unreached.objects.count() == 1
    forks.check(
        forks.Fork(bytes(fork.first), bytes(fork.second), bytes(fork.proof)),
        forked.origin,
        histories.event_keys,
        histories.checkpoint_keys(forked),
    )
    assert fsck.check() == []


@pytest.mark.parametrize("damage", FORK_DAMAGES.values(), ids=FORK_DAMAGES)
def test_damage_to_a_proof_of_two_histories_is_found(forked, damage):
    damage()
    assert fsck.check() != []
