"""A flipped bit in any class of stored bytes is brought back from a partner, and nothing is believed without proof."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from sinergi.ledger import cosigning, envelope, fsck, mending, rebuild, store
from sinergi.ledger.models import Body, Cosignature, Entry, FoldedTable, Log, Node
from sinergi.ledger.writer import run
from sinergi.sync import repair
from tests.evidence.conftest import cosign_ours
from tests.evidence.test_fsck import DAMAGES, flip
from tests.nodes.test_waking import Holder, ask_for


def whole_store() -> dict[str, list[Any]]:
    """Every row of the ledger that can be made again exactly: all but what others signed at a moment of their own."""
    kept = {
        Log: ("origin", "size", "folded", "root", "peaks", "head", "head_lam", "checkpoint_size", "frozen"),
        Entry: ("log__origin", "seq", "key", "kind", "lam", "data", "leaf", "has_body", "state", "verdict"),
        Node: ("log__origin", "level", "index", "hash"),
        Body: ("entry__key", "salt", "data"),
    }
    return {
        table.__name__: sorted(
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in table.objects.values_list(*columns)
        )
        for table, columns in kept.items()
    }


@pytest.fixture
def holder(agreement, police) -> Holder:
    """Facts with words on our side, confirmation and an end on theirs, cosigned by both; the partner holds it all."""
    from sinergi.features.agreement.events import AgreementLeft

    for number in (1, 2, 3):
        ask_for(agreement, number)
    cosign_ours(police, agreement)
    police.state(agreement, AgreementLeft(reason="term_over"))
    return Holder(police, agreement)


@pytest.mark.slow
def test_every_class_of_damage_is_repaired(holder, agreement, subtests):
    before = whole_store()
    for name, damage in DAMAGES.items():
        with subtests.test(name):
            point = transaction.savepoint()
            try:
                damage()
                assert fsck.check() != []
                assert repair.repair([holder]) == []
                assert fsck.check() == [] and rebuild.check() == []
                assert whole_store() == before
            finally:
                transaction.savepoint_rollback(point)


def test_every_entry_body_and_hash_of_both_logs_comes_back(holder, agreement):
    before = whole_store()
    for log in Log.objects.filter(agreement=agreement):
        for row in Entry.objects.filter(log=log):
            Entry.objects.filter(pk=row.pk).update(data=flip(bytes(row.data)), leaf=b"x" * 32)
    for body in Body.objects.all():
        Body.objects.filter(pk=body.pk).update(data=flip(bytes(body.data)))
    Node.objects.all().delete()
    assert repair.repair([holder]) == []
    assert fsck.check() == [] and whole_store() == before


@pytest.mark.slow
def test_a_partner_that_gives_other_bytes_changes_nothing(holder, agreement, police):
    log = Log.objects.get(agreement=agreement, is_own=True)
    row = Entry.objects.get(log=log, seq=2)
    damaged = flip(bytes(row.data))
    Entry.objects.filter(pk=row.pk).update(data=damaged)
    honest = holder.kept[log.origin].entries[2]
    forged = envelope.seal(envelope.parse(honest).header, police.ring["event"])
    elsewhere = holder.kept[log.origin].entries[1]
    for lie in (forged, elsewhere, b"{}"):
        holder.kept[log.origin].entries[2] = lie
        assert any("tidak dapat diperbaiki" in trouble for trouble in repair.repair([holder]))
        assert bytes(Entry.objects.get(pk=row.pk).data) == damaged
    holder.kept[log.origin].entries[2] = honest
    assert repair.repair([holder]) == [] and fsck.check() == []


def test_another_history_by_the_same_author_is_not_taken_for_a_repair(holder, agreement, police):
    """The author's own signature is not enough: the tree under the checkpoint we verified decides."""
    from sinergi.features.agreement.events import AgreementLeft

    log = police.log(agreement)
    stored = Log.objects.get(origin=log.origin)
    header, _, _ = police.header(log, AgreementLeft(reason="void_law"), seq=1, prev=log.leaves()[0].hex())
    row = Entry.objects.get(log=stored, seq=1)
    Entry.objects.filter(pk=row.pk).update(data=flip(bytes(row.data)))
    holder.kept[log.origin].entries[1] = envelope.seal(header, police.ring["event"])
    assert any("bukan yang ditandatangani" in trouble for trouble in repair.repair([holder]))


