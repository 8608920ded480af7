"""The office is made once, and one process forks nodes for it; each test finds the folder as it was made."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.running import Office


@pytest.fixture(scope="session", autouse=True)
def stopped_like_ctrl_c() -> Iterator[None]:
    """A run that is ended from outside unmounts and kills what it started, too."""

    def leave(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a node with an agreement in force; `office.json` beside it has tokens."""
    data = tmp_path_factory.mktemp("office") / "node"
    subprocess.run(
        [sys.executable, "-m", "tests.promises.furnish", str(data)], cwd=Path(__file__).parents[2], check=True
    )
    return data


@pytest.fixture(scope="session")
def office_for_all(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The office whose starter serves every test."""
    given = Office(made, tmp_path_factory.mktemp("copy") / "node")
    yield given
    given.close()


@pytest.fixture
def office(office_for_all: Office) -> Iterator[Office]:
    """The office as it was made, not running."""
    office_for_all.put_back()
    yield office_for_all
    if office_for_all.pid:
        office_for_all.kill()
