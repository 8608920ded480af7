"""The envelope: the signed header of one fact, its exact bytes and the numbered steps that check it.

docs/protocol/envelope.md is the normative page; the constants and the order of the steps here follow it. Nothing in
this module reads a clock, a file or a table.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from typing import Any

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from sinergi.kernel import canonical
from sinergi.kernel.errors import Broken
from sinergi.kernel.ids import is_event_id, record_key
from sinergi.kernel.instants import from_text

VERSION = 1
SUITE = "ed25519-sha256"
PAYLOAD_TYPE = "application/vnd.sinergi.event.v1+json"
MANIFEST_TYPE = "application/vnd.sinergi.manifest.v1+json"
LARGEST_HEADER = 64 * 1024
LARGEST_BODY = 4 * 1024 * 1024
MOST_SIGNATURES = 8
SALT_BYTES = 32
NOTHING_BEFORE = "0" * 64

ROLES = ("facts", "identity", "internal")  # and exercise/<name>
STATUSES = ("actual", "exercise", "test")
CLASSES = ("terbuka", "terbatas", "rahasia", "sangat_rahasia")

_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_HEX = re.compile(r"[0-9a-f]*")
_RECORD_KEY = re.compile(r"[a-z2-7]{26}")


class BadEnvelope(Broken):
    """The bytes are not a well-formed, correctly signed entry. `step` is the number of the step that failed."""

    def __init__(self, step: int, why: str) -> None:
        super().__init__(f"step {step}: {why}")
        self.step = step


class Official(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who acted: a random pseudonym and an office. The name lives in an erasable place."""

    id: str
    office: str
    acting: bool = False


class Commitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the header says of the erasable body: SHA-256 over salt and body, size in bytes, media type, schema hash."""

    hash: str
    size: int
    type: str = "application/json"
    schema: str = ""


class Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the body is encrypted: suite and the id of the wrapped-key record. Never the wrapped key itself."""

    suite: str
    key: str


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the author had folded another log: its size and the root of its tree at that size."""

    size: int
    root: str


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is signed and what enters the tree. Never personal data. Fields are described in the protocol page."""

    v: int
    suite: str
    log: str
    agency: str
    role: str
    seq: int
    prev: str
    agr: str
    type: str
    tv: int
    id: str
    t: str
    kid: str
    lam: int
    facts: dict[str, Any]
    agr_rev: int = 0
    must: bool = False
    status: str = "actual"
    cls: str = msgspec.field(default="terbuka", name="class")
    seen: dict[str, Seen] = {}
    refs: list[str] = []
    corr: str = ""
    exp: str = ""
    purpose: str = ""
    legal: str = ""
    obligation: str = ""
    pl: Commitment | None = None
    enc: Sealed | None = None
    actor: Official | None = None

    @property
    def key(self) -> str:
        """The record's 26-letter key."""
        return record_key(self.log, self.id)


class Signature(msgspec.Struct, frozen=True):
    """One signature line of an entry: algorithm, key id, raw signature."""

    alg: str
    kid: str
    value: bytes


class Entry(msgspec.Struct, frozen=True):
    """One parsed entry: the exact bytes as received and what they say."""

    data: bytes
    header_bytes: bytes
    header: Header
    signatures: tuple[Signature, ...]

    @property
    def leaf(self) -> bytes:
        """RFC 6962 leaf hash over the exact bytes."""
        return leaf_hash(self.data)


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962, section 2.1: SHA-256 over 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def log_id(agreement: str, agency: str, role: str) -> str:
    """The opaque origin of a log: no readable name leaks to outside witnesses."""
    return hashlib.sha256(f"sinergi log v1\n{agreement}\n{agency}\n{role}\n".encode("ascii")).hexdigest()


def key_id(public: bytes) -> str:
    """The id by which headers name a key: the first 16 bytes of its SHA-256, in hex."""
    return hashlib.sha256(public).hexdigest()[:32]


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """DSSE v1 pre-authentication encoding: what is really signed."""
    kind = payload_type.encode("ascii")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def commit(body: bytes, salt: bytes) -> str:
    """Salted commitment to a body, in hex. The salt keeps a low-entropy body from being guessed after its erasure."""
    return hashlib.sha256(salt + body).hexdigest()


