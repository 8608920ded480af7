"""What a dishonest or broken partner may answer: too much, too slowly, packed too well. Each ends in one sentence."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from sinergi.sync import fetch
from sinergi.sync.fetch import BadAnswer, Line, Unreachable

LIMIT = 1_000_000
Answering = Callable[[socket.socket], None]


@pytest.fixture
def asked() -> Iterator[Callable[[Answering], fetch.Answer]]:
    """Ask a server that answers one request as the test says."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(20)
    threads: list[threading.Thread] = []

    def ask(answer: Answering) -> fetch.Answer:
        def serve() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                # The asking side hangs up, as it should.
                with contextlib.suppress(OSError):
                    answer(line)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        line = Line(f"http://127.0.0.1:{listening.getsockname()[1]}", inside=True)
        try:
            return line.ask("GET", "/sync/v1/state", body=b"", headers={}, limit=LIMIT)
        finally:
            line.close()

    yield ask
    listening.close()
    for thread in threads:
        thread.join(20)


@pytest.mark.slow
def test_a_bomb_is_not_unpacked(asked):
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(BadAnswer):
            asked(_whole(bomb, "Content-Encoding: gzip"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * LIMIT, f"{peak} bytes were held"


def test_a_bomb_in_a_bomb_stays_packed(asked):
    inner = gzip.compress(b" " * 5_000_000)
    assert asked(_whole(gzip.compress(inner), "Content-Encoding: gzip")).body == inner


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "GZIP\x80"])
def test_an_unknown_packing_is_refused(asked, encoding):
    with pytest.raises(BadAnswer):
        asked(_whole(b"{}", f"Content-Encoding: {encoding}"))


def test_broken_packing_is_refused(asked):
    packed = bytearray(gzip.compress(bytes(range(256)) * 100))
    packed[30:40] = b"\x00" * 10
    with pytest.raises((BadAnswer, Unreachable)):
        asked(_whole(bytes(packed), "Content-Encoding: gzip"))


def test_an_answer_without_end_is_cut(asked):
    def answer(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with pytest.raises(BadAnswer):
        asked(answer)


def test_half_an_answer_is_none(asked):
    with pytest.raises(Unreachable):
        asked(lambda line: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: ", b""],
    ids=["body", "head", "line"],
)
def test_dripping_holds_nobody(asked, monkeypatch, start):
    monkeypatch.setattr(fetch, "WHOLE_SECONDS", 0.3)

    def answer(line: socket.socket) -> None:
        line.sendall(start)
        while True:
            line.sendall(b"H")
            time.sleep(0.05)

    began = time.monotonic()
    with pytest.raises(Unreachable):
        asked(answer)
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00" * 500,
        b"HTTP/9.9 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_is_no_answer_ends_in_words(asked, said):
    with pytest.raises((BadAnswer, Unreachable)) as caught:
        asked(lambda line: line.sendall(said))
    assert str(caught.value).endswith(".")


def _whole(body: bytes, header: str) -> Answering:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{header}\r\n\r\n".encode("latin-1")
    return lambda line: line.sendall(head + body)
