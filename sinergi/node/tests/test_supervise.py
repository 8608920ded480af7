"""Waiting for a node that starts: by its life, not by a short clock."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sinergi.kernel.errors import Refused
from sinergi.node import supervise
from sinergi.node.supervise import Place


class Slow(BaseHTTPRequestHandler):
    """Busy for the first three questions, then ready."""

    asked = 0

    def do_GET(self) -> None:
        Slow.asked += 1
        self.send_response(200 if Slow.asked > 3 else 503)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def child():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def place(port: int) -> Place:
    return Place(name="kpu-tapsel", data=Path("nowhere"), port=port)


@pytest.mark.slow
def test_a_slow_node_that_lives_is_waited_for_and_the_person_is_told_once(child, monkeypatch, capsys):
    monkeypatch.setattr(supervise, "QUIET_S", 0.0)
    server = HTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    supervise._wait_ready(place(server.server_port), child, time.monotonic())
    server.shutdown()
    server.server_close()
    assert capsys.readouterr().out.count("masih memulai") == 1
    assert Slow.asked == 4


def test_a_node_that_ended_is_not_waited_for(child):
    child.kill()
    child.wait()
    with pytest.raises(Refused, match="tidak mulai"):
        supervise._wait_ready(place(9), child, time.monotonic())


def test_waiting_ends_at_last(child, monkeypatch):
    monkeypatch.setattr(supervise, "READY_S", 0.0)
    with pytest.raises(Refused, match="belum siap dalam"):
        supervise._wait_ready(place(9), child, time.monotonic())
