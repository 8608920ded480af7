"""A bundle: a run of entries of one log with the proof that it belongs to a signed checkpoint.

Pure: bytes in, verdict out. Each bundle is verified and stored alone, so an interrupted transfer resumes at the next.
The normative page is docs/protocol/sync.md; the numbered steps below are its steps.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import envelope, merkle

ENTRIES_PER_BUNDLE = 256
LARGEST_BUNDLE = 8 * 1024 * 1024


class BadBundle(Broken):
    """The bundle does not verify; `step` is the number of the step that failed. Nothing of it may be stored."""

    def __init__(self, step: int, why: str) -> None:
        super().__init__(f"step {step}: {why}")
        self.step = step


class Contradicted(BadBundle):
    """An entry that cannot stand in the log as we hold it; if the author signed it, it told two histories."""

    def __init__(self, why: str, entry: bytes) -> None:
        super().__init__(3, why)
        self.entry = entry


class Bundle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Entries `start`… of a log, the author's checkpoint, and the proof from the last entry to that checkpoint."""

    log: str
    start: int
    checkpoint: str
    entries: list[str]
    proof: list[str]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver already holds of the log: its frontier, chain and newest verified checkpoint."""

    log: str
    agency: str
    frontier: merkle.Frontier
    head: str
    head_lam: int
    checkpoint: notes.Checkpoint | None


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that passed every step: parsed entries, the frontier after them, the proof from it to the checkpoint."""

    entries: list[envelope.Entry]
    frontier: merkle.Frontier
    checkpoint: notes.Checkpoint
    note: bytes
    nodes: list[tuple[int, int, bytes]]
    proof: list[bytes]


Keys = Callable[[envelope.Entry], dict[str, bytes]]
"""Event keys the author of this entry may sign with, by key id. Raises BadEnvelope where it may sign with none."""


def encode(bundle: Bundle) -> bytes:
    """The bytes that travel."""
    return msgspec.json.encode(bundle)


def decode(data: bytes) -> Bundle:
    """Read a bundle without judging it. Raises BadBundle, step 1."""
    if len(data) > LARGEST_BUNDLE:
        raise BadBundle(1, f"{len(data)} bytes, more than {LARGEST_BUNDLE}")
    try:
        bundle = msgspec.json.decode(data, type=Bundle)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeError) as error:
        raise BadBundle(1, "not a bundle") from error
    if len(bundle.entries) > ENTRIES_PER_BUNDLE or len(bundle.proof) > 64:
        raise BadBundle(1, "too many entries")
    return bundle


def check(bundle: Bundle, known: Known, keys: Keys, checkpoint_keys: Callable[[], list[bytes]]) -> Verified:
    """Judge a bundle against what is known. Raises BadBundle or BadEnvelope; returns what to store."""
    # 2. It is a bundle of this log and continues exactly where the receiver stands.
    if bundle.log != known.log or bundle.start != known.frontier.size:
        raise BadBundle(2, f"starts at {bundle.start} where {known.frontier.size} is expected")
    # 3. Every entry parses, belongs to this author and log, and continues the chain.
    entries = _chain(bundle, known)
    # 4. Every signature holds under a key the author may use.
    for entry in entries:
        envelope.verify(entry, keys(entry))
    # 5. The checkpoint is of this log and signed by its author.
    try:
        note = notes.parse(bundle.checkpoint.encode())
        notes.check_author(note, checkpoint_keys())
    except notes.BadNote as error:
        raise BadBundle(5, str(error)) from error
    claimed = note.checkpoint
    if claimed.log != known.log:
        raise BadBundle(5, "a checkpoint of another log")
    # 6. The checkpoint does not go back behind one already verified.
    _no_rollback(known, claimed)
    # 7. The tree over our copy and these entries is a prefix of the checkpoint's tree.
    grown, nodes = _grow(known.frontier, entries)
    proof = _hashes(bundle.proof)
    _extends(grown, claimed, proof)
    return Verified(entries=entries, frontier=grown, checkpoint=claimed, note=note.data, nodes=nodes, proof=proof)


def _chain(bundle: Bundle, known: Known) -> list[envelope.Entry]:
    entries, previous, lam = [], known.head, known.head_lam
    for offset, text in enumerate(bundle.entries):
        entry = envelope.parse(text.encode())
        header = entry.header
        if header.log != known.log or header.agency != known.agency:
            raise BadBundle(3, "an entry of another log")
        if header.seq != bundle.start + offset:
            raise BadBundle(3, f"entry {bundle.start + offset} stands at another place")
        if header.prev != previous:
            why = f"entry {header.seq} does not continue the chain"
            raise BadBundle(3, why) if offset else Contradicted(why, entry.data)
        if header.lam <= lam:
            raise BadBundle(3, f"entry {header.seq}: its Lamport number does not grow")
        previous, lam = entry.leaf.hex(), header.lam
        entries.append(entry)
    return entries


def _no_rollback(known: Known, claimed: notes.Checkpoint) -> None:
    last = known.checkpoint
    if last is None:
        return
    if claimed.size < last.size:
        raise BadBundle(6, f"the log shrank from {last.size} to {claimed.size}")
    if claimed.size == last.size and claimed.root != last.root:
        raise BadBundle(6, "two roots for one size")


def _grow(
    frontier: merkle.Frontier, entries: list[envelope.Entry]
) -> tuple[merkle.Frontier, list[tuple[int, int, bytes]]]:
    grown, nodes = frontier.copy(), []
    for entry in entries:
        nodes.extend(grown.append(entry.leaf)[1:])
    return grown, nodes


def _extends(grown: merkle.Frontier, claimed: notes.Checkpoint, proof: list[bytes]) -> None:
    if grown.size > claimed.size:
        raise BadBundle(7, "more entries than the checkpoint covers")
    if grown.size == 0:
        return
    if not merkle.verify_consistency(grown.size, grown.root(), claimed.size, claimed.root, proof):
        raise BadBundle(7, "the entries are not the ones the checkpoint covers")


def _hashes(texts: list[str]) -> list[bytes]:
    try:
        hashes = [bytes.fromhex(text) for text in texts]
    except (ValueError, binascii.Error) as error:
        raise BadBundle(7, "an unreadable proof") from error
    if any(len(item) != 32 for item in hashes):
        raise BadBundle(7, "an unreadable proof")
    return hashes
