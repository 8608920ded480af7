"""Every guard on the page of threats, and every row of the page of attacks, is shown by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/operations/threats.md", "docs/protocol/attacks.md")


@pytest.fixture(scope="module")
def written() -> set[str]:
    """The names of all tests."""
    return {
        name
        for folder in ("tests", "sinergi")
        for path in (ROOT / folder).rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }


@pytest.mark.parametrize("path", PAGES)
def test_every_test_that_a_page_names_exists(path: str, written: set[str]) -> None:
    page = (ROOT / path).read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert set(re.findall(r"`(test_\w+)`", page)) - written == set()
    assert [named for named in re.findall(r"`(tests/[\w/]+\.py)`", page) if not (ROOT / named).exists()] == []
    assert len(rows) > 10
    bare = [row for row in rows if not re.search(r"`tests?[_/]", row) and "**not shown yet**: " not in row]
    assert bare == [], "a guard that no test shows"


def test_what_no_test_shows_yet_is_no_more_than_it_was() -> None:
    page = (ROOT / PAGES[1]).read_text()
    assert page.count("**not shown yet**: ") <= 2
    assert page.count("\n| ") - 1 >= 30, "a row of the table of attacks was dropped"
