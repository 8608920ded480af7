"""Bringing damaged bytes of a log back, from bytes that somebody who holds a copy gave. Runs inside the writer.

Nothing is believed because of who gave it: an entry counts by its author's signature, its place by the chain and by the
tree under a checkpoint the author signed, a body by the commitment in its entry. Whatever was derived from entries
(leaves, tree, head, columns) is made again from them. A log for which that does not come out stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sinergi.kernel.errors import Broken
from sinergi.kernel.instants import now
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import cosigning, envelope, forks, fsck, histories, merkle, rows, store, tree
from sinergi.ledger.fold import fold_ready
from sinergi.ledger.models import Body, Cosignature, Entry, Equivocation, Log, Node, Stamp, Unreached


class NotMended(Broken):
    """What is here and what was given do not make a log that its author signed; nothing was changed."""


def wanted(log: Log, told: int) -> list[int]:
    """Places of this log whose entries are missing or damaged here. `told`: how many entries a partner has of it."""
    good = {row.seq for row in _rows(log) if _is_good(log, row.seq, bytes(row.data))}
    return [seq for seq in range(_size(log, told)) if seq not in good]


def mend(log: Log, given: dict[int, bytes], shown: Iterable[bytes]) -> None:
    """Make the log whole with entries and checkpoints that were given. Raises NotMended, changing nothing."""
    held = {row.seq: row for row in _rows(log)}
    whole: list[envelope.Entry] = []
    for seq in range(max(_size(log, 0), max(given, default=-1) + 1)):
        data = next((data for data in _offered(held.get(seq), given.get(seq)) if _is_good(log, seq, data)), None)
        if data is None:
            raise NotMended(f"catatan {seq} rusak di sini dan tidak ada pada mitra")
        whole.append(envelope.parse(data))
    frontier, nodes, all_roots = _grown(whole)
    signed = [note for note in _signed_notes(log, shown) if note.checkpoint.size <= len(whole)]
    if not signed and not log.is_own:
        raise NotMended("tidak ada titik periksa bertanda tangan penulisnya")
    for note in signed:
        if all_roots[note.checkpoint.size] != note.checkpoint.root:
            raise NotMended("catatannya bukan yang ditandatangani penulisnya dalam titik periksa")
    _write_entries(log, whole, held)
    Node.objects.filter(log=log).delete()
    rows.insert_nodes(log, nodes)
    tree.set_frontier(log, frontier)
    log.size = frontier.size
    log.head, log.head_lam = whole[-1].leaf.hex(), whole[-1].header.lam
    newest = max(signed, key=lambda note: note.checkpoint.size, default=None)
    log.checkpoint_size = newest.checkpoint.size if newest else 0
    log.checkpoint_note = newest.data if newest else b""
    log.folded = min(log.folded, log.size)
    log.save()
    _drop_untrue(log)
    if not log.is_own:
        cosigning.cosign(log)
    if log.role == "identity":
        Entry.objects.filter(log=log).update(state=Entry.State.WAITING, verdict="")
        log.folded = 0
        rows.save_folded(log)
        fold_ready({log.origin: log})


def damaged_bodies(log: Log) -> list[int]:
    """Places whose body here is not the one its entry commits to."""
    found = []
    for row in Entry.objects.filter(log=log, body__isnull=False).select_related("body").order_by("seq"):
        commitment = envelope.header_of(bytes(row.data)).pl
        data, salt = bytes(row.body.data), bytes(row.body.salt)
        if commitment is None or commitment.size != len(data) or envelope.commit(data, salt) != commitment.hash:
            found.append(row.seq)
    return found


def replace_body(log: Log, seq: int, salt: bytes, data: bytes) -> None:
    """Put the true body in the place of a damaged one. Raises BadEnvelope where it is not the true one either."""
    Body.objects.filter(entry__log=log, entry__seq=seq).delete()
    store.admit_body(log.origin, seq, salt, data)


def _rows(log: Log) -> Iterator[Entry]:
    return Entry.objects.filter(log=log).order_by("seq").iterator(fsck.ROWS_AT_ONCE)


def _size(log: Log, told: int) -> int:
    """How many entries the log had: as far as rows and signed checkpoints reach, and its row if that can be."""
    last = Entry.objects.filter(log=log).order_by("-seq").values_list("seq", flat=True).first()
    reach = [0 if last is None else last + 1, *(note.checkpoint.size for note in _signed_notes(log, []))]
    return max(*reach, min(log.size, told), 0)


def _is_good(log: Log, seq: int, data: bytes) -> bool:
    try:
        entry = envelope.parse(data)
        if (entry.header.log, entry.header.seq) != (log.origin, seq):
            return False
        envelope.verify(entry, histories.event_keys(entry))
    except Broken:
        return False
    return True


def _offered(row: Entry | None, given: bytes | None) -> list[bytes]:
    return [data for data in (bytes(row.data) if row else None, given) if data is not None]


def _grown(
    entries: list[envelope.Entry],
) -> tuple[merkle.Frontier, list[tuple[int, int, bytes]], dict[int, bytes]]:
    frontier, nodes, roots = merkle.Frontier(), [], {}
    head, lam = envelope.NOTHING_BEFORE, 0
    for entry in entries:
        if entry.header.prev != head or entry.header.lam <= lam:
            raise NotMended(f"catatan {entry.header.seq} tidak menyambung rantai")
        nodes += frontier.append(entry.leaf)[1:]
        roots[frontier.size] = frontier.root()
        head, lam = entry.leaf.hex(), entry.header.lam
    if not entries:
        raise NotMended("tidak ada catatan sama sekali")
    return frontier, nodes, roots


def _signed_notes(log: Log, shown: Iterable[bytes]) -> list[notes.Note]:
    """Checkpoints of this log that its author signed: those kept here and those shown, the author's line alone."""
    found = []
    kept = [bytes(log.checkpoint_note), *(bytes(row.note) for row in Cosignature.objects.filter(log=log))]
    for data in [*kept, *shown]:
        try:
            note = notes.parse(data)
            notes.check_author(note, histories.checkpoint_keys(log))
        except Broken:
            continue
        if note.checkpoint.log == log.origin and note.checkpoint.size and len(note.lines) == 1:
            found.append(note)
    return found


