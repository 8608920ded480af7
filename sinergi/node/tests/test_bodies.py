from __future__ import annotations

import asyncio

import pytest

from sinergi.node import bodies


class Sent:
    """A client that sends these pieces; None means silence."""

    def __init__(self, *pieces: bytes | None) -> None:
        self.pieces = list(pieces)

    def __aiter__(self) -> Sent:
        return self

    async def __anext__(self) -> bytes:
        if not self.pieces:
            raise StopAsyncIteration
        piece = self.pieces.pop(0)
        if piece is None:
            await asyncio.sleep(60)
        return piece or b""


def read(headers: dict[str, str], *pieces: bytes | None) -> bytes:
    async def whole() -> bytes:
        with await bodies.receive(headers, Sent(*pieces)) as file:
            return file.read()

    return asyncio.run(whole())


def refused(headers: dict[str, str], *pieces: bytes | None) -> int:
    with pytest.raises(bodies.NotTaken) as no:
        read(headers, *pieces)
    assert all(sentence.endswith(".") for sentence in no.value.sentences)
    assert bodies._receiving == 0
    return no.value.status


def test_a_body_arrives_whole() -> None:
    assert read({"content-length": "5"}, b"ab", b"cde") == b"abcde"
    assert read({}, b"ab", b"cde") == b"abcde"


def test_a_body_beyond_the_limit_is_refused_whether_announced_or_not() -> None:
    assert refused({"content-length": str(bodies.MOST_BYTES + 1)}) == 413
    assert refused({"content-length": "9" * 400}) == 413
    assert refused({}, *[b"x" * 2**20] * 9) == 413


def test_forms_with_files_may_be_larger() -> None:
    assert len(read({"content-type": "multipart/form-data; boundary=x"}, *[b"x" * 2**20] * 9)) == 9 * 2**20


def test_a_length_that_is_no_number_is_refused() -> None:
    assert refused({"content-length": "-1"}) == 400
    assert refused({"content-length": "²"}) == 400


def test_a_body_shorter_than_announced_is_refused() -> None:
    assert refused({"content-length": "6"}, b"abcde") == 400


def test_silence_ends_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE_S", 0.02)
    assert refused({"content-length": "6"}, b"a", None) == 408


def test_a_trickle_ends_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_S", -1.0)
    monkeypatch.setattr(bodies, "SLOWEST_BYTES_S", 10**12)
    assert refused({"content-length": "6"}, b"a", b"b") == 408


def test_all_clients_together_may_not_fill_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES_AT_ONCE", 10)
    assert refused({}, b"x" * 11) == 503
