"""The portable proof that an author told two histories of one log. Pure: bytes in, verdict out.

docs/protocol/log.md, "Two histories", is the normative page. A proof is two things the author signed that cannot both
be true of one log: two checkpoints, two entries, or a checkpoint and an entry. Nobody but the author can make them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, merkle

MOST_HASHES = 64

EventKeys = Callable[[envelope.Entry], dict[str, bytes]]


class NoFork(Broken):
    """The two do not prove two histories."""


class Fork(msgspec.Struct, frozen=True):
    """Two signed things of one log, and where that is needed the hashes that show that they do not fit.

    `proof`, one line of base64 for each hash. Two checkpoints of different sizes: the root that the second one's tree
    had at the first one's size, then the RFC 6962 consistency proof from there. A checkpoint and an entry: the leaf
    that the checkpoint has at the place before the entry, then its inclusion proof.
    """

    first: bytes
    second: bytes
    proof: bytes = b""


def of_checkpoints(smaller: bytes, larger: bytes, root: bytes, path: list[bytes]) -> Fork:
    """The proof from two notes; `root` and `path` say what the larger tree held at the smaller size."""
    return Fork(smaller, larger, hashes([root, *path]))


def hashes(items: list[bytes]) -> bytes:
    """The `proof` of a fork."""
    return b"".join(base64.b64encode(item) + b"\n" for item in items)


def is_entry(data: bytes) -> bool:
    """Whether a half of a proof is an entry, else it is a checkpoint."""
    return data.startswith(b"{")


def check(fork: Fork, log: str, event_keys: EventKeys, checkpoint_keys: list[bytes]) -> None:
    """Raises NoFork unless the author of `log`, whose keys these are, signed both and they contradict each other."""
    try:
        if is_entry(fork.first):
            _entries(fork, log, event_keys)
        elif is_entry(fork.second):
            _checkpoint_and_entry(fork, log, event_keys, checkpoint_keys)
        else:
            _checkpoints(fork, log, checkpoint_keys)
    except (envelope.BadEnvelope, notes.BadNote) as error:
        raise NoFork(str(error)) from error


def _entries(fork: Fork, log: str, event_keys: EventKeys) -> None:
    first, second = _entry(fork.first, log, event_keys), _entry(fork.second, log, event_keys)
    if fork.proof:
        raise NoFork("a proof that entries do not need")
    # Whoever passes an entry on could leave out one of several signatures; what was signed is the header.
    if first.header.seq != second.header.seq or first.header_bytes == second.header_bytes:
        raise NoFork("two entries that can stand in one log")


def _checkpoint_and_entry(fork: Fork, log: str, event_keys: EventKeys, keys: list[bytes]) -> None:
    note, entry = _checkpoint(fork.first, log, keys), _entry(fork.second, log, event_keys)
    leaf, *path = _hashes(fork.proof) or [b""]
    if not merkle.verify_inclusion(leaf, entry.header.seq - 1, note.checkpoint.size, path, note.checkpoint.root):
        raise NoFork("the proof does not show what stands before the entry")
    if entry.header.prev == leaf.hex():
        raise NoFork("the entry continues what the checkpoint covers")


def _checkpoints(fork: Fork, log: str, keys: list[bytes]) -> None:
    first, second = _checkpoint(fork.first, log, keys), _checkpoint(fork.second, log, keys)
    shown = _hashes(fork.proof)
    old, new = first.checkpoint, second.checkpoint
    if old.size == new.size and not shown:
        if old.root != new.root:
            return
        raise NoFork("one checkpoint given twice")
    if not shown or not 0 < old.size < new.size:
        raise NoFork("two checkpoints without what shows that they do not fit")
    if not merkle.verify_consistency(old.size, shown[0], new.size, new.root, shown[1:]):
        raise NoFork("the proof does not lead to the second checkpoint")
    if shown[0] == old.root:
        raise NoFork("the second checkpoint extends the first")


def _entry(data: bytes, log: str, event_keys: EventKeys) -> envelope.Entry:
    entry = envelope.parse(data)
    if entry.header.log != log:
        raise NoFork("an entry of another log")
    envelope.verify(entry, event_keys(entry))
    return entry


def _checkpoint(data: bytes, log: str, keys: list[bytes]) -> notes.Note:
    note = notes.parse(data)
    if note.checkpoint.log != log or len(note.lines) != 1:
        raise NoFork("a checkpoint of another log, or with more than its author's signature")
    notes.check_author(note, keys)
    return note


def _hashes(proof: bytes) -> list[bytes]:
    lines = proof.split(b"\n")
    try:
        found = [base64.b64decode(line, validate=True) for line in lines[:-1]]
    except binascii.Error as error:
        raise NoFork("an unreadable proof") from error
    if hashes(found) != proof or len(found) > MOST_HASHES or any(len(item) != 32 for item in found):
        raise NoFork("an unreadable proof")
    return found
