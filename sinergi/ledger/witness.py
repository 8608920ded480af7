"""What a witness is asked and what it answers: C2SP tlog-witness, `add-checkpoint`. Pure.

An outside witness is party to nothing and holds no entry of a log, only the size and root it cosigned last. It cosigns
a larger tree where a proof shows that this one extends what it cosigned before (docs/protocol/witness.md).
"""

from __future__ import annotations

import base64
import binascii
import re

import msgspec

from sinergi.kernel.errors import Broken
from sinergi.ledger import checkpoint as notes
from sinergi.ledger import merkle

# C2SP tlog-witness: a client must not send more.
MOST_HASHES = 63
_HASH_LINE = 45
LARGEST_REQUEST = notes.LARGEST_NOTE + MOST_HASHES * _HASH_LINE + 32

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,15})")


class UnknownOrigin(Broken):
    """The checkpoint is of no log that a witness of Sinergi may know."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request: the size the client thinks was cosigned last, the proof from there, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: notes.Note


class Seen(msgspec.Struct, frozen=True):
    """The largest tree of one log that this witness has cosigned; size 0 where there was none."""

    size: int = 0
    root: bytes = merkle.EMPTY_ROOT


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`status` as HTTP tells it: 200 cosign, 400, 409 another size or root, 422 no proof.

    `forked`: the proof shows that the author signed two histories; `shown` is then the root that its larger tree had
    at the size cosigned last and the proof from there, empty where both trees have one size.
    """

    status: int
    forked: bool = False
    shown: tuple[bytes, ...] = ()


def encode(old: int, proof: list[bytes], note: bytes) -> bytes:
    """The body of a request."""
    lines = "".join(base64.b64encode(item).decode("ascii") + "\n" for item in proof)
    return f"old {old}\n{lines}\n".encode("ascii") + note


def read(data: bytes) -> Asked:
    """Take a request apart; no signature is judged. Raises BadNote, or UnknownOrigin for other people's logs."""
    if len(data) > LARGEST_REQUEST:
        raise notes.BadNote(f"a request of {len(data)} bytes")
    head, found, note = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    size = _OLD.fullmatch(first)
    if not found or size is None or len(lines) > MOST_HASHES:
        raise notes.BadNote("not a request to a witness")
    proof = tuple(_hash(line) for line in lines)
    if not note.startswith(notes.origin("").encode()):
        raise UnknownOrigin("a checkpoint of a log this witness does not know")
    return Asked(old=int(size[1]), proof=proof, note=notes.parse(note))


def judge(asked: Asked, seen: Seen) -> Verdict:
    """Whether the checkpoint may be cosigned after `seen`. That its author signed it was checked before."""
    new = asked.note.checkpoint
    if asked.old > new.size or new.size == 0:
        return Verdict(status=400)
    if seen.size == new.size and seen.root != new.root:
        # Both were signed by the author: nobody needs to ask for a proof.
        return Verdict(status=409, forked=True)
    if asked.old != seen.size:
        return Verdict(status=409)
    if asked.old == 0:
        return Verdict(status=200 if not asked.proof else 422)
    if merkle.verify_consistency(asked.old, seen.root, new.size, new.root, list(asked.proof)):
        return Verdict(status=200)
    shown = merkle.other_beginning(asked.old, seen.root, new.size, new.root, list(asked.proof))
    return Verdict(status=422, forked=shown is not None, shown=tuple(shown or ()))


def _hash(line: bytes) -> bytes:
    try:
        value = base64.b64decode(line, validate=True)
    except (ValueError, binascii.Error) as error:
        raise notes.BadNote("an unreadable proof") from error
    if len(value) != 32 or base64.b64encode(value) != line:
        raise notes.BadNote("an unreadable proof")
    return value
