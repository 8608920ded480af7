"""The contracts about imports refuse what they are there to refuse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

VIOLATIONS = [
    ("sinergi/kernel/ids.py", "from sinergi.ledger import keys", "Imports only point down"),
    ("sinergi/ledger/store.py", "from sinergi.web import shell", "Imports only point down"),
    ("sinergi/sync/pull.py", "from sinergi.features.security import public", "Imports only point down"),
    ("sinergi/helpers/__init__.py", "", "Imports only point down"),
    ("sinergi/features/security/rules/steps.py", "from sinergi.features.security import models", "Inside a feature"),
    ("sinergi/features/security/models.py", "from sinergi.features.security import actions", "Inside a feature"),
    ("sinergi/features/security/actions.py", "from sinergi.features.places import models", "Features meet only at"),
    ("sinergi/features/stages/public.py", "from sinergi.features.home import views", "No circles between features"),
    ("sinergi/features/security/rules/steps.py", "import time", "Pure code stays pure"),
    ("sinergi/features/security/events.py", "import django", "Pure code stays pure"),
    ("sinergi/ledger/merkle.py", "import sqlite3", "Pure code stays pure"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_violation_is_found(tmp_path: Path, file: str, line: str, contract: str) -> None:
    keep = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "fonts", "demo")
    shutil.copytree(ROOT / "sinergi", tmp_path / "sinergi", ignore=keep)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    changed = tmp_path / file
    changed.parent.mkdir(exist_ok=True)
    with changed.open("a") as source:
        source.write(f"\n{line}\n")
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=tmp_path, capture_output=True, text=True
    )
    assert checked.returncode != 0
    assert any(contract in said and "BROKEN" in said for said in checked.stdout.splitlines()), checked.stdout
