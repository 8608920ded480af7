"""Sealed objects: only the agency for which a file was sealed can open it. docs/protocol/sealed.md is normative.

A random key per object encrypts the file in pieces (AES-256-GCM), so that it can be written and read as a stream; HPKE
(RFC 9180) wraps that key to the recipient's encryption key and binds it to the terms under which the file was sealed.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.exceptions import RuntimeError as NotAKey
from nacl.signing import SigningKey, VerifyKey

from sinergi.kernel import canonical
from sinergi.kernel.errors import Broken

MAGIC = b"sinergi sealed v1\n"
PIECE = 64 * 1024
_TAG = 16
_KEY_BYTES = 32
# What HPKE adds to a key: its own public key and a tag.
_WRAPPED = 32 + _KEY_BYTES + _TAG
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class BadSeal(Broken):
    """The bytes are no object sealed for this key under these terms, or they were changed."""


def seal(plain: BinaryIO, into: BinaryIO, *, recipient: bytes, terms: Mapping[str, Any]) -> tuple[str, int]:
    """Write `plain` sealed for `recipient` (public encryption key, 32 bytes) into `into`; SHA-256 in hex, and size.

    Raises BadSeal where that key cannot be used.
    """
    key = AESGCM.generate_key(bit_length=256)
    try:
        public = VerifyKey(recipient).to_curve25519_public_key()
    except (NotAKey, ValueError) as error:
        raise BadSeal("the recipient's encryption key is none") from error
    head = MAGIC + _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(bytes(public)), info=_info(terms))
    whole, size = hashlib.sha256(), 0

    def write(data: bytes) -> None:
        nonlocal size
        whole.update(data)
        size += len(data)
        into.write(data)

    write(head)
    cipher, bound = AESGCM(key), hashlib.sha256(head).digest()
    piece, place = plain.read(PIECE), 0
    while True:
        following = plain.read(PIECE) if len(piece) == PIECE else b""
        write(cipher.encrypt(_nonce(place, is_last=not following), piece, bound))
        if not following:
            return whole.hexdigest(), size
        piece, place = following, place + 1


def unseal(sealed: BinaryIO, *, key: SigningKey, terms: Mapping[str, Any]) -> Iterator[bytes]:
    """The pieces of the file in order, each already proven. Raises BadSeal; what came before it was true, and is not
    the whole."""
    head = sealed.read(len(MAGIC) + _WRAPPED)
    if len(head) != len(MAGIC) + _WRAPPED or not head.startswith(MAGIC):
        raise BadSeal("no sealed object")
    private = X25519PrivateKey.from_private_bytes(bytes(key.to_curve25519_private_key()))
    try:
        secret = _SUITE.decrypt(head[len(MAGIC) :], private, info=_info(terms))
    except (InvalidTag, ValueError) as error:
        raise BadSeal("sealed for another key or under other terms") from error
    if len(secret) != _KEY_BYTES:
        raise BadSeal("a key of another length")
    cipher, bound = AESGCM(secret), hashlib.sha256(head).digest()
    piece, place = sealed.read(PIECE + _TAG), 0
    while True:
        following = sealed.read(PIECE + _TAG)
        try:
            plain = cipher.decrypt(_nonce(place, is_last=not following), piece, bound)
        except (InvalidTag, ValueError) as error:
            raise BadSeal(f"piece {place} was changed, or the object was cut") from error
        yield plain
        if not following:
            return
        piece, place = following, place + 1


def _info(terms: Mapping[str, Any]) -> bytes:
    return MAGIC + canonical.encode(dict(terms))


def _nonce(place: int, *, is_last: bool) -> bytes:
    """Eleven bytes of the piece's place and one that marks the last: no piece can be moved, left out or cut off."""
    return struct.pack(">3xQB", place, is_last)
