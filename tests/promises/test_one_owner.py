"""One process owns a node: another is told so in a sentence, and what an administrator asks the node does itself."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.promises.figures import print_figure
from tests.promises.running import Office
from tests.server.conftest import SINERGI, free_port

pytestmark = pytest.mark.slow


def test_a_second_process_is_refused_and_a_writing_verb_is_done_by_the_running_node(
    office: Office, tmp_path: Path
) -> None:
    office.start()
    second = said(office, "serve", "--port", str(free_port()))
    assert second.returncode == 1 and "Proses lain sedang melayani" in second.stderr
    assert second.stderr.count("\n") == 1
    # While it runs the node itself does what changes it: the letter is written and the invitation is stored.
    letter = tmp_path / "letter"
    done = said(office, "invite", "--for", "Bawaslu", "--quiet", str(letter))
    assert done.returncode == 0 and letter.exists(), done.stderr
    with contextlib.closing(sqlite3.connect(office.data / "node.sqlite3")) as database:
        assert database.execute("select for_whom from sync_invitation").fetchall() == [("Bawaslu",)]
    # Without the node's door the same verb is refused: nobody writes beside the owner.
    (office.data / "handover.sock").unlink()
    alone = said(office, "invite", "--for", "Polda", "--quiet", str(tmp_path / "other"))
    assert alone.returncode == 1 and "Proses lain sedang melayani" in alone.stderr
    assert office.ask("GET", "/healthz").status == 200
    print_figure("P33", "1 owner", "a second process is refused with a sentence; a writing verb is done by the node")


def said(office: Office, *argv: str) -> subprocess.CompletedProcess[str]:
    """How a verb ended, and its words."""
    return subprocess.run(
        [SINERGI, "--data", str(office.data), *argv], capture_output=True, text=True, timeout=180, check=False
    )
