from __future__ import annotations

from pathlib import Path

import pytest

from sinergi.kernel.errors import Refused
from sinergi.node import lock


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with lock.held(tmp_path):
        assert lock.is_held(tmp_path)
        with pytest.raises(Refused, match="Proses lain"), lock.held(tmp_path):
            pass
    assert not lock.is_held(tmp_path)
    with lock.held(tmp_path):
        pass


def test_a_folder_that_nobody_ever_locked_is_free(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path)
