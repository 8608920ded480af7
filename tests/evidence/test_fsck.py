"""fsck finds a change in every class of stored bytes, and nothing in a store that is whole."""

from __future__ import annotations

import pytest

from sinergi.ledger import fsck
from sinergi.ledger.models import Body, Cosignature, Entry, Log, Node


def flip(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)


@pytest.fixture
def store(past, police):
    from sinergi.features.agreement.events import AgreementLeft

    police.state(past, AgreementLeft(reason="void_law"))
    return past


DAMAGES = {
    "entry bytes": lambda: _bytes(Entry, "data"),
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
    "missing entry": lambda: Entry.objects.filter(kind="agreement.left", seq=1).delete(),
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
