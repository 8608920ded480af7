"""The server from outside: one process, one port, bad clients of every kind."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from tests.server.conftest import SINERGI, Served

pytestmark = pytest.mark.slow


def raw(served: Served, request: bytes, wait: float = 10) -> bytes:
    """What the server answers to these very bytes."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=wait) as line:
        line.sendall(request)
        answer = b""
        try:
            while chunk := line.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def test_anyone_may_ask_whether_the_node_is_healthy(served: Served) -> None:
    answer = served.get("/healthz")
    assert answer.status == 200
    assert set(answer.json()) == {"status", "agency", "version"}
    assert served.get("/healthz", "HEAD").data == b""


def test_a_page_carries_the_security_headers(served: Served) -> None:
    answer = served.get("/masuk/")
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_of_the_product_are_kept_by_the_browser(served: Served) -> None:
    answer = served.get("/static/web/tokens.css")
    assert answer.status == 200
    assert "max-age=3600" in answer.headers["cache-control"]
    again = served.get("/static/web/tokens.css", headers={"if-modified-since": answer.headers["last-modified"]})
    assert again.status == 304


def test_head_answers_like_get_without_a_body(served: Served) -> None:
    answer = served.get("/masuk/", "HEAD")
    assert (answer.status, answer.data) == (200, b"")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "BREW", "PUT"])
def test_unusual_methods_never_break_the_node(served: Served, method: str) -> None:
    assert served.get("/masuk/", method).status < 500
    assert served.get("/healthz", method).status == 405


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(served: Served) -> None:
    answer = raw(served, b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"Kiriman terlalu besar" in answer


def test_a_body_that_hides_its_length_is_cut_at_the_limit(served: Served) -> None:
    def endless():
        for _ in range(200):
            yield b"x" * 65536

    try:
        status = served.get("/masuk/", "POST", body=endless()).status
    except Exception:
        # The server may close while the client still sends; what counts is that it lives and kept nothing.
        status = 413
    assert status == 413
    assert served.get("/healthz").status == 200


def test_programs_get_a_problem_document(served: Served) -> None:
    answer = raw(served, b"POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
    assert b"application/problem+json" in answer
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["status"] == 413


def test_a_broken_request_line_and_bad_lengths_do_no_harm(served: Served) -> None:
    for bytes_sent in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"GET /%00%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /masuk/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 400_000 + b"\r\n\r\n",
    ):
        answer = raw(served, bytes_sent, wait=3)
        assert b" 500 " not in answer.split(b"\r\n")[0], bytes_sent[:60]
    assert served.get("/healthz").status == 200


def test_what_a_proxy_would_add_is_not_believed(served: Served) -> None:
    answer = served.get("/masuk/", headers={"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"})
    assert answer.status == 200
    assert b"evil.example" not in answer.data


def test_clients_that_send_slowly_hold_no_page_back(served: Served) -> None:
    slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(60)]
    try:
        for line in slow:
            line.sendall(b"POST /masuk/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
        started = time.monotonic()
        assert served.get("/masuk/").status == 200
        assert time.monotonic() - started < 3
    finally:
        for line in slow:
            line.close()


def test_clients_that_read_slowly_hold_no_page_back(served: Served) -> None:
    font = b"GET /static/vendor/inter/inter-latin-wght-normal.woff2 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(30)]
    try:
        for line in slow:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            line.sendall(font * 8)
        started = time.monotonic()
        assert served.get("/masuk/").status == 200
        assert time.monotonic() - started < 5
    finally:
        for line in slow:
            line.close()


def test_live_screens_need_a_session(served: Served) -> None:
    assert served.get("/api/live").status == 401
    assert served.get("/api/live", headers={"cookie": "sinergi_session_0=abc; =;;"}).status == 401


def test_nothing_that_was_said_stands_in_the_logs(served: Served) -> None:
    canary = "kanari7391"
    served.get(f"/masuk/?token={canary}a&q={canary}b", headers={"cookie": f"x={canary}c", "user-agent": f"{canary}d"})
    served.get("/masuk/", "POST", fields={"username": f"{canary}e", "password": f"{canary}f"})
    served.get(
        f"/tidak-ada/{canary}g", headers={"authorization": f"Bearer {canary}h", "referer": f"http://x/{canary}i"}
    )
    served.get("/api/tidak-ada", "POST", body=f'{{"name": "{canary}j"}}', headers={"content-type": "application/json"})
    journal = served.journal()
    for line in journal.splitlines():
        json.loads(line)
    assert '"event": "request"' in journal
    assert canary not in journal
    assert canary not in (served.data / "stderr").read_text()
    assert "127.0.0.1" not in journal


def test_a_second_process_may_not_serve_the_same_folder(served: Served) -> None:
    second = subprocess.run(
        [SINERGI, "--data", str(served.data), "serve", "--port", "1"], capture_output=True, text=True, timeout=60
    )
    assert second.returncode != 0
    assert second.stderr.count("\n") == 1
    assert "Proses lain sedang melayani" in second.stderr


def test_a_taken_port_is_said_in_one_sentence(served: Served, tmp_path: object) -> None:
    other = served.data / "other"
    other.mkdir()
    second = subprocess.run(
        [SINERGI, "--data", str(other), "serve", "--port", str(served.port)], capture_output=True, text=True, timeout=60
    )
    assert second.returncode != 0
    assert second.stderr.count("\n") == 1
    assert str(served.port) in second.stderr


@pytest.mark.parametrize("signal_number", [2, 15])
def test_stopping_finishes_what_has_begun(launch: Callable[..., Served], signal_number: int) -> None:
    node = launch()
    answers: list[int] = []

    def visit() -> None:
        answers.append(node.get("/masuk/").status)

    visitors = [threading.Thread(target=visit) for _ in range(30)]
    for visitor in visitors:
        visitor.start()
    time.sleep(0.15)
    started = time.monotonic()
    assert node.stop(signal_number) == 0
    assert time.monotonic() - started < 30
    for visitor in visitors:
        visitor.join()
    # Each got a whole answer: the page, or the sentence that the system restarts.
    assert len(answers) == 30
    assert set(answers) <= {200, 503}
    assert 200 in answers


def test_too_many_at_once_are_told_to_come_back(launch: Callable[..., Served]) -> None:
    node = launch()
    request = b"GET /masuk/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    lines = [socket.create_connection(("127.0.0.1", node.port)) for _ in range(700)]
    for line in lines:
        line.sendall(request)
    heads = []
    for line in lines:
        line.settimeout(30)
        heads.append(line.recv(4096).lower())
        line.close()
    busy = [head for head in heads if b" 503 " in head.split(b"\r\n")[0]]
    assert busy, "the queue was never full"
    assert all(b"retry-after" in head for head in busy)
    assert any(b" 200 " in head.split(b"\r\n")[0] for head in heads)
    assert node.get("/masuk/").status == 200


def test_a_killed_node_leaves_nothing_that_stops_the_next_start(launch: Callable[..., Served]) -> None:
    node = launch()
    node.process.kill()
    node.process.wait()
    again = launch()
    assert again.get("/healthz").status == 200
