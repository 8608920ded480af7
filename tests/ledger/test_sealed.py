"""Sealed objects: they open for their recipient under their terms, whole, and in no other way."""

from __future__ import annotations

import io
import os

import pytest
from nacl.signing import SigningKey

from sinergi.ledger import sealed

KEY = SigningKey(b"\x01" * 32)
TERMS = {"agreement": "ab", "uses_until": "2024-03-01"}
HEAD = len(sealed.MAGIC) + 80
STEP = sealed.PIECE + 16


def made(plain: bytes, key: SigningKey = KEY) -> bytes:
    file = io.BytesIO()
    digest, size = sealed.seal(io.BytesIO(plain), file, recipient=bytes(key.verify_key), terms=TERMS)
    assert size == len(file.getvalue()) and len(digest) == 64
    return file.getvalue()


def opened(data: bytes, *, key: SigningKey = KEY, terms: dict[str, str] = TERMS) -> bytes:
    return b"".join(sealed.unseal(io.BytesIO(data), key=key, terms=terms))


@pytest.mark.parametrize("size", [0, 1, sealed.PIECE - 1, sealed.PIECE, sealed.PIECE + 1, 3 * sealed.PIECE])
def test_what_was_sealed_comes_out_again(size):
    plain = os.urandom(size)
    data = made(plain)
    assert opened(data) == plain and (size < 16 or plain not in data)
    assert made(plain) != data


def test_nobody_else_and_no_other_terms_open_it():
    data = made(b"daftar")
    for changed in ({"key": SigningKey(b"\x02" * 32)}, {"terms": TERMS | {"uses_until": "2034-03-01"}}, {"terms": {}}):
        with pytest.raises(sealed.BadSeal):
            opened(data, **changed)


def test_no_piece_can_be_changed_moved_left_out_cut_or_added():
    plain = os.urandom(2 * sealed.PIECE + 100)
    data = made(plain)
    head, first, second, last = data[:HEAD], data[HEAD:][:STEP], data[HEAD + STEP :][:STEP], data[HEAD + 2 * STEP :]
    other = made(plain)[HEAD:]
    wrong = [
        head + second + first + last,
        head + first + last,
        head + first + second,
        head + first + second + last + last,
        head + first + second + last[:-1],
        head + other,
        head,
        data[: HEAD - 1],
        b"",
        b"x" + data[1:],
    ]
    wrong += [
        data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in (20, HEAD - 1, HEAD, -1 % len(data))
    ]
    for number, one in enumerate(wrong):
        with pytest.raises(sealed.BadSeal):
            opened(one)
            pytest.fail(f"number {number} was opened")


def test_a_recipient_s_key_that_is_none_is_refused():
    for bad in (bytes(32), b"\xff" * 32, b"x"):
        with pytest.raises(sealed.BadSeal):
            sealed.seal(io.BytesIO(b"x"), io.BytesIO(), recipient=bad, terms=TERMS)
