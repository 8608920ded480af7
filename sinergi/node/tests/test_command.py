from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sinergi.kernel import caller
from sinergi.kernel.errors import Broken, Refused
from sinergi.node import command, handover, lock


def probe(argv: list[str], data: Path) -> int:
    """A verb for these tests."""
    if argv == ["refuse"]:
        raise Refused("It may\nnot be.", code="X-1")
    if argv == ["break"]:
        raise Broken("the bytes do not verify")
    if argv == ["crash"]:
        raise KeyError("secret detail")
    if argv == ["leave"]:
        raise SystemExit(3)
    print("where", caller.caller_path("file"))
    print("warned", file=sys.stderr)
    return 7 if argv == ["seven"] else 0


@pytest.fixture(autouse=True)
def _verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SINERGI_DEBUG", raising=False)
    verb = command.Verb(f"{__name__}:probe", "probe", command.always, opens=False)
    monkeypatch.setattr(command, "VERBS", {"probe": verb})


@pytest.mark.parametrize(
    ("argv", "code", "sentence"),
    [
        (["probe", "refuse"], 1, "sinergi: It may not be. [X-1]"),
        (["probe", "break"], 1, "sinergi: the bytes do not verify"),
        (["probe", "crash"], 1, "sinergi: Gagal di dalam sinergi (KeyError); SINERGI_DEBUG=1 menunjukkan di mana."),
        (
            ["nonsense"],
            1,
            "sinergi: sinergi tidak mengenal perintah “nonsense”; `sinergi help` menyebut semuanya. [N-05]",
        ),
        (["--data"], 1, "sinergi: --data butuh folder simpul. [N-07]"),
    ],
)
def test_an_error_is_one_sentence(
    argv: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert command.run(argv) == code
    assert capsys.readouterr().err == sentence + "\n"


def test_the_exit_code_of_a_verb_is_that_of_the_program() -> None:
    assert command.run(["probe", "seven"]) == 7
    assert command.run(["probe", "leave"]) == 3


def test_help_lists_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["help"]) == 0
    assert "probe" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, verb in command.VERBS.items() if verb.does])
def test_every_verb_explains_itself_where_there_is_no_node(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "none"
    sinergi = Path(sys.executable).with_name("sinergi")
    asked = subprocess.run([sinergi, "--data", folder, name, "--help"], capture_output=True, text=True)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout.startswith(f"pemakaian: sinergi {name}")
    assert not folder.exists()


def test_a_running_node_does_the_verb_and_its_words_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def seen(argv: list[str], data: Path) -> int:
        threads.append(threading.current_thread().name)
        return probe(argv, data)

    monkeypatch.setattr(command, "_function", lambda name: seen)
    monkeypatch.setattr(handover, "_close_connections", lambda: None)
    monkeypatch.chdir(tmp_path)
    node = tmp_path / ("deep" * 30) / "node"
    node.mkdir(parents=True)
    assert handover.hand_over(node, "probe", []) is None
    desk = handover.Desk(node)
    desk.start()
    try:
        assert (node / handover.NAME).stat().st_mode & 0o777 == 0o600
        assert handover.hand_over(node, "probe", ["seven"]) == 7
        assert handover.hand_over(node, "probe", ["refuse"]) == 1
        assert handover.hand_over(node, "probe", ["crash"]) == 1
    finally:
        desk.stop()
    told = capsys.readouterr()
    assert told.out == f"where {tmp_path / 'file'}\n"
    assert "warned" in told.err and "It may not be." in told.err and "KeyError" in told.err
    assert threads == ["handover"] * 3
    assert handover.hand_over(node, "probe", []) is None


def test_without_a_running_node_a_verb_needs_the_lock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    verb = command.Verb(f"{__name__}:probe", "probe", command.always)
    monkeypatch.setattr(command, "VERBS", {"probe": verb})
    with lock.held(tmp_path):
        assert command.run(["--data", str(tmp_path), "probe"]) == 1
    assert "Proses lain sedang melayani" in capsys.readouterr().err


def test_a_folder_without_a_node_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "VERBS", {"probe": command.Verb(f"{__name__}:probe", "probe")})
    assert command.run([f"--data={tmp_path / 'none'}", "probe"]) == 1
    assert "Tidak ada simpul di" in capsys.readouterr().err
