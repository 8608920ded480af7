"""Every guard on the page of threats is shown by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_test_that_the_page_of_threats_names_exists() -> None:
    page = (ROOT / "docs/operations/threats.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    named = set(re.findall(r"`(test_\w+)`", page))
    written = {
        name
        for folder in ("tests", "sinergi")
        for path in (ROOT / folder).rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }
    assert named - written == set()
    assert [path for path in re.findall(r"`(tests/[\w/]+\.py)`", page) if not (ROOT / path).exists()] == []
    assert len(rows) > 10
    assert [row for row in rows if not re.search(r"`tests?[_/]", row)] == [], "a guard that no test shows"
