"""The child reads, and can do nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from sinergi.sheets.reading import Unreadable
from sinergi.sheets.sandbox import Bounds, TooHeavy, read_cells, run_apart

OURS = {"LC_ALL", "LC_CTYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
HERE = "sinergi.sheets.tests.test_sandbox:"


# What a hostile file might make the child do, were its parser broken.
def connect(data: bytes) -> str:
    with socket.socket() as line:
        line.connect(("127.0.0.1", int(data)))
    return "connected"


def eat_memory(data: bytes) -> int:
    return len(b"x" * 4 * 1024**3)


def spin(data: bytes) -> None:
    while True:
        pass


def sleep(data: bytes) -> None:
    time.sleep(60)


def write(data: bytes) -> str:
    Path(data.decode()).write_text("x")
    return "written"


def start(data: bytes) -> str:
    return subprocess.run(["/bin/echo", "x"], capture_output=True, check=True).stdout.decode()


def flood(data: bytes) -> None:
    while True:
        os.write(1, b"x" * 1024**2)


def surroundings(data: bytes) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}


def test_a_table_comes_back_from_the_child():
    cells = read_cells("Kode,Desa\n001,Désa\n".encode(), name="a.csv")
    assert cells.rows == [(2, ["001", "Désa"])]


def test_a_refusal_comes_back_with_its_sentence():
    with pytest.raises(Unreadable) as caught:
        read_cells(b"%PDF-1.7", name="a.xlsx")
    assert caught.value.code == "kind"
    assert caught.value.sentence.startswith("Berkas ini PDF")


@pytest.mark.slow
def test_the_child_reaches_no_network():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with pytest.raises(TooHeavy):
            run_apart(HERE + "connect", str(listener.getsockname()[1]).encode())
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_child_writes_no_file(tmp_path):
    with pytest.raises(TooHeavy):
        run_apart(HERE + "write", str(tmp_path / "a").encode())
    assert not (tmp_path / "a").exists()


def test_the_child_starts_nothing():
    with pytest.raises(TooHeavy):
        run_apart(HERE + "start", b"")


def test_the_child_knows_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("SINERGI_DATABASE", "postgresql://user:secret@host/x")
    assert msgspec.json.decode(run_apart(HERE + "surroundings", b"")) == {}


def test_memory_beyond_the_limit_is_a_refusal():
    with pytest.raises(TooHeavy) as caught:
        run_apart(HERE + "eat_memory", b"")
    assert "terlalu berat" in caught.value.sentence


@pytest.mark.slow
def test_processor_time_beyond_the_limit_is_a_refusal():
    started = time.monotonic()
    with pytest.raises(TooHeavy):
        run_apart(HERE + "spin", b"", bounds=Bounds(cpu=1))
    assert time.monotonic() - started < 20


@pytest.mark.slow
def test_waiting_beyond_the_limit_is_a_refusal():
    with pytest.raises(TooHeavy):
        run_apart(HERE + "sleep", b"", bounds=Bounds(wall=1))


@pytest.mark.slow
def test_a_child_that_says_too_much_is_cut_off(monkeypatch):
    monkeypatch.setattr("sinergi.sheets.sandbox.LARGEST_ANSWER", 1024**2)
    with pytest.raises(TooHeavy):
        run_apart(HERE + "flood", b"")
