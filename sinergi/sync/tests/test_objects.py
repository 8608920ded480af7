"""Sealed objects on their way: only their reader gets them, a cut line loses nothing, nothing untrue is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from sinergi.sync import objects
from sinergi.sync.fetch import Unreachable
from sinergi.sync.tests.test_hostile_requests import partner

__all__ = ["partner"]

PLAIN = bytes(range(256)) * 40
DIGEST = hashlib.sha256(PLAIN).hexdigest()


class Known:
    """A feature that wants one object and gives it to one reader."""

    def __init__(self, reader: str = "", size: int = len(PLAIN)) -> None:
        self.reader, self.size = reader, size
        self.here: list[str] = []

    def wanted(self, partner: str) -> list[objects.Wanted]:
        return [objects.Wanted(digest=DIGEST, size=self.size)] if partner == "kpu" else []

    def may_read(self, reader: str, digest: str) -> bool:
        return (reader, digest) == (self.reader, DIGEST)

    def arrived(self, digest: str) -> None:
        self.here.append(digest)


class Line:
    """A partner that gives `step` bytes at once and hangs up after `pieces` of them."""

    def __init__(self, given: bytes = PLAIN, *, step: int = 1_000, pieces: int = 10**6) -> None:
        self.given, self.step, self.pieces = given, step, pieces
        self.asked: list[int] = []

    def piece(self, digest: str, start: int) -> bytes | None:
        if len(self.asked) == self.pieces:
            raise Unreachable("putus")
        self.asked.append(start)
        return self.given[start : start + self.step]


@pytest.fixture(autouse=True)
def known(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Known:
    settings.DATA = tmp_path
    source = Known()
    monkeypatch.setattr(objects, "_sources", [source])
    return source


def sealed_here() -> None:
    with objects.drafted() as (file, path):
        file.write(PLAIN)
        objects.keep(file, path, DIGEST)


def test_a_cut_line_is_taken_up_where_it_was_cut(known):
    with pytest.raises(Unreachable):
        objects.fetch(Line(pieces=4), "kpu")
    assert not objects.is_here(DIGEST) and known.here == []
    line = Line()
    assert objects.fetch(line, "kpu") == len(PLAIN) - 4_000
    assert line.asked[0] == 4_000 and objects.path_of(DIGEST).read_bytes() == PLAIN and known.here == [DIGEST]
    # Whole already: nothing is asked again, and the feature hears of it until it no longer wants it.
    assert objects.fetch(Line(pieces=0), "kpu") == 0 and objects.fetch(Line(pieces=0), "polres") == 0


@pytest.mark.parametrize("given", [PLAIN[:-1], PLAIN + b"x", b"", PLAIN[:-1] + b"x"])
def test_what_is_not_the_object_is_thrown_away(known, given, tmp_path):
    with pytest.raises(objects.Untrue):
        objects.fetch(Line(given, step=10**6), "kpu")
    assert known.here == [] and list((tmp_path / "blobs" / "sealed").iterdir()) == []


def test_a_partner_that_has_it_no_longer_is_asked_again_later(known):
    line = Line()
    line.piece = lambda digest, start: None  # type: ignore[method-assign]
    assert objects.fetch(line, "kpu") == 0 and known.here == []


def test_a_draft_that_is_not_kept_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), objects.drafted() as (file, _path):
        file.write(b"x")
        raise ZeroDivisionError
    assert list((tmp_path / "blobs" / "sealed").iterdir()) == []


def test_only_its_reader_gets_an_object_and_from_any_place(known, partner, police):
    sealed_here()
    path = f"/sync/v1/objects/{DIGEST}"
    assert partner("GET", path, "from=0").status_code == 404
    known.reader = police.id
    answer = partner("GET", path, "from=10000")
    assert (answer.status_code, answer.content) == (200, PLAIN[10_000:])
    assert partner("GET", path, "from=999999999").content == b""
    for query, status in (("from=-1", 400), ("", 400), ("from=" + "9" * 16, 400), ("from=%D9%A3", 400)):
        assert partner("GET", path, query).status_code == status
    assert partner("POST", path, "from=0").status_code == 405
    objects.drop(DIGEST)
    assert partner("GET", path, "from=0").status_code == 404
