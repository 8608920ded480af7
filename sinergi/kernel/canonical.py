"""Canonical JSON: a strict profile of RFC 8785, the only JSON that is ever signed.

ASCII keys in sorted order, strings in Unicode NFC, booleans, null, integers within ±(2**53 - 1), lists and objects.
No floats, no duplicate keys, no white space, no lone surrogates. Depth and size are limited by the caller's format.
Everything outside the profile is refused with `NotCanonical`, on every node alike.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec

from sinergi.kernel.errors import Broken

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 12

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder()


class NotCanonical(Broken):
    """The bytes are not the one canonical form of what they say."""


def encode(value: Any) -> bytes:
    """Return the canonical bytes of plain data (dict, list, str, int, bool, None) or of a msgspec struct.

    Raises NotCanonical where the value has no canonical form.
    """
    plain = msgspec.to_builtins(value, order="sorted")
    check(plain)
    return _encoder.encode(plain)


def encode_checked(value: Any) -> bytes:
    """As `encode`, of a value built from plain data that `check` has passed."""
    return _encoder.encode(value)


def decode(data: bytes, *, limit: int) -> Any:
    """Return the plain data in `data`, at most `limit` bytes long. Raises NotCanonical for any other bytes."""
    if len(data) > limit:
        raise NotCanonical(f"{len(data)} bytes, more than the {limit} allowed")
    try:
        plain = _decoder.decode(data)
        check(plain)
        again = _encoder.encode(plain)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotCanonical("not JSON of the canonical profile") from error
    if again != data:
        raise NotCanonical("not in canonical form (order, white space, escapes or a key given twice)")
    return plain


def check(value: Any, depth: int = 0) -> None:
    """Raise NotCanonical unless `value` is inside the profile."""
    if depth > DEEPEST:
        raise NotCanonical(f"nested deeper than {DEEPEST}")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical("a key that is not ASCII text")
            # Most of what is signed is short ASCII text one level down: it needs no call of its own.
            if depth == DEEPEST or type(item) is not str or not item.isascii():
                check(item, depth + 1)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical("an integer beyond 2**53 - 1")
    elif isinstance(value, list | tuple):
        for item in value:
            check(item, depth + 1)
    else:
        raise NotCanonical(f"{type(value).__name__} has no canonical form")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("text not in Unicode NFC")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise NotCanonical("a lone surrogate")
