"""Checkpoints and cosignatures: C2SP signed-note, tlog-checkpoint, tlog-cosignature. Pure.

A checkpoint says "my log has this size and this root". A cosignature by another party says "I have seen it, and it
extends every one I saw before" (witness) or "and I have stored its entries" (mirror). Inside a bundle an unknown
signature line is an error, unlike in the wild, where C2SP tells readers to ignore it: a bundle must not change by a
byte unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

import msgspec
from nacl.signing import SigningKey

from sinergi.kernel.errors import Broken
from sinergi.ledger.envelope import verify_signature

LARGEST_NOTE = 16 * 1024
ED25519 = b"\x01"
COSIGNATURE = b"\x04"


class BadNote(Broken):
    """The bytes are not a well-formed note, or a signature on it does not hold."""


class Checkpoint(msgspec.Struct, frozen=True):
    """Size and root of one log at one moment."""

    log: str
    size: int
    root: bytes

    @property
    def body(self) -> bytes:
        """The note's text, the part that is signed."""
        return f"{origin(self.log)}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n".encode("ascii")


class NoteLine(msgspec.Struct, frozen=True):
    """One signature line of a note: the key's name, its four-byte id and the rest of the signature."""

    name: str
    key_hash: bytes
    value: bytes


class Note(msgspec.Struct, frozen=True):
    """A parsed note: its checkpoint and its signature lines, none of them judged yet."""

    data: bytes
    checkpoint: Checkpoint
    lines: tuple[NoteLine, ...]


def origin(log: str) -> str:
    """The origin line of a log's checkpoints."""
    return f"sinergi.invalid/log/{log}"


def key_name(agency: str, use: str) -> str:
    """The name under which an agency cosigns notes: use is witness or mirror. A log's own name is its origin."""
    return f"sinergi.invalid/agency/{agency[:32]}/{use}"


def key_hash(name: str, algorithm: bytes, public: bytes) -> bytes:
    """The four-byte key id of a note signature (C2SP signed-note)."""
    return hashlib.sha256(name.encode("ascii") + b"\n" + algorithm + public).digest()[:4]


def sign(checkpoint: Checkpoint, signer: SigningKey) -> bytes:
    """The log's own signed checkpoint: a whole note. The key's name is the log's origin, as C2SP asks."""
    name = origin(checkpoint.log)
    identity = key_hash(name, ED25519, bytes(signer.verify_key))
    value = signer.sign(checkpoint.body).signature
    return checkpoint.body + b"\n" + _line(name, identity + value)


def cosign(checkpoint: Checkpoint, agency: str, use: str, signer: SigningKey, at: int) -> bytes:
    """One cosignature line (C2SP tlog-cosignature, cosignature/v1); `at` is in seconds since 1970."""
    name = key_name(agency, use)
    identity = key_hash(name, COSIGNATURE, bytes(signer.verify_key))
    value = signer.sign(_cosigned_message(checkpoint, at)).signature
    return _line(name, identity + struct.pack(">Q", at) + value)


def parse(data: bytes) -> Note:
    """Read a note without judging its signatures. Raises BadNote."""
    if len(data) > LARGEST_NOTE:
        raise BadNote(f"a note of {len(data)} bytes")
    body, found, tail = data.partition(b"\n\n")
    try:
        first, size_text, root_text = body.decode("ascii").split("\n")
        root = base64.b64decode(root_text, validate=True)
    except (UnicodeDecodeError, ValueError, binascii.Error) as error:
        raise BadNote("not a checkpoint") from error
    log = first.removeprefix(origin(""))
    if log == first or len(log) != 64 or len(root) != 32 or not size_text.isdecimal() or len(size_text) > 16:
        raise BadNote("not a checkpoint of a log")
    checkpoint = Checkpoint(log, int(size_text), root)
    if not found or checkpoint.body != body + b"\n":
        raise BadNote("a checkpoint in an unusual spelling")
    return Note(data, checkpoint, parse_lines(tail))


def parse_lines(data: bytes) -> tuple[NoteLine, ...]:
    """Read signature lines: at least one, each ending in a line feed. Raises BadNote."""
    lines = data.split(b"\n")
    if lines[-1] != b"" or len(lines) < 2:
        raise BadNote("no signature line")
    return tuple(_parse_line(line) for line in lines[:-1])


def check_own_signature(note: Note, public: bytes) -> None:
    """Check that the log's author signed. Raises BadNote."""
    name = origin(note.checkpoint.log)
    identity = key_hash(name, ED25519, public)
    for line in note.lines:
        if line.name == name and line.key_hash == identity:
            if verify_signature(public, note.checkpoint.body, line.value):
                return
            raise BadNote("the author's signature on the checkpoint does not hold")
    raise BadNote("the log's author did not sign the checkpoint")


def check_author(note: Note, keys: list[bytes]) -> None:
    """Raises BadNote unless one of the author's checkpoint keys signed it."""
    for public in keys[:-1]:
        try:
            check_own_signature(note, public)
            return
        except BadNote:
            continue
    if not keys:
        raise BadNote("no checkpoint key of its author is known")
    check_own_signature(note, keys[-1])


def check_cosignature(line: NoteLine, checkpoint: Checkpoint, agency: str, use: str, public: bytes) -> int:
    """Check one cosignature line; returns the witness's clock in seconds. Raises BadNote."""
    name = key_name(agency, use)
    if line.name != name or line.key_hash != key_hash(name, COSIGNATURE, public) or len(line.value) != 72:
        raise BadNote(f"not a {use} cosignature of this agency")
    at = struct.unpack(">Q", line.value[:8])[0]
    if not verify_signature(public, _cosigned_message(checkpoint, at), line.value[8:]):
        raise BadNote("a cosignature that does not hold")
    return int(at)


def _cosigned_message(checkpoint: Checkpoint, at: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % at + checkpoint.body


def _line(name: str, value: bytes) -> bytes:
    return "— {} {}\n".format(name, base64.b64encode(value).decode("ascii")).encode()


def _parse_line(line: bytes) -> NoteLine:
    try:
        dash, name, text = line.decode("utf-8").split(" ")
        value = base64.b64decode(text, validate=True)
    except (UnicodeDecodeError, ValueError, binascii.Error) as error:
        raise BadNote("an unreadable signature line") from error
    # C2SP: a name has no space (split above saw to U+0020) and no plus; a note has no control characters.
    if not name.isprintable() or any(letter.isspace() or letter == "+" for letter in name):
        raise BadNote("an unreadable signature line")
    if dash != "—" or not name or base64.b64encode(value).decode("ascii") != text or len(value) < 5:
        raise BadNote("an unreadable signature line")
    return NoteLine(name, value[:4], value[4:])


def line_bytes(line: NoteLine) -> bytes:
    """The bytes of a parsed signature line."""
    return _line(line.name, line.key_hash + line.value)
