"""The page of promises and the tests that print them are in step."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (P\d+) \|.*\| `(tests/[\w/]+\.py)` \|$", re.M)
PRINTED = re.compile(r"print_figure\(\s*\"(P\d+)\"")


def test_every_promise_on_the_page_is_printed_by_its_test_and_every_printed_one_is_on_the_page() -> None:
    page = (ROOT / "docs/operations/promises.md").read_text()
    promised = set(ROW.findall(page))
    assert len(promised) == page.count("\n| P") - 1, "a row without its test"
    printed = {
        (promise, str(path.relative_to(ROOT)))
        for path in (ROOT / "tests").rglob("test_*.py")
        for promise in PRINTED.findall(path.read_text())
    }
    assert promised == printed