def new_salt() -> bytes:
    """32 random bytes."""
    return os.urandom(SALT_BYTES)


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """The one verdict on Ed25519, libsodium's: strict range of S, no small-order or non-canonical points."""
    try:
        VerifyKey(public).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def is_hex(text: str, length: int) -> bool:
    """Whether `text` is exactly `length` lower-case hexadecimal digits: one value, one spelling."""
    return len(text) == length and _HEX.fullmatch(text) is not None


def seal(header: Header, *signers: SigningKey) -> bytes:
    """Encode and sign a header: the bytes of the entry. The first signer is the agency's event key."""
    header_bytes = canonical.encode(header)
    if len(header_bytes) > LARGEST_HEADER:
        raise BadEnvelope(1, f"a header of {len(header_bytes)} bytes")
    message = pre_authentication(PAYLOAD_TYPE, header_bytes)
    return header_bytes + b"\n" + b"".join(_signature_line(signer, message) for signer in signers)


def parse(data: bytes) -> Entry:
    """Read one entry without judging its signatures. Raises BadEnvelope naming the step that failed.

    Steps 1 to 5 of docs/protocol/envelope.md; steps 6 and 7 are `verify`.
    """
    # 1. Size, before anything looks inside.
    if len(data) > LARGEST_HEADER + 4096:
        raise BadEnvelope(1, f"{len(data)} bytes")
    # 2. One header line, then signature lines, each ending in a line feed.
    header_bytes, found, tail = data.partition(b"\n")
    lines = tail.split(b"\n")
    if not found or lines[-1] != b"" or not 1 <= len(lines) - 1 <= MOST_SIGNATURES:
        raise BadEnvelope(2, "not a header line followed by signature lines")
    # 3. The header is canonical and has exactly the known fields in their one form.
    try:
        plain = canonical.decode(header_bytes, limit=LARGEST_HEADER)
        header = msgspec.convert(plain, Header, strict=True)
    except (canonical.NotCanonical, msgspec.ValidationError) as error:
        raise BadEnvelope(3, str(error)) from error
    if canonical.encode_checked(header) != header_bytes:
        raise BadEnvelope(3, "a field given with its default value")
    # 4. Closed words and shapes.
    _check_words(header)
    # 5. The signature lines.
    return Entry(data, header_bytes, header, tuple(_parse_signature(line) for line in lines[:-1]))


def header_of(data: bytes) -> Header:
    """The header of an entry that passed `parse` before it was stored; nothing is judged again."""
    return msgspec.json.decode(data[: data.index(b"\n")], type=Header)


def verify(entry: Entry, public_keys: dict[str, bytes]) -> None:
    """Check the signatures of a parsed entry against the keys its author may use for events.

    Raises BadEnvelope: step 6 for an unknown or missing key, step 7 for a bad signature.
    """
    message = pre_authentication(PAYLOAD_TYPE, entry.header_bytes)
    # 6. The first line is the event key that the header names; every line's key is known.
    if entry.signatures[0].kid != entry.header.kid:
        raise BadEnvelope(6, "the first signature is not by the key the header names")
    if len({line.kid for line in entry.signatures}) != len(entry.signatures):
        raise BadEnvelope(6, "one key signs twice")
    for line in entry.signatures:
        if line.kid not in public_keys:
            raise BadEnvelope(6, f"key {line.kid} is not one of the author's event keys")
        # 7. Every signature holds.
        if not verify_signature(public_keys[line.kid], message, line.value):
            raise BadEnvelope(7, f"the signature by key {line.kid} does not hold")


