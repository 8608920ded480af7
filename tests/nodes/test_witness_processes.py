"""A witness that is killed, and one whose store two processes use at once: one history, never a step back."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from sinergi.ledger import merkle
from tests.nodes.fixtures import POLRES
from tests.nodes.simulator import Peer, PeerLog

pytestmark = pytest.mark.slow
SIZE = 60


def start(what: str, data: Path, case: Path) -> subprocess.Popen[str]:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.sync.settings", "SINERGI_DATABASE": ""}
    command = [sys.executable, "-m", "tests.nodes.witness_process", what, str(data), str(case)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings})


def accepted(process: subprocess.Popen[str], code: int = 0) -> list[list[int]]:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == code
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def made(tmp_path) -> tuple[Path, Path]:
    """(folder of the witness's node, the case): a log of SIZE entries with every checkpoint and every proof."""
    police = Peer(**POLRES)
    log = PeerLog(police.id, "5" * 64, "facts")
    log.entries = [b"entry %d" % place for place in range(SIZE)]
    proofs = {
        f"{old} {new}": [base64.b64encode(item).decode() for item in merkle.consistency_proof(old, new, log.subtree)]
        for new in range(1, SIZE + 1)
        for old in {0, *range(max(0, new - 3), new + 1)}
    }
    case = {
        "identity": msgspec.to_builtins(police.bundle(police.identity)),
        "notes": [police.checkpoint(log, size).decode() for size in range(1, SIZE + 1)],
        "proofs": proofs,
    }
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case))
    data = tmp_path / "node"
    data.mkdir(mode=0o700)
    accepted(start("make", data, file))
    return data, file


def test_two_processes_at_once_sign_one_chain_without_a_step_back(made):
    """C2SP's race: whoever compared before the other kept must not keep a smaller size after it."""
    at_once = [start("ask", *made) for _ in range(2)]
    steps = sorted(step for process in at_once for step in accepted(process))
    assert steps[0][0] == 0 and steps[-1][1] == SIZE
    # Each step begins where exactly one other ended: no size was ever gone on from twice.
    assert [old for old, _size in steps[1:]] == [size for _old, size in steps[:-1]]


def test_a_witness_killed_between_keeping_and_answering_stands_where_it_kept(made):
    accepted(start("die", *made), code=9)
    steps = accepted(start("ask", *made))
    assert steps[0][0] == 5 and steps[-1][1] == SIZE
