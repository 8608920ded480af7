"""One author, one history: every checkpoint an author signed is held against all this node has of its log.

What contradicts is kept as portable proof (forks.py) and the log is frozen: what is stored stays, nothing is added.
Everything here but `agrees` runs inside the writer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from sinergi.kernel.instants import now
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, forks, merkle, rows, tree
from sinergi.ledger.fold import fold_ready
from sinergi.ledger.identity import named as identity
from sinergi.ledger.models import Entry, Equivocation, Key, Log, Unreached

logger = logging.getLogger("sinergi.ledger")

FORKED = "dua riwayat yang saling bertentangan"
RESTORED = "simpul ini dipulihkan dari salinan lama; hubungi administrator"
# Checkpoints of trees larger than our copy that a partner may make us remember beside those whose entries came along.
MOST_UNREACHED = 64


def agrees(log: Log, data: bytes) -> bool:
    """Whether this checkpoint is one our copy is known to agree with. Reads only; its signature is not judged."""
    if data == bytes(log.checkpoint_note):
        return True
    claimed = notes.parse(data).checkpoint
    return claimed.log == log.origin and claimed.size <= log.size and _root(log, claimed.size) == claimed.root


def compare(log: Log, data: bytes, new: Sequence[bytes] = ()) -> None:
    """Hold a checkpoint against what is here: freeze the log where it contradicts, remember it while it is ahead of us.

    `new`: checkpoint keys that its author names in entries that came along.
    Raises BadNote where it is not one that the author of this log signed.
    """
    note = notes.parse(data)
    if note.checkpoint.log != log.origin or note.checkpoint.size == 0 or len(note.lines) != 1:
        raise notes.BadNote("a checkpoint that is not of this log")
    notes.check_author(note, [*checkpoint_keys(log), *new])
    claimed = note.checkpoint
    if log.frozen == FORKED or agrees(log, data):
        return
    if not is_trusted(log, note):
        raise notes.BadNote("a checkpoint by a key that its author took back")
    twin = _signed_at(log, claimed.size)
    if twin and notes.parse(twin).checkpoint.root != claimed.root:
        _freeze(log, forks.Fork(twin, data), FORKED)
    elif claimed.size <= min(log.size, log.checkpoint_size) and log.checkpoint_size <= log.size:
        path = tree.prove(log, partial(merkle.consistency_proof, claimed.size, log.checkpoint_size))
        fork = forks.of_checkpoints(data, bytes(log.checkpoint_note), _root(log, claimed.size), path)
        _freeze(log, fork, FORKED)
    elif log.is_own:
        # Somebody holds more of our own log than we do. Writing on would be a second history.
        remember(log, note)
        if not log.frozen:
            _freeze(log, None, RESTORED)
    elif Unreached.objects.filter(log=log).count() < MOST_UNREACHED:
        remember(log, note)


def remember(log: Log, note: notes.Note) -> None:
    """Keep a checkpoint that cannot be compared yet, until our copy has grown to its size."""
    claimed = note.checkpoint
    Unreached.objects.get_or_create(log=log, size=claimed.size, root=claimed.root, defaults={"note": note.data})


def settle(log: Log, newest: notes.Note, proof: list[bytes]) -> None:
    """The copy has grown, and `proof` shows it to be the beginning of `newest`: compare what we remembered."""
    for row in Unreached.objects.filter(log=log, size__lte=log.size).order_by("size", "pk"):
        root = _root(log, row.size)
        if root != bytes(row.root):
            size = newest.checkpoint.size
            path = tree.prove(log, partial(merkle.consistency_beyond, row.size, log.size, size, proof))
            _freeze(log, forks.of_checkpoints(bytes(row.note), newest.data, root, path), FORKED)
            return
        row.delete()


def caught_up(log: Log) -> Log:
    """Open a log of ours again once we hold all of it that anybody has shown us."""
    if log.frozen == RESTORED and not Unreached.objects.filter(log=log).exists():
        log.frozen = ""
        log.save(update_fields=["frozen"])
        logger.warning("our own log is complete again", extra={"event": "ledger.caught_up", "log": log.origin[:8]})
    return log


def contradict(log: Log, data: bytes) -> None:
    """An entry came that cannot stand in our copy: freeze the log if that is proof. Raises BadEnvelope or NoFork.

    Proof needs a checkpoint that covers our own last entry, so not while we are still catching up with one.
    """
    seq = envelope.parse(data).header.seq
    if seq < log.size:
        accuse(log, forks.Fork(bytes(Entry.objects.get(log=log, seq=seq).data), data))
    elif 0 < seq == log.size == log.checkpoint_size:
        leaf = bytes(Entry.objects.get(log=log, seq=seq - 1).leaf)
        path = tree.prove(log, partial(merkle.inclusion_proof, seq - 1, seq))
        accuse(log, forks.Fork(bytes(log.checkpoint_note), data, forks.hashes([leaf, *path])))
    else:
        raise forks.NoFork("nothing the author signed covers the place before it")


def accuse(log: Log, fork: forks.Fork) -> None:
    """Freeze the log because of this proof, whoever brings it. Raises NoFork where it proves nothing."""
    forks.check(fork, log.origin, event_keys, checkpoint_keys(log))
    if log.frozen != FORKED:
        _freeze(log, fork, FORKED)


def event_keys(entry: envelope.Entry) -> dict[str, bytes]:
    """The keys that may sign this entry, by key id. Raises BadEnvelope where it may be signed by none."""
    header = entry.header
    if header.role == "identity":
        return identity.signers(named(header.agency, below=header.seq), entry)
    return rows.event_keys(header.agency)


def named(agency: str, *, below: int | None = None) -> identity.Named | None:
    """What an agency's identity log names, as far as it is here (`below`: before that place); None for an empty one."""
    found, log = None, rows.log(envelope.log_id("", agency, "identity"))
    entries = Entry.objects.filter(log_id=log.pk).order_by("seq") if log else []
    for row in entries:
        if below is not None and row.seq >= below:
            break
        found = identity.after(found, envelope.parse(bytes(row.data)))
    return found