def _check_words(header: Header) -> None:
    _holds(header.v == VERSION and header.suite == SUITE, "an unknown version or suite")
    _holds(header.role in ROLES or _is_exercise_role(header.role), "an unknown role")
    _holds(header.status in STATUSES, "an unknown status")
    _holds(header.role.startswith("exercise/") <= (header.status == "exercise"), "an exercise log with another status")
    _holds((header.role == "facts") <= (header.status != "exercise"), "an exercise outside its own log")
    _holds(header.cls in CLASSES, "an unknown data class")
    _holds(is_hex(header.agency, 64) and is_hex(header.prev, 64), "agency or prev is not a hash")
    _holds(header.agr == "" or is_hex(header.agr, 64), "agr is not a hash")
    _holds((header.agr == "") == (header.role in ("identity", "internal")), "role and agreement do not fit")
    _holds(header.log == log_id(header.agr, header.agency, header.role), "log is not the log of its author")
    _holds(header.seq >= 0 and (header.seq == 0) == (header.prev == NOTHING_BEFORE), "seq and prev do not fit")
    _holds(header.lam >= 1 and header.tv >= 1 and header.agr_rev >= 0, "a counter below its range")
    _holds(is_event_id(header.id), "id is not a UUID")
    _holds(header.corr == "" or is_event_id(header.corr), "corr is not a UUID")
    _holds(len(header.type) <= 80 and _KIND.fullmatch(header.type) is not None, "type is not a kind")
    _holds(is_hex(header.kid, 32), "kid is not a key id")
    _holds(header.log not in header.seen and len(header.seen) <= 64, "seen names its own log or too many")
    for log, mark in header.seen.items():
        _holds(is_hex(log, 64) and mark.size > 0 and is_hex(mark.root, 64), "seen is malformed")
    _holds(header.refs == sorted(set(header.refs)) and len(header.refs) <= 256, "refs are not sorted")
    _holds(all(_RECORD_KEY.fullmatch(ref) for ref in header.refs), "refs are not record keys")
    _holds(_is_instant(header.t) and (header.exp == "" or _is_instant(header.exp)), "t or exp is not an instant")
    for code in (header.purpose, header.legal, header.obligation):
        _holds(len(code) <= 120 and _is_printable(code), "purpose, legal or obligation is not a code")
    if header.pl is not None:
        _holds(is_hex(header.pl.hash, 64) and header.pl.size >= 0, "pl is malformed")
        _holds(header.pl.schema == "" or is_hex(header.pl.schema, 64), "pl is malformed")
        _holds(_is_word(header.pl.type), "pl is malformed")
    if header.enc is not None:
        _holds(_is_word(header.enc.suite) and _is_word(header.enc.key), "enc is malformed")
    if header.actor is not None:
        _holds(_is_word(header.actor.id) and _is_word(header.actor.office), "actor is not a pseudonym and an office")


def _holds(condition: bool, why: str) -> None:
    if not condition:
        raise BadEnvelope(4, why)


def _signature_line(signer: SigningKey, message: bytes) -> bytes:
    value = signer.sign(message).signature
    kid = key_id(bytes(signer.verify_key))
    return b"ed25519 %s %s\n" % (kid.encode("ascii"), base64.b64encode(value))


def _parse_signature(line: bytes) -> Signature:
    parts = line.split(b" ")
    if len(parts) != 3 or parts[0] != b"ed25519":
        raise BadEnvelope(5, "an unknown signature line")
    try:
        kid = parts[1].decode("ascii")
        value = base64.b64decode(parts[2], validate=True)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise BadEnvelope(5, "an unreadable signature line") from error
    # Base64 has several spellings of one value; only the usual one counts, so no byte can change unnoticed.
    if base64.b64encode(value) != parts[2] or len(value) != 64 or not is_hex(kid, 32):
        raise BadEnvelope(5, "an unreadable signature line")
    return Signature("ed25519", kid, value)


def _is_exercise_role(role: str) -> bool:
    name = role.removeprefix("exercise/")
    return name != role and 0 < len(name) <= 40 and all(letter.isalnum() or letter == "-" for letter in name) \
        and name.isascii()  # fmt: skip


def _is_printable(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _is_word(text: str) -> bool:
    return 0 < len(text) <= 80 and _is_printable(text) and " " not in text


def _is_instant(text: str) -> bool:
    try:
        from_text(text)
    except (ValueError, OverflowError):
        return False
    return True