def _write_entries(log: Log, whole: list[envelope.Entry], held: dict[int, Entry]) -> None:
    for entry in whole:
        row = store.row_of(log, entry, now())
        before = held.get(entry.header.seq)
        if before is None:
            rows.insert_entry(log, row)
            continue
        columns = ("key", "kind", "lam", "has_body")
        same = all(getattr(row, column) == getattr(before, column) for column in columns)
        if not same or bytes(before.data) != entry.data or bytes(before.leaf) != entry.leaf:
            changed = {column: getattr(row, column) for column in columns}
            Entry.objects.filter(pk=before.pk).update(data=entry.data, leaf=entry.leaf, **changed)


def _drop_untrue(log: Log) -> None:
    """What others signed under this log and cannot be read any more: they will say it again. A lost stamp is lost; a
    later one covers the same records."""
    for model in (Cosignature, Unreached, Stamp):
        for row in model.objects.filter(log=log):
            if not fsck.is_true(log, row):
                row.delete()
    for proof in Equivocation.objects.filter(log=log):
        fork = forks.Fork(bytes(proof.first), bytes(proof.second), bytes(proof.proof))
        try:
            forks.check(fork, log.origin, histories.event_keys, histories.checkpoint_keys(log))
        except forks.NoFork:
            proof.delete()
        else:
            log.frozen = histories.FORKED
            log.frozen_at = log.folded if log.frozen_at is None else log.frozen_at
    # Frozen because of two histories is written in two columns and a proof: one word alone is damage.
    if log.frozen == histories.FORKED and log.frozen_at is None:
        log.frozen = ""
    log.save(update_fields=["frozen", "frozen_at"])
