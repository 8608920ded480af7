"""The tutorial is followed to the letter in a copy of the checkout, so it cannot go stale."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
SECONDS = re.compile(r"\bin [\d.]+s\b.*")


class Block(NamedTuple):
    """One fenced block: what it is, the file it is (`console`: none) and its text."""

    language: str
    path: str
    text: str


def blocks() -> Iterator[Block]:
    for language, path, text in FENCE.findall(PAGE.read_text()):
        yield Block(language, path, text)


def test_every_block_is_a_file_a_change_or_something_typed() -> None:
    found = list(blocks())
    assert PAGE.read_text().count("```") == 2 * len(found)
    assert [block for block in found if not block.path and block.language != "console"] == []
    assert len([block for block in found if block.language == "console"]) >= 6


@pytest.mark.slow
def test_following_the_tutorial_builds_a_feature_that_passes_every_check(tmp_path: Path) -> None:
    checkout = copied(tmp_path / "checkout")
    for block in blocks():
        if block.language == "console":
            for command, expected in typed(block.text):
                printed = run(checkout, command)
                assert_printed(expected, printed, command)
        elif block.language == "diff":
            apply(checkout / block.path, block.text)
        else:
            (checkout / block.path).parent.mkdir(parents=True, exist_ok=True)
            (checkout / block.path).write_text(block.text)
    run(checkout, ".venv/bin/python -m django makemigrations --check --settings sinergi.node.settings")
    run(checkout, ".venv/bin/ruff check --no-cache . && .venv/bin/ruff format --no-cache --check .")
    run(checkout, ".venv/bin/djlint --quiet --lint sinergi/features/muster")
    # The contracts are patterns; they reach the new folder without being told.
    with (checkout / "sinergi/features/muster/rules.py").open("a") as rules:
        rules.write("\nfrom sinergi.features.security import models\n")
    broken = run(checkout, ".venv/bin/lint-imports --no-cache", fails=True)
    assert "Features meet only at public.py BROKEN" in broken


def copied(to: Path) -> Path:
    """A checkout of its own with what is here now, that shares what set-up brought."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / "var").mkdir()
    for mark in (ROOT / "var").glob("setup-*"):
        shutil.copy2(mark, to / "var")
    for shared in (".venv", "node_modules"):
        (to / shared).symlink_to(ROOT / shared)
    run(to, "git init -q && git add -A && git -c user.name=a -c user.email=a@example.org commit -qm start")
    return to


def typed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `$ command` with the lines that follow it."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, *expected = part.rstrip("\n").split("\n")
        yield command, expected


def run(checkout: Path, command: str, *, fails: bool = False) -> str:
    env = os.environ | {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("SINERGI_PROMISES", None)
    done = subprocess.run(
        ["bash", "-c", command], cwd=checkout, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert (done.returncode != 0) is fails, f"$ {command}\n{done.stdout}"
    return done.stdout


def assert_printed(expected: list[str], printed: str, command: str) -> None:
    """The lines the page shows were printed, in this order; seconds aside."""
    rest = iter(SECONDS.sub("", line).strip() for line in printed.splitlines())
    for line in expected:
        wanted = SECONDS.sub("", line).strip()
        assert any(wanted == said for said in rest), f"$ {command}\nshould print: {line}\nprinted:\n{printed}"


def apply(file: Path, change: str) -> None:
    """Lines with `+` are added and lines with `-` taken away; the lines around them must be there exactly once."""
    lines = change.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} no longer has this place once:\n{before}"
    file.write_text(text.replace(before, after))
