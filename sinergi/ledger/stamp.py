"""Time-stamps by a third party (RFC 3161): what is asked, and when an answer proves a time. Pure.

What is stamped is the text of a checkpoint, the three lines that its author and its cosigners sign too. So one stamp
covers every record below that size, and the authority learns a hash and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from sinergi.kernel.errors import Broken

# Certificates and one signature; an honest answer has 2 to 8 KiB.
LARGEST_REPLY = 64 * 1024
_SHA256 = "2.16.840.1.101.3.4.2.1"


class BadStamp(Broken):
    """The answer proves no time of this checkpoint; the message says why, in English for the console."""


def request(text: bytes) -> tuple[bytes, int]:
    """What an authority is asked about this text, and the number that its answer must repeat."""
    made = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    assert made.nonce is not None, "the builder makes one"
    return made.as_bytes(), made.nonce


def check(reply: bytes, text: bytes, roots: Sequence[bytes], nonce: int | None = None) -> datetime:
    """The time at which an authority trusted by one of these certificates (PEM) saw the text. Raises BadStamp.

    The authority's certificate must have been good at that very time, not today: stamps outlive certificates.
    """
    found = _covering(reply, text)
    try:
        verifier = VerifierBuilder(roots=[root for pem in roots for root in certificates(pem)], nonce=nonce).build()
        verifier.verify(found, hashlib.sha256(text).digest())
    except (VerificationError, ValueError, x509.InvalidVersion) as error:
        raise BadStamp(f"a time-stamp that does not hold: {error}") from error
    return _time(found)


def certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file. Raises BadStamp where there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise BadStamp("not a certificate in PEM") from error


def fingerprint(pem: bytes) -> str:
    """What names an authority: SHA-256 over its trusted certificates, hex."""
    return hashlib.sha256(b"".join(one.public_bytes(Encoding.DER) for one in certificates(pem))).hexdigest()


def _covering(reply: bytes, text: bytes) -> TimeStampResponse:
    if len(reply) > LARGEST_REPLY:
        raise BadStamp(f"a time-stamp of {len(reply)} bytes")
    try:
        found = decode_timestamp_response(reply)
        imprint = found.tst_info.message_imprint
        same = (imprint.hash_algorithm.dotted_string, imprint.message) == (_SHA256, hashlib.sha256(text).digest())
    except ValueError as error:
        raise BadStamp("not a time-stamp, or a refusal") from error
    # The library reads on past odd encodings; what is kept must be the one spelling of what was understood.
    if found.as_bytes() != reply:
        raise BadStamp("a time-stamp in an unusual spelling")
    if not same:
        raise BadStamp("a time-stamp of something else")
    return found


def _time(found: TimeStampResponse) -> datetime:
    return found.tst_info.gen_time.astimezone(UTC)