def checkpoint_keys(log: Log) -> list[bytes]:
    """The keys with which the author of this log signs, or once signed, its checkpoints."""
    keys = Key.objects.filter(agency_id=log.agency, use="checkpoint").order_by("pk")
    return [bytes(public) for public in keys.values_list("public", flat=True)]


def is_trusted(log: Log, note: notes.Note) -> bool:
    """Whether the key of a checkpoint's author signs for that size: not revoked, or at a later place.

    A thief's checkpoint says nothing of entries that nobody has shown.
    """
    last = note.checkpoint.size - 1
    signers = [key for key in _revoked(log.agency) if is_signed_by(note, bytes(key.public))]
    return all(last <= (key.last or {}).get(log.origin, -1) for key in signers)


def is_signed_by(note: notes.Note, public: bytes) -> bool:
    """Whether a line of this note names that key; its signature is not judged."""
    name = notes.origin(note.checkpoint.log)
    identity = notes.key_hash(name, notes.ED25519, public)
    return any((line.name, line.key_hash) == (name, identity) for line in note.lines)


def disown(agency: str) -> None:
    """What this agency's revoked checkpoint keys said of entries beyond the trusted places holds nothing up any more.

    A proof of two histories stays one: else an author could deny what it signed.
    """
    if not _revoked(agency):
        return
    for log in Log.objects.filter(agency=agency).order_by("pk"):
        for row in Unreached.objects.filter(log=log):
            if not is_trusted(log, notes.parse(bytes(row.note))):
                row.delete()
        ahead = log.checkpoint_size > log.size
        if ahead and not log.is_own and not is_trusted(log, notes.parse(bytes(log.checkpoint_note))):
            log.checkpoint_size, log.checkpoint_note = 0, b""
            rows.save_checkpoint(log)
        caught_up(log)


def _revoked(agency: str) -> list[Key]:
    return list(Key.objects.filter(agency_id=agency, use="checkpoint", last__isnull=False).order_by("pk"))


def _signed_at(log: Log, size: int) -> bytes:
    """A checkpoint by the author with this size that we hold, or nothing."""
    if log.checkpoint_size == size:
        return bytes(log.checkpoint_note)
    row = Unreached.objects.filter(log=log, size=size).first()
    return bytes(row.note) if row else b""


def _root(log: Log, size: int) -> bytes:
    return tree.root_at(log, size) if size else merkle.EMPTY_ROOT


def _freeze(log: Log, fork: forks.Fork | None, why: str) -> None:
    if fork is not None:
        Equivocation.objects.create(log=log, first=fork.first, second=fork.second, proof=fork.proof, found_at=now())
        log.frozen_at = log.folded
    log.frozen = why
    log.save(update_fields=["frozen", "frozen_at"])
    logger.error("a log is frozen", extra={"event": "ledger.frozen", "log": log.origin[:8]})
    if fork is not None and log.agreement:
        # Facts of others that waited for more of this log would wait for ever.
        fold_ready(rows.logs_of(log.agreement))