def test_what_nobody_holds_is_named_and_the_rest_is_mended(holder, agreement):
    ask_for(agreement, 4)
    log = Log.objects.get(agreement=agreement, is_own=True)
    last = Entry.objects.get(log=log, seq=log.size - 1)
    Entry.objects.filter(pk=last.pk).update(data=flip(bytes(last.data)))
    other = Entry.objects.get(log__agreement=agreement, log__is_own=False, seq=0)
    Entry.objects.filter(pk=other.pk).update(data=flip(bytes(other.data)))
    troubles = repair.repair([holder])
    assert len(troubles) == 2 and f"catatan {log.size - 1} rusak di sini" in troubles[0]
    assert "belum disusun ulang" in troubles[1]
    assert all(log.origin[:8] in finding.where for finding in fsck.check() if "buku" in finding.where)


def test_an_entry_that_is_no_json_any_more_and_that_nobody_holds_is_named_in_words(holder, agreement):
    """Found by the simulation: folding again what cannot be read was a traceback."""
    ask_for(agreement, 4)
    tables = [list(table.content()) for table in FoldedTable.tables()]
    last = Entry.objects.filter(log__agreement=agreement, log__is_own=True).latest("seq")
    Entry.objects.filter(pk=last.pk).update(data=bytes(last.data).replace(b'":', b'"*', 1))
    assert "belum disusun ulang" in repair.repair([holder])[-1]
    assert [list(table.content()) for table in FoldedTable.tables()] == tables


def test_a_lost_cosignature_is_asked_for_again_and_ours_is_made_again(holder, agreement):
    for row in Cosignature.objects.all():
        Cosignature.objects.filter(pk=row.pk).update(line=flip(bytes(row.line)))
    assert repair.repair([holder]) == [] and fsck.check() == []
    copy = Log.objects.get(agreement=agreement, is_own=False)
    assert Cosignature.objects.filter(log=copy, use="mirror", size=copy.size).count() == 1


def test_a_repair_takes_in_no_more_than_was_damaged(agreement, police):
    """A clone went on writing, and the partner holds it: that is not damage, and is not merged in silence."""
    for number in (1, 2, 3):
        ask_for(agreement, number)
    run(lambda: [store.sign_checkpoint(log) for log in Log.objects.filter(is_own=True)])
    here = transaction.savepoint()
    for number in (4, 5):
        ask_for(agreement, number)
    holder = Holder(police, agreement)
    transaction.savepoint_rollback(here)
    before = whole_store()
    row = Entry.objects.get(log__agreement=agreement, log__is_own=True, seq=2)
    Entry.objects.filter(pk=row.pk).update(data=flip(bytes(row.data)))
    assert repair.repair([holder]) == []
    assert whole_store() == before and fsck.check() == []


@pytest.mark.parametrize("cut", [False, True])
def test_a_log_that_grew_is_mended_as_far_as_it_was_here_and_marked_for_that(holder, agreement, police, cut):
    from sinergi.features.agreement.events import AgreementLeft

    log = police.log(agreement)
    for _ in range(3):
        police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    grown = holder.kept[log.origin]
    grown.entries = log.entries[:4] if cut else list(log.entries)
    grown.note = police.checkpoint(log)
    before = whole_store()
    row = Entry.objects.get(log__origin=log.origin, seq=0)
    Entry.objects.filter(pk=row.pk).update(data=flip(bytes(row.data)))
    holder.entries = lambda origin, start: police.bundle(log, start, len(grown.entries))
    assert repair.repair([holder]) == []
    copy = Log.objects.get(origin=log.origin)
    assert copy.size == copy.checkpoint_size == 2 and whole_store() == before
    assert {row.size for row in Cosignature.objects.filter(log=copy, use="mirror")} <= {1, 2}
    assert fsck.check() == [] and rebuild.check() == []
    Cosignature.objects.filter(log=copy).delete()
    copy.checkpoint_size = 1
    assert cosigning.cosign(copy) == [], "no mark of two entries under a checkpoint of one"


def test_without_a_partner_what_is_derived_is_still_made_again(holder, agreement):
    Node.objects.all().delete()
    Log.objects.exclude(role="identity").update(root=b"x" * 32, peaks=b"", head="0" * 64)
    assert repair.repair([]) == [] and fsck.check() == []


def test_nothing_changes_in_a_store_that_is_whole(holder):
    before = whole_store()
    assert repair.repair([holder]) == [] and whole_store() == before
    assert mending.wanted(Log.objects.filter(is_own=True).exclude(role="identity")[0], 99) == []
